"""The shape of watchlist and alias files, as pydantic models; what they mean is worked out in `watchlists`."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from monitor.config.texts import Country, Language, Line, Slug, WebUrl
from monitor.config.yaml_nodes import Many, Strict

STEP = 0.25
"""Points go in quarters: a binary float holds them exactly, so that signals sum to the score exactly."""
MIN_STEM = 3
"""Shortest stem before a `*`; shorter ones hit half a dictionary."""

FieldName = Literal["title", "lead", "body", "url"]
FieldNames = Annotated[
    Many[FieldName],
    Field(description="Only there: title, lead, body (all but title and url), url. Default: not in url."),
]


def check_points(points: float) -> float:
    """Points in steps of a quarter."""
    if points / STEP != int(points / STEP):
        raise ValueError(f"points go in steps of {STEP}: write {round(points / STEP) * STEP:g}.")
    return points


def check_term(text: str) -> str:
    """A spelling: it holds a letter or digit, and `*` stands only behind a word's stem (alone, of three letters)."""
    if not any(map(_is_solid, text)):
        raise ValueError("a term needs at least one letter or digit.")
    words = text.replace("-", " ").split()
    for word in words:
        stem, star, rest = word.partition("*")
        if star and (rest or not stem):
            raise ValueError(f"{word!r}: a * stands for the end of a word, so it comes last, as in “senjat*”.")
        if star and len(words) == 1 and len(stem) < MIN_STEM:
            raise ValueError(f"{word!r} hits too much: write at least {MIN_STEM} letters before the *.")
    return text


def _is_solid(char: str) -> bool:
    """Whether a letter or digit is one in the normal form, too: that drops strokes and reads apostrophes as such."""
    is_stroke = "\u02b0" <= char <= "\u02ff" or char == "\u0640"
    return char.isalnum() and not is_stroke and not "\U0001f000" <= char <= "\U0001faff"


def check_path(text: str) -> str:
    """A file below the configuration folder, as users write it."""
    if not text.endswith(".yaml"):
        raise ValueError("must be a .yaml file, relative to the configuration folder, like watchlists/base.yaml.")
    return text


_ESCAPES = {
    "\a": "a",
    "\b": "b",
    "\v": "v",
    "\f": "f",
    "\x1b": "e",
    "\0": "0",
    "\x85": "N",
    "\u2028": "L",
    "\u2029": "P",
}
"""What YAML makes of a backslash and a letter in double quotes, and RE2 reads as something else."""


def check_regex(text: str) -> str:
    """An expression without what only an escape of YAML puts into it."""
    for char in text:
        if char not in "\t\n\r" and unicodedata.category(char) in {"Cc", "Zl", "Zp"}:
            was = f"YAML reads \\{_ESCAPES[char]} in double quotes as one" if char in _ESCAPES else "no text has one"
            raise ValueError(f"holds a control character: {was}. Put the expression in single quotes: '…'.")
    return text


KINDS = ("all", "any", "none", "entity", "terms", "regex", "near", "outlet", "language", "country")

Points = Annotated[float, Field(gt=0, le=1000), AfterValidator(check_points)]
Regex = Annotated[str, Field(min_length=1), AfterValidator(check_regex)]
TermText = Annotated[str, AfterValidator(check_term)]


class TermSection(Strict):
    """A spelling with what limits it."""

    term: TermText
    cased: bool = Field(default=False, description="Compare case as written: DPRK, not dprk.")
    in_: FieldNames = Field(default=(), alias="in")
    not_: Many[TermText] = Field(default=(), alias="not", description="Longer strings inside which it does not count.")
    not_near: Many[TermText] = Field(default=(), description="It does not count within ten words of one of these.")


TermValue = TermText | TermSection
Terms = Many[TermValue]
ProfileTerms = dict[TermText, Annotated[float, Field(gt=0, le=1000)]]
EntityValue = Terms | dict[str, Terms]
"""A list of spellings, or spellings by language; the key `include` lists other entities, `any` is every language."""


SEVERAL = "Write {all: [ … ]} where each of them must be there, {any: [ … ]} where one is enough."
ONE_ENTITY = "Name one; of several, {any: [{entity: …}, {entity: …}]}."


class NearSection(Strict):
    """Things that must stand close together. In order: `of` as listed, or entities before terms."""

    of: Many[TermText | Terms | LeafSection] = Field(
        default=(), description="Each item must be near: a term, a list of terms (any of them), {entity: name}."
    )
    entities: Many[str] = Field(default=(), description="Short for `of` with entities.")
    terms: Terms = Field(default=(), description="Short for one more item of `of`: any of these terms.")
    within: Annotated[int, Field(ge=1, le=1000)] | Literal["sentence"] = Field(
        default="sentence", description="A number of words, or `sentence`."
    )
    ordered: bool = False

    @model_validator(mode="after")
    def _two_things(self) -> Self:
        if len(self.of) + len(self.entities) + bool(self.terms) < 2:
            raise ValueError("near needs two things or more, in `of`, `entities` and `terms`.")
        return self


class LeafSection(Strict):
    """An entity, some terms or an expression, somewhere."""

    cures: ClassVar[Mapping[str, str]] = {"entity": ONE_ENTITY}

    entity: str | None = Field(default=None, description="Name of an entity.")
    terms: Terms | None = Field(default=None, min_length=1, description="Any of these.")
    regex: Regex | None = Field(default=None, description="An RE2 expression; docs/watchlists.md.")
    in_: FieldNames = Field(default=(), alias="in")
    min_count: int = Field(default=1, ge=1, le=1000, description="At least so often.")
    exact_case: bool = Field(default=False, description="Compare case as written; with terms and regex.")

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        kinds = ("entity", "terms", "regex")
        given = [kind for kind in kinds if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(kinds)}.")
        _check_case(given[0], self.exact_case)
        return self


class ConditionSection(Strict):
    """Exactly one of all, any, none, entity, terms, regex, near, outlet, language, country; what limits it beside."""

    cures: ClassVar[Mapping[str, str]] = {
        "entity": ONE_ENTITY,
        "near": "Write near: {of: [ … ]}.",
        **dict.fromkeys(
            ("all", "any", "none"), "In its brackets stand texts and conditions, like {entity: …} or {any: [ … ]}."
        ),
    }

    all: Many[TermText | ConditionSection] | None = Field(default=None, min_length=1)
    any: Many[TermText | ConditionSection] | None = Field(default=None, min_length=1)
    none: Many[TermText | ConditionSection] | None = Field(default=None, min_length=1)
    entity: str | None = Field(default=None, description="Name of an entity.")
    terms: Terms | None = Field(default=None, min_length=1, description="Any of these.")
    regex: Regex | None = Field(default=None, description="An RE2 expression; docs/watchlists.md.")
    near: NearSection | None = None
    outlet: Line | Many[Line] | None = Field(default=None, min_length=1, description="Published by one of these.")
    language: Language | Many[Language] | None = Field(default=None, min_length=1, description="In one of these.")
    country: Country | Many[Country] | None = Field(
        default=None, min_length=1, description="By an outlet of one of these: ID, KR, …"
    )
    in_: FieldNames = Field(default=(), alias="in")
    min_count: int = Field(default=1, ge=1, le=1000, description="At least so often.")
    exact_case: bool = Field(default=False, description="Compare case as written; with terms and regex.")

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            found = f", found {' and '.join(given)}" if given else ""
            cure = (
                " Put one inside the other: all: [ …, {none: [ … ]}]."
                if len({*given} & {"all", "any", "none"}) > 1
                else ""
            )
            raise ValueError(f"needs exactly one of {', '.join(KINDS)}{found}.{cure}")
        kind = given[0]
        if kind not in {"entity", "terms", "regex"} and self.min_count != 1:
            raise ValueError("min_count goes with entity, terms or regex.")
        if kind not in {"entity", "terms", "regex", "near"} and self.in_:
            raise ValueError("`in` goes with entity, terms, regex or near: write it at each of them.")
        _check_case(kind, self.exact_case)
        return self


def _check_case(kind: str, exact_case: bool) -> None:
    if exact_case and kind not in {"terms", "regex"}:
        raise ValueError("exact_case goes with terms or regex; an entity's spellings take `cased: true` each.")


class RuleSection(Strict):
    """Points for what is nice to have (boost) or speaks against (penalty)."""

    cures: ClassVar[Mapping[str, str]] = {"when": SEVERAL, "label": "Write it by language: {en: …, id: …}."}

    name: Slug
    when: TermText | ConditionSection
    points: Points = Field(description="A positive number; a penalty takes it away.")
    label: dict[str, Line] = Field(default_factory=dict, description="Words for the reader: {id: …, en: …}.")


class ExampleSection(Strict):
    """A text with its headline, a file, or the address of a stored article."""

    title: str = ""
    text: str = ""
    file: str = Field(default="", description="A saved document, relative to the folder above config/.")
    url: WebUrl | None = Field(default=None, description="The address of an article, tried once it is stored.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.title or self.text or self.file or self.url):
            raise ValueError("needs a title, a text, a file or a url.")
        if self.text and self.file:
            raise ValueError("has both text and file: keep one.")
        if self.url and (self.title or self.text or self.file):
            raise ValueError("has a url and more: the stored article has its own title and text, keep one.")
        return self


class TestsSection(Strict):
    """Texts that must match, and texts that must not; a watchlist that fails one never goes live.

    A bare string is a headline, a file (it ends in .txt and has a folder) or the address of a stored article.
    """

    must_match: Many[str | ExampleSection] = ()
    must_not_match: Many[str | ExampleSection] = ()


ConfigPath = Annotated[str, AfterValidator(check_path)]


class WatchlistFile(Strict):
    """One watchlist. With `extends`, what is not written here is that of the other file; docs/watchlists.md."""

    cures: ClassVar[Mapping[str, str]] = {
        "match": SEVERAL,
        "title": "Write it by language: {en: …, id: …}.",
        "entities": "Write each with its name before it: palm: [ … ].",
        "tests": "Write must_match: [ … ] and must_not_match: [ … ] below it.",
    }

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["extends"]}, {"required": ["title", "match"]}]}
    )

    name: Slug
    extends: ConfigPath | None = Field(
        default=None, description="Another watchlist to build on, relative to the configuration folder."
    )
    drop: Many[Slug] = Field(default=(), description="Names of inherited boosts and penalties that do not count here.")
    title: dict[str, Line] | None = Field(
        default=None, min_length=1, description="By language of the digest: {id: …, en: …}."
    )
    aliases: Many[str] = Field(default=(), description="Shared alias files, relative to the configuration folder.")
    entities: dict[str, EntityValue] = Field(default_factory=dict)
    sides: Many[str] | None = Field(
        default=None, description="The entities whose relation is wanted; by default those that `match: all` names."
    )
    others: str | None = Field(default=None, description="The entity of third parties, whose listing costs points.")
    match: TermText | ConditionSection | None = Field(
        default=None, description="The gate: without it there is no match."
    )
    boost: Many[RuleSection] = ()
    boost_cap: Points | None = Field(default=None, description="Most that all boosts may add together.")
    penalty: Many[RuleSection] = ()
    threshold: Annotated[float, Field(gt=-1000, le=1000)] = Field(default=50.0, description="Points for the digest.")
    alert_threshold: Annotated[float, Field(gt=-1000, le=1000)] | None = Field(
        default=None, description="Points for an alert at once."
    )
    stories_per_day: Annotated[float, Field(gt=0, le=100_000)] | None = Field(
        default=None, description="So many you want to read: `monitor budget` finds the threshold. It changes nothing."
    )
    profile: ProfileTerms | ConfigPath = Field(
        default_factory=dict, description="Terms with weights, or the file that `monitor profile` wrote them to."
    )
    languages: Many[Language] = Field(default=(), description="Only articles in these, or in none known; empty = all.")
    outlets: Many[Line] = Field(default=(), description="Only these outlets; empty = all.")
    countries: Many[Country] = Field(
        default=(), description="Only outlets of these countries, or of none known; empty = all."
    )
    ignored_languages: Many[Language] = ()
    ignored_outlets: Many[Line] = ()
    ignored_countries: Many[Country] = ()
    tests: TestsSection = TestsSection()


class AliasFile(Strict):
    """Entities that several watchlists share."""

    entities: dict[str, EntityValue] = Field(min_length=1)


for _model in (NearSection, ConditionSection, RuleSection, WatchlistFile):
    _model.model_rebuild()
