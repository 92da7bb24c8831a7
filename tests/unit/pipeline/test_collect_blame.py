"""Failures that may be our own: who is blamed, when, and who never."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.errors import ParseError
from monitor.model.feeds import (
    FetchOutcome,
)
from tests.factories import NOW, make_feed_state
from tests.fakes import MemoryStore
from tests.unit.pipeline.collecting import (
    Rig,
    feeds_named,
    fetched,
    parsed,
    rig_of,
    unmodified,
    unreachable,
)


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
