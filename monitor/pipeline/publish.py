"""Publish: the matches of a watchlist → its feed, written anew where that says something else than what is there.

A feed is a state and no message: it is made from the store alone, whole, and whoever reads it takes what is new. So
there is nothing to keep in the outbox, to repeat or to lose; what could not be written is written next time
(`docs/adr/0018-feeds-of-watchlists.md`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.publishing import publication, window_start
from monitor.errors import MonitorError
from monitor.ports import Publisher, PublishStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRules:
    """What is published: `titles` maps each watchlist to its title, in `language`; `entries` of the last `days`."""

    titles: Mapping[str, str]
    language: str
    entries: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReport:
    """The watchlists whose feeds changed, and (watchlist, reason) of failures."""

    written: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()


async def publish(
    watchlists: Sequence[str], *, store: PublishStore, publisher: Publisher, rules: PublishRules, now: datetime
) -> PublishReport:
    """Bring the feeds of these watchlists up to what is stored. One that fails is reported, the others go on."""
    written: list[str] = []
    failures: list[tuple[str, str]] = []
    for watchlist in watchlists:
        try:
            if await _publish_one(watchlist, store=store, publisher=publisher, rules=rules, now=now):
                written.append(watchlist)
        except MonitorError as error:
            failures.append((watchlist, str(error)))
            log.error("feed not published", extra={"watchlist": watchlist, "reason": str(error)})  # noqa: TRY400
    if written:
        log.info("feeds published", extra={"watchlists": written})
    return PublishReport(written=tuple(written), failures=tuple(failures))


async def _publish_one(
    watchlist: str, *, store: PublishStore, publisher: Publisher, rules: PublishRules, now: datetime
) -> bool:
    matched = await store.matched_articles("", [watchlist], since=window_start(now, rules.days))
    revised_at = await store.revised_at([row.article.id for row in matched if row.state])
    made = publication(
        watchlist,
        matched,
        title=rules.titles.get(watchlist, watchlist),
        language=rules.language,
        revised_at=revised_at,
        limit=rules.entries,
    )
    return await publisher.put(made)
