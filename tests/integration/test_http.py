import asyncio
import resource
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from monitor.model.feeds import Fetched, FetchFailed, FetchOutcome, FetchRequest, NotModified, Validators
from monitor.sources.http import HttpSource
from tests.servers import (
    RSS,
    LoopbackServer,
    Reply,
    Request,
    break_off,
    drip,
    endless,
    gzip_bomb,
    hang,
    hang_in_headers,
    lie_about_gzip,
    refusing_port,
    reset,
    speak_gibberish,
)

MODIFIED = "Wed, 19 Jun 2024 03:00:00 GMT"


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[HttpSource]:
    source = HttpSource(
        allowed=("127.0.0.1",), contact="https://example.org/bot", total_s=1.0, connect_s=0.5, read_s=0.5
    )
    yield source
    await source.close()


def fetched(outcome: FetchOutcome) -> Fetched:
    assert isinstance(outcome, Fetched), outcome
    return outcome


def failed(outcome: FetchOutcome) -> FetchFailed:
    assert isinstance(outcome, FetchFailed), outcome
    return outcome


async def test_a_second_fetch_sends_the_validators_verbatim_and_is_told_not_modified(
    server: LoopbackServer, http: HttpSource
) -> None:
    server["/rss"] = Reply(RSS, etag='W/"a b;c"', last_modified=MODIFIED)
    url = server.url("/rss")
    first = fetched(await http.fetch(FetchRequest(url=url)))
    assert first.body == RSS
    assert first.validators == Validators(url=url, etag='W/"a b;c"', last_modified=MODIFIED)
    second = await http.fetch(FetchRequest(url=url, validators=first.validators))
    assert isinstance(second, NotModified)
    assert server.requests[1].headers["if-none-match"] == 'W/"a b;c"'
    assert server.requests[1].headers["if-modified-since"] == MODIFIED
    assert "if-none-match" not in server.requests[0].headers


async def test_a_304_renews_one_validator_and_keeps_the_other(server: LoopbackServer, http: HttpSource) -> None:
    server["/rss"] = Reply(status=304, etag='"2"', headers={"Content-Length": "0"})
    url = server.url("/rss")
    outcome = await http.fetch(
        FetchRequest(url=url, validators=Validators(url=url, etag='"1"', last_modified=MODIFIED))
    )
    assert isinstance(outcome, NotModified)
    assert outcome.validators == Validators(url=url, etag='"2"', last_modified=MODIFIED)


async def test_a_304_that_nobody_asked_for_is_a_failure(server: LoopbackServer, http: HttpSource) -> None:
    server["/rss"] = Reply(status=304)
    assert failed(await http.fetch(FetchRequest(url=server.url("/rss")))).status == 304


async def test_an_answer_without_validators_leaves_none(server: LoopbackServer, http: HttpSource) -> None:
    server["/rss"] = Reply(RSS)
    assert fetched(await http.fetch(FetchRequest(url=server.url("/rss")))).validators is None


async def test_validators_go_only_to_the_address_that_gave_them(server: LoopbackServer, http: HttpSource) -> None:
    server["/old"] = Reply(status=301, location="/new", etag='"of-the-redirect"')
    server["/new"] = Reply(RSS, etag='"new"')
    first = fetched(await http.fetch(FetchRequest(url=server.url("/old"))))
    assert first.url == server.url("/new")
    assert first.validators == Validators(url=server.url("/new"), etag='"new"')
    second = await http.fetch(FetchRequest(url=server.url("/old"), validators=first.validators))
    assert isinstance(second, NotModified)
    old, new = server.requests[2:]
    assert "if-none-match" not in old.headers
    assert new.headers["if-none-match"] == '"new"'


async def test_the_end_of_unbroken_permanent_redirects_is_told(server: LoopbackServer, http: HttpSource) -> None:
    server["/a"] = Reply(status=301, location="/b")
    server["/b"] = Reply(status=302, location="/c")
    server["/c"] = Reply(status=308, location="/d")
    server["/d"] = Reply(RSS)
    assert fetched(await http.fetch(FetchRequest(url=server.url("/a")))).moved_to == server.url("/b")
    assert fetched(await http.fetch(FetchRequest(url=server.url("/b")))).moved_to is None


async def test_a_redirect_to_bytes_beyond_ascii_is_escaped_once(server: LoopbackServer, http: HttpSource) -> None:
    server["/a"] = Reply(status=302, location="/b%20c/북한?q=%27")
    server["/b%20c/%EB%B6%81%ED%95%9C"] = Reply(RSS)
    fetched(await http.fetch(FetchRequest(url=server.url("/a"))))
    assert server.paths()[-1] == "/b%20c/%EB%B6%81%ED%95%9C?q=%27"


async def test_redirects_in_a_circle_end_with_a_reason(server: LoopbackServer, http: HttpSource) -> None:
    server["/a"] = Reply(status=302, location="/b")
    server["/b"] = Reply(status=302, location="/a")
    outcome = failed(await http.fetch(FetchRequest(url=server.url("/a"))))
    assert outcome.kind == "redirect"
    assert "in a circle" in outcome.message
    assert len(server.requests) == 2


async def test_six_redirects_are_one_too_many(server: LoopbackServer, http: HttpSource) -> None:
    for n in range(7):
        server[f"/{n}"] = Reply(status=302, location=f"/{n + 1}")
    outcome = failed(await http.fetch(FetchRequest(url=server.url("/0"))))
    assert outcome.kind == "redirect"
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("file:///etc/passwd", "redirect"),
        ("gopher://example.org/", "redirect"),
        ("javascript:alert(1)", "redirect"),
        ("http://", "redirect"),
        ("http://[::1", "redirect"),
        ("http://host:port/", "redirect"),
        ("http://127.0.0.2:1/", "refused"),
        ("http://10.0.0.1/", "refused"),
        ("http://169.254.169.254/latest/meta-data/", "refused"),
        ("http://[::1]:1/", "refused"),
        ("http://[::ffff:10.0.0.1]/", "refused"),
        ("http://0x0a000001/", "refused"),
        ("http://2130706433/", "refused"),
    ],
)
async def test_no_redirect_leads_to_a_file_or_into_the_private_network(
    server: LoopbackServer, http: HttpSource, location: str, kind: str
) -> None:
    server["/a"] = Reply(status=301, location=location)
    outcome = failed(await http.fetch(FetchRequest(url=server.url("/a"))))
    assert outcome.kind == kind, outcome
    assert len(server.requests) == 1


async def test_a_private_address_is_refused_unless_the_configuration_allows_it(server: LoopbackServer) -> None:
    server["/rss"] = Reply(RSS)
    strict, by_port = HttpSource(), HttpSource(allowed=(f"127.0.0.1:{server.port}",))
    by_name = HttpSource(allowed=("localhost",))
    outcome = failed(await strict.fetch(FetchRequest(url=server.url("/rss"))))
    assert outcome.kind == "refused"
    assert "polling.allow_private_hosts" in outcome.message
    fetched(await by_port.fetch(FetchRequest(url=server.url("/rss"))))
    fetched(await by_name.fetch(FetchRequest(url=server.url("/rss", host="localhost"))))
    assert failed(await by_name.fetch(FetchRequest(url=server.url("/rss")))).kind == "refused"
    for source in (strict, by_port, by_name):
        await source.close()


async def test_a_gzip_bomb_stops_at_the_cap_and_costs_no_memory(server: LoopbackServer, http: HttpSource) -> None:
    server["/bomb"] = gzip_bomb(200 * 2**20)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = failed(await http.fetch(FetchRequest(url=server.url("/bomb"))))
    assert outcome.kind == "too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 60_000


async def test_a_body_of_50_mb_stops_at_the_cap(server: LoopbackServer, http: HttpSource) -> None:
    server["/endless"] = endless(50 * 2**20)
    server["/declared"] = Reply(b"x" * 11_000_000)
    for path in ("/endless", "/declared"):
        outcome = failed(await http.fetch(FetchRequest(url=server.url(path))))
        assert outcome.kind == "too_large"
        assert "10,000,000" in outcome.message


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (hang, "timeout"),
        (hang_in_headers, "timeout"),
        (drip, "timeout"),
        (reset, "connect"),
        (break_off, "connect"),
        (speak_gibberish, "unknown"),
        (lie_about_gzip, "encoding"),
    ],
)
async def test_a_server_that_misbehaves_is_a_failure_with_a_name_and_a_reason(
    server: LoopbackServer, http: HttpSource, behaviour: object, kind: str
) -> None:
    server["/rss"] = behaviour  # type: ignore[assignment]
    outcome = failed(await http.fetch(FetchRequest(url=server.url("/rss"))))
    assert outcome.kind == kind, outcome
    assert outcome.message.startswith(server.url("/rss"))
    assert outcome.elapsed_s < 3


async def test_a_closed_port_is_a_failed_connection(http: HttpSource) -> None:
    async with refusing_port() as port:
        outcome = failed(await http.fetch(FetchRequest(url=f"http://127.0.0.1:{port}/")))
    assert outcome.kind == "connect"


async def test_an_unknown_name_is_a_dns_failure(http: HttpSource) -> None:
    outcome = failed(await http.fetch(FetchRequest(url="http://no-such-host.invalid/rss")))
    assert outcome.kind == "dns"
    assert "no-such-host.invalid" in outcome.message


@pytest.mark.parametrize(
    "url",
    ["", "rss", "ftp://example.org/", "http://", "http://in\\@out/", "http://[::1", "http://a b/", "http://x:99999/",
     "http://" + "a" * 300 + ".org/", "file:///etc/passwd"],
)  # fmt: skip
async def test_what_is_no_address_is_refused_without_asking(http: HttpSource, url: str) -> None:
    assert failed(await http.fetch(FetchRequest(url=url))).kind in {"refused", "dns"}


async def test_retry_after_is_read_as_seconds_and_as_a_date_of_the_servers_clock(
    server: LoopbackServer, http: HttpSource
) -> None:
    date = {"Date": "Wed, 19 Jun 2024 03:00:00 GMT"}
    server["/seconds"] = Reply(status=429, headers={"Retry-After": "120"})
    server["/date"] = Reply(status=503, headers={"Retry-After": "Wed, 19 Jun 2024 04:00:00 GMT", **date})
    server["/past"] = Reply(status=503, headers={"Retry-After": "Wed, 19 Jun 2024 02:00:00 GMT", **date})
    server["/junk"] = Reply(status=503, headers={"Retry-After": "soon"})
    wishes = [
        failed(await http.fetch(FetchRequest(url=server.url(path)))) for path in ("/seconds", "/date", "/past", "/junk")
    ]
    assert [wish.retry_after_s for wish in wishes] == [120.0, 3600.0, 0.0, None]
    assert [wish.status for wish in wishes] == [429, 503, 503, 503]


@pytest.mark.parametrize("status", [204, 206, 300, 400, 401, 403, 404, 410, 418, 500, 502])
async def test_every_other_status_is_a_failure_that_names_it(
    server: LoopbackServer, http: HttpSource, status: int
) -> None:
    server["/rss"] = Reply(
        b"" if status == 204 else b"x", status=status, headers={"Content-Length": None} if status == 204 else {}
    )  # type: ignore[dict-item]
    outcome = failed(await http.fetch(FetchRequest(url=server.url("/rss"))))
    assert (outcome.kind, outcome.status) == ("status", status)
    assert str(status) in outcome.message


async def test_a_bot_wall_is_named(server: LoopbackServer, http: HttpSource) -> None:
    server["/rss"] = Reply(status=403, headers={"cf-mitigated": "challenge"})
    assert "bot wall" in failed(await http.fetch(FetchRequest(url=server.url("/rss")))).message


async def test_credentials_are_used_and_never_told(server: LoopbackServer, http: HttpSource) -> None:
    url = server.url("/rss").replace("http://", "http://user:secret@")
    outcome = failed(await http.fetch(FetchRequest(url=url)))
    assert server.requests[0].headers["authorization"].startswith("Basic ")
    assert "secret" not in outcome.message
    server["/a"] = Reply(status=302, location="/b")
    server["/b"] = Reply(RSS)
    outcome = failed(await http.fetch(FetchRequest(url=url.replace("user", "ftp://user"))))
    assert "secret" not in outcome.message


async def test_we_say_who_we_are_and_carry_nothing_along(server: LoopbackServer, http: HttpSource) -> None:
    server["/a"] = Reply(status=302, location="/b", headers={"Set-Cookie": "track=1; Path=/"})
    server["/b"] = Reply(RSS, headers={"Set-Cookie": "track=2; Path=/"})
    await http.fetch(FetchRequest(url=server.url("/a")))
    await http.fetch(FetchRequest(url=server.url("/b")))
    for request in server.requests:
        assert request.headers["user-agent"].startswith("monitor/")
        assert request.headers["user-agent"].endswith("(+https://example.org/bot)")
        assert "application/rss+xml" in request.headers["accept"]
        assert request.headers.keys().isdisjoint({"cookie", "referer", "authorization"})


@pytest.mark.parametrize("target", ["/rss?q=%27a%27&b[]=1", "/%7Ekim/%ea%b9%80", "/a//b/./c", "/rss?a=b+c&d=%2B"])
async def test_addresses_are_asked_verbatim(server: LoopbackServer, http: HttpSource, target: str) -> None:
    await http.fetch(FetchRequest(url=server.url(target)))
    assert server.paths() == [target]


async def test_an_address_beyond_ascii_is_escaped(server: LoopbackServer, http: HttpSource) -> None:
    await http.fetch(FetchRequest(url=server.url("/북한 a")))
    assert server.paths() == ["/%EB%B6%81%ED%95%9C%20a"]


async def test_many_and_long_headers_are_taken(server: LoopbackServer, http: HttpSource) -> None:
    server["/rss"] = Reply(
        RSS, headers={**{f"X-{n}": "1" for n in range(500)}, "Content-Security-Policy": "a" * 30_000}
    )
    assert fetched(await http.fetch(FetchRequest(url=server.url("/rss")))).headers["x-499"] == "1"


async def test_a_validator_that_cannot_be_sent_back_is_not_kept(server: LoopbackServer, http: HttpSource) -> None:
    server["/rss"] = Reply(RSS, etag='"\udcff"', last_modified="x" * 5000)
    assert fetched(await http.fetch(FetchRequest(url=server.url("/rss")))).validators is None


async def test_a_host_is_asked_two_things_at_a_time_and_waiting_does_not_count(server: LoopbackServer) -> None:
    source = HttpSource(allowed=("127.0.0.1",), total_s=0.6)
    gate = asyncio.Event()

    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        if len(server.requests) == 2:
            asyncio.get_running_loop().call_later(0.05, gate.set)
        await gate.wait()
        await asyncio.sleep(0.1)
        writer.write(Reply(RSS).encode(request))
        await writer.drain()

    server["/rss"] = slow
    outcomes = await asyncio.gather(*(source.fetch(FetchRequest(url=server.url("/rss"))) for _ in range(16)))
    await source.close()
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    assert server.peak == 2
    assert sum(outcome.elapsed_s for outcome in outcomes) > 1.6


async def test_a_slow_host_keeps_nobody_else_waiting(server: LoopbackServer, http: HttpSource) -> None:
    server["/hang"] = hang
    async with LoopbackServer() as other:
        other["/rss"] = Reply(RSS)
        hung = [asyncio.create_task(http.fetch(FetchRequest(url=server.url("/hang")))) for _ in range(4)]
        fetched(await http.fetch(FetchRequest(url=other.url("/rss"))))
        assert not any(task.done() for task in hung)
        assert {failed(outcome).kind for outcome in await asyncio.gather(*hung)} == {"timeout"}


async def test_a_cancelled_fetch_frees_its_turn(server: LoopbackServer, http: HttpSource) -> None:
    server["/hang"], server["/rss"] = hang, Reply(RSS)
    tasks = [asyncio.create_task(http.fetch(FetchRequest(url=server.url("/hang")))) for _ in range(2)]
    while len(server.requests) < 2:
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    fetched(await http.fetch(FetchRequest(url=server.url("/rss"))))


async def test_a_compressed_body_arrives_whole(server: LoopbackServer, http: HttpSource) -> None:
    server["/rss"] = Reply(RSS, is_gzip=True, headers={"Date": datetime.now(UTC).strftime("%a, %d %b %Y %T GMT")})
    assert fetched(await http.fetch(FetchRequest(url=server.url("/rss")))).body == RSS
