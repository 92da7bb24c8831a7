"""Lint of watchlists beside a running daemon: their spellings, the feeds, and what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.app.names import watchlist_named
from monitor.config import Configuration
from monitor.core.lint import MIN_ARTICLES, Finding, Tally, lint
from monitor.errors import StoreError
from monitor.model.watchlists import Watchlist
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """The findings of all watchlists, and how many articles they rest on; `problem` says why on none ("" else)."""

    findings: Sequence[Finding]
    articles: int
    problem: str = ""


async def read_lint(configuration: Configuration, *, days: int, watchlist: str | None = None) -> Lint:
    """Lint one watchlist or all, with the articles first seen in the last days; the store is only read.

    Raises `UsageError` for a watchlist that is not there.
    """
    wanted = list(configuration.watchlists) if watchlist is None else [watchlist_named(configuration, watchlist)]
    tallies: Mapping[str, Tally] = {one.name: Tally(one) for one in wanted}
    articles, problem = 0, ""
    try:
        async with open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True) as store:
            articles = await _count(store, list(tallies.values()), since=datetime.now(UTC) - timedelta(days=days))
    except StoreError as error:
        problem = str(error)
    if not problem and articles < MIN_ARTICLES:
        problem = f"{articles} articles are too few to say what is dead or everywhere; {MIN_ARTICLES} are needed."
    return Lint(findings=_found(configuration, wanted, tallies), articles=articles, problem=problem)


def _found(configuration: Configuration, wanted: Sequence[Watchlist], tallies: Mapping[str, Tally]) -> list[Finding]:
    return [finding for one in wanted for finding in lint(one, configuration.feeds, tallies[one.name])]


async def _count(store: SqlStore, tallies: Sequence[Tally], *, since: datetime) -> int:
    cursor = count = 0
    while batch := await store.articles_after(cursor, since=since, limit=_BATCH):
        for article in batch:
            for tally in tallies:
                tally.add(article)
        cursor, count = batch[-1].id, count + len(batch)
    return count
