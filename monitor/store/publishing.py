"""What publishing asks of the store, and the outbox in numbers: a part of `SqlStore`, for want of room there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, func, select

from monitor.model.articles import ArticleId
from monitor.ports import PublishStore
from monitor.store.columns import among
from monitor.store.tables import DELIVERY, REVISION

_Result = TypeVar("_Result")


class PublishingStore(PublishStore):
    """Reads are the whole store's."""

    @abstractmethod
    async def _read(self, work: Callable[[Connection], _Result]) -> _Result: ...

    async def revised_at(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, datetime]:
        """See `PublishStore`."""
        return await self._read(partial(revised_at, article_ids=article_ids))

    async def outbox_counts(self) -> dict[str, dict[str, int]]:
        """Channel → state → deliveries, of all that are kept."""
        return await self._read(outbox_counts)


def revised_at(connection: Connection, article_ids: Sequence[ArticleId]) -> dict[ArticleId, datetime]:
    """When articles were last seen changed; those that never were are left out."""
    c = REVISION.c
    changed = (among(connection, c.article_id, list(article_ids)), c.n > 0)
    rows = connection.execute(select(c.article_id, func.max(c.seen_at)).where(*changed).group_by(c.article_id))
    return {row[0]: row[1] for row in rows}


def outbox_counts(connection: Connection) -> dict[str, dict[str, int]]:
    """See `PublishingStore`."""
    c = DELIVERY.c
    found: dict[str, dict[str, int]] = {}
    for channel, state, count in connection.execute(
        select(c.channel, c.state, func.count()).group_by(c.channel, c.state).order_by(c.channel, c.state)
    ):
        found.setdefault(channel, {})[state] = count
    return found
