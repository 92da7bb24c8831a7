"""Retention: what may go, in chunks small enough not to hold up the writer.

Identity keys (`article_alias`, `ledger`) and done slots (`digest`) stay for ever: they are small, and without them an
old entry would come back as news, an old slot as a new digest. An article stays, however old, while a story that it
belongs to still grows, a delivery that tells it is not settled, or a reader's vote on it counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, delete, exists, select
from sqlalchemy.orm import aliased

from monitor.model.articles import ArticleId
from monitor.model.digests import DeliveryState
from monitor.model.votes import VoteKind
from monitor.store import shingles
from monitor.store.alerts import prune_alerts
from monitor.store.archives import prune_archives
from monitor.store.columns import among
from monitor.store.mapping import unpack_hashes
from monitor.store.notices import prune_notices
from monitor.store.tables import (
    ARTICLE,
    DECISION,
    DELIVERY,
    JOINING,
    MATCH,
    PAGE,
    REVISION,
    SKETCH,
    STORY,
    TOLD,
    VOTE,
)

PAIRS_AT_ONCE = 4_000
"""Hashes of so many are taken out of the index at a time. The 2,000 articles of a chunk have a hundred thousand and
more, which as statements' parameters were 50 MB for a moment, each hour."""

_SETTLED = (DeliveryState.SENT.value, DeliveryState.DEAD.value)
_HANGS_ON_ARTICLE = (REVISION, MATCH, JOINING, DECISION, TOLD, PAGE, VOTE)


def prune(connection: Connection, *, articles_before: datetime, index_before: datetime, limit: int) -> dict[str, int]:
    """Delete at most `limit` articles, index entries, stories, deliveries and loose decisions each, oldest first.

    What hangs on an article goes with it. Counts rows per table; call again while any count is not 0.
    """
    gone = {"shingle": 0, "sketch": 0}
    old = select(SKETCH.c.article_id).where(SKETCH.c.first_seen_at < index_before).order_by(SKETCH.c.first_seen_at)
    _unindex(connection, connection.execute(old.limit(limit)).scalars().all(), gone)
    articles = connection.execute(_prunable_articles(articles_before, limit)).scalars().all()
    _unindex(connection, articles, gone)
    for table in _HANGS_ON_ARTICLE:
        gone[table.name] = _delete(connection, table, table.c.article_id, articles)
    gone["article"] = _delete(connection, ARTICLE, ARTICLE.c.id, articles)
    gone["story"] = _prune_stories(connection, articles_before, limit)
    settled = and_(DELIVERY.c.composed_at < articles_before, DELIVERY.c.state.in_(_SETTLED))
    ids = connection.execute(select(DELIVERY.c.id).where(settled).order_by(DELIVERY.c.composed_at).limit(limit))
    gone["delivery"] = _delete(connection, DELIVERY, DELIVERY.c.id, ids.scalars().all())
    gone["archive"] = prune_archives(connection, articles_before, limit)
    gone["notice"] = prune_notices(connection, articles_before, limit)
    gone["alert_thread"] = prune_alerts(connection, articles_before, limit)
    gone["decision"] += _prune_loose_decisions(connection, articles_before, limit)
    return gone


def _prunable_articles(before: datetime, limit: int) -> Any:
    a = ARTICLE.c
    root = aliased(STORY)
    grows = exists().where(
        JOINING.c.article_id == a.id,
        STORY.c.id == JOINING.c.story_id,
        # One step along a merge is enough: a repair redirects to stories that are open, not to redirects.
        root.c.id.in_((STORY.c.id, STORY.c.merged_into)),
        root.c.last_at >= before,
    )
    is_told_unsettled = exists().where(
        TOLD.c.article_id == a.id,
        DELIVERY.c.recipient_id == TOLD.c.recipient_id,
        DELIVERY.c.slot_key == TOLD.c.slot_key,
        DELIVERY.c.state.not_in(_SETTLED),
    )
    is_voted_on = exists().where(VOTE.c.article_id == a.id, VOTE.c.kind != VoteKind.NONE.value)
    old = select(a.id).where(a.first_seen_at < before, ~grows, ~is_told_unsettled, ~is_voted_on)
    return old.order_by(a.first_seen_at, a.id).limit(limit)


def _unindex(connection: Connection, ids: Sequence[ArticleId], gone: dict[str, int]) -> None:
    wanted = select(SKETCH.c.article_id, SKETCH.c.hashes).where(among(connection, SKETCH.c.article_id, ids))
    pairs: list[tuple[int, ArticleId]] = []
    for row in connection.execute(wanted).all():  # still packed, eight bytes a hash
        own = unpack_hashes(row.hashes)
        gone["shingle"] += len(own)
        pairs += [(value, row.article_id) for value in own]
        if len(pairs) >= PAIRS_AT_ONCE:
            shingles.drop(connection, pairs)
            pairs.clear()
    shingles.drop(connection, pairs)
    gone["sketch"] += _delete(connection, SKETCH, SKETCH.c.article_id, ids)


def _prune_stories(connection: Connection, before: datetime, limit: int) -> int:
    other = aliased(STORY)
    empty = select(STORY.c.id).where(
        STORY.c.last_at < before,
        ~exists().where(JOINING.c.story_id == STORY.c.id),
        ~exists().where(other.c.merged_into == STORY.c.id),
    )
    ids = connection.execute(empty.order_by(STORY.c.last_at).limit(limit)).scalars().all()
    return _delete(connection, STORY, STORY.c.id, ids)


def _prune_loose_decisions(connection: Connection, before: datetime, limit: int) -> int:
    c = DECISION.c
    is_loose = ~exists().where(ARTICLE.c.id == c.article_id)
    old = select(c.article_id, c.content_key).where(c.at < before, is_loose).order_by(c.at).limit(limit)
    keys = connection.execute(old).all()
    for article_id, content_key in keys:
        connection.execute(delete(DECISION).where(c.article_id == article_id, c.content_key == content_key))
    return len(keys)


def _delete(connection: Connection, table: Table, key: Column[Any], keys: Collection[Any]) -> int:
    if not keys:
        return 0
    return connection.execute(delete(table).where(among(connection, key, keys))).rowcount
