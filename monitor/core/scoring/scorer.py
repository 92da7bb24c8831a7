"""Watchlists compiled together, and the score of an article against each.

An article is walked once for the spellings of all watchlists; a watchlist none of whose spellings was hit gets the
score that it gives to any such article, worked out when it was compiled. The others are read rule by rule. A score
depends on the article and its own watchlist only, never on those compiled beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from monitor.core.scoring import weights as w
from monitor.core.scoring.conditions import (
    Names,
    Outcome,
    Reader,
    describe,
    is_of_spellings,
    leaves,
    needed,
    primary,
    unpublished,
)
from monitor.core.scoring.evidence import Evidence, Place, Spellings
from monitor.core.scoring.lookalikes import lookalikes
from monitor.core.scoring.quote import best_quote
from monitor.core.scoring.standing import standings
from monitor.core.scoring.structure import MAX_HITS, Sides, relation_signals, topic_signals
from monitor.model.articles import Article
from monitor.model.watchlists import (
    Alias,
    Condition,
    Field,
    Leaf,
    Mention,
    Pattern,
    Published,
    Rule,
    Score,
    Signal,
    Term,
    Watchlist,
)

SCORING_VERSION = "2"
"""Changes whenever the same article and watchlist may get another score; kept with every decision."""

_FILTERS = ("languages", "outlets", "countries", "ignored_languages", "ignored_outlets", "ignored_countries")
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def compile_watchlists(watchlists: Sequence[Watchlist]) -> Scorer:
    """Make watchlists ready to score; `Scorer.score` answers in the same order.

    Raises:
        PatternError: An expression of theirs is refused; `soundness.unsound` tells where it is written.
    """
    return Scorer(watchlists)


class Scorer:
    """Scores articles against a fixed set of watchlists; deterministic, no input or output."""

    def __init__(self, watchlists: Sequence[Watchlist]) -> None:
        self._spellings = Spellings(
            (alias for watchlist in watchlists for alias in _gate_aliases(watchlist)),
            (alias for watchlist in watchlists for alias in _aliases(watchlist)),
            with_url=any(Field.URL in fields for watchlist in watchlists for fields in _fields(watchlist)),
        )
        self._compiled = tuple(_Compiled(watchlist, self._spellings) for watchlist in watchlists)
        self._untouched = tuple(compiled.of_nothing for compiled in self._compiled)
        self._touched_by: dict[int, list[int]] = defaultdict(list)
        for place, compiled in enumerate(self._compiled):
            for number in compiled.gate if compiled.is_quiet else ():
                self._touched_by[number].append(place)
        self._never_quiet = tuple(place for place, compiled in enumerate(self._compiled) if not compiled.is_quiet)
        self._filtering = tuple(place for place, compiled in enumerate(self._compiled) if compiled.is_filtering)

    def score(self, article: Article) -> tuple[Score, ...]:
        """One score a watchlist, in the order in which they were compiled."""
        evidence = Evidence(article, self._spellings)
        looked_at = evidence.found.keys() | {hit.atom for hit in evidence.found.refused}
        touched = {place for number in looked_at for place in self._touched_by.get(number, ())}
        touched.update(self._never_quiet)
        scores = list(self._untouched)
        for place in self._filtering:
            scores[place] = self._compiled[place].untouched(article)
        for place in touched:
            scores[place] = self._compiled[place].score(evidence)
        return tuple(scores)

    def matches(self, article: Article) -> tuple[Score, ...]:
        """Those of `score` that are at or over their thresholds; much cheaper, as most articles name not all sides."""
        evidence = Evidence(article, self._spellings)
        possible = evidence.possible
        if not any(compiled.may_match(article, possible) for compiled in self._compiled):
            return ()
        hit = evidence.found.keys()
        scores = (compiled.score(evidence) for compiled in self._compiled if compiled.may_match(article, hit))
        return tuple(score for score in scores if score.is_match)


class _Compiled:
    """One watchlist with its spellings as numbers of the shared ones."""

    def __init__(self, watchlist: Watchlist, spellings: Spellings) -> None:
        self._watchlist = watchlist
        self._spellings = spellings
        self._names = Names(watchlist.entities, spellings)
        self._sides_of = {side: self._names.entities[side].keys() for side in watchlist.sides}
        self._profile = {spellings.number(Alias(text=term)): weight for term, weight in watchlist.profile.items()}
        self._profile_order = {number: place for place, number in enumerate(self._profile)}
        self._profile_full = sum(self._profile.values()) * w.PROFILE_SATURATION
        self._topic = tuple(dict.fromkeys(leaves(watchlist.match, positive_only=True)))
        self.gate = frozenset(spellings.number(alias) for alias in _gate_aliases(watchlist))
        self._needed = tuple(needed(watchlist.match, self._names))
        self._rule_needs = tuple((rule, tuple(needed(rule.when, self._names))) for rule in watchlist.rules)
        self.of_nothing = self._of_nothing(spellings)
        """The score of any article without a spelling of the gate, filters apart."""
        self.is_quiet = is_of_spellings(watchlist.match) and self.of_nothing.is_gated
        """Whether every article without a spelling of the gate has that score."""
        self.is_filtering = any(getattr(watchlist, name) for name in _FILTERS)
        for condition in _conditions(watchlist):
            for leaf in leaves(condition):
                if isinstance(leaf, Pattern):
                    self._names.expression(leaf)

    def _of_nothing(self, spellings: Spellings) -> Score:
        nothing = Article(
            id=0, feed_id="", outlet="", url="", url_key=None, host="", title="", title_key=0, body_digest=0,
            first_seen_at=_NEVER,
        )  # fmt: skip
        return self._read(Evidence(nothing, spellings))

    def may_match(self, article: Article, hit: Set[int]) -> bool:
        """Whether an article with these spellings of the gate may pass it."""
        return not any(map(hit.isdisjoint, self._needed)) and not self._filtered(article)

    def untouched(self, article: Article) -> Score:
        """The score of an article without a spelling of the gate."""
        reason = self._filtered(article)
        return replace(self.of_nothing, gate_reason=reason) if reason else self.of_nothing

    def score(self, evidence: Evidence) -> Score:
        """The score of an article."""
        score = self._read(evidence)
        reason = self._filtered(evidence.article)
        return replace(score, is_gated=True, gate_reason=reason) if reason else score

    def _read(self, evidence: Evidence) -> Score:
        watchlist = self._watchlist
        reader = Reader(self._names, evidence)
        gate = reader.check(watchlist.match)
        if not gate.holds:
            return self._gated(reader, gate)
        evidence.complete()
        sides = self._sides(reader)
        signals = relation_signals(sides) if sides else topic_signals(evidence, self._topic_places(reader))
        boosts: list[Place] = []
        signals += self._rules(reader, boosts)
        signals += self._profile_signals(evidence)
        places = list(sides.plain.values()) if sides else [self._topic_places(reader)]
        return self._made(
            signals,
            quote=best_quote(evidence, places, sides.pairs if sides else (), boosts),
        )

    def _made(self, signals: Iterable[Signal], *, quote: str = "", reason: str = "") -> Score:
        counted = tuple(signals)
        watchlist = self._watchlist
        return Score(
            watchlist=watchlist.name,
            version=watchlist.version,
            points=sum(signal.points for signal in counted),
            threshold=watchlist.threshold,
            signals=counted,
            is_gated=bool(reason),
            gate_reason=reason,
            quote=quote,
        )

    def _gated(self, reader: Reader, gate: Outcome) -> Score:
        """No match: nothing is counted, the places of what was found are shown."""
        evidence = reader.evidence
        signals = [
            Signal(
                name=f"found:{side}",
                points=0.0,
                evidence=" · ".join(dict.fromkeys(evidence.raw[p.start : p.end] for p in places)),
                hits=tuple(evidence.hit(place) for place in islice(places, MAX_HITS)),
                label={"en": "named", "id": "disebut"},
            )
            for side in self._watchlist.sides
            if (places := reader.entity(side))
        ]
        for side in self._watchlist.sides:
            if not reader.entity(side) and (told := lookalikes(evidence, self._spellings, self._sides_of[side])):
                label = {"en": "only what looks like it", "id": "hanya yang mirip tulisannya"}
                signals.append(Signal(name=f"lookalike:{side}", points=0.0, evidence=" · ".join(told), label=label))
        return self._made(signals, reason=gate.reason)

    def _filtered(self, article: Article) -> str:
        if not self.is_filtering:
            return ""
        watchlist = self._watchlist
        if reason := self._ignored(article):
            return reason
        # What is not known of an article keeps it out of nothing but a list of outlets.
        return unpublished(
            Published(
                outlets=watchlist.outlets,
                languages=watchlist.languages if article.language else (),
                countries=watchlist.countries if article.country else (),
            ),
            article,
        )

    def _ignored(self, article: Article) -> str:
        watchlist = self._watchlist
        if article.outlet.casefold() in map(str.casefold, watchlist.ignored_outlets):
            return f"outlet {article.outlet} is ignored"
        if article.language and primary(article.language) in map(primary, watchlist.ignored_languages):
            return f"language {article.language} is ignored"
        if article.country in watchlist.ignored_countries:
            return f"country {article.country} is ignored"
        return ""

    def _sides(self, reader: Reader) -> Sides | None:
        """The sides' places; None for a topic, or where the gate let through what names not all sides."""
        watchlist = self._watchlist
        named = {side: reader.entity(side) for side in watchlist.sides}
        if len(named) < 2 or not all(named.values()):
            return None
        others = reader.entity(watchlist.others) if watchlist.others else []
        evidence = reader.evidence
        plain_others = [place for place in others if not evidence.is_marginal(place.start)]
        return Sides(evidence, standings(evidence, named, others), plain_others)

    def _topic_places(self, reader: Reader) -> list[Place]:
        asked: Iterable[Leaf] = [Mention(entity=side) for side in self._watchlist.sides] or self._topic
        places = {place.start: place for leaf in asked for place in reader.leaf(leaf)}
        return [places[start] for start in sorted(places)]

    def _rules(self, reader: Reader, boosts: list[Place]) -> Iterator[Signal]:
        left = self._watchlist.boost_cap
        found = reader.evidence.found.keys()
        for rule, spellings in self._rule_needs:
            if any(map(found.isdisjoint, spellings)) or not (outcome := reader.check(rule.when)).holds:
                continue
            points = w.quarters(rule.points)
            if points > 0:
                boosts.extend(outcome.places)
                if left is not None:
                    points = min(points, w.quarters(left))
                    left -= points
            yield _rule_signal(reader.evidence, rule, points, outcome)

    def _profile_signals(self, evidence: Evidence) -> Iterator[Signal]:
        # In the order of the profile: a sum of floats depends on it.
        present = sorted(self._profile.keys() & evidence.found.keys(), key=self._profile_order.__getitem__)
        if not present or self._profile_full <= 0:
            return
        share = sum(self._profile[atom] for atom in present) / self._profile_full
        points = w.quarters(min(1.0, share) * w.PROFILE_MAX)
        places = evidence.places(dict.fromkeys(present, ""), {})
        texts = dict.fromkeys(evidence.raw[place.start : place.end].casefold() for place in places)
        yield Signal(
            name="profile",
            points=points,
            evidence=f"{len(present)} terms: " + ", ".join(islice(texts, 8)),
            hits=tuple(evidence.hit(place) for place in islice(places, MAX_HITS)),
            label={"en": "words like those of the example documents", "id": "kata-kata seperti dalam dokumen contoh"},
        )


def _rule_signal(evidence: Evidence, rule: Rule, points: float, outcome: Outcome) -> Signal:
    texts = dict.fromkeys(" ".join(evidence.raw[place.start : place.end].split()) for place in outcome.places)
    shown = " · ".join(islice(texts, 4)) or describe(rule.when)
    if points != w.quarters(rule.points):
        shown += f" (cut from {rule.points:g} by the cap on boosts)"
    hits = tuple(evidence.hit(place) for place in islice(outcome.places, MAX_HITS))
    return Signal(name=rule.name, points=points, evidence=shown, hits=hits, label=rule.label)


def _conditions(watchlist: Watchlist) -> Iterator[Condition]:
    yield watchlist.match
    for rule in watchlist.rules:
        yield rule.when


def _gate_aliases(watchlist: Watchlist) -> Iterator[Alias]:
    """The spellings that are asked for before anything else: those of the condition and the sides."""
    asked = [*leaves(watchlist.match), *(Mention(entity=side) for side in watchlist.sides)]
    for leaf in asked:
        if isinstance(leaf, Mention):
            yield from watchlist.entities[leaf.entity].aliases
        elif isinstance(leaf, Term):
            yield from leaf.aliases


def _aliases(watchlist: Watchlist) -> Iterator[Alias]:
    for entity in watchlist.entities.values():
        yield from entity.aliases
    for condition in _conditions(watchlist):
        for leaf in leaves(condition):
            if isinstance(leaf, Term):
                yield from leaf.aliases
    for term in watchlist.profile:
        yield Alias(text=term)


def _fields(watchlist: Watchlist) -> Iterator[tuple[Field, ...]]:
    for alias in _aliases(watchlist):
        yield alias.fields
    for condition in _conditions(watchlist):
        for leaf in leaves(condition):
            yield leaf.fields
