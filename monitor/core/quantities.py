"""Numbers as texts of many languages write them: "12.000", "12 ribu", "12 тысяч", "1만 2천", "12,000" are one number.

Owns: which quantities a text names, as integers, and apart from them which small numbers. Refuses: years, days; units
and what is counted.
"""

from __future__ import annotations

import re

LEAST = 100
"""Smaller numbers are shared by chance."""
LEAST_SMALL = 13
"""Below that a number stands in nearly every text."""
_YEARS = range(1900, 2101)
# No clock ("18:12"), decimal, date, share, ordinal or name ("U-23", "G20").
_SMALL = re.compile(r"(?<![\w.,:/-])(\d{2})(?!\d|\s?%|[:.,/-]\d|st\b|nd\b|rd\b|th\b)")

_MAGNITUDES = {
    1_000: "ribu thousand тыс тысяча тысячи тысяч 천 千 nghìn mille mil tausend tysięcy tys tysiące ألف آلاف",
    10_000: "만 万 萬",
    1_000_000: "juta million millions миллион миллиона миллионов млн triệu millones milionów مليون",
    100_000_000: "억 亿 億",
    1_000_000_000: "miliar milyar billion миллиард миллиарда миллиардов млрд tỷ milliards milliarden miliardów مليار",
}
_WORDS = {word: value for value, words in _MAGNITUDES.items() for word in words.split()}
_WORD = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<whole>\d{{1,3}}(?:[.,\u00a0\u202f ]\d{{3}})+|\d+)(?:[.,](?P<part>\d{{1,2}}))?(?!\d)"
    rf"(?:[\s\u00a0\u202f-]?(?P<word>{_WORD})(?:\s?(?P<rest>\d{{1,4}})\s?(?P<unit>천|千)?)?)?",
    re.IGNORECASE,
)


def quantities(text: str) -> frozenset[int]:
    """The numbers of at least `LEAST` that a text names, magnitudes multiplied out."""
    found = set()
    for match in _NUMBER.finditer(text):
        whole = int(re.sub(r"\D", "", match["whole"]))
        word = match["word"]
        value = whole
        if word:
            factor = _WORDS[word.lower()]
            part = match["part"]
            value = whole * factor + (int(part) * factor // 10 ** len(part) if part else 0)
            if match["rest"] and factor >= 10_000:
                value += int(match["rest"]) * (1_000 if match["unit"] else 1)
        elif len(match["whole"]) == 4 and whole in _YEARS:
            continue
        if value >= LEAST:
            found.add(value)
    return frozenset(found)


def small_numbers(text: str) -> frozenset[int]:
    """The numbers from `LEAST_SMALL` to 99 that a text writes in digits: "24 years", "24년", not clocks and shares."""
    return frozenset(number for digits in _SMALL.findall(text) if (number := int(digits)) >= LEAST_SMALL)
