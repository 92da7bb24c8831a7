"""The mailbox for refusals, over real sockets: what is ours is marked as read, nothing else is touched."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.channels.email.imap import ImapBox, ImapServer
from monitor.errors import ConfigError, MailboxError
from tests.bounces import make_notification
from tests.factories import NOW
from tests.imap_servers import MailboxServer
from tests.smtp_servers import client_context, make_certificate, server_context

SINCE = NOW - timedelta(days=1)
LUNCH = b"Subject: lunch?\r\n\r\nAt one.\r\n"


def box_at(port: int, **facts: Any) -> ImapBox:
    usual = {"host": "127.0.0.1", "port": port, "tls": "none", "username": "monitor", "password": "right"}
    return ImapBox(ImapServer(**{**usual, "timeout_s": 5.0, **facts}))


async def test_unread_mail_is_read_without_a_trace_and_marked_when_told_to() -> None:
    async with MailboxServer([make_notification(envelope_id="d1"), LUNCH]) as server:
        box = box_at(server.port)
        first, second = await box.unread(since=SINCE, limit=9)
        assert server.seen == set()
        await box.mark_read([first.uid])
    assert (first.uid, first.reports[0].envelope_id) == (1, "d1")
    assert (second.subject, second.reports) == ("lunch?", ())
    assert server.seen == {1}
    assert not [command for command in server.commands if "DELETED" in command.upper() or "EXPUNGE" in command.upper()]


async def test_mail_of_others_is_not_fetched_again_and_new_mail_is() -> None:
    async with MailboxServer([LUNCH]) as server:
        box = box_at(server.port)
        assert len(await box.unread(since=SINCE, limit=9)) == 1
        server.mails.append(make_notification())
        assert [mail.uid for mail in await box.unread(since=SINCE, limit=9)] == [2]
        box.forget([2])
        assert [mail.uid for mail in await box.unread(since=SINCE, limit=9)] == [2]
        assert await box.unread(since=SINCE, limit=9) == []


async def test_a_full_mailbox_is_read_in_parts_and_a_huge_mail_only_at_its_beginning() -> None:
    huge = make_notification(envelope_id="d1") + b"x" * 1_000_000
    async with MailboxServer([huge, LUNCH, LUNCH]) as server:
        box = box_at(server.port)
        (first,) = await box.unread(since=SINCE, limit=1)
        assert first.reports[0].envelope_id == "d1"
        assert [mail.uid for mail in await box.unread(since=SINCE, limit=9)] == [2, 3]


async def test_a_login_without_the_plain_mechanism_works_as_well() -> None:
    async with MailboxServer([LUNCH], capabilities="IMAP4rev1") as server:
        assert len(await box_at(server.port).unread(since=SINCE, limit=9)) == 1


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"password": "wrong"}, "MONITOR_BOUNCES_PASSWORD"),
        ({"folder": "Bounces"}, "there is no such folder"),
        ({"tls": "starttls"}, "TLS not supported by server"),
        ({"port": 9}, "cannot be read"),
    ],
    ids=str,
)
async def test_what_keeps_us_from_reading_is_said_without_the_password(facts: dict[str, Any], told: str) -> None:
    async with MailboxServer([LUNCH]) as server:
        with pytest.raises(MailboxError, match=told) as caught:
            await box_at(**{"port": server.port, **facts}).unread(since=SINCE, limit=9)
    assert "wrong" not in str(caught.value)
    if "tls" in facts:
        assert not [command for command in server.commands if command.startswith(("LOGIN", "AUTHENTICATE"))]


async def test_no_password_is_said_to_a_server_that_is_not_trusted(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "localhost")
    async with MailboxServer([LUNCH], tls=server_context(certificate)) as server:
        with pytest.raises(MailboxError, match="certificate"):
            await box_at(server.port, host="localhost", tls="tls").unread(since=SINCE, limit=9)
        assert server.commands == []
        trusting = box_at(server.port, host="localhost", tls="tls", tls_context=client_context(certificate))
        assert len(await trusting.unread(since=SINCE, limit=9)) == 1


def test_a_password_in_clear_to_another_machine_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="in clear"):
        box_at(143, host="imap.example.org")
