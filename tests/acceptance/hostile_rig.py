"""What the hostile harness tests, put together as the composition root does it, and the eyes that watch it."""

from __future__ import annotations

import asyncio
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from monitor.app.garbage import Sweeper
from monitor.config import load
from monitor.core.features import gazetteer_of
from monitor.core.polling import PollingLimits, initial_state
from monitor.core.scoring import compile_watchlists
from monitor.errors import ParseError
from monitor.model.feeds import Feed, Fetched, FetchFailed, FetchOutcome, FetchRequest, ParsedFeed
from monitor.pipeline.collect import CollectLimits, Collector
from monitor.pipeline.intake import Intaker
from monitor.pipeline.judging import Judge
from monitor.pipeline.traffic import Traffic
from monitor.ports import Source
from monitor.sources.gdelt import Distance, GdeltSource
from monitor.sources.http import HttpSource
from monitor.sources.kinds import parse_any
from monitor.sources.polled import FeedSource
from monitor.sources.sitemap_source import SitemapSource
from monitor.sources.workers import ParseWorkers
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore
from tests.acceptance.hostile_report import Report, log

FETCH_S, PARSE_S = 2.0, 5.0
MAX_BYTES = 2_000_000
AT_ONCE = 64
WORKERS = 2


class Moving:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 7, tzinfo=UTC)

    def now(self) -> datetime:
        """Aware UTC."""
        return self.at


class Watched:
    """A source whose checks are watched: how long they last, and to which request a failure belongs.

    Of each body `leak` bytes are kept for ever: to see that a leak is found.
    """

    def __init__(self, source: Source, report: Report, *, leak: int = 0) -> None:
        self._source = source
        self._report = report
        self._leak = leak
        self._leaked: list[bytes] = []
        self.counts: Counter[str] = Counter()

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """As the source does."""
        self.counts[request.url] += 1
        outcome = await self._source.fetch(request)
        self._note(request.url, outcome.elapsed_s, FETCH_S + 1.0, "fetch")
        if isinstance(outcome, FetchFailed):
            self._report.failures[outcome.kind] += 1
        return outcome

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        """As the source does."""
        started = time.monotonic()
        if self._leak:
            self._leaked.append(bytes(self._leak))
        try:
            return await self._source.parse(feed, fetched)
        except ParseError as error:
            if error.kind in {"crash", "timeout"}:
                said = str(error).partition(": ")[2]
                self._report.broken.setdefault(said, f"{feed.url.rpartition('/bad')[2]} #{self.counts[feed.url]}")
            raise
        finally:
            # All that fetched may wait for the workers at once.
            self._note(feed.url, time.monotonic() - started, AT_ONCE * PARSE_S, "parse")

    def _note(self, url: str, spent_s: float, cap_s: float, what: str) -> None:
        self._report.longest_s[what] = max(self._report.longest_s[what], spent_s)
        # What the machine let all of us wait is nobody's hang.
        if spent_s > cap_s + self._report.starved_s:
            self._report.blame(f"{url} #{self.counts[url]}: {what} took {spent_s:.1f} s")


class Alarms(logging.Handler):
    """Every warning with an exception, and every word of asyncio's, is a problem."""

    def __init__(self, report: Report) -> None:
        super().__init__(logging.WARNING)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        if record.name != log.name and (record.exc_info or record.name == "asyncio"):
            told = logging.Formatter().format(record)
            self._report.blame(f"{getattr(record, 'feed', '')}: {told[-1500:]}")


class Pulse:
    """Feels how much CPU the loop's thread burns between two beats; waiting for the machine does not count."""

    BEAT_S = 0.005

    def __init__(self, report: Report) -> None:
        self._report = report

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            before, started = time.thread_time(), time.monotonic()
            await asyncio.sleep(self.BEAT_S)
            spent_ms = (time.thread_time() - before) * 1000
            waited_s = time.monotonic() - started - spent_ms / 1000
            self._report.starved_s = max(self._report.starved_s, waited_s)
            if spent_ms > 30 and self._report.is_polling:
                self._report.blocked_ms.append(spent_ms)


@dataclass(slots=True, kw_only=True)
class Rig:
    """What is tested, put together as the composition root does it."""

    store: SqlStore
    collector: Collector
    workers: ParseWorkers
    http: HttpSource
    judge: Judge
    traffic: Traffic
    clock: Moving
    feeds: dict[str, Feed]
    sources: dict[str, Watched]
    sweeper: Sweeper


@asynccontextmanager
async def web(seed: int) -> AsyncIterator[str]:
    """The hostile server's address; the server ends with the block."""
    command = ("-m", "tests.acceptance.hostile_server", "--seed", str(seed))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stdin.close()
        await process.wait()


def feeds_of(base: str, bad: int, good: int) -> dict[str, Feed]:
    """Hostile feeds, a tenth of them polled as sitemaps or as GDELT, and neighbours."""
    kinds = {7: "sitemap", 8: "gdelt"}
    feeds = [
        Feed(id=f"bad-{n}", url=f"{base}/bad/{n}", outlet=f"Bad {n}", source=kinds.get(n % 20, "feed"), zone=None)
        for n in range(bad)
    ]
    feeds += [Feed(id=f"good-{n}", url=f"{base}/good/{n}", outlet=f"Good {n}", language="id") for n in range(good)]
    return {feed.id: feed for feed in feeds}


@asynccontextmanager
async def rig(folder: Path, feeds: dict[str, Feed], report: Report, *, leak: int = 0) -> AsyncIterator[Rig]:
    """Everything over a fresh store; see `Watched` for `leak`."""
    limits = PollingLimits(per_host=AT_ONCE)
    configuration = load(Path("config"), {})
    http = HttpSource(
        total_s=FETCH_S, connect_s=1.5, read_s=1.5, max_bytes=MAX_BYTES, limit_per_host=AT_ONCE, allowed=("127.0.0.1",)
    )
    workers = ParseWorkers(max_workers=WORKERS, timeout_s=PARSE_S, parse=partial(parse_any, max_entries=2000))
    clock, traffic, rng = Moving(), Traffic(), random.Random(0)
    inner: dict[str, Source] = {
        "feed": FeedSource(http, workers),
        "sitemap": SitemapSource(http, workers),
        "gdelt": GdeltSource(http, workers, distance=Distance(clock=_far_apart())),
    }
    sources = {kind: Watched(source, report, leak=leak) for kind, source in inner.items()}
    async with open_store(f"sqlite:///{folder / 'hostile.db'}") as store:
        judge = Judge(
            store,
            store,
            score=compile_watchlists(configuration.watchlists).score,
            gazetteer=gazetteer_of(configuration.watchlists),
        )
        await judge.load(clock.now())
        states = [initial_state(feed, now=clock.now(), spread=0.0, limits=limits) for feed in feeds.values()]
        await store.sync_feeds(states)
        collector = Collector(
            sources=sources,
            store=store,
            intaker=Intaker(store=store, judge=judge, zones={}),
            clock=clock,
            chance=rng.random,
            limits=CollectLimits(concurrency=AT_ONCE),
            polling_limits=limits,
            traffic=traffic,
        )
        sweeper = Sweeper()
        sweeper.settle()  # as the daemon does
        try:
            yield Rig(
                store=store,
                collector=collector,
                workers=workers,
                http=http,
                judge=judge,
                traffic=traffic,
                clock=clock,
                feeds=feeds,
                sources=sources,
                sweeper=sweeper,
            )
        finally:
            sweeper.release()
            await http.close()
            await workers.close()


def _far_apart() -> partial[float]:
    """A clock on which GDELT's spacing has always passed."""
    ticks = iter(range(0, 10**9, 100))
    return partial(next, ticks)  # type: ignore[arg-type]
