"""A changed watchlist is applied to what is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from monitor.core.scoring import compile_watchlists
from monitor.errors import StoreFullError
from monitor.model.articles import Article
from monitor.model.commits import Identities, Rematch
from monitor.model.watchlists import Mention, Watchlist
from monitor.pipeline.intake import Intaker
from monitor.pipeline.judging import Judge
from monitor.pipeline.match import MatchReport, match
from tests.factories import NOW, make_article, make_entity, make_watchlist
from tests.fakes import MemoryStore

FLOOD = make_watchlist(
    "flood",
    version="f1",
    entities={"flood": make_entity("flood", "banjir")},
    match=Mention(entity="flood"),
    sides=("flood",),
    threshold=5.0,
)


def article(title: str, n: int) -> Article:
    return make_article(
        title, url=f"https://example.org/{n}", text=f"{title}. Warga mengungsi sejak pagi, kata petugas."
    )


async def stored(*articles: Article, watchlist: Watchlist) -> tuple[MemoryStore, Judge]:
    """A store that took these articles in under a watchlist."""
    store = MemoryStore()
    judge = Judge(store, store, score=compile_watchlists([watchlist]).score)
    await judge.load(NOW)
    await Intaker(store=store, judge=judge, zones={}).take_in_documents(articles, name="test", now=NOW)
    await store.set_watchlist_versions({watchlist.name: watchlist.version})
    return store, judge


async def run(store: MemoryStore, judge: Judge, *watchlists: Watchlist, chunk: int = 500) -> MatchReport:
    return await match(watchlists, store=store, judge=judge, now=NOW, look_back=timedelta(days=30), chunk=chunk)


async def test_a_new_watchlist_finds_what_was_stored_before_it() -> None:
    store, judge = await stored(
        article("Banjir di Medan", 1), article("Konser di Jakarta", 2), watchlist=make_watchlist()
    )
    assert store.matches == {}
    report = await run(store, judge, make_watchlist(), FLOOD)
    assert (report.scored, report.matched) == ({"flood": 2}, {"flood": 1})
    ((name, article_id),) = store.matches
    assert (name, article_id) == ("flood", article("Banjir di Medan", 1).id)
    assert (await store.watchlist_versions())["flood"] == ("f1", 0)


async def test_what_matches_only_now_is_placed_in_a_story() -> None:
    store, judge = await stored(article("Banjir di Medan", 1), watchlist=make_watchlist())
    await run(store, judge, FLOOD)
    assert len(store.stories) == 1
    assert set(await store.story_ids(list(store.articles))) == set(store.articles)


async def test_an_article_that_has_a_story_keeps_it() -> None:
    store, _ = await stored(article("Banjir di Medan", 1), watchlist=FLOOD)
    before = dict(store.stories)
    edited = make_watchlist(
        "flood", version="f2", entities=FLOOD.entities, match=FLOOD.match, sides=FLOOD.sides, threshold=1.0
    )
    late = Judge(store, store, score=compile_watchlists([edited]).score)
    await late.load(NOW + timedelta(days=30))  # its story is closed, and not in this judge's memory
    report = await run(store, late, edited)
    assert report.matched == {"flood": 1}
    assert store.stories == before


async def test_a_stricter_watchlist_takes_matches_back() -> None:
    store, judge = await stored(article("Banjir di Medan", 1), watchlist=FLOOD)
    assert len(store.matches) == 1
    strict = make_watchlist(
        "flood", version="f2", entities=FLOOD.entities, match=FLOOD.match, sides=FLOOD.sides, threshold=1000.0
    )
    await run(store, judge, strict)
    assert store.matches == {}


async def test_an_unchanged_watchlist_is_not_scored_again() -> None:
    store, judge = await stored(article("Banjir di Medan", 1), watchlist=FLOOD)
    commits = store.commits
    report = await run(store, judge, FLOOD)
    assert report.scored == {}
    assert store.commits == commits


class FullOnce(MemoryStore):
    """Has no room for the second rescored chunk."""

    rematches = 0

    async def commit_rematch(self, rematch: Rematch) -> None:
        self.rematches += 1
        if self.rematches == 2:
            raise StoreFullError("the disk is full")
        await super().commit_rematch(rematch)


async def test_a_pass_that_the_store_interrupts_is_taken_up_again() -> None:
    store = FullOnce()
    judge = Judge(store, store, score=compile_watchlists([make_watchlist()]).score)
    await judge.load(NOW)
    floods = [article("Banjir di Medan", 1), article("Banjir di Aceh", 2)]
    await Intaker(store=store, judge=judge, zones={}).take_in_documents(floods, name="test", now=NOW)
    with pytest.raises(StoreFullError):
        await run(store, judge, FLOOD, chunk=1)
    assert len(store.matches) == 1
    await run(store, judge, FLOOD, chunk=1)
    assert len(store.matches) == 2
    assert (await store.watchlist_versions())["flood"] == ("f1", 0)


async def test_seeds_are_taken_in_once() -> None:
    store, judge = await stored(article("Banjir di Medan", 1), watchlist=FLOOD)
    intaker = Intaker(store=store, judge=judge, zones={})
    again = await intaker.take_in_documents([article("Banjir di Medan", 1)], name="test", now=NOW + timedelta(days=1))
    assert (again.entries, again.known, again.stored) == (1, 1, 0)


async def test_an_empty_batch_keeps_nothing() -> None:
    store, judge = await stored(watchlist=FLOOD)
    commits = store.commits
    tally = await Intaker(store=store, judge=judge, zones={}).take_in_documents([], name="test", now=NOW)
    assert tally.entries == 0
    assert store.commits == commits


class Unhurried(MemoryStore):
    """Lets others go first whenever it is asked."""

    async def identities(self, url_keys: Sequence[int], title_keys: Sequence[int], *, since: datetime) -> Identities:
        await asyncio.sleep(0)
        return await super().identities(url_keys, title_keys, since=since)


async def test_two_that_take_in_at_once_wait_for_each_other() -> None:
    store = Unhurried()
    judge = Judge(store, store, score=compile_watchlists([FLOOD]).score)
    await judge.load(NOW)
    intaker = Intaker(store=store, judge=judge, zones={})
    await asyncio.gather(
        intaker.take_in_documents([article("Banjir di Medan", 1)], name="a", now=NOW),
        intaker.take_in_documents([article("Banjir di Aceh", 2)], name="b", now=NOW),
    )
    assert len(store.articles) == 2
