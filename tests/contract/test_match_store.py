"""What every store promises of stories, and of matching a changed watchlist."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import StoreChangedError
from monitor.model.commits import Intake, Rematch
from monitor.model.stories import Joining
from monitor.model.watchlists import Field, Hit, Signal
from tests.factories import NOW, make_article, make_match, make_story

DAY = timedelta(days=1)
WATCHLIST = "russia-north-korea"


def rematch(version: str = "v2", cursor: int = 0, **facts: Any) -> Rematch:
    return Rematch(
        **{
            "watchlist": WATCHLIST,
            "version": version,
            "scored_ids": (),
            "matches": (),
            "cursor": cursor,
            "is_complete": False,
            **facts,
        }
    )


async def matched(store: Any, *watchlists: str, since: Any = NOW - DAY) -> list[Any]:
    return await store.matched_articles("analyst", watchlists or [WATCHLIST], since=since)


async def test_a_story_comes_back_as_it_was_given(store: Any) -> None:
    story = make_story(
        make_article(),
        id=2**63 - 1,
        centroid={3: 0.1, 2**62 + 1: 1 / 3, 0: -0.0},
        facts={"actors": ("kim", "путин"), "numbers": ()},
        storyline_id=5,
        version="s1",
        size=3,
        mean_at=NOW - timedelta(microseconds=7),
    )
    await store.commit_intake(Intake(stories=(story,)))
    assert await store.open_stories(since=NOW - 7 * DAY) == [story]


async def test_open_stories_are_neither_merged_nor_too_old_and_come_oldest_first(store: Any) -> None:
    def story(title: str, first: int, last: int, **facts: Any) -> Any:
        return make_story(make_article(title), first_at=NOW - first * DAY, last_at=NOW - last * DAY, **facts)

    young, old, edge = story("young", 1, 0), story("old", 30, 0), story("edge", 9, 7)
    closed, merged = story("closed", 9, 8), story("merged", 2, 0, merged_into=old.id)
    await store.commit_intake(Intake(stories=(young, old, edge, closed, merged)))
    assert await store.open_stories(since=NOW - 7 * DAY) == [old, edge, young]


async def test_a_changed_story_replaces_the_earlier_one_whole(store: Any) -> None:
    story = make_story(make_article(), centroid={1: 1.0}, facts={"actors": ("kim",)})
    grown = dataclasses.replace(story, size=2, last_at=NOW, centroid={2: 1.0}, facts={})
    await store.commit_intake(Intake(stories=(story,)))
    await store.commit_intake(Intake(stories=(grown,)))
    assert await store.open_stories(since=NOW - DAY) == [grown]


async def test_a_match_comes_back_with_all_its_signals(store: Any) -> None:
    article = make_article()
    signals = (
        Signal(
            name="near",
            points=12.345678901234567,
            evidence="Kim … Putin",
            hits=(
                Hit(field=Field.BODY, start=3, end=9, text="김정은"),
                Hit(field=Field.TITLE, start=0, end=0, text=""),
            ),
            label={"id": "berdekatan"},
        ),
        Signal(name="opinion", points=-8.0),
    )
    match = make_match(article, signals=signals, quote="«Kim» said\nso", points=4.345678901234567)
    await store.commit_intake(Intake(articles=(article,), matches=(match,)))
    assert [found.match for found in await matched(store)] == [match]


async def test_matches_are_given_by_watchlist_and_look_back(store: Any) -> None:
    old, new = make_article("old", first_seen_at=NOW - 2 * DAY), make_article("new", first_seen_at=NOW - DAY)
    matches = (make_match(old), make_match(new), make_match(new, watchlist="asean"))
    await store.commit_intake(Intake(articles=(old, new), matches=matches))
    assert [found.match for found in await matched(store)] == [matches[1]]
    assert [found.match for found in await matched(store, "asean", WATCHLIST)] == [matches[2], matches[1]]
    assert await matched(store, "unknown") == []
    assert await store.matched_articles("analyst", [], since=NOW - DAY) == []


async def test_matches_come_by_story_then_time_and_those_without_a_story_last(store: Any) -> None:
    at = [NOW - n * timedelta(hours=1) for n in range(5)]
    first, second, other, lone = (
        make_article(title, id=id, published_at=when)
        for title, id, when in (("first", 40, at[3]), ("second", 10, at[1]), ("other", 30, at[4]), ("lone", 5, at[2]))
    )
    stories = (make_story(first, id=20), make_story(other, id=25))
    joinings = (
        Joining(article_id=40, story_id=20, is_first=True),
        Joining(article_id=10, story_id=20, is_first=False, similarity=0.5, reason="cos .50"),
        Joining(article_id=30, story_id=25, is_first=True),
    )
    articles = (first, second, other, lone)
    matches = tuple(map(make_match, articles))
    await store.commit_intake(Intake(articles=articles, stories=stories, joinings=joinings, matches=matches))
    found = await matched(store)
    assert [m.article.title for m in found] == ["first", "second", "other", "lone"]
    assert [m.story and m.story.id for m in found] == [20, 20, 25, None]


async def test_an_article_of_a_merged_story_is_given_under_the_story_it_was_merged_into(store: Any) -> None:
    article = make_article()
    last = make_story(article, id=1)
    chain = (last, make_story(article, id=2, merged_into=1), make_story(article, id=3, merged_into=2))
    joining = Joining(article_id=article.id, story_id=3, is_first=True)
    await store.commit_intake(
        Intake(articles=(article,), stories=chain, joinings=(joining,), matches=(make_match(article),))
    )
    assert [found.story for found in await matched(store)] == [last]


async def test_the_stories_of_articles_are_named_by_what_they_were_merged_into(store: Any) -> None:
    article = make_article()
    stories = (make_story(article, id=1), make_story(article, id=2, merged_into=1))
    places = {10: 1, 11: 2, 12: 404}
    joinings = tuple(Joining(article_id=of, story_id=story, is_first=False) for of, story in places.items())
    await store.commit_intake(Intake(stories=stories, joinings=joinings))
    assert await store.story_ids([10, 11, 12, 13]) == {10: 1, 11: 1}
    assert await store.story_ids([]) == {}
    assert await store.stories_of([10, 11, 12, 13]) == [stories[0]]
    assert await store.stories_of([]) == []


async def test_articles_to_score_again_come_by_id_after_the_cursor(store: Any) -> None:
    articles = [make_article(f"a{n}", id=n, first_seen_at=NOW - n * DAY) for n in (9, 3, 5, 7)]
    await store.commit_intake(Intake(articles=tuple(articles)))

    async def after(cursor: int, limit: int = 10) -> list[int]:
        return [article.id for article in await store.articles_after(cursor, since=NOW - 8 * DAY, limit=limit)]

    assert await after(0) == [3, 5, 7]
    assert await after(3, limit=1) == [5]
    assert await after(7) == []


async def test_a_rematch_replaces_the_matches_of_its_watchlist_for_what_it_scored(store: Any) -> None:
    one, two, three = (make_article(title, id=n) for n, title in enumerate(("one", "two", "three"), start=1))
    before = (make_match(one), make_match(two), make_match(three), make_match(one, watchlist="asean"))
    await store.commit_intake(Intake(articles=(one, two, three), matches=before))
    again = make_match(two, version="v2", points=99.0)
    await store.commit_rematch(rematch(scored_ids=(1, 2), matches=(again,), cursor=2))
    found = {(m.article.id, m.match.watchlist): m.match for m in await matched(store, WATCHLIST, "asean")}
    assert found == {(2, WATCHLIST): again, (3, WATCHLIST): before[2], (1, "asean"): before[3]}
    assert await store.watchlist_versions() == {WATCHLIST: ("", 2)}


async def test_a_watchlist_is_at_its_version_when_all_is_scored(store: Any) -> None:
    await store.set_watchlist_versions({WATCHLIST: "v1", "asean": "a1"})
    await store.commit_rematch(rematch(cursor=2))
    assert await store.watchlist_versions() == {WATCHLIST: ("v1", 2), "asean": ("a1", 0)}
    await store.commit_rematch(rematch(cursor=4, is_complete=True))
    assert await store.watchlist_versions() == {WATCHLIST: ("v2", 0), "asean": ("a1", 0)}


async def test_a_watchlist_edited_in_the_middle_of_a_rescoring_is_scored_from_the_start_again(store: Any) -> None:
    await store.set_watchlist_versions({WATCHLIST: "v1"})
    await store.commit_rematch(rematch("v2", cursor=500))
    await store.commit_rematch(rematch("v3", cursor=700))
    await store.commit_rematch(rematch("v3", cursor=900, is_complete=True))
    assert await store.watchlist_versions() == {WATCHLIST: ("v1", 0)}
    await store.commit_rematch(rematch("v3", cursor=900, is_complete=True))
    assert await store.watchlist_versions() == {WATCHLIST: ("v3", 0)}


async def test_a_rematch_groups_what_it_newly_matched(store: Any) -> None:
    article = make_article()
    await store.commit_intake(Intake(articles=(article,)))
    story = make_story(article)
    await store.commit_rematch(
        rematch(
            scored_ids=(article.id,),
            matches=(make_match(article),),
            stories=(story,),
            joinings=(Joining(article_id=article.id, story_id=story.id, is_first=True),),
        )
    )
    assert [found.story for found in await matched(store)] == [story]


async def test_a_rematch_that_rests_on_what_changed_since_is_refused_whole(store: Any) -> None:
    article = make_article()
    await store.commit_intake(Intake(articles=(article,), matches=(make_match(article),), artifacts={"mark": b"one"}))
    given = rematch(scored_ids=(article.id,), cursor=article.id, rests_on={"mark": None})
    with pytest.raises(StoreChangedError, match="mark"):
        await store.commit_rematch(given)
    assert len(await matched(store)) == 1
    assert await store.watchlist_versions() == {}
    await store.commit_rematch(dataclasses.replace(given, rests_on={"mark": b"one"}))
    assert await matched(store) == []
