"""Full text through the composed program: a feed's switch, a site on loopback, the digest that comes of it."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.app import open_runtime
from monitor.app.offline import load_configuration
from monitor.cli import main
from scripts.demo.daemon import started
from tests.servers import LoopbackServer, Reply, Request, hang
from tests.sites import SENTENCE, TITLE, configure, html, page, rss, site


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as opened:
        yield opened


def mailed(folder: Path) -> list[str]:
    """The plain text of every digest, white space folded, without the stars around what matched."""
    texts = []
    for path in sorted((folder / "var" / "outbox" / "new").iterdir()):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        texts.append(" ".join(body.get_content().replace("*", "").split()))
    return texts


async def cycle(config: Path) -> list[str]:
    async with open_runtime(load_configuration(config, {})) as runtime:
        report = await runtime.cycle(is_digest_forced=True)
    assert not report.has_failed
    return report.lines()


async def test_off_by_default_no_page_and_no_robots_txt_is_asked_for(server: LoopbackServer, tmp_path: Path) -> None:
    site(server, {"/a": html(page())})
    lines = await cycle(configure(tmp_path, server, full_text=False))
    assert server.paths() == ["/rss"]
    assert not [line for line in lines if line.startswith("pages")]
    (text,) = mailed(tmp_path)
    assert TITLE in text
    assert SENTENCE not in text


async def test_the_digest_quotes_the_page_which_is_asked_for_once(
    server: LoopbackServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site(server, {"/a": html(page()), "/closed": html(page())}, robots=Reply(b"User-agent: *\nDisallow: /closed\n"))
    # Told apart by their titles, or the second would be a copy.
    server["/rss"] = rss(
        [
            (TITLE, server.url("/a"), "Presiden Rusia tiba."),
            ("Kim Jong Un kirim pasukan ke Rusia", server.url("/closed"), "Tentara Korea Utara berangkat hari ini."),
        ]
    )
    config = configure(tmp_path, server)
    lines = await cycle(config)
    assert "pages     1 read, 0 to be tried again, 1 not read" in lines
    assert [line for line in lines if "robots.txt" in line and server.url("/closed") in line]
    assert sorted(server.paths()) == ["/a", "/robots.txt", "/rss"]
    (text,) = mailed(tmp_path)
    assert SENTENCE in text
    await cycle(config)
    assert sorted(server.paths()) == ["/a", "/robots.txt", "/rss", "/rss"]
    assert len(mailed(tmp_path)) == 1
    capsys.readouterr()
    await asyncio.to_thread(main, ["feeds", "show", "antara", "--json", "--config", str(config)])
    shown = json.loads(capsys.readouterr().out)
    assert shown["feed"]["full_text"] is True
    assert {page["url"]: page["state"] for page in shown["pages"]} == {
        server.url("/a"): "read",
        server.url("/closed"): "refused",
    }


async def test_a_page_asked_for_by_a_process_that_was_killed_is_asked_for_again_at_the_next_start(
    server: LoopbackServer, tmp_path: Path
) -> None:
    asked = asyncio.Event()

    async def silent(request: Request, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await hang(request, writer)

    site(server, {"/a": silent})
    config = configure(tmp_path, server)
    async with started("once", "--config", str(config), folder=tmp_path) as daemon:
        await asyncio.wait_for(asked.wait(), 60)
        daemon.send(signal.SIGKILL)
        await daemon.wait(10)
    server["/a"] = html(page())
    async with open_runtime(load_configuration(config, {})) as runtime:
        await runtime.prepare()
        await runtime.pages()
        await runtime.cycle()
    (text,) = mailed(tmp_path)
    assert SENTENCE in text


async def test_a_digest_goes_out_though_the_page_cannot_be_had(server: LoopbackServer, tmp_path: Path) -> None:
    site(server, {"/a": Reply(b"", status=503)})
    lines = await cycle(configure(tmp_path, server))
    assert "pages     0 read, 1 to be tried again, 0 not read" in lines
    (text,) = mailed(tmp_path)
    assert TITLE in text
