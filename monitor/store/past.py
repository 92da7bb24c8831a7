"""The past, read through in the order of time: what a watchlist is tried on. Each page is one short read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from monitor.model.articles import Article, ArticleId, Verdict
from monitor.model.stories import Story
from monitor.store.columns import among
from monitor.store.lineage import lineages, with_marked
from monitor.store.mapping import ARTICLE_COLUMNS, VERDICT_COLUMNS, to_article, to_verdict
from monitor.store.matches import roots_among
from monitor.store.tables import ARTICLE, JOINING


def seen_span(connection: Connection) -> tuple[datetime, datetime] | None:
    """When the first and the last article was first seen."""
    c = ARTICLE.c.first_seen_at
    # Two questions: SQLite answers one minimum from the index, but not both ends in one statement.
    first, last = (connection.execute(select(end(c))).scalar_one() for end in (func.min, func.max))
    return None if first is None or last is None else (first, last)


def articles_seen(
    connection: Connection, after: tuple[datetime, ArticleId], until: datetime, limit: int
) -> list[tuple[Article, Verdict]]:
    """The next articles with their verdicts, by first sight, then id."""
    c, (at, id) = ARTICLE.c, after
    wanted = (
        select(*ARTICLE_COLUMNS, *VERDICT_COLUMNS)
        .where(c.first_seen_at >= at, c.first_seen_at <= until, or_(c.first_seen_at > at, c.id > id))
        .order_by(c.first_seen_at, c.id)
        .limit(limit)
    )
    n = len(ARTICLE_COLUMNS)
    return [(to_article(row[:n]), to_verdict(row[0], row[n:])) for row in connection.execute(wanted)]


def placings(connection: Connection, article_ids: Sequence[ArticleId]) -> dict[ArticleId, tuple[Story, ...]]:
    """The story of each article that is in one, then its lineage."""
    c = JOINING.c
    rows = connection.execute(
        select(c.article_id, c.story_id).where(among(connection, c.article_id, article_ids))
    ).all()
    placed = {row.story_id for row in rows}
    marked = with_marked(connection, placed)
    roots, lineage = roots_among(placed, marked), lineages(marked, placed)
    return {row.article_id: (roots[row.story_id], *lineage[row.story_id]) for row in rows if row.story_id in roots}
