"""An hour of polling very many feeds, by the real pipeline on simulated time; `benchmarks.bench_scale` prints it."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.loop_watch import Busy, JumpingLoop
from benchmarks.process_tree import descendants, memory_kb
from benchmarks.simulated_web import START, SimulatedWeb
from monitor.app.garbage import Sweeper
from monitor.config.watchlists import load_watchlist
from monitor.core import polling
from monitor.core.features import gazetteer_of
from monitor.core.identity import entry_keys
from monitor.core.known import remembered
from monitor.core.scoring import compile_watchlists
from monitor.daemon import SWEEP_S
from monitor.model.articles import LedgerRow, LedgerState
from monitor.model.commits import Intake
from monitor.model.feeds import Feed, FeedState, Fetched, FetchRequest, Rhythm, Validators
from monitor.pipeline.collect import CollectLimits, Collector
from monitor.pipeline.intake import Intaker, Tally
from monitor.pipeline.judging import Judge
from monitor.sources.http import HttpSource
from monitor.sources.polled import FeedSource
from monitor.sources.quick import parse_quickly
from monitor.sources.workers import ParseWorkers
from monitor.store import open_store

REPOSITORY = Path(__file__).resolve().parent.parent
LIMITS = polling.PollingLimits(interval_s=900.0, min_interval_s=800.0, max_interval_s=900.0)
"""With the jitter of a tenth an interval is 810 to 990 s."""
TICK_S = 5.0
PREPARED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The simulated time."""

    loop: JumpingLoop

    def now(self) -> datetime:
        """Aware UTC."""
        return START + timedelta(seconds=self.loop.time())


async def prepare(url: str, web: SimulatedWeb, order: Sequence[int], *, is_first: bool) -> None:
    """Fill a store as if every feed had been polled in the quarter of an hour before the start, or (first) none."""
    async with open_store(url) as store:
        for first in range(0, 0 if is_first else len(order), PREPARED):
            states, ledger = [], []
            for place in range(first, min(first + PREPARED, len(order))):
                state, rows = _polled(web, order[place], (place + 0.5) / len(order))
                states.append(state)
                ledger += rows
            await store.commit_intake(Intake(feed_states=tuple(states), ledger=tuple(ledger)))
        feeds = [web.feed(n) for n in order]
        await store.sync_feeds([polling.initial_state(feed, now=START, spread=0.0, limits=LIMITS) for feed in feeds])


def _polled(web: SimulatedWeb, n: int, place: float) -> tuple[FeedState, list[LedgerRow]]:
    feed = web.feed(n)
    at = START - timedelta(seconds=900.0 * (1 - place))
    fetched = web.answer(n, FetchRequest(url=feed.url))
    state = FeedState(
        feed_id=feed.id,
        url=feed.url,
        next_check_at=at + timedelta(seconds=900),
        interval_s=900.0,
        checked_at=at,
        rhythm=Rhythm(news_at=at, watched_s=864_000.0, bursts=60.0, arrived=90.0, longest_quiet_s=40_000.0),
    )
    if not isinstance(fetched, Fetched):
        return state, []
    state = replace(
        state,
        validators=fetched.validators,
        body_digest=polling.body_digest(fetched.body),
        succeeded_at=at,
        body_at=at,
        whole_at=at,
        outcome="fetched",
        entries_seen=web.window,
    )
    parsed = parse_quickly(fetched.body, fetched.headers["content-type"], feed.url)
    if parsed is None:  # malformed: a worker's work; its first check will find everything new
        return replace(state, body_digest=None, validators=None), []
    rows = [
        LedgerRow(
            feed_id=feed.id, entry_key=key, entry_digest=digest, state=LedgerState.STORED, article_id=None, seen_at=at
        )
        for key, digest in entry_keys(parsed.entries, feed.id)
    ]
    return replace(state, known_items=remembered(parsed, b"", has_news=True)), rows


# -------------------------------------------------------------------------------------------------- the hour


@dataclass(slots=True, kw_only=True)
class Hour:
    """What an hour was like."""

    feeds: int
    seconds: float
    checks: int = 0
    tally: Tally
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    processes: int = 0
    overdue: int = 0


class Memory(threading.Thread):
    """The highest resident memory of this process and its children together."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_mb, self.processes = 0.0, 0
        self._over = threading.Event()

    def run(self) -> None:
        """Look every two seconds."""
        while not self._over.wait(2.0):
            self.look()

    def look(self) -> None:
        """Look once."""
        pids = descendants(os.getpid())
        self.peak_mb = max(self.peak_mb, sum(memory_kb(pid)[0] for pid in pids) / 1024)
        self.processes = max(self.processes, len(pids))

    def stop(self) -> None:
        """Look a last time."""
        self.look()
        self._over.set()
        self.join()


async def live(loop: JumpingLoop, web: SimulatedWeb, url: str, hour: Hour, workers: ParseWorkers) -> None:
    """Poll for the hour, as the daemon does: a round at each tick."""
    watchlist = load_watchlist(REPOSITORY / "config" / "watchlists" / "russia-north-korea.yaml")
    feeds = {feed.id: feed for feed in map(web.feed, range(web.feeds))}
    async with open_store(url) as inner:
        store: Any = Busy(inner, loop, lambda name, result: _note_due(web, result) if "claim" in name else None)
        judge = Judge(store, store, score=compile_watchlists([watchlist]).matches, gazetteer=gazetteer_of([watchlist]))
        collector = Collector(
            sources={"feed": _Source(web, loop)},
            store=store,
            intaker=Intaker(store=store, judge=judge, zones={}),
            clock=Clock(loop=loop),
            chance=random.Random(1).random,
            limits=CollectLimits(),
            polling_limits=LIMITS,
            ticks=loop.time,
        )
        await judge.load(START)
        sweeper, swept_at = Sweeper(), loop.time()
        sweeper.settle()  # as the daemon does once its configuration is read
        end = loop.time() + hour.seconds
        loop.call_at(end, collector.stop)
        await asyncio.sleep(0)  # the watch begins with a turn of its own
        loop.watch.is_on = True
        while loop.time() < end:
            began = loop.time()
            if began - swept_at > SWEEP_S:
                swept_at = began
                sweeper.sweep()
            report = await collector.collect_due(feeds)
            hour.checks += report.checked
            hour.tally.add(report.tally)
            await asyncio.sleep(max(began + TICK_S - loop.time(), 0.0))
        loop.watch.is_on = False
        sweeper.release()
        now = Clock(loop=loop).now()
        hour.overdue = sum(1 for at in await _due_times(inner) if (now - at).total_seconds() > 60)
    await workers.close()


class _Source:
    """The web with a count of bodies that are being read."""

    def __init__(self, web: SimulatedWeb, loop: JumpingLoop) -> None:
        self.fetch = web.fetch
        self.parse = Busy(web, loop).parse


def _note_due(web: SimulatedWeb, states: Iterable[FeedState]) -> None:
    for state in states:
        web.due[state.url] = (state.next_check_at - START).total_seconds()


async def _due_times(store: Any) -> list[datetime]:
    return [state.next_check_at for state in await store.feed_states()]


def run_hour(web: SimulatedWeb, url: str, hours: float, loop: JumpingLoop) -> Hour:
    """One size in this process."""
    hour = Hour(feeds=web.feeds, seconds=hours * 3600, tally=Tally())
    workers = ParseWorkers(max_workers=2)
    web.attach(loop.time, FeedSource(HttpSource(), workers))
    memory = Memory()
    memory.start()
    loop.watch.start()
    began, cpu = time.monotonic(), _cpu_s()
    loop.run_until_complete(live(loop, web, url, hour, workers))
    hour.wall_s, hour.cpu_s = time.monotonic() - began, _cpu_s() - cpu
    memory.stop()
    loop.watch.stop()
    hour.peak_mb, hour.processes = memory.peak_mb, memory.processes
    return hour


def _cpu_s() -> float:
    ours, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return ours.ru_utime + ours.ru_stime + theirs.ru_utime + theirs.ru_stime


def floor_us(web: SimulatedWeb, path: Path, checks: int) -> float:
    """CPU microseconds a check that no poller can do without: an answer, and the next due time kept."""
    rng = random.Random(2)
    asked = [rng.randrange(web.feeds) for _ in range(checks)]
    with sqlite3.connect(path, isolation_level=None) as connection:
        known = dict(connection.execute("SELECT url, etag FROM feed_state WHERE etag IS NOT NULL"))
        requests = [_request(web.feed(n), known) for n in asked]
        begun = time.process_time()
        for first in range(0, checks, 32):
            rows = []
            for n, request in zip(asked[first : first + 32], requests[first : first + 32], strict=True):
                web.answer(n, request)
                rows.append((str(START), f"feed-{n}"))
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("UPDATE feed_state SET next_check_at = ? WHERE feed_id = ?", rows)
            connection.execute("COMMIT")
        spent = time.process_time() - begun
    connection.close()
    return spent / checks * 1e6


def _request(feed: Feed, known: dict[str, str]) -> FetchRequest:
    etag = known.get(feed.url)
    return FetchRequest(url=feed.url, validators=Validators(url=feed.url, etag=etag) if etag else None)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that a share of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
