"""What a digest says of stories that became one or were parted after they were told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from monitor.core.digests import build
from monitor.model.articles import Article
from monitor.model.digests import Digest, MatchedArticle
from monitor.model.stories import Story
from tests.factories import NOW, make_article, make_matched, make_recipient, make_slot, make_story

HOUR = timedelta(hours=1)
TOLD_AT = NOW - 9 * HOUR
CHANGED_AT = NOW - 3 * HOUR
ONE, TWO, THREE = (make_article(title, id=id) for id, title in enumerate(("Satu", "Dua", "Tiga"), start=1))


def gone(of: Article, into: Story, **facts: Any) -> Story:
    return make_story(of, merged_into=into.id, merged_at=CHANGED_AT, **facts)


def had(article: Article, *lineage: Story, **facts: Any) -> MatchedArticle:
    return make_matched(article, story=lineage[0], lineage=lineage, **{"was_told": True, "told_at": TOLD_AT, **facts})


def next_digest(*rows: MatchedArticle) -> Digest:
    """With news that have nothing to do with it."""
    news = make_matched(make_article("Kabar lain"), story=None)
    digest = build(
        make_recipient(), make_slot(), [*rows, news], since=TOLD_AT, until=NOW, titles={"russia-north-korea": "R"}
    )
    assert digest is not None
    return digest


def test_more_of_an_event_whose_first_story_went_into_another_is_told_with_that() -> None:
    kept = make_story(ONE)
    went = gone(TWO, kept)
    other_language = make_story(THREE, event_id=TWO.id)
    more = make_article("Empat", id=4)
    digest = next_digest(
        had(ONE, kept, went),
        had(TWO, went, kept),
        make_matched(more, story=other_language, lineage=(other_language, kept, went)),
    )
    assert {story.story_id: story.told_before for story in digest.stories}[ONE.id] == 2


def test_a_story_that_moved_on_twice_is_told_by_the_name_under_which_it_was_had() -> None:
    last = make_story(ONE)
    middle = gone(TWO, last)
    first = gone(THREE, middle)
    digest = next_digest(had(ONE, last, middle, first), had(THREE, first, last, middle))
    assert digest.mergers == (("Tiga", "Satu"),)


def test_a_later_step_of_a_chain_is_told_though_its_first_step_was_told_before() -> None:
    last = make_story(ONE)
    middle = gone(TWO, last)
    first = make_story(THREE, merged_into=TWO.id, merged_at=TOLD_AT - HOUR)
    digest = next_digest(had(ONE, last, middle, first), had(THREE, first, last, middle))
    assert digest.mergers == (("Tiga", "Satu"),)


def test_two_stories_of_one_event_that_become_one_are_no_change_to_who_had_them_together() -> None:
    kept = make_story(ONE)
    went = gone(TWO, kept, event_id=ONE.id)
    digest = next_digest(had(ONE, kept, went), had(TWO, went, kept))
    assert (digest.mergers, digest.partings) == ((), ())


def test_stories_that_come_together_by_what_went_into_one_of_them_are_told_as_merged() -> None:
    event, kept = make_story(ONE), make_story(TWO)
    went = gone(THREE, kept, event_id=ONE.id)
    digest = next_digest(had(ONE, event), had(TWO, kept, went, event))
    assert digest.mergers == (("Dua", "Satu"),)


def test_what_was_parted_is_told_by_the_titles_that_were_told() -> None:
    left = make_story(ONE, title="not told")
    parted = make_story(TWO, parted_from=ONE.id, parted_at=CHANGED_AT)
    digest = next_digest(had(ONE, left), had(TWO, parted, left))
    assert digest.partings == (("Dua", "Satu"),)
    later = make_matched(THREE, story=None, was_told=True, told_at=CHANGED_AT + HOUR)
    assert next_digest(had(ONE, left), had(TWO, parted, left), later).partings == ()


def test_what_was_parted_and_joined_again_between_two_digests_is_no_change() -> None:
    left = make_story(ONE)
    parted = make_story(TWO, parted_from=ONE.id, parted_at=CHANGED_AT, merged_into=ONE.id, merged_at=CHANGED_AT + HOUR)
    digest = next_digest(had(ONE, left, parted), had(TWO, parted, left))
    assert (digest.mergers, digest.partings) == ((), ())


def test_part_of_a_story_that_goes_elsewhere_is_told_as_parted_and_as_merged() -> None:
    left, other = make_story(ONE), make_story(THREE)
    parted = make_story(
        TWO, parted_from=ONE.id, parted_at=CHANGED_AT, merged_into=THREE.id, merged_at=CHANGED_AT + HOUR
    )
    digest = next_digest(had(ONE, left), had(TWO, parted, other, left), had(THREE, other, parted))
    assert digest.partings == (("Dua", "Satu"),)
    assert digest.mergers == (("Dua", "Tiga"),)
