"""Notices about feeds: kept with the states they follow from, told with digests, searched for an address once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.model.feeds import Condition
from monitor.model.notices import Notice, NoticeKind
from monitor.store.tables import NOTICE

_C = NOTICE.c


def keep_notices(connection: Connection, notices: Sequence[Notice]) -> None:
    """Keep new ones, numbered in their order; what stands already stays."""
    if not notices:
        return
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(NOTICE).on_conflict_do_nothing(index_elements=["feed_id", "kind", "at"])
    for notice in notices:
        connection.execute(statement, _from_notice(notice))


def notices(connection: Connection, after: int) -> list[Notice]:
    """Those with a larger number, by number."""
    return [_to_notice(row) for row in connection.execute(select(NOTICE).where(_C.number > after).order_by(_C.number))]


def feed_notices(connection: Connection, feed_id: str, limit: int) -> list[Notice]:
    """The newest of a feed, newest first."""
    wanted = select(NOTICE).where(_C.feed_id == feed_id).order_by(_C.at.desc(), _C.number.desc())
    return [_to_notice(row) for row in connection.execute(wanted.limit(limit))]


def unsought(connection: Connection, limit: int) -> list[Notice]:
    """Outages whose new address was not searched for yet, oldest first."""
    # The kind as a literal: the partial index is taken only where the planner sees its condition.
    waiting = select(NOTICE).where(_C.sought_at.is_(None), _C.kind == literal_column("'outage'"))
    return [_to_notice(row) for row in connection.execute(waiting.order_by(_C.number).limit(limit))]


def keep_sought(connection: Connection, number: int, address: str, at: datetime) -> None:
    """What a search found, "" for nothing."""
    connection.execute(update(NOTICE).where(_C.number == number).values(address=address, sought_at=at))


def outage_addresses(connection: Connection) -> dict[tuple[str, datetime], str]:
    """(feed id, the outage's beginning) → the likely new address, for outages that have one."""
    wanted = select(_C.feed_id, _C.at, _C.address).where(_C.kind == NoticeKind.OUTAGE.value, _C.address != "")
    return {(row.feed_id, row.at): row.address for row in connection.execute(wanted)}


def prune_notices(connection: Connection, before: datetime, limit: int) -> int:
    """Delete old ones; never the newest, so that no number is given twice."""
    newest = select(func.max(_C.number)).scalar_subquery()
    old = select(_C.number).where(_C.at < before, _C.number < newest).order_by(_C.at).limit(limit)
    numbers = connection.execute(old).scalars().all()
    return connection.execute(delete(NOTICE).where(_C.number.in_(numbers))).rowcount if numbers else 0


def _from_notice(notice: Notice) -> dict[str, Any]:
    return {
        "feed_id": notice.feed_id,
        "kind": notice.kind.value,
        "at": notice.at,
        "condition": notice.condition.value if notice.condition else None,
        "outcome": notice.outcome,
        "detail": notice.detail,
        "url": notice.url,
        "from_at": notice.from_at,
        "until_at": notice.until_at,
        "missed": notice.missed,
        "address": notice.address,
        "sought_at": notice.sought_at,
    }


def _to_notice(row: Row[Any]) -> Notice:
    facts = row._asdict()
    condition = facts.pop("condition")
    facts["kind"] = NoticeKind(facts["kind"])
    return Notice(**facts, condition=Condition(condition) if condition else None)
