"""The entities of a chain of watchlist files and of the alias files that they share.

A name is looked up in the watchlist, then in the files that it extends, nearest first, then in the shared files. An
entity that includes its own name widens the next one found under it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.config.stop_words import is_only_stop_words
from monitor.config.texts import check_language
from monitor.config.watchlist_files import (
    AliasFile,
    EntityValue,
    Terms,
    TermSection,
    TermValue,
    WatchlistFile,
)
from monitor.config.wording import near_miss, one_of, shown
from monitor.config.yaml_events import Loc
from monitor.config.yaml_nodes import Document, problem_at, problem_at_key, read_document, validate
from monitor.errors import ConfigError, Problem
from monitor.model.watchlists import Alias, Entity, Field

INCLUDE = "include"
EVERY_LANGUAGE = "any"


@dataclass(frozen=True, slots=True)
class Layer:
    """One file of a chain of watchlists."""

    document: Document
    file: WatchlistFile


@dataclass(slots=True)
class Notes:
    """Problems gathered while files are read."""

    problems: list[Problem] = field(default_factory=list)

    def at(self, document: Document, loc: Loc, message: str, cure: str = "") -> None:
        """A problem with a value."""
        self.problems.append(problem_at(document, loc, message, cure))

    def at_key(self, document: Document, loc: Loc, message: str, cure: str = "") -> None:
        """A problem with a key."""
        self.problems.append(problem_at_key(document, loc, message, cure))

    def check(self) -> None:
        """Raise `ConfigError` with what was gathered, in the order of the files, each problem once."""
        if self.problems:
            unique = dict.fromkeys(self.problems)
            raise ConfigError(tuple(sorted(unique, key=lambda problem: (problem.file, problem.line, problem.column))))


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """Where an entity is written."""

    document: Document
    loc: Loc
    value: EntityValue


class Entities:
    """The entities that a watchlist can name, and those that it does."""

    def __init__(self, layers: tuple[Layer, ...], config_dir: Path, notes: Notes) -> None:
        """`layers` begin with the watchlist itself."""
        self._config_dir = config_dir
        self._notes = notes
        self.used: dict[str, Entity] = {}
        self._own: dict[str, list[_Source]] = {}
        for layer in layers:
            for name, value in layer.file.entities.items():
                self._own.setdefault(name, []).append(_Source(layer.document, ("entities", name), value))
        self._shared: dict[str, _Source] = {}
        read: set[Path] = set()
        for layer in reversed(layers):
            for index, name in enumerate(layer.file.aliases):
                self._read_aliases(layer.document, index, name, read)

    def use_own(self) -> None:
        """Take every entity of the watchlists themselves into use, so that all their mistakes are told."""
        for name, sources in self._own.items():
            self.use(name, sources[0].loc, sources[0].document)

    def use(self, name: str, loc: Loc, document: Document) -> None:
        """Take an entity into use; a strange name is a problem at `loc`."""
        if name in self.used:
            return
        sources = self._sources(name)
        if not sources:
            self._strange(name, loc, document)
            return
        known = len(self._notes.problems)
        aliases = tuple(dict.fromkeys(self._aliases(sources[0], name, ())))
        if not aliases and len(self._notes.problems) == known:
            cure = "Write one, or remove the entity."
            self._notes.at(sources[0].document, sources[0].loc, "has no spelling, so it is named nowhere.", cure)
        self.used[name] = Entity(id=name, aliases=aliases)

    def knows(self, name: str) -> bool:
        """Whether there is an entity of this name."""
        return bool(self._sources(name))

    def _sources(self, name: str) -> list[_Source]:
        """Where an entity of this name is written, nearest first."""
        shared = self._shared.get(name)
        return [*self._own.get(name, ()), *([shared] if shared else ())]

    def _read_aliases(self, document: Document, index: int, name: str, read: set[Path]) -> None:
        path = found_file(name, document, ("aliases", index), self._config_dir, self._notes)
        if path is None or path.resolve() in read:
            return
        read.add(path.resolve())
        shared = read_document(path)
        for entity, value in validate(shared, AliasFile).entities.items():
            if entity in self._shared:
                first = self._shared[entity].document.path
                message = f"the entity {entity!r} is already in {first}."
                raise ConfigError((problem_at_key(shared, ("entities", entity), message, "Rename one of them."),))
            self._shared[entity] = _Source(shared, ("entities", entity), value)

    def _strange(self, name: str, loc: Loc, document: Document) -> None:
        known = dict.fromkeys([*self._own, *self._shared])
        cure = near_miss(name, known) or f"Known here: {one_of(known) or 'none'}."
        self._notes.at(document, loc, f"there is no entity {name!r}.", cure)

    def _aliases(self, source: _Source, name: str, path: tuple[tuple[str, _Source], ...]) -> Iterator[Alias]:
        """An entity's spellings, those that it includes last."""
        value, loc = source.value, source.loc
        if not isinstance(value, dict):
            yield from terms_of(value, None, source.document, loc, self._notes)
            return
        for key, terms in value.items():
            if key != INCLUDE and self._is_language(source, key):
                language = None if key == EVERY_LANGUAGE else key
                yield from terms_of(terms, language, source.document, (*loc, key), self._notes)
        path = (*path, (name, source))
        for index, term in enumerate(value.get(INCLUDE, ())):
            yield from self._included(term if isinstance(term, str) else term.term, source, index, path)

    def _included(
        self, name: str, source: _Source, index: int, path: tuple[tuple[str, _Source], ...]
    ) -> Iterator[Alias]:
        loc = (*source.loc, INCLUDE, index)
        sources = self._sources(name)
        if name == path[-1][0]:  # its own name means the one that it stands before
            sources = sources[sources.index(source) + 1 :]
            if not sources and source is self._shared.get(name):
                sources = [source]
        if not sources:
            self._strange(name, loc, source.document)
        elif any(sources[0] is before for _, before in path):
            circle = " → ".join((*(before for before, _ in path), name))
            self._notes.at(source.document, loc, f"includes itself: {circle}.")
        else:
            for alias in self._aliases(sources[0], name, path):
                yield replace(alias, group=alias.group or name)

    def _is_language(self, source: _Source, key: str) -> bool:
        if key == EVERY_LANGUAGE:
            return True
        try:
            check_language(key)
        except ValueError:
            message = "is no language code."
            cure = f"Write id, en, ko, …, {EVERY_LANGUAGE} (every language) or {INCLUDE} (other entities)."
            self._notes.at_key(source.document, (*source.loc, key), message, cure)
            return False
        return True


def found_file(name: str, document: Document, loc: Loc, config_dir: Path, notes: Notes) -> Path | None:
    """A file below the configuration folder by the name that a value gives it; None with a problem noted."""
    folder = {"aliases": "aliases", "profile": "profiles"}.get(str(loc[0]), "watchlists")
    path = config_dir / name
    if not path.resolve().is_relative_to(config_dir.resolve()):
        notes.at(document, loc, "lies outside the configuration folder.")
        return None
    if not path.is_file():
        names = [str(found.relative_to(config_dir)) for found in config_dir.glob(f"{folder}/*.yaml")]
        notes.at(document, loc, f"there is no file {path}.", near_miss(name, names))
        return None
    return path


def terms_of(
    terms: Terms, language: str | None, document: Document, loc: Loc, notes: Notes, *, is_cased: bool = False
) -> Iterator[Alias]:
    """Terms as aliases; one that stands in nearly every text is a problem."""
    for index, term in enumerate(terms):
        line, column = document.marks.get((*loc, index)) or document.marks[loc]
        alias = replace(alias_of(term, language, is_cased=is_cased), place=f"{document.path}:{line}:{column}")
        check_stop_words(alias, document, (*loc, index), notes)
        yield alias


def alias_of(term: TermValue, language: str | None = None, *, is_cased: bool = False) -> Alias:
    """A term as an alias."""
    if not isinstance(term, TermSection):
        return Alias(text=term, language=language, is_cased=is_cased)
    return Alias(
        text=term.term,
        language=language,
        is_cased=term.cased or is_cased,
        fields=tuple(Field(name) for name in term.in_),
        excluding=term.not_,
        not_near=term.not_near,
    )


def check_stop_words(alias: Alias, document: Document, loc: Loc, notes: Notes, cure: str = "") -> None:
    """A problem for a term that holds only words like “yang” or “the”; capitals save it where case counts ("WHO")."""
    if is_only_stop_words(alias.text, alias.language) and not (alias.is_cased and alias.text != alias.text.lower()):
        has_capitals = alias.text != alias.text.lower()
        usual = f"Write {{term: {alias.text}, cased: true}}." if has_capitals else "Write more of the phrase."
        notes.at(document, loc, f"{shown(alias.text)} stands in nearly every text.", cure or usual)
