"""The search for new addresses, stopped and begun again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from monitor.app.seeking import Seeking
from monitor.model.commits import Intake
from monitor.model.feeds import Condition
from monitor.model.notices import Notice, NoticeKind
from monitor.pipeline.seek import SeekReport
from monitor.sources.http import HttpSource
from monitor.sources.polled import FeedSource
from monitor.sources.workers import ParseWorkers
from tests.factories import NOW, make_feed
from tests.fakes import MemoryStore
from tests.servers import RSS, LoopbackServer, Reply, Request


class StoppedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def http() -> AsyncIterator[HttpSource]:
    http = HttpSource(allowed=["127.0.0.1"])
    yield http
    await http.close()


async def test_a_search_that_is_broken_off_is_begun_again_and_ends(http: HttpSource) -> None:
    asked = asyncio.Event()
    store, workers = MemoryStore(), ParseWorkers()
    seeking = Seeking(store=store, clock=StoppedClock())
    async with LoopbackServer() as server:

        async def hang(request: Request, writer: asyncio.StreamWriter) -> None:
            asked.set()
            await asyncio.Event().wait()

        server["/"] = hang
        feeds = {"antara-dunia": make_feed(url=server.url("/rss"))}
        outage = Notice(
            feed_id="antara-dunia",
            kind=NoticeKind.OUTAGE,
            at=NOW,
            condition=Condition.GONE,
            url=server.url("/rss"),
        )
        await store.commit_intake(Intake(notices=(outage,)))
        assert await seeking.seek(feeds) == SeekReport()
        seeking.configure(http, FeedSource(http, workers))
        search = asyncio.create_task(seeking.seek(feeds))
        await asked.wait()
        assert await seeking.seek(feeds) == SeekReport()
        await seeking.pause()
        assert await search == SeekReport()
        assert len(await store.unsought(limit=9)) == 1

        server["/"] = Reply(b'<link rel=alternate type="application/rss+xml" href="/baru">', content_type="text/html")
        server["/baru"] = Reply(RSS)
        assert await seeking.seek(feeds) == SeekReport()
        seeking.configure(http, FeedSource(http, workers))
        assert (await seeking.seek(feeds)).found == {"antara-dunia": server.url("/baru")}
    await workers.close()
