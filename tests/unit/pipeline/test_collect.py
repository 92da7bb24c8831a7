"""Rounds of checks: what is fetched, kept and reported."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.core.scoring import compile_watchlists
from monitor.errors import ParseError, StoreFullError
from monitor.model.articles import LedgerState
from monitor.model.commits import Intake
from monitor.model.feeds import (
    Condition,
    Entry,
    FeedState,
    FetchFailed,
    FetchOutcome,
    Move,
    NotModified,
    ParsedFeed,
    Validators,
)
from tests.factories import NOW, make_feed, make_feed_state, make_watchlist
from tests.fakes import MemoryStore
from tests.unit.pipeline.collecting import (
    Rig,
    ScriptedSource,
    feeds_named,
    fetched,
    parsed,
    rig_of,
    unmodified,
)


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
