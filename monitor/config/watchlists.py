"""Watchlist files and the alias files they share → the model's watchlists; every error at file:line:column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.config.texts import check_language
from monitor.config.watchlist_files import (
    AliasFile,
    ConditionSection,
    EntityValue,
    ExampleSection,
    LeafSection,
    NearSection,
    RuleSection,
    Terms,
    TermSection,
    TermValue,
    WatchlistFile,
)
from monitor.config.wording import near_miss, one_of
from monitor.config.yaml_events import Loc
from monitor.config.yaml_nodes import Document, problem_at, problem_at_key, read_document, validate
from monitor.errors import ConfigError, Problem
from monitor.model.watchlists import (
    Alias,
    AllOf,
    AnyOf,
    Condition,
    Entity,
    Example,
    Field,
    Mention,
    Near,
    NoneOf,
    Rule,
    Term,
    Watchlist,
)

__all__ = ["AliasFile", "WatchlistFile", "load_watchlist"]

INCLUDE = "include"
EVERY_LANGUAGE = "any"
MAX_EXAMPLE_BYTES = 2_000_000


def load_watchlist(path: Path) -> Watchlist:
    """A watchlist with its shared alias files; these are found from the configuration folder, two levels up.

    Raises:
        ConfigError: With every problem of the first file that has any.
    """
    return _Reading(path).watchlist()


@dataclass(frozen=True, slots=True)
class _Source:
    """Where an entity is written."""

    document: Document
    loc: Loc
    value: EntityValue


class _Reading:
    """One watchlist file being read: its problems are gathered and raised at the end."""

    def __init__(self, path: Path) -> None:
        self._config_dir = path.parent.parent
        self._document = read_document(path)
        self._file = validate(self._document, WatchlistFile)
        self._problems: list[Problem] = []
        self._shared: dict[str, _Source] = {}
        self._own = {
            name: _Source(self._document, ("entities", name), value) for name, value in self._file.entities.items()
        }
        self._used: dict[str, Entity] = {}

    def watchlist(self) -> Watchlist:
        """The watchlist.

        Raises:
            ConfigError: With every problem.
        """
        file = self._file
        for index, name in enumerate(file.aliases):
            self._read_aliases(index, name)
        match = self._condition(file.match, ("match",))
        for name in self._own:
            self._entity(name, ("entities", name))
        rules = (*self._rules("boost", file.boost, 1), *self._rules("penalty", file.penalty, -1))
        sides = self._sides(match)
        if file.others is not None:
            self._entity(file.others, ("others",))
        examples = tuple(self._examples())
        self._check_numbers()
        if self._problems:
            raise ConfigError(tuple(sorted(self._problems, key=lambda problem: (problem.line, problem.column))))
        watchlist = Watchlist(
            name=file.name,
            version="",
            title=file.title,
            entities=self._used,
            match=match,
            sides=sides,
            others=file.others,
            rules=rules,
            profile=dict(sorted(file.profile.items())),
            threshold=float(file.threshold),
            alert_threshold=file.alert_threshold,
            languages=file.languages,
            outlets=file.outlets,
            ignored_outlets=file.ignored_outlets,
            examples=examples,
            boost_cap=file.boost_cap,
        )
        return replace(watchlist, version=version_of(watchlist))

    # --- entities ---

    def _read_aliases(self, index: int, name: str) -> None:
        loc: Loc = ("aliases", index)
        path = self._config_dir / name
        if not path.resolve().is_relative_to(self._config_dir.resolve()):
            self._note(loc, "lies outside the configuration folder.")
            return
        if not path.is_file():
            names = [str(found.relative_to(self._config_dir)) for found in self._config_dir.glob("aliases/*.yaml")]
            self._note(loc, f"there is no file {path}.", near_miss(name, names))
            return
        document = read_document(path)
        for entity, value in validate(document, AliasFile).entities.items():
            if entity in self._shared:
                first = self._shared[entity].document.path
                message = f"the entity {entity!r} is already in {first}."
                raise ConfigError((problem_at_key(document, ("entities", entity), message, "Rename one of them."),))
            self._shared[entity] = _Source(document, ("entities", entity), value)

    def _entity(self, name: str, loc: Loc, document: Document | None = None) -> None:
        """Take an entity into use; a strange name is a problem at `loc`."""
        if name in self._used:
            return
        source = self._own.get(name) or self._shared.get(name)
        if source is None:
            self._strange(name, loc, document)
        else:
            self._used[name] = Entity(id=name, aliases=tuple(dict.fromkeys(self._aliases(source, (name,)))))

    def _strange(self, name: str, loc: Loc, document: Document | None) -> None:
        known = [*self._own, *self._shared]
        cure = near_miss(name, known) or f"Known here: {one_of(known) or 'none'}."
        self._problems.append(problem_at(document or self._document, loc, f"there is no entity {name!r}.", cure))

    def _aliases(self, source: _Source, path: tuple[str, ...]) -> Iterator[Alias]:
        """An entity's spellings, those that it includes last."""
        if not isinstance(source.value, dict):
            yield from (_alias(term, None) for term in source.value)
            return
        for key, terms in source.value.items():
            if key != INCLUDE and self._is_language(source, key):
                language = None if key == EVERY_LANGUAGE else key
                yield from (_alias(term, language) for term in terms)
        for index, term in enumerate(source.value.get(INCLUDE, ())):
            name = term if isinstance(term, str) else term.term
            loc = (*source.loc, INCLUDE, index)
            # An own entity may widen the shared one of the same name.
            own = self._own.get(name) if name != path[-1] else None
            included = own or self._shared.get(name)
            if included is None:
                self._strange(name, loc, source.document)
            elif name in path[:-1] or (name == path[-1] and included is source):
                circle = " → ".join((*path, name))
                self._problems.append(problem_at(source.document, loc, f"includes itself: {circle}."))
            else:
                for alias in self._aliases(included, (*path, name)):
                    yield replace(alias, group=alias.group or name)

    def _is_language(self, source: _Source, key: str) -> bool:
        if key == EVERY_LANGUAGE:
            return True
        try:
            check_language(key)
        except ValueError:
            message = "is no language code."
            cure = f"Write id, en, ko, …, {EVERY_LANGUAGE} (every language) or {INCLUDE} (other entities)."
            self._problems.append(problem_at_key(source.document, (*source.loc, key), message, cure))
            return False
        return True

    def _sides(self, match: Condition) -> tuple[str, ...]:
        sides = self._file.sides
        if sides is None:
            children = match.children if isinstance(match, AllOf) else (match,)
            return tuple(dict.fromkeys(child.entity for child in children if isinstance(child, Mention)))
        for index, name in enumerate(sides):
            self._entity(name, ("sides", index))
        return sides

    # --- conditions ---

    def _condition(self, section: str | ConditionSection, loc: Loc) -> Condition:
        if isinstance(section, str):
            return Term(aliases=(Alias(text=section),))
        for kind, join in (("all", AllOf), ("any", AnyOf), ("none", NoneOf)):
            children = getattr(section, kind)
            if children is not None:
                return join(
                    children=tuple(self._condition(child, (*loc, kind, index)) for index, child in enumerate(children))
                )
        if section.near is not None:
            return self._near(section.near, (*loc, "near"), section.in_)
        return self._leaf(section, loc)

    def _leaf(self, section: ConditionSection | LeafSection, loc: Loc) -> Mention | Term:
        fields = tuple(Field(name) for name in section.in_)
        if section.entity is not None:
            self._entity(section.entity, (*loc, "entity"))
            return Mention(entity=section.entity, fields=fields, min_count=section.min_count)
        return Term(aliases=_terms(section.terms or ()), fields=fields, min_count=section.min_count)

    def _near(self, section: NearSection, loc: Loc, fields: tuple[str, ...]) -> Near:
        children: list[Mention | Term] = []
        for index, item in enumerate(section.of):
            if isinstance(item, LeafSection):
                children.append(self._leaf(item, (*loc, "of", index)))
            else:
                children.append(Term(aliases=_terms((item,) if isinstance(item, str) else item)))
        for index, name in enumerate(section.entities):
            self._entity(name, (*loc, "entities", index))
            children.append(Mention(entity=name))
        if section.terms:
            children.append(Term(aliases=_terms(section.terms)))
        words = None if section.within == "sentence" else section.within
        names = tuple(Field(name) for name in fields)
        return Near(children=tuple(children), words=words, is_ordered=section.ordered, fields=names)

    def _rules(self, key: str, sections: tuple[RuleSection, ...], sign: int) -> Iterator[Rule]:
        seen: dict[str, int] = {}
        for index, section in enumerate(sections):
            first = seen.setdefault(section.name, index)
            if first != index:
                line = self._document.marks[key, first, "name"][0]
                self._note((key, index, "name"), f"is taken (line {line}).", "Give each rule a name of its own.")
            when = self._condition(section.when, (key, index, "when"))
            yield Rule(name=section.name, when=when, points=sign * section.points, label=section.label)

    # --- tests and numbers ---

    def _examples(self) -> Iterator[Example]:
        for key, must_match in (("must_match", True), ("must_not_match", False)):
            for index, item in enumerate(getattr(self._file.tests, key)):
                loc = ("tests", key, index)
                line, column = self._document.marks.get(loc, (0, 0))
                place = f"{self._document.path}:{line}:{column}"
                section = _example_section(item)
                text = self._file_text(section.file, loc) if section.file else section.text
                yield Example(title=section.title, text=text, must_match=must_match, place=place, file=section.file)

    def _file_text(self, name: str, loc: Loc) -> str:
        """The text of an example's file, looked for in the configuration folder and in the one above."""
        for folder in (self._config_dir, self._config_dir.parent):
            path = folder / name
            if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
                try:
                    return path.read_bytes()[:MAX_EXAMPLE_BYTES].decode("utf-8-sig")
                except (OSError, UnicodeDecodeError) as error:
                    self._note(loc, f"{path} cannot be read as UTF-8 text ({type(error).__name__}).")
                    return ""
        self._note(loc, f"there is no file {name!r} in {self._config_dir.parent}.", "Put it there or correct the name.")
        return ""

    def _check_numbers(self) -> None:
        file = self._file
        if file.alert_threshold is not None and file.alert_threshold < file.threshold:
            self._note(
                ("alert_threshold",), f"is below the threshold of {file.threshold:g}.", "Alerts are matches, too."
            )
        for index, language in enumerate(file.languages):
            try:
                check_language(language)
            except ValueError as error:
                self._note(("languages", index), str(error))

    def _note(self, loc: Loc, message: str, cure: str = "") -> None:
        self._problems.append(problem_at(self._document, loc, message, cure))


def _alias(term: TermValue, language: str | None) -> Alias:
    if isinstance(term, str):
        return Alias(text=term, language=language)
    return _limited(term, language)


def _limited(term: TermSection, language: str | None) -> Alias:
    return Alias(
        text=term.term,
        language=language,
        is_cased=term.cased,
        fields=tuple(Field(name) for name in term.in_),
        excluding=term.not_,
        not_near=term.not_near,
    )


def _terms(terms: Terms) -> tuple[Alias, ...]:
    return tuple(dict.fromkeys(_alias(term, None) for term in terms))


def _example_section(item: str | ExampleSection) -> ExampleSection:
    """A bare string is a headline, or a file where it looks like one."""
    if isinstance(item, ExampleSection):
        return item
    is_file = item.endswith(".txt") and "/" in item and " " not in item
    return ExampleSection(file=item) if is_file else ExampleSection(title=item)


def version_of(watchlist: Watchlist) -> str:
    """A digest of all that can change a score; titles, labels and tests cannot."""
    parts: Mapping[str, object] = {
        "entities": {name: watchlist.entities[name] for name in sorted(watchlist.entities)},
        "match": watchlist.match,
        "sides": watchlist.sides,
        "others": watchlist.others,
        "rules": tuple((rule.name, rule.when, float(rule.points)) for rule in watchlist.rules),
        "profile": sorted(watchlist.profile.items()),
        "threshold": watchlist.threshold,
        "filters": (watchlist.languages, watchlist.outlets, watchlist.ignored_outlets),
        "boost_cap": watchlist.boost_cap,
    }
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()
