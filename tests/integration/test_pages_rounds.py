"""Rounds of pages that are told to end while a page hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.app.adapters import Surroundings, make_http
from monitor.app.offline import load_configuration
from monitor.app.pages import Pages
from monitor.core.scoring import compile_watchlists
from monitor.model.commits import Intake
from monitor.model.feeds import Feed
from monitor.model.pages import PageState
from monitor.pipeline.matches import as_match
from monitor.pipeline.traffic import Traffic
from tests.factories import make_article
from tests.fakes import MemoryStore
from tests.servers import LoopbackServer, hang
from tests.sites import TEASER, TITLE, configure


class Room:
    """A store with one wish, a page that hangs, and the rounds."""

    def __init__(self, server: LoopbackServer, folder: Path, *, grace_s: float) -> None:
        self.server = server
        self.store = MemoryStore()
        self.configuration = load_configuration(configure(folder, server), {})
        self.scorer = compile_watchlists(self.configuration.watchlists)
        self.http = make_http(self.configuration)
        self.pages = Pages(store=self.store, traffic=Traffic(), surroundings=Surroundings(), grace_s=grace_s)
        self.pages.configure(self.configuration, self.http, self.scorer)
        self.feeds: dict[str, Feed] = {feed.id: feed for feed in self.configuration.feeds}

    async def begin(self) -> asyncio.Task[object]:
        now = Surroundings().clock.now()
        article = make_article(TITLE, text=TEASER, feed_id="antara", url=self.server.url("/a"), first_seen_at=now)
        matches = tuple(as_match(article.id, score, now=now) for score in self.scorer.score(article))
        await self.store.commit_intake(Intake(articles=(article,), matches=matches))
        under_way: asyncio.Task[object] = asyncio.create_task(self.pages.read_due(self.feeds))
        while "/a" not in self.server.paths():
            await asyncio.sleep(0)
        return under_way


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with LoopbackServer() as server:
        server["/a"] = hang
        made = Room(server, tmp_path, grace_s=0.05)
        yield made
        await made.pages.close()
        await made.http.close()


async def test_a_round_that_does_not_end_by_itself_is_broken_off_and_its_page_stays_wanted(room: Room) -> None:
    under_way = await room.begin()
    room.pages.stop()
    assert not await under_way
    (page,) = room.store.pages.values()
    assert page.state is PageState.WANTED
    assert not await room.pages.read_due(room.feeds), "nothing begins once stopping"


async def test_a_pause_ends_the_round_and_a_configuration_begins_the_next(room: Room) -> None:
    under_way = await room.begin()
    await room.pages.pause()
    assert not await under_way
    assert not await room.pages.read_due(room.feeds)
    room.pages.configure(room.configuration, room.http, room.scorer)
    await room.pages.read_due(room.feeds)
    assert room.server.paths().count("/a") == 1, "the lease of the round that was broken off holds"


async def test_a_caller_that_is_cancelled_takes_its_round_with_it(room: Room) -> None:
    under_way = await room.begin()
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way
    await asyncio.wait_for(room.pages.pause(), 5)
