"""What is known of an address that is not stored: seen and dropped, pruned, or in none of the feeds; which are near."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.app.stories import address_keys, as_url
from monitor.config import Configuration
from monitor.core.absences import address_keys as entry_keys
from monitor.core.absences import alike_titles, nearest_host
from monitor.core.sites import Sites
from monitor.core.urls import canonicalize, host_of, is_site_root
from monitor.model.articles import Article, LedgerRow
from monitor.model.feeds import Feed, FeedState
from monitor.store.sqlstore import SqlStore

MAX_FEEDS = 3
TITLES_FOR = timedelta(days=14)
MAX_TITLES = 20_000
_LEDGER_BATCH = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class NearFeed:
    """A feed that could have brought an address: of its host, of its site, or one that brought others of the host.

    `brought_at` is when it last brought one of the host.
    """

    feed: Feed
    state: FeedState | None
    is_same_host: bool
    brought_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """An address that leads to no stored article, and what is known of it.

    `ledger` are entries that bore it, with what became of them; `is_pruned`: its article was stored once; `alike` are
    stored articles whose titles hold most of its words. `is_readable`: it is an address of an article at all.
    """

    url: str
    host: str
    is_readable: bool
    is_pruned: bool
    ledger: Sequence[LedgerRow]
    feeds: Sequence[NearFeed]
    feed_count: int
    alike: Sequence[Article]


async def absent(store: SqlStore, configuration: Configuration, name: str) -> Absence | None:
    """Why an address is not stored; None where it is."""
    sites, url = Sites(configuration.urls), as_url(name)
    keys = address_keys(url, sites)
    now = datetime.now(UTC)
    known = await store.identities(keys, [], since=now)
    if known.by_url:
        return None
    host = sites.outlets_host(host_of(url))
    return Absence(
        url=url,
        host=host,
        is_readable=canonicalize(url) is not None and not is_site_root(url),
        is_pruned=bool(known.forgotten),
        ledger=await _ledger(store, url, configuration.feeds),
        feeds=_nearest(host, configuration.feeds, await _states(store), await store.host_feeds(host)),
        feed_count=len(configuration.feeds),
        alike=alike_titles(url, await store.latest_articles(now - TITLES_FOR, limit=MAX_TITLES)),
    )


async def _states(store: SqlStore) -> dict[str, FeedState]:
    return {state.feed_id: state for state in await store.feed_states()}


async def _ledger(store: SqlStore, url: str, feeds: Sequence[Feed]) -> list[LedgerRow]:
    asked = [(feed.id, key) for feed in feeds for key in entry_keys(url, feed.id)]
    rows: list[LedgerRow] = []
    for start in range(0, len(asked), _LEDGER_BATCH):
        rows += (await store.ledger_rows(asked[start : start + _LEDGER_BATCH])).values()
    return sorted(rows, key=lambda row: (row.seen_at, row.feed_id))


def _nearest(
    host: str, feeds: Sequence[Feed], states: Mapping[str, FeedState], brought: Mapping[str, datetime]
) -> list[NearFeed]:
    ranked = []
    for feed in feeds:
        hosts = [host_of(address) for address in (feed.site or "", feed.url) if address]
        near = nearest_host(host, hosts)
        if near or feed.id in brought:
            one = NearFeed(
                feed=feed, state=states.get(feed.id), is_same_host=near == 2, brought_at=brought.get(feed.id)
            )
            ranked.append(((feed.id in brought, near, feed.is_enabled), one))
    ranked.sort(key=lambda pair: pair[0], reverse=True)
    return [one for _, one in ranked[:MAX_FEEDS]]
