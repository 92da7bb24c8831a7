"""Recipients whom no mail reaches: which addresses are suspended, and how many refusals in a row they had."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, select, update

from monitor.model.digests import DeliveryState
from monitor.model.suspensions import Suspension
from monitor.store.columns import keep
from monitor.store.tables import DELIVERY, SUSPENSION

_C = SUSPENSION.c
_LOOKED_AT = 10


def suspensions(connection: Connection) -> list[Suspension]:
    """The last of every recipient and channel, lifted ones too, by recipient."""
    wanted = select(SUSPENSION).order_by(_C.recipient_id, _C.channel)
    return [Suspension(**row._asdict()) for row in connection.execute(wanted)]


def keep_suspension(connection: Connection, suspension: Suspension) -> None:
    """Keep one in place of the last."""
    row = {
        "recipient_id": suspension.recipient_id,
        "channel": suspension.channel,
        "address": suspension.address,
        "at": suspension.at,
        "reason": suspension.reason,
        "code": suspension.code,
        "lifted_at": suspension.lifted_at,
    }
    keep(connection, SUSPENSION, [row])


def lift_suspensions(connection: Connection, recipient_id: str, at: datetime) -> list[Suspension]:
    """End what is in force for a recipient; which these were."""
    is_in_force = and_(_C.recipient_id == recipient_id, _C.lifted_at.is_(None))
    lifted = connection.execute(update(SUSPENSION).where(is_in_force).values(lifted_at=at).returning(*_C))
    return [Suspension(**row._asdict()) for row in lifted]


def refusals(connection: Connection, recipient_id: str, channel: str, address: str) -> int:
    """How many of the newest settled deliveries to an address were refused for good, in a row."""
    c = DELIVERY.c
    is_his = and_(_C.recipient_id == recipient_id, _C.channel == channel)
    lifted_at = connection.execute(select(_C.lifted_at).where(is_his)).scalar()
    wanted = select(c.state, c.last_code).where(
        c.recipient_id == recipient_id,
        c.channel == channel,
        c.address == address,
        c.state.in_((DeliveryState.SENT.value, DeliveryState.DEAD.value)),
    )
    if lifted_at is not None:
        wanted = wanted.where(c.composed_at > lifted_at)
    count = 0
    for row in connection.execute(wanted.order_by(c.composed_at.desc(), c.id.desc()).limit(_LOOKED_AT)):
        if row.state != DeliveryState.DEAD.value or row.last_code < 500:
            break
        count += 1
    return count
