"""Looking for the feeds of a site: what its page points to, else what lies at the usual places.

Gathers with as few requests as will do, one after the other; `core.discovery` decides what they mean. Keeps nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from monitor.core.discovery import discover, feed_kind, news_sitemaps, usual_addresses
from monitor.core.page_hints import MAX_DOORS, doors, feeds_of_header
from monitor.model.discovery import FoundFeed
from monitor.model.feeds import Fetched, FetchFailed, FetchOutcome, FetchRequest

_NEWS_NAMESPACE = b"schemas/sitemap-news"

Fetch = Callable[[FetchRequest], Awaitable[FetchOutcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What was found, best first, and where; `problem` says in a sentence why nothing was, or what went wrong."""

    feeds: tuple[FoundFeed, ...] = ()
    page_url: str = ""
    problem: str = ""


async def discover_feeds(url: str, fetch: Fetch) -> Discovery:
    """The feeds of a page: those it points to; if none, the first at a usual place, else a news sitemap.

    A page that answers with an error may still have feeds beside it; one that does not answer has none.
    """
    outcome = await fetch(FetchRequest(url=url))
    page_url = outcome.url
    if isinstance(outcome, Fetched):
        found = await _pointed_to(outcome, fetch)
        if found:
            return Discovery(feeds=found, page_url=page_url)
    elif isinstance(outcome, FetchFailed) and not outcome.status:
        return Discovery(page_url=page_url, problem=outcome.message)
    guess = await guessed(page_url, fetch)
    if guess is not None:
        return Discovery(feeds=(guess,), page_url=page_url)
    said = outcome.message if isinstance(outcome, FetchFailed) else f"{page_url}: this page points to no feed"
    return Discovery(page_url=page_url, problem=f"{said}; there is none at the usual places, and no news sitemap")


async def _pointed_to(page: Fetched, fetch: Fetch) -> tuple[FoundFeed, ...]:
    """What a page and its header point to, or the pages that it is only a door to."""
    named = feeds_of_header(page.headers.get("link", ""), page.url)
    found = await asyncio.to_thread(discover, page.body, page.url)
    if named or found:
        first: dict[str, FoundFeed] = {}
        for feed in (*named, *found):
            first.setdefault(feed.url, feed)
        return tuple(first.values())
    for address in doors(page.body, page.url)[:MAX_DOORS]:
        outcome = await fetch(FetchRequest(url=address))
        if isinstance(outcome, Fetched):
            found = await asyncio.to_thread(discover, outcome.body, outcome.url)
            if found:
                return tuple(found)
    return ()


async def guessed(page_url: str, fetch: Fetch, *, but: str = "") -> FoundFeed | None:
    """The first feed at a usual place, else a news sitemap; a dozen requests and more, all answered by the site.

    `but` is an address that is known to be of no use.
    """
    addresses = [address for address in usual_addresses(page_url) if address != but]
    return await _first(addresses, fetch) or await _news_sitemap(page_url, fetch)


async def _first(addresses: Sequence[str], fetch: Fetch) -> FoundFeed | None:
    """The first address that is a feed by itself: one that redirects (to the front page, mostly) is none."""
    for address in addresses:
        outcome = await fetch(FetchRequest(url=address))
        if isinstance(outcome, Fetched) and _is_same(outcome.url, address) and (kind := feed_kind(outcome.body)):
            return FoundFeed(url=outcome.url, kind=kind, why="found at a usual place")
        if isinstance(outcome, FetchFailed) and not outcome.status and outcome.kind != "redirect":
            return None  # the host has stopped answering; more questions would be rude
    return None


async def _news_sitemap(page_url: str, fetch: Fetch) -> FoundFeed | None:
    addresses = news_sitemaps(page_url, "")
    if not addresses:
        return None
    robots = await fetch(FetchRequest(url=addresses[0].rpartition("/")[0] + "/robots.txt"))
    if isinstance(robots, Fetched):
        addresses = news_sitemaps(page_url, robots.body[:500_000].decode("utf-8", "replace"))
    for address in addresses:
        outcome = await fetch(FetchRequest(url=address))
        if isinstance(outcome, Fetched) and _is_news_sitemap(outcome.body):
            return FoundFeed(url=outcome.url, kind="sitemap", why="a news sitemap")
    return None


def _is_news_sitemap(body: bytes) -> bool:
    head = body[:4096]
    return (feed_kind(body) == "sitemap" and _NEWS_NAMESPACE in head) or b"<sitemapindex" in head


def _is_same(answered: str, asked: str) -> bool:
    """Whether the answer comes from the very address, but for https and a last slash."""
    return answered.partition("://")[2].rstrip("/") == asked.partition("://")[2].rstrip("/")
