"""Rounds of checks: what is fetched, kept, blamed and forgiven."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from monitor.core.polling import PollingLimits
from monitor.core.scoring import compile_watchlists
from monitor.errors import ParseError, StoreFullError
from monitor.model.articles import LedgerState
from monitor.model.feeds import (
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchOutcome,
    FetchRequest,
    NotModified,
    ParsedFeed,
    Validators,
)
from monitor.pipeline.collect import CollectLimits, Collector
from monitor.pipeline.intake import Intaker
from monitor.pipeline.judging import Judge
from tests.factories import NOW, make_feed, make_feed_state, make_watchlist
from tests.fakes import MemoryStore


class StoppedClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    async def pause(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class ScriptedSource:
    """Answers by URL; an exception in the script is raised. `asked` records the requests."""

    outcomes: dict[str, FetchOutcome | Exception]
    parsed: dict[str, ParsedFeed | Exception] = field(default_factory=dict)
    asked: list[FetchRequest] = field(default_factory=list)
    parses: int = 0
    most_at_once: int = 0
    _now: int = 0

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        self.asked.append(request)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        await asyncio.sleep(0)
        self._now -= 1
        outcome = self.outcomes[request.url]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        self.parses += 1
        parsed = self.parsed[fetched.url]
        if isinstance(parsed, Exception):
            raise parsed
        return parsed


def fetched(feed: Feed, body: bytes = b"<rss>1</rss>", etag: str = '"1"') -> Fetched:
    return Fetched(url=feed.url, status=200, body=body, headers={}, validators=Validators(url=feed.url, etag=etag))


def unreachable(feed: Feed) -> FetchFailed:
    return FetchFailed(url=feed.url, kind="dns", message=f"{feed.url}: the name cannot be resolved")


def parsed(*titles: str, feed: Feed) -> ParsedFeed:
    entries = tuple(
        Entry(
            guid=f"{feed.id}-{title}",
            link=f"https://{feed.id}.example.org/{title.replace(' ', '-')}",
            title=title,
            summary=f"{title}. Presiden Putin dan Kim Jong Un membahas kerja sama Rusia dan Korea Utara.",
            published_raw="Sun, 22 Nov 2026 06:00:00 +0000",
        )
        for title in titles
    )
    return ParsedFeed(kind="rss20", entries=entries)


@dataclass
class Rig:
    """A collector over fakes, with the real judge and scorer."""

    source: ScriptedSource
    feeds: Mapping[str, Feed]
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: StoppedClock = field(default_factory=StoppedClock)

    def __post_init__(self) -> None:
        self.judge = Judge(self.store, self.store, score=compile_watchlists([make_watchlist(threshold=20.0)]).score)
        self.collector = Collector(
            sources={"feed": self.source},
            store=self.store,
            intaker=Intaker(store=self.store, judge=self.judge, zones={}),
            clock=self.clock,
            chance=lambda: 0.5,
            limits=CollectLimits(concurrency=3, per_batch=4),
            polling_limits=PollingLimits(),
            pause=self.clock.pause,
        )

    async def ready(self) -> Rig:
        await self.judge.load(NOW)
        await self.store.sync_feeds([make_feed_state(feed.id, url=feed.url) for feed in self.feeds.values()])
        return self

    async def states(self) -> dict[str, FeedState]:
        return {state.feed_id: state for state in await self.store.feed_states()}


def feeds_named(*names: str) -> dict[str, Feed]:
    return {name: make_feed(name) for name in names}


async def rig_of(
    outcomes: Mapping[str, FetchOutcome | Exception],
    bodies: Mapping[str, ParsedFeed | Exception],
    feeds: Mapping[str, Feed],
) -> Rig:
    source = ScriptedSource(
        outcomes={feeds[name].url: outcome for name, outcome in outcomes.items()},
        parsed={feeds[name].url: body for name, body in bodies.items()},
    )
    return await Rig(source=source, feeds=feeds).ready()


async def test_what_a_feed_says_is_kept_with_its_state() -> None:
    feeds = feeds_named("a")
    rig = await rig_of({"a": fetched(feeds["a"])}, {"a": parsed("Putin tiba", feed=feeds["a"])}, feeds)
    report = await rig.collector.collect_due(feeds)
    assert (report.checked, report.tally.stored, report.tally.matched) == (1, 1, 1)
    state = (await rig.states())["a"]
    assert state.validators == Validators(url=feeds["a"].url, etag='"1"')
    assert state.next_check_at > NOW
    assert state.newest_at == NOW - timedelta(hours=1)


async def test_the_next_check_asks_with_the_validators_of_the_last_answer() -> None:
    feeds = feeds_named("a")
    rig = await rig_of({"a": fetched(feeds["a"])}, {"a": parsed("Putin tiba", feed=feeds["a"])}, feeds)
    await rig.collector.collect_due(feeds)
    rig.clock.at += timedelta(hours=1)
    rig.source.outcomes[feeds["a"].url] = NotModified(url=feeds["a"].url, headers={}, validators=None)
    report = await rig.collector.collect_due(feeds)
    assert rig.source.asked[1].validators == Validators(url=feeds["a"].url, etag='"1"')
    assert (report.not_modified, report.tally.entries) == (1, 0)


async def test_an_unchanged_body_is_not_parsed_again_but_its_new_validators_are_kept() -> None:
    feeds = feeds_named("a")
    rig = await rig_of({"a": fetched(feeds["a"])}, {"a": parsed("Putin tiba", feed=feeds["a"])}, feeds)
    await rig.collector.collect_due(feeds)
    rig.clock.at += timedelta(hours=1)
    rig.source.outcomes[feeds["a"].url] = fetched(feeds["a"], etag='"2"')
    report = await rig.collector.collect_due(feeds)
    assert rig.source.parses == 1
    assert report.unchanged == 1
    assert (await rig.states())["a"].validators == Validators(url=feeds["a"].url, etag='"2"')


async def test_two_feeds_with_one_text_in_one_batch_give_an_original_and_a_copy() -> None:
    feeds = feeds_named("a", "b")
    words = " ".join(f"kata{n}" for n in range(120))
    bodies = {}
    for name in ("a", "b"):
        entry = Entry(guid=name, link=f"https://{name}.example.org/x", title=f"Berita {name}", summary=words)
        bodies[name] = ParsedFeed(kind="rss20", entries=(entry,))
    rig = await rig_of({name: fetched(feeds[name]) for name in feeds}, bodies, feeds)
    report = await rig.collector.collect_due(feeds)
    assert (report.tally.stored, report.tally.copies) == (1, 1)


async def test_every_entry_ends_in_exactly_one_state_of_the_ledger() -> None:
    feeds = feeds_named("a")
    good = parsed("Putin tiba", "Kim pergi", feed=feeds["a"])
    empty = Entry(guid="empty")
    twice = good.entries[0]
    body = ParsedFeed(kind="rss20", entries=(*good.entries, empty, twice))
    rig = await rig_of({"a": fetched(feeds["a"])}, {"a": body}, feeds)
    tally = (await rig.collector.collect_due(feeds)).tally
    assert tally.entries == 4
    assert tally.entries == tally.known + tally.stored + tally.copies + tally.revisions + tally.dropped
    assert (tally.dropped, tally.known, tally.reasons) == (1, 1, {"no title and no text": 1})
    assert sum(row.state is LedgerState.DROPPED for row in rig.store.ledger.values()) == 1


async def test_a_feed_that_fails_is_data_and_its_neighbours_go_on() -> None:
    feeds = feeds_named("good", "html", "gone", "bug")
    outcomes: dict[str, FetchOutcome | Exception] = {
        "good": fetched(feeds["good"]),
        "html": fetched(feeds["html"]),
        "gone": FetchFailed(url=feeds["gone"].url, kind="status", message="404", status=404),
        "bug": RuntimeError("boom"),
    }
    bodies = {"good": parsed("Putin tiba", feed=feeds["good"]), "html": ParseError("this is a web page", kind="html")}
    rig = await rig_of(outcomes, bodies, feeds)
    report = await rig.collector.collect_due(feeds)
    assert report.tally.stored == 1
    assert set(report.failures) == {"html", "gone", "bug"}
    states = await rig.states()
    assert {name: states[name].outcome for name in ("html", "gone", "bug")} == {
        "html": "html",
        "gone": "not-found",
        "bug": "crash",
    }
    assert all(states[name].next_check_at > NOW for name in feeds)


async def test_a_feed_whose_entries_cannot_be_judged_does_not_sink_the_batch() -> None:
    feeds = feeds_named("good", "poison")
    bodies = {"good": parsed("Putin tiba", feed=feeds["good"]), "poison": parsed("racun", feed=feeds["poison"])}
    rig = await rig_of({name: fetched(feeds[name]) for name in feeds}, bodies, feeds)
    scorer = compile_watchlists([make_watchlist(threshold=20.0)])

    def score(article: object) -> Sequence[object]:
        if getattr(article, "title", "") == "racun":
            raise RecursionError("a bug in a scorer")
        return scorer.score(article)  # type: ignore[arg-type]

    rig.judge.configure(score, rig.judge._gazetteer)  # type: ignore[arg-type]
    report = await rig.collector.collect_due(feeds)
    assert report.tally.stored == 1
    assert set(report.failures) == {"poison"}
    assert (await rig.states())["poison"].outcome == "crash"


async def test_our_own_outage_is_counted_against_no_feed_and_ends_with_the_first_answer() -> None:
    feeds = feeds_named("a", "b", "c", "d")
    rig = await rig_of({name: unreachable(feeds[name]) for name in feeds}, {}, feeds)
    report = await rig.collector.collect_all(feeds)
    assert report.is_own_outage
    assert report.failures == {}
    assert {state.failures for state in (await rig.states()).values()} == {0}
    for name in feeds:
        rig.source.outcomes[feeds[name].url] = fetched(feeds[name])
        rig.source.parsed[feeds[name].url] = parsed(f"Putin {name}", feed=feeds[name])
    report = await rig.collector.collect_all(feeds)
    assert not report.is_own_outage
    assert report.tally.entries == 4


async def test_one_dead_host_among_living_ones_is_blamed() -> None:
    feeds = feeds_named("a", "b", "dead")
    outcomes: dict[str, FetchOutcome | Exception] = {name: fetched(feeds[name]) for name in ("a", "b")}
    rig = await rig_of(
        {**outcomes, "dead": unreachable(feeds["dead"])},
        {name: parsed(f"Putin {name}", feed=feeds[name]) for name in ("a", "b")},
        feeds,
    )
    report = await rig.collector.collect_all(feeds)
    assert set(report.failures) == {"dead"}
    assert (await rig.states())["dead"].failures == 1


async def test_failures_that_come_one_by_one_are_still_seen_as_one_outage() -> None:
    feeds = feeds_named("a", "b", "c", "d")
    rig = await rig_of({name: unreachable(feeds[name]) for name in feeds}, {}, feeds)
    staggered = MemoryStore()
    await staggered.sync_feeds(
        [
            make_feed_state(name, url=feeds[name].url, next_check_at=NOW + timedelta(seconds=5 * place))
            for place, name in enumerate(feeds)
        ]
    )
    rig = Rig(source=rig.source, feeds=feeds, store=staggered)
    for place in range(len(feeds)):
        rig.clock.at = NOW + timedelta(seconds=5 * place)
        await rig.collector.collect_due(feeds)
        assert len(rig.source.asked) == place + 1
    rig.clock.at = NOW + timedelta(seconds=40)
    report = await rig.collector.collect_due({})
    assert report.is_own_outage
    assert {state.failures for state in (await rig.states()).values()} == {0}


async def test_a_store_that_refuses_loses_nothing_and_the_feed_is_read_again() -> None:
    feeds = feeds_named("a")
    rig = await rig_of({"a": fetched(feeds["a"])}, {"a": parsed("Putin tiba", feed=feeds["a"])}, feeds)
    claim = await rig.store.claim_due_feeds(NOW, limit=1, lease_s=0.0)
    assert len(claim) == 1
    rig.store.refusals.append(StoreFullError("the disk is full"))
    with pytest.raises(StoreFullError):
        await rig.collector.collect_all(feeds)
    assert rig.store.articles == {}
    assert (await rig.states())["a"].validators is None
    report = await rig.collector.collect_all(feeds)
    assert report.tally.stored == 1


async def test_no_more_feeds_are_fetched_at_once_than_allowed() -> None:
    names = [f"f{n}" for n in range(12)]
    feeds = feeds_named(*names)
    rig = await rig_of(
        {name: NotModified(url=feeds[name].url, headers={}, validators=None) for name in names}, {}, feeds
    )
    report = await rig.collector.collect_due(feeds)
    assert report.checked == 12
    assert rig.source.most_at_once <= 3


async def test_a_stopped_collector_claims_nothing() -> None:
    feeds = feeds_named("a")
    rig = await rig_of({"a": fetched(feeds["a"])}, {"a": parsed("Putin tiba", feed=feeds["a"])}, feeds)
    rig.collector.stop()
    assert (await rig.collector.collect_due(feeds)).checked == 0
    assert rig.source.asked == []


async def test_reading_the_same_feed_twice_changes_nothing_the_second_time() -> None:
    feeds = feeds_named("a")
    rig = await rig_of({"a": fetched(feeds["a"])}, {"a": parsed("Putin tiba", "Kim pergi", feed=feeds["a"])}, feeds)
    await rig.collector.collect_all(feeds)
    rig.source.outcomes[feeds["a"].url] = fetched(feeds["a"], body=b"<rss>2</rss>")
    rig.clock.at += timedelta(hours=1)
    stored = dict(rig.store.articles)
    tally = (await rig.collector.collect_all(feeds)).tally
    assert (tally.entries, tally.known) == (2, 2)
    assert rig.store.articles == stored


async def test_a_store_that_refuses_while_the_queue_is_full_ends_the_round() -> None:
    names = [f"f{n}" for n in range(6)]
    feeds = feeds_named(*names)
    rig = await rig_of(
        {name: NotModified(url=feeds[name].url, headers={}, validators=None) for name in names}, {}, feeds
    )
    rig.store.refusals.append(StoreFullError("the disk is full"))
    async with asyncio.timeout(20):
        with pytest.raises(StoreFullError):
            await rig.collector.collect_all(feeds)
