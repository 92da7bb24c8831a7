"""The sentence that carries the best evidence, as it stands in the article."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.core.scoring.evidence import Evidence, Place
from monitor.model.watchlists import Field

MAX_QUOTE = 400


def best_quote(evidence: Evidence, sides: Iterable[list[Place]], pairs: Iterable[int], boosts: Iterable[Place]) -> str:
    """The best sentence of summary or body, the title where those say nothing; a verbatim stretch of the article.

    First comes a sentence in which the sides stand close together (`pairs` are their numbers), then one that names
    more sides, then one with more of the boosting terms, then the earlier one. At most 400 characters, cut at words.
    """
    rank: dict[int, list[float]] = {}
    close = set(pairs)
    for places in sides:
        for number in {evidence.sentence_at(place.start) for place in places if _is_quotable(place)}:
            entry = rank.setdefault(number, [number in close, 0, 0, -number])
            entry[1] += 1
    for number in {evidence.sentence_at(place.start) for place in boosts if _is_quotable(place)} & rank.keys():
        rank[number][2] += 1
    if not rank:
        return evidence.article.title[:MAX_QUOTE]
    best = max(rank, key=lambda number: rank[number])
    anchors = [place.start for places in sides for place in places if evidence.sentence_at(place.start) == best]
    return _cut(evidence, best, anchors)


def _is_quotable(place: Place) -> bool:
    return place.field not in {Field.TITLE, Field.URL}


def _cut(evidence: Evidence, number: int, anchors: list[int]) -> str:
    start, end = evidence.sentence_span(number)
    if end - start <= MAX_QUOTE:
        return evidence.raw[start:end]
    centre = min(anchors)
    begin = max(start, min(centre - MAX_QUOTE // 4, end - MAX_QUOTE))
    text = evidence.raw[begin : begin + MAX_QUOTE]
    if begin > start:
        blank = text.find(" ", 0, MAX_QUOTE // 8)
        text = text[blank + 1 :] if blank >= 0 else text
    if begin + MAX_QUOTE < end:
        blank = text.rfind(" ", MAX_QUOTE * 7 // 8)
        text = text[:blank] if blank >= 0 else text
    return text.strip()
