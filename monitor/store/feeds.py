"""Feeds: their state between checks, due times and leases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from monitor.model.feeds import FeedState
from monitor.store.columns import among, keep
from monitor.store.mapping import FEED_STATE_COLUMNS, from_feed_state, to_feed_state
from monitor.store.tables import FEED_STATE

_C = FEED_STATE.c


def sync_feeds(connection: Connection, states: Sequence[FeedState]) -> None:
    """Make exactly these feeds active. A changed URL takes the given state: what was learnt of the old one is void."""
    known = {row.feed_id: row.url for row in connection.execute(select(_C.feed_id, _C.url))}
    kept = {state.feed_id for state in states if known.get(state.feed_id) == state.url}
    fresh = [state for state in states if state.feed_id not in kept]
    connection.execute(
        update(FEED_STATE).values(is_active=False).where(_C.is_active.is_(True), ~among(connection, _C.feed_id, kept))
    )
    connection.execute(update(FEED_STATE).values(is_active=True).where(among(connection, _C.feed_id, kept)))
    keep(
        connection, FEED_STATE, [{**from_feed_state(state), "is_active": True, "lease_until": None} for state in fresh]
    )


def claim_due_feeds(connection: Connection, now: datetime, limit: int, lease_s: float) -> list[FeedState]:
    """Lease up to `limit` due feeds, oldest due first; the same statements on both databases (SQLite has no row locks).

    Leases that lapsed are taken back first (there are hardly any): what is due then stands at the head of an index of
    feeds that nobody holds, however many there are and however many are out.
    """
    connection.execute(update(FEED_STATE).values(lease_until=None).where(_C.lease_until <= now))
    due = (
        select(_C.feed_id)
        .where(_C.is_active.is_(True), _C.lease_until.is_(None), _C.next_check_at <= now)
        .order_by(_C.next_check_at, _C.feed_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = connection.execute(
        update(FEED_STATE)
        .where(_C.feed_id.in_(due))
        .values(lease_until=now + timedelta(seconds=lease_s))
        .returning(*FEED_STATE_COLUMNS)
    )
    return sorted(map(to_feed_state, claimed), key=lambda state: (state.next_check_at, state.feed_id))


def keep_feed_states(connection: Connection, states: Sequence[FeedState]) -> None:
    """Keep the outcome of checks and end their leases.

    A feed that was removed meanwhile keeps its state, inactive; one whose URL was changed meanwhile keeps its fresh
    state: this outcome is another address's.
    """
    rows = [{**from_feed_state(state), "is_active": False, "lease_until": None} for state in states]
    replaced = [column.name for column in FEED_STATE_COLUMNS if column.name not in ("feed_id", "url")]
    keep(connection, FEED_STATE, rows, replacing=[*replaced, "lease_until"], same="url")


def feed_states(connection: Connection, after: str = "", limit: int | None = None) -> list[FeedState]:
    """Active feeds by id; some of them, in the database's own order, when there is a limit."""
    asked = select(*FEED_STATE_COLUMNS).where(_C.is_active.is_(True), _C.feed_id > after)
    if limit is not None:
        return list(map(to_feed_state, connection.execute(asked.order_by(_C.feed_id).limit(limit))))
    return sorted(map(to_feed_state, connection.execute(asked)), key=lambda state: state.feed_id)


def leased_feeds(connection: Connection, now: datetime) -> frozenset[str]:
    """The ids of the active feeds with a lease that has not lapsed."""
    leased = select(_C.feed_id, _C.is_active).where(_C.lease_until > now)
    return frozenset(row.feed_id for row in connection.execute(leased) if row.is_active)


def next_due_at(connection: Connection) -> datetime | None:
    """The first moment at which a claim can bring something; for a leased feed that is not before its lease ends."""
    waiting = select(_C.next_check_at).where(_C.is_active.is_(True), _C.lease_until.is_(None))
    soonest = connection.execute(waiting.order_by(_C.next_check_at).limit(1)).scalar()
    # Few are out on a lease; asking for the active ones among them would make SQLite walk through all active feeds.
    leased = select(_C.is_active, _C.lease_until, _C.next_check_at).where(_C.lease_until.is_not(None))
    moments = [max(row.lease_until, row.next_check_at) for row in connection.execute(leased) if row.is_active]
    return min([*moments, *([soonest] if soonest else [])], default=None)
