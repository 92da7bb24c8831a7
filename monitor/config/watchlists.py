"""Watchlist files, the files they extend and the alias files they share → the model's watchlists.

Every error names file, line and column. What cannot be told without scoring (expressions, contradictions, thresholds
out of reach) is told by `core.scoring.soundness`, at the places that are noted here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.config.profile_files import load_profile
from monitor.config.texts import check_url
from monitor.config.watchlist_conditions import Conditions
from monitor.config.watchlist_entities import Entities, Layer, Notes, found_file
from monitor.config.watchlist_files import AliasFile, ExampleSection, RuleSection, WatchlistFile
from monitor.config.wording import near_miss, one_of
from monitor.config.yaml_events import Loc
from monitor.config.yaml_nodes import Document, read_document, validate
from monitor.model.watchlists import AllOf, Condition, Example, Mention, Rule, Watchlist

__all__ = ["AliasFile", "WatchlistFile", "load_watchlist"]

MAX_EXAMPLE_BYTES = 2_000_000


def load_watchlist(path: Path, *, config_dir: Path | None = None) -> Watchlist:
    """A watchlist with the files it extends and shares, found from the configuration folder (None: two levels up).

    Raises:
        ConfigError: With every problem of the first file that has any.
    """
    return _Reading(path, config_dir or path.parent.parent).watchlist()


def _read_layers(path: Path, config_dir: Path) -> tuple[Layer, ...]:
    """The watchlist's file and those that it extends, nearest first."""
    layers: list[Layer] = []
    names: list[str] = []
    seen: list[Path] = []
    found: Path | None = path
    while found is not None:
        seen.append(found.resolve())
        names.append(found.name)
        document = read_document(found)
        file = validate(document, WatchlistFile)
        layers.append(Layer(document, file))
        notes = Notes()
        loc: Loc = ("extends",)
        found = found_file(file.extends, document, loc, config_dir, notes) if file.extends else None
        if found is not None and found.resolve() in seen:
            notes.at(document, loc, f"extends itself: {' → '.join((*names, found.name))}.", "Break the circle.")
        notes.check()
    return tuple(layers)


@dataclass(frozen=True, slots=True)
class _Written:
    """A rule where it is written."""

    document: Document
    loc: Loc
    section: RuleSection
    sign: int

    @property
    def place(self) -> str:
        return _place(self.document, self.loc)


class _Reading:
    """One watchlist being read: its problems are gathered and raised at the end."""

    def __init__(self, path: Path, config_dir: Path) -> None:
        self._config_dir = config_dir
        self._layers = _read_layers(path, self._config_dir)
        self._document, self._file = self._layers[0].document, self._layers[0].file
        self._notes = Notes()
        self._entities = Entities(self._layers, self._config_dir, self._notes)

    def watchlist(self) -> Watchlist:
        """The watchlist.

        Raises:
            ConfigError: With every problem.
        """
        match = self._match()
        self._entities.use_own()
        written = self._rules()
        rules = tuple(self._rule(rule) for rule in written)
        sides = self._sides(match)
        if (others := self._given("others")) is not None:
            self._entities.use(others, ("others",), self._layer("others").document)
        profile = self._profile()
        examples = tuple(self._examples())
        self._check_thresholds()
        if self._given("title") is None:
            self._note(("title",), "is missing.")
        self._notes.check()
        watchlist = Watchlist(
            name=self._file.name,
            version="",
            title=self._given("title"),
            entities=self._entities.used,
            match=match,
            sides=sides,
            others=others,
            rules=rules,
            profile=profile,
            threshold=float(self._given("threshold")),
            alert_threshold=self._given("alert_threshold"),
            languages=self._given("languages"),
            outlets=self._given("outlets"),
            countries=self._given("countries"),
            ignored_languages=self._given("ignored_languages"),
            ignored_outlets=self._given("ignored_outlets"),
            ignored_countries=self._given("ignored_countries"),
            examples=examples,
            boost_cap=self._given("boost_cap"),
            stories_per_day=self._given("stories_per_day"),
            places=self._places(written),
        )
        return replace(watchlist, version=version_of(watchlist))

    # --- what is written where ---

    def _layer(self, key: str) -> Layer:
        """The nearest file in which a key is written, else the watchlist's own."""
        return next((layer for layer in self._layers if key in layer.file.model_fields_set), self._layers[0])

    def _given(self, key: str) -> Any:
        """The value of a key, which the nearest file that has it decides."""
        return getattr(self._layer(key).file, key)

    def _profile(self) -> dict[str, float]:
        """The profile's terms, written here or in a file of their own."""
        given = self._given("profile")
        if isinstance(given, str):
            document = self._layer("profile").document
            path = found_file(given, document, ("profile",), self._config_dir, self._notes)
            given = {} if path is None else load_profile(path)
        return dict(sorted(given.items()))

    def _places(self, written: list[_Written]) -> dict[str, str]:
        keys = ("name", "match", "threshold", "outlets", "languages", "countries")
        places = {
            key: _place(self._layer(key).document, (key,))
            for key in keys
            if key in self._layer(key).file.model_fields_set
        }
        places.setdefault("threshold", places["name"])
        return places | {f"{rule.loc[0]}.{rule.section.name}": rule.place for rule in written}

    # --- conditions and rules ---

    def _match(self) -> Condition:
        layer = self._layer("match")
        if layer.file.match is None:
            self._note(("match",), "is missing.")
            return AllOf(children=())
        return Conditions(layer.document, self._entities, self._notes).condition(layer.file.match, ("match",))

    def _sides(self, match: Condition) -> tuple[str, ...]:
        sides = self._given("sides")
        if sides is None:
            children = match.children if isinstance(match, AllOf) else (match,)
            return tuple(dict.fromkeys(child.entity for child in children if isinstance(child, Mention)))
        for index, name in enumerate(sides):
            self._entities.use(name, ("sides", index), self._layer("sides").document)
        return tuple(sides)

    def _rules(self) -> list[_Written]:
        """Boosts, then penalties; a nearer file's rule takes the place of the one of its name, or drops it."""
        kept: dict[str, _Written] = {}
        for layer in reversed(self._layers):
            for index, name in enumerate(layer.file.drop):
                if kept.pop(name, None) is None:
                    cure = near_miss(name, kept) or f"Inherited here: {one_of(kept) or 'none'}."
                    self._notes.at(layer.document, ("drop", index), f"there is no inherited rule {name!r}.", cure)
            seen: dict[str, Loc] = {}
            for key, sections, sign in (("boost", layer.file.boost, 1), ("penalty", layer.file.penalty, -1)):
                for index, section in enumerate(sections):
                    loc: Loc = (key, index)
                    first = seen.setdefault(section.name, loc)
                    if first != loc:
                        line = layer.document.marks[*first, "name"][0]
                        cure = "Give each rule a name of its own."
                        self._notes.at(layer.document, (*loc, "name"), f"is taken (line {line}).", cure)
                    kept[section.name] = _Written(layer.document, loc, section, sign)
        return sorted(kept.values(), key=lambda rule: -rule.sign)

    def _rule(self, rule: _Written) -> Rule:
        conditions = Conditions(rule.document, self._entities, self._notes)
        when = conditions.condition(rule.section.when, (*rule.loc, "when"))
        points = rule.sign * rule.section.points
        return Rule(name=rule.section.name, when=when, points=points, label=rule.section.label)

    # --- tests and numbers ---

    def _examples(self) -> Iterator[Example]:
        for key, must_match in (("must_match", True), ("must_not_match", False)):
            for index, item in enumerate(getattr(self._file.tests, key)):
                loc = ("tests", key, index)
                line, column = self._document.marks.get(loc, (0, 0))
                place = f"{self._document.path}:{line}:{column}"
                section = self._example_section(item, loc)
                text = self._file_text(section.file, loc) if section.file else section.text
                yield Example(
                    title=section.title,
                    text=text,
                    must_match=must_match,
                    place=place,
                    file=section.file,
                    url=section.url or "",
                )

    def _example_section(self, item: str | ExampleSection, loc: Loc) -> ExampleSection:
        """A bare string is a headline, or an address or a file where it looks like one."""
        if isinstance(item, ExampleSection):
            return item
        if item.startswith(("https://", "http://")) and " " not in item:
            try:
                return ExampleSection(url=check_url(item))
            except ValueError as error:
                self._note(loc, str(error))
        is_file = item.endswith(".txt") and "/" in item and " " not in item
        return ExampleSection(file=item) if is_file else ExampleSection(title=item)

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

    def _check_thresholds(self) -> None:
        threshold, alert = self._given("threshold"), self._given("alert_threshold")
        if alert is None or alert >= threshold:
            return
        if "alert_threshold" in self._file.model_fields_set or "threshold" not in self._file.model_fields_set:
            loc, message = ("alert_threshold",), f"is below the threshold of {threshold:g}."
        else:
            loc, message = ("threshold",), f"is above the inherited alert_threshold of {alert:g}."
        self._notes.at(self._layer(loc[0]).document, loc, message, "Alerts are matches, too.")

    def _note(self, loc: Loc, message: str, cure: str = "") -> None:
        self._notes.at(self._document, loc, message, cure)


def _place(document: Document, loc: Loc) -> str:
    line, column = document.marks[loc]
    return f"{document.path}:{line}:{column}"


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
        "filters": (
            (watchlist.languages, watchlist.outlets, watchlist.countries),
            (watchlist.ignored_languages, watchlist.ignored_outlets, watchlist.ignored_countries),
        ),
        "boost_cap": watchlist.boost_cap,
    }
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()
