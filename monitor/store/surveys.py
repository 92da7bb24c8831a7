"""What came and what was mailed over the last weeks: read to hold today's digest against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.model.volumes import Sighting
from monitor.store.columns import among
from monitor.store.tables import ARTICLE, DIGEST, JOINING, MATCH, STORY


def sightings(connection: Connection, watchlists: Sequence[str], since: datetime) -> list[Sighting]:
    """The matches of articles first seen since; stories of one event count as one, as far as one step leads."""
    a, m, s = ARTICLE.c, MATCH.c, STORY.c
    story = func.coalesce(s.event_id, s.merged_into, JOINING.c.story_id, a.id)
    joined = (
        MATCH.join(ARTICLE, a.id == m.article_id)
        .outerjoin(JOINING, JOINING.c.article_id == a.id)
        .outerjoin(STORY, s.id == JOINING.c.story_id)
    )
    wanted = (
        select(m.watchlist, a.first_seen_at, a.published_at, story)
        .select_from(joined)
        .where(among(connection, m.watchlist, list(watchlists)), a.first_seen_at >= since)
    )
    return [
        Sighting(watchlist=row[0], seen_at=row[1], published_at=row[2], story=row[3])
        for row in connection.execute(wanted)
    ]


def matched_before(connection: Connection, watchlists: Sequence[str], before: datetime) -> frozenset[str]:
    """The watchlists with an earlier match: one that is found ends the search."""
    a, m = ARTICLE.c, MATCH.c
    found = set()
    for name in watchlists:
        one = (
            select(m.article_id)
            .select_from(MATCH.join(ARTICLE, a.id == m.article_id))
            .where(m.watchlist == name, a.first_seen_at < before)
            .limit(1)
        )
        if connection.execute(one).first() is not None:
            found.add(name)
    return frozenset(found)


def last_digest_at(connection: Connection, recipient_id: str) -> datetime | None:
    """When the newest digest with a delivery was composed."""
    c = DIGEST.c
    mailed = select(func.max(c.at)).where(c.recipient_id == recipient_id, c.delivery_id.is_not(None))
    found: datetime | None = connection.execute(mailed).scalar_one()
    return found
