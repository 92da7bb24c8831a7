"""Looking for the new address of a feed that is gone: over the real client and a site on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.model.commits import Intake
from monitor.model.feeds import Condition, Feed
from monitor.model.notices import Notice, NoticeKind
from monitor.pipeline.seek import SeekReport, seek
from monitor.sources.http import HttpSource
from monitor.sources.polled import FeedSource
from monitor.sources.workers import ParseWorkers
from tests.factories import NOW, make_feed
from tests.fakes import MemoryStore
from tests.servers import RSS, LoopbackServer, Reply, hang, refusing_port

EMPTY = b"<rss version='2.0'><channel><title>x</title></channel></rss>"


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as server:
        yield server


def page(*links: str) -> Reply:
    tags = "".join(f'<link rel=alternate type="application/rss+xml" href="{link}">' for link in links)
    return Reply(f"<!doctype html><html><head>{tags}</head><body>Berita".encode(), content_type="text/html")


class LaterClock:
    def now(self) -> datetime:
        return NOW + timedelta(minutes=5)


class World:
    """A feed that is gone, its outage, and the search for it."""

    def __init__(self, url: str, **facts: Any) -> None:
        self.feed: Feed = make_feed(url=url, **facts)
        self.store = MemoryStore()

    async def out(self, condition: Condition = Condition.GONE, **facts: Any) -> None:
        notice = Notice(
            feed_id=self.feed.id, kind=NoticeKind.OUTAGE, at=NOW, condition=condition, url=self.feed.url, **facts
        )
        await self.store.commit_intake(Intake(notices=(notice,)))

    async def seek(self, *, within_s: float = 20.0, feeds: dict[str, Feed] | None = None) -> SeekReport:
        http, workers = HttpSource(allowed=["127.0.0.1"]), ParseWorkers()
        try:
            return await seek(
                {self.feed.id: self.feed} if feeds is None else feeds,
                store=self.store,
                source=FeedSource(http, workers),
                fetch=http.fetch_in_turn,
                clock=LaterClock(),
                within_s=within_s,
            )
        finally:
            await http.close()
            await workers.close()

    @property
    def notice(self) -> Notice:
        (notice,) = self.store.kept_notices
        return notice


async def test_the_feed_that_the_front_page_names_is_found_and_asked_for_once(server: LoopbackServer) -> None:
    world = World(server.url("/rss/dunia.xml"))
    server["/"] = page("/komentar/feed", "/rss/dunia.xml", "/umpan/terkini", "/umpan/dunia")
    server["/umpan/dunia"], server["/umpan/terkini"] = Reply(RSS), Reply(RSS)
    await world.out()
    report = await world.seek()
    assert report.found == {world.feed.id: server.url("/umpan/dunia")}
    assert (world.notice.address, world.notice.sought_at) == (
        server.url("/umpan/dunia"),
        NOW + timedelta(minutes=5),
    )
    assert server.paths() == ["/", "/umpan/dunia"]
    assert await world.seek() == SeekReport()
    assert server.paths() == ["/", "/umpan/dunia"]


async def test_what_is_named_but_dead_or_empty_is_not_told_and_the_usual_places_come_last(
    server: LoopbackServer,
) -> None:
    world = World(server.url("/rss/dunia.xml"))
    server["/"] = page("/mati", "/kosong", "/rss/dunia.xml")
    server["/kosong"], server["/feed/"] = Reply(EMPTY), Reply(RSS)
    await world.out()
    assert (await world.seek()).found == {world.feed.id: server.url("/feed/")}


async def test_a_page_at_the_feeds_own_address_is_looked_at_first(server: LoopbackServer) -> None:
    world = World(server.url("/rss/dunia.xml"))
    server["/rss/dunia.xml"], server["/baru"] = page("/baru"), Reply(RSS)
    await world.out(Condition.HTML)
    await world.seek()
    assert (world.notice.address, server.paths()) == (server.url("/baru"), ["/rss/dunia.xml", "/baru"])


async def test_the_site_that_the_user_named_is_asked_instead_of_the_root(server: LoopbackServer) -> None:
    world = World("http://rss.example.org/dunia.xml", site=server.url("/situs"))
    server["/situs"], server["/baru"] = page("/baru"), Reply(RSS)
    await world.out()
    await world.seek()
    assert world.notice.address == server.url("/baru")


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [(Condition.CHALLENGED, "challenged"), (Condition.FAILING, "dns"), (Condition.SILENT, "fetched")],
)
async def test_nobody_is_bothered_where_no_answer_is_to_be_had(
    server: LoopbackServer, condition: Condition, outcome: str
) -> None:
    world = World(server.url("/rss"))
    await world.out(condition, outcome=outcome)
    await world.seek()
    assert (server.requests, world.notice.address) == ([], "")
    assert world.notice.sought_at is not None


async def test_a_host_that_does_not_answer_is_asked_once() -> None:
    async with refusing_port() as port:
        world = World(f"http://127.0.0.1:{port}/rss")
        await world.out()
        assert (await world.seek()).ended == 1
    assert (world.notice.address, await world.store.unsought(limit=9)) == ("", [])


async def test_a_site_that_hangs_ends_with_the_time_allowed_and_holds_up_no_other(server: LoopbackServer) -> None:
    world = World(server.url("/rss"))
    server["/"], server["/situs"], server["/baru"] = hang, page("/baru"), Reply(RSS)
    other = replace(world.feed, id="other", site=server.url("/situs"))
    await world.out()
    first = world.notice
    await world.store.commit_intake(Intake(notices=(replace(first, feed_id="other"),)))
    report = await world.seek(within_s=0.5, feeds={world.feed.id: world.feed, "other": other})
    assert (report.ended, report.found) == (2, {"other": server.url("/baru")})


async def test_a_feed_that_was_removed_is_looked_for_no_more(server: LoopbackServer) -> None:
    world = World(server.url("/rss"))
    await world.out()
    await world.seek(feeds={})
    assert (server.requests, await world.store.unsought(limit=9)) == ([], [])


async def test_an_address_that_is_polled_already_is_no_news(server: LoopbackServer) -> None:
    world = World(server.url("/rss/dunia.xml"))
    other = make_feed("other", url=server.url("/rss/ekonomi.xml"))
    server["/"], server["/rss/ekonomi.xml"] = page("/rss/ekonomi.xml"), Reply(RSS)
    await world.out()
    assert (await world.seek(feeds={world.feed.id: world.feed, "other": other})).ended == 1
    assert world.notice.address == ""
