"""Text as arrays: code points, tokens and character n-grams as 64-bit numbers, the same on every machine.

Owns: how a text is folded (NFKC, then case-folded), where a token begins and ends in each script, and how tokens and
n-grams become numbers. Refuses: any judgement of likeness (see `similarity`, `stories`).

Everything is done on whole arrays, because one hash call a shingle costs more than all the rest. A token's number is
the sum of one pseudo-random number per (character, place in the token): Zobrist hashing (Zobrist 1970) with the
SplitMix64 finaliser (Steele, Lea, Flood 2014) in place of a table. Python's own `hash` is salted and never used.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
_Codes = NDArray[np.uint32]

_BREAK, _LETTER, _HANGUL, _SINGLE, _IGNORED, _INVOLVED = range(6)
_TABLE_SIZE = 0x20000
_LAST_IDEOGRAPH = 0x3FFFF
_SPACE = 32
# A character in one number: its kind above, its folded form below.
_KIND_BITS = 24
_ONE_KIND = 1 << _KIND_BITS
_CODE = _ONE_KIND - 1

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


def _constant(number: int) -> Numbers:
    """As an array without dimensions, which costs half of what a scalar does to compute with."""
    return np.array(number, np.uint64)


_GAMMA, _MIX_1, _MIX_2 = map(_constant, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_27, _30, _31 = map(_constant, (27, 30, 31))
_CHAIN = _constant(0xD6E8FEB86659FD93)
# Latin to Hebrew, in words of usual length: for these the pseudo-random numbers are kept in a table after all.
_ZOBRIST_CODES = 0x600
_ZOBRIST_PLACES = 32
_UNUSUAL = 0xFFFF


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
    mixed: Numbers = numbers + _GAMMA
    mixed ^= mixed >> _30
    mixed *= _MIX_1
    mixed ^= mixed >> _27
    mixed *= _MIX_2
    mixed ^= mixed >> _31
    return mixed


def tokens(text: str) -> Tokens:
    """The tokens of a text: runs of letters and digits, or single characters where a script writes no spaces."""
    usual = _usual_numbers(text)
    if usual is not None:
        return _of_alphabets(usual)
    packed = _packed(f" {text} ")
    if packed is None:
        return _any_tokens(text)
    eves, ends = _words(packed >= _ONE_KIND)
    begins = np.zeros(len(packed), np.int64)
    begins[eves + 1] = eves + 1
    places = np.arange(len(packed)) - np.maximum.accumulate(begins)
    sums = mix(((packed & _CODE) | (places << 32)).view(np.uint64)).cumsum()
    return _of_alphabets(mix(sums[ends] - sums[eves]))


def _usual_numbers(text: str) -> Numbers | None:
    """`numbers_of_all` for one text: six calls less."""
    codes = np.frombuffer(f" {text} ".encode("utf-16-le", "surrogatepass"), "<u2")
    letters = _usual_letters().take(codes)
    # Beyond the basic plane a character is two numbers, each of which looks like a gap.
    if letters.max() == _UNUSUAL or len(codes) != len(text) + 2:
        return None
    eves, ends = _words(letters != 0)
    is_overlong = len(eves) and (ends - eves).max() > _ZOBRIST_PLACES
    return None if is_overlong else _looked_up(letters, eves, ends)


def numbers_of_all(texts: Sequence[str]) -> tuple[Numbers, list[int], list[bool]]:
    """The `numbers` of many texts in one array: text i's lie at [places[i]:places[i + 1]], if is_right[i].

    Those beyond the alphabets of the first tables or with overlong words are for `tokens`.
    """
    coded = [text.encode("utf-16-le", "surrogatepass") for text in texts]
    codes = np.frombuffer(b" \0".join([b"", *coded, b""]), "<u2")
    gaps = np.array([0, *accumulate(len(one) // 2 + 1 for one in coded)])
    letters = _usual_letters().take(codes)
    is_right = np.maximum.reduceat(letters, gaps[:-1]) != _UNUSUAL
    is_right &= np.diff(gaps) == np.array([len(text) + 1 for text in texts])
    eves, ends = _words(letters != 0)
    overlong = eves[ends - eves > _ZOBRIST_PLACES]
    is_right[gaps.searchsorted(overlong, "right") - 1] = False
    return _looked_up(letters, eves, ends), eves.searchsorted(gaps).tolist(), is_right.tolist()


def _looked_up(letters: NDArray[np.int64], eves: NDArray[np.intp], ends: NDArray[np.intp]) -> Numbers:
    """The number of each word; `letters` are used up."""
    # All characters of a place stand together in the table, and a word's first place is 0.
    letters += np.arange(0, len(letters) * _ZOBRIST_CODES, _ZOBRIST_CODES)
    begins = np.zeros(len(letters), np.int64)
    starts = eves + 1
    begins[starts] = starts * _ZOBRIST_CODES
    letters -= np.maximum.accumulate(begins, out=begins)
    sums = _zobrist().take(letters, mode="clip").cumsum()
    return mix(sums.take(ends) - sums.take(eves))


def _words(is_word: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The place before each word, and that of its last character; a gap stands at both ends, so they take turns."""
    edges = (is_word[1:] != is_word[:-1]).nonzero()[0]
    return edges[::2], edges[1::2]


def _of_alphabets(numbers: Numbers) -> Tokens:
    return Tokens(numbers, np.zeros(len(numbers), np.bool_))


def _any_tokens(text: str) -> Tokens:
    """The same for texts with scripts that write no spaces, with characters to be left out or folded to several."""
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
        chained *= _CHAIN
        chained += numbers[step : step + count]
    return mix(chained)


def grams(text: str) -> tuple[Numbers, NDArray[np.intp]]:
    """Character n-grams with the place each begins at in `words_of(text)`'s joined form.

    Four characters inside one word, its borders counted as a space ("␣put", "puti", …); two where a character is a
    syllable or more (Hangul, Han, kana, Thai).
    """
    packed = _packed(f" {text} ")
    if packed is None or packed.max() >= _HANGUL << _KIND_BITS:
        return _any_grams(text)
    wide = _unpacked(packed).view(np.uint64)
    if len(wide) < 4:
        return np.empty(0, np.uint64), np.empty(0, np.intp)
    is_letter = wide != _SPACE
    at = np.flatnonzero(is_letter[1:-2] & is_letter[2:-1])
    chained = wide[:-3] + np.uint64(4)
    for step in range(1, 4):
        chained *= _CHAIN
        chained += wide[step : len(wide) - 3 + step]
    return mix(chained[at]), at


def _any_grams(text: str) -> tuple[Numbers, NDArray[np.intp]]:
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
    return _text(_spaced_codes(text))


def numbered_words(text: str) -> tuple[list[str], NDArray[np.intp]]:
    """The words of `words_of(text)`, and for each place in it the number of its word; a space is the next one's."""
    codes = _spaced_codes(text)
    return _text(codes).split(), (codes == _SPACE).cumsum() - 1


def _spaced_codes(text: str) -> _Codes:
    packed = _packed(f" {text} ")
    return _spaced(text)[0] if packed is None else _unpacked(packed).astype(np.uint32)


def _unpacked(packed: NDArray[np.int64]) -> NDArray[np.int64]:
    """Folded characters with every gap as one space."""
    return packed[_is_kept(packed < _ONE_KIND)] & _CODE


def _text(codes: _Codes) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _gram_numbers(wide: Numbers, at: NDArray[np.intp], width: int) -> Numbers:
    chained = wide[at] + np.uint64(width)
    for step in range(1, width):
        chained = chained * _CHAIN + wide[at + step]
    return mix(chained)


def _spaced(text: str) -> tuple[_Codes, NDArray[np.uint8]]:
    codes, kinds = _classified(f" {text} ")
    is_break = kinds == _BREAK
    kept = _is_kept(is_break)
    return np.where(is_break, np.uint32(_SPACE), codes)[kept], kinds[kept]


def _is_kept(is_break: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Everything but the breaks that follow a break."""
    kept = ~is_break
    kept[1:] |= kept[:-1].copy()
    kept[:1] = True
    return kept


def _packed(text: str) -> NDArray[np.int64] | None:
    """Kind and folded form of each character in one number; None where a character needs more than a look-up.

    That is one that folds to several or may join its neighbour, one to be left out, a rare ideograph, or one that is
    a token of its own.
    """
    codes = _codes_of(text)
    if codes.max() >= _TABLE_SIZE:
        return None
    packed = _alphabet().packed.take(codes)
    return None if packed.max() >= _SINGLE << _KIND_BITS else packed


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
    codes: _Codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    if len(codes) and codes.max() > _LAST_IDEOGRAPH:
        return np.where(codes > _LAST_IDEOGRAPH, np.uint32(_SPACE), codes)
    return codes.astype(np.uint32, copy=False)


@cache
def _usual_letters() -> NDArray[np.int64]:
    """The folded form of each character of the basic plane that `_zobrist` knows, 0 for a gap, else `_UNUSUAL`."""
    packed = _alphabet().packed[: _UNUSUAL + 1]
    letters = np.where((packed - _ONE_KIND) < _ZOBRIST_CODES, packed - _ONE_KIND, _UNUSUAL)
    letters[packed < _ONE_KIND] = 0
    return letters


@cache
def _zobrist() -> Numbers:
    """The number of each (character, place in the token), all characters of a place together."""
    places = np.arange(_ZOBRIST_PLACES, dtype=np.uint64)[:, None] << np.uint64(32)
    return mix((places | np.arange(_ZOBRIST_CODES, dtype=np.uint64)).ravel())


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """What is known of each code point below the table's end; the last cell stands for the rarer ideographs above."""

    kinds: NDArray[np.uint8]
    folded: _Codes
    is_involved: NDArray[np.bool_]
    packed: NDArray[np.int64]


@cache
def _alphabet() -> _Alphabet:
    kinds = np.zeros(_TABLE_SIZE + 1, dtype=np.uint8)
    folded = np.arange(_TABLE_SIZE + 1, dtype=np.uint32)
    is_involved = np.zeros(_TABLE_SIZE + 1, dtype=np.bool_)
    spaceless, hangul = _codes_in(_SINGLE_RANGES), _codes_in(_HANGUL_RANGES)
    for code in range(_TABLE_SIZE):
        character = chr(code)
        category = unicodedata.category(character)
        if category in ("Cn", "Co", "Cs"):
            continue
        kind = _kind(code, category)
        if kind == _LETTER and code in spaceless:
            kind = _SINGLE
        elif kind == _LETTER and code in hangul:
            kind = _HANGUL
        kinds[code] = kind
        if _HAN[0] <= code <= _HAN[1] or _SYLLABLES[0] <= code <= _SYLLABLES[1]:
            continue
        plain = fold(character)
        if kind == _BREAK and not any(part.isalnum() for part in plain):
            folded[code] = _SPACE
        elif (
            len(plain) != 1 or unicodedata.combining(character) or unicodedata.normalize("NFKC", character) != character
        ):
            is_involved[code] = True
        else:
            folded[code] = ord(plain)
    is_involved[_JAMO[0] : _JAMO[1] + 1] = True
    kinds[_TABLE_SIZE] = _SINGLE
    highest = np.where(is_involved, _INVOLVED, kinds).astype(np.int64)
    packed = np.where(highest == _BREAK, _SPACE, highest << _KIND_BITS | folded)
    return _Alphabet(kinds, folded, is_involved, packed)


def _codes_in(ranges: Iterable[tuple[int, int]]) -> frozenset[int]:
    return frozenset(code for first, last in ranges for code in range(first, last + 1))


def _kind(code: int, category: str) -> int:
    if category == "Cf" or (category == "Mn" and _POINTED[0] <= code <= _POINTED[1]):
        return _IGNORED
    if category[0] not in "LN" and category not in ("Mc", "Mn"):
        return _BREAK
    return _LETTER
