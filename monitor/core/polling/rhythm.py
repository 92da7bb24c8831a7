"""How often a feed has something new: its interval, gaps between two windows, and when silence is strange.

The interval follows the share of entries that were known already (Media Cloud's rule, which answers "are we missing
something?" as mean distances do not), in steps that grow with the silence: a wait is about a fifth of it.

Silence is judged by the gamma–Poisson predictive law: after n bursts of news in T seconds, the next takes longer than
t with probability (T / (T + t)) ** n. Bursts, not entries: outlets publish in heaps. What the law does not know
(nights, weekends, holidays) the longest quiet seen so far does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.core.polling.limits import DAY_S, PollingLimits
from monitor.model.feeds import Feed, FeedState, Reading, Rhythm

# Steps of the interval by the share of new entries; a third new is where Media Cloud begins to shorten.
_ROLLED, _RISKY, _CALM = 2 / 3, 1 / 3, 1 / 6
_STEP_ROLLED, _STEP_RISKY, _STEP_NEWS, _STEP_QUIET, _STEP_EASE = 0.5, 0.75, 0.7, 1.2, 1.05
_STEP_GAP, _STEP_CEILING = 0.5, 1.1
# The first interval as a share of the mean distance of the dates: where the steps above settle for random news.
_FIRST_SHARE = 0.4

_MEMORY_S = 180 * DAY_S
_YEAR_S = 365 * DAY_S
_MIN_BURSTS = 4
_ENOUGH_TO_JUDGE_DATES = 3
_QUIET_MARGIN = 1.5
_WATCHED_WELL_S = 15 * DAY_S
_QUIET_FLOOR_S, _QUIET_FLOOR_NEW_S = DAY_S, 4 * DAY_S
FALSE_ALARMS_A_YEAR = 0.1
"""Silences of a feed that is well, told in a year; what nights and the first weeks add is measured in the tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a check teaches: the feed's rhythm and interval, and whether this very check found a gap."""

    rhythm: Rhythm
    interval_s: float
    is_gap: bool = False


def bounded_s(interval_s: float, feed: Feed, limits: PollingLimits) -> float:
    """An interval within the user's and the program's bounds."""
    floor = floor_s(feed, limits)
    return max(floor, min(interval_s, limits.max_interval_s))


def floor_s(feed: Feed, limits: PollingLimits) -> float:
    """No check of this feed comes sooner after another."""
    return max(limits.min_interval_s, float(feed.min_interval_s or 0))


def pace(feed: Feed, state: FeedState, reading: Reading | None, *, now: datetime, limits: PollingLimits) -> Pace:
    """What an answered check teaches; `reading` is None when nothing changed (a 304, an equal body)."""
    usual = bounded_s(limits.interval_s, feed, limits)
    rhythm = _watched(state, now)
    if reading is None or not reading.entries:
        return Pace(rhythm=rhythm, interval_s=_quieter(state.interval_s, rhythm, feed, limits))
    if rhythm.news_at is None:
        return Pace(rhythm=_first(rhythm, reading, now), interval_s=_first_interval_s(feed, reading, now, limits))
    if not reading.new:
        return Pace(rhythm=rhythm, interval_s=_quieter(state.interval_s, rhythm, feed, limits))
    rhythm = _with_news(rhythm, reading, now, is_timely=_is_timely(state, now))
    is_gap = _is_gap(state, reading)
    if is_gap:
        rhythm = _with_gap(rhythm, state, reading, now)
        # A window lost while we were away says nothing of the interval.
        if _is_timely(state, now):
            rhythm = replace(rhythm, ceiling_s=max(state.interval_s * _STEP_GAP, floor_s(feed, limits)))
    elif rhythm.ceiling_s is not None and reading.new < _RISKY * reading.entries:
        raised = rhythm.ceiling_s * _STEP_CEILING
        rhythm = replace(rhythm, ceiling_s=raised if raised < limits.max_interval_s else None)
    interval = min(_stepped(reading, state.interval_s, usual), rhythm.ceiling_s or math.inf)
    return Pace(rhythm=rhythm, interval_s=bounded_s(interval, feed, limits), is_gap=is_gap)


_S = timedelta(seconds=1)


def _since_s(then: datetime | None, now: datetime) -> float:
    return max((now - then) / _S, 0.0) if then else 0.0


def _is_timely(state: FeedState, now: datetime) -> bool:
    """Whether this check came about when it was planned."""
    return _since_s(state.succeeded_at, now) <= 1.5 * max(state.interval_s, _planned_s(state)) + 60


def _planned_s(state: FeedState) -> float:
    return _since_s(state.checked_at, state.next_check_at)


def _stepped(reading: Reading, interval_s: float, usual_s: float) -> float:
    """Under the usual interval only where the window is at risk: freshness is no reason to hurry further."""
    share = reading.new / reading.entries
    if share > _ROLLED:
        return interval_s * _STEP_ROLLED
    if share > _RISKY:
        return interval_s * _STEP_RISKY
    if interval_s >= usual_s:
        return max(interval_s * _STEP_NEWS, usual_s)
    return min(interval_s * _STEP_EASE, usual_s) if share < _CALM else interval_s


def _quieter(interval_s: float, rhythm: Rhythm, feed: Feed, limits: PollingLimits) -> float:
    grown = interval_s * _STEP_QUIET
    return bounded_s(min(grown, rhythm.ceiling_s or grown), feed, limits)


def _first(rhythm: Rhythm, reading: Reading, now: datetime) -> Rhythm:
    """The first window is no news of ours, but its dates tell of the past."""
    spacing = None
    if reading.dated >= 5 and reading.newest_at and reading.oldest_at:
        spacing = (reading.newest_at - reading.oldest_at) / _S / (reading.dated - 1)
    return replace(
        rhythm, news_at=now, spacing_s=spacing, is_undated=reading.new >= _ENOUGH_TO_JUDGE_DATES and not reading.dated
    )


def _first_interval_s(feed: Feed, reading: Reading, now: datetime, limits: PollingLimits) -> float:
    usual = bounded_s(limits.interval_s, feed, limits)
    if reading.dated < 2 or reading.oldest_at is None:
        return usual
    distance = _since_s(reading.oldest_at, now) / reading.dated
    return bounded_s(max(usual, _FIRST_SHARE * distance), feed, limits)


def _watched(state: FeedState, now: datetime) -> Rhythm:
    """Time that was watched: up to twice the interval, since in a longer one we were away."""
    rhythm = state.rhythm
    if rhythm.news_at is None or state.succeeded_at is None:
        return rhythm
    passed = min(_since_s(state.succeeded_at, now), 2 * max(state.interval_s, _planned_s(state)))
    fade = math.exp(-passed / _MEMORY_S)
    return replace(
        rhythm,
        watched_s=rhythm.watched_s * fade + passed,
        bursts=rhythm.bursts * fade,
        arrived=rhythm.arrived * fade,
        longest_quiet_s=rhythm.longest_quiet_s * fade,
    )


def _with_news(rhythm: Rhythm, reading: Reading, now: datetime, *, is_timely: bool) -> Rhythm:
    quiet_s = _since_s(rhythm.news_at, now) if is_timely else 0.0
    return replace(
        rhythm,
        news_at=now,
        bursts=rhythm.bursts + 1,
        arrived=rhythm.arrived + reading.new,
        longest_quiet_s=max(rhythm.longest_quiet_s, quiet_s),
        is_undated=not reading.dated and (rhythm.is_undated or reading.new >= _ENOUGH_TO_JUDGE_DATES),
    )


def _is_gap(state: FeedState, reading: Reading) -> bool:
    """Nothing of the window before is left; an entry pinned to the top for weeks is no proof of the contrary."""
    if not state.entries_seen or not reading.new:
        return False
    return not reading.known or (not reading.recent and reading.new >= 0.8 * reading.entries)


def _with_gap(rhythm: Rhythm, state: FeedState, reading: Reading, now: datetime) -> Rhythm:
    """At least so many were missed: the dates of the new window, carried on backwards to the newest one known.

    Two standard deviations under the expectation, so that in 39 of 40 gaps it is a bound; 0 without dates.
    """
    missed, since = 0, state.newest_at
    if since and reading.dated >= 2 and reading.newest_at and reading.oldest_at and reading.oldest_at > since:
        spacing = (reading.newest_at - reading.oldest_at) / _S / (reading.dated - 1)
        expected = max((reading.oldest_at - since) / _S / spacing - 1, 0.0) if spacing > 0 else 0.0
        # The number itself scatters, and so does the spacing that was measured on a few dates.
        scatter = math.sqrt(expected + expected**2 / (reading.dated - 1))
        missed = max(0, math.floor(expected - 2 * scatter))
    begin, end = since or state.succeeded_at, reading.oldest_at or now
    # An entry pinned or dated ahead of its time turns the dates round; then only the checks bound the gap.
    if begin is not None and begin >= end:
        begin, end = state.succeeded_at, now
    return replace(
        rhythm,
        gaps=rhythm.gaps + 1,
        gap_at=now,
        gap_missed=missed,
        gap_from=begin,
        gap_until=end,
    )


def quiet_bound_s(bursts: float, watched_s: float, chance: float) -> float:
    """The wait that the next burst exceeds with probability `chance`, after `bursts` in `watched_s`; inf if too few."""
    if bursts < _MIN_BURSTS or watched_s <= 0 or not 0 < chance < 1:
        return math.inf
    return float(watched_s * math.expm1(-math.log(chance) / bursts))


def silence_bound_s(rhythm: Rhythm) -> float:
    """How long a feed of this rhythm may be quiet before that is strange; inf while too little is known.

    Each burst begins a wait, so the chance a wait is falsely told shrinks with their number in a year.
    """
    if rhythm.bursts < _MIN_BURSTS or rhythm.watched_s <= 0:
        return math.inf
    waits = rhythm.bursts / rhythm.watched_s * _YEAR_S
    bound = quiet_bound_s(rhythm.bursts, rhythm.watched_s, min(0.01, FALSE_ALARMS_A_YEAR / waits))
    floor = _QUIET_FLOOR_S if rhythm.watched_s >= _WATCHED_WELL_S else _QUIET_FLOOR_NEW_S
    return max(bound, _QUIET_MARGIN * rhythm.longest_quiet_s, floor)


def is_overdue(rhythm: Rhythm, now: datetime) -> bool:
    """Whether news should have come by now (one wait in a hundred is longer)."""
    if rhythm.news_at is None:
        return False
    return _since_s(rhythm.news_at, now) > quiet_bound_s(rhythm.bursts, rhythm.watched_s, 0.01)
