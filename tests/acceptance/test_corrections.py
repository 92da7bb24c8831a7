"""What an outlet changes after it was mailed: told once, by a process that knows only its store."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from monitor.cli import main
from tests.servers import LoopbackServer, Reply

TITLE = "Kim Jong Un menerima undangan Putin ke Moskow"
BODY = (
    "Pemimpin Korea Utara Kim Jong Un menerima undangan Presiden Rusia Vladimir Putin untuk berkunjung ke Moskow. "
    "Undangan itu disampaikan Sergei Lavrov di Pyongyang pada hari Rabu dalam pertemuan selama dua jam. "
    "Kantor berita KCNA mengatakan kedua negara akan meningkatkan kerja sama militer dan pangan tahun depan. "
    "Menurut seorang pejabat Rusia, kunjungan itu akan berlangsung sebelum musim semi."
)


def feed(title: str, body: str) -> Reply:
    date = format_datetime(datetime.now(UTC))
    item = f"<title>{title}</title><link>https://harian.example.org/1</link><guid>1</guid><pubDate>{date}</pubDate>"
    return Reply(
        f"<rss version='2.0'><channel><title>Harian</title><item>{item}"
        f"<description>{body}</description></item></channel></rss>".encode()
    )


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as server:
        server["/rss"] = feed(TITLE, BODY)
        yield server


@pytest.fixture
def config(tmp_path: Path, server: LoopbackServer) -> Path:
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    folder = tmp_path / "config"
    settings = (folder / "monitor.yaml").read_text(encoding="utf-8")
    allowed = settings.replace("  # allow_private_hosts: [rss-bridge.internal]", "  allow_private_hosts: [127.0.0.1]")
    (folder / "monitor.yaml").write_text(allowed, encoding="utf-8")
    line = f"  - {{id: harian, url: '{server.url('/rss')}', outlet: Harian, language: id}}"
    (folder / "feeds.yaml").write_text(f"feeds:\n{line}\n")
    return folder


async def mails_after_a_round(config: Path) -> list[str]:
    """The text of every mail so far, the oldest first, after everybody got what was due."""
    assert await asyncio.to_thread(main, ["once", "--digest", "--config", str(config)]) == 0
    with contextlib.closing(sqlite3.connect(config.parent / "var" / "monitor.db")) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM delivery ORDER BY composed_at")]


async def test_a_correction_is_mailed_once_and_a_small_edit_never(config: Path, server: LoopbackServer) -> None:
    first = await mails_after_a_round(config)
    assert TITLE in first[-1]

    server["/rss"] = feed(TITLE.replace("undangan", "Undangan"), BODY.replace("selama dua jam", "sekitar dua jam"))
    assert len(await mails_after_a_round(config)) == len(first)

    changed = TITLE.replace("menerima", "menolak")
    server["/rss"] = feed(changed, f"{BODY.replace('menerima', 'menolak')} Ralat: Kim menolak undangan itu.")
    corrected = await mails_after_a_round(config)
    assert len(corrected) == len(first) + 1
    assert "Berubah sejak kami sampaikan" in corrected[-1]
    assert f" * {TITLE}\n   → {changed}\n" in corrected[-1]
    assert "Ralat: Kim menolak undangan itu." in corrected[-1]

    assert await mails_after_a_round(config) == corrected
