"""What lands together is kept together."""

from __future__ import annotations

import asyncio

from monitor.model.feeds import Entry, NotModified, ParsedFeed
from monitor.pipeline.batches import together
from monitor.pipeline.intake import Check
from tests.factories import NOW, make_feed, make_feed_state


def landed(feed_id: str, entries: int = 0) -> Check:
    feed = make_feed(feed_id)
    return Check(
        feed=feed,
        state=make_feed_state(feed_id, url=feed.url),
        outcome=NotModified(url=feed.url, headers={}, validators=None),
        checked_at=NOW,
        parsed=ParsedFeed(kind="rss20", entries=tuple(Entry(guid=str(n)) for n in range(entries))) if entries else None,
    )


def queue_of(*checks: Check | None) -> asyncio.Queue[Check | None]:
    queue: asyncio.Queue[Check | None] = asyncio.Queue()
    for check in checks:
        queue.put_nowait(check)
    return queue


async def names(queue: asyncio.Queue[Check | None], at_most: int = 10, entries: int = 100) -> tuple[list[str], bool]:
    checks, is_open = await together(queue, at_most=at_most, entries=entries)
    return [check.feed.id for check in checks], is_open


async def test_a_batch_ends_with_the_round() -> None:
    assert await names(queue_of(landed("a"), landed("b"), None)) == (["a", "b"], False)


async def test_a_batch_waits_for_company_and_not_for_ever() -> None:
    queue = queue_of(landed("a"))
    asyncio.get_running_loop().call_soon(queue.put_nowait, landed("b"))
    assert await names(queue) == (["a", "b"], True)


async def test_a_batch_holds_no_more_checks_than_it_may() -> None:
    queue = queue_of(landed("a"), landed("b"), landed("c"), None)
    assert await names(queue, at_most=2) == (["a", "b"], True)
    assert await names(queue, at_most=2) == (["c"], False)


async def test_a_batch_ends_with_the_check_that_brings_enough_entries() -> None:
    queue = queue_of(landed("a", entries=3), landed("b", entries=3), landed("c", entries=3), None)
    assert await names(queue, entries=5) == (["a", "b"], True)
    assert await names(queue, entries=5) == (["c"], False)


async def test_a_single_check_with_more_entries_than_enough_is_a_batch() -> None:
    assert await names(queue_of(landed("a", entries=9), landed("b"), None), entries=5) == (["a"], True)
