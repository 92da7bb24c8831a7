"""One digest by several channels of one recipient: each on its own, from the configuration to the receiver."""

from __future__ import annotations

import asyncio
import json
import mailbox
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from pathlib import Path

import feedparser
import pytest

from monitor.app import open_runtime
from monitor.app.offline import load_configuration, read_status
from monitor.channels.webhook import signature
from monitor.cli import main
from monitor.config import Configuration
from monitor.model.feeds import Fetched, FetchFailed, FetchRequest
from monitor.sources.http import HttpSource
from monitor.sources.kinds import parse_any
from tests.servers import LoopbackServer, Reply
from tests.sites import TEASER, TITLE, configure, rss

SECRETS = {
    "MONITOR_WEBHOOK_DESK_SECRET": "hunter2",
    "MONITOR_WEBHOOK_SLOW_SECRET": "hunter3",
    "MONITOR_NTFY_PHONE_TOKEN": "hunter4",
    "MONITOR_TELEGRAM_GROUP_TOKEN": "1:hunter5",
}
CHANNELS = """
publish: {{folder: var/feeds, authority: example.org}}
channels:
  webhook:
    desk: {{url: "{base}/hook", allow_private: true}}
    slow: {{url: "{base}/slow", allow_private: true}}
  ntfy:
    phone: {{server: "{base}/ntfy", topic: berita, allow_private: true}}
  telegram:
    group: {{server: "{base}", chat: -100, allow_private: true}}
"""
NAMES = "maildir, files, 'webhook:desk', 'webhook:slow', 'ntfy:phone', 'telegram:group'"


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as opened:
        opened["/rss"] = rss([(TITLE, "https://berita.example/1", TEASER)])
        opened["/hook"] = opened["/ntfy"] = Reply(b"{}", content_type="application/json")
        opened["/bot1:hunter5/sendMessage"] = Reply(b'{"ok": true, "result": {"message_id": 1}}')
        opened["/slow"] = Reply(b"later", status=503, headers={"Retry-After": "3"})
        yield opened


def configuration(server: LoopbackServer, folder: Path) -> Configuration:
    config = configure(folder, server, full_text=False)
    with (config / "monitor.yaml").open("a", encoding="utf-8") as file:
        file.write(CHANNELS.format(base=server.url("")))
    recipients = (config / "recipients.yaml").read_text("utf-8")
    (config / "recipients.yaml").write_text(recipients.replace("channel: maildir", f"channels: [{NAMES}]"), "utf-8")
    return load_configuration(config, SECRETS)


async def test_a_digest_goes_by_every_channel_and_one_that_fails_hides_behind_none(
    server: LoopbackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fresh = configuration(server, tmp_path)
    with caplog.at_level("DEBUG"):
        async with open_runtime(fresh) as runtime:
            await runtime.cycle()
            await runtime.cycle()
    var, called = tmp_path / "var", {request.path: request for request in server.requests if request.method == "POST"}

    (mail,) = [message_from_bytes(bytes(one), policy=policy.default) for one in mailbox.Maildir(var / "outbox")]
    (eml,) = (var / "digests").glob("*.eml")
    assert "Putin tiba di Pyongyang" in str(mail["Subject"])
    assert "Putin tiba di Pyongyang" in str(message_from_bytes(eml.read_bytes(), policy=policy.default)["Subject"])
    hook = json.loads(called["/hook"].body)
    assert hook["stories"][0]["lead"]["title"] == TITLE
    headers = called["/hook"].headers
    timestamp = headers["webhook-timestamp"]
    assert headers["webhook-signature"] == signature("hunter2", hook["id"], timestamp, called["/hook"].body)
    assert json.loads(called["/ntfy"].body)["click"] == "https://berita.example/1"
    assert called["/ntfy"].headers["authorization"] == "Bearer hunter4"
    assert "https://berita.example/1" in json.loads(called["/bot1:hunter5/sendMessage"].body)["text"]
    posts = [request.path for request in server.requests if request.method == "POST"]
    assert sorted(posts) == ["/bot1:hunter5/sendMessage", "/hook", "/ntfy", "/slow"], "nothing is sent twice"

    status = await read_status(fresh)
    assert {channel: dict(states) for channel, states in status.outbox.items()} == {
        name.strip(" '"): {"pending" if "slow" in name else "sent": 1} for name in NAMES.split(",")
    }
    (waiting,) = [one for one in status.deliveries if one.channel == "webhook:slow"]
    assert waiting.last_reply == "webhook:slow answered 503 later"
    (entry,) = feedparser.parse((var / "feeds" / "russia-north-korea.atom").read_bytes()).entries
    assert entry.link == "https://berita.example/1"
    assert "hunter" not in caplog.text + repr(fresh)
    assert not any(b"hunter" in path.read_bytes() for path in var.rglob("*") if path.is_file())


async def test_feeds_are_served_where_the_pages_are(
    server: LoopbackServer, tmp_path: Path, unused_tcp_port: int
) -> None:
    config = configure(tmp_path, server, full_text=False)
    settings = f"publish: {{folder: var/feeds}}\nweb: {{listen: '127.0.0.1:{unused_tcp_port}'}}\n"
    (config / "monitor.yaml").write_text((config / "monitor.yaml").read_text("utf-8") + settings, "utf-8")
    async with open_runtime(load_configuration(config, {})) as runtime:
        await runtime.cycle()
        await runtime.serve()
        reader = HttpSource(allowed=("127.0.0.1",))
        for name in ("russia-north-korea.atom", "russia-north-korea.json", "none.atom"):
            answer = await reader.fetch(FetchRequest(url=f"http://127.0.0.1:{unused_tcp_port}/feeds/{name}"))
            if name.startswith("none"):
                assert isinstance(answer, FetchFailed)
                continue
            assert isinstance(answer, Fetched)
            (entry,) = parse_any(answer.body, answer.headers["content-type"], answer.url).entries
            assert (entry.title, entry.link) == (TITLE, "https://berita.example/1")
        await reader.close()


@pytest.fixture
def many(server: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a configuration with many channels, and their secrets in the environment."""
    configuration(server, tmp_path)
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    return tmp_path / "config"


async def trial_of(config: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = await asyncio.to_thread(main, ["test-channel", "--config", str(config), *words])
    printed = capsys.readouterr()
    assert "hunter" not in printed.out + printed.err
    return code, printed.out + printed.err


async def test_a_channel_is_tried_by_hand_and_says_what_its_receiver_said(
    server: LoopbackServer, many: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await trial_of(many, capsys, "webhook:desk") == (
        0,
        "webhook:desk: a test digest for reader\nTaken: 200 {}\n",
    )
    (call,) = [request for request in server.requests if request.method == "POST"]
    assert json.loads(call.body)["stories"][0]["lead"]["title"].startswith("Ini uji coba")
    code, words = await trial_of(many, capsys, "webhook:slow")
    assert (code, words.splitlines()[1]) == (1, "Not taken: webhook:slow answered 503 later")
    assert (await trial_of(many, capsys, "ntfy:phone"))[0] == (await trial_of(many, capsys))[0] == 0
    assert list((many.parent / "var" / "outbox" / "new").iterdir()), "the first channel is tried where none is named"


async def test_a_channel_that_is_not_there_is_named_with_those_that_are(
    many: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, words = await trial_of(many, capsys, "webhook:dekc")
    assert code == 2
    assert "there is no channel webhook:dekc; there are: files, maildir, ntfy:phone" in words
    assert (await trial_of(many, capsys, "files", "--recipient", "nobody"))[0] == 2


async def test_what_went_by_a_hook_is_rebuilt_and_resent_as_mail_is(
    server: LoopbackServer, many: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = load_configuration(many, SECRETS)
    async with open_runtime(fresh) as runtime:
        await runtime.cycle()
    (sent,) = [one for one in (await read_status(fresh)).deliveries if one.channel == "webhook:desk"]
    for command in ("rebuild", "resend"):
        code = await asyncio.to_thread(main, ["digest", command, sent.id, "--config", str(many)])
        assert code == 0, capsys.readouterr()
    assert "the same body" in capsys.readouterr().out
    async with open_runtime(fresh) as runtime:
        await runtime.deliver()
    first, again = [request for request in server.requests if request.path == "/hook"]
    assert first.body == again.body
    assert first.headers["webhook-id"] == sent.id != again.headers["webhook-id"]
