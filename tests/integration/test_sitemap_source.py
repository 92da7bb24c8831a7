"""News sitemaps over HTTP: one, or an index with its recent children."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import pytest

from monitor.errors import ParseError
from monitor.model.feeds import Fetched, FetchFailed, FetchRequest, NotModified
from monitor.sources.http import HttpSource
from monitor.sources.kinds import parse_any
from monitor.sources.sitemap_source import SitemapSource
from monitor.sources.workers import ParseWorkers
from tests.factories import make_feed
from tests.servers import LoopbackServer, Reply


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as server:
        yield server


@pytest.fixture
async def source() -> AsyncIterator[SitemapSource]:
    http, workers = HttpSource(allowed=("127.0.0.1",), total_s=2), ParseWorkers(max_workers=1, parse=parse_any)
    yield SitemapSource(http, workers)
    await http.close()
    await workers.close()


def news(*numbers: int) -> bytes:
    items = "".join(
        f"<url><loc>https://example.org/{n}</loc><news:news><news:publication_date>2024-06-{n:02}</news:publication_date>"
        f"<news:title>Kim {n}</news:title></news:news></url>"
        for n in numbers
    )
    return f'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{items}</urlset>'.encode()


def index(server: LoopbackServer, *children: tuple[str, str]) -> bytes:
    inner = "".join(
        f"<sitemap><loc>{path if path.startswith('http') else server.url(path)}</loc><lastmod>{at}</lastmod></sitemap>"
        for path, at in children
    )
    return f"<sitemapindex>{inner}</sitemapindex>".encode()


async def read(source: SitemapSource, url: str) -> tuple[Fetched, list[str], tuple[str, ...]]:
    fetched = await source.fetch(FetchRequest(url=url))
    assert isinstance(fetched, Fetched)
    parsed = await source.parse(make_feed(url=url, source="sitemap"), fetched)
    return fetched, [entry.title for entry in parsed.entries], parsed.remarks


async def test_a_news_sitemap_is_read_compressed_or_not_and_then_not_modified(
    server: LoopbackServer, source: SitemapSource
) -> None:
    server["/a.xml"] = Reply(news(18, 19), etag='"1"')
    server["/a.xml.gz"] = Reply(gzip.compress(news(18, 19)), content_type="application/x-gzip")
    fetched, titles, _ = await read(source, server.url("/a.xml"))
    assert titles == ["Kim 19", "Kim 18"]
    assert (await read(source, server.url("/a.xml.gz")))[1] == titles
    again = await source.fetch(FetchRequest(url=fetched.url, validators=fetched.validators))
    assert isinstance(again, NotModified)


async def test_an_index_brings_its_recent_children_only(server: LoopbackServer, source: SitemapSource) -> None:
    server["/new.xml"], server["/also.xml"] = Reply(news(19)), Reply(news(18))
    server["/old.xml"] = Reply(news(1))
    children = [("/old.xml", "2024-05-01"), ("/also.xml", "2024-06-18"), ("/new.xml", "2024-06-19")]
    server["/index.xml"] = Reply(index(server, *children), etag='"1"')
    fetched, titles, remarks = await read(source, server.url("/index.xml"))
    assert (titles, remarks) == (["Kim 19", "Kim 18"], ())
    assert server.paths() == ["/index.xml", "/new.xml", "/also.xml"]
    assert fetched.validators is not None
    assert fetched.url == server.url("/index.xml")


async def test_a_child_that_fails_is_told_and_the_index_is_asked_whole_next_time(
    server: LoopbackServer, source: SitemapSource
) -> None:
    server["/a.xml"] = Reply(news(19))
    server["/index.xml"] = Reply(index(server, ("/a.xml", "2024-06-19"), ("/b.xml", "2024-06-19")), etag='"1"')
    fetched, titles, remarks = await read(source, server.url("/index.xml"))
    assert titles == ["Kim 19"]
    assert "answers 404" in remarks[0]
    assert fetched.validators is None


async def test_an_index_whose_children_all_fail_fails(server: LoopbackServer, source: SitemapSource) -> None:
    private = "http://127.0.0.2:1/a.xml"  # not allowed: an index may not lead us into a private network
    server["/index.xml"] = Reply(index(server, ("/b.xml", "2024-06-19"), (private, "2024-06-19")))
    outcome = await source.fetch(FetchRequest(url=server.url("/index.xml")))
    assert isinstance(outcome, FetchFailed)
    assert outcome.kind == "status"


async def test_a_child_whose_address_is_nonsense_costs_nothing_else(
    server: LoopbackServer, source: SitemapSource
) -> None:
    server["/a.xml"] = Reply(news(19))
    inner = "".join(f"<sitemap><loc>{loc}</loc></sitemap>" for loc in ("http://[", "/a.xml", "file:///etc/passwd"))
    server["/index.xml"] = Reply(f"<sitemapindex>{inner}</sitemapindex>".encode())
    _, titles, remarks = await read(source, server.url("/index.xml"))
    assert titles == ["Kim 19"]
    assert [remark.partition(":")[0] for remark in remarks] == ["not read", "not read"]


async def test_an_index_of_indexes_is_not_followed_further(server: LoopbackServer, source: SitemapSource) -> None:
    server["/inner.xml"] = Reply(index(server, ("/index.xml", "2024-06-19")))
    server["/index.xml"] = Reply(index(server, ("/inner.xml", "2024-06-19")))
    fetched = await source.fetch(FetchRequest(url=server.url("/index.xml")))
    assert isinstance(fetched, Fetched)
    with pytest.raises(ParseError, match="index of sitemaps"):
        await source.parse(make_feed(), fetched)
    assert server.paths() == ["/index.xml", "/inner.xml"]


async def test_many_children_are_cut_and_the_cut_is_told(server: LoopbackServer, source: SitemapSource) -> None:
    for n in range(6):
        server[f"/{n}.xml"] = Reply(news(n + 1))
    server["/index.xml"] = Reply(index(server, *((f"/{n}.xml", "2024-06-19") for n in range(6))))
    _, titles, remarks = await read(source, server.url("/index.xml"))
    assert len(titles) == 4
    assert remarks == ("2 more recent sitemaps of this index are not read",)


async def test_a_page_instead_of_a_sitemap_is_named(server: LoopbackServer, source: SitemapSource) -> None:
    server["/a.xml"] = Reply(b"<!doctype html><html><body>Masuk</body></html>", content_type="text/html")
    fetched = await source.fetch(FetchRequest(url=server.url("/a.xml")))
    assert isinstance(fetched, Fetched)
    with pytest.raises(ParseError) as caught:
        await source.parse(make_feed(), fetched)
    assert caught.value.kind == "html"
