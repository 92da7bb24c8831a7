"""A hook that fails four times in ten: nothing is lost, and only what may have arrived is called a second time."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import datetime, timedelta

from monitor.channels.webhook import Hook, WebhookChannel
from monitor.model.commits import DigestCommit
from monitor.model.digests import DeliveryState
from monitor.pipeline.deliver import DeliverRules, deliver
from monitor.sources.http import HttpSource
from tests.factories import NOW, make_delivery, make_message, make_slot
from tests.fakes import MemoryStore
from tests.servers import LoopbackServer, Request, reset

HOOKS = 60
CHAOS = 0.4


class Stepping:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


class Receiver:
    """Takes calls, drops repeats by their id, and misbehaves by its dice."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.bodies: dict[str, set[bytes]] = {}
        self.calls: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        id = request.headers["webhook-id"]
        self.calls[id] += 1
        how = self._dice.choice(["503", "429", "drop", "take and drop"]) if self._dice.random() < CHAOS else "well"
        if how in ("drop", "take and drop", "well"):
            self.bodies.setdefault(id, set()).add(request.body)
        if how in ("take and drop", "well"):
            self.taken[id] += 1
        if "drop" in how:
            await reset(request, writer)
            return
        status = "200" if how == "well" else how
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()


async def test_no_call_is_lost_and_none_is_repeated_but_where_it_may_have_arrived() -> None:
    store, clock, receiver = MemoryStore(), Stepping(), Receiver(random.Random(7))
    for n in range(HOOKS):
        slot = make_slot(key=f"s{n}")
        message = make_message(content=b'{"n": %d}' % n)
        delivery = make_delivery(f"d{n:02}", slot_key=slot.key, channel="webhook:desk", message=message)
        commit = DigestCommit(recipient_id="analyst", slot=slot, next_slot=slot, deliveries=(delivery,), at=NOW)
        assert await store.commit_digest(commit)
    async with LoopbackServer() as server:
        server["/hook"] = receiver.__call__
        hook = Hook(name="webhook:desk", url=server.url("/hook"), secret="hunter2", timeout_s=5)
        channel = WebhookChannel(hook, caller=HttpSource(allowed=("127.0.0.1",)), clock=clock)
        for _ in range(300):
            waits = {DeliveryState.PENDING, DeliveryState.UNCERTAIN}
            if not any(one.state in waits for one in store.outbox.values()):
                break
            clock.at = max(clock.at, min(one.next_attempt_at for one in store.outbox.values() if one.state in waits))
            await deliver(
                store=store, channels={"webhook:desk": channel}, clock=clock, rng=lambda: 0.5, rules=DeliverRules()
            )
            clock.at += timedelta(seconds=1)
        await channel.close()
    ends = Counter(one.state for one in store.outbox.values())
    dead = [one for one in store.outbox.values() if one.state is DeliveryState.DEAD]
    assert ends[DeliveryState.SENT] + ends[DeliveryState.DEAD] == HOOKS
    assert all(one.was_uncertain for one in dead), "given up is only what may have arrived twice"
    sent = [one for one in store.outbox.values() if one.state is DeliveryState.SENT]
    assert all(receiver.taken[one.id] for one in sent), "what counts as sent was taken"
    assert max(receiver.taken.values()) <= 2
    repeated = [id for id, times in receiver.taken.items() if times > 1]
    assert all(store.outbox[id].was_uncertain for id in repeated)
    assert repeated, "the dice brought repeats, or this test shows nothing"
    assert all(len(bodies) == 1 for bodies in receiver.bodies.values()), "every attempt has the same body"
