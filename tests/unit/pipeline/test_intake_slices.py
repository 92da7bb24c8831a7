"""How much of what checks bring is made articles in one turn of the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from datetime import tzinfo

from monitor.core.scoring import compile_watchlists
from monitor.model.feeds import Entry, Feed, Fetched, ParsedFeed
from monitor.pipeline.intake import SLICE, SLICE_CHARS, Check, Intaker
from monitor.pipeline.judging import Judge
from tests.factories import NOW, make_feed, make_feed_state, make_watchlist
from tests.fakes import MemoryStore


class Watch(dict[str, tzinfo]):
    """Zones that note when, and by which thread, an article is made: each of them asks for its feed's zone."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0
        self.made: list[tuple[int, int]] = []
        self._tick()

    def get(self, key: str, default: object = None) -> None:  # type: ignore[override]
        self.made.append((self.turn, threading.get_ident()))

    def _tick(self) -> None:
        self.turn += 1
        self.handle = asyncio.get_running_loop().call_soon(self._tick)


async def made_of(*lengths: int) -> Watch:
    """Take in a check whose entries have texts of these lengths."""
    store, watch = MemoryStore(), Watch()
    judge = Judge(store, store, score=compile_watchlists([make_watchlist()]).score)
    await judge.load(NOW)
    feed: Feed = make_feed()
    entries = tuple(
        Entry(
            guid=f"{n}", link=f"https://a.example.org/{n}", title=f"Kabar ke-{n}", content=("kata " * length)[:length]
        )
        for n, length in enumerate(lengths)
    )
    check = Check(
        feed=feed,
        state=make_feed_state(feed.id, url=feed.url),
        outcome=Fetched(url=feed.url, status=200, body=b"", headers={}, validators=None),
        checked_at=NOW,
        parsed=ParsedFeed(kind="rss20", entries=entries),
    )
    await Intaker(store=store, judge=judge, zones=watch).take_in([(check, lambda _: check.state)])
    watch.handle.cancel()
    watch.made = watch.made[-len(lengths) :]  # the dates of entries are read with the zone before, too
    return watch


async def test_a_crowd_of_entries_is_made_articles_over_many_turns() -> None:
    watch = await made_of(*[10] * (5 * SLICE))
    assert len(watch.made) == 5 * SLICE
    assert max(Counter(watch.made).values()) <= SLICE


async def test_in_a_turn_no_more_characters_are_read_than_a_slice_has() -> None:
    lengths = [SLICE_CHARS, 1, SLICE_CHARS // 2, SLICE_CHARS // 2, SLICE_CHARS // 3, SLICE_CHARS]
    watch = await made_of(*lengths)
    read: Counter[int] = Counter()
    for (turn, _), length in zip(watch.made, lengths, strict=True):
        read[turn] += length
    assert max(read.values()) <= SLICE_CHARS
    assert {thread for _, thread in watch.made} == {threading.get_ident()}


async def test_a_longer_text_is_made_an_article_beside_the_loop() -> None:
    watch = await made_of(100, SLICE_CHARS + 1, 100)
    here = threading.get_ident()
    assert [thread == here for _, thread in watch.made] == [True, False, True]
