"""When a feed is checked next, and what is remembered of a check: pure, the caller brings time and chance.

Owns: intervals, backing off, jitter, own-outage detection, the start after a pause, and the digest that tells an
unchanged body. Refuses: to give a feed up (a failing feed slows down to once a day and never stops: active feeds do
come back from 404 and dead DNS), and to count our own outage against anybody.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.core.urls import host_of
from monitor.errors import ParseError
from monitor.model.feeds import Feed, FeedState, Fetched, FetchFailed, FetchOutcome, NotModified

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingLimits:
    """The numbers of polling, in seconds unless named otherwise; origins: research/polling.md §1.

    `min_interval_s` is the politeness floor, `retry_after_cap_s` the longest wish of a server that is granted
    (FreshRSS: two days), `outage_retry_s` the pause while our own line is down, `first_spread_s` and
    `catch_up_s` the time over which feeds are staggered on a first start and after a pause.
    """

    interval_s: float = 900.0
    min_interval_s: float = 300.0
    max_interval_s: float = DAY_S
    retry_after_cap_s: float = 2 * DAY_S
    outage_retry_s: float = 120.0
    first_spread_s: float = 30.0
    catch_up_s: float = 300.0
    jitter: float = 0.1


# How much of an interval each failure in a row adds: linear, hard failures faster (Media Cloud's rule).
_HARDNESS = {"dns": 0.25, "network": 0.25, "timeout": 0.5, "connect": 0.5, "status": 0.5}
_HARD = 1.0
_SOFT_STATUS = frozenset({408, 425, 429})
OUTAGE_KINDS = frozenset({"dns", "connect", "network", "timeout"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """A check with what was made of its body.

    `body_digest` is set when the body was parsed, or found equal to the one parsed before. `entries` counts the
    body's entries, `newest_at` is the latest of their dates. `is_own_outage`: most hosts failed in this window.
    """

    fetch: FetchOutcome
    body_digest: str | None = None
    entries: int = 0
    newest_at: datetime | None = None
    is_own_outage: bool = False
    remark: str = ""


def parse_failure(fetched: Fetched, error: ParseError) -> FetchFailed:
    """What a body that is no feed makes of its check."""
    return FetchFailed(
        url=fetched.url, kind=error.kind, message=str(error), status=fetched.status, elapsed_s=fetched.elapsed_s
    )


def initial_state(feed: Feed, *, now: datetime, spread: float, limits: PollingLimits = PollingLimits()) -> FeedState:
    """A feed never checked; `spread` in [0, 1] is its place in the staggered start."""
    return FeedState(
        feed_id=feed.id,
        url=feed.url,
        next_check_at=now + timedelta(seconds=limits.first_spread_s * min(max(spread, 0.0), 1.0)),
        interval_s=_interval(feed, limits),
    )


def next_check(
    feed: Feed,
    state: FeedState,
    outcome: CheckOutcome,
    *,
    now: datetime,
    rng_value: float,
    limits: PollingLimits = PollingLimits(),
) -> FeedState:
    """The state after a check; `next_check_at` always lies after `now`.

    Validators are kept from every answer that was understood. A body that is no feed keeps the old ones: with its own
    it would be "not modified" for ever. `rng_value` in [0, 1) places the jitter.
    """
    interval = _interval(feed, limits)
    fetch = outcome.fetch
    if isinstance(fetch, FetchFailed):
        return _after_failure(state, fetch, outcome, interval=interval, now=now, rng_value=rng_value, limits=limits)
    due = _jittered(interval, rng_value, limits, floor=max(limits.min_interval_s, float(feed.min_interval_s or 0)))
    state = replace(
        state,
        next_check_at=now + timedelta(seconds=due),
        interval_s=interval,
        validators=fetch.validators,
        checked_at=now,
        succeeded_at=now,
        failures=0,
        detail=outcome.remark,
    )
    if isinstance(fetch, NotModified):
        return replace(state, outcome="not-modified")
    newest = max(filter(None, (state.newest_at, outcome.newest_at)), default=None)
    is_unchanged = outcome.body_digest is not None and outcome.body_digest == state.body_digest
    return replace(
        state,
        outcome="unchanged" if is_unchanged else "fetched",
        body_digest=outcome.body_digest or state.body_digest,
        newest_at=newest,
        entries_seen=state.entries_seen if is_unchanged else outcome.entries,
    )


def is_own_outage(outcomes: Iterable[FetchOutcome], *, min_hosts: int = 3, share: float = 0.8) -> bool:
    """Whether the failures of one window are ours: no host answered, and most of at least `min_hosts` were unreachable.

    Any answer, even an error status, proves that our line is up. What our own rules refused proves nothing.
    """
    refused: set[str] = set()
    unreachable: set[str] = set()
    for outcome in outcomes:
        host = host_of(outcome.url) or outcome.url
        if not isinstance(outcome, FetchFailed):
            return False
        if outcome.kind in OUTAGE_KINDS and not outcome.status:
            unreachable.add(host)
        elif outcome.kind == "refused" and not outcome.status:
            refused.add(host)
        else:
            return False
    return len(unreachable) >= min_hosts and len(unreachable) >= share * len(unreachable | refused)


def spread_overdue(
    states: Sequence[FeedState],
    *,
    now: datetime,
    limits: PollingLimits = PollingLimits(),
) -> list[FeedState]:
    """The overdue ones with new due times, in the order they were due, over `catch_up_s`: a pause ends in no burst."""
    overdue = sorted(
        (state for state in states if state.next_check_at < now), key=lambda s: (s.next_check_at, s.feed_id)
    )
    step = min(limits.catch_up_s / len(overdue), limits.min_interval_s) if overdue else 0.0
    return [replace(state, next_check_at=now + timedelta(seconds=step * n)) for n, state in enumerate(overdue)]


def _interval(feed: Feed, limits: PollingLimits) -> float:
    floor = max(limits.min_interval_s, float(feed.min_interval_s or 0))
    return max(floor, min(limits.interval_s, limits.max_interval_s))


def _jittered(delay: float, rng_value: float, limits: PollingLimits, *, floor: float) -> float:
    """`delay` ± jitter, never under `floor`; at the floor it only lengthens."""
    return max(delay * (1 + limits.jitter * (2 * rng_value - 1)), floor * (1 + limits.jitter * rng_value), 1.0)


def _after_failure(
    state: FeedState,
    failure: FetchFailed,
    outcome: CheckOutcome,
    *,
    interval: float,
    now: datetime,
    rng_value: float,
    limits: PollingLimits,
) -> FeedState:
    if outcome.is_own_outage:
        due = _jittered(limits.outage_retry_s, rng_value, limits, floor=0.0)
        return replace(
            state,
            next_check_at=now + timedelta(seconds=due),
            checked_at=now,
            outcome="own-outage",
            detail=failure.message,
        )
    failures = state.failures + 1
    is_soft = failure.kind != "status" or failure.status >= 500 or failure.status in _SOFT_STATUS
    hardness = _HARDNESS.get(failure.kind, _HARD) if is_soft else _HARD
    delay = min(interval * (1 + hardness * (failures - 1)), max(limits.max_interval_s, interval))
    wish = min(failure.retry_after_s or 0.0, limits.retry_after_cap_s)
    due = _jittered(delay, rng_value, limits, floor=max(limits.min_interval_s, wish))
    return replace(
        state,
        next_check_at=now + timedelta(seconds=due),
        interval_s=interval,
        checked_at=now,
        failures=failures,
        outcome=failure.kind,
        detail=failure.message,
    )


_FIRST_ITEM = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_HEAD_VOLATILE = re.compile(
    rb"<((?:\w{1,20}:)?(?:lastbuilddate|pubdate|updated|modified|date|generator|ttl|cloud))\b[^<>]{0,500}>[^<]{0,500}</\1\s*>",
    re.IGNORECASE,
)
_BODY_VOLATILE = re.compile(
    rb"<((?:\w{1,20}:)?lastbuilddate|slash:comments|thr:total|slash:hit_parade)\b[^<>]{0,200}>[^<]{0,200}</\1\s*>",
    re.IGNORECASE,
)


def body_digest(body: bytes) -> str:
    """32 hex digits that stay equal while only clocks, counters and comments of a feed document change.

    Linear in the body, whatever it holds. Item dates count: they are content.
    """
    found = _FIRST_ITEM.search(body)
    split = found.start() if found else len(body)
    digest = hashlib.blake2b(digest_size=16)
    digest.update(_HEAD_VOLATILE.sub(b"", _without_comments(body[:split])))
    rest = body[split:]
    digest.update(_BODY_VOLATILE.sub(b"", _without_comments(rest)))
    return digest.hexdigest()


def _without_comments(body: bytes) -> bytes:
    """By searching, not by a pattern: a flood of openings without an end must not cost a square."""
    pieces: list[bytes] = []
    start = 0
    while (opening := body.find(b"<!--", start)) >= 0:
        ending = body.find(b"-->", opening + 4)
        if ending < 0:
            break
        pieces.append(body[start:opening])
        start = ending + 3
    return b"".join(pieces) + body[start:] if pieces or start else body
