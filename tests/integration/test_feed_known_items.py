"""Bytes to ledger through the real collector and parser: what was read before is counted, never read again or lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from monitor.core.polling import PollingLimits
from monitor.core.scoring import compile_watchlists
from monitor.errors import StoreFullError
from monitor.model.commits import Intake
from monitor.model.feeds import Feed, Fetched, FetchOutcome, FetchRequest, ParsedFeed
from monitor.pipeline.collect import CollectLimits, Collector, CollectReport
from monitor.pipeline.intake import Intaker
from monitor.pipeline.judging import Judge
from monitor.sources.feed import parse_body
from tests.factories import NOW, make_feed, make_feed_state, make_watchlist
from tests.fakes import MemoryStore


def item(name: str, *, guid: str = "", link: str = "", title: str = "") -> str:
    return (
        f"<item><title>{title or f'Putin tiba di {name}'}</title><link>{link or f'https://f.example.org/{name}'}</link>"
        f"<guid isPermaLink='false'>{guid or name}</guid><pubDate>Sun, 22 Nov 2026 06:00:00 +0000</pubDate>"
        f"<description>Kabar dari {name} tentang kunjungan kenegaraan.</description></item>"
    )


def body(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>Berita</title>{''.join(items)}</channel></rss>".encode()


@dataclass
class Bodies:
    """A source that answers with what it is told, and parses in earnest."""

    now: bytes = b""
    read: list[int] = field(default_factory=list)

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        return Fetched(url=request.url, status=200, body=self.now, headers={}, validators=None)

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        parsed = parse_body(fetched.body, "application/xml", fetched.url, known=fetched.known)
        self.read.append(len(parsed.entries))
        return parsed


class FillingStore(MemoryStore):
    """A store that, when full, takes nothing with an article in it."""

    is_full = False

    async def commit_intake(self, intake: Intake) -> None:
        if self.is_full and intake.articles:
            raise StoreFullError("full")
        await super().commit_intake(intake)


class Rig:
    def __init__(self) -> None:
        self.at = NOW
        self.source, self.store = Bodies(), FillingStore()
        self.feeds = {"f": make_feed("f")}
        self.judge = Judge(self.store, self.store, score=compile_watchlists([make_watchlist(threshold=20.0)]).score)
        self.collector = Collector(
            sources={"feed": self.source},
            store=self.store,
            intaker=Intaker(store=self.store, judge=self.judge, zones={}),
            clock=self,
            chance=lambda: 0.5,
            limits=CollectLimits(),
            polling_limits=PollingLimits(),
            pause=self.pause,
        )

    def now(self) -> datetime:
        return self.at

    async def pause(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    async def poll(self, *items: str) -> CollectReport:
        self.at += timedelta(days=2)
        self.source.now = body(*items)
        return await self.collector.collect_due(self.feeds)


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    await rig.judge.load(NOW)
    await rig.store.sync_feeds([make_feed_state("f", url=rig.feeds["f"].url)])
    return rig


async def test_only_new_items_are_read_and_all_are_counted(rig: Rig) -> None:
    await rig.poll(item("a"), item("b"), item("c"))
    report = await rig.poll(item("d"), item("a"), item("b"))
    assert rig.source.read == [3, 1]
    assert (report.tally.entries, report.tally.known, report.tally.stored) == (3, 2, 1)
    assert len(rig.store.articles) == 4
    assert report.gaps == {}


async def test_an_edited_item_is_read_and_becomes_what_it_always_became(rig: Rig) -> None:
    await rig.poll(item("a"), item("b"))
    report = await rig.poll(item("a", title="Putin tiba di a, kata Kremlin dalam siaran pers"), item("b"))
    assert rig.source.read == [2, 1]
    assert (report.tally.entries, report.tally.known, report.tally.revisions) == (2, 1, 1)


async def test_a_guid_repeated_by_a_new_item_brings_the_whole_body_back(rig: Rig) -> None:
    await rig.poll(item("a"), item("b"))
    await rig.poll(item("c", guid="a"), item("a"), item("b"))
    assert rig.source.read == [2, 1, 3]


async def test_what_could_not_be_kept_is_read_again(rig: Rig) -> None:
    await rig.poll(item("a"))
    rig.store.is_full = True
    with pytest.raises(StoreFullError):
        await rig.poll(item("b"), item("a"))
    rig.store.is_full = False
    report = await rig.poll(item("c"), item("b"), item("a"))
    assert rig.source.read == [1, 1, 2]
    assert report.tally.stored == 2


async def test_an_item_pinned_to_the_top_hides_no_gap_though_it_is_not_read_again(rig: Rig) -> None:
    pin = item("pin")
    await rig.poll(pin, *map(item, "abcd"))
    assert (await rig.poll(pin, *map(item, "eabc"))).gaps == {}
    assert (await rig.poll(pin, *map(item, "eab"))).gaps == {}
    report = await rig.poll(pin, *map(item, "uvwx"))
    assert rig.source.read == [5, 1, 0, 4]
    assert set(report.gaps) == {"f"}


async def test_a_window_in_which_half_is_left_of_the_last_news_is_no_gap(rig: Rig) -> None:
    await rig.poll(*map(item, "abcd"))
    await rig.poll(*map(item, "efab"))
    report = await rig.poll(*map(item, "ghijklmn"), item("e"))
    assert report.gaps == {}
