"""One body at a turn of the event loop."""

from __future__ import annotations

import asyncio
from datetime import datetime

from monitor.core.polling import PollingLimits
from monitor.model.feeds import Feed, Fetched, FetchRequest, ParsedFeed
from monitor.pipeline.checking import Checker
from monitor.pipeline.doorway import Doorway
from tests.factories import NOW, make_feed, make_feed_state


class Turns:
    """Counts the turns of the running loop."""

    def __init__(self) -> None:
        self.count = 0
        self._tick()

    def _tick(self) -> None:
        self.count += 1
        self._handle = asyncio.get_running_loop().call_soon(self._tick)

    def stop(self) -> None:
        self._handle.cancel()


async def test_of_a_crowd_one_passes_at_each_turn_in_the_order_of_arrival() -> None:
    doorway, turns, passed = Doorway(), Turns(), list[tuple[int, int]]()

    async def one(number: int) -> None:
        await doorway.pass_through()
        passed.append((number, turns.count))

    await asyncio.gather(*map(one, range(20)))
    turns.stop()

    assert [number for number, _ in passed] == list(range(20))
    assert len({turn for _, turn in passed}) == 20


async def test_who_comes_alone_does_not_wait() -> None:
    doorway, turns = Doorway(), Turns()
    await asyncio.sleep(0)
    before = turns.count
    await doorway.pass_through()
    assert turns.count == before
    turns.stop()


async def test_who_leaves_the_queue_leaves_nobody_waiting() -> None:
    doorway = Doorway()
    tasks = [asyncio.create_task(doorway.pass_through()) for _ in range(5)]
    await asyncio.sleep(0)
    for task in tasks[1:4]:
        task.cancel()
    await asyncio.wait_for(tasks[4], 5)
    await asyncio.wait_for(doorway.pass_through(), 5)


class AnswersAtOnce:
    """A source whose answers all come in the same turn."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.read_at: list[int] = []

    async def fetch(self, request: FetchRequest) -> Fetched:
        return Fetched(url=request.url, status=200, body=b"<rss>", headers={}, validators=None)

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        self.read_at.append(self.turns.count)
        return ParsedFeed(kind="rss20", entries=())


class Stopped:
    """A clock."""

    def now(self) -> datetime:
        return NOW


async def test_bodies_that_come_at_once_are_read_one_at_a_turn() -> None:
    turns = Turns()
    source = AnswersAtOnce(turns)
    checker = Checker(sources={"feed": source}, clock=Stopped(), limits=PollingLimits())
    feeds = [make_feed(f"f{n}") for n in range(12)]

    await asyncio.gather(*(checker.check(feed, make_feed_state(feed.id, url=feed.url)) for feed in feeds))
    turns.stop()

    assert len(source.read_at) == len(set(source.read_at)) == 12
