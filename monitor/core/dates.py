"""Dates as feeds write them → aware UTC, or honestly unknown.

Owns: reading one raw date string: RFC 822/3339/ISO 8601 first, then whatever newsrooms in Jakarta, Seoul, Moscow,
Tokyo or New York type by hand. Refuses: to invent a date (no "now" for an unreadable string, no today's month filled
in), to read relative dates, and to trust the future. The words it knows (months, zones) live in `core.datewords`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from monitor.core.datewords import AMBIGUOUS_ZONES, DAY_HALVES, FILLERS, MONTHS, ZONES

FUTURE_TOLERANCE = timedelta(hours=24)
"""A wrong zone makes a date run ahead by at most 14 hours; more is a mistake or a lure."""
MAX_DATE_CHARS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class DateReading:
    """What a date string says: `at` is aware UTC or None when unknown.

    Flags: "undated" (no usable date), "unreadable-date" (there was a string, nobody could read it), "future-date"
    (over 24 h ahead, clamped to now), "assumed-zone" (it named no zone), "ambiguous-date" (3/4/2024), "date-only",
    "imprecise-date" (a year or month only).
    """

    at: datetime | None = None
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Parts:
    """A date under construction; offset in minutes, None when the string names no zone."""

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0
    offset: int | None = None
    zone_word: str = ""
    flags: tuple[str, ...] = ()


_RFC822 = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s*)?(?P<day>\d{1,2})\s+(?P<month>[a-z]{3,9})\s+(?P<year>\d{4}|\d{2})"
    r"\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<zone>[+-]\d{4}|[a-z]{1,5})?"
)
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:(?:\s*t\s*|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,:]\d+)?)?"
    r"\s*(?P<zone>z|[+-]\d{1,2}(?::?\d{2})?(?::\d{2})?)?)?(?:\[[^\]]*\])?"
)
_ISO_BASIC = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:t?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?:[.,]\d+)?\s*(?P<zone>z|[+-]\d{2}:?\d{2})?)?"
)
_ISO_SHORT = re.compile(r"(?P<year>(?:19|20)\d{2})(?:-(?P<month>\d{2}))?")
_ISO_ORDINAL = re.compile(r"(?P<year>\d{4})-?(?P<ordinal>\d{3})")
_EPOCH = re.compile(r"(?P<seconds>\d{9,10})(?:\.\d+)?|(?P<millis>\d{12,13})(?:\.\d+)?")

_HALF = "|".join(sorted(map(re.escape, DAY_HALVES), key=len, reverse=True))
_CLOCK = re.compile(
    rf"(?P<before>(?:{_HALF})\s*)?(?<!\d)(?P<hour>\d{{1,2}})\s?:\s?(?P<minute>\d{{1,2}})"
    rf"(?:\s?:\s?(?P<second>\d{{1,2}})(?:[.,]\d+)?)?(?!\d)(?P<after>\s*(?:{_HALF})(?![^\W\d_]))?"
)
_CLOCK_CJK = re.compile(
    rf"(?P<before>(?:{_HALF})\s*)?(?<!\d)(?P<hour>\d{{1,2}})\s*[시時时点點]"
    r"(?:\s*(?P<minute>\d{1,2})\s*[분分])?(?:\s*(?P<second>\d{1,2})\s*[초秒])?(?P<after>(?!))?"
)
_CLOCK_DOTS = re.compile(
    r"(?P<before>(?:pukul|pkl\.?|jam)\s*)?(?<![\d.])(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?:\.(?P<second>\d{2}))?(?![\d.])"
    r"(?P<after>\s*(?=wi[bt]\b|wita\b))?"
)
_CLOCK_BARE = re.compile(r"(?P<hour>(?<!\d)\d{1,2})(?P<after>\s*(?:a\.?m\.?|p\.?m\.?)(?![^\W\d_]))")
_OFFSET = re.compile(r"(?:(?:gmt|utc|ut|z)\s*)?([+-])\s?(\d{1,2})(?::?(\d{2}))?(?!\d)")
_WORD = re.compile(r"[^\W\d_]+(?:[.'’][^\W\d_]+)*(?:/[^\W\d_]+)?")

_DATE_CJK = re.compile(
    r"(?P<era>令和|平成)?\s*(?P<year>\d{1,4}|元)\s*[년年]\s*(?P<month>\d{1,2})\s*[월月]\s*(?P<day>\d{1,2})\s*[일日]?"
)
_DATE_YMD = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*[-./]\s*(?P<month>\d{1,2})\s*[-./]\s*(?P<day>\d{1,2})(?!\d)")
_DATE_TWO = re.compile(r"(?<!\d)(?P<a>\d{1,2})\s?(?P<sep>[-./])\s?(?P<b>\d{1,2})\s?[-./]\s?(?P<year>\d{4}|\d{2})(?!\d)")
_NUMBERS = re.compile(r"\d+")
_ERAS = {"令和": 2018, "平成": 1988}


def parse_date(raw: str | None, *, zone: tzinfo | None, now: datetime) -> DateReading:
    """Read a date; `zone` holds for strings that name none (UTC when None), `now` judges the future."""
    text = _clean(raw or "")
    if not text:
        return DateReading(flags=("undated",))
    at: datetime | None = None
    flags: tuple[str, ...] = ()
    try:
        epoch = _EPOCH.fullmatch(text)
        parts = None if epoch and not _looks_compact(text) else _read(text, now)
        if parts is not None:
            at, flags = _moment(parts, zone), parts.flags
            if parts.offset is None and not parts.zone_word:
                flags = (*flags, "assumed-zone")
        elif epoch:
            at = datetime.fromtimestamp(int(epoch["seconds"] or 0) + int(epoch["millis"] or 0) / 1000, UTC)
    except (ValueError, OverflowError):
        at = None
    # The zero of some clock (1970-01-01, 0001-01-01) says "no date"; feeds are younger than 1970 anyway.
    if at is None or at < datetime(1970, 1, 3, tzinfo=UTC):
        return DateReading(flags=("undated", "unreadable-date"))
    if at > now + FUTURE_TOLERANCE:
        return DateReading(at=now, flags=(*flags, "future-date"))
    return DateReading(at=at, flags=flags)


def _clean(raw: str) -> str:
    """Lower-case, compatibility forms folded (full-width digits), odd dashes and spaces made plain."""
    raw = raw[:MAX_DATE_CHARS]
    if raw.isascii() and raw.isprintable():
        return " ".join(raw.lower().split())
    text = unicodedata.normalize("NFKC", raw).translate({0x2212: "-", 0x2013: "-", 0x2010: "-"})
    text = "".join(" " if c.isspace() or unicodedata.category(c) in {"Cf", "Cc"} else c for c in text)
    return " ".join(text.casefold().split())


def _looks_compact(text: str) -> bool:
    """Twelve digits that are a calendar time (202406271000), not milliseconds of 1976."""
    return len(text) == 12 and text[:2] in {"19", "20"} and 1 <= int(text[4:6]) <= 12


def _read(text: str, now: datetime) -> _Parts | None:
    return _read_rfc822(text) or _read_iso(text) or _read_free(text, now)


def _read_rfc822(text: str) -> _Parts | None:
    match = _RFC822.fullmatch(text)
    if match is None or match["month"] not in MONTHS or match["zone"] in DAY_HALVES:
        return None
    zone = match["zone"] or ""
    parts = _Parts(_year(match["year"]), MONTHS[match["month"]], int(match["day"]), *_clock(match))
    if zone[:1] in {"+", "-"}:
        parts.offset = _minutes(zone[0], zone[1:3], zone[3:5])
    elif zone:
        # Single letters are the military zones, which RFC 2822 §4.3 tells to take as "nothing is known".
        parts.zone_word = zone if zone in ZONES else ""
    return parts


def _read_iso(text: str) -> _Parts | None:
    match = _ISO.fullmatch(text) or _ISO_BASIC.fullmatch(text)
    if match is not None:
        parts = _Parts(int(match["year"]), int(match["month"]), int(match["day"]))
        if match["hour"] is None:
            parts.flags = ("date-only",)
            return parts
        parts.hour, parts.minute, parts.second = _clock(match)
        zone = match["zone"] or ""
        if zone == "z":
            parts.offset = 0
        elif zone:
            digits = zone[1:].replace(":", "")
            digits = digits if len(digits) > 2 else digits.zfill(2) + "00"
            parts.offset = _minutes(zone[0], digits[:-2] if len(digits) < 6 else digits[:2], digits[-2:])
        return parts
    if match := _ISO_SHORT.fullmatch(text):
        return _Parts(int(match["year"]), int(match["month"] or 1), 1, flags=("imprecise-date",))
    if match := _ISO_ORDINAL.fullmatch(text):
        day = datetime(int(match["year"]), 1, 1, tzinfo=UTC) + timedelta(days=int(match["ordinal"]) - 1)
        return _Parts(day.year, day.month, day.day, flags=("date-only",))
    return None


def _read_free(text: str, now: datetime) -> _Parts | None:
    """Take the clock out, then the zone, then read what is left as a calendar date."""
    rest, clock, half = _take_clock(text)
    rest, offset, zone_word = _take_zone(rest)
    parts = _calendar(rest, has_half=half in {"am", "pm"}, now=now)
    if parts is None:
        return None
    parts.offset, parts.zone_word = offset, zone_word
    if clock is None:
        parts.flags = (*parts.flags, "date-only")
    else:
        parts.hour, parts.minute, parts.second = clock
    return parts


_TAKEN = "\x00"
"""Stands where the clock was: an offset counts only behind it, as 27-06-2024 holds minus signs too."""


def _take_clock(text: str) -> tuple[str, tuple[int, int, int] | None, str]:
    match = _CLOCK.search(text) or _CLOCK_CJK.search(text)
    if match is None:
        dotted = _CLOCK_DOTS.search(text)
        match = dotted if dotted and (dotted["before"] or dotted["after"] is not None) else _CLOCK_BARE.search(text)
    if match is None:
        return text, None, ""
    groups = match.groupdict()
    hour, minute, second = _clock(match) if "minute" in groups else (int(match["hour"]), 0, 0)
    half = DAY_HALVES.get((groups.get("before") or groups.get("after") or "").strip(), "")
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return f"{text[: match.start()]} {_TAKEN} {text[match.end() :]}", (hour, minute, second), half


def _take_zone(text: str) -> tuple[str, int | None, str]:
    head, taken, tail = text.partition(_TAKEN)
    match = _OFFSET.search(tail) if taken else None
    if match is not None:
        offset = _minutes(match[1], match[2] if len(match[2]) < 3 else match[2][:2], match[3] or "0")
        # What follows a number ("(Korea Standard Time)") only repeats it; a year may follow too (Unix `date`).
        return f"{head} {' '.join(_NUMBERS.findall(tail[match.end() :]))}", offset, ""
    for word in _WORD.finditer(tail if taken else text):
        if word[0] in ZONES:
            area = tail if taken else text
            return f"{head if taken else ''} {area[: word.start()]} {area[word.end() :]}", None, word[0]
    return f"{head} {tail}", None, ""


def _calendar(text: str, *, has_half: bool, now: datetime) -> _Parts | None:
    if match := _DATE_CJK.search(text):
        year = 1 if match["year"] == "元" else int(match["year"])
        return _Parts(
            _ERAS[match["era"]] + year if match["era"] else _year(str(year)), int(match["month"]), int(match["day"])
        )
    if match := _DATE_YMD.search(text):
        return _Parts(int(match["year"]), int(match["month"]), int(match["day"]))
    if match := _DATE_TWO.search(text):
        a, b, year = int(match["a"]), int(match["b"]), _year(match["year"])
        return _two_numbers(a, b, year, is_dotted=match["sep"] == ".", has_half=has_half, now=now)
    return _named_month(text)


def _two_numbers(a: int, b: int, year: int, *, is_dotted: bool, has_half: bool, now: datetime) -> _Parts | None:
    """d/m/y or m/d/y: by possibility, then by the past, then by habit (dots are days first; AM/PM is American)."""
    if a > 12 or is_dotted:
        return _Parts(year, b, a)
    if b > 12:
        return _Parts(year, a, b)
    if a == b:
        return _Parts(year, a, b)
    latest = now + FUTURE_TOLERANCE
    day_first = datetime(year, b, a, tzinfo=UTC) <= latest
    month_first = datetime(year, a, b, tzinfo=UTC) <= latest
    is_month_first = month_first if day_first != month_first else has_half
    return _Parts(year, a if is_month_first else b, b if is_month_first else a, flags=("ambiguous-date",))


def _named_month(text: str) -> _Parts | None:
    found = [(word, MONTHS[word[0].rstrip(".")]) for word in _WORD.finditer(text) if word[0].rstrip(".") in MONTHS]
    found = [item for item in found if item[0][0] not in FILLERS] or found
    if not found:
        return None
    word, month = found[0]
    before = [int(n) if len(n) < 5 else 0 for n in _NUMBERS.findall(text[: word.start()])]
    after = [int(n) if len(n) < 5 else 0 for n in _NUMBERS.findall(text[word.end() :])]
    years = [n for n in (*after, *before) if n > 31]
    days = [n for n in (*before[-1:], *after, *before[:-1]) if 1 <= n <= 31]
    if not days:
        return None
    if years:
        return _Parts(_year(str(years[0])), month, days[0])
    # "27 Jun 24": two small numbers, the later is the year; one number alone names no year, so nothing is known.
    return _Parts(_year(f"{days[-1]:02}"), month, days[0]) if len(days) == 2 else None


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0)


def _minutes(sign: str, hours: str, minutes: str) -> int:
    total = int(hours) * 60 + int(minutes)
    if total > 14 * 60:
        raise ValueError(f"no place on earth is {hours}:{minutes} off")
    return -total if sign == "-" else total


def _year(digits: str) -> int:
    """Two digits after RFC 2822 §4.3; three digits are years since 1900 (an old C and Java mistake)."""
    year = int(digits)
    if len(digits) >= 4 or year > 999:
        return year
    if len(digits) == 3 or year > 99:
        return year + 1900
    return year + (2000 if year < 70 else 1900)


def _moment(parts: _Parts, zone: tzinfo | None) -> datetime:
    hour, minute, second = parts.hour, parts.minute, min(parts.second, 59)
    is_midnight = (hour, minute, second) == (24, 0, 0)
    local = datetime(parts.year, parts.month, parts.day, 0 if is_midnight else hour, minute, second, tzinfo=UTC)
    if is_midnight:
        local += timedelta(days=1)
    naive = local.replace(tzinfo=None)
    if parts.offset is not None:
        return local - timedelta(minutes=parts.offset)
    if parts.zone_word:
        return local - timedelta(minutes=_zone_offset(parts.zone_word, naive, zone))
    return naive.replace(tzinfo=zone or timezone(timedelta())).astimezone(UTC)


def _zone_offset(word: str, naive: datetime, zone: tzinfo | None) -> int:
    """Minutes east of UTC; where a name means several zones, the feed's own zone decides, else the commonest."""
    if word in AMBIGUOUS_ZONES and zone is not None:
        own = naive.replace(tzinfo=zone).utcoffset()
        if own is not None and own.total_seconds() // 60 in AMBIGUOUS_ZONES[word]:
            return int(own.total_seconds() // 60)
    return ZONES[word]
