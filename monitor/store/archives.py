"""What digests were composed from, and deliveries asked for by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection, delete, exists, select

from monitor.errors import StoreError
from monitor.model.alerts import ALERT_SLOT
from monitor.model.archives import Archive
from monitor.model.digests import Delivery
from monitor.store.archive_codec import decode_archive, decode_templates, encode_archive, encode_templates
from monitor.store.columns import insert_new, keep
from monitor.store.mapping import DELIVERY_COLUMNS, from_delivery, to_delivery
from monitor.store.tables import ARCHIVE, DELIVERY, DIGEST, TEMPLATE_SET

_A, _D, _T = ARCHIVE.c, DELIVERY.c, TEMPLATE_SET.c


def keep_archive(connection: Connection, first: Delivery, archive: Archive) -> None:
    """Keep what a slot's digest was composed from, for as long as its first delivery is. Templates are kept once."""
    templates = encode_templates(archive)
    key = blake2b(templates, digest_size=16).hexdigest()
    keep(connection, TEMPLATE_SET, [{"key": key, "content": templates}], replacing=())
    row = {
        "recipient_id": first.recipient_id,
        "slot_key": first.slot_key,
        "delivery_id": first.id,
        "at": archive.composed_at,
        "templates": key,
        "content": encode_archive(archive),
    }
    keep(connection, ARCHIVE, [row], replacing=())


def archive(connection: Connection, recipient_id: str, slot_key: str) -> Archive | None:
    """What a slot's digest was composed from; None where nothing was kept, or no more."""
    wanted = (
        select(_A.content, _T.content)
        .select_from(ARCHIVE.outerjoin(TEMPLATE_SET, _T.key == _A.templates))
        .where(_A.recipient_id == recipient_id, _A.slot_key == slot_key)
    )
    row = connection.execute(wanted).first()
    if row is None:
        return None
    kept = decode_archive(row[0])
    if kept.stationery is None or row[1] is None:
        return kept
    return replace(kept, stationery=replace(kept.stationery, templates=decode_templates(row[1])))


def deliveries_like(connection: Connection, prefix: str) -> list[Delivery]:
    """The deliveries whose id begins so, by id, two at most: more than one answers nothing."""
    wanted = select(*DELIVERY_COLUMNS).where(_D.id.startswith(prefix, autoescape=True)).order_by(_D.id).limit(2)
    return [to_delivery(row) for row in connection.execute(wanted)]


def deliveries_to(connection: Connection, recipient_id: str | None, limit: int) -> list[Delivery]:
    """The newest deliveries, newest first; of one recipient, or of all."""
    wanted = select(*DELIVERY_COLUMNS).order_by(_D.composed_at.desc(), _D.id.desc()).limit(limit)
    if recipient_id is not None:
        wanted = wanted.where(_D.recipient_id == recipient_id)
    return [to_delivery(row) for row in connection.execute(wanted)]


def told_until(connection: Connection, recipient_id: str, at: datetime) -> datetime | None:
    """When the last of a recipient's slots was done by then; None before the first. Alerts end no period."""
    c = DIGEST.c
    is_slot = ~c.slot_key.startswith(ALERT_SLOT)
    found: datetime | None = connection.execute(
        select(c.at).where(c.recipient_id == recipient_id, c.at <= at, is_slot).order_by(c.at.desc()).limit(1)
    ).scalar()
    return found


def resent(connection: Connection, delivery_id: str) -> list[Delivery]:
    """The deliveries that a person asked for once more, of one delivery, oldest first."""
    wanted = (
        select(*DELIVERY_COLUMNS).where(_D.resend_of != "", _D.resend_of == delivery_id).order_by(_D.composed_at, _D.id)
    )
    return [to_delivery(row) for row in connection.execute(wanted)]


def keep_resend(connection: Connection, again: Delivery) -> None:
    """Put a delivery into the outbox once more. Raises `StoreError` where its id stands there already."""
    if not insert_new(connection, DELIVERY, {**from_delivery(again), "lease_until": None}):
        raise StoreError(f"A delivery with the id {again.id} exists already. Nothing was queued.")


def prune_archives(connection: Connection, before: datetime, limit: int) -> int:
    """Delete up to `limit` archives from before whose delivery is gone, and templates that none needs any more."""
    has_delivery = exists().where(_D.id == _A.delivery_id)
    old = select(_A.recipient_id, _A.slot_key).where(_A.at < before, ~has_delivery).order_by(_A.at).limit(limit)
    keys: Sequence[tuple[str, str]] = [(row.recipient_id, row.slot_key) for row in connection.execute(old)]
    for recipient_id, slot_key in keys:
        connection.execute(delete(ARCHIVE).where(_A.recipient_id == recipient_id, _A.slot_key == slot_key))
    if keys:
        connection.execute(delete(TEMPLATE_SET).where(~exists().where(_A.templates == _T.key)))
    return len(keys)
