"""Rounds of checks: hosts take turns, over pauses, restarts and reloads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from monitor.core.polling import PollingLimits
from monitor.errors import StoreFullError
from monitor.model.feeds import (
    Feed,
    FetchFailed,
    FetchOutcome,
    FetchRequest,
)
from monitor.pipeline.collect import CollectLimits, Collector
from monitor.pipeline.intake import Intaker
from tests.factories import NOW, make_feed
from tests.unit.pipeline.collecting import (
    Rig,
    ScriptedSource,
    StoppedClock,
    feeds_named,
    rig_of,
    unmodified,
)


def neighbours(count: int) -> dict[str, Feed]:
    """Feeds of one host and outlet."""
    return {f"f{n}": make_feed(f"f{n}", url=f"https://one.example.org/{n}", outlet="One") for n in range(count)}


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
