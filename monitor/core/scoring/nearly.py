"""Words of a text that are written almost as a known spelling: another ending, a letter more, less or other.

They are suggestions for a person, never matches: "Pyongyan" and "Putina" may be meant, "Putih" is not. Only names in
alphabets with capitals are compared, only with words that are capitalised too and begin with the same letter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.core.words import normalise
from monitor.model.watchlists import Alias

MAX_CHARS = 4000
"""The part of a text that is looked through."""
MIN_LETTERS, LONG = 5, 8
"""Shorter names have neighbours of every kind; in names of `LONG` letters two may differ, else one."""
MAX_ENDING = 3
MAX_WORDS = 3

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A stretch of the text, and the spelling that it resembles; `distance` counts letters, endings cost half."""

    text: str
    like: str
    distance: float


def near_misses(text: str, aliases: Iterable[Alias]) -> list[NearMiss]:
    """The nearest stretches of a text to any of the spellings, best first, each stretch once."""
    wanted = _by_start(aliases)
    if not wanted:
        return []
    words = list(_WORD.finditer(text, 0, MAX_CHARS))
    found: dict[str, NearMiss] = {}
    for size in range(1, MAX_WORDS + 1):
        for first, last in zip(words, words[size - 1 :], strict=False):
            stretch = text[first.start() : last.end()]
            if not stretch[0].isupper() or "\n" in stretch:
                continue
            written = normalise(stretch)[0]
            for known, alias in wanted.get((size, written[0]), ()):
                distance = _distance(written, known)
                before = found.get(stretch)
                if distance and (before is None or distance < before.distance):
                    found[stretch] = NearMiss(stretch, alias, distance)
    return sorted(found.values(), key=lambda miss: (miss.distance, -len(miss.text)))


def _by_start(aliases: Iterable[Alias]) -> dict[tuple[int, str], list[tuple[str, str]]]:
    """(number of words, first letter) → the spellings that begin so, in normal form and as written."""
    wanted: dict[tuple[int, str], list[tuple[str, str]]] = defaultdict(list)
    for alias in aliases:
        text = alias.text.replace("*", "")
        size = len(_WORD.findall(text))
        letters = sum(map(str.isalpha, text))
        if 0 < size <= MAX_WORDS and letters >= MIN_LETTERS and text[0].isupper() and not alias.is_cased:
            normal = normalise(text)[0]
            wanted[size, normal[0]].append((normal, alias.text))
    return wanted


def _distance(written: str, known: str) -> float:
    """How far the two are apart, 0 where they are equal or too far."""
    longer = len(written) - len(known)
    if 0 < longer <= MAX_ENDING and written.startswith(known):
        return longer / 2
    allowed = 2 if len(known) >= LONG else 1
    return _edits(written, known, allowed) if abs(longer) <= allowed and written != known else 0


def _edits(one: str, other: str, allowed: int) -> int:
    """Letters to put in, take out or change (Levenshtein 1965); 0 for more than allowed."""
    before = list(range(len(other) + 1))
    for row, char in enumerate(one, 1):
        now = [row]
        for column, wanted in enumerate(other, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (char != wanted)))
        if min(now) > allowed:
            return 0
        before = now
    return before[-1] if before[-1] <= allowed else 0
