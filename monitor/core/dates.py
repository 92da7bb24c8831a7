"""Dates as feeds write them → aware UTC, or honestly unknown.

Owns: reading one raw date string: RFC 822/3339/ISO 8601 first, then whatever newsrooms in Jakarta, Seoul, Moscow,
Tokyo or New York type by hand (`core.freedates`). Refuses: to invent a date (no "now" for an unreadable string, no
today's month filled in), to read relative dates, and to trust the future. The words it knows live in `core.datewords`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from html import unescape

from monitor.core.datewords import (
    AMBIGUOUS_ZONES,
    DAY_HALVES,
    LANGUAGE_ZONES,
    MONTHS,
    RFC_ZONES,
    SEASONAL_ZONES,
    ZONES,
    plain,
)
from monitor.core.freedates import FUTURE_TOLERANCE, Parts, is_summer, offset_minutes, read_free, year_of

MAX_DATE_CHARS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class DateReading:
    """What a date string says: `at` is aware UTC or None when unknown.

    Flags: "undated" (no usable date), "unreadable-date" (there was a string, nobody could read it), "future-date"
    (over 24 h ahead, clamped to now), "assumed-zone" (it named no zone, or one of many), "ambiguous-date"
    (3/4/2024), "date-only", "imprecise-date" (a year, month or week only).
    """

    at: datetime | None = None
    flags: tuple[str, ...] = ()


_RFC822 = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s*)?(?P<day>\d{1,2})\s+(?P<month>[a-z]{3,9})\s+(?P<year>\d{4}|\d{2})"
    r"\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<zone>[+-]\d{4}|[a-z]{1,5})?"
)
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PLAIN_MONTHS = {name: n for n, name in enumerate(_MONTH_NAMES, 1)}
# No year here stands for "no date"; one that lies ahead, as Buddhist ones do, is left to the other readers.
_PLAIN_RFC822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?([0-9]{1,2}) ([A-S][a-y]{2})"
    r" (19[789][1-9]|20[0-9]{2}) ([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
    r" (?:GMT|([+-])(0[0-9]|1[0-2])(00|30))"
)
_PLAIN_RFC3339 = re.compile(
    r"(?:19[789][1-9]|20[0-9]{2})-[01][0-9]-[0-3][0-9]T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
)
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:(?:\s*t\s*|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,:]\d+)?)?"
    r"\s*(?P<zone>z|[+-]\d{1,2}(?::?\d{2})?(?::\d{2})?)?|(?P<day_zone>z|[+-]\d{2}:\d{2}))?(?:\[[^\]]*\])?"
)
_ISO_BASIC = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:[t ]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?:[.,]\d+)?\s*(?P<zone>z|[+-]\d{2}:?\d{2})?)?"
)
_ISO_HOUR = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2}|\d{8})t(?P<hour>\d{2})(?P<zone>z|[+-]\d{2}(?::?\d{2})?)?")
_ISO_SHORT = re.compile(r"(?P<year>(?:19|20)\d{2})(?:-(?P<month>\d{2}))?")
_ISO_ORDINAL = re.compile(r"(?P<year>\d{4})-?(?P<ordinal>\d{3})(?P<time>t.*)?")
_ISO_WEEK = re.compile(r"(?P<year>\d{4})-?w(?P<week>\d{2})(?:-?(?P<day>[1-7]))?(?P<time>t.*)?")
_EPOCH = re.compile(r"@?(?P<seconds>\d{9,10})(?:\.\d+)?|(?P<millis>\d{12,13})(?:\.\d+)?|(?P<micros>\d{16})")
_JSON_EPOCH = re.compile(r"/date\((\d{9,14})(?:[+-]\d{4})?\)/")
"""ASP.NET's dates; the offset says only how to show them."""
_BUDDHIST_YEARS = range(2540, 2600)
"""Thailand counts from 543 years earlier. As years of ours these are no news."""


def parse_date(raw: str | None, *, zone: tzinfo | None, now: datetime) -> DateReading:
    """Read a date; `zone` holds for strings that name none (UTC when None), `now` judges the future."""
    plain_at = _plain_date(raw) if raw else None
    if plain_at is not None and plain_at <= now:
        return DateReading(at=plain_at)
    text = _clean(raw or "")
    if not text:
        return DateReading(flags=("undated",))
    at: datetime | None = None
    flags: tuple[str, ...] = ()
    try:
        if found := _JSON_EPOCH.fullmatch(text):
            text = found[1]
        epoch = _EPOCH.fullmatch(text)
        parts = None if epoch and not _looks_compact(text) else _read(text, now)
        if parts is not None:
            at, flags = _moment(parts, zone), parts.flags
            if parts.offset is None and not _is_known(parts.zone_word, zone):
                flags = (*flags, "assumed-zone")
        elif epoch:
            seconds = int(epoch["seconds"] or 0) + int(epoch["millis"] or 0) / 1e3 + int(epoch["micros"] or 0) / 1e6
            at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError):
        at = None
    # The zero of some clock (1970-01-01, 0001-01-01) says "no date"; feeds are younger than 1970 anyway.
    if at is None or at < datetime(1970, 1, 3, tzinfo=UTC):
        return DateReading(flags=("undated", "unreadable-date"))
    if at > now + FUTURE_TOLERANCE:
        return DateReading(at=now, flags=(*flags, "future-date"))
    return DateReading(at=at, flags=flags)


def _plain_date(raw: str) -> datetime | None:
    """What all but a few dates are: RFC 822 with an offset or GMT, RFC 3339 in UTC; None for any other."""
    match = _PLAIN_RFC822.fullmatch(raw)
    try:
        if match is not None:
            day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
            at = datetime(int(year), _PLAIN_MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
            if sign is not None:
                offset = timedelta(hours=int(hours), minutes=int(minutes))
                at = at - offset if sign == "+" else at + offset
        elif _PLAIN_RFC3339.fullmatch(raw):
            at = datetime.fromisoformat(raw)
        else:
            return None
    except (KeyError, ValueError):
        return None
    return at


@lru_cache(maxsize=256)
def zone_of_language(language: str | None) -> tzinfo | None:
    """The one clock that a language's press works on, for dates that name none; None where there are several."""
    minutes = LANGUAGE_ZONES.get((language or "").lower().replace("_", "-").partition("-")[0])
    return None if minutes is None else timezone(timedelta(minutes=minutes))


def _clean(raw: str) -> str:
    """Lower-case, in the form that words of dates are compared in, odd spaces made plain."""
    raw = raw[:MAX_DATE_CHARS]
    if "&" in raw:
        raw = unescape(raw)
    if raw.isascii() and raw.isprintable():
        return " ".join(raw.lower().split())
    raw = "".join(" " if c.isspace() or unicodedata.category(c) in {"Cf", "Cc"} else c for c in raw)
    return " ".join(plain(raw).split())


def _looks_compact(text: str) -> bool:
    """Twelve digits that are a calendar time (202406271000), not milliseconds of 1976."""
    return len(text) == 12 and text[:2] in {"19", "20"} and 1 <= int(text[4:6]) <= 12


def _read(text: str, now: datetime) -> Parts | None:
    return _read_rfc822(text) or _read_iso(text) or read_free(text, now)


def _read_rfc822(text: str) -> Parts | None:
    match = _RFC822.fullmatch(text)
    if match is None or match["month"] not in MONTHS or match["zone"] in DAY_HALVES:
        return None
    zone = match["zone"] or ""
    parts = Parts(year_of(match["year"]), MONTHS[match["month"]], int(match["day"]), *_clock(match))
    if zone[:1] in {"+", "-"}:
        parts.offset = offset_minutes(zone[0], zone[1:3], zone[3:5])
    elif zone:
        # Single letters are the military zones, which RFC 2822 §4.3 tells to take as "nothing is known".
        parts.zone_word = zone if zone in ZONES or zone in SEASONAL_ZONES else ""
    return parts


def _read_iso(text: str) -> Parts | None:
    match = _ISO.fullmatch(text) or _ISO_BASIC.fullmatch(text)
    if match is None:
        return _read_rare_iso(text)
    parts = Parts(int(match["year"]), int(match["month"]), int(match["day"]))
    zone = match["zone"] or match.groupdict().get("day_zone") or ""
    if match["hour"] is None:
        parts.flags = ("date-only",)
    else:
        parts.hour, parts.minute, parts.second = _clock(match)
    if zone == "z":
        parts.offset = 0
    elif zone:
        digits = zone[1:].replace(":", "")
        digits = digits if len(digits) > 2 else digits.zfill(2) + "00"
        parts.offset = offset_minutes(zone[0], digits[:-2] if len(digits) < 6 else digits[:2], digits[-2:])
    elif text.endswith("]") and (name := text.partition("[")[2][:-1]) in ZONES | SEASONAL_ZONES:
        parts.zone_word = name
    return parts


def _read_rare_iso(text: str) -> Parts | None:
    """Hours alone, years and months, days of a week or of the year."""
    if match := _ISO_HOUR.fullmatch(text):
        return _read_iso(f"{match['day'].replace('-', '')}t{match['hour']}00{match['zone'] or ''}")
    if match := _ISO_SHORT.fullmatch(text):
        return Parts(int(match["year"]), int(match["month"] or 1), 1, flags=("imprecise-date",))
    if match := _ISO_WEEK.fullmatch(text):
        day = date.fromisocalendar(int(match["year"]), int(match["week"]), int(match["day"] or 1))
        return _on_day(day, match["time"], "date-only" if match["day"] else "imprecise-date")
    if match := _ISO_ORDINAL.fullmatch(text):
        day = date(int(match["year"]), 1, 1) + timedelta(days=int(match["ordinal"]) - 1)
        return _on_day(day, match["time"], "date-only") if day.year == int(match["year"]) else None
    return None


def _on_day(day: date, time: str | None, flag: str) -> Parts | None:
    if time:
        return _read_iso(day.isoformat() + time)
    return Parts(day.year, day.month, day.day, flags=(flag,))


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0)


def _moment(parts: Parts, zone: tzinfo | None) -> datetime:
    hour, minute, second = parts.hour, parts.minute, 59 if parts.second == 60 else parts.second
    year = parts.year - 543 if parts.year in _BUDDHIST_YEARS else parts.year
    is_midnight = (hour, minute, second) == (24, 0, 0)
    local = datetime(year, parts.month, parts.day, 0 if is_midnight else hour, minute, second, tzinfo=UTC)
    if is_midnight:
        local += timedelta(days=1)
    naive = local.replace(tzinfo=None)
    if parts.offset is not None:
        return local - timedelta(minutes=parts.offset)
    if parts.zone_word:
        return local - timedelta(minutes=_zone_offset(parts.zone_word, naive, zone))
    if zone is None and parts.usual_offset is not None:
        return local - timedelta(minutes=parts.usual_offset)
    return naive.replace(tzinfo=zone or timezone(timedelta())).astimezone(UTC)


def _is_known(word: str, zone: tzinfo | None) -> bool:
    """Whether a zone's name leaves no choice, or leaves it to the feed's zone or to RFC 822."""
    return bool(word) and (word not in AMBIGUOUS_ZONES or word in RFC_ZONES or zone is not None)


def _zone_offset(word: str, naive: datetime, zone: tzinfo | None) -> int:
    """Minutes east of UTC; where a name means several zones, the feed's own zone decides, else the commonest."""
    if word in SEASONAL_ZONES:
        minutes, rule = SEASONAL_ZONES[word]
        return minutes + 60 * is_summer(naive, rule, minutes)
    if word in AMBIGUOUS_ZONES and zone is not None:
        own = naive.replace(tzinfo=zone).utcoffset()
        if own is not None and own.total_seconds() // 60 in AMBIGUOUS_ZONES[word]:
            return int(own.total_seconds() // 60)
    return ZONES[word]
