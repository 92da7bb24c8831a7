"""Rhythm: intervals, gaps, and silence that is strange."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.polling import CheckOutcome, PollingLimits, next_check
from monitor.core.polling.rhythm import Pace, pace, quiet_bound_s, silence_bound_s
from monitor.model.feeds import FeedState, Fetched, NotModified, Reading, Rhythm
from tests.factories import NOW, make_feed, make_feed_state

FEED = make_feed()
LIMITS = PollingLimits(max_interval_s=14_400)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def known(interval_s: float = 900.0, entries: int = 30, **facts: Any) -> FeedState:
    """A feed watched for a while, checked when it was planned."""
    rhythm = Rhythm(news_at=NOW - timedelta(seconds=interval_s), **facts)
    checked_at = NOW - timedelta(seconds=interval_s)
    return make_feed_state(
        interval_s=interval_s,
        entries_seen=entries,
        checked_at=checked_at,
        succeeded_at=checked_at,
        newest_at=checked_at,
        rhythm=rhythm,
    )


def paced(state: FeedState, reading: Reading | None) -> Pace:
    return pace(FEED, state, reading, now=NOW, limits=LIMITS)


def with_new(new: int, entries: int = 30, **facts: Any) -> Reading:
    known = entries - new
    return Reading(entries=entries, known=known, recent=known, new=new, **facts)


@pytest.mark.parametrize(
    ("interval_s", "new", "then_s"),
    [
        (900, None, 1080),  # nothing changed
        (900, 0, 1080),
        (14_000, 0, 14_400),
        (900, 1, 900),
        (4000, 1, 2800),
        (1000, 1, 900),
        (900, 15, 675),
        (900, 25, 450),
        (400, 25, 300),
        (400, 8, 400),
        (400, 1, 420),
        (890, 1, 900),
    ],
)
def test_the_interval_follows_the_share_of_new_entries(interval_s: float, new: int | None, then_s: float) -> None:
    assert paced(known(interval_s), None if new is None else with_new(new)).interval_s == pytest.approx(then_s)


def test_the_first_interval_comes_from_the_dates() -> None:
    def first(days: float, dated: int) -> float:
        reading = Reading(entries=20, new=20, dated=dated, newest_at=NOW, oldest_at=NOW - days * DAY)
        return paced(make_feed_state(), reading).interval_s

    assert first(140, 20) == 14_400
    assert first(2, 20) == pytest.approx(0.4 * 2 * 86_400 / 20)
    assert first(0.1, 20) == 900
    assert first(0.1, 0) == 900


@settings(max_examples=60)
@given(
    st.floats(1, 1e6),
    st.none() | st.builds(with_new, st.integers(0, 30)),
    st.none() | st.integers(60, 10**6),
    st.none() | st.floats(300, 1e5),
)
def test_the_interval_stays_within_its_bounds(
    interval_s: float, reading: Reading | None, own_s: int | None, ceiling_s: float | None
) -> None:
    state = known(interval_s, ceiling_s=ceiling_s)
    found = pace(make_feed(min_interval_s=own_s), state, reading, now=NOW, limits=LIMITS).interval_s
    floor = max(300, own_s or 0)
    assert floor <= found <= max(floor, 14_400)


def test_a_window_that_shares_nothing_with_the_one_before_is_a_gap() -> None:
    found = paced(known(1200), with_new(30))
    assert found.is_gap
    assert (found.rhythm.gaps, found.rhythm.gap_at, found.rhythm.ceiling_s) == (1, NOW, 600)
    assert found.interval_s == 600
    assert not paced(known(1200), with_new(29)).is_gap
    assert not paced(known(1200, entries=0), with_new(30)).is_gap


def test_an_entry_pinned_for_weeks_does_not_hide_a_gap() -> None:
    assert paced(known(), Reading(entries=10, known=1, recent=0, new=9)).is_gap
    assert not paced(known(), Reading(entries=10, known=4, recent=0, new=6)).is_gap


def test_what_a_gap_swallowed_is_bounded_by_the_dates_around_it() -> None:
    """The new window has an entry every minute for an hour, and begins three hours after the newest one known."""
    state = replace(known(4 * 3600.0), newest_at=NOW - 4 * HOUR)
    rhythm = paced(state, with_new(61, 61, dated=61, newest_at=NOW, oldest_at=NOW - HOUR)).rhythm
    assert 100 <= rhythm.gap_missed <= 179
    assert (rhythm.gap_from, rhythm.gap_until) == (NOW - 4 * HOUR, NOW - HOUR)
    assert paced(state, with_new(30)).rhythm.gap_missed == 0


@pytest.mark.parametrize(
    ("newest_known", "oldest_new"),
    [
        (NOW - 2 * HOUR, NOW - 900 * HOUR),  # an entry pinned for weeks
        (NOW + 9 * HOUR, NOW - HOUR),  # one that was dated ahead of its time
        (NOW + 9 * HOUR, None),
    ],
)
def test_a_gap_whose_dates_run_backwards_lies_between_the_two_checks(
    newest_known: datetime, oldest_new: datetime | None
) -> None:
    state = replace(known(), newest_at=newest_known, succeeded_at=NOW - 3 * HOUR)
    rhythm = paced(state, with_new(30, 30, dated=30, newest_at=NOW, oldest_at=oldest_new)).rhythm
    assert (rhythm.gap_from, rhythm.gap_until, rhythm.gap_missed) == (NOW - 3 * HOUR, NOW, 0)


def test_the_bound_of_a_gap_is_one_in_nearly_all_gaps() -> None:
    rng = np.random.default_rng(7)
    broken = 0
    for _ in range(400):
        arrivals = np.cumsum(rng.exponential(600, 400))
        first = int(rng.integers(40, 300))
        at = [NOW + timedelta(seconds=float(s)) for s in arrivals]
        state = replace(known(), newest_at=at[19])
        window = with_new(30, 30, dated=30, oldest_at=at[first], newest_at=at[first + 29])
        missed = pace(FEED, state, window, now=at[first + 29], limits=LIMITS).rhythm.gap_missed
        broken += missed > first - 20
    # The spacing is itself measured on thirty entries, so the bound is a little looser than its two deviations.
    assert broken / 400 < 0.15


def test_a_gap_while_we_were_away_does_not_hurry_the_feed() -> None:
    state = replace(known(1200), succeeded_at=NOW - 9 * HOUR, checked_at=NOW - 9 * HOUR)
    state = replace(state, next_check_at=NOW - 9 * HOUR + timedelta(seconds=1200))
    found = paced(state, with_new(30))
    assert found.is_gap
    assert found.rhythm.ceiling_s is None


def test_gaps_shorten_the_interval_until_they_stop() -> None:
    """A window of 20 entries, and 60 entries an hour: every check must come within twenty minutes."""
    limits = PollingLimits(interval_s=3600, max_interval_s=14_400)
    state = known(3600.0, entries=20)
    now, gaps = NOW, []
    for _ in range(200):
        new = min(20, round(state.interval_s / 60))
        found = pace(FEED, state, with_new(new, 20), now=now, limits=limits)
        gaps.append(found.is_gap)
        planned = now + timedelta(seconds=found.interval_s)
        state = replace(
            state,
            interval_s=found.interval_s,
            rhythm=found.rhythm,
            checked_at=now,
            succeeded_at=now,
            next_check_at=planned,
        )
        now = planned
    assert any(gaps[:3])
    assert not any(gaps[4:])


@pytest.mark.parametrize(("per_day", "most"), [(0.1, 7.5), (1, 8), (10, 40), (40, 75), (200, 110)])
def test_a_feed_is_asked_about_as_often_as_it_has_news(per_day: float, most: float) -> None:
    """Requests a day over a month of random news, a window of 50."""
    rng = np.random.default_rng(3)
    arrivals = np.cumsum(rng.exponential(86_400 / per_day, int(per_day * 60) + 50)) - 86_400 * 20
    checks = list(simulated(arrivals, days=30, window=50))
    assert len(checks) / 30 <= most


def test_a_year_of_news_raises_hardly_a_false_alarm() -> None:
    """Silences told of healthy feeds a feed-year: random news, days and nights, weekends, heaps, 0.1–200 a day."""
    shapes = {"steady": steady, "nights": nights, "weekdays": weekdays, "heaps": heaps}
    alarms: dict[str, float] = {}
    for number, (name, shape) in enumerate(shapes.items()):
        rng = np.random.default_rng(100 + number)
        for per_day in (0.1, 1.0, 10.0, 200.0):
            years = 3 if per_day <= 1 else 0.5
            told = sum(silences(shape(rng, per_day, 365.0 * years), days=365.0 * years))
            alarms[f"{name} {per_day:g}"] = told / years
    assert max(alarms.values()) <= 1.0, alarms
    assert sum(alarms.values()) / len(alarms) <= 0.35, alarms


@pytest.mark.parametrize(("per_day", "within_days"), [(200.0, 1.5), (20.0, 2.0), (3.0, 6.0), (1.0, 15.0), (0.3, 50.0)])
def test_a_feed_that_falls_silent_is_told_in_good_time(per_day: float, within_days: float) -> None:
    rng = np.random.default_rng(11)
    arrivals = steady(rng, per_day, 90.0)
    rhythm = rhythm_after(arrivals, days=90)
    assert silence_bound_s(rhythm) <= within_days * 86_400


def test_nothing_is_strange_while_too_little_is_known() -> None:
    assert silence_bound_s(Rhythm()) == float("inf")
    assert silence_bound_s(Rhythm(news_at=NOW, bursts=3, watched_s=1e6)) == float("inf")
    assert quiet_bound_s(10, 86_400, 0.01) < quiet_bound_s(10, 86_400, 0.001) < float("inf")


def test_quiet_checks_and_304s_are_watched_time_but_our_own_absence_is_not() -> None:
    state = known(1000.0)
    assert paced(state, None).rhythm.watched_s == pytest.approx(1000, rel=0.01)
    away = replace(state, succeeded_at=NOW - 10 * DAY, checked_at=NOW - 10 * DAY)
    away = replace(away, next_check_at=NOW - 10 * DAY + timedelta(seconds=1000))
    assert paced(away, None).rhythm.watched_s == pytest.approx(2000, rel=0.01)


def test_dates_that_cannot_be_read_are_noticed_and_forgotten_with_the_first_that_can() -> None:
    assert paced(make_feed_state(), Reading(entries=5, new=5)).rhythm.is_undated
    assert not paced(make_feed_state(), Reading(entries=2, new=2)).rhythm.is_undated
    state = known(is_undated=True)
    assert paced(state, with_new(1)).rhythm.is_undated
    assert not paced(state, with_new(1, dated=1, newest_at=NOW, oldest_at=NOW)).rhythm.is_undated


# --- feeds of random news -----------------------------------------------------------------------------------------


def steady(rng: np.random.Generator, per_day: float, days: float) -> np.ndarray:
    """Arrivals in seconds from the start, without memory."""
    count = rng.poisson(per_day * days)
    return np.sort(rng.uniform(0, days * 86_400, count))


def nights(rng: np.random.Generator, per_day: float, days: float) -> np.ndarray:
    """Nothing for eight hours of each day, with a peak at noon."""
    count = rng.poisson(per_day * days)
    hours = 6 + 16 * rng.beta(2.5, 2.5, count)
    return np.sort(rng.integers(0, int(days), count) * 86_400 + hours * 3600)


def weekdays(rng: np.random.Generator, per_day: float, days: float) -> np.ndarray:
    """As `nights`, on five days of seven."""
    arrivals = nights(rng, per_day * 7 / 5, days)
    return arrivals[(arrivals // 86_400) % 7 < 5]


def heaps(rng: np.random.Generator, per_day: float, days: float) -> np.ndarray:
    """In heaps of five on average, at random times."""
    starts = steady(rng, per_day / 5, days)
    sizes = rng.geometric(1 / 5, len(starts))
    return np.sort(np.repeat(starts, sizes) + rng.uniform(0, 600, int(sizes.sum())))


def simulated(arrivals: np.ndarray, *, days: float, window: int) -> Any:
    """(now, state after) of every check of a feed that shows its latest `window` entries."""
    state, seen, now_s = make_feed_state(), 0, 0.0
    started = bool(len(arrivals))
    while now_s < days * 86_400:
        now = NOW + timedelta(seconds=now_s)
        total = int(np.searchsorted(arrivals, now_s, side="right"))
        new = min(total - seen, window)
        entries = min(total, window)
        fetch: Any = NotModified(url=FEED.url, headers={}, validators=None)
        reading = None
        if new or (not seen and started):
            fetch = Fetched(url=FEED.url, status=200, body=b"", headers={}, validators=None)
            shown = [NOW + timedelta(seconds=float(s)) for s in arrivals[max(total - new, 0) : total]]
            reading = Reading(
                entries=max(entries, 1),
                known=max(entries, 1) - new,
                recent=max(entries, 1) - new,
                new=new,
                dated=new,
                newest_at=shown[-1] if shown else None,
                oldest_at=shown[0] if shown else None,
            )
        seen = total
        check = CheckOutcome(fetch=fetch, reading=reading, body_digest=str(total))
        state = next_check(FEED, state, check, now=now, rng_value=0.5, limits=LIMITS)
        yield now, state
        now_s = (state.next_check_at - NOW).total_seconds()


def silences(arrivals: np.ndarray, *, days: float) -> list[bool]:
    """One True for each time that the feed became silent."""
    told, was_silent = [], False
    for _, state in simulated(arrivals, days=days, window=50):
        is_silent = state.health.condition == "silent"
        told += [True] if is_silent and not was_silent else []
        was_silent = is_silent
    return told


def rhythm_after(arrivals: np.ndarray, *, days: float) -> Rhythm:
    *_, (_, state) = simulated(arrivals, days=days, window=50)
    rhythm: Rhythm = state.rhythm
    return rhythm
