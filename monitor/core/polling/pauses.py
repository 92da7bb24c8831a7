"""Starts, pauses and clocks that jump: no feed may be asked twice, and no crowd at once, because time looked strange.

A look at the due times compares the wall clock with a clock that only runs forward (and runs on in a suspended
machine). If both went far, we were away: what is late takes its turn over some minutes. If they disagree, somebody set
the wall clock: plans move with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.core.polling.limits import DEFAULTS, PollingLimits
from monitor.core.polling.rhythm import bounded_s
from monitor.core.polling.wishes import after_skipped
from monitor.model.feeds import Feed, FeedState

_NOTABLE_SHIFT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look at the due times: by the wall clock, and by the steady one in seconds."""

    at: datetime
    ticks: float


def initial_state(feed: Feed, *, now: datetime, spread: float, limits: PollingLimits = DEFAULTS) -> FeedState:
    """A feed never checked; `spread` in [0, 1] is its place in the staggered start."""
    return FeedState(
        feed_id=feed.id,
        url=feed.url,
        next_check_at=now + timedelta(seconds=limits.first_spread_s * min(max(spread, 0.0), 1.0)),
        interval_s=bounded_s(limits.interval_s, feed, limits),
    )


def was_away(before: Look | None, now: Look, limits: PollingLimits = DEFAULTS) -> bool:
    """Whether due times need a second thought: a first look, a long pause, or a wall clock that was set."""
    if before is None:
        return True
    return now.ticks - before.ticks > limits.pause_s or abs(_shift_s(before, now)) > _NOTABLE_SHIFT_S


def after_pause(
    states: Sequence[FeedState], before: Look | None, now: Look, *, limits: PollingLimits = DEFAULTS
) -> list[FeedState]:
    """Those states whose due times change, with the new ones."""
    shift_s = _shift_s(before, now) if before else 0.0
    if abs(shift_s) <= _NOTABLE_SHIFT_S:
        shift_s = 0.0
    moved = {state.feed_id: moved for state in states if (moved := _moved(state, shift_s, now.at, limits)) != state}
    planned = [moved.get(state.feed_id, state) for state in states]
    spread = {state.feed_id: state for state in spread_overdue(planned, now=now.at, limits=limits)}
    return [*spread.values(), *(state for feed_id, state in moved.items() if feed_id not in spread)]


def spread_overdue(states: Sequence[FeedState], *, now: datetime, limits: PollingLimits = DEFAULTS) -> list[FeedState]:
    """The overdue ones with new due times, in the order they were due, over `catch_up_s`: a pause ends in no burst."""
    overdue = sorted(
        (state for state in states if state.next_check_at < now), key=lambda s: (s.next_check_at, s.feed_id)
    )
    step = min(limits.catch_up_s / len(overdue), limits.min_interval_s) if overdue else 0.0
    turns = [(state, now + timedelta(seconds=step * n), n / len(overdue)) for n, state in enumerate(overdue)]
    return [
        replace(state, next_check_at=after_skipped(due, state.wishes, rng_value=place, limits=limits))
        for state, due, place in turns
    ]


def _shift_s(before: Look, now: Look) -> float:
    return (now.at - before.at).total_seconds() - (now.ticks - before.ticks)


def _moved(state: FeedState, shift_s: float, now: datetime, limits: PollingLimits) -> FeedState:
    if shift_s:
        shift = timedelta(seconds=shift_s)
    elif state.checked_at is not None and (state.checked_at - now).total_seconds() > _NOTABLE_SHIFT_S:
        # Checked in the future: the clock went back while nobody looked. The wait that was planned still holds.
        shift = now - state.checked_at
    else:
        return state
    due = after_skipped(state.next_check_at + shift, state.wishes, rng_value=0.5, limits=limits)
    return replace(
        state,
        next_check_at=due,
        checked_at=_plus(state.checked_at, shift),
        succeeded_at=_plus(state.succeeded_at, shift),
        body_at=_plus(state.body_at, shift),
        whole_at=_plus(state.whole_at, shift),
        retry_at=_plus(state.retry_at, shift),
        rhythm=replace(state.rhythm, news_at=_plus(state.rhythm.news_at, shift)),
        move=replace(state.move, first_at=_plus(state.move.first_at, shift), last_at=_plus(state.move.last_at, shift)),
    )


def _plus(at: datetime | None, shift: timedelta) -> datetime | None:
    return at + shift if at else None
