"""Do alarms about volume keep their budget, and do they see a day of five times the usual?

    .venv/bin/python -m benchmarks.bench_alarms [--years 1000] [--seed 20261122] [--days 90] [--memory 0]

Made watchlist-years in eight classes of rate, 0.2 to 50 stories a day: weekdays differ, the level drifts by up to two
times either way, a day's rate varies (gamma or log-normal, relative variance .02 to .3), the hours have a profile, and
some days are missing because the installation slept. Nothing happens in them, so every alarm is false; only days count
on which alarms could speak. Beside it the usual rule in the same run: more than the mean of the last 14 days and three
standard deviations. A day of five times the usual is an ordinary day with an event's stories on top, four times the
usual in the mean; it is tried on days apart, the past as it was. The oracle knows the year's true rates and how they
vary, looks once, at the day's end, and spends the whole budget on spikes: more cannot be seen.

Seeds 1 to 9 were used to choose the calibrations in `monitor.core.volume_alarms`; report others.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.core import volume_alarms as alarms
from monitor.core.volume_alarms import DayCount, Numbers

RATES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
DAYS = 365
EVENTS_A_YEAR = 6
NAIVE_DAYS = 14


@dataclass(slots=True)
class Tally:
    """What a class of rates came to; `power` for this rule and the naive one: (days seen, days tried)."""

    days: int = 0
    spikes: int = 0
    silences: int = 0
    naive: int = 0
    naive_days: int = 0
    seen: int = 0
    naive_seen: int = 0
    oracle_seen: int = 0
    tried: int = 0
    hours: list[int] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another in."""
        for name in ("days", "spikes", "silences", "naive", "naive_days", "seen", "naive_seen", "oracle_seen", "tried"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.hours += other.hours


@dataclass(frozen=True, slots=True)
class Year:
    """A watchlist's year: stories by day and hour, expected stories by day, the share of each day that was watched."""

    hourly: np.ndarray
    expected: Numbers
    watched: Numbers
    profile: Numbers
    variance: float


def made_year(rng: np.random.Generator, rate: float, *, memory: float = 0.0) -> Year:
    """One made year in which nothing happens; `memory` is how alike the rates of neighbouring days are."""
    weekdays = rng.uniform(0.85, 1.15, 7)
    weekdays[5:] *= rng.uniform(0.4, 1.0)
    weekdays /= weekdays.mean()
    drift = rng.uniform(-1, 1) * math.log(2)
    day = np.arange(DAYS)
    expected = rate * weekdays[day % 7] * np.exp(drift * (day / DAYS - 0.5))
    variance = math.exp(rng.uniform(math.log(0.02), math.log(0.3)))
    if memory:
        factor = _with_memory(rng, variance, memory)
    elif rng.random() < 0.5:
        factor = rng.gamma(1 / variance, variance, DAYS)
    else:
        sigma = math.sqrt(math.log1p(variance))
        factor = rng.lognormal(-sigma * sigma / 2, sigma, DAYS)
    hours = np.arange(24)
    profile = 1 + rng.uniform(0, 0.9) * np.cos((hours - rng.uniform(9, 17)) / 24 * 2 * math.pi)
    profile /= profile.sum()
    watched = np.ones(DAYS)
    for _ in range(rng.integers(0, 4)):
        start = rng.integers(0, DAYS - 5)
        watched[start : start + rng.integers(1, 6)] = 0
    hourly = rng.poisson((expected * factor * watched)[:, None] * profile[None, :])
    return Year(hourly, expected, watched, profile, variance)


def _with_memory(rng: np.random.Generator, variance: float, memory: float) -> Numbers:
    """Log-normal factors of mean 1 whose logarithms hang on from day to day (correlation `memory`)."""
    sigma = math.sqrt(math.log1p(variance))
    steps = rng.normal(0, 1, DAYS)
    level = np.empty(DAYS)
    level[0] = steps[0]
    for n in range(1, DAYS):
        level[n] = memory * level[n - 1] + math.sqrt(1 - memory**2) * steps[n]
    return np.exp(sigma * level - sigma * sigma / 2)


def live_through(year: Year, rng: np.random.Generator, *, false_alarm_days: float) -> Tally:
    """Every day and hour of a year, with what both rules say."""
    tally = Tally()
    counts = year.hourly.sum(axis=1)
    past = [DayCount(weekday=n % 7, count=int(counts[n]), watched=float(year.watched[n])) for n in range(DAYS)]
    events = set(rng.choice(np.arange(60, DAYS), EVENTS_A_YEAR, replace=False).tolist())
    baselines: list[alarms.Baseline | None] = []
    silence = Silence(false_alarm_days)
    last_spike = -9
    seen_hours = np.zeros(24)
    for n in range(DAYS):
        baseline = alarms.learn(past[max(0, n - alarms.HISTORY_DAYS) : n])
        baselines.append(baseline)
        shares = alarms.profile(seen_hours)
        seen_hours = seen_hours * 0.99 + year.hourly[n]
        if not year.watched[n]:
            continue
        silenced = silence.day(year.hourly[n], n, baselines, shares)
        tried = None
        if n in events:
            tried = np.cumsum(year.hourly[n] + rng.poisson(4 * year.expected[n] * year.profile))
        if n >= NAIVE_DAYS:
            _naive(tally, counts, n, None if tried is None else int(tried[-1]))
        if baseline is None:
            continue
        tally.days += 1
        tally.silences += silenced
        arrived = np.cumsum(year.hourly[n])
        if alarms.spike_hour(baseline, n % 7, arrived, shares, false_alarm_days=false_alarm_days) is not None:
            tally.spikes += n - last_spike > 1
            last_spike = n
        if tried is not None:
            hour = alarms.spike_hour(baseline, n % 7, tried, shares, false_alarm_days=false_alarm_days)
            tally.tried += 1
            tally.seen += hour is not None
            chance = alarms.tail(int(tried[-1]), float(year.expected[n]), 1 / year.variance)
            tally.oracle_seen += chance <= 1 / false_alarm_days
            tally.hours += [] if hour is None else [hour + 1]
    return tally


class Silence:
    """Silences of one watchlist, hour by hour, as `monitor.pipeline.volume` follows them."""

    def __init__(self, false_alarm_days: float) -> None:
        self._budget = false_alarm_days
        self._stories: list[tuple[int, int]] = []
        self._bounds: dict[tuple[int, int], float] = {}
        self._silent_at = -1
        self._expected: dict[tuple[int, int], float] = {}

    def day(self, hourly: np.ndarray, n: int, baselines: Sequence[alarms.Baseline | None], shares: Numbers) -> int:
        """How many silences are told on a watched day."""
        told = 0
        steps = np.diff(np.concatenate(([0.0], shares)))
        for hour in range(24):
            for count in range(int(hourly[hour])):
                self._stories.append((n * 24 + hour, len(self._stories)))
                del count
            for few in alarms.SILENCE_FEW:
                if len(self._stories) <= few:
                    continue
                start, _ = self._stories[-1 - few]
                baseline = baselines[start // 24]
                if baseline is None:
                    continue
                key = (start, few)
                if start != n * 24 + hour:
                    self._expected[key] = self._expected.get(key, 0.0) + baseline.usual(n % 7) * float(steps[hour])
                bound_key = (start // 24, few)
                if bound_key not in self._bounds:
                    self._bounds[bound_key] = alarms.silence_bound(baseline, few, false_alarm_days=self._budget)
                if self._expected.get(key, 0.0) >= self._bounds[bound_key]:
                    told += start > self._silent_at
                    self._silent_at = n * 24 + hour
        return told


def _naive(tally: Tally, counts: np.ndarray, n: int, tried: int | None) -> None:
    before = counts[n - NAIVE_DAYS : n]
    bar = before.mean() + 3 * before.std(ddof=1)
    tally.naive_days += 1
    tally.naive += int(counts[n] > bar)
    tally.naive_seen += int(tried is not None and tried > bar)


def run(
    *, years: int, seed: int, false_alarm_days: float = 90.0, rates: Sequence[float] = RATES, memory: float = 0.0
) -> dict[float, Tally]:
    """A class of rates → what its years came to; `years` in all, spread evenly over the classes."""
    found = {rate: Tally() for rate in rates}
    for number in range(years):
        rate = rates[number % len(rates)]
        rng = np.random.default_rng((seed, number))
        # Within its class a rate lies anywhere up to a fifth from its name.
        year = made_year(rng, min(max(rate * math.exp(rng.uniform(-0.2, 0.2)), 0.2), 50.0), memory=memory)
        found[rate].add(live_through(year, rng, false_alarm_days=false_alarm_days))
    return found


def table(found: dict[float, Tally], false_alarm_days: float) -> list[str]:
    """For people; shares of the budget, 1.00 is kept exactly."""
    total = Tally()
    for tally in found.values():
        total.add(tally)
    lines = [
        f"budget: one false alarm in {false_alarm_days:g} days; mean + 3 sd of {NAIVE_DAYS} days beside it",
        "  a day | years | false alarms | of budget | spikes | silences || 5x day seen | at hour | oracle "
        "|| naive: of budget | seen",
    ]
    for name, tally in [*((f"{rate:g}", tally) for rate, tally in found.items()), ("all", total)]:
        budget = tally.days / false_alarm_days
        false = tally.spikes + tally.silences
        hour = f"{np.median(tally.hours):7.0f}" if tally.hours else "      –"
        lines.append(
            f"{name:>7} | {tally.naive_days / (DAYS - NAIVE_DAYS):5.0f} "
            f"| {false:12} | {false / max(budget, 1e-9):9.2f} "
            f"| {tally.spikes:6} | {tally.silences:8} || {tally.seen / max(tally.tried, 1):11.3f} | {hour} "
            f"| {tally.oracle_seen / max(tally.tried, 1):6.3f} "
            f"|| {tally.naive / max(tally.naive_days / false_alarm_days, 1e-9):16.2f} "
            f"| {tally.naive_seen / max(tally.tried, 1):.3f}"
        )
    busy = [tally for rate, tally in found.items() if rate >= 2]
    seen, tried = sum(one.seen for one in busy), sum(one.tried for one in busy)
    lines.append(f"power for a 5x day at 2 a day or more: {seen / max(tried, 1):.3f} of {tried} days")
    return lines


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--days", type=float, default=90.0, help="the budget: one false alarm in so many days")
    parser.add_argument("--memory", type=float, default=0.0, help="correlation of neighbouring days; not in the model")
    arguments = parser.parse_args()
    begun = time.process_time()
    found = run(years=arguments.years, seed=arguments.seed, false_alarm_days=arguments.days, memory=arguments.memory)
    print("\n".join(table(found, arguments.days)))
    print(f"seed {arguments.seed}, {time.process_time() - begun:.0f} s of CPU")


if __name__ == "__main__":
    main()
