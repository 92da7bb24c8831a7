"""The mailbox is looked into at its times, and a look that fails is said once."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from monitor.app.returning import Returning
from monitor.config import Configuration, load
from monitor.core.link_tokens import link_key, write_token
from monitor.model.links import LinkAction, LinkClaim
from tests.factories import NOW
from tests.fakes import MemoryStore
from tests.imap_servers import MailboxServer

KEY = link_key(b"x" * 32)


class Clock:
    """Stands still."""

    def now(self) -> Any:
        return NOW


def configured(port: int, password: str = "right") -> Configuration:
    bounces = {"HOST": "127.0.0.1", "PORT": str(port), "TLS": "none", "USERNAME": "monitor", "EVERY_S": "300"}
    env = {f"MONITOR_MAIL__BOUNCES__{name}": value for name, value in bounces.items()}
    return load(Path("config"), {**os.environ, **env, "MONITOR_BOUNCES_PASSWORD": password})


async def test_a_mail_that_asks_to_stop_is_obeyed_at_the_next_look() -> None:
    store, ticks = MemoryStore(), [0.0]
    claim = LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="reader")
    asks = f"Subject: unsubscribe {write_token(claim, KEY)}\r\n\r\n".encode()
    async with MailboxServer([b"Subject: lunch?\r\n\r\n"]) as server:
        returning = Returning(store=store, clock=Clock(), ticks=lambda: ticks[0])  # type: ignore[arg-type]
        returning.configure(configured(server.port), [KEY])
        report = await returning.look()
        assert report is not None
        assert report.foreign == 1
        server.mails.append(asks)
        ticks[0] = 299.0
        assert await returning.look() is None, "not yet"
        ticks[0] = 300.0
        report = await returning.look()
        assert report is not None
        assert report.asked == 1
        assert server.seen == {2}
    assert [word.recipient_id for word in await store.preferences()] == ["reader"]


async def test_a_mailbox_that_cannot_be_read_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    ticks = [0.0]
    async with MailboxServer() as server:
        returning = Returning(store=MemoryStore(), clock=Clock(), ticks=lambda: ticks[0])  # type: ignore[arg-type]
        returning.configure(configured(server.port, password="wrong"), [KEY])
        with caplog.at_level(logging.ERROR):
            for n in range(3):
                ticks[0] = n * 300.0
                assert await returning.look() is None
    (record,) = caplog.records
    assert "MONITOR_BOUNCES_PASSWORD" in record.message
    assert "wrong" not in record.message


async def test_without_a_mailbox_nothing_is_looked_into() -> None:
    returning = Returning(store=MemoryStore(), clock=Clock(), ticks=lambda: 0.0)  # type: ignore[arg-type]
    returning.configure(load(Path("config"), os.environ), [KEY])
    assert await returning.look() is None
