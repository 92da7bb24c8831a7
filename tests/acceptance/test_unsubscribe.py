"""A reader leaves by the button of a mail program and comes back: the daemon in a process, its mail, its pages."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import socket
import sqlite3
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiohttp import ClientSession

from monitor.config.feed_edits import set_enabled
from monitor.config.feeds import load_feeds
from scripts.demo.daemon import Finished, started

UP_S = 40
BASE = "https://monitor.example.org"
NEWS = """Menteri Luar Negeri Rusia Sergei Lavrov tiba di Pyongyang pada Jumat dan bertemu Kim Jong Un.
Rusia dan Korea Utara menandatangani rencana kerja sama militer dan membahas pengiriman pasukan Korea Utara."""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def make_installation(folder: Path, port: int) -> Path:
    """The shipped configuration without a feed that is asked, with pages."""
    config = folder / "config"
    shutil.copytree("config", config)
    shutil.copytree("seeds", folder / "seeds")
    set_enabled(
        config / "feeds.yaml", [feed.id for feed in load_feeds(config / "feeds.yaml") if feed.is_enabled], False
    )
    monitor = config / "monitor.yaml"
    text = monitor.read_text("utf-8").replace("  listen: null", f"  listen: 127.0.0.1:{port}")
    monitor.write_text(text.replace("  base_url: null", f"  base_url: {BASE}"), "utf-8")
    return config


def mails(folder: Path) -> list[EmailMessage]:
    found = sorted((folder / "var/outbox/new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
    return [message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default) for path in found]


def body_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def dumped(folder: Path) -> list[str]:
    """What readers said, were told and were sent."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/var/monitor.db?mode=ro", uri=True)) as store:
        tables = ("preference", "vote", "told", "delivery", "digest", "digest_slot", "article", "match")
        return [f"{table} {row!r}" for table in tables for row in store.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]


async def command(*words: str, config: Path) -> Finished:
    async with started(*words, "--config", str(config), folder=config.parent) as running:
        done = await running.wait(UP_S)
    assert done.code == 0, done.log
    return done


def add_news(folder: Path) -> None:
    (folder / "seeds/news.txt").write_text(NEWS, "utf-8")
    with (folder / "seeds/manifest.yaml").open("a", encoding="utf-8") as manifest:
        manifest.write("\n  - file: news.txt\n    title: Lavrov tiba di Pyongyang, bertemu Kim Jong Un\n")
        manifest.write("    outlet: Harian Contoh\n    language: id\n    published: '2026-11-20'\n")


@pytest.mark.slow
async def test_who_leaves_by_one_click_gets_no_further_digest_until_the_operator_takes_it_back(tmp_path: Path) -> None:
    port = free_port()
    config = make_installation(tmp_path, port)
    async with started("run", "--config", str(config), folder=tmp_path) as daemon, ClientSession() as client:
        await daemon.log_shows("digest delivered", UP_S)
        await daemon.log_shows("pages are served", UP_S)
        (first,) = mails(tmp_path)
        address = re.search(rf"<{BASE}(/u/[\w-]+)>", first["List-Unsubscribe"])
        assert address is not None
        assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        page = f"http://127.0.0.1:{port}{address[1]}"
        paths = set(re.findall(rf"{BASE}(/u/[\w-]+)", body_of(first, "html") + body_of(first, "plain")))
        assert len(paths) > 8
        before = dumped(tmp_path)
        for path in {*paths, address[1]}:
            for method in ("GET", "HEAD"):
                assert (await client.request(method, f"http://127.0.0.1:{port}{path}")).status == 200
        assert dumped(tmp_path) == before
        reply = await client.post(page, data={"List-Unsubscribe": "One-Click"})
        assert (reply.status, reply.history) == (200, ())
        daemon.send(signal.SIGKILL)
        assert (await daemon.wait(UP_S)).code == -signal.SIGKILL, "killed right behind the answer: it was kept before"
    assert address[1] not in daemon.log, "an address that unsubscribes is a secret of its reader"

    add_news(tmp_path)
    quiet = await command("once", "--digest", config=config)
    assert "0 composed, 0 delivered" in quiet.output
    assert len(mails(tmp_path)) == 1

    await command("recipients", "resume", "reader", config=config)
    told = await command("once", "--digest", config=config)
    assert "1 composed, 1 delivered" in told.output
    again = mails(tmp_path)[-1]
    assert "Lavrov" in again["Subject"]
    assert again["List-Unsubscribe"] == first["List-Unsubscribe"], "the same link after a restart, from another process"
