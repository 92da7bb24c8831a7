"""Single changes that may help an article into a match, or out of one: guesses, each to be tried by rescoring.

Towards a match: what the filters and the gate ask for, then what would bring points. Away from it: what opened the
gate, and what brought the points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice

from monitor.core.matching import Matcher
from monitor.core.scoring.conditions import Names, Reader, leaves, name_of
from monitor.core.scoring.edits import ComeFrom, DropAlias, Edit, SetFilter, SetThreshold, WithoutRule
from monitor.core.scoring.evidence import Evidence, Spellings
from monitor.core.scoring.steps import ELSEWHERE, FACTS, Steps, is_among, left_out, without
from monitor.core.scoring.weights import QUARTER
from monitor.model.articles import Article
from monitor.model.seeds import UNKNOWN_OUTLET
from monitor.model.watchlists import AllOf, AnyOf, Condition, Field, Mention, NoneOf, Score, Term, Watchlist

MAX_ALIASES = 4
MAX_THRESHOLD = 1000.0
LEAST_SHARE = 0.5
"""A threshold is brought down to this share of itself at most: below, it would let in what it was made against."""


class Lens:
    """A watchlist's conditions, ready to be read over any article."""

    def __init__(self, watchlist: Watchlist) -> None:
        named = [alias for entity in watchlist.entities.values() for alias in entity.aliases]
        every = [
            leaf for clause in (watchlist.match, *(rule.when for rule in watchlist.rules)) for leaf in leaves(clause)
        ]
        terms = [alias for leaf in every if isinstance(leaf, Term) for alias in leaf.aliases]
        self._spellings = Spellings([*named, *terms], (), with_url=True)
        self._names = Names(watchlist.entities, self._spellings)

    def over(self, article: Article) -> Reader:
        """The conditions over an article."""
        return Reader(self._names, Evidence(article, self._spellings))


@dataclass(frozen=True)
class State:
    """An article, a watchlist, the score of the one against the other, and a lens of the watchlist."""

    article: Article
    watchlist: Watchlist
    score: Score
    lens: Callable[[Watchlist], Lens]

    def towards(self) -> Iterator[Edit]:
        """What may help it over the threshold."""
        reader = self._reader
        for key in _blocking(self.article, self.watchlist):
            yield from _past_filter(key, self.article, self.watchlist)
        steps = Steps(reader, self.article, self.watchlist)
        if not reader.check(self.watchlist.match).holds:
            yield from steps.to_hold(self.watchlist.match, ())
        elif not self.score.is_gated:
            if self.score.points >= self.watchlist.threshold * LEAST_SHARE:
                yield SetThreshold(self.score.points, self.watchlist.threshold)
            yield from self._less_against(reader)
            yield from steps.more_of_the_sides()
            for rule in self.watchlist.rules:
                if rule.points > 0 and not reader.check(rule.when).holds:
                    yield from steps.to_hold(rule.when, None)

    def away(self) -> Iterator[Edit]:
        """What may keep it out."""
        reader = self._reader
        if self.score.points < MAX_THRESHOLD:
            yield SetThreshold(self.score.points + QUARTER, self.watchlist.threshold)
        yield from _drops(reader, self.watchlist)
        if self.article.outlet not in ("", UNKNOWN_OUTLET):
            ignored = (*self.watchlist.ignored_outlets, self.article.outlet)
            yield SetFilter("ignored_outlets", ignored, f"the outlet {self.article.outlet} ignored")
        steps = Steps(reader, self.article, self.watchlist)
        yield from steps.to_fail(self.watchlist.match, ())
        asked = [Mention(entity=side) for side in self.watchlist.sides] or leaves(
            self.watchlist.match, positive_only=True
        )
        for leaf in asked:
            places = reader.leaf(leaf)
            yield from without(reader, [p for p in places if p.field is Field.TITLE], name_of(leaf), "of the title")
            top = [p for p in places if p.field is Field.TITLE or p.is_early]
            yield from without(reader, top, name_of(leaf), "of title and lead")
        fired = {signal.name for signal in self.score.signals}
        for rule in self.watchlist.rules:
            if rule.points > 0 and rule.name in fired:
                yield WithoutRule(rule.name, rule.points)
            elif rule.points < 0 and not reader.check(rule.when).holds:
                yield from steps.to_hold(rule.when, None)

    @property
    def missing(self) -> int:
        """About how many changes the filters and the gate need before they let it in."""
        if not self.score.is_gated:
            return 0
        return len(list(_blocking(self.article, self.watchlist))) + _missing(self._reader, self.watchlist.match)

    @cached_property
    def _reader(self) -> Reader:
        return self.lens(self.watchlist).over(self.article)

    def _less_against(self, reader: Reader) -> Iterator[Edit]:
        """What took points, taken out."""
        rules = {rule.name: rule for rule in self.watchlist.rules}
        for signal in self.score.signals:
            if signal.points >= 0:
                continue
            if signal.name in rules:
                yield WithoutRule(signal.name, rules[signal.name].points)
                places = reader.check(rules[signal.name].when).places
                yield from without(reader, places, signal.name, "")
            elif signal.name in {"crowd", "listed"}:
                others = reader.entity(self.watchlist.others) if self.watchlist.others else []
                early = [p for p in others if p.field is Field.TITLE or p.is_early]
                for some in (early, others):
                    yield from without(reader, some, self.watchlist.others or "", "")
            else:
                yield from left_out(signal.hits, signal.name)


# --- filters -----------------------------------------------------------------------------------------------------


def _blocking(article: Article, watchlist: Watchlist) -> Iterator[str]:
    """The filters that keep an article out, by the watchlist's keys."""
    facts = {"outlet": article.outlet, "language": article.language, "country": article.country}
    for fact, key in FACTS:
        value = facts[fact] or ""
        if value and is_among(key, value, getattr(watchlist, f"ignored_{key}")):
            yield f"ignored_{key}"
        wanted = getattr(watchlist, key)
        if wanted and not is_among(key, value, wanted) and (value or key == "outlets"):
            yield key


def _past_filter(key: str, article: Article, watchlist: Watchlist) -> Iterator[Edit]:
    kind = key.removeprefix("ignored_")
    (fact,) = (fact for fact, plural in FACTS if plural == kind)
    value = str(getattr(article, fact) or "")
    values: tuple[str, ...] = getattr(watchlist, key)
    if key.startswith("ignored_"):
        rest = tuple(name for name in values if not is_among(key, value, (name,)))
        yield SetFilter(key, rest, f"the {fact} {value} no longer ignored")
        if fact == "outlet":
            yield ComeFrom(outlet=ELSEWHERE)
    else:
        if value:
            yield SetFilter(key, (*values, value), f"the {fact} {value} added to `{key}`")
        yield ComeFrom(**{fact: values[0]})


# --- conditions --------------------------------------------------------------------------------------------------


def _missing(reader: Reader, clause: Condition) -> int:
    if reader.check(clause).holds:
        return 0
    match clause:
        case AllOf(children=children):
            return sum(_missing(reader, child) for child in children)
        case AnyOf(children=children) if children:
            return min(_missing(reader, child) for child in children)
        case NoneOf(children=children):
            return sum(reader.check(child).holds for child in children)
        case _:
            return 1


def _drops(reader: Reader, watchlist: Watchlist) -> Iterator[Edit]:
    """The spellings of what the gate asks for that stand in the article."""
    entities = dict.fromkeys(
        leaf.entity
        for leaf in chain(leaves(watchlist.match, positive_only=True), map(_mention, watchlist.sides))
        if isinstance(leaf, Mention)
    )
    for entity in entities:
        aliases = watchlist.entities[entity].aliases
        matcher = Matcher(aliases)
        found = matcher.find(reader.evidence.prepared)
        standing = dict.fromkeys(one.text for one in aliases if one in matcher and matcher.atom_of(one) in found)
        for text in islice(standing, MAX_ALIASES if len(aliases) > 1 else 0):
            yield DropAlias(entity, text)


def _mention(entity: str) -> Mention:
    return Mention(entity=entity)
