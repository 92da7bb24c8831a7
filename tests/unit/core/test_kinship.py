"""What stories belong to by mergers, events and a person's word, now and at an earlier moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.kinship import Kinship
from monitor.model.stories import Story
from tests.factories import NOW, make_article, make_story

HOUR = timedelta(hours=1)


def story(id: int, **facts: Any) -> Story:
    return make_story(make_article(f"Berita {id}", id=id), **facts)


def gone(id: int, into: int, hours: float = 0.0, **facts: Any) -> Story:
    return story(id, merged_into=into, merged_at=NOW + hours * HOUR, **facts)


def test_a_story_is_part_of_what_it_went_into_since_it_went() -> None:
    kinship = Kinship([story(1), gone(2, 1, hours=1), gone(3, 2, hours=0)])
    assert [kinship.story_of(3, NOW + hours * HOUR) for hours in (-1, 0, 1)] == [3, 2, 1]
    assert kinship.story_of(3) == 1


def test_an_event_named_by_a_story_that_went_into_another_is_that_ones() -> None:
    kinship = Kinship([story(1), gone(2, 1), story(3, event_id=2)])
    assert {kinship.event_of(of) for of in (1, 2, 3)} == {1}
    assert kinship.event_of(3, NOW - HOUR) == 2


def test_what_a_story_that_went_told_of_its_event_is_told_by_the_one_that_took_it_in() -> None:
    kinship = Kinship([story(1), story(2), gone(3, 1, event_id=2)])
    assert {kinship.event_of(of) for of in (1, 2, 3)} == {2}
    assert [kinship.event_of(of, NOW - HOUR) for of in (1, 2, 3)] == [1, 2, 2]


def test_a_storyline_follows_mergers_too() -> None:
    kinship = Kinship([story(1, storyline_id=9), gone(2, 1), story(3, storyline_id=2)])
    assert {kinship.storyline_of(of) for of in (1, 2, 3)} == {9}


def test_a_parted_story_was_part_of_the_other_until_then() -> None:
    kinship = Kinship([story(1), story(2, parted_from=1, parted_at=NOW), story(3, parted_from=2, parted_at=NOW + HOUR)])
    assert [kinship.before(3, NOW + hours * HOUR) for hours in (-1, 0, 1)] == [1, 2, 3]


def test_an_article_parted_from_a_whole_was_in_the_story_that_brought_it_there() -> None:
    held = {"members": (f"{50:016x}",)}
    whole, brought = story(1), gone(2, 1, hours=1, facts=held)
    kinship = Kinship([whole, brought, story(3, parted_from=1, parted_at=NOW + 2 * HOUR, facts=held)])
    assert kinship.event_of(kinship.before(3, NOW, article_id=50), NOW) == 2
    assert kinship.event_of(kinship.before(3, NOW + HOUR, article_id=50), NOW + HOUR) == 1
    assert kinship.before(3, NOW, article_id=51) == 1


def test_what_was_parted_from_a_parted_story_that_took_others_in_is_traced_to_these() -> None:
    held = {"members": (f"{50:016x}",)}
    parted = story(2, parted_from=1, parted_at=NOW)
    kinship = Kinship([story(1), parted, gone(3, 2, 1, facts=held), story(4, parted_from=2, parted_at=NOW + 2 * HOUR)])
    assert kinship.before(4, NOW - HOUR, article_id=50) == 3
    assert kinship.before(4, NOW - HOUR, article_id=51) == 1


def test_a_story_nobody_knows_stands_for_itself() -> None:
    kinship = Kinship([story(3, event_id=2)])
    assert (kinship.event_of(3), kinship.event_of(7), kinship.before(7, NOW)) == (2, 7, 7)


ids = st.integers(1, 6)
tangles = st.lists(
    st.builds(
        lambda id, into, event, line, hours: story(
            id,
            merged_into=into if into != id else None,
            merged_at=NOW + hours * HOUR if into not in (None, id) else None,
            event_id=event,
            storyline_id=line,
        ),
        ids,
        st.none() | ids,
        st.none() | ids,
        st.none() | ids,
        st.integers(0, 5),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)


@settings(max_examples=150)
@given(tangles, st.none() | st.integers(-1, 6))
def test_whatever_points_where_every_answer_ends_and_stands_for_itself(stories: list[Story], hours: int | None) -> None:
    kinship, at = Kinship(stories), None if hours is None else NOW + hours * HOUR
    for id in range(1, 7):
        assert kinship.story_of(kinship.story_of(id, at), at) == kinship.story_of(id, at)
        assert kinship.event_of(kinship.event_of(id, at), at) == kinship.event_of(id, at)
        assert kinship.event_of(kinship.story_of(id, at), at) == kinship.event_of(id, at)
        assert kinship.storyline_of(kinship.storyline_of(id)) == kinship.storyline_of(id)
