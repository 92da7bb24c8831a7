"""When the number of a watchlist's stories is no chance: spikes and silences, within a budget of false alarms.

The model. A day's stories are Poisson with a rate that is itself random: usual level × weekday × a gamma-distributed
factor of mean 1, so that counts are negative binomial. Counts of reports are over-dispersed (surveillance of disease
outbreaks models them so: Noufaily et al. 2013, Statistics in Medicine 32, 1206, quasi-Poisson with reweighted past
outbreaks), and of the over-dispersed families this one gives the chance of every state within a day in closed form. The
level is an exponentially forgetting mean over twelve weeks, days that stick out are cut back before they count, and
weekdays are held towards 1 while little is known. That the level is only estimated widens the gamma, so that a young
watchlist alarms no more often than an old one.

The budget. "At most one false alarm in 90 days" is one for both kinds together: spikes get four fifths, silences one
fifth, since a silence has only to last a little longer where its share is smaller.

- Spike: the day is looked at after every hour. With one bar for all looks, false alarms would multiply; the bar is set
  so that the chance to pass it at *any* hour of the day is the day's share (repeated significance tests: Armitage,
  McPherson and Rowe 1969, J. R. Statist. Soc. A 132, 235). That chance is computed exactly, hour by hour, over the
  Markov chain of the counts.
- Silence: so long a stretch with no story at all, or with so few, has a chance that falls as it lasts. Each story
  begins such a stretch, so the share of a day is divided by the day's usual stories. Only hours in which the
  installation was awake and its feeds well count, so that an outage of ours or of the feeds is no silence.

Nothing is said before three weeks were watched. Refused: a mean and so many deviations of the last days, the usual
rule; its false alarms differ many times between rare and frequent watchlists (`benchmarks/bench_alarms.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

HISTORY_DAYS = 84
MIN_DAYS = 21.0
"""So many watched days are learnt from before anything is said."""
HALF_LIFE_DAYS = 28.0
SPIKE_SHARE = 0.8
HOURS = 24
SILENCE_FEW = (0, 4)
"""Stretches with at most so many stories are looked at, each with an equal part of the silences' share."""
MIN_STORIES = 8
"""A silence needs so many stories in the past."""

# Chosen on the training seeds of benchmarks/bench_alarms.py (see docs/benchmarks.md), never on those reported.
SPIKE_CALIBRATION = 0.92
SILENCE_CALIBRATION = 4.0
DISPERSION_CALIBRATION = 1.2
_PRIOR_DISPERSION = 0.08
_PRIOR_DISPERSION_DAYS = 20.0
_WEEKDAY_PRIOR = 12.0
_PROFILE_PRIOR = 72.0
_CUT_DEVIATIONS = 3.5
_DIVISIONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """A past local day: 0 = Monday, its stories, and the share of it that was watched (0 … 1)."""

    weekday: int
    count: int
    watched: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What is usual: `level` stories a day before the weekday's factor, `dispersion` 1/shape of a day's gamma factor,
    `doubt` the relative variance with which the level is known."""

    level: float
    weekdays: tuple[float, ...]
    dispersion: float
    doubt: float
    stories: int

    def usual(self, weekday: int) -> float:
        """The stories expected on a weekday."""
        return self.level * self.weekdays[weekday]


def learn(days: Sequence[DayCount]) -> Baseline | None:
    """What is usual after these days, oldest first; None while too few were watched."""
    days = days[-HISTORY_DAYS:]
    counts = given = np.array([day.count for day in days], dtype=float)
    watched = np.array([day.watched for day in days], dtype=float)
    weekdays = np.array([day.weekday for day in days], dtype=int)
    if watched.sum() < MIN_DAYS:
        return None
    stories = int(counts.sum())
    ages = np.arange(len(days), 0, -1, dtype=float)
    weights = 0.5 ** (ages / HALF_LIFE_DAYS)
    factors, level, dispersion = np.ones(7), 0.0, _PRIOR_DISPERSION
    for _ in range(3):  # level, weekdays and what sticks out depend on one another; three rounds settle them
        exposure = watched * factors[weekdays]
        level = (float(weights @ counts) + 0.25) / (float(weights @ exposure) + 0.25)
        expected = level * exposure
        spread = np.sqrt(expected + dispersion * expected**2)
        counts = np.minimum(given, expected + _CUT_DEVIATIONS * spread + 1.0)
        factors = _weekday_factors(counts, level * watched, weekdays, dispersion)
        expected = level * watched * factors[weekdays]
        wide = np.minimum(given, expected + 2 * _CUT_DEVIATIONS * np.sqrt(expected + dispersion * expected**2) + 2.0)
        dispersion = _dispersion(wide, expected)
    exposure = watched * factors[weekdays]
    variance = float((weights**2) @ (level * exposure + dispersion * (level * exposure) ** 2))
    doubt = variance / max(float(weights @ exposure) * level, 1e-9) ** 2
    doubt += _weekday_doubt(counts, dispersion, level)
    return Baseline(
        level=level, weekdays=tuple(map(float, factors)), dispersion=dispersion, doubt=doubt, stories=stories
    )


def profile(hourly: Sequence[float]) -> Numbers:
    """Stories by local hour of the past → the share of a day that is over at the end of each hour, 24 of them."""
    counts = np.asarray(hourly, dtype=float) + _PROFILE_PRIOR / HOURS
    shares: Numbers = np.cumsum(counts) / counts.sum()
    return shares


def spike_hour(
    baseline: Baseline, weekday: int, arrived: Sequence[int], shares: Numbers, *, false_alarm_days: float
) -> int | None:
    """The first hour after which more stories had come than chance brings; None while there is none.

    `arrived` are the stories since midnight at the end of each hour that is over, `shares` as `profile` gives them.
    """
    usual = baseline.usual(weekday)
    shape = 1.0 / (baseline.dispersion + baseline.doubt)
    chance = SPIKE_SHARE * SPIKE_CALIBRATION / false_alarm_days
    seen = np.asarray(arrived, dtype=float)
    expected = usual * shares[: len(seen)]
    if not len(seen) or seen[-1] < _floor(usual) or not np.any(seen > expected + 1.2 * np.sqrt(expected)):
        return None  # cheap, and far below any bar
    bar = _bar(*_rounded(usual, shape), chance)
    for hour, (count, mean) in enumerate(zip(seen, expected, strict=True)):
        if count >= _floor(usual) and tail(int(count), float(mean), shape) <= bar:
            return hour
    return None


def silence_bound(baseline: Baseline, few: int, *, false_alarm_days: float) -> float:
    """So many stories have to be expected in a stretch that at most `few` in it are no chance; inf for rare stories.

    `baseline` is what was usual before the stretch began, so that a silence does not become what is usual.
    """
    if baseline.stories < MIN_STORIES:
        return math.inf
    share = (1 - SPIKE_SHARE) * SILENCE_CALIBRATION / len(SILENCE_FEW)
    chance = min(share / false_alarm_days / baseline.level, 0.05)
    low, high = 0.0, 1.0
    while _few_chance(baseline, few, high) > chance:
        low, high = high, high * 2
        if high > 1e6:
            return math.inf
    for _ in range(_DIVISIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if _few_chance(baseline, few, middle) > chance else (low, middle)
    return high


def _few_chance(baseline: Baseline, few: int, expected: float) -> float:
    days = max(expected / baseline.level, 1.0)
    return 1.0 - tail(few + 1, expected, 1.0 / (baseline.dispersion / days + baseline.doubt))


def tail(count: int, mean: float, shape: float) -> float:
    """The chance that a negative binomial number (gamma-mixed Poisson) is at least `count`."""
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    odds = mean / (shape + mean)
    term = math.exp(-shape * math.log1p(mean / shape))
    below = term
    for k in range(count - 1):
        term *= (shape + k) / (k + 1) * odds
        below += term
    if below < 0.999999:
        return 1.0 - below
    # The far tail by its own terms: 1 - below has no digits left there.
    total = 0.0
    for k in range(count - 1, count + 400):
        term *= (shape + k) / (k + 1) * odds
        total += term
        if term < total * 1e-9:
            break
    return total


def _weekday_factors(counts: Numbers, level: Numbers, weekdays: NDArray[np.int_], dispersion: float) -> Numbers:
    """Each weekday's share of the level, held towards 1 as by so many stories at a plain level."""
    factors = np.ones(7)
    for weekday in range(7):
        of_it = weekdays == weekday
        expected = float(level[of_it].sum())
        # An over-dispersed story says less than a Poisson one.
        worth = 1.0 / (1.0 + dispersion * expected / max(int(of_it.sum()), 1))
        factors[weekday] = (float(counts[of_it].sum()) * worth + _WEEKDAY_PRIOR) / (expected * worth + _WEEKDAY_PRIOR)
    factors /= factors.mean()
    return factors


def _weekday_doubt(counts: Numbers, dispersion: float, level: float) -> float:
    a_week = len(counts) / 7
    worth = a_week * level / (1.0 + dispersion * level)
    return 0.5 / (worth + _WEEKDAY_PRIOR)


def _dispersion(counts: Numbers, expected: Numbers) -> float:
    """1/shape by moments, held towards what reports usually have while the days say little of it."""
    squares = float((expected**2).sum())
    excess = float(((counts - expected) ** 2 - expected).sum())
    # So many days' worth of squares stand for what is known beforehand; rare counts say next to nothing of dispersion.
    prior = _PRIOR_DISPERSION_DAYS * max(float((expected**2).mean()), 1.0)
    found = (excess + prior * _PRIOR_DISPERSION) / (squares + prior)
    return min(max(found * DISPERSION_CALIBRATION, 0.01), 2.0)


def _rounded(usual: float, shape: float) -> tuple[float, float]:
    """What the bar is computed for: it changes slowly, and hardly at all beyond these bounds."""
    usual = min(max(usual, 0.05), 60.0)
    shape = min(max(shape, 0.7), 150.0)
    # Rare stories have few states, so that their bar jumps from one to the next; frequent ones have none of that.
    grain = 25 if usual < 5 else 8
    return round(math.exp(round(math.log(usual) * grain) / grain), 6), round(
        math.exp(round(math.log(shape) * 3) / 3), 6
    )


@lru_cache(maxsize=20_000)
def _bar(usual: float, shape: float, chance: float) -> float:
    """The chance that every hour's look is held against, so that any look of a day passes it with `chance`."""
    low, high = math.log(chance / 30), math.log(min(chance * 1.05, 0.99))
    for _ in range(_DIVISIONS):
        middle = (low + high) / 2
        if _passing(usual, shape, math.exp(middle)) <= chance:
            low = middle
        else:
            high = middle
    return math.exp(low)


def _passing(usual: float, shape: float, bar: float) -> float:
    """The chance that a day's count passes the bar after any of its hours, over the Markov chain of the counts.

    Given n stories in the share F of a day, the next dF brings a negative binomial number of shape (shape + n): the
    gamma factor as it is known by then.
    """
    shares = np.arange(1, HOURS + 1) / HOURS
    bounds = _bounds(usual, shape, bar, shares)
    top = int(bounds.max())
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, top + 1)))))
    rising = np.concatenate(([0.0], np.cumsum(np.log(shape + np.arange(top)))))
    states = np.zeros(top)
    states[0] = 1.0
    n = np.arange(top)
    more = n[None, :] - n[:, None]
    is_possible = more >= 0
    ways = np.where(is_possible, rising[None, :top] - rising[:top, None] - logs[np.maximum(more, 0)], -np.inf)
    before = 0.0
    for share, bound in zip(shares, bounds, strict=True):
        odds = usual * (share - before) / (shape + usual * share)
        steps = np.exp(ways + (shape + n)[:, None] * math.log1p(-odds) + np.maximum(more, 0) * math.log(odds))
        states = states @ steps
        states[int(bound) :] = 0.0
        before = float(share)
    return 1.0 - float(states.sum())


def _floor(usual: float) -> int:
    """A story more than a whole day's usual: fewer are no spike to a reader, however early they came."""
    return math.ceil(usual) + 1


def _bounds(usual: float, shape: float, bar: float, shares: Numbers) -> NDArray[np.int_]:
    """After each hour the least count that is a spike: more than a usual day, its chance at or under the bar."""
    found = []
    for share in shares:
        mean = usual * float(share)
        odds = mean / (shape + mean)
        term = math.exp(-shape * math.log1p(mean / shape))
        above, count = 1.0 - term, 1
        while above > bar:
            term *= (shape + count - 1) / count * odds
            above -= term
            count += 1
        found.append(max(count, _floor(usual)))
    return np.array(found)
