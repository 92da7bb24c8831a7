"""Watchlists: what a user wants to hear of; scores and matches: what was found and why.

A condition is a small tree. The leaves test a text, `AllOf`/`AnyOf`/`NoneOf` join them. A watchlist's `match` is the
gate; `rules` add or take points once the gate is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.articles import ArticleId


class Field(StrEnum):
    """A part of an article's text. LEAD is the first ~300 characters of the body (see `core.scoring`).

    Of a hit: TITLE, SUMMARY and URL are those fields of the article, LEAD and BODY both lie in its `text`. Of a
    condition: "lead" means the summary as well, "body" means all but title and URL.
    """

    TITLE = "title"
    SUMMARY = "summary"
    LEAD = "lead"
    BODY = "body"
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One spelling of an entity, or one term.

    A trailing `*` on a word matches any ending (alphabetic scripts). `is_cased`: compare case as written. `fields`
    empty = everywhere. `excluding`: longer strings inside which the alias does not count ("태평양" for "평양").
    `not_near`: the hit does not count when one of these stands within ten words of it. `group` is the shared entity
    that an alias was taken from ("putin" inside "russia"), empty for the entity's own. `place` is where it is written,
    "file:line:column", and no part of what it means.
    """

    text: str
    language: str | None = None
    is_cased: bool = False
    fields: tuple[Field, ...] = ()
    excluding: tuple[str, ...] = ()
    not_near: tuple[str, ...] = ()
    group: str = ""
    place: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, place or body with its spellings in every language at once."""

    id: str
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """True where an entity is named at least `min_count` times in `fields` (empty = anywhere)."""

    entity: str
    fields: tuple[Field, ...] = ()
    min_count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """True where one of these spellings stands at least `min_count` times in `fields` (empty = anywhere)."""

    aliases: tuple[Alias, ...]
    fields: tuple[Field, ...] = ()
    min_count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """True where a regular expression (RE2) matches at least `min_count` times in `fields` (empty = anywhere).

    It is read without regard to case unless `is_cased`; how it sees a text is said in `core.patterns`. `place` is
    where it is written, "file:line:column", and no part of what it means.
    """

    regex: str
    is_cased: bool = False
    fields: tuple[Field, ...] = ()
    min_count: int = 1
    place: str = field(default="", compare=False, repr=False)


Leaf = Mention | Term | Pattern
"""What has places in a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """True where the article is known to be of one of these outlets, languages and countries (empty = any).

    Languages compare by their first part ("zh-Hant" is zh), outlets without regard to case. What is not known of an
    article is none of them.
    """

    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """True where all child leaves are hit within `words` words of each other, in one sentence when `words` is None."""

    children: tuple[Leaf, ...]
    words: int | None = None
    is_ordered: bool = False
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """True where every child is."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """True where a child is."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneOf:
    """True where no child is."""

    children: tuple[Condition, ...]


Condition = Leaf | Published | Near | AllOf | AnyOf | NoneOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One named clause with its points, negative for a penalty. `label` maps a language to words for the reader."""

    name: str
    when: Condition
    points: float
    label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A test inside a watchlist: a text that must (or must not) match, with its place in the YAML for messages.

    With a `file`, `text` is that document as it was saved: it is cleaned like a seed before it is scored. With a `url`
    it is the stored article of that address, and title and text are empty.
    """

    title: str
    text: str = ""
    must_match: bool = True
    place: str = ""
    file: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """A named set of rules with a threshold.

    `version` is a digest of everything that can change a score. `sides` names the entities whose relation is wanted
    (two for a relation, one for a topic, empty when `match` says it all): structure signals are built from them.
    `others` names the entity of third parties, whose enumeration with the sides costs points.
    `profile` maps terms derived from seed documents to weights. `boost_cap` limits what the rules with positive
    points may add together (None = no limit). `languages`, `outlets`: empty = all. `stories_per_day` is what the reader
    wants to read: the threshold may have been chosen for it (`monitor budget`), no score depends on it.
    """

    name: str
    version: str
    title: Mapping[str, str]
    entities: Mapping[str, Entity]
    match: Condition
    sides: tuple[str, ...] = ()
    others: str | None = None
    rules: tuple[Rule, ...] = ()
    profile: Mapping[str, float] = field(default_factory=dict)
    threshold: float
    alert_threshold: float | None = None
    languages: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    ignored_languages: tuple[str, ...] = ()
    ignored_outlets: tuple[str, ...] = ()
    ignored_countries: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    boost_cap: float | None = None
    stories_per_day: float | None = None
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One place where something fired: `start`..`end` are character offsets into the article's field as stored."""

    field: Field
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One named contribution in points, with its evidence.

    `label` maps a language to words for the reader, may be empty.
    """

    name: str
    points: float
    evidence: str = ""
    hits: tuple[Hit, ...] = ()
    label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """An article measured against a watchlist.

    `points` is the exact sum of `signals`' points. `is_gated` tells that the gate (the watchlist's condition or its
    filters) kept the article out: then there is no match, whatever the points, and `gate_reason` says which clause.
    `quote` is the sentence that carries the best evidence, as it stands in the article.
    """

    watchlist: str
    version: str
    points: float
    threshold: float
    signals: tuple[Signal, ...]
    is_gated: bool
    gate_reason: str = ""
    quote: str = ""

    @property
    def is_match(self) -> bool:
        """Whether the article is to be told."""
        return not self.is_gated and self.points >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An article at or over a watchlist's threshold, as it is stored.

    `is_of_page`: it was scored on the text of the article's whole page, and its hits lie there.
    """

    article_id: ArticleId
    watchlist: str
    version: str
    points: float
    threshold: float
    signals: tuple[Signal, ...]
    quote: str
    matched_at: datetime
    is_of_page: bool = False
