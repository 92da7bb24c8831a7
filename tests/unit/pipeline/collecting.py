"""A collector over fakes, for the tests of its rounds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.core.polling import PollingLimits
from monitor.core.scoring import compile_watchlists
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


def unmodified(feed: Feed) -> NotModified:
    return NotModified(url=feed.url, headers={}, validators=None)


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
