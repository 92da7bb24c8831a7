"""What may stand between the words of a phrase.

Blanks, hyphens and apostrophes are alike, and none at all; a dot after an initial is nothing ("N. Korea"). Any other
sign of a spelling stands for itself, with blanks around it or without: `AT&T` is AT & T and not AT T.
"""

from __future__ import annotations

import re

from monitor.core.words import Prepared, normalise, split_words

_PLAIN = re.compile(r"[a-zA-Z]+(?:\*?[ -][a-zA-Z]+)*\*?\Z")
_ALIKE = " -'·"
_MAX_GAP = 3
_INITIAL = 2


def joins(text: Prepared, index: int) -> bool:
    """Whether the gap before a word of a text can lie inside a phrase."""
    gap = text.gap(index)
    return gap in {" ", "-", ""} or _is_soft(gap, text.words[index - 1])


def signs_of(spelling: str) -> list[str]:
    """For each word of a spelling the signs before it that stand for themselves, mostly none."""
    if _PLAIN.match(spelling):
        return [""] * len(spelling.replace("-", " ").split())
    parts = split_words(normalise(spelling)[0])
    signs = [""]
    for index in range(2, len(parts) - 1, 2):
        gap = parts[index].removeprefix("*")
        signs.append("" if _is_soft(gap, parts[index - 1]) else gap.replace(" ", ""))
    return signs


def _is_soft(gap: str, before: str) -> bool:
    if len(gap) > _MAX_GAP or "\n" in gap:
        return False
    if gap[:1] == ".":
        return len(before) <= _INITIAL and not gap[1:].strip(" ")
    return not gap.strip(_ALIKE)
