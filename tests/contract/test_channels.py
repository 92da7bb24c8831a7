"""What every channel promises: one row a channel, each over a receiver that can be made to misbehave.

A delivery leaves its payload once; the same delivery again is recognised or harmless; what goes wrong is a
`DeliveryError` that says whether the receiver may have it; closing may be done twice; cancelling leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import mailbox
import os
import stat
import sys
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from monitor.channels.apprise import AppriseChannel, AppriseRenderer
from monitor.channels.email.render import EmailRenderer
from monitor.channels.email.smtp import SmtpChannel, SmtpServer
from monitor.channels.files import FilesChannel
from monitor.channels.maildir import MaildirChannel
from monitor.channels.ntfy import NtfyChannel, NtfyRenderer, Topic
from monitor.channels.sendmail import SendmailChannel
from monitor.channels.telegram import Chat, TelegramChannel, TelegramRenderer
from monitor.channels.webhook import Hook, WebhookChannel
from monitor.channels.webhook.payload import WebhookRenderer
from monitor.errors import DeliveryError, StoreError
from monitor.model.digests import Delivery
from monitor.ports import Channel, Renderer
from monitor.sources.http import HttpSource
from tests.factories import NOW, make_delivery
from tests.golden.digests.samples import sample
from tests.servers import LoopbackServer, Reply, Request, hang, reset
from tests.smtp_servers import MisbehavingServer

# Apprise imports all its plugins, and some of them what Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
MAILS = EmailRenderer("monitor@example.org")


class Still:
    def now(self) -> Any:
        return NOW


class Marks:
    """Counts the calls of `mark`; may refuse as a store whose lease lapsed does."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self._error = error

    async def __call__(self) -> None:
        self.count += 1
        if self._error is not None:
            raise self._error


class Rig(ABC):
    """A channel before its receiver. `is_safe` tells that no failure of it is ever uncertain."""

    renderer: ClassVar[Renderer] = MAILS
    is_safe: ClassVar[bool] = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def channel(self) -> Channel: ...

    @abstractmethod
    def arrived(self) -> list[bytes]:
        """The payloads that the receiver has, repeats that it recognises dropped."""

    @abstractmethod
    def misbehave(self, how: str) -> None:
        """ "later", "never" (these two certain) or "unclear"."""

    async def open(self) -> None:  # noqa: B027 - a folder needs no start
        """Start the receiver."""

    async def close(self) -> None:  # noqa: B027
        """End it."""

    def expected(self, delivery: Delivery) -> bytes:
        return delivery.message.content

    def delivery(self) -> Delivery:
        message = self.renderer.render(sample(), delivery_id="d1", composed_at=NOW)
        return make_delivery("d1", message=message)


class MaildirRig(Rig):
    is_safe = True

    def channel(self) -> Channel:
        return MaildirChannel(self.folder / "out")

    def arrived(self) -> list[bytes]:
        box = mailbox.Maildir(self.folder / "out", create=False)
        return [box.get_bytes(key).replace(b"\n", b"\r\n") for key in box.keys()]  # noqa: SIM118 - a mailbox

    def misbehave(self, how: str) -> None:
        (self.folder / "out").write_text("in the way")


class FilesRig(Rig):
    is_safe = True

    def channel(self) -> Channel:
        return FilesChannel(self.folder / "out")

    def arrived(self) -> list[bytes]:
        return [path.read_bytes() for path in (self.folder / "out").glob("*.eml")]

    def misbehave(self, how: str) -> None:
        (self.folder / "out").write_text("in the way")


class SendmailRig(Rig):
    """A program of our own that does what sendmail does: takes a mail on stdin, and says by its exit code."""

    program = """#!{python} -S
import os, sys, time
how = open({how!r}).read()
if how == "later": sys.exit(75)
if how == "never": sys.stderr.write("no such user\\n"); sys.exit(67)
mail = sys.stdin.buffer.read()
if how == "hang": open({pid!r}, "w").write(str(os.getpid())); time.sleep(60)
with open({folder!r} + "/mail-" + str(os.getpid()), "wb") as file: file.write(mail)
with open({folder!r} + "/arguments", "w") as file: file.write("\\n".join(sys.argv[1:]))
if how == "unclear": os.kill(os.getpid(), 9)
"""

    async def open(self) -> None:
        (self.folder / "how").write_text("well")
        facts = {"how": str(self.folder / "how"), "folder": str(self.folder), "pid": str(self.folder / "pid")}
        self.path = self.folder / "sendmail"
        self.path.write_text(self.program.format(python=sys.executable, **facts))
        self.path.chmod(stat.S_IRWXU)

    def channel(self) -> Channel:
        return SendmailChannel([str(self.path)], timeout_s=20)

    def arrived(self) -> list[bytes]:
        mails = [path.read_bytes().replace(b"\n", b"\r\n") for path in self.folder.glob("mail-*")]
        return list(dict.fromkeys(mails))  # a reader's mail program drops a second copy by its Message-ID

    def misbehave(self, how: str) -> None:
        (self.folder / "how").write_text(how)


class SmtpRig(Rig):
    async def open(self) -> None:
        self.server = MisbehavingServer()
        await self.server.__aenter__()

    async def close(self) -> None:
        await self.server.__aexit__()

    def channel(self) -> Channel:
        return SmtpChannel(SmtpServer(host="127.0.0.1", port=self.server.port, tls="none", helo="test", timeout_s=10))

    def arrived(self) -> list[bytes]:
        return list(dict.fromkeys(self.server.mails))

    def misbehave(self, how: str) -> None:
        steps = {"later": ("rcpt", "451 later"), "never": ("rcpt", "550 no"), "unclear": ("dot", "drop")}
        steps |= {"hang": ("dot", "hang")}
        self.server.steps = {steps[how][0]: [steps[how][1]]} if how in steps else {}


class CalledRig(Rig):
    """A channel that calls a web address. `taken` is how the receiver says yes."""

    taken: ClassVar[Reply] = Reply(b"{}", content_type="application/json")
    route: ClassVar[str] = "/"
    repeat_by: ClassVar[str] = ""

    async def open(self) -> None:
        self.server = LoopbackServer()
        await self.server.__aenter__()
        self.server[self.route] = self.taken
        self.refused: set[int] = set()

    async def close(self) -> None:
        await self.server.__aexit__()

    def caller(self) -> HttpSource:
        return HttpSource(allowed=(f"127.0.0.1:{self.server.port}",))

    def arrived(self) -> list[bytes]:
        known = {
            request.headers.get(self.repeat_by, place): request.body for place, request in enumerate(self.taking())
        }
        return list(dict.fromkeys(known.values()))

    def taking(self) -> list[Request]:
        return [request for place, request in enumerate(self.server.requests) if place not in self.refused]

    def misbehave(self, how: str) -> None:
        def refuse(status: int) -> Callable[[Request], Reply]:
            def answer(request: Request) -> Reply:
                self.refused.add(len(self.server.requests) - 1)
                return Reply(b'{"description": "no"}', status=status, content_type="application/json")

            return answer

        routes: dict[str, Any] = {"later": refuse(503), "never": refuse(400), "unclear": reset, "hang": hang}
        self.server[self.route] = routes.get(how, self.taken)


class WebhookRig(CalledRig):
    renderer = WebhookRenderer()
    route = "/hook"
    repeat_by = "webhook-id"

    def channel(self) -> Channel:
        hook = Hook(name="webhook:desk", url=self.server.url("/hook?key=hunter2"), secret="hunter3", timeout_s=10)
        return WebhookChannel(hook, caller=self.caller(), clock=Still())


class NtfyRig(CalledRig):
    renderer = NtfyRenderer(tags=("newspaper",))

    def channel(self) -> Channel:
        server = self.server.url("/")
        topic = Topic(name="ntfy:phone", server=server, topic="hunter2", token="hunter3", timeout_s=10)
        return NtfyChannel(topic, caller=self.caller())

    def expected(self, delivery: Delivery) -> bytes:
        return delivery.message.content.replace(b"{", b'{"topic":"hunter2",', 1)


class TelegramRig(CalledRig):
    renderer = TelegramRenderer()
    route = "/bot1:hunter2/sendMessage"
    taken = Reply(b'{"ok": true, "result": {"message_id": 12}}', content_type="application/json")

    def channel(self) -> Channel:
        server = self.server.url("")
        chat = Chat(name="telegram:group", server=server, chat=-100, token="1:hunter2", timeout_s=10)
        return TelegramChannel(chat, caller=self.caller())

    def expected(self, delivery: Delivery) -> bytes:
        return delivery.message.content.replace(b"{", b'{"chat_id":-100,', 1)


class AppriseRig(CalledRig):
    """Apprise's own JSON service, so that the library itself speaks. It knows no certain failure after the mark."""

    renderer = AppriseRenderer()
    route = "/hunter2"

    def channel(self) -> Channel:
        return AppriseChannel("apprise:home", f"json://127.0.0.1:{self.server.port}/hunter2", timeout_s=20)

    def arrived(self) -> list[bytes]:
        return list(dict.fromkeys(json.loads(request.body)["message"].encode() for request in self.taking()))


FOLDERS = (MaildirRig, FilesRig)  # nothing of them is uncertain, and they refuse nothing for good
PROGRAMS = (SendmailRig, SmtpRig, WebhookRig, NtfyRig, TelegramRig)
RIGS = (*FOLDERS, *PROGRAMS, AppriseRig)  # Apprise does not tell why, and its thread ends on its own


def only(*rigs: type[Rig]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rig", rigs, indirect=True, ids=_id)


def _id(rig: type[Rig]) -> str:
    return rig.__name__.removesuffix("Rig").lower()


@pytest.fixture(params=RIGS, ids=_id)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    made: Rig = request.param(tmp_path)
    await made.open()
    yield made
    await made.close()


async def failure(rig: Rig, marks: Marks | None = None) -> DeliveryError:
    channel = rig.channel()
    with pytest.raises(DeliveryError) as caught:
        await channel.send(rig.delivery(), marks or Marks())
    await channel.close()
    return caught.value


async def test_a_delivery_leaves_its_payload_once_and_says_what_the_receiver_said(rig: Rig) -> None:
    channel, marks = rig.channel(), Marks()
    reply = await channel.send(rig.delivery(), marks)
    await channel.close()
    assert rig.arrived() == [rig.expected(rig.delivery())]
    assert reply
    assert "hunter" not in reply
    assert marks.count == (0 if rig.is_safe else 1)


async def test_the_same_delivery_again_is_recognised(rig: Rig) -> None:
    for _ in range(2):
        channel = rig.channel()
        await channel.send(rig.delivery(), Marks())
        await channel.close()
    assert rig.arrived() == [rig.expected(rig.delivery())]


async def test_a_receiver_in_trouble_gets_it_later(rig: Rig) -> None:
    rig.misbehave("later")
    error = await failure(rig)
    assert not error.permanent
    assert error.uncertain == isinstance(rig, AppriseRig)
    assert "hunter" not in str(error)


@only(*PROGRAMS)
async def test_a_receiver_that_refuses_for_good_is_not_asked_again(rig: Rig) -> None:
    rig.misbehave("never")
    error = await failure(rig)
    assert error.permanent
    assert not error.uncertain
    assert error.code >= 400
    assert error.blame == "recipient"


@only(*PROGRAMS, AppriseRig)
async def test_what_may_have_arrived_is_uncertain(rig: Rig) -> None:
    rig.misbehave("unclear")
    marks = Marks()
    error = await failure(rig, marks)
    assert error.uncertain
    assert not error.permanent
    assert marks.count == 1
    assert "hunter" not in str(error)


@only(*PROGRAMS, AppriseRig)
async def test_a_mark_that_fails_stops_the_last_byte(rig: Rig) -> None:
    channel = rig.channel()
    with pytest.raises((StoreError, DeliveryError)):
        await channel.send(rig.delivery(), Marks(StoreError("in other hands")))
    await channel.close()
    assert [body for body in rig.arrived() if body] == []


async def test_closing_twice_is_closing_once_and_a_closed_channel_opens_again(rig: Rig) -> None:
    channel = rig.channel()
    await channel.close()
    await channel.send(rig.delivery(), Marks())
    await channel.close()
    await channel.close()
    assert rig.arrived() == [rig.expected(rig.delivery())]


@only(*PROGRAMS)
async def test_a_cancelled_delivery_leaves_the_channel_fit_for_the_next(rig: Rig) -> None:
    rig.misbehave("hang")
    channel, is_marked = rig.channel(), asyncio.Event()

    async def mark() -> None:
        is_marked.set()

    task = asyncio.create_task(channel.send(rig.delivery(), mark))
    await is_marked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rig.misbehave("well")
    await channel.send(rig.delivery(), Marks())
    await channel.close()
    assert rig.arrived()[-1:] == [rig.expected(rig.delivery())]


async def test_a_hook_is_signed_so_that_its_receiver_can_check_it_with_a_few_lines(tmp_path: Path) -> None:
    rig = WebhookRig(tmp_path)
    await rig.open()
    channel = rig.channel()
    await channel.send(rig.delivery(), Marks())
    await channel.close()
    await rig.close()
    (request,) = rig.server.requests
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    signed = b".".join(
        (request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(), request.body)
    )
    expected = base64.b64encode(hmac.new(b"hunter3", signed, "sha256").digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(request.body)["id"] == request.headers["webhook-id"] == "d1"


@pytest.mark.parametrize(
    ("status", "is_permanent", "retry_after_s"),
    [
        (301, False, 3600),
        (400, True, None),
        (404, True, None),
        (410, True, None),
        (408, False, None),
        (425, False, None),
        (429, False, 7),
        (500, False, None),
        (503, False, 7),
    ],
)
async def test_what_an_answer_means(tmp_path: Path, status: int, is_permanent: bool, retry_after_s: float) -> None:
    rig = WebhookRig(tmp_path)
    await rig.open()
    waits = {"Retry-After": "7"} if status in (429, 503) else {}
    rig.server["/hook"] = Reply(b"words of theirs", status=status, location="http://127.0.0.1:9/x", headers=waits)
    error = await failure(rig)
    await rig.close()
    assert (error.permanent, error.uncertain, error.code) == (is_permanent, False, status)
    assert error.retry_after_s == retry_after_s
    assert error.blame == ("recipient" if is_permanent else "channel")
    assert len(rig.server.requests) == 1, "no redirect is followed"
    assert "hunter" not in str(error)


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/hook", "http://localhost:{port}/hook", "ftp://127.0.0.1/x"])
async def test_an_address_within_is_called_only_where_that_is_allowed(tmp_path: Path, url: str) -> None:
    rig = WebhookRig(tmp_path)
    await rig.open()
    hook = Hook(name="webhook:desk", url=url.format(port=rig.server.port), secret="hunter3")
    channel, marks = WebhookChannel(hook, caller=HttpSource(), clock=Still()), Marks()
    with pytest.raises(DeliveryError, match="allow_private") as caught:
        await channel.send(rig.delivery(), marks)
    await channel.close()
    await rig.close()
    assert (caught.value.permanent, caught.value.uncertain, marks.count) == (False, False, 0)
    assert rig.server.requests == []


async def test_a_bot_that_is_asked_to_wait_waits_as_long(tmp_path: Path) -> None:
    rig = TelegramRig(tmp_path)
    await rig.open()
    said = b'{"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 31}}'
    rig.server[rig.route] = Reply(said, status=429, content_type="application/json")
    error = await failure(rig)
    await rig.close()
    assert (error.permanent, error.retry_after_s, error.blame) == (False, 31, "channel")


@pytest.mark.parametrize("rig_kind", [NtfyRig, TelegramRig])
async def test_a_login_that_is_refused_waits_for_the_operator_and_loses_nothing(
    tmp_path: Path, rig_kind: type[CalledRig]
) -> None:
    rig = rig_kind(tmp_path)
    await rig.open()
    rig.server[rig.route] = Reply(b"{}", status=401, content_type="application/json")
    error = await failure(rig)
    await rig.close()
    assert (error.permanent, error.blame, error.retry_after_s) == (False, "channel", 3600)
    assert "token" in str(error)


async def test_sendmail_gets_the_addresses_as_arguments_and_never_as_options(tmp_path: Path) -> None:
    rig = SendmailRig(tmp_path)
    await rig.open()
    delivery = rig.delivery()
    strange = replace(delivery, message=replace(delivery.message, recipient="-oQ/tmp; touch x@example.org"))
    await rig.channel().send(strange, Marks())
    given = (tmp_path / "arguments").read_text().split("\n")
    assert given == ["-i", "-f", "monitor@example.org", "--", "-oQ/tmp; touch x@example.org"]


async def test_a_sendmail_that_does_not_end_is_ended_and_uncertain(tmp_path: Path) -> None:
    rig = SendmailRig(tmp_path)
    await rig.open()
    rig.misbehave("hang")
    channel = SendmailChannel([str(rig.path)], timeout_s=4)  # its start is slow on a busy machine
    with pytest.raises(DeliveryError) as caught:
        await channel.send(rig.delivery(), Marks())
    assert caught.value.uncertain
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_a_sendmail_that_cannot_be_started_waits_for_the_operator(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"mail\.sendmail\.command") as caught:
        await SendmailChannel([str(tmp_path / "none")]).send(SendmailRig(tmp_path).delivery(), Marks())
    assert (caught.value.permanent, caught.value.uncertain, caught.value.blame) == (False, False, "channel")


async def test_an_address_that_apprise_does_not_know_is_told_by_its_number_only(tmp_path: Path) -> None:
    channel = AppriseChannel("apprise:home", "json://127.0.0.1/ nosuch://user:hunter2@example.org")
    with pytest.raises(DeliveryError, match="number 2") as caught:
        await channel.send(AppriseRig(tmp_path).delivery(), Marks())
    await channel.close()
    assert not caught.value.uncertain
    assert "hunter2" not in str(caught.value)


async def test_files_lie_whole_beside_each_other_and_nothing_else(tmp_path: Path) -> None:
    rig = FilesRig(tmp_path)
    place = Path(await rig.channel().send(rig.delivery(), Marks()))
    message = rig.delivery().message
    assert sorted(path.name for path in place.parent.iterdir()) == [
        f"2026-11-22T07-00-analyst-d1.{kind}" for kind in ("eml", "html", "txt")
    ]
    assert place.with_suffix(".html").read_text() == message.html
    assert place.with_suffix(".txt").read_text() == message.text
