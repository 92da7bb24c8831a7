"""Starts, pauses and clocks that jump: no feed may be asked twice, and no crowd at once, because time looked strange.

A look at the due times compares the wall clock with a clock that only runs forward (and runs on in a suspended
machine). If both went far, we were away: what is late takes its turn over some minutes. If they disagree, somebody set
the wall clock: plans move with it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
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
    """Those states whose due times change, with the new ones, soonest first."""
    after = AfterPause(before, now, limits=limits)
    after.note(states)
    after.rank()
    changed = after.changed(sorted(states, key=lambda state: state.feed_id))
    return sorted(changed, key=lambda state: (state.next_check_at, state.feed_id))


class AfterPause:
    """New due times after a pause, for any number of feeds in memory for a few: 8 bytes for each that is late.

    All are shown twice, slice by slice: `note` sees what is late, `rank` puts it in its order, `changed` gives it new
    times, in the order they were due (by id, if shown so, where that is the same), over `catch_up_s`. What a set clock
    moves is moved before. `is_shifted`: that is so; `is_needed`: some state changes.
    """

    def __init__(self, before: Look | None, now: Look, *, limits: PollingLimits = DEFAULTS) -> None:
        shift_s = _shift_s(before, now) if before else 0.0
        self._shift_s = shift_s if abs(shift_s) > _NOTABLE_SHIFT_S else 0.0
        self._now = now.at
        self._limits = limits
        self._late = array("d")
        self._met: dict[float, int] = {}
        self.is_shifted = self._shift_s != 0.0
        self.is_needed = self.is_shifted

    def note(self, states: Sequence[FeedState]) -> None:
        """See some of the states."""
        for state in states:
            moved = _moved(state, self._shift_s, self._now, self._limits)
            if moved.next_check_at < self._now:
                self._late.append(moved.next_check_at.timestamp())
            self.is_needed = self.is_needed or moved is not state
        self.is_needed = self.is_needed or bool(self._late)

    def rank(self) -> None:
        """All were seen."""
        self._late = array("d", sorted(self._late))

    def changed(self, states: Sequence[FeedState]) -> list[FeedState]:
        """Those of the states that change, as they become."""
        found = []
        for state in states:
            after = self._spread(_moved(state, self._shift_s, self._now, self._limits))
            if after is not state and after != state:
                found.append(after)
        return found

    def _spread(self, state: FeedState) -> FeedState:
        if state.next_check_at >= self._now:
            return state
        due = state.next_check_at.timestamp()
        n = bisect_left(self._late, due) + self._met.get(due, 0)
        self._met[due] = self._met.get(due, 0) + 1
        place = min(n / max(len(self._late), 1), 1.0)
        step = min(self._limits.catch_up_s / max(len(self._late), 1), self._limits.min_interval_s)
        turn = self._now + timedelta(seconds=step * n)
        return replace(state, next_check_at=after_skipped(turn, state.wishes, rng_value=place, limits=self._limits))


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
