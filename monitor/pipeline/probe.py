"""A look at every feed, as a check would take it, keeping nothing: what `monitor check --online` shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitor.core.dates import parse_date
from monitor.errors import ParseError
from monitor.model.feeds import Feed, Fetched, FetchFailed, FetchRequest
from monitor.ports import Clock, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a feed answered. `newest_at` and `window` (newest − oldest) are None without dated entries."""

    feed: Feed
    status: str
    is_good: bool
    entries: int = 0
    undated: int = 0
    newest_at: datetime | None = None
    window: timedelta | None = None


async def probe(
    feeds: Sequence[Feed],
    *,
    sources: Mapping[str, Source],
    clock: Clock,
    zones: Mapping[str, tzinfo],
    concurrency: int = 32,
    on_done: Callable[[], None] = lambda: None,
) -> list[Probe]:
    """Fetch and parse every feed once, in the order given; calls `on_done` as each comes back."""
    turns = asyncio.Semaphore(concurrency)

    async def one(feed: Feed) -> Probe:
        async with turns:
            found = await _look(feed, sources[feed.source], clock, zones.get(feed.zone or ""))
        on_done()
        return found

    return list(await asyncio.gather(*(one(feed) for feed in feeds)))


async def _look(feed: Feed, source: Source, clock: Clock, zone: tzinfo | None) -> Probe:
    outcome = await source.fetch(FetchRequest(url=feed.url))
    if isinstance(outcome, FetchFailed):
        return Probe(feed=feed, status=f"{outcome.kind}: {outcome.message}", is_good=False)
    if not isinstance(outcome, Fetched):
        return Probe(feed=feed, status="not modified, although nothing was asked of its past", is_good=False)
    try:
        parsed = await source.parse(feed, outcome)
    except ParseError as error:
        return Probe(feed=feed, status=f"{error.kind}: {error}", is_good=False)
    now = clock.now()
    read = [parse_date(entry.published_raw or entry.updated_raw, zone=zone, now=now).at for entry in parsed.entries]
    dates = sorted(at for at in read if at is not None)
    return Probe(
        feed=feed,
        status=f"{outcome.status} {parsed.kind}" + (" (not well-formed)" if parsed.is_bozo else ""),
        is_good=bool(parsed.entries),
        entries=len(read),
        undated=len(read) - len(dates),
        newest_at=dates[-1] if dates else None,
        window=dates[-1] - dates[0] if dates else None,
    )
