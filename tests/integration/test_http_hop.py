"""One hop: what pages and robots.txt are asked with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from monitor.model.feeds import Fetched, FetchFailed, FetchRequest
from monitor.model.pages import PageRequest, Redirected
from monitor.sources.http import HttpSource
from tests.servers import LoopbackServer, Reply, endless


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as opened:
        yield opened


def request(url: str, **facts: Any) -> PageRequest:
    return PageRequest(**{"url": url, "accept": "text/html", "max_bytes": 100_000, "own_host": "127.0.0.1", **facts})


async def hop(url: str, **facts: Any) -> Fetched | Redirected | FetchFailed:
    http = HttpSource(allowed=("127.0.0.1",), total_s=2.0)
    try:
        return await http.hop(request(url, **facts))
    finally:
        await http.close()


async def test_nothing_is_followed(server: LoopbackServer) -> None:
    server["/a"] = Reply(status=302, location="b?c#d")
    assert await hop(server.url("/a")) == Redirected(url=server.url("/a"), target=server.url("/b?c"))
    assert server.paths() == ["/a"]


async def test_what_is_accepted_is_said_and_nothing_is_asked_on_a_condition(server: LoopbackServer) -> None:
    server["/a"] = Reply(b"<html>", content_type="text/html", etag='"1"')
    answer = await hop(server.url("/a"))
    assert isinstance(answer, Fetched)
    (asked,) = server.requests
    assert asked.headers["accept"] == "text/html"
    assert not {"if-none-match", "if-modified-since", "cookie", "referer"} & asked.headers.keys()


async def test_another_kind_of_document_is_not_even_read(server: LoopbackServer) -> None:
    server["/a"] = Reply(b"%PDF", content_type="Application/PDF")
    answer = await hop(server.url("/a"), kinds=("text/html",))
    assert isinstance(answer, FetchFailed)
    assert (answer.kind, answer.status) == ("type", 200)
    server["/b"] = Reply(b"<html>", content_type="Text/HTML; charset=x")
    assert isinstance(await hop(server.url("/b"), kinds=("text/html",)), Fetched)
    server["/c"] = Reply(b"<html>", content_type=None)
    assert isinstance(await hop(server.url("/c"), kinds=("text/html",)), Fetched)


async def test_what_is_too_long_fails_or_is_cut_as_asked(server: LoopbackServer) -> None:
    server["/a"] = endless(2**20)
    server["/b"] = Reply(b"y" * 300_000)
    for path in ("/a", "/b"):
        whole = await hop(server.url(path))
        assert isinstance(whole, FetchFailed)
        assert whole.kind == "too_large"
        cut = await hop(server.url(path), is_cut=True)
        assert isinstance(cut, Fetched)
        assert len(cut.body) == 100_000


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://", "http://[x", "ftp://example.org/a", ""])
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    answer = await hop(url)
    assert isinstance(answer, FetchFailed)
    assert answer.kind == "refused"


async def test_of_private_hosts_only_the_feeds_own_is_asked_also_over_an_open_connection(
    server: LoopbackServer,
) -> None:
    server["/rss"] = Reply(b"<rss/>")
    server["/a"] = Reply(b"<html>", content_type="text/html")
    http = HttpSource(allowed=("127.0.0.1",), total_s=2.0)
    try:
        for _ in range(2):
            answer = await http.hop(request(server.url("/a"), own_host="example.org"))
            assert isinstance(answer, FetchFailed)
            assert answer.kind == "refused"
            assert isinstance(await http.fetch(FetchRequest(url=server.url("/rss"))), Fetched)
        assert isinstance(await http.hop(request(server.url("/a"))), Fetched)
    finally:
        await http.close()
    assert server.paths() == ["/rss", "/rss", "/a"]


async def test_another_name_of_a_private_host_is_another_host(server: LoopbackServer) -> None:
    server["/a"] = Reply(b"<html>", content_type="text/html")
    answer = await hop(server.url("/a", host="localhost"))
    assert isinstance(answer, FetchFailed)
    assert (answer.kind, server.requests) == ("refused", [])
