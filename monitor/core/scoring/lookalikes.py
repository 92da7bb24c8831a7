"""What looks like a spelling and does not count: 俄亥俄 (Ohio) for 俄 (Russia), a DPRK near Aceh, a russ in lower case.

Only told, never counted: it answers why a side was not seen where a reader sees its letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import islice

from monitor.core.scoring.evidence import Evidence, Spellings
from monitor.core.words import normalise
from monitor.model.watchlists import Alias

MAX_SHOWN = 4


def lookalikes(evidence: Evidence, spellings: Spellings, numbers: Set[int]) -> list[str]:
    """The first few places where a limit refused one of these spellings, each in words."""
    told: dict[str, None] = {}
    for hit in evidence.found.refused:
        if hit.atom in numbers:
            alias = spellings.gate.atoms[hit.atom].alias
            told.setdefault(_told(evidence, alias, hit.start, hit.end))
    return list(islice(told, MAX_SHOWN))


def _told(evidence: Evidence, alias: Alias, start: int, end: int) -> str:
    written = _as_written(evidence, start, end)
    for around in _around(evidence.prepared.normal, alias, start, end):
        return f"{_as_written(evidence, *around)} is not {alias.text}"
    if alias.not_near and (not alias.is_cased or written == alias.text):
        return f"{written} near {', '.join(alias.not_near[:3])} or the like does not count"
    return f"{written} is not {alias.text}"


def _around(normal: str, alias: Alias, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the longer words stand that the place lies in."""
    for longer in alias.excluding:
        wanted = normalise(longer)[0]
        place = normal.find(wanted, max(0, end - len(wanted)), start + len(wanted))
        if 0 <= place <= start and place + len(wanted) >= end:
            yield place, place + len(wanted)


def _as_written(evidence: Evidence, start: int, end: int) -> str:
    first, last = evidence.prepared.raw_span(start, end)
    return " ".join(evidence.raw[first:last].split())
