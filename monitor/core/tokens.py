"""Text as arrays: code points, tokens and character n-grams as 64-bit numbers, the same on every machine.

Owns: how a text is folded (NFKC, then case-folded), where a token begins and ends in each script, and how tokens and
n-grams become numbers. Refuses: any judgement of likeness (see `similarity`, `stories`).

Everything is done on whole arrays, because one hash call a shingle costs more than all the rest. A token's number is
the sum of one pseudo-random number per (character, place in the token): Zobrist hashing (Zobrist 1970) with the
SplitMix64 finaliser (Steele, Lea, Flood 2014) in place of a table. Python's own `hash` is salted and never used.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
_Codes = NDArray[np.uint32]

_BREAK, _LETTER, _HANGUL, _SINGLE, _IGNORED = range(5)
_TABLE_SIZE = 0x20000
_LAST_IDEOGRAPH = 0x3FFFF
_SPACE = 32

_HAN = (0x4E00, 0x9FFF)
_JAMO = (0x1100, 0x11FF)
_SYLLABLES = (0xAC00, 0xD7A3)
# Scripts written without spaces: each character is a token of its own, as §5 of the design has it.
_SINGLE_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    _HAN,
    (0xF900, 0xFAFF),
)
_HANGUL_RANGES = (_JAMO, (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))
# Vowel points that most outlets leave out.
_POINTED = (0x0590, 0x06FF)

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_CHAIN = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text in order: their numbers, and which of them are single characters of a spaceless script."""

    numbers: Numbers
    is_single: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.numbers)


def fold(text: str) -> str:
    """The form in which texts are compared: NFKC, then case-folded."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold()


def mix(numbers: Numbers) -> Numbers:
    """SplitMix64's finaliser on each number: a bijection whose output bits all depend on all input bits."""
    mixed = numbers + _GAMMA
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_1
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    return mixed ^ (mixed >> np.uint64(31))


def tokens(text: str) -> Tokens:
    """The tokens of a text: runs of letters and digits, or single characters where a script writes no spaces."""
    codes, kinds = _classified(text)
    is_kept = kinds != _BREAK
    in_word = (kinds == _LETTER) | (kinds == _HANGUL)
    begins = kinds == _SINGLE
    begins[:1] |= in_word[:1]
    begins[1:] |= in_word[1:] & ~in_word[:-1]
    codes, begins, kinds = codes[is_kept], begins[is_kept], kinds[is_kept]
    starts = np.flatnonzero(begins)
    if not len(starts):
        return Tokens(np.empty(0, np.uint64), np.empty(0, np.bool_))
    lengths = np.diff(starts, append=len(codes))
    places = np.arange(len(codes), dtype=np.uint64) - np.repeat(starts, lengths).astype(np.uint64)
    numbers = mix(np.add.reduceat(mix(codes.astype(np.uint64) | (places << np.uint64(32))), starts))
    return Tokens(numbers, kinds[starts] == _SINGLE)


def chains(numbers: Numbers, width: int) -> Numbers:
    """One number for each run of `width` neighbours, in order; empty when there are fewer."""
    count = len(numbers) - width + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    chained = numbers[:count].copy()
    for step in range(1, width):
        chained = chained * _CHAIN + numbers[step : step + count]
    return mix(chained)


def grams(text: str) -> tuple[Numbers, NDArray[np.intp]]:
    """Character n-grams with the place each begins at in `words_of(text)`'s joined form.

    Four characters inside one word, its borders counted as a space ("␣put", "puti", …); two where a character is a
    syllable or more (Hangul, Han, kana, Thai).
    """
    codes, kinds = _spaced(text)
    is_dense = (kinds == _HANGUL) | (kinds == _SINGLE)
    is_space = codes == _SPACE
    wide = codes.astype(np.uint64)
    found: list[Numbers] = []
    places: list[NDArray[np.intp]] = []
    if len(codes) >= 4:
        fits = ~(is_space[1:-2] | is_space[2:-1])
        for step in range(4):
            fits &= ~is_dense[step : len(codes) - 3 + step]
        at = np.flatnonzero(fits)
        found.append(_gram_numbers(wide, at, 4))
        places.append(at)
    if len(codes) >= 2 and is_dense.any():
        at = np.flatnonzero(is_dense[:-1] & is_dense[1:])
        found.append(_gram_numbers(wide, at, 2))
        places.append(at)
    if not found:
        return np.empty(0, np.uint64), np.empty(0, np.intp)
    return np.concatenate(found), np.concatenate(places)


def words_of(text: str) -> str:
    """The folded text with every gap as one space, one at each end: what the places of `grams` count in."""
    codes, _ = _spaced(text)
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def _gram_numbers(wide: Numbers, at: NDArray[np.intp], width: int) -> Numbers:
    chained = wide[at] + np.uint64(width)
    for step in range(1, width):
        chained = chained * _CHAIN + wide[at + step]
    return mix(chained)


def _spaced(text: str) -> tuple[_Codes, NDArray[np.uint8]]:
    codes, kinds = _classified(f" {text} ")
    is_break = kinds == _BREAK
    is_kept = ~is_break
    is_kept[:1] = True
    is_kept[1:] |= ~is_break[:-1]
    codes = np.where(is_break, np.uint32(_SPACE), codes)[is_kept]
    return codes, kinds[is_kept]


def _classified(text: str) -> tuple[_Codes, NDArray[np.uint8]]:
    """Code points of the folded text and their kinds, ignorable characters left out.

    Folding goes by table; only a text with a character that folds to several, or may join its neighbour, is
    normalised as a string, which costs ten times as much.
    """
    table = _alphabet()
    codes = _codes_of(text)
    cells = np.minimum(codes, _TABLE_SIZE)
    if table.is_involved.take(cells).any():
        codes = _codes_of(fold(text))
        cells = np.minimum(codes, _TABLE_SIZE)
    else:
        codes = np.where(codes < _TABLE_SIZE, table.folded.take(cells), codes)
    kinds = table.kinds.take(cells)
    is_ignored = kinds == _IGNORED
    if is_ignored.any():
        return codes[~is_ignored], kinds[~is_ignored]
    return codes, kinds


def _codes_of(text: str) -> _Codes:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32)
    return np.where(codes > _LAST_IDEOGRAPH, np.uint32(_SPACE), codes)


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """What is known of each code point below the table's end; the last cell stands for the rarer ideographs above."""

    kinds: NDArray[np.uint8]
    folded: _Codes
    is_involved: NDArray[np.bool_]


@cache
def _alphabet() -> _Alphabet:
    kinds = np.zeros(_TABLE_SIZE + 1, dtype=np.uint8)
    folded = np.arange(_TABLE_SIZE + 1, dtype=np.uint32)
    is_involved = np.zeros(_TABLE_SIZE + 1, dtype=np.bool_)
    for code in range(_TABLE_SIZE):
        character = chr(code)
        category = unicodedata.category(character)
        kinds[code] = _kind(code, category)
        if category in ("Cn", "Cs", "Co") or _HAN[0] <= code <= _HAN[1] or _SYLLABLES[0] <= code <= _SYLLABLES[1]:
            continue
        plain = fold(character)
        if kinds[code] == _BREAK and not any(part.isalnum() for part in plain):
            folded[code] = _SPACE
        elif (
            len(plain) != 1 or unicodedata.combining(character) or unicodedata.normalize("NFKC", character) != character
        ):
            is_involved[code] = True
        else:
            folded[code] = ord(plain)
    is_involved[_JAMO[0] : _JAMO[1] + 1] = True
    kinds[_TABLE_SIZE] = _SINGLE
    return _Alphabet(kinds, folded, is_involved)


def _kind(code: int, category: str) -> int:
    if category == "Cf" or (category == "Mn" and _POINTED[0] <= code <= _POINTED[1]):
        return _IGNORED
    if category[0] not in "LN" and category not in ("Mc", "Mn"):
        return _BREAK
    if any(first <= code <= last for first, last in _SINGLE_RANGES):
        return _SINGLE
    if any(first <= code <= last for first, last in _HANGUL_RANGES):
        return _HANGUL
    return _LETTER
