"""A small program that composes and delivers, to be killed: the real pipeline over the real store and SMTP channel.

    python -m tests.acceptance.sender

It loads everything once and then forks: for each line of JSON on standard input one child that works on a store until
nothing is due, `pid N` and `ended CODE` on standard output. A thousand starts would else be a quarter of an hour of
imports.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import sys
import tempfile
import threading
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.channels.email.smtp import SmtpChannel, SmtpServer
from monitor.channels.email.wire import Letter, serialise
from monitor.model.commits import DigestCommit
from monitor.model.digests import Delivery, Message, Slot
from monitor.pipeline.deliver import deliver
from monitor.store import open_store
from tests.factories import NOW

SENDER = "monitor@example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What a child is to do: keep the digests numbered `first` to `last` (those kept already stay), then deliver."""

    store: str
    port: int
    first: int
    last: int
    at: str


class Clock:
    """Stands where the life begins: what is due later is another life's."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


def make_numbered(n: int) -> Delivery:
    """The n-th delivery, the same in every process: its bytes hold dots at line starts and letters of any script."""
    message_id, recipient = f"<d.{n:020x}@example.org>", f"reader{n % 40}@example.org"
    text = f"Digest {n}\n\n.a line that begins with a dot\n..\nПутин, 북한, Korea Utara {n}\n" + f"line {n}\n" * 60
    letter = Letter(
        message_id=message_id,
        date=NOW,
        sender=("Media monitor", SENDER),
        recipient=("", recipient),
        subject=f"[Rusia–Korea Utara] Kabar {n}",
        text=text,
        html=f"<!DOCTYPE html><html lang='id'><body><p>{n}: Путин, 북한</p></body></html>",
        language="id",
        list_id="test.example.org",
    )
    message = Message(
        message_id=message_id,
        sender=SENDER,
        recipient=recipient,
        subject=letter.subject,
        html=letter.html,
        text=text,
        content=serialise(letter),
    )
    return Delivery(
        id=f"d{n:020x}",
        recipient_id=f"reader{n % 40}",
        slot_key=f"slot-{n}",
        channel="smtp",
        message=message,
        next_attempt_at=NOW,
        composed_at=NOW,
    )


async def live(life: Life) -> None:
    """Compose and deliver until nothing is due."""
    at = datetime.fromisoformat(life.at)
    channel = SmtpChannel(
        SmtpServer(host="127.0.0.1", port=life.port, tls="none", helo="m.example.org", timeout_s=10, data_timeout_s=10)
    )
    async with open_store(life.store) as store:
        for n in range(life.first, life.last):
            delivery = make_numbered(n)
            slot = Slot(key=delivery.slot_key, at=NOW)
            following = Slot(key="next", at=NOW + timedelta(days=1))
            commit = DigestCommit(
                recipient_id=delivery.recipient_id, slot=slot, next_slot=following, deliveries=(delivery,), at=NOW
            )
            await store.commit_digest(commit)
        await deliver(store=store, channels={"smtp": channel}, clock=Clock(at), rng=lambda: 0.5)
        await channel.close()


async def warm_up(folder: str) -> None:
    """Do everything once, so that what is imported and compiled at first use is there before the first fork."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        await live(
            Life(store=f"sqlite:///{folder}/warm.db", port=closed.getsockname()[1], first=0, last=1, at=str(NOW))
        )


def main() -> int:
    """Fork a child for each line; 0 when there are no more."""
    logging.getLogger("monitor").addHandler(logging.NullHandler())
    with tempfile.TemporaryDirectory(prefix="sender-") as folder:
        asyncio.run(warm_up(folder))
    # A fork takes along the thread that forks, and no other.
    assert threading.active_count() == 1, threading.enumerate()
    for line in sys.stdin:
        life = Life(**json.loads(line))
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                asyncio.run(live(life))
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        print(f"pid {pid}", flush=True)
        _, status = os.waitpid(pid, 0)
        print(f"ended {os.waitstatus_to_exitcode(status)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
