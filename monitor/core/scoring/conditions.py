"""Conditions over an article's evidence: do they hold, by which places, and if not, which clause failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.core.patterns import Expression
from monitor.core.scoring.evidence import Evidence, Place, Spellings
from monitor.model.articles import Article
from monitor.model.watchlists import (
    Alias,
    AllOf,
    AnyOf,
    Condition,
    Entity,
    Field,
    Leaf,
    Mention,
    Near,
    NoneOf,
    Pattern,
    Published,
    Term,
)

_FIELD_WORDS = {
    Field.TITLE: "title",
    Field.SUMMARY: "summary",
    Field.LEAD: "lead",
    Field.BODY: "body",
    Field.URL: "address",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a condition holds; `places` are where, `reason` the clause that failed (empty when it holds)."""

    holds: bool
    places: tuple[Place, ...] = ()
    reason: str = ""


class Reader:
    """Reads one watchlist's conditions over one article; places of an entity are gathered once."""

    def __init__(self, names: Names, evidence: Evidence) -> None:
        self._names = names
        self._entities: dict[str, list[Place]] = {}
        self._patterns: dict[tuple[str, bool], list[Place]] = {}
        self.evidence = evidence

    def entity(self, name: str) -> list[Place]:
        """Where an entity is named in title, summary and body, in order."""
        return _within(self._named(name), ())

    def _named(self, name: str) -> list[Place]:
        if name not in self._entities:
            self._entities[name] = self.evidence.places(self._names.entities[name], self._names.fields)
        return self._entities[name]

    def leaf(self, leaf: Leaf) -> list[Place]:
        """Where a leaf's spellings stand, or its expression matches, within its own fields."""
        if isinstance(leaf, Mention):
            return _within(self._named(leaf.entity), leaf.fields)
        if isinstance(leaf, Pattern):
            return _within(self._matched(leaf), leaf.fields)
        numbers = {self._names.number(alias): "" for alias in leaf.aliases}
        return _within(self.evidence.places(numbers, self._names.fields), leaf.fields)

    def _matched(self, pattern: Pattern) -> list[Place]:
        key = (pattern.regex, pattern.is_cased)
        if key not in self._patterns:
            self._patterns[key] = self.evidence.places_of(self._names.expression(pattern))
        return self._patterns[key]

    def check(self, condition: Condition) -> Outcome:
        """Whether a condition holds."""
        match condition:
            case Mention() | Term() | Pattern():
                return self._check_leaf(condition)
            case Published():
                reason = unpublished(condition, self.evidence.article)
                return Outcome(not reason, reason=reason)
            case Near():
                return self._check_near(condition)
            case AllOf():
                outcomes = [self.check(child) for child in condition.children]
                failed = [outcome.reason for outcome in outcomes if not outcome.holds]
                return Outcome(not failed, _joined(outcomes), _every(failed))
            case AnyOf():
                outcomes = [self.check(child) for child in condition.children]
                holding = [outcome for outcome in outcomes if outcome.holds]
                reason = "" if holding else _none_of([outcome.reason for outcome in outcomes])
                return Outcome(bool(holding), _joined(holding), reason)
            case NoneOf():
                return self._check_none(condition)

    def _check_leaf(self, leaf: Leaf) -> Outcome:
        places = self.leaf(leaf)
        if len(places) >= leaf.min_count:
            return Outcome(True, tuple(places))
        where = f"in {_fields(leaf.fields)}" if leaf.fields else ""
        name = name_of(leaf)
        if not places:
            reason = f"{name} is {f'not named {where}' if where else 'named nowhere'}"
        else:
            reason = " ".join(filter(None, (name, "is named", _times(len(places)), where))) + f", not {leaf.min_count}"
        return Outcome(False, reason=reason)

    def _check_near(self, near: Near) -> Outcome:
        groups = [_within(self.leaf(child), near.fields) for child in near.children]
        names = " and ".join(name_of(child) for child in near.children)
        missing = [name_of(child) for child, group in zip(near.children, groups, strict=True) if not group]
        if missing:
            return Outcome(
                False, reason=f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} named nowhere"
            )
        window = first_window(self.evidence, groups, words=near.words, is_ordered=near.is_ordered)
        if window:
            return Outcome(True, window)
        span = "in one sentence" if near.words is None else f"within {near.words} word{'s' * (near.words != 1)}"
        order = " in that order" if near.is_ordered else ""
        return Outcome(False, reason=f"{names} never stand {span}{order}")

    def _check_none(self, condition: NoneOf) -> Outcome:
        for child in condition.children:
            outcome = self.check(child)
            if outcome.holds:
                place = outcome.places[0] if outcome.places else None
                found = (
                    f" (“{self.evidence.raw[place.start : place.end]}” in the {_FIELD_WORDS[place.field]})"
                    if place
                    else ""
                )
                return Outcome(False, reason=f"excluded by {describe(child)}{found}")
        return Outcome(True)


def _every(reasons: list[str]) -> str:
    """Reasons that all count, side by side; one that holds several itself in brackets."""
    return "; ".join(map(_bracketed, reasons)) if len(reasons) > 1 else "".join(reasons)


def _none_of(reasons: list[str]) -> str:
    """Why none of several holds; those of one that asks for several things together in brackets."""
    return f"none of these holds: {'; '.join(map(_bracketed, reasons))}" if len(reasons) != 1 else reasons[0]


def _bracketed(reason: str) -> str:
    return f"({reason})" if "; " in reason else reason


def _within(places: list[Place], fields: tuple[Field, ...]) -> list[Place]:
    return [place for place in places if place.is_in(fields)]


class Names:
    """A watchlist's entities and terms as numbers of the shared spellings, and its expressions compiled."""

    def __init__(self, entities: Mapping[str, Entity], spellings: Spellings) -> None:
        self._expressions: dict[tuple[str, bool], Expression] = {}
        self._spellings = spellings
        self.entities = {
            name: {spellings.number(alias): alias.group for alias in entity.aliases}
            for name, entity in entities.items()
        }
        self.fields: dict[int, tuple[Field, ...]] = {
            spellings.number(alias): alias.fields for entity in entities.values() for alias in entity.aliases
        }

    def number(self, alias: Alias) -> int:
        """The number of a term's spelling."""
        number = self._spellings.number(alias)
        self.fields.setdefault(number, alias.fields)
        return number

    def expression(self, pattern: Pattern) -> Expression:
        """A pattern, compiled once; raises `PatternError`."""
        key = (pattern.regex, pattern.is_cased)
        if key not in self._expressions:
            self._expressions[key] = Expression(pattern.regex, is_cased=pattern.is_cased)
        return self._expressions[key]


def unpublished(wanted: Published, article: Article) -> str:
    """Why an article is not of the wanted outlets, languages and countries; empty where it is."""
    if wanted.outlets and article.outlet.casefold() not in map(str.casefold, wanted.outlets):
        return f"outlet {article.outlet or 'unknown'} is not among {', '.join(wanted.outlets)}"
    if wanted.languages and primary(article.language or "") not in map(primary, wanted.languages):
        return f"language {article.language or 'unknown'} is not among {', '.join(wanted.languages)}"
    if wanted.countries and article.country not in wanted.countries:
        return f"country {article.country or 'unknown'} is not among {', '.join(wanted.countries)}"
    return ""


def primary(language: str) -> str:
    """The first part of a language tag: "zh" of zh-Hant."""
    return language.partition("-")[0].casefold()


def is_of_spellings(condition: Condition) -> bool:
    """Whether nothing but spellings decides: then an article without any of them is like every other such article."""
    match condition:
        case Pattern() | Published():
            return False
        case Mention() | Term():
            return True
        case Near() | AllOf() | AnyOf() | NoneOf():
            return all(map(is_of_spellings, condition.children))


def needed(condition: Condition, names: Names) -> list[frozenset[int]]:
    """Sets of spellings of each of which one must stand in the text, or the condition cannot hold."""
    match condition:
        case Mention(entity=entity):
            return [frozenset(names.entities[entity])] if condition.min_count > 0 else []
        case Term():
            return [frozenset(map(names.number, condition.aliases))] if condition.min_count > 0 else []
        case AllOf() | Near():
            return [spellings for child in condition.children for spellings in needed(child, names)]
        case AnyOf():
            each = [needed(child, names) for child in condition.children]
            return [frozenset().union(*(sets[0] for sets in each))] if all(each) else []
        case Pattern() | Published() | NoneOf():
            return []


def first_window(
    evidence: Evidence, groups: list[list[Place]], *, words: int | None, is_ordered: bool = False
) -> tuple[Place, ...]:
    """One place of every group, close together; empty when there are none.

    Close: all in one sentence (`words` None), or no more than `words` words from the first to the last of them, in
    one field. In order: each group's place after the one before. Of the places before, only the latest ones matter,
    so every place is visited once.
    """
    merged = sorted(
        ((place.normal_start, index, place) for index, group in enumerate(groups) for place in group),
        key=lambda item: item[:2],
    )
    chains: list[tuple[Place, ...]] = [()] * len(groups)
    for _, index, place in merged:
        if not is_ordered:
            chains[index] = (place,)
            full = tuple(item for chain in chains for item in chain)
        else:
            before = chains[index - 1] if index else ()
            if index and not (before and place.normal_start >= before[-1].normal_end):
                continue
            chains[index] = (*before, place)
            full = chains[-1]
        if len(full) == len(groups) and _is_close(evidence, full, words):
            return full
    return ()


def _is_close(evidence: Evidence, places: tuple[Place, ...], words: int | None) -> bool:
    first = min(places, key=lambda place: place.normal_start)
    last = max(places, key=lambda place: place.normal_start)
    if words is None:
        return evidence.sentence_at(first.start) == evidence.sentence_at(last.start)
    is_one_field = not {first.field, last.field} & {Field.TITLE, Field.SUMMARY, Field.URL} or first.field is last.field
    return is_one_field and evidence.words_between(first, last) <= words


def leaves(condition: Condition, *, positive_only: bool = False) -> Iterator[Leaf]:
    """What of a condition has places; with `positive_only` without what must not be there."""
    match condition:
        case Mention() | Term() | Pattern():
            yield condition
        case Published():
            return
        case Near():
            yield from condition.children
        case NoneOf() if positive_only:
            return
        case AllOf() | AnyOf() | NoneOf():
            for child in condition.children:
                yield from leaves(child, positive_only=positive_only)


def name_of(leaf: Leaf) -> str:
    """A leaf as it is called in messages."""
    if isinstance(leaf, Mention):
        return leaf.entity
    if isinstance(leaf, Pattern):
        return f"/{leaf.regex}/"
    shown = " / ".join(f"“{alias.text}”" for alias in leaf.aliases[:3])
    return shown + (" / …" if len(leaf.aliases) > 3 else "")


def describe(condition: Condition) -> str:
    """A condition in words, short."""
    match condition:
        case Published():
            every = (("outlet", condition.outlets), ("language", condition.languages), ("country", condition.countries))
            return " and ".join(f"{word} {' or '.join(names)}" for word, names in every if names)
        case Mention() | Term() | Pattern():
            return name_of(condition) + (f" in {_fields(condition.fields)}" if condition.fields else "")
        case Near():
            return " near ".join(name_of(child) for child in condition.children)
        case AllOf():
            return "(" + " and ".join(describe(child) for child in condition.children) + ")"
        case AnyOf():
            return "(" + " or ".join(describe(child) for child in condition.children) + ")"
        case NoneOf():
            return "no " + " and no ".join(describe(child) for child in condition.children)


def _fields(fields: tuple[Field, ...]) -> str:
    return "the " + " or ".join(_FIELD_WORDS[field] for field in fields)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _joined(outcomes: list[Outcome]) -> tuple[Place, ...]:
    return tuple(place for outcome in outcomes for place in outcome.places)
