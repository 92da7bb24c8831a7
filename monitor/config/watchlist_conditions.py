"""The conditions of a watchlist file → the model's."""

from __future__ import annotations

from monitor.config.watchlist_entities import Entities, Notes, alias_of, check_stop_words, terms_of
from monitor.config.watchlist_files import ConditionSection, LeafSection, NearSection
from monitor.config.yaml_events import Loc
from monitor.config.yaml_nodes import Document
from monitor.model.watchlists import (
    Alias,
    AllOf,
    AnyOf,
    Condition,
    Field,
    Leaf,
    Mention,
    Near,
    NoneOf,
    Pattern,
    Published,
    Term,
)


class Conditions:
    """Reads the conditions of one document; entities that they name are taken into use."""

    def __init__(self, document: Document, entities: Entities, notes: Notes) -> None:
        self._document = document
        self._entities = entities
        self._notes = notes

    def condition(self, section: str | ConditionSection, loc: Loc) -> Condition:
        """A condition written at a key path."""
        if isinstance(section, str):
            line, column = self._document.marks[loc]
            alias = Alias(text=section, place=f"{self._document.path}:{line}:{column}")
            is_entity = self._entities.knows(section)
            cure = f"If the entity is meant, write {{entity: {section}}}." if is_entity else ""
            check_stop_words(alias, self._document, loc, self._notes, cure)
            return Term(aliases=(alias,))
        for kind, join in (("all", AllOf), ("any", AnyOf), ("none", NoneOf)):
            children = getattr(section, kind)
            if children is not None:
                return join(
                    children=tuple(self.condition(child, (*loc, kind, index)) for index, child in enumerate(children))
                )
        if section.near is not None:
            return self._near(section.near, (*loc, "near"), section.in_)
        if section.outlet or section.language or section.country:
            return Published(
                outlets=_several(section.outlet),
                languages=_several(section.language),
                countries=_several(section.country),
            )
        return self._leaf(section, loc)

    def _leaf(self, section: ConditionSection | LeafSection, loc: Loc, *, is_near: bool = False) -> Leaf:
        """With `is_near`, a word like “no” is a term: it is its company that counts."""
        fields = tuple(Field(name) for name in section.in_)
        if section.entity is not None:
            self._entities.use(section.entity, (*loc, "entity"), self._document)
            return Mention(entity=section.entity, fields=fields, min_count=section.min_count)
        if section.regex is not None:
            line, column = self._document.marks[*loc, "regex"]
            return Pattern(
                regex=section.regex,
                is_cased=section.exact_case,
                fields=fields,
                min_count=section.min_count,
                place=f"{self._document.path}:{line}:{column}",
            )
        notes = Notes() if is_near else self._notes
        terms = terms_of(section.terms or (), None, self._document, (*loc, "terms"), notes, is_cased=section.exact_case)
        return Term(aliases=tuple(dict.fromkeys(terms)), fields=fields, min_count=section.min_count)

    def _near(self, section: NearSection, loc: Loc, fields: tuple[str, ...]) -> Near:
        children: list[Leaf] = []
        for index, item in enumerate(section.of):
            if isinstance(item, LeafSection):
                children.append(self._leaf(item, (*loc, "of", index), is_near=True))
            else:
                terms = (item,) if isinstance(item, str) else item
                children.append(Term(aliases=tuple(dict.fromkeys(map(alias_of, terms)))))
        for index, name in enumerate(section.entities):
            self._entities.use(name, (*loc, "entities", index), self._document)
            children.append(Mention(entity=name))
        if section.terms:
            children.append(Term(aliases=tuple(dict.fromkeys(map(alias_of, section.terms)))))
        words = None if section.within == "sentence" else section.within
        names = tuple(Field(name) for name in fields)
        return Near(children=tuple(children), words=words, is_ordered=section.ordered, fields=names)


def _several(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value or ()
