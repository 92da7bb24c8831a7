"""GDELT as a source: patient, and never failing for being busy."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from monitor.errors import ParseError
from monitor.model.feeds import Fetched, FetchFailed, FetchRequest
from monitor.sources.gdelt import BUSY, SPACING_S, Distance, GdeltSource
from monitor.sources.http import HttpSource
from monitor.sources.kinds import parse_any
from monitor.sources.workers import ParseWorkers
from tests.factories import make_feed
from tests.servers import LoopbackServer, Reply, hang


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as server:
        yield server


class SteadyClock:
    """Stands still but for the pauses it is asked for."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.at

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += seconds


@pytest.fixture
def clock() -> SteadyClock:
    return SteadyClock()


@pytest.fixture
async def source(clock: SteadyClock) -> AsyncIterator[GdeltSource]:
    http, workers = HttpSource(allowed=("127.0.0.1",), total_s=0.3), ParseWorkers(max_workers=1, parse=parse_any)
    yield GdeltSource(http, workers, distance=Distance(clock=clock, pause=clock.pause))
    await http.close()
    await workers.close()


async def test_queries_keep_five_seconds_distance(
    server: LoopbackServer, source: GdeltSource, clock: SteadyClock
) -> None:
    server["/doc"] = Reply(b'{"articles": [{"url": "https://example.org/1", "title": "Kim"}]}')
    outcomes = [await source.fetch(FetchRequest(url=server.url(f"/doc?query={n}"))) for n in range(3)]
    assert clock.pauses == [SPACING_S, SPACING_S]
    assert isinstance(outcomes[0], Fetched)
    assert [e.title for e in (await source.parse(make_feed(), outcomes[0])).entries] == ["Kim"]


async def test_the_distance_outlives_a_reload_which_makes_the_source_anew(
    server: LoopbackServer, clock: SteadyClock
) -> None:
    server["/doc"] = Reply(b'{"articles": [{"url": "https://example.org/1", "title": "Kim"}]}')
    distance = Distance(clock=clock, pause=clock.pause)
    for _ in range(2):
        http, workers = HttpSource(allowed=("127.0.0.1",)), ParseWorkers(max_workers=1, parse=parse_any)
        await GdeltSource(http, workers, distance=distance).fetch(FetchRequest(url=server.url("/doc")))
        await http.close()
    assert clock.pauses == [SPACING_S]


@pytest.mark.parametrize("status", [429, 403, 500, 503])
async def test_a_busy_server_is_busy_and_no_failing_feed(
    server: LoopbackServer, source: GdeltSource, status: int
) -> None:
    server["/doc"] = Reply(b"", status=status, headers={"Retry-After": "7200"})
    outcome = await source.fetch(FetchRequest(url=server.url("/doc")))
    assert isinstance(outcome, FetchFailed)
    assert (outcome.kind, outcome.retry_after_s) == (BUSY, 7200.0)


async def test_silence_keeps_its_own_kind_as_it_may_be_our_line(server: LoopbackServer, source: GdeltSource) -> None:
    server["/hang"] = hang
    outcome = await source.fetch(FetchRequest(url=server.url("/hang")))
    assert isinstance(outcome, FetchFailed)
    assert (outcome.kind, outcome.status) == ("timeout", 0)


async def test_a_plea_for_patience_that_says_200_is_busy(server: LoopbackServer, source: GdeltSource) -> None:
    server["/doc"] = Reply(b"Please limit requests to one every 5 seconds.", content_type="text/html")
    outcome = await source.fetch(FetchRequest(url=server.url("/doc")))
    assert isinstance(outcome, FetchFailed)
    assert outcome.kind == BUSY
    assert "one every 5 seconds" in outcome.message


async def test_what_is_not_load_stays_a_failure(server: LoopbackServer, source: GdeltSource) -> None:
    outcome = await source.fetch(FetchRequest(url=server.url("/nowhere")))
    assert isinstance(outcome, FetchFailed)
    assert outcome.kind == "status"


async def test_a_query_that_gdelt_cannot_read_is_told_in_its_words(server: LoopbackServer, source: GdeltSource) -> None:
    server["/doc"] = Reply(b"The specified phrase is too short.\n", content_type="text/html")
    outcome = await source.fetch(FetchRequest(url=server.url("/doc")))
    assert isinstance(outcome, Fetched)
    with pytest.raises(ParseError, match=r"too short.*correct url"):
        await source.parse(make_feed(), outcome)
