"""Dates as people and templates write them, in the languages of `core.datewords`, → the parts of a date.

Owns: reading a string that no standard describes: the clock is taken out first, then the zone, then what is left is
read as a calendar date. Refuses: relative dates, days without a year, and calendars that it does not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.core.datewords import (
    AM,
    DAY_HALVES,
    FILLERS,
    HALVES_BEHIND,
    MONTHS,
    NIGHT,
    NOON,
    PM,
    SEASONAL_ZONES,
    SOLAR_MONTHS,
    TWO_WORD_MONTHS,
    WEEKDAYS,
    ZONES,
)

FUTURE_TOLERANCE = timedelta(hours=24)
"""A wrong zone makes a date run ahead by at most 14 hours; more is a mistake or a lure."""


@dataclass(slots=True)
class Parts:
    """A date under construction; offset in minutes, None when the string names no zone.

    `usual_offset` is what the string's language makes likely where nothing names a zone.
    """

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0
    offset: int | None = None
    zone_word: str = ""
    flags: tuple[str, ...] = ()
    usual_offset: int | None = None


def _any_of(words: dict[str, str]) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


# A letter or a mark that is part of one (Indic and Thai vowels are no letters to `re`).
_LETTER = r"(?:[^\W\d_]|[\u0900-\u0e7f])"
_BEFORE = rf"(?P<before>(?<![^\W\d_])(?:{_any_of(DAY_HALVES)})\s*)?"
_AFTER = rf"(?P<after>\s*(?:{_any_of(HALVES_BEHIND)})(?![^\W\d_]))?"
_CLOCK = re.compile(
    rf"{_BEFORE}(?<!\d)(?P<hour>\d{{1,2}})\s?:\s?(?P<minute>\d{{1,2}})"
    rf"(?:\s?:\s?(?P<second>\d{{1,2}})(?:[.,]\d+)?)?(?!\d){_AFTER}"
)
_CLOCK_CJK = re.compile(
    rf"{_BEFORE}(?<!\d)(?P<hour>\d{{1,2}})\s*[시時]"
    r"(?:\s*(?:(?P<minute>\d{1,2})\s*[분分]?(?!\d)|(?P<half>[반半])))?(?:\s*(?P<second>\d{1,2})\s*[초秒])?(?P<after>(?!))?"
)
_CLOCK_H = re.compile(
    rf"{_BEFORE}(?<![\d.])(?P<hour>\d{{1,2}})\s?(?:h|gio)\s?(?P<minute>\d{{2}})?(?![^\W_])(?P<after>(?!))?"
)
_CLOCK_DOTS = re.compile(
    r"(?P<before>(?:pukul|pkl\.?|jam|klo|kl\.?|um|ore|alle|godz\.?)\s*)?(?<![\d.])(?P<hour>\d{1,2})\.(?P<minute>\d{2})"
    r"(?:\.(?P<second>\d{2}))?(?![\d.])(?P<after>\s*(?=wi[bt]\b|wita\b|uhr\b|น\.))?"
)
# Behind a whole year a number with dots can be nothing but the time.
_CLOCK_LATE = re.compile(
    r"(?<=[\d\s](?:19|20|25)\d\d)[t\s,|-]+(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?:\.(?P<second>\d{2}))?(?![\d.])"
)
_CLOCK_BARE = re.compile(rf"(?P<hour>(?<![\d:.])\d{{1,2}})(?P<after>\s*(?:{_any_of(HALVES_BEHIND)})(?![^\W\d_]))")
_OFFSET = re.compile(
    r"(?P<posix>etc/)?(?:(?:gmt|utc|ut|z)\s*)?(?P<sign>[+-])(?:(?<=\+)\s)?(\d{1,2})(?::?(\d{2}))?(?!\d)"
)
_WORD = re.compile(rf"{_LETTER}+(?:[.'/_]{_LETTER}+)*(?:\d[a-z]{{3}})?")
_NAME = re.compile(rf"{_LETTER}+(?:[.'_]{_LETTER}+)*")
_NUMBERS = re.compile(r"\d+")

_DATE_CJK = re.compile(
    r"(?P<year>\d{1,4})\s*[년年]\s*(?:(?P<month>\d{1,2})\s*[월月]\s*(?:(?P<day>\d{1,2})\s*[일日]?)?)"
)
_DATE_YMD = re.compile(
    r"(?<!\d)(?P<year>(?:1[349]|2[05])\d{2})\s*(?P<sep>[-./:])\s*(?P<month>\d{1,2})\s*[-./:]\s*(?P<day>\d{1,2})(?!\d)"
)
_DATE_DMY_CJK = re.compile(r"(?<!\d)(?P<day>\d{1,2})[\s,]+(?P<month>\d{1,2})\s*[월月][\s,]*(?P<year>\d{4})(?!\d)")
_DATE_TWO = re.compile(
    r"(?<![a-z\d.])(?P<a>\d{1,2})\s?(?P<sep>[-./])\s?(?P<b>\d{1,2})\s?[-./]\s?(?P<year>\d{4}|\d{2})(?!\d)"
)
_DATE_SPACED = re.compile(r"(?<!\d)(?P<a>\d{1,2})\s+(?P<b>\d{1,2})\s+(?P<year>(?:19|20)\d{2})(?!\d)")
_DATE_COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)")

_EXIF = re.compile(r"\A(\d{4}):(\d\d):(\d\d)(?=\s)")

_YEAR_KNOWN = (_DATE_CJK, _DATE_DMY_CJK, _DATE_YMD)

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "r": 2018, "h": 1988, "民國": 1911, "民国": 1911}
_ERA = re.compile(
    r"(令和|平成|昭和|大正|民國|民国)\s*(\d{1,3}|元)\s*(?=[年./-])|(?<![^\W_])([rh])(\d{1,2})(?=[./]\d{1,2}[./]\d)"
)
# North Korea's years count from Kim Il Sung's birth (1912); its agencies put ours in brackets behind, or not.
_JUCHE = re.compile(r"(?:주체|主体|主體|чучхе|juche)\s*(\d{2,3})\s*(?:\(\s*((?:19|20)\d{2})\s*\))?")
_HAN_NUMBER = re.compile(r"[〇零一二三四五六七八九十]+(?=\s*[年月日時分秒])")
_HAN_DIGITS = {digit: number for number, digit in enumerate("〇一二三四五六七八九")} | {"零": 0}
_VIETNAMESE_MONTH = re.compile(r"(?<![^\W_])(?:thang|thg)\.?\s*(\d{1,2})(?!\d)")
_MONTH_WORDS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HANGUL = re.compile("[가-힣]")
_TAKEN = "\x00"
"""Stands where the clock was: an offset counts only behind it, as 27-06-2024 holds minus signs too."""


def read_free(text: str, now: datetime) -> Parts | None:
    """The parts of a date in the form that `datewords.plain` gives, None where there is no whole date."""
    usual_offset = None if text.isascii() else _usual_offset(text)
    text = _respelled(_EXIF.sub(r"\1-\2-\3", text))
    rest, clock, half = _take_clock(text)
    rest, offset, zone_word = _take_zone(rest)
    parts = _calendar(rest, is_american=half in {"am", "pm", "a.m.", "p.m.", "a.m", "p.m"}, now=now)
    if parts is None:
        return None
    parts.offset, parts.zone_word = offset, zone_word
    if clock is not None:
        parts.hour, parts.minute, parts.second = clock
    elif "imprecise-date" not in parts.flags:
        parts.flags = (*parts.flags, "date-only")
    parts.usual_offset = usual_offset
    return parts


def _usual_offset(text: str) -> int | None:
    """Dates in Korean or Japanese words are written on the clock of Seoul or Tokyo."""
    if _HANGUL.search(text) or "午前" in text or "午後" in text or "令和" in text or "平成" in text:
        return 540
    return 480 if "上午" in text or "下午" in text else None


def _respelled(text: str) -> str:
    """Years of eras, numbers in words and months of two words, as the rest of this file reads them."""
    if "juche" in text or not text.isascii():
        text = _JUCHE.sub(lambda found: f" {found[2] or int(found[1]) + 1911} ", text)
        text = re.sub(r"(\d{4})\s+(?=[년年.])", r"\1", text)
    if not text.isascii():
        text = _HAN_NUMBER.sub(_han_number, text)
        text = text.replace("정오", " 12:00 ").replace("자정", " 0:00 ")
    if "thang" in text or not text.isascii():
        for words, name in TWO_WORD_MONTHS:
            text = words.sub(f" {name} ", text)
    text = _VIETNAMESE_MONTH.sub(lambda found: f" {_month_word(int(found[1]))} ", text)
    return _ERA.sub(lambda f: f" {_ERAS[f[1] or f[3]] + (1 if f[2] == '元' else int(f[2] or f[4]))}", text)


def _month_word(number: int) -> str:
    return _MONTH_WORDS[number - 1] if 1 <= number <= 12 else ""


def _han_number(found: re.Match[str]) -> str:
    """二〇二四 digit by digit; 二十七 by tens."""
    digits = found[0]
    if "十" not in digits:
        return "".join(str(_HAN_DIGITS[digit]) for digit in digits)
    tens, _, ones = digits.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return digits
    return str((_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[ones] if ones else 0))


def _take_clock(text: str) -> tuple[str, tuple[int, int, int] | None, str]:
    """(text with the clock marked, hour minute second, the word for the half of the day)."""
    match = _CLOCK.search(text) or _CLOCK_CJK.search(text)
    if match is None:
        dotted = _CLOCK_DOTS.search(text)
        if dotted and (dotted["before"] or dotted["after"] is not None):
            match = dotted
        else:
            match = _CLOCK_LATE.search(text) or _CLOCK_H.search(text) or _CLOCK_BARE.search(text)
    if match is None:
        return text, None, ""
    groups = match.groupdict()
    minute = 30 if groups.get("half") else int(groups.get("minute") or 0)
    word = (groups.get("before") or groups.get("after") or "").strip()
    hour = _hour(int(match["hour"]), HALVES_BEHIND.get(word, ""))
    rest = f"{text[: match.start()]} {_TAKEN} {text[match.end() :]}"
    return rest, (hour, minute, int(groups.get("second") or 0)), word


def _hour(hour: int, half: str) -> int:
    """On the clock of 24 hours; one that is past noon already stays."""
    if half == AM and hour == 12:
        return 0
    if half == PM or (half == NOON and hour < 6) or (half == NIGHT and hour > 4):
        return hour + 12 if hour < 12 else 0 if half == NIGHT and hour == 12 else hour
    return hour


def _take_zone(text: str) -> tuple[str, int | None, str]:
    """(text without the zone, its offset in minutes, else its name)."""
    head, taken, tail = text.partition(_TAKEN)
    match = _OFFSET.search(tail) if taken else None
    if match is not None:
        sign, hours, minutes = match["sign"], match[3], match[4]
        if minutes is None and len(hours) > 2:
            hours, minutes = hours[:2], hours[2:]
        if match["posix"]:  # Etc/GMT-7 lies east (POSIX)
            sign = "+" if sign == "-" else "-"
        # What follows a number ("(Korea Standard Time)") only repeats it; a year may follow too (Unix `date`).
        rest = f"{head} {tail[: match.start()]} {' '.join(_NUMBERS.findall(tail[match.end() :]))}"
        return rest, offset_minutes(sign, hours, minutes or "0"), ""
    for area in (tail, head) if taken else (text,):
        for word in _WORD.finditer(area):
            # Before the clock, ASCII words are days, places and verbs.
            if (word[0] in ZONES or word[0] in SEASONAL_ZONES) and (area is not head or not word[0].isascii()):
                left = f"{area[: word.start()]} {area[word.end() :]}"
                return left if not taken else f"{head} {left}" if area is tail else f"{left} {tail}", None, word[0]
    return f"{head} {tail}", None, ""


def offset_minutes(sign: str, hours: str, minutes: str) -> int:
    """Minutes east of UTC; raises ValueError where no place on earth lies."""
    total = int(hours) * 60 + int(minutes)
    if total > 14 * 60 or int(minutes) > 59:
        raise ValueError(f"no place on earth is {hours}:{minutes} off")
    return -total if sign == "-" else total


def _calendar(text: str, *, is_american: bool, now: datetime) -> Parts | None:
    for form in _YEAR_KNOWN:
        if match := form.search(text):
            year, month, day = year_of(match["year"]), int(match["month"]), match["day"]
            if year < 1500:
                return _from_solar(year, month, int(day or 0))
            return Parts(year, month, int(day or 1), flags=() if day else ("imprecise-date",))
    if match := _DATE_TWO.search(text) or _DATE_SPACED.search(text):
        return _numbers(match, text, is_american=is_american, now=now)
    if match := _DATE_COMPACT.search(text):
        return Parts(int(match["year"]), int(match["month"]), int(match["day"]))
    return _named_month(text)


def _numbers(match: re.Match[str], text: str, *, is_american: bool, now: datetime) -> Parts | None:
    """d/m/y or m/d/y (with two digits y/m/d too): by possibility, by the weekday beside it, by the past, by habit.

    Habit: dots are days first; AM and PM are American.
    """
    a, b, digits = int(match["a"]), int(match["b"]), match["year"]
    year = year_of(digits)
    is_dotted = match.groupdict().get("sep") == "."
    days_first, months_first = _as_date(year, b, a), None if is_dotted else _as_date(year, a, b)
    found = [one for one in dict.fromkeys((days_first, months_first)) if one is not None]
    latest = (now + FUTURE_TOLERANCE).date()
    past = [one for one in found if one <= latest]
    if len(digits) == 2 and not past and (years_first := _as_date(year_of(match["a"]), b, int(digits))) is not None:
        # Korean papers write 24.06.27.
        return _parts(years_first, "ambiguous-date") if years_first <= latest else None
    if not found:
        return None
    if len(found) == 1:
        return _parts(found[0])
    weekday = next((WEEKDAYS[word[0]] for word in _NAME.finditer(text) if word[0] in WEEKDAYS), None)
    told = [one for one in found if one.weekday() == weekday]
    if len(told) == 1:
        return _parts(told[0])
    chosen = past[0] if len(past) == 1 else found[1] if is_american else found[0]
    return _parts(chosen, "ambiguous-date")


def _as_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _parts(day: date, *flags: str) -> Parts:
    return Parts(day.year, day.month, day.day, flags=flags)


def _named_month(text: str) -> Parts | None:
    words = [(word, word[0]) for word in _NAME.finditer(text)]
    found = [(word, name) for word, name in words if name in MONTHS]
    found = [item for item in found if item[1] not in FILLERS] or found
    if not found:
        found = [(word, name) for word, name in words if name in SOLAR_MONTHS]
        if not found:
            return None
    word, name = found[0]
    before = [int(n) if len(n) < 5 else 0 for n in _NUMBERS.findall(text[: word.start()])]
    after = [int(n) if len(n) < 5 else 0 for n in _NUMBERS.findall(text[word.end() :])]
    years = [n for n in (*after, *before) if n > 31]
    days = [n for n in (*before[-1:], *after, *before[:-1]) if 1 <= n <= 31]
    if name not in MONTHS:
        return _from_solar(years[0], SOLAR_MONTHS[name], days[0]) if years and days else None
    month = MONTHS[name]
    is_thai = "\u0e00" < name[0] < "\u0e7f"
    if years and not days:
        # "Juni 2024"; a number that can be no day ("32 Jun 2024") makes it no date at all.
        is_alone = len(before) + len(after) == 1 and years[0] > 1900
        return Parts(years[0], month, 1, flags=("imprecise-date",)) if is_alone else None
    if years:
        return Parts(years[0] + 2500 if is_thai and years[0] < 100 else year_of(str(years[0])), month, days[0])
    # "27 Jun 24": two small numbers, the later is the year; one number alone names no year, so nothing is known.
    return Parts(year_of(f"{days[-1]:02}"), month, days[0]) if len(days) == 2 else None


_SOLAR_EPOCH = date(2021, 3, 21).toordinal()  # 1 Farvardin 1400
_SOLAR_LEAPS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})


def _from_solar(year: int, month: int, day: int) -> Parts | None:
    """Iran's solar calendar, by the cycle of 33 years that holds for our centuries."""
    if not (1370 <= year <= 1430 and 1 <= month <= 12 and 1 <= day <= (31 if month < 7 else 30)):
        return None
    years = range(1400, year) if year >= 1400 else range(year, 1400)
    days = sum(365 + (one % 33 in _SOLAR_LEAPS) for one in years)
    in_year = (month - 1) * 31 - max(0, month - 7) + day - 1
    return _parts(date.fromordinal(_SOLAR_EPOCH + (days if year >= 1400 else -days) + in_year))


def year_of(digits: str) -> int:
    """Two digits after RFC 2822 §4.3; three digits are years since 1900 (an old C and Java mistake)."""
    year = int(digits)
    if len(digits) >= 4 or year > 999:
        return year
    if len(digits) == 3 or year > 99:
        return year + 1900
    return year + (2000 if year < 70 else 1900)


def is_summer(naive: datetime, rule: str, winter_minutes: int) -> bool:
    """Whether summer time holds at a local time: "us" since 2007, "eu" since 1996."""
    year = naive.year
    if rule == "us":
        return _sunday(year, 3, 8).replace(hour=2) <= naive < _sunday(year, 11, 1).replace(hour=2)
    change = timedelta(hours=1, minutes=winter_minutes)
    return _sunday(year, 3, 25) + change <= naive < _sunday(year, 10, 25) + change


def _sunday(year: int, month: int, day: int) -> datetime:
    """The first Sunday from a day on, at midnight."""
    first = datetime(year, month, day, tzinfo=UTC).replace(tzinfo=None)
    return first + timedelta(days=(6 - first.weekday()) % 7)
