"""Stories: articles that tell the same event, and the voices behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.articles import ArticleId

StoryId = int
"""The id of the story's oldest member: stable, whatever joins later."""


APART = "apart"
"""The kind of fact that names (as hex ids) the stories that a person parted from this one: never to be merged again."""

NAMES = "names"
"""The kind of fact that holds (as hex ids) what else this story answers to: stories that went into it, and those that
it was parted from. What a person said of one of them, by the mark `APART` at another story, holds of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """What one article says happened, kept with its story to hold later articles against.

    Words stand as stems (folded beginnings; pairs of characters in scripts without spaces). `title_names` are the names
    and numbers of the title, `opening` the words of title and first sentences with their weights, `mentions` the words
    of the whole text with a space around each, `dates` days as ISO 8601 keys, `numbers` the quantities of title and
    lead. `title_numbers` are the small numbers of the title, `lead_numbers` those of title and first sentences, days of
    the month left out; `title_actors` the known entities of the title. `language` is a BCP 47 tag, `outlet` the outlet
    with its host; both empty when unknown.
    """

    title_names: tuple[str, ...] = ()
    opening: Mapping[str, float] = field(default_factory=dict)
    mentions: str = " "
    dates: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    title_numbers: tuple[int, ...] = ()
    lead_numbers: tuple[int, ...] = ()
    title_actors: tuple[str, ...] = ()
    language: str = ""
    outlet: str = ""
    has_body: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A group of articles with one lead, and the features that new articles are compared with.

    `centroid` maps hashed terms to weights (L2-normalised, at most 512 terms); `facts` maps a kind of evidence
    ("actors", "dates", "templates", "members", "apart" and "names" as hex ids, "undated") to sorted printable values;
    `mean_at` is the mean publication time.
    `storyline_id` is that of the first story of its storyline, `event_id` that of the first story that tells the same
    event in another language. `gists` are those of its first and its latest original article.
    `parted_from` is the story that a person split it from, at `parted_at`. These marks stay as they were made: what
    they name may have gone into another story since (`monitor.core.kinship` follows them).
    `merged_into` redirects since `merged_at`, after a repair, so links and mail threads keep working.
    """

    id: StoryId
    title: str
    lead_id: ArticleId
    first_at: datetime
    last_at: datetime
    mean_at: datetime
    size: int
    centroid: Mapping[int, float] = field(default_factory=dict, repr=False)
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gists: tuple[Gist, ...] = field(default=(), repr=False)
    storyline_id: StoryId | None = None
    event_id: StoryId | None = None
    merged_into: StoryId | None = None
    merged_at: datetime | None = None
    parted_from: StoryId | None = None
    parted_at: datetime | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """One article's place in a story; `is_first` when it opened it. `reason` is one printable line."""

    article_id: ArticleId
    story_id: StoryId
    is_first: bool
    similarity: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an article stands at a moment: the story that it is part of, and the one that stands for its event."""

    story_id: StoryId
    event_id: StoryId


class Ground(StrEnum):
    """Why an article counts to an origin, strongest first."""

    OUTLET = "outlet"
    DATELINE = "dateline"
    CREDIT = "credit"
    ATTRIBUTION = "attribution"
    WORDING = "wording"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The agency that an article draws on. `quote` is the passage that says so, on one line."""

    agency: str
    ground: Ground
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why one article counts to its origin: a printable line, and the article whose wording it shares.

    `quote` is the passage that names the agency, `share` the part of the wording shared, in [0, 1]: the line's parts,
    for whoever words it otherwise.
    """

    article_id: ArticleId
    ground: Ground
    line: str
    other_id: ArticleId | None = None
    quote: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One voice behind some of a story's articles: an agency, or the outlet that reported first."""

    name: str
    is_agency: bool
    evidence: tuple[Evidence, ...]

    @property
    def article_ids(self) -> tuple[ArticleId, ...]:
        """Its articles, oldest first."""
        return tuple(one.article_id for one in self.evidence)
