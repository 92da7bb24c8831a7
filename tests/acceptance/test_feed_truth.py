"""How every feed is, provoked from the outside: a server on loopback, the commands, and the daemon's own store."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.model.commits import Intake
from monitor.model.feeds import FeedState, Rhythm
from monitor.store import open_store
from tests.servers import LoopbackServer, Reply

DAY = timedelta(days=1)
CONDITIONS = {
    "sehat": "healthy",
    "lambat": "slow",
    "gagal": "failing",
    "pindah": "moved",
    "hilang": "gone",
    "halaman": "html",
    "beku": "frozen",
    "kosong": "empty",
    "takbertanggal": "undated",
    "diam": "silent",
    "tembok": "challenged",
}
ONLY_TIME_TELLS = {"lambat", "diam"}


def body(name: str, *, newest: datetime | None, entries: int = 8) -> bytes:
    """A feed whose entries are a quarter of a day apart; without dates when `newest` is None."""
    items = []
    for n in range(entries):
        date = f"<pubDate>{format_datetime(newest - n * DAY / 4, usegmt=True)}</pubDate>" if newest else ""
        items.append(
            f"<item><title>Kabar {name} ke-{n}</title><guid isPermaLink='false'>{name}-{n}</guid>"
            f"<link>https://{name}.example.org/{n}</link>{date}<description>Isi kabar {n}.</description></item>"
        )
    return f"<rss version='2.0'><channel><title>{name}</title>{''.join(items)}</channel></rss>".encode()


def page(title: str, head: str = "") -> Reply:
    return Reply(
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>x".encode(), content_type="text/html"
    )


def plain(reply: bytes) -> Reply:
    return Reply(reply, etag='"1"')


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    now = datetime.now(UTC)
    async with LoopbackServer() as server:
        for name in ("sehat", "lambat", "diam", "tujuan"):
            server[f"/{name}"] = plain(body(name, newest=now - DAY / 24))
        server["/gagal"] = Reply(b"aduh", status=503, content_type="text/plain")
        server["/pindah"] = Reply(status=301, location="/tujuan")
        server["/hilang"] = Reply(b"tidak ada", status=410, content_type="text/plain")
        server["/halaman"] = page("Selamat datang")
        server["/beku"] = plain(body("beku", newest=now - 800 * DAY))
        server["/kosong"] = plain(body("kosong", newest=None, entries=0))
        server["/takbertanggal"] = plain(body("takbertanggal", newest=None))
        server["/tembok"] = page("Just a moment...")
        yield server


@pytest.fixture
def config(tmp_path: Path, server: LoopbackServer) -> Path:
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    folder = tmp_path / "config"
    settings = folder / "monitor.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("  # allow_private_hosts: [rss-bridge.internal]", "  allow_private_hosts: [127.0.0.1]")
    )
    lines = [
        f"  - {{id: {name}, url: '{server.url('/' + name)}', outlet: Harian {name.title()}}}" for name in CONDITIONS
    ]
    (folder / "feeds.yaml").write_text("feeds:\n" + "\n".join(lines) + "\n")
    return folder


async def monitor(config: Path, *words: str) -> int:
    """The command beside the server's loop, as another process would run it."""
    return await asyncio.to_thread(main, [*words, "--config", str(config)])


def conditions(table: str) -> dict[str, str]:
    """Feed → the word in the table's second column."""
    rows = [line.split() for line in table.splitlines()]
    return {row[0]: row[1] for row in rows if len(row) > 2 and row[0] in CONDITIONS}


def reason(table: str, feed: str) -> str:
    return next(line for line in table.splitlines() if line.startswith(f"  {feed}: "))


async def remember(config: Path, states: Mapping[str, FeedState]) -> None:
    async with open_store(f"sqlite:///{config.parent}/var/monitor.db") as store:
        await store.commit_intake(Intake(feed_states=tuple(states.values())))


async def remembered(config: Path) -> dict[str, FeedState]:
    async with open_store(f"sqlite:///{config.parent}/var/monitor.db", hold_lock=False, read_only=True) as store:
        return {state.feed_id: state for state in await store.feed_states()}


async def test_one_look_tells_every_condition_that_one_answer_can(
    config: Path, server: LoopbackServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await monitor(config, "check", "--online") == 1
    told = capsys.readouterr().out
    assert conditions(told) == CONDITIONS | dict.fromkeys(ONLY_TIME_TELLS, "healthy")
    assert "answers 503" in reason(told, "gagal")
    assert server.url("/tujuan") in reason(told, "pindah")
    assert "its newest entry is 2 years old" in reason(told, "beku")
    assert "6 of 11 feeds gave something to read, well: 5; nothing was kept." in told
    assert "Judged by this one look" in told
    assert not (config.parent / "var").exists()
    assert not any("if-none-match" in request.headers for request in server.requests)


async def test_the_same_look_is_one_document_for_programs(
    config: Path, server: LoopbackServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await monitor(config, "check", "--online", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    feeds = {feed["id"]: feed for feed in told["feeds"]}
    assert {name: feed["condition"] for name, feed in feeds.items()} == CONDITIONS | dict.fromkeys(
        ONLY_TIME_TELLS, "healthy"
    )
    assert told["is_good"]
    assert "monitor.db" in told["past_unknown"]
    well = {"sehat", "lambat", "diam", "pindah", "takbertanggal"}
    assert {name for name, feed in feeds.items() if feed["is_well"]} == well
    healthy, failing = feeds["sehat"], feeds["gagal"]
    assert (healthy["url"], healthy["answer"], healthy["entries"]) == (server.url("/sehat"), "200 rss20", 8)
    assert (healthy["reason"], healthy["window_s"]) == ("", 7 * 6 * 3600.0)
    assert datetime.fromisoformat(healthy["newest_at"]).utcoffset() == timedelta(0)
    assert (failing["answer"], failing["newest_at"], failing["window_s"]) == ("503", None, None)
    assert "answers 503" in failing["reason"]
    assert server.url("/tujuan") in feeds["pindah"]["reason"]


async def test_what_the_daemon_remembers_tells_the_rest(
    config: Path, server: LoopbackServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await monitor(config, "once", "--dry-run") == 0
    capsys.readouterr()
    assert await monitor(config, "status") == 0
    told = capsys.readouterr().out
    assert conditions(told) == CONDITIONS | dict.fromkeys(ONLY_TIME_TELLS, "healthy")
    assert "the publisher says that the feed is gone for good" in reason(told, "hilang")
    states = await remembered(config)
    now = datetime.now(UTC)
    busy = Rhythm(news_at=now - 20 * DAY, bursts=400.0, arrived=800.0, watched_s=60 * 86_400.0)
    past = {
        "lambat": replace(states["lambat"], elapsed_s=60.0),
        "diam": replace(states["diam"], rhythm=busy),
        "sehat": replace(states["sehat"], rhythm=replace(busy, news_at=now - DAY / 24)),
    }
    await remember(config, past)
    capsys.readouterr()
    assert await monitor(config, "check", "--online") == 1
    told = capsys.readouterr().out
    assert conditions(told) == CONDITIONS
    assert "nothing new since 20 days; it used to bring something every 4 hours" in reason(told, "diam")
    assert "failed 2 times in a row, never read yet" in reason(told, "gagal")
    assert "Judged with what the daemon remembers of 11 of them." in told
    assert await remembered(config) == states | past
    server["/diam"] = plain(body("diam", newest=now, entries=9).replace(b"diam-8", b"diam-baru"))
    assert await monitor(config, "check", "--online") == 1
    assert conditions(capsys.readouterr().out)["diam"] == "healthy"


async def test_when_no_feed_is_reached_our_line_is_blamed_and_no_feed(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"  - {{id: f{n}, url: 'http://nowhere-{n}.invalid/rss', outlet: Harian {n}}}" for n in range(4)]
    (config / "feeds.yaml").write_text("feeds:\n" + "\n".join(lines) + "\n")
    assert await monitor(config, "check", "--online") == 1
    told = capsys.readouterr().out
    assert told.count("not reached") == 4
    assert "our own line seems to be down, and no feed is blamed" in told


NEWS = (
    "Putin tiba di Pyongyang, Kim Jong Un menyambutnya di bandara",
    "Rusia dan Korea Utara teken perjanjian pertahanan baru di Moskow",
    "Kapal Korea Utara bawa amunisi ke pelabuhan Rusia di Timur Jauh",
)


def news(count: int) -> Reply:
    """A feed with so many stories that the default watchlist wants."""
    now = datetime.now(UTC)
    items = "".join(
        f"<item><title>{title}</title><guid>{n}</guid><link>https://kabar.example.org/{n}</link>"
        f"<pubDate>{format_datetime(now, usegmt=True)}</pubDate><description>{title}.</description></item>"
        for n, title in enumerate(NEWS[:count])
    )
    return Reply(f"<rss version='2.0'><channel><title>Kabar</title>{items}</channel></rss>".encode())


async def test_a_feed_that_goes_and_comes_back_is_told_once_each_with_its_likely_new_address(
    config: Path, server: LoopbackServer, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        f"  - {{id: {name}, url: '{server.url('/' + name)}', outlet: Harian {name}}}" for name in ("sehat", "kabar")
    ]
    (config / "feeds.yaml").write_text("feeds:\n" + "\n".join(lines) + "\n")
    whole = plain(body("sehat", newest=datetime.now(UTC)))
    server["/"] = page("Harian", '<link rel=alternate type="application/rss+xml" href="/umpan/sehat">')
    server["/umpan/sehat"] = whole
    server["/kabar"] = news(0)
    assert await monitor(config, "once") == 0
    server["/sehat"] = Reply(b"tidak ada", status=410, content_type="text/plain")
    for _ in range(4):
        assert await monitor(config, "once") == 0
    assert [request.target for request in server.requests].count("/umpan/sehat") == 1

    capsys.readouterr()
    assert await monitor(config, "status", "--json") == 0
    gone = next(feed for feed in json.loads(capsys.readouterr().out)["feeds"] if feed["id"] == "sehat")
    assert (gone["condition"], gone["likely_address"]) == ("gone", server.url("/umpan/sehat"))
    assert await monitor(config, "check", "--online") == 1
    assert f"its likely new address: {server.url('/umpan/sehat')}" in capsys.readouterr().out

    server["/kabar"] = news(1)
    assert await monitor(config, "once", "--digest") == 0
    server["/kabar"], server["/sehat"] = news(2), whole
    assert await monitor(config, "once", "--digest") == 0
    server["/kabar"] = news(3)
    assert await monitor(config, "once", "--digest") == 0
    _, outage, recovery, nothing = await digests(config)
    assert "Harian sehat (sehat): sudah tidak ada; terakhir terbaca" in outage
    assert f"   Kemungkinan alamat baru: {server.url('/umpan/sehat')}" in outage.splitlines()
    assert "Harian sehat (sehat): berfungsi lagi sejak" in recovery
    assert "Kemungkinan alamat baru" not in recovery
    assert "Celah liputan" not in nothing


async def digests(config: Path) -> list[str]:
    """The texts of all deliveries, oldest first."""
    async with open_store(f"sqlite:///{config.parent}/var/monitor.db", hold_lock=False, read_only=True) as store:
        return [delivery.message.text for delivery in reversed(await store.deliveries(limit=100))]
