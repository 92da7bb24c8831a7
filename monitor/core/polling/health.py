"""The truth about a feed in one word with its reason.

Every word is decided from what was seen, none from a guess: a feed fails when its last check failed, is silent when its
own rhythm says so, is frozen when its own dates do. An outage begins when a bad condition has lasted, and has one end.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.polling.limits import DAY_S
from monitor.core.polling.rhythm import quiet_bound_s, silence_bound_s
from monitor.model.feeds import Condition, Feed, FeedState, Health

_YEAR = timedelta(days=365)
_GONE_AFTER = timedelta(days=7)
_FROZEN_MIN = timedelta(days=30)
_FROZEN_CHANCE = 1e-4
SLOW_S = 10.0
GOOD = frozenset({Condition.NEW, Condition.HEALTHY})
# How long a condition must last before it is told; failures are counted instead (`PATIENCE_FAILURES`).
# A single permanent redirect may be a captive portal's; one that lasts a day is adopted, and then told.
_PATIENCE = {Condition.EMPTY: timedelta(hours=6), Condition.SLOW: timedelta(days=1), Condition.MOVED: timedelta(days=1)}
FAILED = frozenset({Condition.FAILING, Condition.HTML, Condition.CHALLENGED, Condition.GONE})
# Worth telling once, but the news still comes: what is worse is told on top of them, and they do not end it.
_MILD = frozenset({Condition.MOVED, Condition.UNDATED, Condition.SLOW})
PATIENCE_FAILURES = 3
# Free services that shed load as a matter of course: not to be answered by them is no failure.
_BEST_EFFORT = frozenset({"gdelt"})
_BUSY = frozenset({"busy", "timeout", "connect"})

_BOT_WALL = re.compile(
    rb"cf-chl|challenge-platform|cf-turnstile|g-recaptcha|hcaptcha|px-captcha|captcha-delivery|_incapsula_|ddos-guard"
    rb"|<title>\s*(?:just a moment|attention required|are you a robot|access denied)",
    re.IGNORECASE,
)


def is_bot_wall(body: bytes) -> bool:
    """Whether a page is a bot wall's, by the marks of the common ones."""
    return _BOT_WALL.search(body, 0, 65_536) is not None


def judged(feed: Feed, state: FeedState, *, now: datetime) -> Health:
    """The health of a feed whose state is otherwise up to date."""
    condition, reason = _failing(feed, state, now) if state.failures else _answering(feed, state, now)
    before = state.health
    since = before.since_at if condition == before.condition and before.since_at else now
    health = replace(before, condition=condition, reason=reason, since_at=since)
    is_open = before.outage_at is not None and before.recovered_at is None
    is_worse = is_open and before.outage in _MILD and condition not in _MILD
    if condition in GOOD:
        return replace(health, remarked="", recovered_at=now if is_open else health.recovered_at)
    if is_open and before.outage not in _MILD and condition in _MILD:
        return replace(health, recovered_at=now)
    if condition in _MILD and condition == before.remarked:
        return health  # told before, and it outlasted a worse one
    if (is_open and not is_worse) or not _has_lasted(condition, since, state.failures, now):
        return health
    remarked = condition.value if condition in _MILD else before.remarked
    return replace(health, outage=condition.value, outage_at=now, recovered_at=None, remarked=remarked)


def _has_lasted(condition: Condition, since: datetime, failures: int, now: datetime) -> bool:
    if condition in FAILED:
        return failures >= PATIENCE_FAILURES
    return now - since >= _PATIENCE.get(condition, timedelta(0))


def _failing(feed: Feed, state: FeedState, now: datetime) -> tuple[Condition, str]:
    last = f"last read {_ago(state.succeeded_at, now)}" if state.succeeded_at else "never read yet"
    if feed.source in _BEST_EFFORT and state.outcome in _BUSY:
        return Condition.SLOW, f"it is busy, as it often is; {last}"
    count = "failed once" if state.failures == 1 else f"failed {state.failures} times in a row"
    since = f"{count}, {last}: {state.detail}"
    match state.outcome:
        case "gone":
            return Condition.GONE, since
        case "not-found" if now - (state.succeeded_at or now) >= _GONE_AFTER:
            return Condition.GONE, since
        case "challenged":
            return Condition.CHALLENGED, f"{count}, {last}: a bot wall stands before it; ask the outlet to let us in"
        case "html":
            return Condition.HTML, since
    return Condition.FAILING, since


def _answering(feed: Feed, state: FeedState, now: datetime) -> tuple[Condition, str]:  # noqa: PLR0911 - one a word
    rhythm, move = state.rhythm, state.move
    if rhythm.news_at is None and state.succeeded_at is not None and not state.entries_seen:
        return Condition.EMPTY, "it is a feed, but never held an entry"
    if not state.entries_seen and state.succeeded_at is not None:
        return Condition.EMPTY, f"it holds no entry any more; the last news came {_ago(rhythm.news_at, now)}"
    if reason := _frozen(state, now):
        return Condition.FROZEN, reason
    bound_s = silence_bound_s(rhythm)
    if rhythm.news_at is not None and (now - rhythm.news_at).total_seconds() > bound_s:
        usual = rhythm.watched_s / max(rhythm.bursts, 1)
        reason = f"nothing new since {_span(now - rhythm.news_at)}; it used to bring something every {_span_s(usual)}"
        return Condition.SILENT, reason
    if rhythm.is_undated:
        return Condition.UNDATED, "none of its entries bears a date that can be read; the time of arrival is used"
    if move.adopted_url:
        return Condition.MOVED, f"moved for good: {move.adopted_url} is asked instead; change url in feeds.yaml"
    if move.target:
        return Condition.MOVED, f"redirects for good to {move.target} (seen {_times(move.sightings)})"
    if state.elapsed_s >= SLOW_S:
        return Condition.SLOW, f"its answers take {state.elapsed_s:.0f} s"
    return Condition.HEALTHY, ""


def _frozen(state: FeedState, now: datetime) -> str:
    """Answers well and is dead all the same: by its dates, as long as we have seen nothing new come."""
    rhythm, newest = state.rhythm, state.newest_at
    if newest is None or rhythm.news_at is None:
        return ""
    age = now - newest
    if age < _FROZEN_MIN or (rhythm.bursts >= 1 and now - rhythm.news_at < _FROZEN_MIN):
        return ""
    text = f"it answers, but its newest entry is {_span(age)} old"
    if age >= _YEAR:
        return text
    if rhythm.bursts < 1 and rhythm.spacing_s:
        # Ten distances of the first window: enough to be slow to judge, whatever its length.
        bound = quiet_bound_s(10, 10 * rhythm.spacing_s, _FROZEN_CHANCE)
        if age.total_seconds() > bound:
            return f"{text}, and they used to be {_span_s(rhythm.spacing_s)} apart"
    return ""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _ago(at: datetime | None, now: datetime) -> str:
    return f"{_span(now - at)} ago" if at else "never"


def _span(span: timedelta) -> str:
    return _span_s(span.total_seconds())


def _span_s(seconds: float) -> str:
    """A length of time as a person says it."""
    for unit_s, name in ((365 * DAY_S, "years"), (DAY_S, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {name}"
    return f"{seconds:.0f} seconds"
