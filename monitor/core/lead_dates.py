"""Explicit dates in a text: what an article itself says about when.

Owns: days written out in Indonesian, English, Russian, Korean, Chinese and Japanese, with or without a year, and how
far two such days lie apart. Refuses: words like "yesterday" or "Thursday", which need the very date they would give;
dates of feeds and headers (those are parsed elsewhere, with their time and zone).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

LEAD_LENGTH = 1500
"""Characters of title and body that count as the lead here; captions and bylines stand in them, history rarely."""
NEAR_PUBLICATION_DAYS = 45
"""A date further from a known publication time is background ("since 24 February 2022"), not the event's."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari янв января январь",
            "feb february februari pebruari фев февраля февраль",
            "mar march maret мар марта март",
            "apr april апр апреля апрель",
            "may mei мая май",
            "jun june juni июн июня июнь",
            "jul july juli июл июля июль",
            "aug august agustus agu agt авг августа август",
            "sep sept september сен сент сентября сентябрь",
            "oct october oktober okt окт октября октябрь",
            "nov november nopember ноя нояб ноября ноябрь",
            "dec december desember des дек декабря декабрь",
        ),
        start=1,
    )
    for name in names.split()
}
_NAMES = sorted(_MONTHS, key=len, reverse=True)
# "may" and "mar" are words too: a month is written with a capital in Latin scripts, with a small letter in Russian.
_MONTH = "|".join(name.capitalize() if name.isascii() else f"[{name[0]}{name[0].upper()}]{name[1:]}" for name in _NAMES)
_DAY = r"(?<![\d.,/:-])(?P<d>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<y>(?:19|20)\d\d)"
# Looked at before a month's name is looked for.
_INITIALS = "".join(
    {name[0].upper(): None for name in _NAMES} | {name[0]: None for name in _NAMES if not name.isascii()}
)
# Each with what must stand somewhere in a text that holds such a date at all.
_PATTERNS = tuple(
    (re.compile(pattern), re.compile(sign) if sign else None)
    for pattern, sign in (
        (rf"(?<!\d){_YEAR}-(?P<m>[01]?\d)-(?P<d>[0-3]?\d)(?!\d)", r"\d-\d"),
        (rf"{_DAY}(?P<sep>[./-])(?P<m>[0-3]?\d)(?P=sep){_YEAR}(?!\d)", r"\d[./-]\d"),
        (rf"{_DAY}(?:\s+of)?\s+(?P<n>{_MONTH})\b\.?(?:,?\s+{_YEAR}(?!\d))?", ""),
        (
            rf"\b(?=[{_INITIALS}])(?P<n>{_MONTH})\b\.?\s+(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?![\d:.%])"
            rf"(?:,?\s+{_YEAR}(?!\d))?",
            "",
        ),
        (rf"(?:{_YEAR}\s?[년年]\s?)?(?<!\d)(?P<m>[01]?\d)\s?[월月]\s?(?P<d>[0-3]?\d)\s?[일日号號]", "[월月]"),
    )
)
# Where a day may stand. Looking only around numbers costs a tenth of searching the whole lead for month names.
_NUMBER = re.compile(r"\d+")
_BEFORE, _AFTER = 16, 28
_MONTHS_SHOWN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LEAP_YEAR = 2000
_YEAR_DAYS = 366


@dataclass(frozen=True, slots=True)
class LeadDate:
    """A day as a text names it; `year` is None where the text leaves it out."""

    month: int
    day: int
    year: int | None = None

    @property
    def key(self) -> str:
        """ "2023-09-14", or "--09-14" without a year (as ISO 8601 once wrote it)."""
        return f"{'-' if self.year is None else f'{self.year:04}'}-{self.month:02}-{self.day:02}"

    @property
    def shown(self) -> str:
        """ "14 September 2023", or "14 September", for people."""
        return f"{self.day} {_MONTHS_SHOWN[self.month - 1]}{'' if self.year is None else f' {self.year}'}"

    @classmethod
    def from_key(cls, key: str) -> LeadDate:
        """The inverse of `key`."""
        year, month, day = key.rsplit("-", 2)
        return cls(int(month), int(day), None if year == "-" else int(year))

    def days_from(self, other: LeadDate) -> int:
        """Days between two dates; the shortest way round the year when one of them names none."""
        if self.year is not None and other.year is not None:
            return abs((date(self.year, self.month, self.day) - date(other.year, other.month, other.day)).days)
        apart = abs((self._in_leap_year() - other._in_leap_year()).days)
        return min(apart, _YEAR_DAYS - apart)

    def _in_leap_year(self) -> date:
        return date(_LEAP_YEAR, self.month, self.day)


def lead_dates(text: str, *, limit: int = LEAD_LENGTH) -> tuple[LeadDate, ...]:
    """The explicit dates in the first `limit` characters, in reading order, each once.

    "3/4/2024" is read day first, as all languages here but American English do; where only month first makes a date,
    it is taken.
    """
    found = sorted(_found(text[:limit]), key=lambda pair: pair[0])
    return tuple(dict.fromkeys(date for _, date in found))


def event_date(text: str, published_at: datetime | None) -> LeadDate | None:
    """The first explicit date of the lead; with a known publication time the first one near it."""
    for found in lead_dates(text):
        if published_at is None or _days_from_day(found, published_at.date()) <= NEAR_PUBLICATION_DAYS:
            return found
    return None


def _days_from_day(found: LeadDate, day: date) -> int:
    return found.days_from(LeadDate(day.month, day.day, day.year))


def _found(lead: str) -> Iterator[tuple[int, LeadDate]]:
    taken: list[tuple[int, int]] = []
    patterns = [pattern for pattern, sign in _PATTERNS if sign is None or sign.search(lead)]
    for number in _NUMBER.finditer(lead):
        if number.end() - number.start() > 4:
            continue
        for pattern in patterns:
            for match in pattern.finditer(lead, max(number.start() - _BEFORE, 0), number.end() + _AFTER):
                # A later window begins inside an earlier find and would see it without its year.
                if any(start <= match.start() and match.end() <= end for start, end in taken):
                    continue
                taken.append(match.span())
                parts = match.groupdict()
                name = parts.get("n")
                month = _MONTHS[name.lower()] if name else int(parts["m"])
                found = _valid(month, int(parts["d"]), int(parts["y"]) if parts["y"] else None)
                if found is not None:
                    yield match.start(), found


def _valid(month: int, day: int, year: int | None) -> LeadDate | None:
    if month > 12 >= day:
        month, day = day, month
    try:
        date(year or _LEAP_YEAR, month, day)
    except ValueError:
        return None
    return LeadDate(month, day, year)
