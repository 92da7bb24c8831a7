"""A watchlist's stories by local day and hour, with how much of each day was watched: what alarms are computed from.

A story counts where it was first seen. Not counted is what is no news of that hour: the backlog of a new feed, and what
had piled up while the installation slept or its feeds failed (it was published before the sleep's end).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

import numpy as np

from monitor.core import volume_alarms
from monitor.core.volume_alarms import SILENCE_FEW, Baseline, DayCount, Numbers
from monitor.model.alerts import AlarmKind, VolumeAlarm
from monitor.model.volumes import Sighting, WatchedHour

HOUR = timedelta(hours=1)
WELL = 0.5
"""An hour counts as watched when so many of the feeds were well."""
# A sleep's pile comes in with the first checks after it; no healthy feed is asked less often.
_PILE = timedelta(hours=6)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StoryDays:
    """`times` are when each story was first seen, ascending; `hourly` the watched share of each local hour by date."""

    zone: tzinfo
    times: tuple[datetime, ...]
    watched: dict[date, Numbers]
    since: date

    def counts(self, until: date) -> list[DayCount]:
        """The whole days before `until`, oldest first, at most as many as are learnt from."""
        first = max(self.since, until - volume_alarms.HISTORY_DAYS * _DAY)
        stories: dict[date, int] = {}
        for at in self.times:
            day = at.astimezone(self.zone).date()
            stories[day] = stories.get(day, 0) + 1
        days = [first + n * _DAY for n in range((until - first).days)]
        return [
            DayCount(weekday=day.weekday(), count=stories.get(day, 0), watched=float(self.share(day).mean()))
            for day in days
        ]

    def share(self, day: date) -> Numbers:
        """How much of each hour of a local day was watched."""
        found = self.watched.get(day)
        return np.zeros(24) if found is None else found

    def profile(self, until: date) -> Numbers:
        """At which hours of the day stories come."""
        hourly = np.zeros(24)
        for at in self.times:
            local = at.astimezone(self.zone)
            if local.date() < until:
                hourly[local.hour] += 1
        return volume_alarms.profile(hourly.tolist())


def story_days(
    sightings: Iterable[Sighting],
    hours: Sequence[WatchedHour],
    *,
    zone: tzinfo,
    now: datetime,
    max_age: timedelta | None,
) -> StoryDays | None:
    """The days of one watchlist; None where nothing was ever seen.

    Hours before the first that was noted count as watched, from the first sighting on: notes are younger than stores.
    """
    well = sorted(hour.at for hour in hours if hour.share >= WELL)
    gap_ends = [at for n, at in enumerate(well) if n and at - well[n - 1] > HOUR]
    firsts: dict[int, Sighting] = {}
    for one in sorted(sightings, key=lambda one: one.seen_at):
        firsts.setdefault(one.story, one)
    fresh = [one for one in firsts.values() if not _is_old(one, max_age) and not _is_piled(one, gap_ends)]
    if not firsts:
        return None
    began = min(one.seen_at for one in firsts.values())
    noted = min((hour.at for hour in hours), default=now)
    watched: dict[date, Numbers] = {}
    at = began.replace(minute=0, second=0, microsecond=0)
    is_well = set(well)
    while at <= now:
        if at < noted or at in is_well:
            local = at.astimezone(zone)
            watched.setdefault(local.date(), np.zeros(24))[local.hour] = 1.0
        at += HOUR
    return StoryDays(
        zone=zone,
        times=tuple(one.seen_at for one in fresh if one.seen_at <= now),
        watched=watched,
        since=began.astimezone(zone).date(),
    )


def spike(days: StoryDays, alarm: VolumeAlarm) -> VolumeAlarm | None:
    """The alarm, filled in, if today's stories are no chance; `alarm` says whose it is, when, and the budget."""
    local = alarm.at.astimezone(days.zone)
    today = local.date()
    baseline = volume_alarms.learn(days.counts(today))
    midnight = datetime.combine(today, time(), days.zone).astimezone(alarm.at.tzinfo)
    times = [at for at in days.times if at >= midnight]
    if baseline is None or not times:
        return None
    arrived = [sum(at.astimezone(days.zone).hour <= hour for at in times) for hour in range(local.hour)]
    found = volume_alarms.spike_hour(
        baseline, today.weekday(), arrived, days.profile(today), false_alarm_days=alarm.false_alarm_days
    )
    if found is None:
        return None
    usual = baseline.usual(today.weekday())
    return replace(
        alarm,
        kind=AlarmKind.SPIKE,
        episode=today.isoformat(),
        day=today,
        since_at=midnight,
        count=len(times),
        usual=usual,
    )


def silence(days: StoryDays, alarm: VolumeAlarm, *, told_at: datetime | None) -> VolumeAlarm | None:
    """The same if there have been too few stories for too long, since the last silence was told at `told_at`."""
    today = alarm.at.astimezone(days.zone).date()
    for few in SILENCE_FEW:
        if len(days.times) <= few:
            continue
        start = days.times[-1 - few]
        baseline = volume_alarms.learn(days.counts(start.astimezone(days.zone).date()))
        if baseline is None or (told_at is not None and start <= told_at):
            continue
        expected = _expected(days, baseline, start, alarm.at)
        bound = volume_alarms.silence_bound(baseline, few, false_alarm_days=alarm.false_alarm_days)
        if expected >= bound:
            return replace(
                alarm,
                kind=AlarmKind.SILENCE,
                episode=start.isoformat(),
                day=today,
                since_at=start,
                count=few,
                usual=expected,
            )
    return None


def _expected(days: StoryDays, baseline: Baseline, start: datetime, until: datetime) -> float:
    """The stories expected in the watched whole hours between."""
    steps = np.diff(np.concatenate(([0.0], days.profile(start.astimezone(days.zone).date()))))
    at = start.replace(minute=0, second=0, microsecond=0) + HOUR
    total = 0.0
    while at + HOUR <= until:
        local = at.astimezone(days.zone)
        usual = baseline.usual(local.weekday())
        total += usual * float(steps[local.hour]) * float(days.share(local.date())[local.hour])
        at += HOUR
    return total


def _is_old(one: Sighting, max_age: timedelta | None) -> bool:
    return max_age is not None and one.published_at is not None and one.seen_at - one.published_at > max_age


def _is_piled(one: Sighting, gap_ends: Sequence[datetime]) -> bool:
    """Whether it came in after a sleep and is of before its end, as far as is known."""
    ends = [at for at in gap_ends if at <= one.seen_at <= at + _PILE]
    return bool(ends) and (one.published_at is None or one.published_at < ends[-1])
