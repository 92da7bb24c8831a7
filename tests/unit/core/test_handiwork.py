"""A person's word about stories."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.features import Frequencies, Gazetteer
from monitor.core.handiwork import Split, cut, join, split
from monitor.core.kinship import Kinship
from monitor.core.open_stories import OpenStories, members_of
from monitor.core.repair import mergers
from monitor.core.story_pairs import are_apart
from monitor.core.story_states import rebuilt
from monitor.model.articles import Article
from monitor.model.stories import Story
from tests.factories import NOW, make_article, make_story

NOBODY = Gazetteer({})
VISIT = (
    "Presiden Rusia Vladimir Putin tiba di bandara Pyongyang pada Rabu dini hari dan disambut oleh Kim Jong Un. Kedua "
    "pemimpin menandatangani perjanjian kemitraan strategis, membahas pasokan amunisi, gandum dan pariwisata."
)


WAYS = ("", "tiba", "mendarat", "hadir")


def page(number: int, hours: float = 0.0) -> Article:
    at = NOW + timedelta(hours=hours)
    return make_article(f"Putin {WAYS[number]} di Pyongyang", id=number, text=VISIT, published_at=at, first_seen_at=at)


def story_of(*articles: Article) -> Story:
    return rebuilt(articles, frequencies=Frequencies(), gazetteer=NOBODY)


def parted(story: Story, articles: list[Article], *going: int) -> Split:
    return split(story, articles, going, frequencies=Frequencies(), gazetteer=NOBODY, now=NOW)


def test_a_story_made_anew_is_named_by_its_oldest_article_and_holds_all() -> None:
    story = story_of(page(2, 1), page(1), page(3, 2))
    assert (story.id, story.size, story.first_at, story.last_at) == (1, 3, NOW, NOW + timedelta(hours=2))
    assert set(members_of(story)) == {1, 2, 3}
    assert len(story.gists) == 2


def test_what_goes_makes_a_story_and_what_stays_keeps_the_name() -> None:
    articles = [page(1), page(2, 1), page(3, 2)]
    done = parted(story_of(*articles), articles, 3)
    assert (done.left.id, set(members_of(done.left))) == (1, {1, 2})
    assert (done.parted.id, set(members_of(done.parted))) == (3, {3})
    assert (done.parted.parted_from, done.parted.parted_at) == (1, NOW)
    assert [(one.article_id, one.story_id) for one in done.joinings] == [(3, 3)]
    assert "by hand" in str(done.decisions[0].features["reason"])


def test_even_when_the_article_that_named_it_goes_the_story_keeps_its_id() -> None:
    articles = [page(1), page(2, 1), page(3, 2)]
    done = parted(story_of(*articles), articles, 1)
    assert done.left.id == 1
    assert done.parted.id not in (1, 2, 3)


def test_what_was_split_is_never_merged_again_until_a_person_joins_it() -> None:
    articles = [page(1), page(2, 1)]
    done = parted(story_of(*articles), articles, 2)
    both = OpenStories([done.left, done.parted])
    assert mergers(both, now=NOW) == []
    assert len(mergers(OpenStories([story_of(articles[0]), story_of(articles[1])]), now=NOW)) == 1
    joined = join(done.left, done.parted, now=NOW)
    assert (joined.kept.id, joined.gone.merged_into, joined.kept.size) == (1, 1, 2)
    assert "apart" not in joined.kept.facts


@pytest.mark.parametrize(("going", "message"), [((9,), "none of these"), ((1, 2), "nothing would be left")])
def test_a_word_that_cannot_be_followed_says_why(going: tuple[int, ...], message: str) -> None:
    articles = [page(1), page(2, 1)]
    with pytest.raises(ValueError, match=message):
        parted(story_of(*articles), articles, *going)


def test_a_story_cannot_be_joined_with_itself_or_with_what_is_gone() -> None:
    one, other = story_of(page(1)), story_of(page(2, 1))
    with pytest.raises(ValueError, match="one story already"):
        join(one, one, now=NOW)
    with pytest.raises(ValueError, match="went into another"):
        join(one, join(one, other, now=NOW).gone, now=NOW)


def test_what_a_person_parts_one_after_the_other_stays_apart_each_from_each() -> None:
    articles = [page(1), page(2, 1), page(3, 2)]
    once = parted(story_of(*articles), articles, 2)
    again = parted(once.left, [articles[0], articles[2]], 3)
    assert mergers(OpenStories([again.left, once.parted, again.parted]), now=NOW) == []


def test_what_is_parted_from_the_parted_stays_apart_from_what_is_parted_later_from_the_whole() -> None:
    articles = [page(1), page(2, 1), page(3, 2), replace(page(3, 3), id=4)]
    once = parted(story_of(*articles), articles, 2, 3)
    again = parted(once.parted, articles[1:3], 3)
    late = parted(once.left, [articles[0], articles[3]], 4)
    assert mergers(OpenStories([again.parted, late.parted]), now=NOW) == []


def test_what_was_parted_stays_apart_under_the_names_that_the_halves_went_into() -> None:
    """The half that keeps the name goes into an older story, the other into one as like it."""
    articles = [page(1), page(2, 1)]
    done = parted(story_of(*articles), articles, 1)
    older, third = story_of(page(3, -1)), story_of(replace(page(2, -2), id=9))
    one, other = join(older, done.left, now=NOW).kept, join(third, done.parted, now=NOW).kept
    assert {one.id, other.id} == {3, 9}
    assert mergers(OpenStories([one, other]), now=NOW) == []
    joined = join(one, other, now=NOW).kept
    assert "apart" not in joined.facts
    assert mergers(OpenStories([joined, story_of(page(1))]), now=NOW) != []


def test_a_story_stays_apart_from_however_many_were_parted_from_it() -> None:
    first, others = page(1), [replace(page(2, at / 10), id=100 + at) for at in range(25)]
    left, members = story_of(first, *others), [first, *others]
    halves = []
    for other in others:
        done = parted(left, members, other.id)
        left, members = done.left, [one for one in members if one.id != other.id]
        halves.append(done.parted)
    kept = join(story_of(page(3, -1)), left, now=NOW).kept
    assert all(mergers(OpenStories([kept, half]), now=NOW) == [] for half in halves)


def test_a_parted_story_that_is_parted_again_still_says_what_it_was_parted_from() -> None:
    articles = [page(1), page(2, 1), page(3, 2)]
    once = parted(story_of(*articles), articles, 2, 3)
    again = parted(once.parted, articles[1:], 3)
    assert (again.left.parted_from, again.left.parted_at) == (1, NOW)


def test_an_article_that_named_a_story_gone_into_the_whole_does_not_take_its_redirect_along() -> None:
    """The redirect must lead the articles that stay to the whole."""
    articles = [page(1), page(2, 1), page(3, 2)]
    whole = join(story_of(articles[0]), story_of(*articles[1:]), now=NOW).kept
    done = parted(whole, articles, 2)
    assert set(members_of(done.parted)) == {2}
    assert done.parted.id not in (1, 2, 3)
    both = parted(whole, articles, 2, 3)
    assert both.parted.id == 3


def test_an_article_that_named_a_story_of_its_own_before_does_not_take_that_name_again() -> None:
    articles = [page(1), page(2, 1), page(3, 2)]
    once = parted(story_of(*articles), articles, 1, 2)
    again = parted(replace(once.parted, id=2), articles[:2], 1)
    assert again.parted.id not in (1, 2, 3)


def test_an_event_that_is_cut_is_two_each_with_its_oldest_story_and_what_went_into_them_stays() -> None:
    head, one, two = (
        make_story(make_article(f"Berita {of}", id=of, published_at=NOW + timedelta(hours=of))) for of in (1, 2, 3)
    )
    one, two = replace(one, event_id=1), replace(two, event_id=1)
    went = replace(make_story(make_article("Berita 4", id=4)), merged_into=2, merged_at=NOW, event_id=1)
    done = cut([head, one, two, went], head, {2, 3}, now=NOW)

    assert {story.id: story.event_id for story in done.changed} == {1: None, 2: None, 3: 2, 4: None}
    kinship = Kinship(done.changed)
    assert [kinship.event_of(of) for of in (1, 2, 3, 4)] == [1, 2, 2, 2]
    changed = {story.id: story for story in done.changed}
    assert are_apart(changed[1], changed[2])
    assert are_apart(changed[3], changed[1])
    assert not are_apart(changed[2], changed[3])
    assert are_apart(changed[2], make_story(make_article(id=9), event_id=1)), "nor what tells that event"
    assert [one.features["reason"] for one in done.decisions] == [
        "parted by hand from the event of story “Berita 1”"
    ] * 2


def test_what_is_no_event_with_a_story_cannot_be_cut_from_it() -> None:
    one, other = make_story(make_article("Berita 1", id=1)), make_story(make_article("Berita 2", id=2))
    for going in ({2}, {1}, set()):
        with pytest.raises(ValueError, match="none of these stories"):
            cut([one, other], one, going, now=NOW)
