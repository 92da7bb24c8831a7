"""Deliveries and what becomes of them."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from monitor.errors import StoreError
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState
from tests.memory.held import Held


class Outbox(Held):
    async def claim_deliveries(self, now: datetime, *, limit: int, lease_s: float) -> list[Delivery]:
        self._writing(now)
        for delivery in list(self.outbox.values()):
            if delivery.state is DeliveryState.SENDING and self.delivery_leases.get(delivery.id, now) <= now:
                self.outbox[delivery.id] = _lapsed(delivery, now)
        waiting = (DeliveryState.PENDING, DeliveryState.UNCERTAIN)
        due = [d for d in self.outbox.values() if d.state in waiting and d.next_attempt_at <= now]
        claimed = [
            dataclasses.replace(delivery, state=DeliveryState.SENDING, phase="", attempts=delivery.attempts + 1)
            for delivery in sorted(due, key=lambda delivery: (delivery.next_attempt_at, delivery.id))[:limit]
        ]
        self.outbox |= {delivery.id: delivery for delivery in claimed}
        self.delivery_leases |= {delivery.id: now + timedelta(seconds=lease_s) for delivery in claimed}
        return claimed

    async def mark_phase(self, delivery_id: str, phase: str) -> None:
        phase = self._writing(phase)
        delivery = self.outbox.get(delivery_id)
        if delivery is None or delivery.state is not DeliveryState.SENDING or delivery.phase == phase:
            raise StoreError(f"the delivery {delivery_id} is in other hands")
        self.outbox[delivery_id] = dataclasses.replace(delivery, phase=phase)

    async def commit_outcome(self, outcome: DeliveryOutcome) -> None:
        outcome = self._writing(outcome)
        delivery = self.outbox.get(outcome.delivery_id)
        if delivery is None:
            raise StoreError(f"there is no delivery {outcome.delivery_id}")
        if delivery.state is DeliveryState.SENT:
            return
        self.delivery_leases.pop(delivery.id, None)
        self.outbox[delivery.id] = dataclasses.replace(
            delivery,
            state=outcome.state,
            phase="",
            sent_at=outcome.at if outcome.state is DeliveryState.SENT else None,
            next_attempt_at=outcome.next_attempt_at or delivery.next_attempt_at,
            last_code=outcome.code,
            last_reply=outcome.reply,
            was_uncertain=delivery.was_uncertain or outcome.state is DeliveryState.UNCERTAIN,
        )

    async def deliveries(self, *, limit: int) -> list[Delivery]:
        return sorted(self.outbox.values(), key=lambda d: (d.composed_at, d.id), reverse=True)[:limit]


def _lapsed(delivery: Delivery, now: datetime) -> Delivery:
    if delivery.phase == "data":
        return dataclasses.replace(
            delivery,
            state=DeliveryState.UNCERTAIN,
            phase="",
            next_attempt_at=now + timedelta(minutes=15),
            last_reply="the receiver may have this message",
            was_uncertain=True,
        )
    return dataclasses.replace(delivery, state=DeliveryState.PENDING, phase="", next_attempt_at=now)
