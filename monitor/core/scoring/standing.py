"""How a place stands: plainly, in an enumeration with third parties, as a comparison, or in a margin.

"China, Russia, Iran, and North Korea", "seperti Korea Utara" and a photo caption name a side without telling of it.
Such places keep the gate open and count as named, but earn none of the points for standing together.
"""

from __future__ import annotations

import re
from enum import Enum

from monitor.core.scoring.evidence import Evidence, Place

MAX_LIST_GAP = 24
MIN_LISTED = 3


class Standing(Enum):
    """How much a place tells."""

    PLAIN = "plain"
    LISTED = "listed"
    SIMILE = "simile"
    MARGINAL = "marginal"


_AND = (
    r"and|dan|serta|maupun|atau|juga|or|plus|the|with|и|или|та|also|und|oder|sowie|et|ou|la|le|les|el|los|las|y|e|o|i|oraz"
    r"|lub|a|og|och|en|và|hoặc|ve|veya|і|da"
)
_LIST_GAP = re.compile(
    rf"(?:['’]s)?\s*(?:(?:[,;、،，·/&+\-]|\b(?:{_AND})\b|و(?=\s|$)|[和与與及跟]|以及|[とや]|および|및|와|과|이나|그리고)\s*)+"
)

# A comparison opens right before the place, with at most a preposition between ("seperti di Korea Utara").
_PREPOSITION = r"(?:\s+(?:di|dalam|negara|in|the|в|во|на|у|à|la|le|l|en|im|dem|der|w|ở|nước))?"
_SIMILE_CUES = (
    "seperti|seperti halnya|kayak|bak|ala|layaknya|bagaikan|ibarat|serupa|mirip|gaya",
    "setertutup|seketat|sekeras|sekejam|separah|seburuk|semiskin|serepresif",  # se- makes an adjective compare
    "unlike|like|such as|akin to|similar to|à la|comme|wie|como|jak|niczym|như|giống",
    "как|словно|подобно|вроде|наподобие",
)
_SIMILE_BEFORE = re.compile(rf"(?:\b(?:{'|'.join(_SIMILE_CUES)}){_PREPOSITION}\s+[\"“«'‘]?|[像如似]|مثل\s+)$")
_AS_WELL = re.compile(r"\bтак и\b")
_SIMILE_AFTER = re.compile(
    r"(?:에서)?(?:처럼|\s?같은|\s?같이|식\b|\s?수준의?|만큼)|(?:のよう[なに]|みたい[なに]|並み)"
    r"|(?:那样|那樣|一样|一樣|式)|['’]?-(?:style|like|type)\b|\s+style\b"
)


def standings(
    evidence: Evidence, sides: dict[str, list[Place]], others: list[Place]
) -> dict[str, list[tuple[Place, Standing]]]:
    """Each side's places with their standing."""
    listed = _enumerated(evidence, sides, others)
    return {side: [(place, _standing(evidence, place, listed)) for place in places] for side, places in sides.items()}


def _standing(evidence: Evidence, place: Place, listed: set[int]) -> Standing:
    if evidence.is_marginal(place.start):
        return Standing.MARGINAL
    if _is_simile(evidence, place):
        return Standing.SIMILE
    return Standing.LISTED if place.normal_start in listed else Standing.PLAIN


def _is_simile(evidence: Evidence, place: Place) -> bool:
    normal = evidence.prepared.normal
    if _SIMILE_AFTER.match(normal, place.normal_end, place.normal_end + 12):
        return True
    before = normal[max(0, place.normal_start - 32) : place.normal_start]
    cue = _SIMILE_BEFORE.search(before)
    if cue is None:
        return False
    # "как в КНДР, так и в России" joins, it does not compare.
    return not (cue.group().startswith("как") and _AS_WELL.search(normal, place.normal_end, place.normal_end + 40))


def _enumerated(evidence: Evidence, sides: dict[str, list[Place]], others: list[Place]) -> set[int]:
    """Starts of the places that stand in an enumeration of all sides and at least one third party.

    An enumeration is a run of places with nothing but commas and words for "and" between them.
    """
    if not others:
        return set()
    named = [(place, side) for side, places in sides.items() for place in places]
    named += [(place, "") for place in others]
    named.sort(key=lambda item: item[0].normal_start)
    normal = evidence.prepared.normal
    listed: set[int] = set()
    run: list[tuple[Place, str]] = []
    for place, side in named:
        if run and not _is_list_gap(normal, run[-1][0], place):
            listed |= _listed(run, len(sides))
            run = []
        run.append((place, side))
    return listed | _listed(run, len(sides))


def _is_list_gap(normal: str, before: Place, after: Place) -> bool:
    if not 0 <= after.normal_start - before.normal_end <= MAX_LIST_GAP:
        return False
    gap = normal[before.normal_end : after.normal_start]
    if not gap.strip():  # Arabic writes "and" onto the word; elsewhere a blank alone joins nothing
        return gap != "" and normal[after.normal_start] == "و"
    return _LIST_GAP.fullmatch(gap) is not None


def _listed(run: list[tuple[Place, str]], side_count: int) -> set[int]:
    own = {side for _, side in run if side}
    third = {place.group or place.normal_start for place, side in run if not side}
    if len(own) < side_count or not third or len(own) + len(third) < MIN_LISTED:
        return set()
    return {place.normal_start for place, side in run if side}
