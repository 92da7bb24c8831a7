"""How a place stands: plainly, in an enumeration with third parties, as a comparison, in a medium's name, in a margin.

"China, Russia, Iran, and North Korea", "seperti Korea Utara", "Radio Moscow", "the US ambassador to Russia" and a photo
caption name a side without telling of it. Such places keep the gate open and count as named, but earn none of the
points for standing together.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from monitor.core.margins import MarginKind
from monitor.core.scoring import cues, cues_unspaced
from monitor.core.scoring.evidence import Evidence, Place
from monitor.model.watchlists import Field

MAX_LIST_GAP = 24
MIN_LISTED = 3
MAX_BEFORE = 64
"""How far before a place a cue may begin."""
MAX_AFTER = 40
MAX_PREPOSITION = 14
_UNSPACED = "\u0590"
"""From here on stand letters of other scripts than the Latin, Greek and Cyrillic ones."""
MAX_HERE = 1000
"""How far into the body "here" and "returned home" are looked for."""


class Standing(Enum):
    """How much a place tells."""

    PLAIN = "plain"
    BACKGROUND = "background"
    """In a sentence that looks back ("Earlier, …"): tells of a relation, but not that this is today's news."""
    AT_HOME = "at home"
    """The dateline's place, where the text says "here" of the other side's people."""
    LISTED = "listed"
    GROUPED = "grouped"
    """Joined with a third party only ("China and Russia")."""
    SIMILE = "simile"
    POSTED = "posted"
    """Where a third party's envoy sits ("the US ambassador to Russia")."""
    SOURCE = "source"
    """In the name of a medium or an attribution to one."""
    MARGINAL = "marginal"


_AND = (
    r"and|dan|serta|maupun|atau|juga|or|plus|the|with|и|или|та|also|und|oder|sowie|et|ou|la|le|les|el|los|las|y|e|o|i|oraz"
    r"|lub|a|og|och|en|và|hoặc|ve|veya|і|da"
)
_LIST_GAP = re.compile(rf"(?:['’]s)?\s*(?:(?:[,;、،，·/&+\-]|\b(?:{_AND})\b|{cues_unspaced.AND})\s*)+")
_JOINED = re.compile(rf"[/&]|(?<=\S)-(?=\S)|\b(?:{_AND})\b|{cues_unspaced.JOINED.pattern}")


_Named = tuple[Place, str]
"""A place with its side, empty for a third party."""


def standings(
    evidence: Evidence, sides: dict[str, list[Place]], others: list[Place]
) -> dict[str, list[tuple[Place, Standing]]]:
    """Each side's places with their standing."""
    return _Reading(evidence, sides, others).standings()


@dataclass
class _Reading:
    """One article's places while their standing is told."""

    evidence: Evidence
    sides: Mapping[str, list[Place]]
    others: list[Place]

    def standings(self) -> dict[str, list[tuple[Place, Standing]]]:
        joined = _enumerated(self.evidence, self.sides, self.others)
        found = {side: [self._standing(place, joined) for place in places] for side, places in self.sides.items()}
        for side, places in found.items():
            if all(standing is Standing.MARGINAL for _, standing in places):
                found[side] = self._at_home(side, places, found)
        return found

    def _standing(self, place: Place, joined: Mapping[int, Standing]) -> tuple[Place, Standing]:
        if self.evidence.is_marginal(place.start):
            return place, Standing.MARGINAL
        around = self._by_cue(place)
        if around is not None:
            return place, around
        if place.normal_start in joined:
            return place, joined[place.normal_start]
        if place.is_early and self._is_background(place):
            return replace(place, is_early=False), Standing.BACKGROUND
        return place, Standing.PLAIN

    def _by_cue(self, place: Place) -> Standing | None:
        normal = self.evidence.prepared.normal
        start, end = place.normal_start, place.normal_end
        before = normal[max(0, start - MAX_BEFORE) : start].rpartition("\n")[2]
        # Most places have no cue beside them: a look at how the words around begin spares the searches.
        begin, follow = cues.beginnings(before), cues.beginnings(normal[end : end + MAX_AFTER])
        # Cues are of the name's own script, or of what is written onto it ("Putin처럼").
        is_unspaced = normal[start] >= _UNSPACED or normal[end : end + 1] >= _UNSPACED
        if is_unspaced and _is_simile_unspaced(normal, start, end, before):
            return Standing.SIMILE
        may_compare = not cues.SIMILE_BEGINNINGS.isdisjoint(begin)
        if cues.SIMILE_AFTER.match(normal, end, end + 16) or (may_compare and _is_compared(normal, end, before)):
            return Standing.SIMILE
        if (
            (not cues.MEDIUM_BEGINNINGS.isdisjoint(follow) and cues.MEDIUM_AFTER.match(normal, end, end + MAX_BEFORE))
            or (not cues.MEDIUM_BEGINNINGS.isdisjoint(begin) and cues.MEDIUM_BEFORE.search(before))
            or (is_unspaced and _is_medium_unspaced(normal, end, before))
        ):
            return Standing.SOURCE
        if self.others and cues.POSTED_TO.search(before[-MAX_PREPOSITION:]) and self._is_posted(start, before):
            return Standing.POSTED
        return None

    def _is_posted(self, start: int, before: str) -> bool:
        """Whether a third party's envoy is named right before, and no side."""
        begin = start - len(re.split("[.!?;]", before)[-1])
        return (
            cues.ENVOY.search(before, begin - start + len(before)) is not None
            and _any_within(self._other_starts, begin, start)
            and not _any_within(self._side_starts, begin, start)
        )

    @cached_property
    def _other_starts(self) -> list[int]:
        return [place.normal_start for place in self.others]

    @cached_property
    def _side_starts(self) -> list[int]:
        return sorted(place.normal_start for places in self.sides.values() for place in places)

    def _is_background(self, place: Place) -> bool:
        evidence = self.evidence
        start, end = evidence.sentence_span(evidence.sentence_at(place.start))
        raw = evidence.raw
        if not cues.BACKGROUND_BEGINNINGS.isdisjoint(cues.beginnings(raw[start : start + 4].casefold())[:1]):
            return cues.BACKGROUND.match(raw, start, end) is not None
        return raw[start] > "\u0590" and cues_unspaced.BACKGROUND.match(raw, start, end) is not None

    def _at_home(
        self, side: str, places: list[tuple[Place, Standing]], found: Mapping[str, list[tuple[Place, Standing]]]
    ) -> list[tuple[Place, Standing]]:
        """The dateline's place, if the text says "here" of the other sides' people and of nobody else's.

        "Pyongyang, 31 August -- A Russian delegation arrived here" tells of both; the dateline is the teller's.
        """
        evidence = self.evidence
        home = [place for place, _ in places if evidence.margin_at(place.start) is MarginKind.DATELINE]
        if not home or any(_is_top(place) and not evidence.is_marginal(place.start) for place in self.others):
            return places
        for other, theirs in found.items():
            if other != side and not any(_is_top(place) and standing is Standing.PLAIN for place, standing in theirs):
                return places
        if not cues.HERE.search(evidence.raw, evidence.text_at, min(evidence.url_at, evidence.text_at + MAX_HERE)):
            return places
        return [(place, Standing.AT_HOME if place in home else standing) for place, standing in places]


def _any_within(starts: list[int], begin: int, end: int) -> bool:
    index = bisect_left(starts, begin)
    return index < len(starts) and starts[index] < end


def _is_top(place: Place) -> bool:
    return place.field is Field.TITLE or place.is_early


def _is_simile_unspaced(normal: str, start: int, end: int, before: str) -> bool:
    return bool(
        cues_unspaced.SIMILE_AFTER.match(normal, end, end + 12)
        or cues_unspaced.SIMILE_BEFORE.search(before)
        or cues_unspaced.LIKE_PREFIX.match(normal, start)
    )


def _is_medium_unspaced(normal: str, end: int, before: str) -> bool:
    return bool(
        cues_unspaced.MEDIUM_AFTER.match(normal, end, end + MAX_BEFORE) or cues_unspaced.MEDIUM_BEFORE.search(before)
    )


def _is_compared(normal: str, end: int, before: str) -> bool:
    """Whether the text before a place that ends at `end` compares something with it."""
    cue = cues.SIMILE_BEFORE.search(before)
    if cue is None:
        return False
    if cues.HOW.match(cue.group()) and not before[: cue.start()].rstrip(" \"“«'„.:!?-"):
        return False
    # "как в КНДР, так и в России" joins, it does not compare.
    return not (cue.group().startswith("как") and cues.AS_WELL.search(normal, end, end + 40))


def _enumerated(evidence: Evidence, sides: Mapping[str, list[Place]], others: list[Place]) -> dict[int, Standing]:
    """Starts of the places that stand in an enumeration with a third party: LISTED with all sides, GROUPED with one.

    An enumeration is a run of places with nothing but commas and words for "and" between them.
    """
    named = [(place, side) for side, places in sides.items() for place in places]
    named += [(place, "") for place in others]
    named.sort(key=lambda item: item[0].normal_start)
    normal = evidence.prepared.normal
    found: dict[int, Standing] = {}
    run: list[_Named] = []
    for place, side in named:
        if run and not _is_list_gap(normal, run[-1], (place, side)):
            found |= _of_run(normal, run, len(sides))
            run = []
        run.append((place, side))
    return found | _of_run(normal, run, len(sides))


def _is_list_gap(normal: str, before: _Named, after: _Named) -> bool:
    """Whether nothing but what joins a list, or two names of one member of it, stands between two places."""
    start, end = before[0].normal_end, after[0].normal_start
    if not 0 <= end - start <= MAX_LIST_GAP:
        return False
    gap = normal[start:end]
    if before[1] == after[1] and before[0].group != after[0].group and cues_unspaced.APPOSITION.fullmatch(gap):
        return not normal[start - 1].isascii()
    if not gap.strip():  # Arabic writes "and" onto the word, Thai parts with blanks; elsewhere a blank joins nothing
        if not gap:  # a headline's label: "北中러"
            return max(before[0].normal_end - before[0].normal_start, after[0].normal_end - end) == 1
        return normal[end] == "و" or cues_unspaced.THAI.match(normal, end) is not None
    return _LIST_GAP.fullmatch(gap) is not None or cues_unspaced.LIST_GAP.fullmatch(gap) is not None


def _of_run(normal: str, run: list[_Named], side_count: int) -> dict[int, Standing]:
    own = {side for _, side in run if side}
    third: set[str | int] = {place.group or place.normal_start for place, side in run if not side}
    if cues_unspaced.ET_CETERA.match(normal, run[-1][0].normal_end):
        third.add("and others")
    if not own or not third:
        return {}
    if len(own) == side_count:
        kind = Standing.LISTED if len(own) + len(third) >= MIN_LISTED else None
    else:  # one comma joins an apposition as well ("In Washington, Russia said")
        joint = normal[run[0][0].normal_end : run[-1][0].normal_start]
        kind = Standing.GROUPED if len(third) > 1 or _JOINED.search(joint) else None
    return {place.normal_start: kind for place, side in run if side} if kind else {}
