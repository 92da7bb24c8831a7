"""The state of a feed after a check: when it is due next, and what was learnt.

Owns: backing off, jitter, and putting together what the neighbours decide (wishes, rhythm, moves, health). Refuses: to
give a feed up (a failing feed slows down and never stops: active feeds do come back from 404 and dead DNS), and to
count our own outage against anybody.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from monitor.core.polling.health import judged
from monitor.core.polling.limits import DAY_S, DEFAULTS, PollingLimits
from monitor.core.polling.moves import asked_url, returned, sighted
from monitor.core.polling.rhythm import bounded_s, floor_s, pace
from monitor.core.polling.wishes import DocumentWishes, after_skipped, heard, wished_floor_s
from monitor.errors import ParseError
from monitor.model.feeds import Feed, FeedState, Fetched, FetchFailed, FetchOutcome, NotModified, Reading, Wishes

# How much of an interval each failure in a row adds: linear, hard failures faster (Media Cloud's rule).
_HARDNESS = {"dns": 0.25, "network": 0.25, "timeout": 0.5, "connect": 0.5, "status": 0.5, "busy": 0.25}
_HARD = 1.0
_SOFT_STATUS = frozenset({408, 425, 429})
_STATUS_WORDS = {404: "not-found", 410: "gone"}
_SMOOTHING = 0.3
_MAX_HOST_CHARS = 255  # no longer name resolves, nor shall it be remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """A check with what was made of its body.

    `body_digest` is set when the body was parsed, or found equal to the one parsed before. `reading` is None unless it
    was parsed. `document` holds the wishes of a body. `is_own_outage`: most hosts failed in this window. `is_whole`:
    the body was asked for without a condition.
    """

    fetch: FetchOutcome
    body_digest: str | None = None
    reading: Reading | None = None
    document: DocumentWishes | None = None
    is_own_outage: bool = False
    is_whole: bool = False
    remark: str = ""


def parse_failure(fetched: Fetched, error: ParseError, *, is_challenge: bool = False, page: str = "") -> FetchFailed:
    """What a body that is no feed makes of its check."""
    return FetchFailed(
        url=fetched.url,
        kind=error.kind,
        message=str(error),
        status=fetched.status,
        elapsed_s=fetched.elapsed_s,
        is_challenge=is_challenge,
        page=page,
    )


def unforeseen(url: str, error: Exception) -> FetchFailed:
    """What a bug of ours, met on the way to a feed or a page, makes of it: its failure alone."""
    return FetchFailed(url=url, kind="crash", message=f"unforeseen: {type(error).__name__}: {error}")


def next_check(
    feed: Feed,
    state: FeedState,
    outcome: CheckOutcome,
    *,
    now: datetime,
    rng_value: float,
    limits: PollingLimits = DEFAULTS,
) -> FeedState:
    """The state after a check; `next_check_at` always lies after `now`.

    Validators are kept from every answer that was understood. A body that is no feed keeps the old ones: with its own
    it would be "not modified" for ever. `rng_value` in [0, 1) places the jitter.
    """
    fetch = outcome.fetch
    if isinstance(fetch, FetchFailed) and (outcome.is_own_outage or _lacks_route(state, fetch, now)):
        due = _jittered(limits.outage_retry_s, rng_value, limits, floor=0.0)
        return replace(
            state,
            next_check_at=now + timedelta(seconds=due),
            checked_at=now,
            outcome="own-outage",
            detail=fetch.message,
        )
    if isinstance(fetch, FetchFailed) and fetch.kind == "busy" and not fetch.status:
        return _deferred(feed, state, fetch, now=now, rng_value=rng_value, limits=limits)
    if outcome.is_whole:
        state = replace(state, whole_at=now)
    if isinstance(fetch, FetchFailed):
        after = _after_failure(feed, state, fetch, now=now, rng_value=rng_value, limits=limits)
    else:
        after = _after_answer(feed, state, fetch, outcome, now=now, rng_value=rng_value, limits=limits)
    health = judged(feed, after, now=now)
    return after if health == after.health else replace(after, health=health)


def _deferred(
    feed: Feed, state: FeedState, fetch: FetchFailed, *, now: datetime, rng_value: float, limits: PollingLimits
) -> FeedState:
    """It leads to a host whose turns are taken, or that wants quiet: nobody failed, and nobody there was asked."""
    floor = max(floor_s(feed, limits), pause_wished_s(fetch, limits))
    due = now + timedelta(seconds=_jittered(floor, rng_value, limits, floor=floor))
    return replace(state, next_check_at=due, checked_at=now, outcome="deferred", detail=fetch.message)


def _lacks_route(state: FeedState, failure: FetchFailed, now: datetime) -> bool:
    """No route from here, for a feed that had one yesterday: half of our line is down (IPv6, mostly).

    Who never had one, or has not for a day, is told so: then it is a lasting trouble of this feed here.
    """
    is_recent = state.succeeded_at is not None and now - state.succeeded_at < timedelta(seconds=DAY_S)
    return failure.kind == "network" and not failure.status and is_recent


def _after_answer(
    feed: Feed,
    state: FeedState,
    fetch: Fetched | NotModified,
    outcome: CheckOutcome,
    *,
    now: datetime,
    rng_value: float,
    limits: PollingLimits,
) -> FeedState:
    reading = outcome.reading
    learnt = pace(feed, state, reading, now=now, limits=limits)
    wishes = heard(state.wishes, fetch, outcome.document, now) if feed.heeds_wishes else Wishes()
    if learnt.is_gap or learnt.rhythm.ceiling_s is not None:
        # News falls out of the window faster than the document's habit says; the server's lifetime still holds.
        wishes = replace(wishes, period_s=None)
    floor = max(floor_s(feed, limits), wished_floor_s(wishes, fetch.headers, limits))
    due = now + timedelta(seconds=_jittered(max(learnt.interval_s, floor), rng_value, limits, floor=floor))
    state = replace(
        state,
        next_check_at=after_skipped(due, wishes, rng_value=rng_value, limits=limits),
        interval_s=learnt.interval_s,
        validators=fetch.validators,
        checked_at=now,
        succeeded_at=now,
        failures=0,
        detail=outcome.remark,
        retry_at=None,
        wishes=wishes,
        rhythm=learnt.rhythm,
        move=sighted(state.move, asked_url(feed, state), fetch, reading, now),
        elapsed_s=_smoothed(state, fetch.elapsed_s),
    )
    if isinstance(fetch, NotModified):
        return replace(state, outcome="not-modified", body_at=state.body_at or now)
    is_unchanged = reading is None and outcome.body_digest is not None and outcome.body_digest == state.body_digest
    return replace(
        state,
        outcome="unchanged" if is_unchanged else "fetched",
        body_at=now,
        body_digest=outcome.body_digest or state.body_digest,
        newest_at=max(filter(None, (state.newest_at, reading.newest_at if reading else None)), default=None),
        entries_seen=reading.entries if reading else state.entries_seen,
    )


def _smoothed(state: FeedState, elapsed_s: float) -> float:
    """How long answers take; the first one stands for itself."""
    if state.succeeded_at is None:
        return elapsed_s
    return state.elapsed_s + _SMOOTHING * (elapsed_s - state.elapsed_s)


def _after_failure(
    feed: Feed, state: FeedState, failure: FetchFailed, *, now: datetime, rng_value: float, limits: PollingLimits
) -> FeedState:
    failures = state.failures + 1
    interval = bounded_s(state.interval_s, feed, limits)
    is_soft = failure.kind != "status" or failure.status >= 500 or failure.status in _SOFT_STATUS
    hardness = _HARDNESS.get(failure.kind, _HARD) if is_soft else _HARD
    slowest = limits.gone_interval_s if failure.status == 410 else limits.failing_interval_s
    step = max(interval, DAY_S) if failure.status == 410 else interval
    delay = min(step * (1 + hardness * (failures - 1)), max(slowest, interval))
    wish = pause_wished_s(failure, limits)
    due = _jittered(max(delay, wish), rng_value, limits, floor=max(floor_s(feed, limits), wish))
    move = returned(state.move, failures)
    remark = f"; {state.move.adopted_url} is given up for {feed.url}" if move != state.move else ""
    is_challenge = failure.is_challenge
    word = _STATUS_WORDS.get(failure.status, failure.kind) if failure.kind == "status" else failure.kind
    return replace(
        state,
        next_check_at=now + timedelta(seconds=due),
        interval_s=interval,
        checked_at=now,
        failures=failures,
        outcome="challenged" if is_challenge else word,
        detail=failure.message + remark,
        retry_at=now + timedelta(seconds=wish) if wish else None,
        move=move,
    )


def lost(
    feed: Feed, state: FeedState, *, now: datetime, rng_value: float, limits: PollingLimits = DEFAULTS
) -> FeedState:
    """The state of a feed whose server was asked while the answer could not be kept: asked again as soon as is polite.

    The answer's validators are not kept either: it is to come whole once more.
    """
    floor = floor_s(feed, limits)
    if feed.heeds_wishes:
        floor = max(floor, wished_floor_s(state.wishes, {}, limits))
    due = now + timedelta(seconds=_jittered(floor, rng_value, limits, floor=floor))
    return replace(state, next_check_at=after_skipped(due, state.wishes, rng_value=rng_value, limits=limits))


def pause_wished_s(failure: FetchFailed, limits: PollingLimits = DEFAULTS) -> float:
    """How long the server wants no request, capped; 0 when it said nothing like that.

    A wish for no time at all (a date in the past) is none.
    """
    if failure.retry_after_s:
        return min(max(failure.retry_after_s, 0.0), limits.retry_after_cap_s)
    return limits.throttled_s if failure.status == 429 else 0.0


def is_public(host: str) -> bool:
    """Whether a host is one of the public network: a wish of it binds all its feeds.

    Bridges of one's own serve many outlets from one private host; one of them being throttled must not stop the rest.
    """
    return len(host) <= _MAX_HOST_CHARS and _is_public(host)


@lru_cache(maxsize=20_000)
def _is_public(host: str) -> bool:
    name = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(name).is_global
    except ValueError:
        return "." in name and not name.endswith((".local", ".localhost", ".lan", ".internal", ".home.arpa"))


def _jittered(delay: float, rng_value: float, limits: PollingLimits, *, floor: float) -> float:
    """`delay` ± jitter, never under `floor`; at the floor it only lengthens."""
    return max(delay * (1 + limits.jitter * (2 * rng_value - 1)), floor * (1 + limits.jitter * rng_value), 1.0)
