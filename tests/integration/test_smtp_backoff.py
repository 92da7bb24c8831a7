"""A way that is broken for want of a person: no credential where it must not go, one connection a back-off."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.channels.email.smtp import SmtpChannel, SmtpServer
from monitor.model.commits import DigestCommit
from monitor.model.digests import Slot
from monitor.pipeline.deliver import ChannelTurns, deliver
from tests.factories import NOW, make_delivery
from tests.fakes import MemoryStore
from tests.smtp_servers import MisbehavingServer, make_certificate, receiving_server, server_context

PASSWORD = "correct horse"


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


async def rounds(channel: SmtpChannel) -> tuple[MemoryStore, int]:
    """Three back-offs with mail for five readers, a look every five minutes, and new mail in between; how many."""
    store, clock, turns = MemoryStore(), Clock(), ChannelTurns()

    async def compose(id: str) -> None:
        slot = Slot(key=id, at=clock.at)
        delivery = make_delivery(
            id, slot_key=id, recipient_id=id, channel="smtp", next_attempt_at=clock.at, composed_at=clock.at
        )
        commit = DigestCommit(recipient_id=id, slot=slot, next_slot=slot, deliveries=(delivery,), at=clock.at)
        await store.commit_digest(commit)

    for n in range(5):
        await compose(f"reader{n}")
    until = NOW + timedelta(hours=3, minutes=30)
    while clock.at < until:
        await deliver(store=store, channels={"smtp": channel}, clock=clock, rng=lambda: 0.5, turns=turns)
        clock.at += timedelta(minutes=5)
        if clock.at.minute == 30:
            await compose(f"late{clock.at:%H}")
    await channel.close()
    return store, 4


def channel_to(port: int, **facts: Any) -> SmtpChannel:
    usual = {"host": "localhost", "port": port, "tls": "starttls", "username": "monitor", "password": PASSWORD}
    return SmtpChannel(SmtpServer(**{**usual, "helo": "m.example.org", "timeout_s": 5.0, **facts}))


async def test_a_wrong_password_is_shown_once_a_back_off_however_much_waits() -> None:
    async with receiving_server(password=PASSWORD, auth_exclude_mechanism=None) as server:
        store, back_offs = await rounds(channel_to(server.port, host="127.0.0.1", tls="none", password="wrong"))
    assert (server.connections, len(server.logins), server.mails) == (back_offs, back_offs, [])
    assert "wrong" not in "".join(delivery.last_reply for delivery in store.outbox.values())


async def test_where_starttls_was_stripped_no_credential_is_on_the_wire() -> None:
    async with MisbehavingServer(extensions=("AUTH PLAIN LOGIN",)) as server:
        _, back_offs = await rounds(channel_to(server.port, host="127.0.0.1"))
    assert server.connections == back_offs
    assert {command.split(" ")[0] for command in server.commands} == {"EHLO"}


@pytest.mark.parametrize("is_implicit", [False, True])
async def test_a_certificate_that_is_not_trusted_sees_no_credential(tmp_path: Path, is_implicit: bool) -> None:
    tls = server_context(make_certificate(tmp_path, "localhost"))
    async with receiving_server(tls=tls, is_implicit=is_implicit, password=PASSWORD) as server:
        _, back_offs = await rounds(channel_to(server.port, tls="tls" if is_implicit else "starttls"))
    assert (server.logins, server.mails) == ([], [])
    assert server.connections == back_offs
