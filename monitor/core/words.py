"""The normal form of text, and its words: what matching compares, with the way back to the text as given.

Both spellings and texts are compared in one form: NFKC, casefold, one sign each for hyphens, apostrophes, blanks and
middle dots, Arabic letter variants folded, format characters (soft hyphen, zero width, bidi) dropped. A word is a run
of Hangul, a run of a script without spaces between words, or a run of any other word characters. Most texts keep
every character's place and are looked up in a table, in a few passes over arrays; elsewhere each character of the
normal form knows its offset. No step is worse than linear in the text's length.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cache, cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from monitor.core.mojibake import mended

MAX_MARKS = 30
"""Combining marks kept on one letter: Unicode's stream-safe limit (UAX #15), against quadratic sorting."""

# --- character classes -------------------------------------------------------------------------------------------

_HANGUL = "가-힣"
_UNSPACED = (  # Han, kana, bopomofo, Thai, Lao, Burmese, Khmer: written without spaces between words
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1780-\u17d3"
)
_RARE_HAN = "\U00020000-\U0003ffff"


def _ranges(wanted: Callable[[str], bool], stop: int) -> str:
    """A regex class body of all characters from U+0000 to `stop` that are wanted."""
    parts: list[str] = []
    start: int | None = None
    for code in range(stop + 1):
        if code < stop and wanted(chr(code)):
            start = code if start is None else start
        elif start is not None:
            parts.append(f"{re.escape(chr(start))}-{re.escape(chr(code - 1))}")
            start = None
    return "".join(parts)


# Word characters are everything but punctuation, symbols, separators and controls: `\w` would cut Indic and Thai
# words at their vowel signs and Arabic ones at their points. Classes of the basic plane only: `re` turns those into
# bitmaps, and tries one range after the other (20 times slower) as soon as a class reaches beyond it.
_BASIC = 0x10000
_GAPS = _ranges(lambda char: unicodedata.category(char)[0] in "PSZC", _BASIC)
_SIGNS = _ranges(lambda char: unicodedata.category(char)[0] == "M", _BASIC)
_MARKS = _ranges(lambda char: unicodedata.combining(char) != 0, 0x3100)
_WORD = re.compile(f"([{_HANGUL}]+|[{_UNSPACED}{_RARE_HAN}]+|[^{_GAPS}{_HANGUL}{_UNSPACED}]+)")
# Where every letter is a plain one of an alphabet, `re`'s own classes do the same in a tenth of the time.
_PLAIN_WORD = re.compile(r"([^\W_]+)")
_NEEDS_CARE = re.compile(f"[{_HANGUL}{_UNSPACED}{_SIGNS}]|[{_RARE_HAN}]")
UNSPACED_CHAR = re.compile(f"[{_UNSPACED}{_RARE_HAN}]")
HANGUL_CHAR = re.compile(f"[{_HANGUL}]")
_DROPPED = (  # soft hyphen, joiners, tatweel and Arabic points, zero width, bidi, variation selectors, BOM
    "\u00ad\u034f\u061c\u0640\u064b-\u065f\u0670\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff"
)
_DROPS = re.compile(f"[{_DROPPED}]")
_FLOOD = re.compile(f"[{_MARKS}]{{{MAX_MARKS + 1}}}")
_CHUNK = re.compile(r"\s*\S*")
# One user-perceived unit of decomposed text: jamo of a syllable, or a character with its marks.
_CLUSTER = re.compile(f"[\u1100-\u115f]+[\u1160-\u11a7]*[\u11a8-\u11ff]*|.[{_MARKS}]*", re.DOTALL)


def _one_to_one() -> dict[int, str]:
    """Foldings that keep every character's place."""
    table = dict.fromkeys((0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
    table |= dict.fromkeys(range(0x1F000, 0x1FB00), " ")  # pictures; the basic plane's own are gaps already
    table |= {ord(char): "-" for char in "‐‑‒–—―−﹘﹣－⁃"}
    table |= {ord(char): "'" for char in "‘’‚‛ʼʻʹ′｀´`＇"}
    table |= {ord(char): "·" for char in "・･ㆍ‧∙•⋅"}
    table |= {ord(char): "\n" for char in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code not in table}
    table |= {ord("…"): ".", ord("ё"): "е", ord("Ё"): "Е", ord("№"): "n", ord("™"): " ", ord("\t"): " "}
    table |= {ord(char): "ا" for char in "أإآٱ"} | {ord("ى"): "ي", ord("ة"): "ه", ord("ک"): "ك", ord("ی"): "ي"}
    return table


_TABLE = _one_to_one()
_FOLDED = re.compile("[" + re.escape("".join(chr(code) for code in sorted(_TABLE) if code < _BASIC)) + "]")
_PICTURE = re.compile("[\U0001f000-\U0001faff]")
_SHORT = 64
"""Shorter texts are done before the tables are at hand."""
_MANY = 12
"""More different characters to fold than this are folded by one slow pass instead of a quick one each."""


_LEGIBLE = {
    code: sign
    for code, sign in _TABLE.items()
    if sign in " -'\n" and not 0x1F000 <= code < 0x1FB00 and code != ord("™")
} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""Dashes, apostrophes, blanks, line ends; half a character is none."""
_ILLEGIBLE = re.compile("[" + re.escape("".join(map(chr, sorted(_LEGIBLE)))) + "]")


# --- normal form -------------------------------------------------------------------------------------------------


def normalise(raw: str) -> tuple[str, list[int] | None]:
    """The normal form of a text, and for each of its characters the offset in `raw` (None = the same offset)."""
    raw = mended(raw)
    if len(raw) < _SHORT:
        return _normalised(raw)
    codes = _codes(raw)
    simple = None if codes is None else _simple(codes)
    return _normalised(raw) if simple is None else (simple, None)


def _normalised(raw: str) -> tuple[str, list[int] | None]:
    folded = _folded(raw)
    if folded.isascii():
        return folded.lower(), None
    return _by_cluster(folded, str.casefold)


def legible(raw: str) -> tuple[str, list[int] | None]:
    """The text as it reads, with its case: NFKC, one sign each for dashes, apostrophes and blanks, nothing invisible.

    With the offset in `raw` of each of its characters (None = the same offset).
    """
    raw = mended(raw)
    distinct = set(_ILLEGIBLE.findall(raw))
    if len(distinct) > _MANY:
        return _by_cluster(raw.translate(_LEGIBLE), str)
    for char in distinct:
        raw = raw.replace(char, _LEGIBLE[ord(char)])
    return (raw, None) if raw.isascii() else _by_cluster(raw, str)


def _by_cluster(folded: str, fold: Callable[[str], str]) -> tuple[str, list[int] | None]:
    """NFKC of a folded text with its case folded by `fold`, without what is dropped, and offsets as above."""
    if _is_plain(folded):
        lowered = fold(folded)
        if len(lowered) == len(folded):
            return lowered, None
    pieces: list[str] = []
    origin: list[int] = []
    for chunk in _CHUNK.finditer(folded):
        text, start = chunk.group(), chunk.start()
        if _is_plain(text) and len(lowered := fold(text)) == len(text):
            pieces.append(lowered)
            origin.extend(range(start, chunk.end()))
            continue
        for cluster in _CLUSTER.finditer(text):
            kept = _DROPS.sub("", cluster.group())[: MAX_MARKS + 1]
            normal = unicodedata.normalize("NFKC", fold(unicodedata.normalize("NFKC", kept)))
            pieces.append(normal)
            origin.extend([start + cluster.start()] * len(normal))
    return "".join(pieces), origin


def _folded(raw: str) -> str:
    """The text with `_TABLE`'s foldings; every character keeps its place."""
    distinct = set(_FOLDED.findall(raw))
    if len(distinct) > _MANY or _PICTURE.search(raw):
        return raw.translate(_TABLE)
    for char in distinct:
        raw = raw.replace(char, _TABLE[ord(char)])
    return raw


def _is_plain(text: str) -> bool:
    return not _DROPS.search(text) and not _FLOOD.search(text) and unicodedata.is_normalized("NFKC", text)


# Above a character's normal form: a gap between words; a script that `_PLAIN_WORD` cannot cut; no single answer.
_GAP, _CARE, _DEEP = 1 << 20, 1 << 21, 1 << 22
_CODE = 0xFFFF
_BLANK = np.zeros(1, np.bool_)
_SPACE = ord(" ")
_UNSURE = 0xFFFF
"""In the table of letters, which has no other use for it: a character that needs care, or has no single form."""
_BULK = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3))
"""Han and Hangul syllables: half the plane, all alike."""
_JAMO = range(0x1160, 0x1200)

_Codes = NDArray[np.uint16]


def _codes(raw: str) -> _Codes | None:
    """The characters of a text of the basic plane, else None."""
    codes = np.frombuffer(raw.encode("utf-16-le", "surrogatepass"), "<u2")
    return codes if len(codes) == len(raw) else None


def _simple(codes: _Codes) -> str | None:
    """The normal form of a text, if each character has its own.

    What has not: dropped characters, those that fold to several or may join their neighbour (marks and the jamo that
    end a syllable; no other character is the second of a pair that NFC composes), and the planes above the basic one.
    """
    if not len(codes):
        return ""
    forms = _forms().take(codes)
    if int(np.bitwise_or.reduce(forms)) & _DEEP:
        return None
    # In 32 bits: in 16 a surrogate would join its neighbour.
    return (forms & _CODE).astype("<i4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _letters(codes: _Codes) -> _Codes | None:
    """The normal form with a blank for each character of a gap; None where a character needs a second look."""
    letters: _Codes = _letter_table().take(codes)
    return None if len(letters) and letters.max() == _UNSURE else letters


@cache
def _letter_table() -> _Codes:
    forms = _forms()
    letters = np.where(forms & _GAP, _SPACE, forms & _CODE)
    letters[(forms & (_DEEP | _CARE)) != 0] = _UNSURE
    return letters.astype("<u2")


@cache
def _forms() -> NDArray[np.int32]:
    """What `_simple` knows of each character of the basic plane."""
    forms = np.arange(_BASIC, dtype=np.int32)
    forms[0xD800:0xF900] |= _GAP  # surrogates and private use
    for first, last in _BULK:
        forms[first : last + 1] |= _CARE
    rest = np.flatnonzero(forms == np.arange(_BASIC))
    forms[rest] = [_form(chr(code)) for code in rest.tolist()]
    return forms


def _form(raw: str) -> int:
    folded = _TABLE.get(ord(raw), raw)
    normal = folded.casefold()
    if (
        len(normal) != 1
        or _DROPS.match(folded)
        or unicodedata.category(folded)[0] == "M"
        or ord(folded) in _JAMO
        or unicodedata.normalize("NFKC", folded) != folded
    ):
        return _DEEP
    if _NEEDS_CARE.match(normal):
        return ord(normal) | _CARE
    return ord(normal) if _PLAIN_WORD.match(normal) else ord(normal) | _GAP


def split_words(normal: str) -> list[str]:
    """Gap, word, gap, word, …, gap: joined, they are the normal text again."""
    return (_WORD if _NEEDS_CARE.search(normal) else _PLAIN_WORD).split(normal)


def exact_words(raw: str) -> list[str]:
    """The words of a text with their case kept, followed by `*` where one stands behind them."""
    return _starred(unicodedata.normalize("NFKC", _DROPS.sub("", mended(raw))).translate(_TABLE))


def pattern_words(spelling: str) -> list[str]:
    """The words of a spelling in normal form, followed by `*` where one stands behind them ("kore*")."""
    return _starred(normalise(spelling)[0])


def _starred(text: str) -> list[str]:
    parts = split_words(text)
    return [word + ("*" if parts[2 * index + 2].startswith("*") else "") for index, word in enumerate(parts[1::2])]


class Prepared:
    """One text in normal form, cut into words; offsets of words are those of the normal form."""

    def __init__(self, raw: str) -> None:
        raw = mended(raw)
        self.raw = raw
        self._codes = _codes(raw)
        self._letters = None if self._codes is None else _letters(self._codes)

    @cached_property
    def normal(self) -> str:
        """The normal form."""
        return self._normalised[0]

    @property
    def _origin(self) -> list[int] | None:
        return self._normalised[1]

    @cached_property
    def _normalised(self) -> tuple[str, list[int] | None]:
        simple = None if self._codes is None else _simple(self._codes)
        return _normalised(self.raw) if simple is None else (simple, None)

    @property
    def is_alphabetic(self) -> bool:
        """Whether the text is known to hold letters of alphabets only, no Hangul and no script without spaces."""
        return self._letters is not None

    @cached_property
    def words(self) -> list[str]:
        """The words in order."""
        return self._parts[1::2] if self._letters is None else self._letters.tobytes().decode("utf-16-le").split()

    def gap(self, index: int) -> str:
        """What stands before a word."""
        return self.normal[self.ends[index - 1] if index else 0 : self.starts[index]]

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins."""
        return self._edges[::2]

    @cached_property
    def ends(self) -> list[int]:
        """Where each word ends."""
        return self._edges[1::2]

    @cached_property
    def _edges(self) -> list[int]:
        if self._letters is None:
            return list(accumulate(map(len, self._parts)))[:-1]
        is_word = np.concatenate([_BLANK, self._letters != _SPACE, _BLANK])
        edges: list[int] = (is_word[1:] != is_word[:-1]).nonzero()[0].tolist()
        return edges

    @cached_property
    def _parts(self) -> list[str]:
        return split_words(self.normal)

    def normal_span(self, start: int, end: int) -> tuple[int, int]:
        """A span of the raw text as one of the normal form; empty where nothing of it is in there."""
        if self._origin is None:
            return start, end
        return bisect_left(self._origin, start), bisect_left(self._origin, end)

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """A span of the normal form as a span of the raw text."""
        if self._origin is None:
            return start, end
        last = self._origin[end - 1]
        # What a cluster folds into shares one origin: the end is where the next unit begins.
        following = end
        while following < len(self._origin) and self._origin[following] == last:
            following += 1
        stop = self._origin[following] if following < len(self._origin) else len(self.raw)
        return self._origin[start], self._trimmed(last, stop)

    def _trimmed(self, last: int, stop: int) -> int:
        """`stop` without dropped characters that follow the span's last unit."""
        while stop > last + 1 and _DROPS.match(self.raw[stop - 1]):
            stop -= 1
        return stop

    @cached_property
    def ordinals(self) -> list[int]:
        """For each word the number of words before it; two characters of unspaced script count as one word."""
        if self.is_alphabetic or not UNSPACED_CHAR.search(self.normal):
            return list(range(len(self.words)))
        sizes = ((len(word) + 1) // 2 if UNSPACED_CHAR.match(word) else 1 for word in self.words)
        return list(accumulate(sizes, initial=0))[:-1]

    def word_at(self, position: int) -> int:
        """Index of the last word that starts at or before a position of the normal form."""
        return max(bisect_right(self.starts, position) - 1, 0)

    def ordinal_at(self, position: int) -> int:
        """How many words stand before a position of the normal form."""
        if not self.words:
            return 0
        index = self.word_at(position)
        inside = position - self.starts[index]
        return self.ordinals[index] + (inside // 2 if UNSPACED_CHAR.match(self.words[index]) else 0)
