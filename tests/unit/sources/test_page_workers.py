from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator

import pytest

from monitor.errors import ParseError
from monitor.model.pages import PageText, RobotsAnswer
from monitor.sources.workers import PageWorkers
from tests.sites import SENTENCE, page

URL = "https://example.org/a"


def misbehave(task: str, body: bytes, said: str, url: str) -> PageText | RobotsAnswer:
    """What a worker of these tests runs: hangs, dies or lies as told."""
    if body == b"hang":
        while True:
            time.sleep(60)
    if body == b"die":
        os._exit(3)
    if body == b"lie":
        return os.getpid  # type: ignore[return-value]
    return PageText(titles=(), text=f"{task} {os.getpid()}")


@pytest.fixture
async def workers() -> AsyncIterator[PageWorkers]:
    made = PageWorkers(timeout_s=1.0, read=misbehave)
    yield made
    await made.close()


async def test_nothing_is_started_before_the_first_page() -> None:
    made = PageWorkers()
    assert made.pids == ()
    await made.close()


async def test_a_worker_takes_texts_out_and_reads_robots_txt() -> None:
    made = PageWorkers()
    try:
        assert SENTENCE in (await made.read(page(), "text/html", URL)).text
        rules = b"User-agent: *\nDisallow: /a\nCrawl-delay: 3\n"
        assert await made.ask_robots(rules, "monitor", URL) == RobotsAnswer(is_allowed=False, delay_s=3.0)
        assert len(made.pids) == 1
        with pytest.raises(ParseError) as caught:
            await made.read(b"no page", "text/html", URL)
        assert caught.value.kind == "unknown"
    finally:
        await made.close()
    assert made.pids == ()


@pytest.mark.parametrize(("body", "kind"), [(b"hang", "timeout"), (b"die", "crash"), (b"lie", "crash")])
async def test_a_worker_that_a_page_broke_is_replaced(workers: PageWorkers, body: bytes, kind: str) -> None:
    with pytest.raises(ParseError) as caught:
        await workers.read(body, "text/html", URL)
    assert caught.value.kind == kind
    texts = await asyncio.gather(*(workers.read(b"good", "text/html", URL) for _ in range(3)))
    assert len({found.text for found in texts}) == 1
