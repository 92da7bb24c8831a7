"""What the HTTP client owes to servers beyond a correct GET: turns at other hosts, feeds in redirects, waits."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from monitor.core.polling import PollingLimits
from monitor.model.feeds import Fetched, FetchFailed, FetchRequest, NotModified, Validators
from monitor.pipeline.discover import discover_feeds
from monitor.pipeline.traffic import FollowUps, Traffic
from monitor.sources.headers import heard_headers, wait_asked_s
from monitor.sources.http import HttpSource
from monitor.sources.sitemap_source import SitemapSource
from monitor.sources.workers import ParseWorkers
from tests.servers import RSS, LoopbackServer, Reply

PAGE = Reply(b"<!doctype html><html><p>Welcome", content_type="text/html")


class Ticks:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.s = 1000.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.s

    async def pause(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 3))
        self.s += seconds


def to_loopback(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
    """Every name is the loopback server's."""
    return [(2, 1, 6, "", ("127.0.0.1", port))]


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as server:
        yield server


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
async def http(traffic: Traffic, ticks: Ticks) -> AsyncIterator[HttpSource]:
    turn = FollowUps(traffic, limits=PollingLimits(), ticks=ticks, chance=lambda: 0.0, pause=ticks.pause)
    source = HttpSource(allowed=("127.0.0.1",), turn=turn, lookup=to_loopback)
    yield source
    await source.close()


# --- redirects that carry their feed --------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [PAGE, Reply(b"no", status=404), Reply(status=302, location="/feed")])
async def test_a_redirect_whose_body_is_the_feed_is_used_where_its_target_is_none(
    server: LoopbackServer, http: HttpSource, target: Reply
) -> None:
    server["/feed"] = Reply(RSS, status=301, location="/hub", etag='"of-the-redirect"')
    server["/hub"] = target
    outcome = await http.fetch(FetchRequest(url=server.url("/feed")))
    assert isinstance(outcome, Fetched)
    assert (outcome.url, outcome.body) == (server.url("/feed"), RSS)
    # Neither may the way to the page be adopted, nor a validator hide it.
    assert (outcome.moved_to, outcome.validators) == (None, None)


async def test_a_redirect_that_carries_a_feed_to_a_feed_is_followed(server: LoopbackServer, http: HttpSource) -> None:
    server["/feed"] = Reply(RSS, status=301, location="/new")
    server["/new"] = Reply(RSS.replace(b"Berita", b"Kabar"), etag='"1"')
    outcome = await http.fetch(FetchRequest(url=server.url("/feed")))
    assert isinstance(outcome, Fetched)
    assert (outcome.url, outcome.moved_to) == (server.url("/new"), server.url("/new"))
    again = await http.fetch(FetchRequest(url=server.url("/feed"), validators=outcome.validators))
    assert isinstance(again, NotModified)


async def test_a_target_that_does_not_answer_is_no_reason_to_use_what_a_redirect_carries(
    server: LoopbackServer, http: HttpSource
) -> None:
    server["/feed"] = Reply(RSS, status=301, location="http://127.0.0.1:1/feed")
    outcome = await http.fetch(FetchRequest(url=server.url("/feed")))
    assert isinstance(outcome, FetchFailed)
    assert outcome.kind == "connect"


async def test_a_page_in_a_redirect_is_never_taken_for_a_feed(server: LoopbackServer, http: HttpSource) -> None:
    server["/feed"] = Reply(PAGE.body, status=301, location="/hub", content_type="application/xhtml+xml")
    server["/hub"] = Reply(b"no", status=404)
    outcome = await http.fetch(FetchRequest(url=server.url("/feed")))
    assert isinstance(outcome, FetchFailed)
    assert outcome.status == 404


# --- turns ----------------------------------------------------------------------------------------------------------


async def test_many_feeds_that_lead_to_one_host_take_turns_there(
    server: LoopbackServer, http: HttpSource, ticks: Ticks
) -> None:
    for n in range(4):
        server[f"/{n}"] = Reply(status=302, location=f"http://feeds.example.org:{server.port}/rss")
    server["/rss"] = Reply(RSS)
    for n in range(4):
        assert isinstance(await http.fetch(FetchRequest(url=server.url(f"/{n}", f"h{n}.example.org"))), Fetched)
    assert ticks.pauses == [5.0, 5.0, 5.0]


async def test_a_redirect_to_a_host_that_cannot_be_leaves_nothing_behind(
    server: LoopbackServer, http: HttpSource, traffic: Traffic, ticks: Ticks
) -> None:
    host = ".".join(["a" * 60] * 5)
    server["/feed"] = Reply(status=302, location=f"http://{host}/feed")
    outcome = await http.fetch(FetchRequest(url=server.url("/feed")))
    assert isinstance(outcome, FetchFailed)
    assert outcome.kind == "redirect"
    assert "longer than any can be" in outcome.message
    assert (ticks.pauses, traffic.turns.ready_at(host, "", 1.0)) == ([], 0.0)


async def test_a_redirect_within_a_host_waits_for_nobody(
    server: LoopbackServer, http: HttpSource, ticks: Ticks
) -> None:
    server["/a"], server["/b"] = Reply(status=301, location="/b"), Reply(RSS)
    await http.fetch(FetchRequest(url=server.url("/a", "one.example.org")))
    assert ticks.pauses == []


async def test_a_host_that_wants_quiet_is_not_asked_by_way_of_a_redirect(
    server: LoopbackServer, http: HttpSource, traffic: Traffic, ticks: Ticks
) -> None:
    server["/a"] = Reply(status=302, location=f"http://feeds.example.org:{server.port}/rss")
    server["/rss"] = Reply(RSS)
    traffic.hush("http://feeds.example.org/", 3600.0, ticks=ticks.s)
    outcome = await http.fetch(FetchRequest(url=server.url("/a", "one.example.org")))
    assert isinstance(outcome, FetchFailed)
    assert (outcome.kind, outcome.retry_after_s) == ("busy", 3600.0)
    assert server.paths() == ["/a"]


async def test_the_sitemaps_of_an_index_take_turns_and_those_of_ones_own_network_need_not(
    server: LoopbackServer, http: HttpSource, ticks: Ticks
) -> None:
    def index(host: str) -> Reply:
        children = "".join(f"<sitemap><loc>{server.url(f'/{n}.xml', host)}</loc></sitemap>" for n in range(3))
        return Reply(f"<sitemapindex>{children}</sitemapindex>".encode())

    for n in range(3):
        server[f"/{n}.xml"] = Reply(b"<urlset/>")
    source = SitemapSource(http, ParseWorkers(max_workers=1))
    server["/public.xml"], server["/private.xml"] = index("one.example.org"), index("127.0.0.1")
    await source.fetch(FetchRequest(url=server.url("/private.xml")))
    assert ticks.pauses == []
    await source.fetch(FetchRequest(url=server.url("/public.xml", "one.example.org")))
    assert ticks.pauses == [5.0, 5.0]


async def test_guesses_where_a_feed_may_be_take_turns(server: LoopbackServer, http: HttpSource, ticks: Ticks) -> None:
    server["/"] = Reply(b"<html><body>No link to any feed</body></html>", content_type="text/html")
    found = await discover_feeds(server.url("/", "one.example.org"), http.fetch_in_turn)
    assert found.feeds == ()
    assert len(server.requests) >= 5
    assert ticks.pauses == [5.0] * (len(server.requests) - 1)


async def test_what_a_check_asks_beside_its_feed_delays_the_next_check_at_that_host(
    http: HttpSource, server: LoopbackServer, traffic: Traffic, ticks: Ticks
) -> None:
    server["/robots.txt"] = Reply(b"")
    await http.fetch_in_turn(FetchRequest(url=server.url("/robots.txt", "one.example.org")))
    assert traffic.turns.ready_at("one.example.org", "One", 5.0) == ticks.s + 5.0


@pytest.mark.parametrize(("code", "kind"), [(socket.EAI_NONAME, ""), (socket.EAI_AGAIN, "dns")])
async def test_a_host_in_a_family_of_addresses_that_we_have_lost_has_not_lost_its_name(
    server: LoopbackServer, code: int, kind: str
) -> None:
    def lookup(host: str, port: int, *rest: Any, flags: int = 0) -> list[Any]:
        if flags & socket.AI_ADDRCONFIG:
            raise socket.gaierror(code, "no address of ours")
        return to_loopback(host, port)

    server["/rss"] = Reply(RSS)
    source = HttpSource(allowed=("127.0.0.1",), lookup=lookup)
    outcome = await source.fetch(FetchRequest(url=server.url("/rss", "six.example.org")))
    await source.close()
    assert (outcome.kind if isinstance(outcome, FetchFailed) else "") == kind


# --- headers --------------------------------------------------------------------------------------------------------

DATE = "Wed, 19 Jun 2024 03:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "9" * 40}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "Wed, 19 Jun 2024 03:02:00 GMT", "date": DATE}, 120.0),
        ({"retry-after": "Wed, 19 Jun 2024 02:00:00 GMT", "date": DATE}, 0.0),
        ({"retry-after": "Wed, 19 Jun 2024 03:02:00 GMT"}, None),
        ({"retry-after": "", "x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "43"}, 43.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1718766060", "date": DATE}, 60.0),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "43"}, None),
        ({"retry-after": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "43"}, 10.0),
        ({}, None),
    ],
)
def test_the_wait_that_a_refusal_asks_for(headers: dict[str, str], wait_s: float | None) -> None:
    assert wait_asked_s(headers) == wait_s


def test_a_cache_control_in_two_lines_is_one() -> None:
    headers = heard_headers([("Cache-Control", "public"), ("cache-control", "max-age=600"), ("Age", "1"), ("Age", "2")])
    assert headers == {"cache-control": "public, max-age=600", "age": "2"}


@pytest.mark.parametrize("etag", ['"abc-gzip"', 'W/"abc--gzip"', "abc", '"a,b"', "W/abc", '""', '"1"; x'])
@pytest.mark.parametrize("modified", ["Mon, 31 Feb 2099 99:00:00 CET", "0", "2024-06-19 10:00", "yesterday"])
async def test_validators_go_back_byte_for_byte_however_odd(
    server: LoopbackServer, http: HttpSource, etag: str, modified: str
) -> None:
    server["/rss"] = Reply(RSS, etag=etag, last_modified=modified)
    url = server.url("/rss")
    first = await http.fetch(FetchRequest(url=url))
    assert isinstance(first, Fetched)
    assert first.validators == Validators(url=url, etag=etag, last_modified=modified)
    assert isinstance(await http.fetch(FetchRequest(url=url, validators=first.validators)), NotModified)
    sent = server.requests[1].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == (etag, modified)


@pytest.mark.parametrize("contact", ["", "https://example.org/bot"])
async def test_who_asks_and_what_for_is_said_and_no_delta_or_range_is_asked_for(
    server: LoopbackServer, contact: str
) -> None:
    source = HttpSource(allowed=("127.0.0.1",), contact=contact)
    await source.fetch(FetchRequest(url=server.url("/rss")))
    await source.close()
    sent = server.requests[0].headers
    assert sent["user-agent"].startswith("monitor/")
    assert (f"(+{contact})" in sent["user-agent"]) == bool(contact)
    assert {"a-im", "range", "cookie", "referer", "authorization", "cache-control"}.isdisjoint(sent)
    assert "application/rss+xml" in sent["accept"]
    assert "*/*" in sent["accept"]


async def test_a_delta_that_nobody_asked_for_is_no_feed(server: LoopbackServer, http: HttpSource) -> None:
    server["/rss"] = Reply(RSS, status=226, headers={"IM": "feed"})
    outcome = await http.fetch(FetchRequest(url=server.url("/rss")))
    assert isinstance(outcome, FetchFailed)
    assert outcome.status == 226
