"""Rounds of checks: what is fetched, kept, blamed and forgiven."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from monitor.core.polling import PollingLimits
from monitor.core.scoring import compile_watchlists
from monitor.errors import ParseError, StoreFullError
from monitor.model.articles import LedgerState
from monitor.model.commits import Intake
from monitor.model.feeds import (
    Condition,
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchOutcome,
    FetchRequest,
    Move,
    NotModified,
    ParsedFeed,
    Validators,
)
from monitor.pipeline.collect import CollectLimits, Collector
from monitor.pipeline.intake import Intaker
from monitor.pipeline.judging import Judge
from monitor.pipeline.traffic import Traffic
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
    traffic: Traffic = field(default_factory=Traffic)

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
            traffic=self.traffic,
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


async def test_a_feed_of_a_configuration_being_taken_over_is_left_to_its_own_collector_without_a_lease() -> None:
    feeds = feeds_named("new", "old")
    rig = await rig_of(
        {name: NotModified(url=feeds[name].url, headers={}, validators=None) for name in feeds}, {}, feeds
    )
    await rig.collector.collect_due({"old": feeds["old"]})
    rig.clock.at += timedelta(seconds=5)
    report = await rig.collector.collect_due(feeds)
    assert [request.url for request in rig.source.asked] == [feeds["old"].url, feeds["new"].url]
    assert report.not_modified == 1


class ClaimCountingStore(MemoryStore):
    """Notes how many feeds each claim brought."""

    claims: list[int]

    async def claim_due_feeds(self, now: datetime, *, limit: int, lease_s: float) -> list[FeedState]:
        claimed = await super().claim_due_feeds(now, limit=limit, lease_s=lease_s)
        self.claims.append(len(claimed))
        return claimed


async def test_as_many_feeds_again_as_may_fly_at_once_are_claimed_ahead() -> None:
    feeds = feeds_named(*"abcdefghijkl")
    answers = {feed.url: NotModified(url=feed.url, headers={}, validators=None) for feed in feeds.values()}
    store = ClaimCountingStore()
    store.claims = []
    rig = await Rig(source=ScriptedSource(outcomes=dict(answers)), feeds=feeds, store=store).ready()
    report = await rig.collector.collect_due(feeds)
    assert report.not_modified == 12
    assert rig.source.most_at_once <= 3
    assert store.claims[0] == 6
    assert len([count for count in store.claims if count]) <= 4


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
    assert set(report.failures) == {"gone", "bug"}
    failures: set[str] = set()
    for _ in range(10):  # a page may be a portal's: until somebody else answers
        rig.clock.at += timedelta(minutes=2)
        failures |= set((await rig.collector.collect_due(feeds)).failures)
    assert "html" in failures
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


async def test_a_line_that_goes_down_among_answers_is_blamed_on_nobody() -> None:
    feeds = feeds_named("a", "b", "c", "d", "e")
    rig = await rig_of(
        {name: unmodified(feeds[name]) if name in "ab" else unreachable(feeds[name]) for name in feeds}, {}, feeds
    )
    await rig.collector.collect_due({name: feeds[name] for name in "ab"})
    rig.clock.at += timedelta(seconds=5)
    assert (await rig.collector.collect_all({name: feeds[name] for name in "cde"})).is_own_outage
    assert {state.failures for state in (await rig.states()).values()} == {0}


async def test_a_failure_is_judged_when_another_host_answers_and_not_before() -> None:
    feeds = feeds_named("dead", "well")
    rig = await rig_of({"dead": unreachable(feeds["dead"]), "well": unmodified(feeds["well"])}, {}, feeds)
    rig.store.feeds["well"] = replace(rig.store.feeds["well"], next_check_at=NOW + timedelta(minutes=40))
    for _ in range(3):
        assert (await rig.collector.collect_due(feeds)).failures == {}
        rig.clock.at += timedelta(minutes=13)
    assert [request.url for request in rig.source.asked] == [feeds["dead"].url]
    rig.clock.at = NOW + timedelta(minutes=46)
    assert set((await rig.collector.collect_due(feeds)).failures) == {"dead"}


async def test_a_lonely_failure_is_judged_in_the_end() -> None:
    feeds = feeds_named("dead")
    rig = await rig_of({"dead": unreachable(feeds["dead"])}, {}, feeds)
    await rig.collector.collect_due(feeds)
    rig.clock.at += timedelta(minutes=61)
    assert set((await rig.collector.collect_due(feeds)).failures) == {"dead"}


async def test_an_outage_of_who_polls_few_feeds_is_known_though_they_fail_minutes_apart() -> None:
    feeds = feeds_named("a", "b", "c", "d")
    rig = await rig_of({name: unreachable(feeds[name]) for name in feeds}, {}, feeds)
    for place, name in enumerate(feeds):
        rig.store.feeds[name] = replace(rig.store.feeds[name], next_check_at=NOW + timedelta(minutes=12 * place))
    for minutes in range(40):
        rig.clock.at = NOW + timedelta(minutes=minutes)
        report = await rig.collector.collect_due(feeds)
        assert report.failures == {}
    assert report.is_own_outage
    assert {state.failures for state in (await rig.states()).values()} == {0}


async def test_what_was_not_judged_at_the_end_of_the_process_is_asked_again() -> None:
    feeds = feeds_named("dead")
    rig = await rig_of({"dead": unreachable(feeds["dead"])}, {}, feeds)
    await rig.collector.collect_due(feeds)
    await rig.collector.release()
    assert (rig.store.leases, rig.traffic.aloft, rig.traffic.held) == ({}, set(), [])


async def test_a_portal_that_answers_for_everybody_is_blamed_on_nobody() -> None:
    feeds = feeds_named("a", "b", "c")
    bodies = {name: ParseError("this is a web page", kind="html") for name in feeds}
    rig = await rig_of({name: fetched(feeds[name], body=b"<html>Hotel", etag="x") for name in feeds}, bodies, feeds)
    report = await rig.collector.collect_all(feeds)
    assert (report.is_own_outage, report.failures) == (True, {})
    assert {(state.failures, state.validators) for state in (await rig.states()).values()} == {(0, None)}


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


class FullStore(MemoryStore):
    """Refuses the first `refused` intakes."""

    refused = 1

    async def commit_intake(self, intake: Intake) -> None:
        if self.refused:
            self.refused -= 1
            raise StoreFullError("the disk is full")
        await super().commit_intake(intake)


@pytest.mark.parametrize("refused", [1, 2, 3])
async def test_what_cannot_be_kept_is_given_back_and_asked_again_no_sooner_than_is_polite(refused: int) -> None:
    feeds = feeds_named("a", "b") | {"c": make_feed("c", url="https://a.example.org/c")}
    source = ScriptedSource(outcomes={feed.url: unmodified(feed) for feed in feeds.values()})
    store = FullStore()
    rig = await Rig(source=source, feeds=feeds, store=store).ready()
    store.refused = refused
    for _ in range(max(1, refused - 1)):  # the first round is refused twice: what it brought, and what it gives back
        with pytest.raises(StoreFullError):
            await rig.collector.collect_due(feeds)
    await rig.collector.collect_due(feeds)
    assert rig.traffic.returning == {}
    # The third has not been asked: it still waits for its turn behind the first.
    assert rig.store.leases.keys() == {"c"}
    assert [request.url for request in source.asked] == [feeds["a"].url, feeds["b"].url]
    due = {state.feed_id: state.next_check_at - NOW for state in (await rig.states()).values()}
    assert all(timedelta(seconds=300) <= due[name] <= timedelta(seconds=330) for name in "ab")
    rig.clock.at += timedelta(seconds=7)
    await rig.collector.collect_due(feeds)
    assert [request.url for request in source.asked][2:] == [feeds["c"].url]


async def test_a_suspend_sends_those_that_wait_for_a_turn_back_to_take_new_ones() -> None:
    feeds = {f"{h}{n}": make_feed(f"{h}{n}", url=f"https://{h}.example.org/{n}") for h in "abcdefgh" for n in range(3)}
    rig = await rig_of({name: unmodified(feeds[name]) for name in feeds}, {}, feeds)
    await rig.collector.collect_due(feeds)
    assert (len(rig.source.asked), rig.traffic.turns.waiting) == (8, 16)
    rig.clock.at += timedelta(hours=9)
    await rig.collector.collect_due(feeds)
    # Not one a host at once, but all that are late over some minutes.
    assert len(rig.source.asked) == 9
    for _ in range(40):
        rig.clock.at += timedelta(seconds=10)
        before = len(rig.source.asked)
        await rig.collector.collect_due(feeds)
        assert len(rig.source.asked) - before <= 2
    assert {request.url for request in rig.source.asked[8:]} == {feed.url for feed in feeds.values()}
    assert (rig.store.leases, rig.traffic.aloft) == ({}, set())


async def test_a_restart_gives_hosts_their_pause_whatever_was_asked_just_before_it() -> None:
    feeds = {name: make_feed(name, url=f"https://one.example.org/{name}") for name in "ab"} | {"new": make_feed("new")}
    rig = await rig_of({name: unmodified(feeds[name]) for name in feeds}, {}, feeds)
    for name in "ab":  # asked by a process that was killed before it could keep the answer
        rig.store.feeds[name] = replace(rig.store.feeds[name], checked_at=NOW - timedelta(hours=1))
    await rig.collector.collect_due(feeds)
    assert [request.url for request in rig.source.asked] == [feeds["new"].url]
    rig.clock.at += timedelta(seconds=5)
    await rig.collector.collect_due(feeds)
    assert [request.url for request in rig.source.asked][1:] == [feeds["a"].url]


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


# --- turns --------------------------------------------------------------------------------------------------------


def neighbours(count: int) -> dict[str, Feed]:
    """Feeds of one host and outlet."""
    return {f"f{n}": make_feed(f"f{n}", url=f"https://one.example.org/{n}", outlet="One") for n in range(count)}


def unmodified(feed: Feed) -> NotModified:
    return NotModified(url=feed.url, headers={}, validators=None)


async def test_feeds_of_one_host_take_turns_over_several_rounds() -> None:
    feeds = neighbours(4)
    rig = await rig_of({name: unmodified(feeds[name]) for name in feeds}, {}, feeds)
    asked = []
    for _ in range(5):
        await rig.collector.collect_due(feeds)
        asked.append(len(rig.source.asked))
        rig.clock.at += timedelta(seconds=7)
    assert asked == [1, 2, 3, 4, 4]


class BusySource(ScriptedSource):
    """Every request keeps the loop busy for a while before it goes out; `starts` are (host, second)."""

    clock: StoppedClock
    starts: list[tuple[str, float]]

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        self.clock.at += timedelta(seconds=0.2)
        self.starts.append((request.url.split("/")[2], self.clock.at.timestamp()))
        return await super().fetch(request)


async def test_a_busy_loop_does_not_bring_two_requests_of_a_host_closer_together() -> None:
    crowd = {name: make_feed(name) for name in "abcdefghij"}
    last = {name: make_feed(name, url=f"https://z.example.org/{name}", outlet="Z") for name in ("z1", "z2", "z3")}
    feeds = {**crowd, **last}
    source = BusySource(outcomes={feed.url: unmodified(feed) for feed in feeds.values()})
    rig = await Rig(source=source, feeds=feeds).ready()
    source.clock, source.starts = rig.clock, []
    collector = Collector(
        sources={"feed": source},
        store=rig.store,
        intaker=Intaker(store=rig.store, judge=rig.judge, zones={}),
        clock=rig.clock,
        chance=lambda: 0.0,
        limits=CollectLimits(concurrency=64),
        polling_limits=PollingLimits(),
        pause=rig.clock.pause,
    )

    await collector.collect_all(feeds)

    starts = [at for host, at in source.starts if host == "z.example.org"]
    assert len(starts) == 3
    assert min(later - earlier for earlier, later in pairwise(starts)) >= PollingLimits().spacing_s


async def test_a_round_of_everything_waits_for_every_turn() -> None:
    feeds = neighbours(40)
    rig = await rig_of({name: unmodified(feeds[name]) for name in feeds}, {}, feeds)
    report = await rig.collector.collect_all(feeds)
    assert (report.checked, report.deferred) == (40, 0)
    assert rig.clock.at - NOW >= timedelta(seconds=39 * 5)


async def test_a_crowd_at_one_host_is_given_back_with_later_due_times() -> None:
    feeds = neighbours(60)
    rig = await rig_of({name: unmodified(feeds[name]) for name in feeds}, {}, feeds)
    report = await rig.collector.collect_due(feeds)
    due = sorted(
        state.next_check_at for state in (await rig.states()).values() if state.feed_id not in rig.store.leases
    )
    assert report.deferred == 60 - report.checked - rig.traffic.turns.waiting
    assert report.deferred > 30
    # One was checked, the others come at the pace of the host.
    assert due[0] >= NOW + timedelta(seconds=90)
    assert all(later - earlier >= timedelta(seconds=5) for earlier, later in pairwise(due))


async def test_a_host_that_wants_quiet_gets_it_for_all_its_feeds_over_a_restart() -> None:
    feeds = neighbours(3) | {"other": make_feed("other")}
    outcomes: dict[str, FetchOutcome | Exception] = {name: unmodified(feeds[name]) for name in feeds}
    throttled = FetchFailed(url=feeds["f0"].url, kind="status", message="429", status=429, retry_after_s=3600.0)
    rig = await rig_of({**outcomes, "f0": throttled}, {}, feeds)
    report = await rig.collector.collect_due(feeds)
    assert {request.url for request in rig.source.asked} == {feeds["f0"].url, feeds["other"].url}
    assert set(report.failures) == {"f0"}
    rig = Rig(source=rig.source, feeds=feeds, store=rig.store)
    rig.source.asked.clear()
    for minutes in (1, 10, 30, 59):
        rig.clock.at = NOW + timedelta(minutes=minutes)
        await rig.collector.collect_due(feeds)
        assert (await rig.collector.collect_all(feeds)).deferred == 3
        assert {request.url for request in rig.source.asked} <= {feeds["other"].url}
    rig.source.outcomes[feeds["f0"].url] = unmodified(feeds["f0"])
    for minutes in range(66, 76):
        rig.clock.at = NOW + timedelta(minutes=minutes)
        await rig.collector.collect_due(feeds)
    assert {request.url for request in rig.source.asked} == {feed.url for feed in feeds.values()}


async def test_a_reload_lets_nobody_be_asked_twice_or_forgotten() -> None:
    feeds = neighbours(3)
    rig = await rig_of({name: unmodified(feeds[name]) for name in feeds}, {}, feeds)
    await rig.collector.collect_due(feeds)
    rig.collector.stop()
    rig = Rig(source=rig.source, feeds=feeds, store=rig.store, clock=rig.clock, traffic=rig.traffic)
    for _ in range(4):
        await rig.collector.collect_due(feeds)
        rig.clock.at += timedelta(seconds=7)
    assert sorted(request.url for request in rig.source.asked) == sorted(feed.url for feed in feeds.values())


async def test_a_feed_that_leaves_the_configuration_while_it_waits_is_not_asked() -> None:
    feeds = neighbours(3)
    rig = await rig_of({name: unmodified(feeds[name]) for name in feeds}, {}, feeds)
    await rig.collector.collect_due(feeds)
    changed = {"f1": replace(feeds["f1"], url="https://two.example.org/"), "f0": feeds["f0"]}
    for _ in range(4):
        rig.clock.at += timedelta(seconds=7)
        await rig.collector.collect_due(changed)
    assert [request.url for request in rig.source.asked] == [feeds["f0"].url]
    assert rig.traffic.aloft == set()
    assert rig.traffic.turns.in_flight == 0


async def test_what_waits_at_the_end_of_the_process_is_given_back() -> None:
    feeds = neighbours(3)
    rig = await rig_of({name: unmodified(feeds[name]) for name in feeds}, {}, feeds)
    await rig.collector.collect_due(feeds)
    await rig.collector.release()
    assert rig.store.leases == {}
    assert rig.traffic.aloft == set()


async def test_a_round_that_breaks_off_keeps_no_turn_and_no_feed() -> None:
    feeds = feeds_named("a", "b")
    rig = await rig_of({name: unmodified(feeds[name]) for name in feeds}, {}, feeds)
    await rig.collector.collect_due({})
    rig.store.refusals += [StoreFullError("the disk is full")] * 2
    with pytest.raises(StoreFullError):
        await rig.collector.collect_all(feeds)
    assert (rig.traffic.turns.in_flight, rig.traffic.aloft) == (0, set())


async def test_after_a_pause_feeds_that_are_late_do_not_come_all_at_once() -> None:
    names = [f"f{n}" for n in range(10)]
    feeds = feeds_named(*names)
    rig = await rig_of({name: unmodified(feeds[name]) for name in names}, {}, feeds)
    await rig.collector.collect_due(feeds)
    rig.source.asked.clear()
    rig.clock.at += timedelta(hours=9)
    await rig.collector.collect_due(feeds)
    assert len(rig.source.asked) == 1
    for _ in range(30):
        rig.clock.at += timedelta(seconds=10)
        await rig.collector.collect_due(feeds)
    assert len(rig.source.asked) == 10


async def test_changes_of_health_and_gaps_are_reported() -> None:
    feeds = feeds_named("a")
    feed = feeds["a"]
    rig = await rig_of({"a": fetched(feed)}, {"a": parsed("Putin tiba", feed=feed)}, feeds)
    report = await rig.collector.collect_all(feeds)
    assert report.changed == {"a": (Condition.NEW, Condition.HEALTHY, "")}
    rig.clock.at += timedelta(minutes=15)
    rig.source.outcomes[feed.url] = fetched(feed, body=b"<rss>2</rss>")
    rig.source.parsed[feed.url] = parsed("Kim pergi", "Lavrov datang", feed=feed)
    report = await rig.collector.collect_all(feeds)
    assert (report.gaps, report.changed) == ({"a": 0}, {})
    rig.source.outcomes[feed.url] = FetchFailed(url=feed.url, kind="status", message="gone", status=410)
    report = await rig.collector.collect_all(feeds)
    assert report.changed["a"][:2] == (Condition.HEALTHY, Condition.GONE)


async def test_an_adopted_move_is_asked_and_its_answer_kept_under_the_configured_address() -> None:
    feeds = feeds_named("a")
    moved = "https://new.example.org/rss"
    rig = await rig_of({}, {}, feeds)
    state = replace(make_feed_state("a", url=feeds["a"].url), move=Move(adopted_url=moved, adopted_at=NOW))
    rig.store.feeds["a"] = state
    rig.source.outcomes[moved] = NotModified(url=moved, headers={}, validators=Validators(url=moved, etag="x"))
    await rig.collector.collect_due(feeds)
    kept = (await rig.states())["a"]
    assert (kept.url, kept.validators) == (feeds["a"].url, Validators(url=moved, etag="x"))
