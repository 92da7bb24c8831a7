"""Full text: the page reader with its worker, through reloads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from monitor.app.adapters import Surroundings, make_page_workers, make_polling_limits, make_turn
from monitor.config import Configuration
from monitor.core.scoring import Scorer
from monitor.core.sites import NO_SITES, Sites
from monitor.model.feeds import Feed
from monitor.pipeline.pages import PageReader, PagesReport, ReadLimits
from monitor.pipeline.traffic import Traffic
from monitor.ports import PageStore
from monitor.sources.addresses import shown
from monitor.sources.http import HttpSource
from monitor.sources.pages import WebPages

log = logging.getLogger("monitor.pages")


GRACE_S = 10.0
"""So long a round may take to end by itself when it is told to: its pages may wait for their turns at their hosts."""


class Pages:
    """Reads the pages that are due; one round at a time. The HTTP client is its owner's to close, after `pause`.

    Args:
        grace_s: A round that has been told to stop is broken off after so long; what it had claimed comes again.
    """

    def __init__(
        self, *, store: PageStore, traffic: Traffic, surroundings: Surroundings, grace_s: float = GRACE_S
    ) -> None:
        self._store = store
        self._traffic = traffic
        self._surroundings = surroundings
        self._grace_s = grace_s
        self._reading = asyncio.Lock()
        self._round: asyncio.Task[PagesReport] | None = None
        self._workers = make_page_workers()
        self._reader: PageReader | None = None
        self._is_stopping = False

    def configure(
        self, configuration: Configuration, http: HttpSource, scorer: Scorer, sites: Sites = NO_SITES
    ) -> None:
        """Take over a configuration for the next round; what robots.txt files say is asked for anew."""
        limits = make_polling_limits(configuration)
        look_back = timedelta(days=configuration.settings.digests.look_back_days + 2)
        self._reader = PageReader(
            store=self._store,
            source=WebPages(http, self._workers),
            score=scorer.score,
            versions={watchlist.name: watchlist.version for watchlist in configuration.watchlists},
            clock=self._surroundings.clock,
            turn=make_turn(limits, self._traffic, self._surroundings),
            traffic=self._traffic,
            chance=self._surroundings.chance,
            ticks=self._surroundings.ticks,
            limits=ReadLimits(look_back=look_back),
            polling_limits=limits,
            sites=sites,
        )

    async def take_over(self) -> None:
        """What the process before this one had asked for and not kept is asked for again; at a start only.

        Its attempt stays counted: a page that brings a process down is given up like one that fails.
        """
        if count := await self._store.free_pages():
            log.info("pages of a process that was cut off are asked for again", extra={"pages": count})

    async def read_due(self, feeds: Mapping[str, Feed], *, within_s: float | None = None) -> PagesReport:
        """One round; nothing once stopping."""
        async with self._reading:
            if self._reader is None or self._is_stopping:
                return PagesReport()
            self._round = asyncio.ensure_future(self._reader.read_due(feeds, within_s=within_s))
            try:
                report = await _ended(self._round)
            finally:
                self._round = None
        report.problems = [(shown(url), reason) for url, reason in report.problems]
        for url, reason in report.problems:
            log.info("a page is not read: %s", reason, extra={"url": url})
        if report.read or report.later:
            facts = {"read": report.read, "later": report.later, "not_read": len(report.problems)}
            log.info("pages", extra=facts)
        return report

    def stop(self) -> None:
        """Begin nothing more; what is under way ends, or is broken off after the grace."""
        self._is_stopping = True
        self._end_round()

    async def pause(self) -> None:
        """Wait until the round under way has ended, within the grace; the next one needs a configuration."""
        self._end_round()
        async with self._reading:
            self._reader = None

    def _end_round(self) -> None:
        if self._reader is not None:
            self._reader.stop()
        if self._round is not None:
            asyncio.get_running_loop().call_later(self._grace_s, self._round.cancel)

    async def close(self) -> None:
        """End the worker."""
        await self._workers.close()


async def _ended(work: asyncio.Task[PagesReport]) -> PagesReport:
    """What a round brought, nothing when it was broken off; a caller that is cancelled takes the round with it."""
    try:
        await asyncio.wait({work})
    except asyncio.CancelledError:
        work.cancel()
        await asyncio.wait({work})
        raise
    return PagesReport() if work.cancelled() else work.result()
