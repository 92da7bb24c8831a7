"""When a recipient's digest is due: wall-clock schedules → slots, over time zones and clock changes.

A slot's key is local wall time and makes a digest unique, so both oddities of a clock change must map a wall time to
one instant: one that happens twice means its first occurrence; one that does not happen means the first instant
after the gap. The map is monotonic, so slots in order of keys are in order of time. (APScheduler 3.11 fires a daily
02:30 twice in autumn; croniter and cron differ from one another: hence our own twenty lines.)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from monitor.model.digests import Schedule, Slot

# February 29 falls on a given weekday every 28 years, every 40 where a century without leap day lies between.
_SEARCH_DAYS = 366 * 41
_SECOND = timedelta(seconds=1)


def next_slot(schedule: Schedule, *, after: datetime, tz: tzinfo) -> Slot:
    """The first slot strictly later than `after` (aware); of several at one instant, the one first on the clock.

    Raises ValueError when no day ever fits (the 31st of February) or the schedule has no times.
    """
    first_day = after.astimezone(tz).date() - timedelta(days=1)  # a gap may move yesterday's slot to today
    for slot in _slots(schedule, (first_day + timedelta(days=n) for n in range(_SEARCH_DAYS)), tz):
        if slot.at > after:
            return slot
    raise _never(schedule)


def due_slot(planned: Slot, schedule: Schedule, *, now: datetime, tz: tzinfo) -> Slot:
    """The latest slot not later than `now`, at least `planned`: a sleeper gets one digest, not one per slot missed."""
    first_day = now.astimezone(tz).date() + timedelta(days=1)
    days = (first_day - timedelta(days=n) for n in range(_SEARCH_DAYS))
    for day in days:
        if datetime.combine(day, time.max, UTC) < planned.at - timedelta(days=2):
            break
        for slot in reversed(list(_slots(schedule, iter((day,)), tz))):
            if planned.at < slot.at <= now:
                return slot
    return planned


def slot_at(wall: datetime, tz: tzinfo) -> Slot:
    """The slot of a naive local wall time: key and instant."""
    return Slot(key=wall.isoformat(timespec="minutes"), at=_instant(wall, tz))


def day_began_at(now: datetime, tz: tzinfo) -> datetime:
    """The first instant of the day that it is in that zone (of a midnight that happens twice, the first)."""
    return slot_at(datetime.combine(now.astimezone(tz).date(), time.min), tz).at


def _slots(schedule: Schedule, days: Iterator[date], tz: tzinfo) -> Iterator[Slot]:
    for day in days:
        if (
            day.weekday() in schedule.weekdays
            and (not schedule.monthdays or day.day in schedule.monthdays)
            and (not schedule.months or day.month in schedule.months)
        ):
            for minute in schedule.times:
                yield slot_at(datetime.combine(day, time(minute // 60, minute % 60)), tz)


def _instant(wall: datetime, tz: tzinfo) -> datetime:
    """The UTC instant of a naive wall time; inside a gap, the end of the gap (PEP 495)."""
    first = wall.replace(tzinfo=tz, fold=0)
    instant = first.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == wall:
        return instant
    # In a gap fold 0 reads the wall with the offset from before it, fold 1 with the one from after it; the change
    # lies between the two instants.
    early, late = sorted((instant, wall.replace(tzinfo=tz, fold=1).astimezone(UTC)))
    before = early.astimezone(tz).utcoffset()
    while late - early > _SECOND:
        middle = early + timedelta(seconds=(late - early).total_seconds() // 2)
        if middle.astimezone(tz).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


def _never(schedule: Schedule) -> ValueError:
    return ValueError(
        f"no day fits the schedule (weekdays {schedule.weekdays}, days {schedule.monthdays}, "
        f"months {schedule.months}, times {schedule.times}): take away one of its conditions"
    )
