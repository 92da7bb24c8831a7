"""Signals from where the sides of a watchlist stand: the same for every language and every watchlist.

A relation (two sides or more) is scored by `relation_signals`, a topic (one side or none) by `topic_signals`; the
points are those of `weights`. Every signal says what it saw, in hits and in one printable line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from monitor.core.scoring import weights as w
from monitor.core.scoring.conditions import first_window
from monitor.core.scoring.evidence import Evidence, Place
from monitor.core.scoring.standing import Standing
from monitor.model.watchlists import Field, Signal

MAX_HITS = 6
"""Hits shown with one signal."""
MAX_SHOWN = 4
"""Wordings shown with one signal."""

LABELS: Mapping[str, Mapping[str, str]] = {
    "named": {"en": "named in the article", "id": "disebut dalam artikel"},
    "in_title": {"en": "in the headline", "id": "di judul"},
    "all_in_title": {"en": "together in the headline", "id": "bersama di judul"},
    "title_x_lead": {"en": "in headline and opening paragraph", "id": "di judul dan paragraf pembuka"},
    "in_lead": {"en": "in the opening paragraph", "id": "di paragraf pembuka"},
    "all_in_lead": {"en": "together in the opening paragraph", "id": "bersama di paragraf pembuka"},
    "opening": {"en": "in the first words of the text", "id": "di kata-kata pertama teks"},
    "near": {"en": "close together", "id": "disebut berdekatan"},
    "near_in_lead": {"en": "close together in the opening paragraph", "id": "disebut berdekatan di paragraf pembuka"},
    "near_in_body": {"en": "close together further down", "id": "disebut berdekatan di bagian selanjutnya"},
    "pair_sentences": {"en": "together in further sentences", "id": "bersama di kalimat lain"},
    "mentions": {"en": "named again and again", "id": "disebut berulang kali"},
    "apart": {"en": "never close together", "id": "tidak pernah berdekatan"},
    "listed": {"en": "together only in a list", "id": "bersama hanya dalam daftar"},
    "grouped": {"en": "only beside another country", "id": "hanya bersama negara lain"},
    "foreign": {"en": "another country in the headline", "id": "negara lain di judul"},
    "crowd": {"en": "many other countries at the top", "id": "banyak negara lain di awal"},
    "simile": {"en": "only as a comparison", "id": "hanya sebagai perbandingan"},
    "posted": {"en": "only as an envoy's post", "id": "hanya sebagai pos duta"},
    "source": {"en": "only in the name of a medium", "id": "hanya dalam nama media"},
    "marginal": {
        "en": "only in captions, datelines or links",
        "id": "hanya di keterangan foto, titimangsa, atau tautan",
    },
    "passing": {"en": "only in passing", "id": "hanya sepintas"},
}


def signal(
    evidence: Evidence, name: str, points: float, text: str, places: Iterable[Place] = (), *, of: str = ""
) -> Signal:
    """A structural signal; `of` is the side it speaks of."""
    hits = tuple(evidence.hit(place) for place in islice(places, MAX_HITS))
    full = f"{name}:{of}" if of else name
    return Signal(name=full, points=w.quarters(points), evidence=text, hits=hits, label=LABELS[name])


@dataclass(frozen=True)
class Sides:
    """The sides' places with their standing, sorted into title, lead and rest."""

    evidence: Evidence
    standings: Mapping[str, list[tuple[Place, Standing]]]
    others: list[Place]

    def of(self, side: str, *wanted: Standing) -> list[Place]:
        """A side's places of some standings."""
        return [place for place, standing in self.standings[side] if standing in wanted]

    @cached_property
    def plain(self) -> dict[str, list[Place]]:
        """Each side's places that tell of it."""
        telling = (Standing.PLAIN, Standing.BACKGROUND, Standing.AT_HOME)
        return {side: self.of(side, *telling) for side in self.standings}

    @cached_property
    def in_title(self) -> dict[str, list[Place]]:
        """Each side's plain places in the title."""
        return {side: [p for p in places if p.field is Field.TITLE] for side, places in self.plain.items()}

    @cached_property
    def in_lead(self) -> dict[str, list[Place]]:
        """Each side's plain places in the lead."""
        return {side: [p for p in places if p.is_early] for side, places in self.plain.items()}

    @cached_property
    def pairs(self) -> dict[int, tuple[Place, ...]]:
        """Sentence → one plain place of every side in it, where all are in it within `NEAR_WORDS`."""
        evidence = self.evidence
        by_sentence: dict[int, dict[str, list[Place]]] = {}
        for side, places in self.plain.items():
            for place in places:
                by_sentence.setdefault(evidence.sentence_at(place.start), {}).setdefault(side, []).append(place)
        found: dict[int, tuple[Place, ...]] = {}
        for sentence, sides in sorted(by_sentence.items()):
            if len(sides) == len(self.plain):
                window = first_window(evidence, list(sides.values()), words=w.NEAR_WORDS)
                if window:
                    found[sentence] = window
        return found


def relation_signals(sides: Sides) -> list[Signal]:
    """The signals of a relation, as a reader asks: where, how close, how often, and what speaks against it."""
    evidence = sides.evidence
    firsts = [places[0][0] for places in sides.standings.values() if places]
    found = [signal(evidence, "named", w.NAMED, _shown(evidence, firsts), firsts)]
    found += _title_and_lead(sides)
    found += _closeness(sides)
    found += _repetition(sides)
    found += _doubts(sides)
    return found


def _title_and_lead(sides: Sides) -> Iterator[Signal]:
    evidence = sides.evidence
    title = {side: places for side, places in sides.in_title.items() if places}
    lead = {side: places for side, places in sides.in_lead.items() if places}
    for side, points in _shared(title, w.SIDE_IN_TITLE):
        yield signal(evidence, "in_title", points, _shown(evidence, title[side]), title[side], of=side)
    if len(title) == len(sides.plain):
        firsts = [places[0] for places in title.values()]
        yield signal(evidence, "all_in_title", w.ALL_IN_TITLE, _shown(evidence, firsts), firsts)
    elif title and len(title | lead) == len(sides.plain):
        firsts = [places[0] for places in title.values()] + [p[0] for side, p in lead.items() if side not in title]
        yield signal(evidence, "title_x_lead", w.TITLE_X_LEAD, _shown(evidence, firsts), firsts)
    for side, points in _shared(lead, w.SIDE_IN_LEAD):
        yield signal(evidence, "in_lead", points, _shown(evidence, lead[side]), lead[side], of=side)
    if len(lead) == len(sides.plain):
        firsts = [places[0] for places in lead.values()]
        yield signal(evidence, "all_in_lead", w.ALL_IN_LEAD, _shown(evidence, firsts), firsts)
    opening = [
        [p for p in places if evidence.sentence_at(p.start) in evidence.opening] for places in sides.plain.values()
    ]
    if all(opening):
        firsts = [places[0] for places in opening]
        yield signal(evidence, "opening", w.OPENING, _shown(evidence, firsts), firsts)


def _shared(sides: Mapping[str, list[Place]], points: float) -> list[tuple[str, float]]:
    """The points of two sides at most: a third earns none."""
    return [(side, points) for side in islice(sides, 2)]


def _closeness(sides: Sides) -> Iterator[Signal]:
    evidence, pairs = sides.evidence, sides.pairs
    early = {number: pair for number, pair in pairs.items() if all(map(_is_top, pair))}
    first = {number: pair for number, pair in early.items() if number in evidence.opening}
    for name, points, some in (
        ("near", w.NEAR_OPENING, first),
        ("near_in_lead", w.NEAR_LEAD, early),
        ("near_in_body", w.NEAR_BODY, pairs),
    ):
        if some:
            closest = sorted(
                min(some.values(), key=lambda pair: _span(evidence, pair)), key=lambda place: place.normal_start
            )
            text = f"{_shown(evidence, closest)}, {_words(_span(evidence, closest))} apart"
            yield signal(evidence, name, points, text, closest)
            break
    further = len(pairs) - 1
    if further > 0:
        points = min(further * w.PAIR_SENTENCE, w.PAIR_SENTENCES_MAX)
        places = [place for pair in islice(pairs.values(), 1, None) for place in pair]
        yield signal(evidence, "pair_sentences", points, f"{further} more", places)


def _repetition(sides: Sides) -> Iterator[Signal]:
    counts = {side: len(places) + len(sides.of(side, Standing.LISTED)) for side, places in sides.plain.items()}
    least = min(counts.values())
    if least > 1:
        points = min((least - 1) * w.MENTION, w.MENTIONS_MAX)
        text = ", ".join(f"{side} {count}×" for side, count in counts.items())
        yield signal(sides.evidence, "mentions", points, text)


def _doubts(sides: Sides) -> Iterator[Signal]:
    """What speaks against the article; each takes points, none vetoes."""
    evidence = sides.evidence
    listed = [sides.of(side, Standing.LISTED) for side in sides.standings]
    if not sides.pairs:
        if all(listed):
            places = [places[0] for places in listed]
            yield signal(evidence, "listed", w.LISTED, _shown(evidence, places), places)
        elif not _is_together(sides):
            yield signal(evidence, "apart", w.APART, f"never within {w.NEAR_WORDS} words in one sentence")
    groups = {p.group or evidence.raw[p.start : p.end].casefold(): p for p in reversed(sides.others) if _is_top(p)}
    if len(groups) > w.CROWD_FREE:
        points = max(w.CROWD * (len(groups) - w.CROWD_FREE), w.CROWD_MAX)
        yield signal(evidence, "crowd", points, ", ".join(sorted(groups)), groups.values())
    foreign = [place for place in sides.others if place.field is Field.TITLE]
    if foreign and not all(sides.in_title.values()):
        yield signal(evidence, "foreign", w.FOREIGN, _shown(evidence, foreign), foreign)
    for side in sides.standings:
        yield from _doubts_about(sides, side)


def _doubts_about(sides: Sides, side: str) -> Iterator[Signal]:
    evidence = sides.evidence
    compared = [p for p in sides.of(side, Standing.SIMILE) if _is_top(p)]
    solid = sorted(
        [*sides.plain[side], *sides.of(side, Standing.LISTED, Standing.GROUPED)], key=lambda place: place.start
    )
    # A comparison in the headline sets the tone: what follows repeats it.
    by_title = any(place.field is Field.TITLE for place in compared)
    if compared and not any(place.field is Field.TITLE if by_title else _is_top(place) for place in solid):
        yield signal(evidence, "simile", w.SIMILE, _around(evidence, compared[0]), compared, of=side)
    elif not solid:
        for standing, name, points in _HOLLOW:
            if hollow := sides.of(side, standing):
                yield signal(evidence, name, points, _shown(evidence, hollow), hollow, of=side)
                break
    elif not sides.plain[side] and not sides.of(side, Standing.LISTED):
        yield signal(evidence, "grouped", w.GROUPED, _shown(evidence, solid), solid, of=side)
    elif len(solid) == 1 and not _is_top(solid[0]):
        yield signal(evidence, "passing", w.PASSING, _shown(evidence, solid), solid, of=side)


_HOLLOW = (
    (Standing.SOURCE, "source", w.SOURCE),
    (Standing.POSTED, "posted", w.POSTED),
    (Standing.MARGINAL, "marginal", w.MARGINAL),
)
"""Standings that, alone, tell nothing of a side, and the doubt they cast."""


def _is_together(sides: Sides) -> bool:
    """Whether every side stands plainly in title or lead."""
    return all(sides.in_title[side] or sides.in_lead[side] for side in sides.standings)


def _is_top(place: Place) -> bool:
    return place.field is Field.TITLE or place.is_early


def topic_signals(evidence: Evidence, places: list[Place]) -> list[Signal]:
    """The signals of a topic, from the places of what its condition asks for; none where it asks for no wording."""
    if not places:
        return []
    found = [signal(evidence, "named", w.TOPIC_NAMED, _shown(evidence, places[:1]), places[:1])]
    plain = [place for place in places if not evidence.is_marginal(place.start)]
    title = [place for place in plain if place.field is Field.TITLE]
    lead = [place for place in plain if place.is_early]
    if title:
        found.append(signal(evidence, "in_title", w.TOPIC_IN_TITLE, _shown(evidence, title), title))
    if lead:
        found.append(signal(evidence, "in_lead", w.TOPIC_IN_LEAD, _shown(evidence, lead), lead))
    if len(plain) > 1:
        points = min((len(plain) - 1) * w.TOPIC_MENTION, w.TOPIC_MENTIONS_MAX)
        found.append(signal(evidence, "mentions", points, f"{len(plain)}×"))
    if places and not plain:
        found.append(signal(evidence, "marginal", w.MARGINAL, _shown(evidence, places), places))
    return found


def _span(evidence: Evidence, places: Iterable[Place]) -> int:
    ordered = sorted(places, key=lambda place: place.normal_start)
    return evidence.words_between(ordered[0], ordered[-1])


def _words(count: int) -> str:
    return "1 word" if count == 1 else f"{count} words"


def _shown(evidence: Evidence, places: Iterable[Place]) -> str:
    """The first few distinct wordings, as they stand."""
    raw = evidence.raw
    texts = list(islice(dict.fromkeys(raw[place.start : place.end] for place in places), MAX_SHOWN))
    return " · ".join(dict.fromkeys(" ".join(text.split()) for text in texts))


def _around(evidence: Evidence, place: Place) -> str:
    start = max(0, place.start - 24, evidence.raw.rfind("\n", 0, place.start) + 1)
    return " ".join(evidence.raw[start : place.end + 12].split())
