"""Deliveries and what becomes of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from datetime import datetime, timedelta

from monitor.errors import StoreError
from monitor.model.alerts import ALERT_SLOT
from monitor.model.archives import Archive
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState
from monitor.model.suspensions import Suspension
from tests.memory.held import Held


class Outbox(Held):
    async def claim_deliveries(
        self,
        now: datetime,
        *,
        limit: int,
        lease_s: float,
        at: datetime | None = None,
        channel: str | None = None,
        besides: Collection[str] = (),
    ) -> list[Delivery]:
        self._writing(now)
        for delivery in list(self.outbox.values()):
            if delivery.state is DeliveryState.SENDING and self.delivery_leases.get(delivery.id, now) <= now:
                self.outbox[delivery.id] = _lapsed(delivery, now)
        due = [
            delivery
            for delivery in self.outbox.values()
            if _is_due(delivery, now) and channel in (None, delivery.channel) and delivery.channel not in besides
        ]
        claimed = [
            dataclasses.replace(delivery, state=DeliveryState.SENDING, phase="", attempts=delivery.attempts + 1)
            for delivery in sorted(due, key=lambda delivery: (delivery.next_attempt_at, delivery.id))[:limit]
        ]
        self.outbox |= {delivery.id: delivery for delivery in claimed}
        self.delivery_leases |= {delivery.id: (at or now) + timedelta(seconds=lease_s) for delivery in claimed}
        self.attempted_at |= {delivery.id: at or now for delivery in claimed}
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
        if outcome.suspension is not None:
            self.suspended[outcome.suspension.recipient_id, outcome.suspension.channel] = outcome.suspension
        self._keep_notices(outcome.notices)
        if delivery.state is (DeliveryState.SENDING if outcome.is_bounce else DeliveryState.SENT):
            return
        self.delivery_leases.pop(delivery.id, None)
        self.outbox[delivery.id] = dataclasses.replace(
            delivery,
            state=outcome.state,
            phase="",
            sent_at=outcome.at if outcome.state is DeliveryState.SENT else delivery.sent_at,
            next_attempt_at=outcome.next_attempt_at or delivery.next_attempt_at,
            last_code=outcome.code,
            last_reply=outcome.reply,
            was_uncertain=(delivery.was_uncertain and not (outcome.is_bounce and delivery.attempts <= 1))
            or outcome.state is DeliveryState.UNCERTAIN,
        )
        if outcome.is_untold:
            self._untell(delivery.recipient_id, delivery.slot_key)

    def _untell(self, recipient_id: str, slot_key: str) -> None:
        same = [d for d in self.outbox.values() if (d.recipient_id, d.slot_key) == (recipient_id, slot_key)]
        if any(d.state is not DeliveryState.DEAD or d.was_uncertain for d in same):
            return
        for key in [key for key, told in self.told.items() if key[0] == recipient_id and told == slot_key]:
            del self.told[key]
            if not any(other[:2] == key[:2] for other in self.told):
                self.told_at.pop(key[:2], None)
                self.told_states.pop(key[:2], None)
                self.told_in_full_at.pop(key[:2], None)
                self.told_in.pop(key[:2], None)
        mails = {delivery.message.message_id for delivery in same}
        for key, thread in list(self.threads.items()):
            if key[0] == recipient_id:
                left = thread.without(mails)
                self.threads |= {key: left} if left else {}
                if left is None:
                    del self.threads[key]
        for key, told_slot in self.alarm_slots.items():
            if (key[0], told_slot) == (recipient_id, slot_key):
                self.alarm_slots[key] = None
        if (kept := self.former.pop((recipient_id, slot_key), None)) is None:
            return
        former, states, at, moves = kept
        for article_id, (state, place) in states.items():
            if (at_of := (recipient_id, article_id)) in self.told_states:
                self.told_states[at_of] = min(state, self.told_states[at_of])
                if place is None:
                    self.told_in.pop(at_of, None)
                else:
                    self.told_in[at_of] = place
        if not moves:
            return
        slot = self.slots[recipient_id]
        told_until, told_notice = slot.told_until, slot.told_notice
        if told_until is not None:
            until = former.told_until if former else None
            earliest = until if until is not None or told_until == at else at
            told_until = min(told_until, earliest) if earliest is not None else None
        if told_notice is not None:
            told_notice = min(told_notice, (former.told_notice if former else None) or 0)
        self.slots[recipient_id] = dataclasses.replace(slot, told_until=told_until, told_notice=told_notice)

    async def delivery_named(self, message_id: str) -> Delivery | None:
        named = (one for one in await self.deliveries(limit=10_000) if one.message.message_id == message_id)
        return next(named, None)

    async def suspensions(self) -> list[Suspension]:
        return [self.suspended[key] for key in sorted(self.suspended)]

    async def lift_suspensions(self, recipient_id: str, *, at: datetime) -> list[Suspension]:
        at = self._writing(at)
        lifted = [
            dataclasses.replace(one, lifted_at=at)
            for one in self.suspended.values()
            if one.recipient_id == recipient_id and one.lifted_at is None
        ]
        self.suspended |= {(one.recipient_id, one.channel): one for one in lifted}
        return lifted

    async def refused_in_a_row(self, recipient_id: str, channel: str, address: str) -> int:
        last = self.suspended.get((recipient_id, channel))
        settled = [
            delivery
            for delivery in await self.deliveries(limit=10_000)
            if (delivery.recipient_id, delivery.channel, delivery.message.recipient) == (recipient_id, channel, address)
            and delivery.state in (DeliveryState.SENT, DeliveryState.DEAD)
            and not (last and last.lifted_at and delivery.composed_at <= last.lifted_at)
        ]
        refused = [d.state is DeliveryState.DEAD and d.last_code >= 500 for d in settled[:10]]
        return refused.index(False) if False in refused else len(refused)

    async def waiting(self, channel: str, *, due_by: datetime) -> tuple[int, datetime | None]:
        mine = [delivery for delivery in self.outbox.values() if delivery.channel == channel]
        begun = [self.attempted_at[delivery.id] for delivery in mine if delivery.id in self.attempted_at]
        return sum(_is_due(delivery, due_by) for delivery in mine), max(begun, default=None)

    async def delivery(self, delivery_id: str) -> Delivery | None:
        return self.outbox.get(delivery_id)

    async def deliveries(self, *, limit: int) -> list[Delivery]:
        return sorted(self.outbox.values(), key=lambda d: (d.composed_at, d.id), reverse=True)[:limit]

    async def deliveries_to(self, recipient_id: str | None, *, limit: int) -> list[Delivery]:
        found = [d for d in self.outbox.values() if recipient_id in (None, d.recipient_id)]
        return sorted(found, key=lambda d: (d.composed_at, d.id), reverse=True)[:limit]

    async def deliveries_like(self, prefix: str) -> list[Delivery]:
        return sorted((d for d in self.outbox.values() if d.id.startswith(prefix)), key=lambda d: d.id)[:2]

    async def archive(self, recipient_id: str, slot_key: str) -> Archive | None:
        return self.archives.get((recipient_id, slot_key))

    async def told_until(self, recipient_id: str, *, at: datetime) -> datetime | None:
        slots = ((of, slot, then) for (of, slot), then in self.digests_at.items() if not slot.startswith(ALERT_SLOT))
        done = (then for of, _, then in slots if of == recipient_id and then <= at)
        return max(done, default=None)

    async def resent(self, delivery_id: str) -> list[Delivery]:
        found = [d for d in self.outbox.values() if d.resend_of == delivery_id]
        return sorted(found, key=lambda d: (d.composed_at, d.id))

    async def keep_resend(self, again: Delivery) -> None:
        again = self._writing(again)
        if again.id in self.outbox:
            raise StoreError(f"a delivery {again.id} exists already")
        self.outbox[again.id] = again


def _is_due(delivery: Delivery, now: datetime) -> bool:
    return delivery.state in (DeliveryState.PENDING, DeliveryState.UNCERTAIN) and delivery.next_attempt_at <= now


def _lapsed(delivery: Delivery, now: datetime) -> Delivery:
    if delivery.phase == "data":
        return dataclasses.replace(
            delivery,
            state=DeliveryState.DEAD if delivery.was_uncertain else DeliveryState.UNCERTAIN,
            phase="",
            next_attempt_at=now + timedelta(minutes=15),
            last_reply="the receiver may have this message, even twice",
            was_uncertain=True,
        )
    state = DeliveryState.UNCERTAIN if delivery.was_uncertain else DeliveryState.PENDING
    return dataclasses.replace(delivery, state=state, phase="", next_attempt_at=now)
