from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import bench_alarms
from monitor.core.volume_alarms import (
    Baseline,
    DayCount,
    _bar,
    _bounds,
    _passing,
    learn,
    profile,
    silence_bound,
    spike_hour,
    tail,
)

EVENLY = np.arange(1, 25) / 24


def days(counts: list[int], **facts: float) -> list[DayCount]:
    return [DayCount(weekday=n % 7, count=count, **facts) for n, count in enumerate(counts)]


def baseline(level: float = 4.0, **facts: object) -> Baseline:
    known = {"level": level, "weekdays": (1.0,) * 7, "dispersion": 0.1, "doubt": 0.01, "stories": 100}
    return Baseline(**{**known, **facts})  # type: ignore[arg-type]


@given(mean=st.floats(0.01, 9), shape=st.floats(2, 200))
@settings(max_examples=40, deadline=None)
def test_the_tail_is_a_chance_that_falls_and_agrees_with_its_mean(mean: float, shape: float) -> None:
    tails = [tail(n, mean, shape) for n in range(90)]
    assert tails[0] == 1.0
    assert all(0 <= later <= earlier + 1e-9 for earlier, later in pairwise(tails))
    assert sum(tails[1:]) == pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize("usual", [0.3, 2.0, 12.0])
def test_the_chance_to_pass_any_bar_of_a_day_is_what_the_chain_says(usual: float) -> None:
    """Against drawn days: the exact computation and 40,000 draws agree within their noise."""
    shape, bar = 6.0, 0.004
    bounds = _bounds(usual, shape, bar, EVENLY)
    rng = np.random.default_rng(11)
    rates = rng.gamma(shape, usual / shape, 40_000)
    arrived = rng.poisson(rates[:, None] / 24, (40_000, 24)).cumsum(axis=1)
    drawn = float((arrived >= bounds).any(axis=1).mean())
    exact = _passing(usual, shape, bar)
    assert drawn == pytest.approx(exact, abs=4 * math.sqrt(exact / 40_000))


@pytest.mark.parametrize("usual", [0.2, 1.0, 7.0, 50.0])
def test_the_bar_spends_the_days_share_and_never_more(usual: float) -> None:
    chance = 0.8 / 90
    spent = _passing(usual, 8.0, _bar(usual, 8.0, chance))
    assert spent <= chance
    assert spent >= 0.6 * chance


def test_what_is_usual_follows_weekdays_and_forgets_a_spike() -> None:
    counts = [2 if n % 7 >= 5 else 10 for n in range(84)]
    counts[60] = 200
    found = learn(days(counts))
    assert found is not None
    assert found.usual(0) == pytest.approx(10, rel=0.15)
    assert 2 <= found.usual(6) < 4  # held towards the others while twelve Sundays are all that is known


def test_days_that_nobody_watched_say_nothing() -> None:
    watched = days([10] * 60)
    asleep = [DayCount(weekday=n % 7, count=0, watched=0.0) for n in range(20)]
    with_sleep, without = learn([*watched, *asleep]), learn(watched)
    assert with_sleep is not None
    assert without is not None
    assert with_sleep.usual(3) == pytest.approx(without.usual(3), rel=0.05)


@pytest.mark.parametrize("count", [0, 20])
def test_before_three_weeks_nothing_is_said(count: int) -> None:
    assert learn(days([5] * count)) is None
    assert learn(days([5] * 42, watched=0.4)) is None
    assert learn(days([5] * 21)) is not None


def test_little_known_is_held_wider_than_well_known() -> None:
    young, old = learn(days([3] * 21)), learn(days([3] * 84))
    assert young is not None
    assert old is not None
    assert young.doubt > old.doubt


def test_a_spike_is_seen_in_its_hours_and_an_ordinary_day_is_none() -> None:
    shares = profile([1.0] * 24)
    ordinary = [round(4 * n / 24) for n in range(1, 25)]
    fivefold = [round(20 * n / 24) for n in range(1, 25)]
    assert spike_hour(baseline(), 0, ordinary, shares, false_alarm_days=90) is None
    hour = spike_hour(baseline(), 0, fivefold, shares, false_alarm_days=90)
    assert hour is not None
    assert hour <= 14
    assert spike_hour(baseline(), 0, fivefold[:hour], shares, false_alarm_days=90) is None
    assert spike_hour(baseline(), 0, [], shares, false_alarm_days=90) is None


def test_a_tighter_budget_takes_more_to_speak() -> None:
    shares = profile([1.0] * 24)

    def least(false_alarm_days: float) -> int:
        arrived = ([0] * 23 + [n] for n in range(100))
        return next(
            day[-1]
            for day in arrived
            if spike_hour(baseline(), 0, day, shares, false_alarm_days=false_alarm_days) is not None
        )

    assert least(30) < least(90) < least(3000)
    bounds = [silence_bound(baseline(), 0, false_alarm_days=days) for days in (30, 90, 3000)]
    assert bounds == sorted(bounds)
    assert bounds[0] < bounds[2]


def test_fewer_stories_than_a_usual_day_and_one_more_are_no_spike_however_early() -> None:
    shares = profile([1.0] * 24)
    assert spike_hour(baseline(20.0), 0, [20], shares, false_alarm_days=90) is None
    assert spike_hour(baseline(20.0), 0, [21], shares, false_alarm_days=90) == 0


def test_a_silence_is_longer_where_stories_are_rare_and_never_told_where_there_are_none() -> None:
    often, rarely = (silence_bound(baseline(level), 0, false_alarm_days=90) / level for level in (20.0, 0.5))
    assert often < 1.5 < 5 < rarely
    assert silence_bound(baseline(), 4, false_alarm_days=90) > silence_bound(baseline(), 0, false_alarm_days=90)
    assert silence_bound(baseline(stories=7), 0, false_alarm_days=90) == math.inf


def test_the_benchmark_runs_and_prints_every_class() -> None:
    found = bench_alarms.run(years=2, seed=1, rates=(0.5, 5.0))
    lines = bench_alarms.table(found, 90.0)
    assert len(lines) == 2 + 4
    assert lines[-1].startswith("power for a 5x day at 2 a day or more: ")
    assert sum(tally.days for tally in found.values()) > 300 * 2
