"""Our bytes over real sockets: a real server takes them unchanged, and whatever goes wrong is told apart."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest

from monitor.channels.email.render import EmailRenderer
from monitor.channels.email.smtp import SmtpChannel, SmtpServer
from monitor.errors import ConfigError, DeliveryError
from monitor.model.digests import Delivery
from tests.factories import NOW, make_delivery, make_message
from tests.golden.digests.samples import sample
from tests.smtp_servers import (
    MisbehavingServer,
    client_context,
    make_certificate,
    receiving_server,
    server_context,
)

SECRET = "correct horse"


def channel_to(port: int, **facts: Any) -> SmtpChannel:
    patience = {"timeout_s": 0.5, "data_timeout_s": 0.5, "deadline_s": 5.0}
    return SmtpChannel(
        SmtpServer(
            **{"host": "127.0.0.1", "port": port, "tls": "none", "helo": "monitor.example.org", **patience, **facts}
        )
    )


def mail(id: str = "d1", **facts: Any) -> Delivery:
    return make_delivery(id, channel="smtp", message=make_message(**facts))


class Marks:
    """Counts the marks, and remembers what the server had by then."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1


async def failure(channel: SmtpChannel, delivery: Delivery, marks: Marks | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(delivery, marks or Marks())
    await channel.close()
    return caught.value


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"), "localhost")


async def test_a_real_server_receives_our_bytes_unchanged() -> None:
    message = EmailRenderer("monitor@example.org", "Media monitor").render(sample(), delivery_id="d1", composed_at=NOW)
    async with receiving_server() as server:
        channel, marks = channel_to(server.port), Marks()
        reply = await channel.send(make_delivery("d1", message=message), marks)
        await channel.close()
    assert reply == "250 2.0.0 taken"
    assert server.mails == [message.content]
    assert server.envelopes == [("monitor@example.org", ("desk@example.org",))]
    assert marks.count == 1


async def test_a_leading_dot_arrives_as_it_was() -> None:
    content = b".first\r\n\r\n.\r\n..two\r\nend.\r\n"
    async with receiving_server() as server:
        channel = channel_to(server.port)
        await channel.send(mail(content=content), Marks())
        await channel.close()
    assert server.mails == [content]


async def test_one_connection_carries_many_mails_up_to_its_limit() -> None:
    async with receiving_server() as server:
        channel = channel_to(server.port, max_per_connection=3)
        for n in range(7):
            await channel.send(mail(f"d{n}"), Marks())
        await channel.close()
    assert len(server.mails) == 7
    assert server.connections == 3


async def test_the_last_byte_is_marked_before_it_leaves_and_not_before_the_server_wants_it() -> None:
    async with MisbehavingServer() as server:
        seen: list[tuple[list[str], int]] = []

        async def mark() -> None:
            seen.append(([command.split(" ")[0] for command in server.commands], len(server.mails)))

        channel = channel_to(server.port)
        await channel.send(mail(), mark)
        await channel.close()
    assert seen == [(["EHLO", "MAIL", "RCPT", "DATA"], 0)]


async def test_a_mark_that_fails_keeps_the_mail_here() -> None:
    async with MisbehavingServer() as server:

        async def mark() -> None:
            raise RuntimeError("disk full")

        channel = channel_to(server.port)
        with pytest.raises(RuntimeError):
            await channel.send(mail(), mark)
        await channel.send(mail(), Marks())
        await channel.close()
    assert len(server.mails) == 1
    assert server.connections == 2


STEPS = ("banner", "ehlo", "mail", "rcpt", "data")


@pytest.mark.parametrize(("step", "how"), list(itertools.product(STEPS, ("hang", "drop"))))
async def test_trouble_before_the_last_byte_is_certain_and_stops_the_channel(step: str, how: str) -> None:
    async with MisbehavingServer(**{step: how}) as server:
        marks = Marks()
        error = await failure(channel_to(server.port), mail(), marks)
    assert (error.permanent, error.uncertain, error.blame) == (False, False, "channel")
    assert f"127.0.0.1:{server.port}" in str(error)
    assert marks.count == 0
    assert server.mails == []


@pytest.mark.parametrize("how", ["hang", "drop", "no SMTP at all"])
async def test_trouble_after_the_last_byte_is_uncertain(how: str) -> None:
    async with MisbehavingServer(dot=how) as server:
        marks = Marks()
        error = await failure(channel_to(server.port), mail(), marks)
    assert (error.permanent, error.uncertain) == (False, True)
    assert marks.count == 1


REPLIES = [
    # step, reply, permanent, blame, code
    ("banner", "554 go away", False, "channel", 554),
    ("ehlo", "421 too busy", False, "channel", 421),
    ("mail", "451 later", False, "channel", 451),
    ("mail", "550 sender refused", False, "channel", 550),
    ("mail", "552 too big", True, "recipient", 552),
    ("mail", "530 log in first", False, "channel", 530),
    ("rcpt", "451 4.7.1 greylisted", False, "recipient", 451),
    ("rcpt", "452 mailbox full", False, "recipient", 452),
    ("rcpt", "550 5.1.1 no such user", True, "recipient", 550),
    ("rcpt", "421 closing", False, "channel", 421),
    ("data", "451 later", False, "recipient", 451),
    ("data", "554 no", True, "recipient", 554),
    ("dot", "451 later", False, "recipient", 451),
    ("dot", "552 too much", True, "recipient", 552),
    ("dot", "550 looks like spam", True, "recipient", 550),
    ("dot", "421 closing", False, "channel", 421),
]


@pytest.mark.parametrize(("step", "reply", "permanent", "blame", "code"), REPLIES)
async def test_a_refusal_in_words_is_certain_and_taken_at_its_word(
    step: str, reply: str, permanent: bool, blame: str, code: int
) -> None:
    async with MisbehavingServer(**{step: reply}) as server:
        error = await failure(channel_to(server.port), mail())
    assert (error.permanent, error.uncertain, error.blame, error.code) == (permanent, False, blame, code)
    assert reply[4:] in str(error)
    assert server.mails == []


async def test_after_a_refusal_the_next_mail_goes_over_a_new_connection() -> None:
    async with MisbehavingServer(rcpt=["550 no such user"]) as server:
        channel = channel_to(server.port)
        with pytest.raises(DeliveryError):
            await channel.send(mail("d1"), Marks())
        await channel.send(mail("d2"), Marks())
        await channel.close()
    assert (len(server.mails), server.connections) == (1, 2)
    assert "RSET" not in server.commands


async def test_a_server_tired_of_an_idle_connection_is_asked_anew() -> None:
    async with MisbehavingServer(mail=["250 ok", "drop"]) as server:
        channel = channel_to(server.port)
        await channel.send(mail("d1"), Marks())
        await channel.send(mail("d2"), Marks())
        await channel.close()
    assert (len(server.mails), server.connections) == (2, 2)


async def test_nobody_listening_is_the_channels_fault() -> None:
    async with MisbehavingServer() as server:
        port = server.port
    error = await failure(channel_to(port), mail())
    assert (error.permanent, error.uncertain, error.blame) == (False, False, "channel")
    assert f"127.0.0.1:{port}" in str(error)


async def test_a_mail_larger_than_the_server_takes_is_refused_before_it_is_offered() -> None:
    async with MisbehavingServer(extensions=("SIZE 40",)) as server:
        error = await failure(channel_to(server.port), mail(content=b"x" * 40 + b"\r\n"))
    assert (error.permanent, error.code) == (True, 552)
    assert "max_stories" in str(error)
    assert not any(command.startswith("MAIL") for command in server.commands)


async def test_size_and_envelope_id_are_told_where_the_server_knows_them() -> None:
    async with MisbehavingServer(extensions=("SIZE 100000", "DSN")) as server:
        channel = channel_to(server.port)
        await channel.send(mail("d77", content=b"hello\r\n"), Marks())
        await channel.close()
    assert "MAIL FROM:<monitor@example.org> SIZE=7 RET=HDRS ENVID=d77" in server.commands


@pytest.mark.parametrize("content", [b"a\nb\r\n", b"a\rb\r\n", b"no end", "Köln\r\n".encode()])
async def test_bytes_that_could_be_read_as_two_mails_are_never_sent(content: bytes) -> None:
    async with MisbehavingServer() as server:
        error = await failure(channel_to(server.port), mail(content=content))
    assert error.permanent
    assert server.connections == 0


async def test_an_address_that_would_smuggle_a_command_is_refused() -> None:
    async with MisbehavingServer() as server:
        error = await failure(
            channel_to(server.port), mail(recipient="a@example.org> SIZE=1\r\nRCPT TO:<b@example.org")
        )
    assert (error.permanent, error.blame) == (True, "recipient")
    assert server.connections == 0


async def test_a_cancelled_send_is_not_continued_on_the_same_connection() -> None:
    async with MisbehavingServer(rcpt=["hang"]) as server:
        channel = channel_to(server.port, timeout_s=5.0)
        sending = asyncio.create_task(channel.send(mail("d1"), Marks()))
        while not any(command.startswith("RCPT") for command in server.commands):
            await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await channel.send(mail("d2"), Marks())
        await channel.close()
    assert (len(server.mails), server.connections) == (1, 2)


async def test_one_delivery_has_a_deadline_whatever_the_server_drips() -> None:
    async with MisbehavingServer(rcpt="hang") as server:
        error = await failure(channel_to(server.port, timeout_s=60.0, deadline_s=0.3), mail())
    assert (error.uncertain, error.blame) == (False, "channel")


@pytest.mark.parametrize("is_implicit", [False, True])
async def test_login_and_mail_go_over_tls(certificate: Path, is_implicit: bool) -> None:
    tls = server_context(certificate)
    async with receiving_server(tls=tls, is_implicit=is_implicit, password=SECRET) as server:
        channel = channel_to(
            server.port,
            host="localhost",
            tls="tls" if is_implicit else "starttls",
            username="monitor",
            password=SECRET,
            tls_context=client_context(certificate),
        )
        await channel.send(mail(), Marks())
        await channel.close()
    assert len(server.mails) == 1
    assert len(server.logins) == 1


async def test_where_starttls_was_stripped_no_password_is_sent() -> None:
    async with MisbehavingServer(extensions=("AUTH PLAIN LOGIN",)) as server:
        error = await failure(channel_to(server.port, tls="starttls", username="monitor", password=SECRET), mail())
    assert (error.permanent, error.blame) == (False, "channel")
    assert "STARTTLS" in str(error)
    assert [command.split(" ")[0] for command in server.commands] == ["EHLO"]


@pytest.mark.parametrize("is_implicit", [False, True])
@pytest.mark.parametrize("fault", ["unknown authority", "wrong host"])
async def test_a_certificate_that_is_not_trusted_gets_no_password(
    certificate: Path, tmp_path: Path, is_implicit: bool, fault: str
) -> None:
    shown = certificate if fault == "unknown authority" else make_certificate(tmp_path, "elsewhere.example.org")
    trusted = client_context(shown) if fault == "wrong host" else None
    async with receiving_server(tls=server_context(shown), is_implicit=is_implicit, password=SECRET) as server:
        error = await failure(
            channel_to(
                server.port,
                host="localhost",
                tls="tls" if is_implicit else "starttls",
                username="monitor",
                password=SECRET,
                tls_context=trusted,
            ),
            mail(),
        )
    assert (error.permanent, error.uncertain, error.blame, error.retry_after_s) == (False, False, "channel", 3600.0)
    assert "trust its certificate" in str(error)
    assert server.logins == []


async def test_a_wrong_password_is_tried_once_and_never_printed() -> None:
    async with receiving_server(password=SECRET, auth_exclude_mechanism=None) as server:
        error = await failure(channel_to(server.port, username="monitor", password="wrong"), mail())
    assert (error.blame, error.retry_after_s, error.code) == ("channel", 3600.0, 535)
    assert "MONITOR_SMTP_PASSWORD" in str(error)
    assert "wrong" not in str(error)
    assert (len(server.logins), server.connections) == (1, 1)


async def test_a_login_server_in_trouble_is_asked_again_soon() -> None:
    async with MisbehavingServer(extensions=("AUTH LOGIN PLAIN",), auth="454 try later") as server:
        error = await failure(channel_to(server.port, username="monitor", password=SECRET), mail())
    assert (error.blame, error.retry_after_s, error.code) == ("channel", None, 454)


def test_a_password_in_clear_to_another_machine_is_a_configuration_error() -> None:
    server = SmtpServer(host="mail.example.org", port=25, tls="none", username="monitor", password=SECRET)
    with pytest.raises(ConfigError, match="in clear"):
        SmtpChannel(server)
    assert SECRET not in repr(server)


async def test_a_reply_that_comes_too_late_is_not_taken_for_the_next_mails() -> None:
    async with MisbehavingServer(dot=["late 0.7 554 refused after all"]) as server:
        channel = channel_to(server.port)
        with pytest.raises(DeliveryError) as caught:
            await channel.send(mail("d1"), Marks())
        assert await channel.send(mail("d2"), Marks()) == "250 2.0.0 queued as 4711"
        await channel.close()
    assert caught.value.uncertain
    assert server.connections == 2


@pytest.mark.parametrize("step", ["banner", "ehlo", "mail", "rcpt", "data", "dot"])
async def test_a_slow_server_is_waited_for(step: str) -> None:
    async with MisbehavingServer(**{step: ["late 0.1"]}) as server:
        channel = channel_to(server.port, timeout_s=5.0, data_timeout_s=5.0)
        assert (await channel.send(mail(), Marks())).startswith("250")
        await channel.close()
    assert len(server.mails) == 1
