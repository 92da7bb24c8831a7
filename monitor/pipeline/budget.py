"""A reading budget over the stored past: every article past the gate with its points, then one pure decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.budgets import DAY, Readings, make_budget, whole_days
from monitor.core.scoring import compile_watchlists
from monitor.model.backtests import Budget
from monitor.model.watchlists import Watchlist
from monitor.pipeline.backtest import pages
from monitor.ports import PastStore


async def budget(
    watchlist: Watchlist,
    *,
    stories_per_day: float,
    past: PastStore,
    first_at: datetime,
    until: datetime,
    days: int,
    max_age: timedelta | None,
) -> Budget:
    """The threshold of a watchlist for so many stories a day, from at most `days` days to `until`.

    `first_at` is when the first stored article was seen; `max_age` is how old one may be at first sight to be news.
    """
    covered = whole_days(first_at, until, wanted=days)
    readings = Readings(until=until, days=covered, max_age=max_age)
    # Whatever passes the gate is of interest, however few its points.
    scorer = compile_watchlists([replace(watchlist, threshold=float("-inf"), alert_threshold=None)])
    articles = left_out = 0
    async for found in pages(past, since=until - days * DAY, until=until):
        scored = [(*one, score) for one in found for score in scorer.matches(one[0])]
        placings = await past.placings([article.id for article, _, _ in scored]) if scored else {}
        for article, verdict, score in scored:
            placed = placings.get(article.id)
            readings.add(article, verdict, placed[0].id if placed else None, score.points)
        articles += len(found)
        left_out += sum(until - article.first_seen_at >= covered * DAY for article, _ in found)
    return make_budget(
        readings,
        watchlist=watchlist.name,
        present=watchlist.threshold,
        stories_per_day=stories_per_day,
        until=until,
        days=covered,
        articles=articles - left_out,
        left_out=left_out,
    )
