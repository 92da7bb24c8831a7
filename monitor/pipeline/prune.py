"""The prune stage: what is past its time goes, in chunks, so that a writer never waits long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.ports import PruneStore

CHUNK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long articles, and their rows in the index of wordings, are kept."""

    articles: timedelta
    index: timedelta


async def prune(
    *, store: PruneStore, now: datetime, retention: Retention, is_stopping: Callable[[], bool] = lambda: False
) -> dict[str, int]:
    """Delete what is past its time until nothing is left or the daemon stops; counts a table."""
    totals: dict[str, int] = {}
    while not is_stopping():
        deleted = await store.prune(
            articles_before=now - retention.articles, index_before=now - retention.index, limit=CHUNK
        )
        for table, count in deleted.items():
            totals[table] = totals.get(table, 0) + count
        if max(deleted.values(), default=0) < CHUNK:
            return totals
    return totals
