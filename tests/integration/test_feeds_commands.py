"""`monitor feeds` over HTTP: discover URL, add, poll."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.config.feeds import read_sections
from tests.servers import RSS, LoopbackServer, Reply, refusing_port

SITEMAP = (
    b'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://example.org/1</loc><news:news>'
    b"<news:publication_date>2024-06-19</news:publication_date><news:title>Kim</news:title></news:news></url></urlset>"
)


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as server:
        yield server


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    settings = tmp_path / "config" / "monitor.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("  # allow_private_hosts: [rss-bridge.internal]", "  allow_private_hosts: [127.0.0.1]")
    )
    (tmp_path / "config" / "feeds.yaml").write_text(
        "feeds:\n  - id: antara\n    url: https://a.example.org/rss\n    outlet: ANTARA\n    enabled: false\n"
    )
    return tmp_path / "config"


async def feeds(config: Path, *words: str) -> int:
    """The command beside the server's loop, as another process would run it."""
    return await asyncio.to_thread(main, ["feeds", *words, "--config", str(config)])


def html(inner: str) -> Reply:
    return Reply(f"<!doctype html><html><head>{inner}</head><body>Berita".encode(), content_type="text/html")


async def discovered(config: Path, server: LoopbackServer, capsys: pytest.CaptureFixture[str]) -> list[str]:
    await feeds(config, "discover", server.url("/dunia/"), "--json")
    return [url.removeprefix(server.url("")) for url in json.loads(capsys.readouterr().out)]


async def test_a_page_is_asked_once_when_it_names_its_feeds(
    server: LoopbackServer, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server["/dunia/"] = html("<link rel=alternate type=application/rss+xml href=feed.xml>")
    assert await discovered(config, server, capsys) == ["/dunia/feed.xml"]
    assert server.paths() == ["/dunia/"]


async def test_a_silent_page_has_its_feed_at_a_usual_place_but_never_behind_a_redirect(
    server: LoopbackServer, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server["/dunia/"] = html("")
    server["/dunia/feed/"] = Reply(status=302, location="/rss.xml")
    server["/rss"] = html("")
    server["/rss.xml"] = Reply(RSS)
    assert await discovered(config, server, capsys) == ["/rss.xml"]
    assert server.paths()[-2:] == ["/rss", "/rss.xml"]


async def test_the_last_resort_is_the_news_sitemap_of_robots_txt(
    server: LoopbackServer, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server["/dunia/"] = Reply(b"no", status=403)
    server["/robots.txt"] = Reply(f"Sitemap: {server.url('/peta/news.xml')}".encode(), content_type="text/plain")
    server["/peta/news.xml"] = Reply(SITEMAP)
    assert await discovered(config, server, capsys) == ["/peta/news.xml"]


async def test_a_host_that_does_not_answer_is_asked_once(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with refusing_port() as port:
        assert await feeds(config, "discover", f"http://127.0.0.1:{port}/", "--json") == 1
    output = capsys.readouterr()
    assert json.loads(output.out) == []
    assert "No feed found" in output.err


async def test_add_takes_the_feed_itself_or_the_best_of_a_page(
    server: LoopbackServer, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server["/rss"] = Reply(RSS.replace(b"<description/>", b"<description/><language>id-id</language>", 1))
    server["/comments"] = Reply(RSS)
    server["/"] = html(
        '<link rel=alternate type=application/rss+xml title="Komentar" href=/comments>'
        "<link rel=alternate type=application/rss+xml href=/mati>"
        "<link rel=alternate type=application/rss+xml href=/rss>"
    )
    assert await feeds(config, "add", server.url("/"), "--folder", "Asia", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["entries"], len(told["others"])) == (1, 2)
    added = read_sections(config / "feeds.yaml")[-1]
    assert added.model_dump(exclude_defaults=True) == {
        "id": "berita",
        "url": server.url("/rss"),
        "outlet": "Berita",
        "language": "id-ID",
        "folder": "Asia",
    }
    assert await feeds(config, "add", server.url("/rss")) == 1
    assert "already there as 'berita'" in capsys.readouterr().err


async def test_add_knows_a_news_sitemap_and_obeys_what_it_is_told(
    server: LoopbackServer, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server["/news.xml"] = Reply(SITEMAP)
    words = (
        "--id",
        "peta",
        "--outlet",
        "Peta: Berita",
        "--language",
        "id",
        "--country",
        "ID",
        "--zone",
        "Asia/Jakarta",
    )
    assert await feeds(config, "add", server.url("/news.xml"), *words) == 0
    assert "added  peta" in capsys.readouterr().out
    added = read_sections(config / "feeds.yaml")[-1]
    assert (added.source, added.outlet, added.zone) == ("sitemap", "Peta: Berita", "Asia/Jakarta")


async def test_add_adds_nothing_that_cannot_be_read_or_is_wrong(
    server: LoopbackServer, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (config / "feeds.yaml").read_bytes()
    server["/"] = html("<link rel=alternate type=application/rss+xml href=/mati>")
    server["/rss"] = Reply(RSS)
    assert await feeds(config, "add", server.url("/")) == 1
    assert "answers 404" in capsys.readouterr().err
    assert await feeds(config, "add", server.url("/rss"), "--id", "Tidak Sah") == 2
    assert "Did you mean 'tidak-sah'?" in capsys.readouterr().err
    assert await feeds(config, "add", server.url("/rss"), "--id", "antara") == 2
    assert "the id 'antara' is taken" in capsys.readouterr().err
    assert (config / "feeds.yaml").read_bytes() == before


async def test_add_unchecked_asks_nobody(server: LoopbackServer, config: Path) -> None:
    assert await feeds(config, "add", server.url("/doc"), "--unchecked", "--source", "gdelt", "--id", "gdelt-nk") == 0
    assert server.requests == []
    assert read_sections(config / "feeds.yaml")[-1].source == "gdelt"


async def test_poll_looks_at_feeds_and_keeps_nothing(
    server: LoopbackServer, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server["/rss"], server["/news.xml"] = Reply(RSS), Reply(SITEMAP)
    for path, source in (("/rss", "feed"), ("/news.xml", "sitemap"), ("/mati", "feed")):
        words = ("--unchecked", "--source", source, "--id", path.strip("/").replace(".", "-"))
        assert await feeds(config, "add", server.url(path), *words) == 0
    capsys.readouterr()
    assert await feeds(config, "poll", "--json") == 1
    found = {one["id"]: one for one in json.loads(capsys.readouterr().out)}
    assert {name: one["is_good"] for name, one in found.items()} == {"rss": True, "news-xml": True, "mati": False}
    assert found["rss"]["newest_at"] == "2024-06-18T20:00:00+00:00"
    assert "404" in found["mati"]["answer"]
    assert await feeds(config, "poll", "rss") == 0
    assert "1 of 1 feeds gave something to read, well: 0; nothing was kept." in capsys.readouterr().out
    assert not (config.parent / "var").exists()
    assert await feeds(config, "poll", "rs") == 2
    assert "Did you mean 'rss'?" in capsys.readouterr().err
