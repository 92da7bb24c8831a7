"""What is published of a watchlist for anybody's feed reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.digests import DigestStory


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedStory:
    """One story as an entry of a feed: `updated_at` moves when it grows, changes, or is grouped differently."""

    story: DigestStory
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The latest stories of a watchlist, last updated first, titled in `language`. What it says depends on no clock."""

    watchlist: str
    title: str
    language: str
    stories: tuple[PublishedStory, ...]
