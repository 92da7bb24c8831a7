from collections.abc import AsyncIterator

import pytest

from monitor.errors import ParseError
from monitor.model.feeds import Fetched, FetchFailed, FetchRequest, NotModified
from monitor.ports import Source
from monitor.sources.http import HttpSource
from monitor.sources.polled import FeedSource
from monitor.sources.workers import ParseWorkers
from tests.factories import make_feed
from tests.servers import RSS, LoopbackServer, Reply, hang


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as server:
        yield server


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    feeds = FeedSource(HttpSource(allowed=("127.0.0.1",), total_s=0.5), ParseWorkers(max_workers=1))
    yield feeds
    await feeds.close()


async def test_a_feed_is_fetched_parsed_and_then_not_modified(server: LoopbackServer, source: Source) -> None:
    server["/rss"] = Reply(RSS, etag='"1"', is_gzip=True)
    feed = make_feed(url=server.url("/rss"))
    fetched = await source.fetch(FetchRequest(url=feed.url))
    assert isinstance(fetched, Fetched)
    parsed = await source.parse(feed, fetched)
    assert [entry.guid for entry in parsed.entries] == ["berita-1"]
    assert isinstance(await source.fetch(FetchRequest(url=feed.url, validators=fetched.validators)), NotModified)


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"<!doctype html><html><body>Masuk</body></html>", "text/html", "html"),
        (b"", "application/rss+xml", "empty"),
        (b"<catalog/>", "application/xml", "unknown"),
    ],
)
async def test_what_is_no_feed_is_refused_and_the_next_feed_is_read(
    server: LoopbackServer, source: Source, body: bytes, content_type: str, kind: str
) -> None:
    server["/odd"], server["/rss"] = Reply(body, content_type=content_type), Reply(RSS)
    odd = await source.fetch(FetchRequest(url=server.url("/odd")))
    assert isinstance(odd, Fetched)
    with pytest.raises(ParseError) as caught:
        await source.parse(make_feed(), odd)
    assert caught.value.kind == kind
    assert server.url("/odd") in str(caught.value)
    good = await source.fetch(FetchRequest(url=server.url("/rss")))
    assert isinstance(good, Fetched)
    assert len((await source.parse(make_feed(), good)).entries) == 1


async def test_the_charset_of_the_header_reaches_the_parser(server: LoopbackServer, source: Source) -> None:
    body = "<rss version='2.0'><channel><title>t</title><item><title>푸틴 평양 도착</title></item></channel></rss>"
    server["/rss"] = Reply(body.encode("euc-kr"), content_type="text/xml; charset=euc-kr")
    fetched = await source.fetch(FetchRequest(url=server.url("/rss")))
    assert isinstance(fetched, Fetched)
    assert (await source.parse(make_feed(), fetched)).entries[0].title == "푸틴 평양 도착"


async def test_a_hung_feed_fails_alone(server: LoopbackServer, source: Source) -> None:
    server["/hang"] = hang
    outcome = await source.fetch(FetchRequest(url=server.url("/hang")))
    assert isinstance(outcome, FetchFailed)
    assert outcome.kind == "timeout"
