"""Conditions that no article can fulfil: `none` of what `all` demands, and its like.

Conditions are read as claims about one article. What must be true is held against what must not; of an `any`, what is
ruled out falls away, and what is left alone is claimed in its turn (unit propagation: Davis and Putnam 1960, without
their search). So what is called a contradiction is one, and some are not found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.core.scoring.conditions import describe, primary
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

_Atom = Leaf | Near | Published

# Where a place may lie: title, early and later summary, lead, rest of the body, address.
_EVERYWHERE = frozenset("tsSlb")
_ZONES = {
    Field.TITLE: frozenset("t"),
    Field.SUMMARY: frozenset("sS"),
    Field.LEAD: frozenset("sl"),
    Field.BODY: frozenset("sSlb"),
    Field.URL: frozenset("u"),
}


def contradiction(
    conditions: Sequence[Condition], entities: Mapping[str, Entity], filters: Published | None = None
) -> str:
    """Why no article can fulfil all of some conditions, in words; empty where no contradiction is found.

    `filters` are a watchlist's: with them go only claims that name another outlet, language or country.
    """
    claims = _Claims(entities, filters or Published())
    for condition in conditions:
        claims.put(condition, is_true=True)
    while not claims.reason and claims.settle():
        pass
    return claims.reason


class _Claims:
    """What must be true, what must be false, and the alternatives of which one must hold."""

    def __init__(self, entities: Mapping[str, Entity], filters: Published) -> None:
        self._entities = entities
        self._filters = filters
        self._true: list[_Atom] = []
        self._false: list[_Atom] = []
        self._open: list[list[tuple[Condition, bool]]] = []
        self.reason = ""

    def put(self, condition: Condition, *, is_true: bool) -> None:
        """Claim a condition, or its contrary."""
        if not isinstance(condition, AllOf | AnyOf | NoneOf):
            self._put_atom(condition, is_true=is_true)
            return
        children = [(child, is_true is not isinstance(condition, NoneOf)) for child in condition.children]
        if is_true is not isinstance(condition, AnyOf) or len(children) == 1:
            for child, child_is_true in children:
                self.put(child, is_true=child_is_true)
        else:
            self._open.append(children)

    def settle(self) -> bool:
        """Look through the alternatives once; whether something new was claimed."""
        for index, alternatives in enumerate(self._open):
            tried = [(child, is_true, self._objection(child, is_true=is_true)) for child, is_true in alternatives]
            left = [(child, is_true) for child, is_true, objection in tried if not objection]
            if not left:
                self.reason = "; ".join(dict.fromkeys(objection for _, _, objection in tried))
                return False
            if len(left) == 1:
                del self._open[index]
                self.put(left[0][0], is_true=left[0][1])
                return True
        return False

    def _objection(self, condition: Condition, *, is_true: bool) -> str:
        """What speaks against claiming a condition as well."""
        trial = _Claims(self._entities, self._filters)
        trial._true, trial._false = list(self._true), list(self._false)
        trial.put(condition, is_true=is_true)
        return trial.reason

    def _put_atom(self, atom: _Atom, *, is_true: bool) -> None:
        if is_true:
            if isinstance(atom, Published):
                self._compare_published(atom)
            self._true.append(atom)
            for other in self._false:
                self._compare(atom, other)
            if isinstance(atom, Near):
                for child in atom.children:
                    self._put_atom(replace(child, min_count=1), is_true=True)
        else:
            self._false.append(atom)
            for other in self._true:
                self._compare(other, atom)

    def _compare(self, wanted: _Atom, unwanted: _Atom) -> None:
        if not self.reason and self._implies(wanted, unwanted):
            says = "" if describe(wanted) == describe(unwanted) else f" with {describe(unwanted)}"
            self.reason = f"{describe(wanted)} is demanded and at the same time excluded{says}"

    def _compare_published(self, atom: Published) -> None:
        for other in (self._filters, *(known for known in self._true if isinstance(known, Published))):
            for one, two in zip(_facts(atom), _facts(other), strict=True):
                if one and two and not self.reason and one.isdisjoint(two):
                    self.reason = f"{describe(atom)} is demanded and at the same time {describe(other)}"

    def _implies(self, wanted: _Atom, other: _Atom) -> bool:
        """Whether every article of which the one is true is one of which the other is."""
        if wanted == other:
            return True
        if isinstance(wanted, Published) and isinstance(other, Published):
            return all(not two or (one and one <= two) for one, two in zip(_facts(wanted), _facts(other), strict=True))
        if isinstance(wanted, Published | Near) or isinstance(other, Published | Near):
            return False
        is_wide = _zones(wanted.fields) <= _zones(other.fields) and wanted.min_count >= other.min_count
        return is_wide and self._says(wanted, other)

    def _says(self, wanted: Leaf, other: Leaf) -> bool:
        """Whether what the one looks for is what the other looks for, too."""
        if isinstance(wanted, Pattern) or isinstance(other, Pattern):
            is_pair = isinstance(wanted, Pattern) and isinstance(other, Pattern)
            return is_pair and replace(wanted, fields=(), min_count=1) == replace(other, fields=(), min_count=1)
        if isinstance(wanted, Mention) and isinstance(other, Mention) and wanted.entity == other.entity:
            return True
        # Longer spellings swallow shorter ones beside them: of more spellings there may be fewer places, but one.
        return other.min_count == 1 and self._covers(self._aliases(other), self._aliases(wanted))

    def _aliases(self, leaf: Mention | Term) -> tuple[Alias, ...]:
        return leaf.aliases if isinstance(leaf, Term) else self._entities[leaf.entity].aliases

    def _covers(self, wide: tuple[Alias, ...], narrow: tuple[Alias, ...]) -> bool:
        """Whether each place of the narrow spellings is one of the wide ones, too."""
        known = {_key(alias) for alias in wide}
        free = {alias.text.casefold() for alias in wide if _key(alias)[1:] == _FREE}
        return bool(narrow) and all(_key(alias) in known or alias.text.casefold() in free for alias in narrow)


_FREE = (False, (), (), (), False)


def _key(alias: Alias) -> tuple[object, ...]:
    text = alias.text if alias.is_cased else alias.text.casefold()
    return (text, alias.is_cased, alias.fields, alias.excluding, alias.not_near, alias.language == "ko")


def _zones(fields: tuple[Field, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(_ZONES[field] for field in fields)) if fields else _EVERYWHERE


def _facts(published: Published) -> tuple[frozenset[str], ...]:
    return (
        frozenset(map(str.casefold, published.outlets)),
        frozenset(map(primary, published.languages)),
        frozenset(published.countries),
    )
