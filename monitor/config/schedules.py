"""A recipient's `schedule:` → the model's Schedule: times and days as they are, cron lines reduced to them.

Weekdays have names only. Their numbers mean different days to different programs (cron: 1 is Monday; APScheduler's
crontab reader: 1 is Tuesday), so a line with numbers is refused rather than guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from monitor.config.wording import near_miss, shown
from monitor.config.yaml_nodes import Many, Strict
from monitor.model.digests import Schedule

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NAMED_DAYS = {"daily": (0, 1, 2, 3, 4, 5, 6), "weekdays": (0, 1, 2, 3, 4), "weekends": (5, 6)}
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
# A digest every quarter of an hour is already more than anybody reads; more is a slip ("* 7 * * *").
_MAX_TIMES = 96


def check_time(text: str) -> str:
    """A time of day, 24 hours: "07:00", "7:00", "16:30"."""
    if not _TIME.fullmatch(text):
        raise ValueError(f'{shown(text)} is no time of day. Write it like "07:00" or "16:30".')
    return text


def check_cron(text: str) -> str:
    """A cron line that `reduce_cron` can reduce."""
    reduce_cron(text, zone="UTC")
    return text


Time = Annotated[
    str, AfterValidator(check_time), Field(json_schema_extra={"pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"})
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class ScheduleSection(Strict):
    """When the digest comes: `times` with `days`, or a `cron` line."""

    times: Many[Time] | None = Field(
        default=None,
        description='Times of day, 24 hours, like ["07:00", "16:30"].',
        min_length=1,
        max_length=_MAX_TIMES,
    )
    days: Literal["daily", "weekdays", "weekends"] | Many[Weekday] | None = Field(
        default=None, description="daily (the default), weekdays, weekends, or a list like [mon, thu]."
    )
    cron: Annotated[str, AfterValidator(check_cron)] | None = Field(
        default=None, description="Instead of times: minute hour day month weekday, weekdays by name: 0 7 * * mon-fri"
    )

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.cron is None) == (self.times is None):
            raise ValueError("needs either times (with days) or cron.")
        if self.cron is not None and self.days is not None:
            raise ValueError("days belong to times; a cron line names its own.")
        if self.days == ():
            raise ValueError("days is an empty list. Name a day, or leave it out for daily.")
        return self

    def schedule(self, zone: str) -> Schedule:
        """The model's form, on the wall clock of `zone`."""
        if self.cron is not None:
            return reduce_cron(self.cron, zone=zone)
        minutes = sorted({int(time.split(":")[0]) * 60 + int(time.split(":")[1]) for time in self.times or ()})
        if isinstance(self.days, tuple):
            weekdays = tuple(sorted({WEEKDAYS.index(day) for day in self.days}))
        else:
            weekdays = _NAMED_DAYS[self.days or "daily"]
        return Schedule(zone=zone, times=tuple(minutes), weekdays=weekdays)


def reduce_cron(line: str, *, zone: str) -> Schedule:
    """A five-field cron line as times × days.

    Lists, ranges and steps are read; weekday ranges may wrap (fri-mon). Raises ValueError, naming the field, for
    everything else, for a line that never comes, and for day-of-month together with weekday (cron takes either, which
    surprises most people who write it).
    """
    fields = line.split()
    if line.strip().startswith("@"):
        raise ValueError(f"{shown(line)}: short forms are not read. Write five fields, like 0 7 * * mon-fri.")
    if len(fields) != 5:
        raise ValueError(f"{shown(line)} has {len(fields)} fields. Cron has five: minute hour day month weekday.")
    if re.search(r"[0-9]", re.sub(r"/[0-9]+", "", fields[4])):
        raise ValueError(
            f"{shown(fields[4])}: weekdays by number mean different days to different programs "
            "(1 is Monday to cron, Tuesday to others). Use names: mon tue wed thu fri sat sun."
        )
    minutes = _expand(fields[0], "minute", 0, 59)
    hours = _expand(fields[1], "hour", 0, 23)
    monthdays = _expand(fields[2], "day", 1, 31)
    months = _expand(fields[3], "month", 1, 12, dict(zip(_MONTHS, range(1, 13), strict=True)))
    weekdays = _expand(fields[4], "weekday", 0, 6, dict(zip(WEEKDAYS, range(7), strict=True)))
    if len(monthdays) < 31 and len(weekdays) < 7:
        raise ValueError("names both days of the month and weekdays. Keep one of them and put * for the other.")
    if monthdays[0] > max(_LONGEST_MONTHS[month - 1] for month in months):
        raise ValueError(f"{shown(line)} never comes: no such month has a day {monthdays[0]}.")
    times = tuple(hour * 60 + minute for hour in hours for minute in minutes)
    if len(times) > _MAX_TIMES:
        raise ValueError(
            f"{shown(line)} means {len(times)} digests a day. At most {_MAX_TIMES}; the minute comes first."
        )
    return Schedule(
        zone=zone,
        times=times,
        weekdays=weekdays,
        monthdays=monthdays if len(monthdays) < 31 else (),
        months=months if len(months) < 12 else (),
    )


def _expand(text: str, name: str, low: int, high: int, names: Mapping[str, int] | None = None) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        if slash and not re.fullmatch(r"[1-9][0-9]{0,2}", step_text):
            raise ValueError(f"{name} {shown(text)}: the step after / must be a number from 1.")
        first_text, dash, last_text = span.partition("-")
        if span == "*":
            first, last = low, high
        else:
            first = _value(first_text, name, low, high, names)
            last = _value(last_text, name, low, high, names) if dash else (high if slash else first)
        if first > last and name != "weekday":
            raise ValueError(f"{name} {shown(text)}: the range runs backwards.")
        count = (last - first) % (high + 1) if name == "weekday" else last - first
        found.update((first + offset) % (high + 1) for offset in range(0, count + 1, int(step_text or 1)))
    return tuple(sorted(found))


def _value(text: str, name: str, low: int, high: int, names: Mapping[str, int] | None) -> int:
    known = names or {}
    if text.lower() in known:
        return known[text.lower()]
    if re.fullmatch(r"[0-9]{1,4}", text) and low <= int(text) <= high:
        return int(text)
    wanted = f"{low} to {high}" if not known else ", ".join(known)
    hint = near_miss(text[:3], known) if known else ""
    raise ValueError(f"{name} {shown(text)} is not known. Use {wanted}.{f' {hint}' if hint else ''}")
