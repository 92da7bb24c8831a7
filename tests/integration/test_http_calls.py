"""Calls of other programs' addresses: what is certain, what is not, and that nothing is said of the address."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest

from monitor.errors import DeliveryError, StoreError
from monitor.model.calls import Answer, Call
from monitor.sources.http import HttpSource
from tests.servers import LoopbackServer, Reply, break_off, drip, hang, hang_in_headers, reset, speak_gibberish


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as opened:
        yield opened


async def called(server: LoopbackServer, path: str, *, timeout_s: float = 10, url: str = "") -> tuple[Answer, int]:
    marks = 0

    async def mark() -> None:
        nonlocal marks
        marks += 1

    http = HttpSource(allowed=("127.0.0.1",))
    call = Call(name="the hook", url=url or server.url(path), body=b'{"a": 1}', timeout_s=timeout_s)
    try:
        return await http.call(call, mark), marks
    except DeliveryError as error:
        error.add_note(str(marks))
        raise
    finally:
        await http.close()


async def test_any_status_is_an_answer_with_what_it_says_and_asks(server: LoopbackServer) -> None:
    server["/"] = Reply(b"bad\x07 luck\n" * 100, status=429, headers={"Retry-After": "9"})
    answer, marks = await called(server, "/")
    assert (answer.status, answer.retry_after_s, marks) == (429, 9.0, 1)
    assert answer.said.startswith("bad luck bad luck")
    assert len(answer.said) <= 200
    (request,) = server.requests
    assert (request.method, request.body, request.headers["connection"]) == ("POST", b'{"a": 1}', "close")
    assert "transfer-encoding" not in request.headers


async def test_a_redirect_is_an_answer_and_nobody_goes_there(server: LoopbackServer) -> None:
    server["/"] = Reply(status=307, location=server.url("/elsewhere"))
    answer, _ = await called(server, "/")
    assert answer.status == 307
    assert server.paths() == ["/"]


async def test_an_answer_whose_body_breaks_off_or_never_ends_has_said_its_status(server: LoopbackServer) -> None:
    server["/"], server["/drip"] = break_off, drip
    assert (await called(server, "/"))[0].status == 200
    assert (await called(server, "/drip"))[0].status == 200


@pytest.mark.parametrize("misbehaviour", [hang, hang_in_headers, reset, speak_gibberish])
async def test_no_answer_after_the_body_is_uncertain(server: LoopbackServer, misbehaviour: object) -> None:
    server["/key-hunter2"] = misbehaviour  # type: ignore[assignment]
    with pytest.raises(DeliveryError) as caught:
        await called(server, "/key-hunter2", timeout_s=1)
    assert (caught.value.uncertain, caught.value.permanent, caught.value.blame) == (True, False, "channel")
    assert caught.value.__notes__ == ["1"]
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None, "the client's own words may hold the address"


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/hunter2", "http://no-such-host.invalid/hunter2", "x:hunter2"])
async def test_what_cannot_be_reached_is_certain_and_unmarked(server: LoopbackServer, url: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(DeliveryError) as caught:
            await called(server, "/", url=url.format(port=closed.getsockname()[1]))
    assert (caught.value.uncertain, caught.value.permanent, caught.value.blame) == (False, False, "channel")
    assert caught.value.__notes__ == ["0"]
    assert "hunter2" not in str(caught.value)


async def test_a_mark_that_fails_is_what_is_raised_and_no_body_leaves(server: LoopbackServer) -> None:
    server["/"] = Reply(b"")

    async def mark() -> None:
        raise StoreError("in other hands")

    http = HttpSource(allowed=("127.0.0.1",))
    with pytest.raises(StoreError, match="in other hands"):
        await http.call(Call(name="the hook", url=server.url("/"), body=b"{}"), mark)
    await http.close()
    assert server.requests == []
