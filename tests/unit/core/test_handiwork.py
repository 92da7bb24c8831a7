"""A person's word about stories."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.features import Frequencies, Gazetteer
from monitor.core.handiwork import Split, join, split
from monitor.core.open_stories import OpenStories, members_of
from monitor.core.repair import mergers
from monitor.core.story_states import rebuilt
from monitor.model.articles import Article
from monitor.model.stories import Story
from tests.factories import NOW, make_article

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
