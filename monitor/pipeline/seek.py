"""Seek: outages whose feed may have another address → its outlet's page → the likely new address, kept for the notice.

Once an outage, beside everything else: a digest never waits for it, and what is asked takes its turn at the host like
a check. A search that is cut short (a stop, a host that wants quiet) is begun again with the next round.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.core.discovery import discover, likeliest, pages_to_ask
from monitor.core.polling import is_worth_a_search
from monitor.errors import ParseError
from monitor.model.feeds import Condition, Feed, Fetched, FetchFailed, FetchOutcome, FetchRequest
from monitor.model.notices import Notice
from monitor.pipeline.discover import Fetch, guessed
from monitor.ports import Clock, SeekStore, Source

log = logging.getLogger("monitor.seek")

PER_ROUND = 8
WAITING = 200
WITHIN_S = 300.0
_TRIED = 3


@dataclass(slots=True, kw_only=True)
class SeekReport:
    """What a round came to: searches ended, and feed id → address of those that found one."""

    ended: int = 0
    found: dict[str, str] = field(default_factory=dict)


async def seek(
    feeds: Mapping[str, Feed],
    *,
    store: SeekStore,
    source: Source,
    fetch: Fetch,
    clock: Clock,
    within_s: float = WITHIN_S,
) -> SeekReport:
    """One round: at most `PER_ROUND` searches side by side, each ended after `within_s` seconds.

    Args:
        source: Reads what is found: an address is told only where entries are.
        fetch: One request in its turn at the host.
    """
    report = SeekReport()
    notices = await store.unsought(limit=WAITING)
    worth = [notice for notice in notices if notice.feed_id in feeds and is_worth_a_search(notice)]
    for notice in notices:
        if notice not in worth:
            await store.keep_sought(notice.number, address=notice.address, at=clock.now())

    # What is polled already is no new address, even if it is the only one that the site names.
    taken = frozenset(feed.url for feed in feeds.values())

    async def one(notice: Notice) -> None:
        try:
            async with asyncio.timeout(within_s):
                address = await _search(feeds[notice.feed_id], notice, taken, source=source, fetch=fetch)
        except TimeoutError:
            address = ""
        except Exception:  # a search that raises is data: the others go on, and this one is not tried for ever
            log.exception("a search failed in an unforeseen way", extra={"feed": notice.feed_id})
            address = ""
        if address is None:
            return
        await store.keep_sought(notice.number, address=address, at=clock.now())
        report.ended += 1
        if address:
            report.found[notice.feed_id] = address

    await asyncio.gather(*(one(notice) for notice in worth[:PER_ROUND]))
    return report


async def _search(feed: Feed, notice: Notice, taken: frozenset[str], *, source: Source, fetch: Fetch) -> str | None:
    """The likely new address, "" for none, None when the host cannot be asked just now.

    What the pages point to first; only if none of it lives, what lies at the usual places of the last one.
    """
    pages = pages_to_ask(feed.url, feed.site, is_page_itself=notice.condition is Condition.HTML)
    outcome: FetchOutcome | None = None
    for page in pages:
        outcome = await fetch(FetchRequest(url=page))
        if isinstance(outcome, FetchFailed) and outcome.kind == "busy":
            return None
        if isinstance(outcome, Fetched):
            found = await asyncio.to_thread(discover, outcome.body, outcome.url)
            likely = [one for one in likeliest(found, notice.url) if one.url not in taken]
            for one in likely[:_TRIED]:
                if await _is_alive(one.url, source=source, fetch=fetch):
                    return one.url
    if outcome is None or (isinstance(outcome, FetchFailed) and not outcome.status):
        return ""  # nobody answers: guessing beside it would ask a dead host a dozen times
    guess = await guessed(outcome.url, fetch, but=notice.url)
    if guess is None or guess.url in taken or not likeliest([guess], notice.url):
        return ""
    is_alive = guess.kind == "sitemap" or await _is_alive(guess.url, source=source, fetch=fetch)
    return guess.url if is_alive else ""


async def _is_alive(url: str, *, source: Source, fetch: Fetch) -> bool:
    """Whether entries can be read there."""
    outcome = await fetch(FetchRequest(url=url))
    if not isinstance(outcome, Fetched):
        return False
    try:
        parsed = await source.parse(Feed(id="seek", url=url, outlet=""), outcome)
    except ParseError:
        return False
    return bool(parsed.entries)
