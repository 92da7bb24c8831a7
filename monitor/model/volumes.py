"""How much came on each day: what today's news are held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.model.stories import StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """That an article of a story matched a watchlist: when it was first seen and, where known, published.

    `story` is the event that it tells, or the article's own id: only to be counted, not to be looked up.
    """

    watchlist: str
    seen_at: datetime
    published_at: datetime | None
    story: StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeDay:
    """How many stories a day brought something to; None for a day of which too little is known.

    A day is the 24 hours (of the wall clock) up to the digest's hour, named by the date in which its middle lies.
    """

    day: date
    stories: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What came against what comes usually: `days`, oldest first, the last one ends with the digest.

    `stories` are those of the last `span` days, each once. `usual` is what they are held against, None where too little
    is known: of one day the median of the earlier days of its kind (`is_weekend`: Saturdays and Sundays, or the days
    between), of several days the stories of as many days before.
    """

    days: tuple[VolumeDay, ...]
    stories: int
    span: int
    usual: float | None
    is_weekend: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedHour:
    """A UTC hour in which this installation was awake; `share` of its feeds were well (0: nothing was reached)."""

    at: datetime
    share: float
