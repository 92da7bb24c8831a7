"""Digests and deliveries: slots, what was told, and the outbox."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, literal, or_, select, update

from monitor.errors import StoreError
from monitor.model.articles import ArticleId
from monitor.model.commits import DigestCommit, DigestSlot
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState, Slot
from monitor.store.alerts import keep_threads, mark_alarms
from monitor.store.archives import keep_archive
from monitor.store.columns import insert_new, keep
from monitor.store.mapping import DELIVERY_COLUMNS, from_delivery, to_delivery
from monitor.store.notices import keep_notices
from monitor.store.suspensions import keep_suspension
from monitor.store.tables import DELIVERY, DIGEST, DIGEST_SLOT, TOLD
from monitor.store.untelling import former_of, untell

UNCERTAIN_WAIT_S = 900
"""Wait before a delivery is repeated that its receiver may have: long enough for a slow 250 to show in its log."""

LAPSED_REPLY = (
    "The attempt ended without an outcome after the last byte may have gone: the receiver may have this message."
)

LAPSED_TWICE_REPLY = (
    "Uncertain for the second time, so it is not sent again: both attempts ended without an outcome after the last "
    "byte may have gone. The receiver may have this message, even twice."
)

_C = DELIVERY.c


def digest_slots(connection: Connection) -> dict[str, DigestSlot]:
    """Recipient id → the slot waited for."""
    return {
        row.recipient_id: DigestSlot(
            recipient_id=row.recipient_id,
            slot=Slot(key=row.slot_key, at=row.slot_at),
            told_until=row.told_until,
            told_notice=row.told_notice,
        )
        for row in connection.execute(select(DIGEST_SLOT))
    }


def set_digest_slot(connection: Connection, recipient_id: str, slot: Slot) -> None:
    """Plan a recipient's slot; the end of the last period told stays."""
    row = {"recipient_id": recipient_id, "slot_key": slot.key, "slot_at": slot.at}
    row |= {"told_until": None, "told_notice": None}
    keep(connection, DIGEST_SLOT, [row], replacing=("slot_key", "slot_at"))


def commit_digest(connection: Connection, commit: DigestCommit) -> bool:
    """Keep a digest, what it tells and the next slot; False, changing nothing, when the slot was kept already."""
    done = {
        "recipient_id": commit.recipient_id,
        "slot_key": commit.slot.key,
        "delivery_id": commit.deliveries[0].id if commit.deliveries else None,
        "at": commit.at,
        "former": former_of(connection, commit),
    }
    if not insert_new(connection, DIGEST, done):
        return False
    unclaimed = {"lease_until": None, "attempted_at": None}
    for delivery in commit.deliveries:
        if not insert_new(connection, DELIVERY, {**from_delivery(delivery), **unclaimed}):
            raise StoreError(f"A delivery with the id {delivery.id} exists already. Its digest was not kept.")
    if commit.archive is not None and commit.deliveries:
        keep_archive(connection, commit.deliveries[0], commit.archive)
    in_full = set(commit.in_full)
    told = [
        {
            "recipient_id": commit.recipient_id,
            "article_id": article_id,
            "watchlist": watchlist,
            "slot_key": commit.slot.key,
            "at": commit.at,
            "state": 0,
            "is_in_full": article_id in in_full,
            "story_id": None,
            "event_id": None,
        }
        for watchlist, article_id in commit.told
    ]
    keep(connection, TOLD, told, replacing=())
    _keep_states(connection, commit)
    _keep_places(connection, commit)
    mark_alarms(connection, commit.alarms, commit.slot.key)
    keep_threads(connection, commit.threads)
    if commit.next_slot is not None:
        _keep_slot(connection, commit, commit.next_slot)
    return True


def _keep_slot(connection: Connection, commit: DigestCommit, slot: Slot) -> None:
    following = {
        "recipient_id": commit.recipient_id,
        "slot_key": slot.key,
        "slot_at": slot.at,
        "told_until": commit.at,
        "told_notice": commit.told_notice,
    }
    replaced = [name for name in following if name != "recipient_id" and following[name] is not None]
    keep(connection, DIGEST_SLOT, [following], replacing=replaced)


def told_in_full(connection: Connection, recipient_id: str, since: datetime) -> frozenset[ArticleId]:
    """The articles that head stories which a recipient was told in full since."""
    c = TOLD.c
    wanted = select(c.article_id).where(c.recipient_id == recipient_id, c.at >= since, c.is_in_full)
    return frozenset(connection.execute(wanted).scalars())


def _keep_states(connection: Connection, commit: DigestCommit) -> None:
    """Note which state of an article the recipient has now; never an earlier one than before."""
    c = TOLD.c
    states = [{"of": of, "now": state} for of, state in commit.states.items() if state]
    if states:
        is_earlier = and_(c.recipient_id == commit.recipient_id, c.article_id == bindparam("of"))
        now = bindparam("now", type_=c.state.type)
        connection.execute(update(TOLD).where(is_earlier, c.state < now).values(state=now), states)


def _keep_places(connection: Connection, commit: DigestCommit) -> None:
    """Note where the recipient knows the articles to stand now."""
    c = TOLD.c
    places = [{"of": of, "in_story": at.story_id, "of_event": at.event_id} for of, at in commit.places.items()]
    if places:
        row = and_(c.recipient_id == commit.recipient_id, c.article_id == bindparam("of"))
        new = {
            "story_id": bindparam("in_story", type_=c.story_id.type),
            "event_id": bindparam("of_event", type_=c.event_id.type),
        }
        connection.execute(update(TOLD).where(row).values(**new), places)


def claim_deliveries(
    connection: Connection,
    now: datetime,
    limit: int,
    lease_s: float,
    *,
    at: datetime | None = None,
    channel: str | None = None,
    besides: Collection[str] = (),
) -> list[Delivery]:
    """Take up to `limit` due deliveries for sending, oldest due first; lapsed leases are settled before."""
    _settle_lapsed(connection, now)
    begun_at = at or now
    due = select(_C.id).where(_is_due(now), *([_C.channel == channel] if channel is not None else []))
    if besides:
        due = due.where(_C.channel.not_in(besides))
    due = due.order_by(_C.next_attempt_at, _C.id).limit(limit).with_for_update(skip_locked=True)
    claimed = connection.execute(
        update(DELIVERY)
        .where(_C.id.in_(due))
        .values(
            state=DeliveryState.SENDING.value,
            phase="",
            attempts=_C.attempts + 1,
            lease_until=begun_at + timedelta(seconds=lease_s),
            attempted_at=begun_at,
        )
        .returning(*DELIVERY_COLUMNS)
    )
    return sorted(map(to_delivery, claimed), key=lambda delivery: (delivery.next_attempt_at, delivery.id))


def _is_due(now: datetime) -> ColumnElement[bool]:
    waits = _C.state.in_((DeliveryState.PENDING.value, DeliveryState.UNCERTAIN.value))
    return and_(waits, _C.next_attempt_at <= now)


def waiting(connection: Connection, channel: str, due_by: datetime) -> tuple[int, datetime | None]:
    """How many deliveries of a channel are due, and when an attempt on it was last begun."""
    is_due = select(func.count()).select_from(DELIVERY).where(_C.channel == channel, _is_due(due_by))
    last = select(func.max(_C.attempted_at)).where(_C.channel == channel)
    return connection.execute(is_due).scalar_one(), connection.execute(last).scalar()


def _settle_lapsed(connection: Connection, now: datetime) -> None:
    """An attempt that never reported: in phase "data" the receiver may have the message, before it cannot.

    In that phase for the second time it is not sent again: a third copy would break the promise.
    """
    may_have = _C.phase == "data"
    is_repeat = and_(may_have, _C.was_uncertain)
    lapsed = and_(_C.state == DeliveryState.SENDING.value, or_(_C.lease_until.is_(None), _C.lease_until <= now))
    connection.execute(
        update(DELIVERY)
        .where(lapsed)
        .values(
            state=case(
                (is_repeat, DeliveryState.DEAD.value),
                (may_have, DeliveryState.UNCERTAIN.value),
                # After an uncertain attempt a certain failure changes nothing: the one repeat is still owed.
                (_C.was_uncertain, DeliveryState.UNCERTAIN.value),
                else_=DeliveryState.PENDING.value,
            ),
            next_attempt_at=case(
                (may_have, literal(now + timedelta(seconds=UNCERTAIN_WAIT_S), _C.next_attempt_at.type)),
                else_=literal(now, _C.next_attempt_at.type),
            ),
            last_reply=case((is_repeat, LAPSED_TWICE_REPLY), (may_have, LAPSED_REPLY), else_=_C.last_reply),
            was_uncertain=or_(_C.was_uncertain, may_have),
            phase="",
            lease_until=None,
        )
    )


def mark_phase(connection: Connection, delivery_id: str, phase: str) -> None:
    """Note how far an attempt is, once.

    Raises `StoreError` when the delivery is not being sent any more, or another attempt has come this far already:
    whoever gets the error must not hand over the last byte.
    """
    is_ours = and_(_C.id == delivery_id, _C.state == DeliveryState.SENDING.value, _C.phase != phase)
    if connection.execute(update(DELIVERY).where(is_ours).values(phase=phase)).rowcount == 0:
        raise StoreError(
            f"The delivery {delivery_id} is in other hands: its lease lapsed. This attempt must not go on."
        )


def commit_outcome(connection: Connection, outcome: DeliveryOutcome) -> None:
    """Keep what became of an attempt, with what follows from it. What was sent stays sent, whatever comes late."""
    is_sent = outcome.state is DeliveryState.SENT
    facts = {
        "state": outcome.state.value,
        "phase": "",
        "lease_until": None,
        "last_code": outcome.code,
        "last_reply": outcome.reply,
        **({"sent_at": outcome.at} if is_sent else {}),
        **({"was_uncertain": True} if outcome.state is DeliveryState.UNCERTAIN else {}),
        **({"next_attempt_at": outcome.next_attempt_at} if outcome.next_attempt_at else {}),
        # What came back is what the one attempt was, however uncertain that had been.
        **({"was_uncertain": and_(_C.was_uncertain, _C.attempts > 1)} if outcome.is_bounce else {}),
    }
    out_of_reach = DeliveryState.SENDING if outcome.is_bounce else DeliveryState.SENT
    kept = update(DELIVERY).where(_C.id == outcome.delivery_id, _C.state != out_of_reach.value).values(**facts)
    changed = connection.execute(kept.returning(_C.recipient_id, _C.slot_key)).first()
    if outcome.suspension is not None:
        keep_suspension(connection, outcome.suspension)
    keep_notices(connection, outcome.notices)
    if changed is not None:
        if outcome.is_untold:
            untell(connection, changed.recipient_id, changed.slot_key)
        return
    if connection.execute(select(_C.id).where(_C.id == outcome.delivery_id)).first() is None:
        raise StoreError(f"There is no delivery {outcome.delivery_id} in the outbox. Its outcome was not kept.")


def delivery(connection: Connection, delivery_id: str) -> Delivery | None:
    """A delivery by its id."""
    row = connection.execute(select(*DELIVERY_COLUMNS).where(_C.id == delivery_id)).first()
    return to_delivery(row) if row is not None else None


def delivery_named(connection: Connection, message_id: str) -> Delivery | None:
    """The delivery whose mail has this Message-ID; of several the last."""
    wanted = select(*DELIVERY_COLUMNS).where(_C.message_id == message_id).order_by(_C.composed_at.desc()).limit(1)
    row = connection.execute(wanted).first()
    return to_delivery(row) if row else None


def deliveries(connection: Connection, limit: int) -> list[Delivery]:
    """The newest deliveries, newest first."""
    rows = connection.execute(select(*DELIVERY_COLUMNS).order_by(_C.composed_at.desc(), _C.id.desc()).limit(limit))
    return [to_delivery(row) for row in rows]
