"""Two relays in order, over real sockets: the second takes what the first certainly has not."""

from __future__ import annotations

import pytest

from monitor.channels.email.relays import OrderedRelays
from monitor.errors import DeliveryError
from tests.integration.test_smtp import Marks, channel_to, mail
from tests.smtp_servers import MisbehavingServer, receiving_server

CLOSED = 9  # the discard service: nobody listens there


@pytest.mark.parametrize(
    "fault",
    [
        {"banner": "drop"},
        {"banner": "421 busy"},
        {"ehlo": "hang"},
        {"mail": "451 later"},
        {"rcpt": "451 greylisted"},
        {"rcpt": "drop"},
        {"data": "451 later"},
    ],
    ids=str,
)
async def test_the_second_takes_what_the_first_cannot_take_now(fault: dict[str, str]) -> None:
    async with MisbehavingServer(**fault) as first, receiving_server() as second:
        relays, marks = OrderedRelays(channel_to(first.port), channel_to(second.port)), Marks()
        reply = await relays.send(mail(), marks)
        await relays.close()
    assert first.mails == []
    assert second.mails == [mail().message.content]
    assert marks.count == 1
    assert reply.startswith("250 2.0.0 taken (by the second relay; ")


@pytest.mark.parametrize(
    ("fault", "uncertain"),
    [
        ({"dot": "drop"}, True),
        ({"dot": "hang"}, True),
        ({"dot": "lose"}, True),
        ({"dot": "451 later"}, False),
        ({"dot": "554 no"}, False),
        ({"rcpt": "550 no such user"}, False),
        ({"mail": "550 sender refused"}, False),
        ({"banner": "554 go away"}, False),
    ],
    ids=str,
)
async def test_the_second_is_never_asked_after_data_nor_after_a_no(fault: dict[str, str], uncertain: bool) -> None:
    async with MisbehavingServer(**fault) as first, MisbehavingServer() as second:
        relays = OrderedRelays(channel_to(first.port), channel_to(second.port))
        with pytest.raises(DeliveryError) as caught:
            await relays.send(mail(), Marks())
        await relays.close()
    assert caught.value.uncertain is uncertain
    assert second.connections == 0


async def test_a_first_relay_that_is_down_is_left_alone_for_a_while_and_asked_again_then() -> None:
    async with MisbehavingServer(banner=["drop"]) as first, MisbehavingServer() as second:
        relays = OrderedRelays(channel_to(first.port), channel_to(second.port), rest_s=3600)
        for n in range(4):
            await relays.send(mail(f"d{n}"), Marks())
        await relays.close()
        assert (first.connections, len(second.mails)) == (1, 4)
    async with MisbehavingServer(banner=["drop"]) as first, MisbehavingServer() as second:
        relays = OrderedRelays(channel_to(first.port), channel_to(second.port), rest_s=0)
        for n in range(4):
            await relays.send(mail(f"d{n}"), Marks())
        await relays.close()
        assert (len(first.mails), len(second.mails)) == (3, 1)


async def test_where_both_fail_the_second_counts_and_both_are_named() -> None:
    async with MisbehavingServer(rcpt="550 5.1.1 no such user") as second:
        relays = OrderedRelays(channel_to(CLOSED), channel_to(second.port))
        with pytest.raises(DeliveryError) as caught:
            await relays.send(mail(), Marks())
        await relays.close()
    error = caught.value
    assert (error.permanent, error.code, error.step, error.status) == (True, 550, "RCPT", "5.1.1")
    assert f"127.0.0.1:{second.port} refused at RCPT" in str(error)
    assert f"the first relay before it: 127.0.0.1:{CLOSED}" in str(error)


async def test_a_wrong_password_for_the_first_is_no_matter_for_the_second() -> None:
    async with (
        MisbehavingServer(extensions=("AUTH PLAIN",), auth="535 5.7.8 no") as first,
        MisbehavingServer() as second,
    ):
        relays = OrderedRelays(channel_to(first.port, username="monitor", password="wrong"), channel_to(second.port))
        with pytest.raises(DeliveryError, match="refused the login"):
            await relays.send(mail(), Marks())
        await relays.close()
    assert second.connections == 0


async def test_the_second_relay_names_its_own_section_and_password() -> None:
    async with MisbehavingServer(extensions=("AUTH PLAIN",), auth="535 5.7.8 no") as second:
        server = {"key": "mail.smtp_fallback", "password_variable": "MONITOR_SMTP_FALLBACK_PASSWORD"}
        relays = OrderedRelays(
            channel_to(CLOSED), channel_to(second.port, username="monitor", password="wrong", **server)
        )
        with pytest.raises(DeliveryError, match=r"mail\.smtp_fallback\.username .* MONITOR_SMTP_FALLBACK_PASSWORD"):
            await relays.send(mail(), Marks())
        await relays.close()
