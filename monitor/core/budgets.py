"""A reading budget: so many stories a day → the threshold that gives them, from what is stored.

A day is 24 hours counted back from the end, so that the last one is whole. What counts is a story on a day on which an
article of it is news: with more on the next day it is to be read again (as the digest tells it, as developing). Copies
are no news, nor what was old when it was first seen (`max_age`), nor seeds.

The threshold is the least multiple of a quarter whose mean keeps the budget; points go in quarters, so nothing lies
between it and the next lower one, which is told beside it: many stories may have the same points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil, floor

from monitor.core.seeds import SEED_FEED
from monitor.model.articles import Article, ArticleId, Verdict, VerdictKind
from monitor.model.backtests import Budget, Reading, Volume
from monitor.model.stories import StoryId

STEP = 0.25
DAY = timedelta(days=1)
MIN_HALF_DAYS = 2
"""Of fewer days a half says nothing of the other."""


class Readings:
    """The stories of each day with their best points, gathered article by article in any order."""

    def __init__(self, *, until: datetime, days: int, max_age: timedelta | None) -> None:
        self._until, self._days, self._max_age = until, days, max_age
        self._best: dict[tuple[int, StoryId], Reading] = {}

    def add(self, article: Article, verdict: Verdict, story_id: StoryId | None, points: float) -> None:
        """Note an article past the gate, unless it is no news."""
        day = (self._until - article.first_seen_at) // DAY
        if not 0 <= day < self._days or verdict.kind is VerdictKind.COPY or _is_old(article, self._max_age):
            return
        of = article.id if story_id is None else story_id
        reading = Reading(
            day=day,
            story_id=of,
            points=points,
            article_id=article.id,
            title=article.title,
            outlet=article.outlet,
        )
        known = self._best.get((day, of))
        if known is None or _best_first(reading) < _best_first(known):
            self._best[day, of] = reading

    def all(self) -> list[Reading]:
        """What there is to read, best first."""
        return sorted(self._best.values(), key=_best_first)


def whole_days(first_at: datetime, until: datetime, *, wanted: int) -> int:
    """How many of the wanted days have articles from end to end; one at least."""
    return max(1, min(wanted, (until - first_at) // DAY))


def volume(readings: Sequence[Reading], threshold: float, *, days: Sequence[int]) -> Volume:
    """What a threshold gives on these days, quiet ones included."""
    counts = Counter(reading.day for reading in readings if reading.points >= threshold)
    each = sorted(counts[day] for day in days)
    return Volume(threshold=threshold, mean=sum(each) / len(each), p90=each[ceil(0.9 * len(each)) - 1], most=each[-1])


def threshold_for(readings: Sequence[Reading], stories_per_day: float, *, days: int, present: float) -> float:
    """The least threshold whose mean keeps the budget; where all that passes the gate does, one that cuts nothing."""
    points = sorted((reading.points for reading in readings), reverse=True)
    room = floor(stories_per_day * days)
    if len(points) <= room:
        return min((*(floor(least / STEP) * STEP for least in points[-1:]), present))
    return (floor(points[room] / STEP) + 1) * STEP


def make_budget(
    readings: Readings,
    *,
    watchlist: str,
    present: float,
    stories_per_day: float,
    until: datetime,
    days: int,
    articles: int,
    left_out: int,
) -> Budget:
    """The threshold for a budget, what it gives and cuts, and how well it would have held (see `Budget`)."""
    found = readings.all()
    every = range(days)
    chosen = threshold_for(found, stories_per_day, days=days, present=present)
    cut = [reading for reading in found if reading.points < chosen]
    below = floor(cut[0].points / STEP) * STEP if cut else None
    low, high = sorted((chosen, present))
    return Budget(
        watchlist=watchlist,
        stories_per_day=stories_per_day,
        until=until,
        days=days,
        articles=articles,
        left_out=left_out,
        readings=len(found),
        chosen=volume(found, chosen, days=every),
        lower=None if below is None else volume(found, below, days=every),
        present=volume(found, present, days=every),
        cut=len(cut),
        between=tuple(reading for reading in found if low <= reading.points < high),
        held_out=_held_out(found, stories_per_day, days=days, present=present),
    )


def _held_out(readings: Sequence[Reading], stories_per_day: float, *, days: int, present: float) -> Volume | None:
    """What the threshold of the earlier half of the days gives in the later half."""
    late = days // 2
    if late < MIN_HALF_DAYS:
        return None
    earlier = [reading for reading in readings if reading.day >= late]
    threshold = threshold_for(earlier, stories_per_day, days=days - late, present=present)
    return volume([reading for reading in readings if reading.day < late], threshold, days=range(late))


def _is_old(article: Article, max_age: timedelta | None) -> bool:
    is_backlog = max_age is not None and article.is_dated and article.first_seen_at - article.at > max_age
    return is_backlog or article.feed_id == SEED_FEED


def _best_first(reading: Reading) -> tuple[float, int, ArticleId]:
    return (-reading.points, reading.day, reading.article_id)
