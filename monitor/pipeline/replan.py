"""Second thoughts about due times, after a start, a pause, or a jump of the clock; and giving feeds back to the store.

Both are about all feeds, of which there may be very many: they come and go a slice at a time, so that neither memory
nor the event loop notices how many there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import islice

from monitor.core import polling
from monitor.model.commits import Intake
from monitor.model.feeds import FeedState
from monitor.pipeline.traffic import Traffic
from monitor.ports import FeedStore

SLICE = 500
"""Feeds that are thought about or kept before the event loop may do something else: a few milliseconds."""


async def give_back(store: FeedStore, traffic: Traffic) -> None:
    """Keep what is on its way back to the store."""
    while traffic.returning:
        some = dict(islice(traffic.returning.items(), SLICE))
        await store.commit_intake(Intake(feed_states=tuple(some.values())))
        for feed_id in some:
            del traffic.returning[feed_id]


async def replan(
    before: polling.Look | None,
    now: polling.Look,
    *,
    store: FeedStore,
    traffic: Traffic,
    limits: polling.PollingLimits,
) -> None:
    """Plan anew what a pause or a set clock has made late; what raised may be tried again from the start.

    All feeds are seen once to learn which are late, and again for their new due times.
    """
    traffic.recall()
    await give_back(store, traffic)
    after = polling.AfterPause(before, now, limits=limits)
    # Who holds a lease at a start was being asked when the process before this one was killed: its turn is past.
    taken = await store.leased_feeds(now.at) if before is None else frozenset()
    async for states in _slices(store, traffic, taken):
        if before is None:
            traffic.remember(states, now=now.at, ticks=now.ticks)
            traffic.start_slowly(states, ticks=now.ticks, limits=limits)
        after.note(states)
    await asyncio.to_thread(after.rank)
    if not after.is_needed:
        return
    # A clock that was set moves plans by a distance, which must happen once: then all of them are kept at the end.
    changed: dict[str, FeedState] = {}
    async for states in _slices(store, traffic, taken):
        changed |= {state.feed_id: state for state in after.changed(states)}
        if not after.is_shifted:
            traffic.returning |= changed
            changed.clear()
            await give_back(store, traffic)
    traffic.returning |= changed


async def _slices(store: FeedStore, traffic: Traffic, taken: frozenset[str]) -> AsyncIterator[list[FeedState]]:
    """All feeds that are not under way."""
    busy = traffic.aloft | taken
    last = ""
    while states := await store.feed_states(after=last, limit=SLICE):
        last = states[-1].feed_id
        yield [state for state in states if state.feed_id not in busy]
