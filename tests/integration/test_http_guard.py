"""No spelling, no name and no redirect leads a fetch to an address that is not public."""

import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from monitor.model.feeds import FetchFailed, FetchOutcome, FetchRequest
from monitor.sources.http import HttpSource
from tests.servers import RSS, LoopbackServer, Reply

NAMES = {"inside.example.org": "127.0.0.1", "metadata.example.org": "169.254.169.254", "both.example.org": ""}


def resolved(host: str, port: int, family: int, *_: Any, **__: Any) -> list[Any]:
    """A name server in enemy hands: its names lead inside; addresses are read as the system reads them."""
    if host == "both.example.org":
        return [*resolved("metadata.example.org", port, family), *resolved("inside.example.org", port, family)]
    found: list[Any] = socket.getaddrinfo(NAMES.get(host, host), port, type=socket.SOCK_STREAM)
    return found


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as server:
        server["/rss"] = Reply(RSS)
        yield server


@pytest.fixture
async def strict() -> AsyncIterator[HttpSource]:
    source = HttpSource(total_s=2.0, connect_s=1.0, read_s=1.0, lookup=resolved)
    yield source
    await source.close()


def failed(outcome: FetchOutcome) -> FetchFailed:
    assert isinstance(outcome, FetchFailed), outcome
    return outcome


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0", "0.0.0.0", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "017700000001",
     "127.0.0.1.",
     "localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
     "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[::1%25lo]", "user@127.0.0.1", "user:example.org@127.0.0.1",
     "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "%31%32%37.0.0.1", "example.org@127.0.0.1",
     "127.0.0.1%2F", "inside.example.org", "INSIDE.example.org", "both.example.org"],
)  # fmt: skip
async def test_this_machine_is_not_reached_however_it_is_spelled(
    server: LoopbackServer, strict: HttpSource, host: str
) -> None:
    outcome = failed(await strict.fetch(FetchRequest(url=f"http://{host}:{server.port}/rss")))
    assert outcome.kind in {"refused", "dns", "connect", "network"}
    assert not server.requests


@pytest.mark.parametrize(
    "url",
    ["http:127.0.0.1/", "http:///127.0.0.1/", "http://example.org\\@127.0.0.1/", "http://127.0.0.1\t.example.org/",
     "http://127.0.0.1\n/", "http://127.0.0.1 /", "http://[127.0.0.1]/", "http://[::1]example.org/", "//127.0.0.1/",
     "HTTP+unix://%2Frun%2Fx.sock/", "file:///etc/passwd", "data:text/xml,<rss/>", "ftp://127.0.0.1/", "http://:80/",
     "http://@/", "http://\u202e/", "http://.../", "http://xn--/", "http://127.0.0.1:-1/", "http://127.0.0.1:70000/"],
)  # fmt: skip
async def test_what_is_no_address_of_a_host_is_refused_before_anything_is_asked(strict: HttpSource, url: str) -> None:
    assert failed(await strict.fetch(FetchRequest(url=url))).kind in {"refused", "dns"}


async def test_a_name_that_leads_inside_only_when_it_is_connected_is_refused(server: LoopbackServer) -> None:
    """The address that is connected is the one that is judged: nothing lies between to rebind the name."""
    answers = [("8.8.8.8", 0), ("127.0.0.1", server.port)]
    asked: list[str] = []

    def rebinding(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers[min(len(asked), 2) - 1][0], port))]

    rebinding("first.example.org", 0)  # a check of the name before: it is public
    source = HttpSource(total_s=2.0, connect_s=1.0, lookup=rebinding)
    outcome = failed(await source.fetch(FetchRequest(url=f"http://rebound.example.org:{server.port}/rss")))
    await source.close()
    assert outcome.kind == "refused"
    assert not server.requests


@pytest.mark.parametrize(
    "target",
    ["http://inside.example.org:{port}/rss", "//inside.example.org:{port}/rss", "http://[::ffff:127.0.0.1]:{port}/rss",
     "http://user:word@inside.example.org:{port}/rss", "http://metadata.example.org/latest/meta-data/",
     "file:///etc/passwd",
     "ftp://127.0.0.1/", "data:text/xml,<rss/>", "feed://127.0.0.1/rss", "HTTP://2130706433:{port}/rss"],
)  # fmt: skip
async def test_a_redirect_leads_no_further_inside_than_an_address(server: LoopbackServer, target: str) -> None:
    server["/way"] = Reply(status=302, location=target.format(port=server.port))
    source = HttpSource(total_s=2.0, connect_s=1.0, lookup=resolved, allowed=(f"way.example.org:{server.port}",))
    NAMES["way.example.org"] = "127.0.0.1"
    outcome = failed(await source.fetch(FetchRequest(url=f"http://way.example.org:{server.port}/way")))
    await source.close()
    assert outcome.kind in {"refused", "redirect", "dns"}
    assert server.paths() == ["/way"]


async def test_an_allowed_name_is_allowed_for_itself_alone(server: LoopbackServer) -> None:
    source = HttpSource(total_s=2.0, lookup=resolved, allowed=("inside.example.org",))
    url = f"http://%s:{server.port}/rss"
    assert not isinstance(await source.fetch(FetchRequest(url=url % "inside.example.org")), FetchFailed)
    assert failed(await source.fetch(FetchRequest(url=url % "both.example.org"))).kind == "refused"
    assert failed(await source.fetch(FetchRequest(url=url % "inside.example.org.evil.example.org"))).kind != "unknown"
    assert len(server.requests) == 1
    await source.close()
