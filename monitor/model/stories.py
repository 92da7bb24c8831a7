"""Stories: articles that tell the same event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.articles import ArticleId

StoryId = int
"""The id of the story's oldest member: stable, whatever joins later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A group of articles with one lead, and the features that new articles are compared with.

    `centroid` maps hashed terms to weights (L2-normalised, at most 512 terms); `facts` maps a kind of evidence
    ("actors", "dates", "templates", "members" as hex ids, "undated") to sorted printable values; `mean_at` is the mean
    publication time.
    `merged_into` redirects after a repair, so links and mail threads keep working.
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
    storyline_id: StoryId | None = None
    merged_into: StoryId | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """One article's place in a story; `is_first` when it opened it. `reason` is one printable line."""

    article_id: ArticleId
    story_id: StoryId
    is_first: bool
    similarity: float | None = None
    reason: str = ""
