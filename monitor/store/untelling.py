"""What a digest told becomes untold, when its mail certainly never arrived.

A digest is kept with what it replaced (`former`): the end of the period told before it, the last notice told before it,
which states of articles the recipient had, and in which stories it knew them. Taking it back restores these, so that
the next digest reaches back as far as this one did; its slot stays done, because the wall time is past.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, or_, select, update

from monitor.model.commits import DigestCommit
from monitor.model.digests import DeliveryState
from monitor.store.alerts import shorten_threads
from monitor.store.columns import among
from monitor.store.tables import DELIVERY, DIGEST, DIGEST_SLOT, TOLD, VOLUME_ALARM


def former_of(connection: Connection, commit: DigestCommit) -> str | None:
    """What a digest that is about to be kept replaces; None where nothing is told."""
    if not commit.deliveries:
        return None
    slot, told = DIGEST_SLOT.c, TOLD.c
    row = connection.execute(select(DIGEST_SLOT).where(slot.recipient_id == commit.recipient_id)).first()
    ids = {*(article_id for article_id, state in commit.states.items() if state), *commit.places}
    is_his = and_(told.recipient_id == commit.recipient_id, among(connection, told.article_id, ids))
    had = select(told.article_id, told.state, told.story_id, told.event_id).where(is_his)
    until = row.told_until if row else None
    # An alert moves no slot, and ends no period.
    moved = {
        "told_until": until.isoformat() if until else None,
        "told_notice": row.told_notice if row else None,
    }
    facts = {
        **(moved if commit.next_slot is not None else {}),
        # Articles have up to 19 digits, and JSON's keys are texts.
        "had": {str(row[0]): list(row[1:]) for row in connection.execute(had)} if ids else {},
    }
    return json.dumps(facts, separators=(",", ":"))


def untell(connection: Connection, recipient_id: str, slot_key: str) -> bool:
    """Take back what a slot told; False, changing nothing, while one of its deliveries may arrive or have arrived."""
    d, told, digest = DELIVERY.c, TOLD.c, DIGEST.c
    is_of_slot = and_(d.recipient_id == recipient_id, d.slot_key == slot_key)
    may_arrive = or_(d.state != DeliveryState.DEAD.value, d.was_uncertain)
    if connection.execute(select(d.id).where(is_of_slot, may_arrive)).first() is not None:
        return False
    connection.execute(delete(TOLD).where(told.recipient_id == recipient_id, told.slot_key == slot_key))
    alarm = VOLUME_ALARM.c
    waits = update(VOLUME_ALARM).where(alarm.recipient_id == recipient_id, alarm.told_slot == slot_key)
    connection.execute(waits.values(told_slot=None))
    mails = connection.execute(select(d.message_id).where(is_of_slot)).scalars().all()
    shorten_threads(connection, recipient_id, mails)
    is_digest = and_(digest.recipient_id == recipient_id, digest.slot_key == slot_key)
    kept = connection.execute(select(digest.former, digest.at).where(is_digest)).first()
    if kept is not None and kept.former is not None:
        _restore(connection, recipient_id, json.loads(kept.former), kept.at)
        # Once: sent anew by a person and refused again, it must not undo what later digests told.
        connection.execute(update(DIGEST).where(is_digest).values(former=None))
    return True


def _restore(connection: Connection, recipient_id: str, former: dict[str, Any], at: datetime) -> None:
    """Bring back what the digest of `at` replaced, as far as no later one told more."""
    told = TOLD.c
    for article_id, (state, story_id, event_id) in former["had"].items():
        is_his = and_(told.recipient_id == recipient_id, told.article_id == int(article_id))
        earlier = case((told.state > state, state), else_=told.state)
        connection.execute(update(TOLD).where(is_his).values(state=earlier, story_id=story_id, event_id=event_id))
    if "told_until" not in former:
        return
    slot = DIGEST_SLOT.c
    row = connection.execute(select(DIGEST_SLOT).where(slot.recipient_id == recipient_id)).first()
    if row is None:
        return
    until = datetime.fromisoformat(former["told_until"]) if former["told_until"] else None
    facts: dict[str, Any] = {}
    if row.told_until is not None:
        # Without a period before it, and with one after it: what it told lies within its own look back.
        earliest = until if until is not None or row.told_until == at else at
        facts["told_until"] = min(row.told_until, earliest) if earliest is not None else None
    if row.told_notice is not None:
        facts["told_notice"] = min(row.told_notice, former["told_notice"] or 0)
    if facts:
        connection.execute(update(DIGEST_SLOT).where(slot.recipient_id == recipient_id).values(**facts))
