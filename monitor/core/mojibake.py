"""Signs and letters that came as UTF-8 read in a wrong charset: "Rusia‚ÄìKorea Utara", "CorÃ©e du Nord".

Owns dashes, quotes, hard blanks (Windows-1252, Latin-1, Mac Roman) and Latin letters (the first two): they stand in
real feeds between words that are well. Refuses whole texts in a wrong charset: they are for who decodes them.
"""

from __future__ import annotations

import re

_GARBLED = {
    char.encode().decode(charset, "replace"): char
    for charsets, chars in (
        (("cp1252", "latin-1", "mac-roman"), "\u00a0\u2010\u2011–—‘’“”…•"),
        (("cp1252", "latin-1"), "".join(map(chr, range(0xC0, 0x100)))),
    )
    for char in chars
    for charset in charsets
}
_GARBLED = {garbled: char for garbled, char in _GARBLED.items() if "\ufffd" not in garbled}
_GARBLED_PLACES = [
    (
        sorted({text[0] for text in garbled}),
        re.compile("".join(f"[{re.escape(''.join(sorted(set(chars))))}]" for chars in zip(*garbled, strict=True))),
    )
    for garbled in ([text for text in _GARBLED if len(text) == length] for length in (3, 2))
]


def mended(raw: str) -> str:
    """The text with such letters and signs as they were meant; every other character keeps its place.

    What a sign is too long by is filled with zero-width blanks, which no reading sees.
    """
    for starts, place in _GARBLED_PLACES:
        if any(start in raw for start in starts):
            raw = place.sub(lambda found: _GARBLED.get(found[0], found[0]).ljust(len(found[0]), "\u200b"), raw)
    return raw
