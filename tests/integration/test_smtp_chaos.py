"""A whole outbox against a server that fails four times in ten: nothing lost, nothing changed, repeats explained."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime

import pytest

from monitor.channels.email.smtp import SmtpChannel, SmtpServer
from monitor.model.commits import DigestCommit
from monitor.model.digests import DeliveryState, Slot
from monitor.pipeline.deliver import deliver
from tests.factories import NOW, make_delivery, make_message
from tests.fakes import MemoryStore
from tests.smtp_servers import MisbehavingServer

COUNT = 60
FAULTS = {
    "banner": ["drop", "421 busy"],
    "ehlo": ["drop", "hang"],
    "mail": ["451 later", "drop"],
    "rcpt": ["451 greylisted", "drop", "hang"],
    "data": ["451 later", "drop"],
    "dot": ["lose", "drop", "hang", "451 later"],
}


class MovingClock:
    """Stands where it is put."""

    at = NOW

    def now(self) -> datetime:
        return self.at


def script(rng: random.Random, faults: list[str]) -> list[str]:
    return [rng.choice(faults) if rng.random() < 0.1 else "" for _ in range(5000)]


@pytest.mark.parametrize("seed", [7, 8])
async def test_nothing_is_lost_nothing_changed_and_only_the_uncertain_is_repeated_once(seed: int) -> None:
    rng = random.Random(seed)
    store = MemoryStore()
    for n in range(COUNT):
        slot = Slot(key=f"slot-{n}", at=NOW)
        content = b"Message-ID: <d.%d@example.org>\r\n\r\n.body\r\n" % n
        delivery = make_delivery(f"d{n}", slot_key=slot.key, channel="smtp", message=make_message(content=content))
        await store.commit_digest(
            DigestCommit(recipient_id="analyst", slot=slot, next_slot=slot, deliveries=(delivery,), at=NOW)
        )
    clock, uncertain = MovingClock(), Counter[str]()
    async with MisbehavingServer(**{step: script(rng, faults) for step, faults in FAULTS.items()}) as server:
        channel = SmtpChannel(
            SmtpServer(
                host="127.0.0.1",
                port=server.port,
                tls="none",
                helo="m.example.org",
                timeout_s=0.05,
                data_timeout_s=0.05,
            )
        )
        for _ in range(2000):
            report = await deliver(store=store, channels={"smtp": channel}, clock=clock, rng=rng.random)
            uncertain.update(report.uncertain)
            waiting = [
                d.next_attempt_at
                for d in store.outbox.values()
                if d.state not in (DeliveryState.SENT, DeliveryState.DEAD)
            ]
            if not waiting:
                break
            clock.at = min(waiting)
        await channel.close()
    arrived = Counter(server.mails)
    for delivery in store.outbox.values():
        copies = arrived.pop(delivery.message.content, 0)
        if delivery.state is DeliveryState.SENT:
            assert 1 <= copies <= 1 + delivery.was_uncertain
        else:
            # Given up only after two uncertain ends, and saying so.
            assert delivery.state is DeliveryState.DEAD
            assert "uncertain for the second time" in delivery.last_reply
            assert copies <= 2
    assert not arrived, "a body was changed on the way"
    assert sum(d.state is DeliveryState.SENT for d in store.outbox.values()) >= COUNT * 0.95
    assert uncertain, "the server was not misbehaved enough to prove anything"
