"""A look at every feed, as a check would take it, keeping nothing: what `monitor check --online` shows.

Each feed is judged like after a check of the daemon's. What only time can tell (silence, a move that lasts, a gap) is
told from what the daemon remembers of the feed; without it, a look tells what one answer can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from monitor.core import polling
from monitor.core.dates import parse_date
from monitor.core.identity import entry_keys
from monitor.model.feeds import Condition, Feed, FeedState, Fetched, FetchFailed, Health, NotModified, Reading
from monitor.pipeline.checking import Checker
from monitor.pipeline.intake import Check
from monitor.ports import Clock, Source, Turn

# Still brings its news, whatever else is to be said of it.
_WELL = frozenset({Condition.HEALTHY, Condition.SLOW, Condition.MOVED, Condition.UNDATED})

SeenBefore = Callable[[Collection[tuple[str, int]]], Awaitable[Collection[tuple[str, int]]]]
"""(feed id, entry key) pairs → those of them that were taken in before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a feed answered in a word or two ("200 rss", "404", "dns"), and how it is.

    `newest_at` and `window` (newest − oldest) are None without dated entries.
    `health` says how the feed is by this answer and by what was known; `has_history`: something was known.
    `is_own_outage`: no feed at all was reached, so that none is blamed.
    """

    feed: Feed
    answer: str
    health: Health
    has_history: bool = False
    is_own_outage: bool = False
    entries: int = 0
    undated: int = 0
    newest_at: datetime | None = None
    window: timedelta | None = None

    @property
    def has_entries(self) -> bool:
        """Whether there was something to read."""
        return self.entries > 0

    @property
    def is_well(self) -> bool:
        """Whether the feed brings its news."""
        return self.health.condition in _WELL and not self.is_own_outage


async def _at_once(url: str, *, outlet: str = "") -> float:
    return 0.0


async def probe(
    feeds: Sequence[Feed],
    *,
    sources: Mapping[str, Source],
    clock: Clock,
    zones: Mapping[str, tzinfo],
    states: Mapping[str, FeedState],
    seen_before: SeenBefore,
    turn: Turn = _at_once,
    limits: polling.PollingLimits | None = None,
    concurrency: int = 32,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    on_done: Callable[[], None] = lambda: None,
) -> list[Probe]:
    """Fetch and parse every feed once, in the order given; calls `on_done` as each comes back.

    Args:
        states: What is remembered of feeds, by id; those of another address are left aside.
        turn: Requests to one host come one after the other.
    """
    limits = limits or polling.PollingLimits()
    checker = Checker(sources=sources, clock=clock, limits=limits)
    turns = asyncio.Semaphore(concurrency)

    async def one(feed: Feed) -> Check:
        state = states.get(feed.id)
        if state is None or state.url != feed.url:
            state = polling.initial_state(feed, now=clock.now(), spread=0.0, limits=limits)
        # Asked without conditions: a look wants to see what is there.
        bare = replace(state, validators=None, body_digest=None, known_items=b"")
        while wait_s := await turn(polling.asked_url(feed, bare)):
            await pause(wait_s)
        async with turns:
            check = await checker.check(feed, bare)
        on_done()
        return check

    checks = await asyncio.gather(*(one(feed) for feed in feeds))
    is_cut_off = polling.is_own_outage((polling.asked_url(check.feed, check.state), check.outcome) for check in checks)
    return [
        _judged(check, await _reading(check, zones, seen_before), is_cut_off=is_cut_off, zones=zones, limits=limits)
        for check in checks
    ]


async def _reading(check: Check, zones: Mapping[str, tzinfo], seen_before: SeenBefore) -> Reading | None:
    """What the body held against what was taken in before."""
    if check.parsed is None:
        return None
    keys = [key for key, _ in entry_keys(check.parsed.entries, check.feed.id)]
    entries = dict(zip(keys, _dates(check, zones), strict=True))
    known = await seen_before([(check.feed.id, key) for key in entries])
    dates = sorted(at for key, at in entries.items() if at is not None and (check.feed.id, key) not in known)
    return Reading(
        entries=len(entries),
        known=len(known),
        recent=len(known),
        new=len(entries) - len(known),
        dated=len(dates),
        newest_at=dates[-1] if dates else None,
        oldest_at=dates[0] if dates else None,
    )


def _judged(
    check: Check,
    reading: Reading | None,
    *,
    is_cut_off: bool,
    zones: Mapping[str, tzinfo],
    limits: polling.PollingLimits,
) -> Probe:
    outcome = polling.CheckOutcome(
        fetch=check.outcome,
        body_digest=check.digest,
        reading=reading,
        document=check.document,
        is_own_outage=is_cut_off,
        is_whole=check.is_whole,
    )
    after = polling.next_check(check.feed, check.state, outcome, now=check.checked_at, rng_value=0.5, limits=limits)
    dates = sorted(at for at in _dates(check, zones) if at is not None)
    entries = check.parsed.entries if check.parsed else ()
    return Probe(
        feed=check.feed,
        answer=_answer(check),
        health=after.health,
        has_history=check.state.checked_at is not None,
        is_own_outage=is_cut_off,
        entries=len(entries),
        undated=len(entries) - len(dates),
        newest_at=dates[-1] if dates else None,
        window=dates[-1] - dates[0] if dates else None,
    )


def _dates(check: Check, zones: Mapping[str, tzinfo]) -> list[datetime | None]:
    zone, now = zones.get(check.feed.zone or ""), check.checked_at
    entries = check.parsed.entries if check.parsed else ()
    return [parse_date(entry.published_raw or entry.updated_raw, zone=zone, now=now).at for entry in entries]


def _answer(check: Check) -> str:
    outcome = check.outcome
    if isinstance(outcome, FetchFailed):
        words = [str(outcome.status)] if outcome.status else []
        return " ".join(words + [outcome.kind] * (outcome.kind != "status"))
    if isinstance(outcome, NotModified) or check.parsed is None:
        return "not modified, although nothing was asked of its past"
    assert isinstance(outcome, Fetched)
    return f"{outcome.status} {check.parsed.kind}" + (" (not well-formed)" if check.parsed.is_bozo else "")
