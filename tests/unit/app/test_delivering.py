"""Channels are replaced while one of them is at work."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from monitor.app.adapters import Surroundings
from monitor.app.delivering import Delivering, make_deliver_rules
from monitor.config import load
from monitor.errors import DeliveryError
from monitor.model.commits import DigestCommit
from monitor.model.digests import Delivery, DeliveryState
from monitor.ports import PhaseMark
from tests.factories import NOW, make_delivery, make_slot
from tests.fakes import MemoryStore


class Clock:
    """Stands where it is put."""

    at = NOW

    def now(self) -> object:
        return self.at


class Broken:
    """Fails when it may, and says when it is closed."""

    def __init__(self) -> None:
        self.is_asked, self.may_end, self.is_closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        self.is_asked.set()
        await self.may_end.wait()
        raise DeliveryError("535 wrong password", permanent=False, blame="channel", retry_after_s=3600)

    async def close(self) -> None:
        self.is_closed.set()


class Good:
    """Takes all."""

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        return "250 taken"

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_new_channel_waits_for_the_old_ones_last_delivery_and_inherits_none_of_its_trouble() -> None:
    store, clock, configuration = MemoryStore(), Clock(), load(Path("config"), os.environ)
    slot = make_slot()
    commit = DigestCommit(
        recipient_id="reader",
        slot=slot,
        next_slot=slot,
        deliveries=(make_delivery("d1", recipient_id="reader", channel="smtp"),),
        at=NOW,
    )
    await store.commit_digest(commit)
    delivering = Delivering(
        configuration,
        store=store,
        surroundings=Surroundings(clock=clock),  # type: ignore[arg-type]
        is_stopping=lambda: False,
    )
    broken, rules = Broken(), make_deliver_rules(configuration)
    delivering.take_over({"smtp": broken}, rules)
    first = asyncio.create_task(delivering.deliver())
    await broken.is_asked.wait()
    delivering.take_over({"smtp": Good()}, rules)
    store.outbox["d2"] = make_delivery("d2", recipient_id="reader", channel="smtp", slot_key="d2")
    assert (await delivering.deliver()).sent == (), "the old one is at work still"
    assert not broken.is_closed.is_set()
    broken.may_end.set()
    await first
    await broken.is_closed.wait()
    store.outbox["d3"] = make_delivery("d3", recipient_id="reader", channel="smtp", slot_key="d3")
    assert (await delivering.deliver()).sent == ("d2", "d3")
    assert store.outbox["d1"].state is DeliveryState.PENDING
    await delivering.close()
