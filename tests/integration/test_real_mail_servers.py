"""Our mails through Postfix into Dovecot, and back over IMAP: nothing on the way changes them."""

from __future__ import annotations

import asyncio
import base64
import imaplib
import re
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import dkim
import pytest

from monitor.channels.email.dkim import DkimSigner
from monitor.channels.email.imap import ImapBox, ImapServer
from monitor.channels.email.render import EmailRenderer
from monitor.channels.email.smtp import SmtpChannel, SmtpServer
from monitor.core.link_tokens import link_key
from monitor.errors import DeliveryError
from monitor.model.commits import DigestCommit
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState
from monitor.pipeline.desk import ReaderDesk
from monitor.pipeline.returns import read_returns
from tests.factories import NOW, make_delivery, make_message, make_slot
from tests.fakes import MemoryStore
from tests.golden.digests.samples import sample
from tests.integration.test_smtp import Marks
from tests.mail_servers import PASSWORD, MailServers, real_mail
from tests.smtp_servers import client_context
from tests.unit.pipeline.alerting import MINUTE, Newsroom

LONG_AGO = NOW - timedelta(days=9000)


class Clock:
    """Stands still."""

    def now(self) -> Any:
        return NOW


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    with real_mail() as started:
        yield started


def submission(servers: MailServers, **facts: Any) -> SmtpChannel:
    usual = {
        "host": "localhost",
        "port": servers.submission,
        "tls": "starttls",
        "username": "monitor@example.org",
        "password": PASSWORD,
        "helo": "monitor.example.org",
        "tls_context": client_context(servers.certificate),
    }
    return SmtpChannel(SmtpServer(**{**usual, **facts}))


async def send(servers: MailServers, *deliveries: Delivery, **facts: Any) -> list[str]:
    channel = submission(servers, **facts)
    try:
        return [await channel.send(delivery, Marks()) for delivery in deliveries]
    finally:
        await channel.close()


def inbox(servers: MailServers, user: str) -> imaplib.IMAP4_SSL:
    client = imaplib.IMAP4_SSL("localhost", servers.imaps, ssl_context=client_context(servers.certificate), timeout=20)
    client.login(f"{user}@example.org", PASSWORD)
    client.select("INBOX")
    return client


async def arrived(servers: MailServers, user: str, count: int) -> list[bytes]:
    """The mails of a user, once there are so many."""

    def look() -> list[bytes]:
        client = inbox(servers, user)
        numbers = client.search(None, "ALL")[1][0].split()
        found = [client.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]
        client.logout()
        return found

    for _ in range(200):
        if len(found := await asyncio.to_thread(look)) >= count:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"{len(found)} mails of {count} arrived: {servers.logs()}")


def to(user: str, delivery_id: str, **facts: Any) -> Delivery:
    return make_delivery(
        delivery_id, channel="smtp", message=make_message(**{"recipient": f"{user}@example.org", **facts})
    )


async def test_what_is_read_back_is_byte_for_byte_what_was_stored_and_its_signature_holds(
    servers: MailServers,
) -> None:
    key = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], capture_output=True, check=True
    ).stdout
    public = subprocess.run(
        ["openssl", "pkey", "-pubout", "-outform", "DER"], input=key, capture_output=True, check=True
    ).stdout
    signer = DkimSigner(selector="news", domain="example.org", key=key)
    renderer = EmailRenderer(
        "monitor@example.org", "Media monitor", unsubscribe_address="monitor@example.org", sign=signer
    )
    message = renderer.render(sample(), delivery_id="d0123456789", composed_at=NOW)
    named = b"From: monitor@example.org\r\nDate: Sun, 22 Nov 2026 07:00:00 +0000\r\nMessage-ID: <dots@example.org>\r\n"
    dotted = named + b"\r\n.first\r\n..\r\n.\r\nlast\r\n"
    (reply, _) = await send(
        servers,
        replace(to("desk", "d1"), message=replace(message, recipient="desk@example.org")),
        to("desk", "d2", content=dotted),
    )
    assert reply.startswith("250 2.0.0 Ok: queued as")
    first, second = sorted(await arrived(servers, "desk", 2), key=len, reverse=True)
    assert first.endswith(message.content), "headers and body, after what each server wrote in front"
    assert second.endswith(dotted)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    assert dkim.verify(first, dnsfunc=lambda name, timeout=5: record)


async def test_a_mail_program_groups_the_updates_of_an_alert_and_no_digests(servers: MailServers) -> None:
    room = Newsroom()
    first = await room.arrive("Putin lands in Pyongyang")
    mails = list(await room.alert())
    for n in range(2):
        await room.arrive(f"Kim and Putin sign paper {n}", of=first)
        mails += await room.alert(60 * MINUTE)
    for n in range(2):
        await room.arrive(f"Minor matter {n}", 60.0)
        mails += await room.digest(24 * 60 * MINUTE)
    assert len(mails) >= 4, "an alert, updates, digests"
    updates = sum(mail["References"] is not None for mail in mails)
    assert updates
    outbox = sorted(room.store.outbox.values(), key=lambda one: (one.composed_at, one.id))
    await send(
        servers, *(replace(one, message=replace(one.message, recipient="analyst@example.org")) for one in outbox)
    )
    await arrived(servers, "analyst", len(outbox))

    def threads() -> list[list[str]]:
        client = inbox(servers, "analyst")
        said = client.thread("REFERENCES", "UTF-8", "ALL")[1][0].decode()
        client.logout()
        return [re.findall(r"\d+", one) for one in re.findall(r"\((?:[^()]|\([^()]*\))*\)", said)]

    sizes = sorted(len(thread) for thread in await asyncio.to_thread(threads))
    assert sizes == [1] * (len(outbox) - updates - 1) + [updates + 1]


async def test_an_unknown_reader_is_refused_at_rcpt_with_the_status(servers: MailServers) -> None:
    channel = submission(servers)
    with pytest.raises(DeliveryError) as caught:
        await channel.send(to("nobody", "d1"), Marks())
    await channel.close()
    error = caught.value
    assert (error.permanent, error.code, error.step, error.status) == (True, 550, "RCPT", "5.1.1")


async def test_a_refusal_comes_back_names_its_delivery_and_suspends(servers: MailServers) -> None:
    store = MemoryStore()
    gone, slot = to("gone", "d00000000000000000042"), make_slot()
    commit = DigestCommit(recipient_id="analyst", slot=slot, next_slot=slot, deliveries=(gone,), at=NOW)
    await store.commit_digest(commit)
    await store.commit_outcome(DeliveryOutcome(delivery_id=gone.id, state=DeliveryState.SENT, at=NOW))
    assert "queued as" in (await send(servers, gone))[0]
    await arrived(servers, "monitor", 1)
    box = ImapBox(
        ImapServer(
            host="localhost",
            port=servers.imap,
            tls="starttls",
            username="monitor@example.org",
            password=PASSWORD,
            tls_context=client_context(servers.certificate),
        )
    )
    (mail,) = await box.unread(since=LONG_AGO, limit=9)
    (report,) = mail.reports
    assert (report.envelope_id, report.status, report.action) == (gone.id, "5.1.1", "failed")
    assert report.message_id == "" or report.message_id.startswith("<")
    box.forget([mail.uid])
    desk = ReaderDesk(preferences=store, store=store, clock=Clock(), keys=[link_key(b"x" * 32)])
    found = await read_returns(box=_Whenever(box), store=store, desk=desk, clock=Clock())
    assert (found.bounced, found.suspended) == ((gone.id,), ("analyst",))
    assert store.outbox[gone.id].state is DeliveryState.DEAD
    assert await box.unread(since=LONG_AGO, limit=9) == [], "it is marked as read"


class _Whenever:
    """The mailbox, whatever day the test's clock says it is."""

    def __init__(self, box: ImapBox) -> None:
        self._box = box

    async def unread(self, *, since: object, limit: int) -> Any:
        return await self._box.unread(since=LONG_AGO, limit=limit)

    async def mark_read(self, uids: Any) -> None:
        await self._box.mark_read(uids)

    def forget(self, uids: Any) -> None:
        self._box.forget(uids)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"password": "wrong"}, "refused the login"),
        ({"tls_context": ssl.create_default_context()}, "no trusted TLS"),
        ({"host": "127.0.0.2"}, "127.0.0.2"),
    ],
    ids=["bad password", "unknown authority", "nobody there"],
)
async def test_what_is_wrong_with_the_way_there_is_told_apart(
    servers: MailServers, facts: dict[str, Any], told: str
) -> None:
    with pytest.raises(DeliveryError, match=told) as caught:
        await send(servers, to("desk", "d9"), **facts)
    assert (caught.value.permanent, caught.value.blame) == (False, "channel")
    assert PASSWORD not in str(caught.value)


async def test_relaying_takes_a_login_and_implicit_tls_works(servers: MailServers) -> None:
    elsewhere = to("x", "d1", recipient="reader@elsewhere.invalid")
    with pytest.raises(DeliveryError, match="Relay access denied") as caught:
        await send(servers, elsewhere, username=None, password=None)
    assert caught.value.status == "5.7.1"
    (reply,) = await send(servers, to("desk", "d3"), tls="tls", port=servers.smtps)
    assert "queued as" in reply
