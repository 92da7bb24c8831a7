"""The search for new addresses of feeds, through reloads and stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from monitor.model.feeds import Feed
from monitor.pipeline.seek import WITHIN_S, SeekReport, seek
from monitor.ports import Clock, SeekStore, Source
from monitor.sources.http import HttpSource

log = logging.getLogger("monitor.seek")


class Seeking:
    """Runs one round of searches at a time. Breaking one off loses nothing: it is begun again with the next."""

    def __init__(self, *, store: SeekStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._http: HttpSource | None = None
        self._source: Source | None = None
        self._round: asyncio.Task[SeekReport] | None = None

    def configure(self, http: HttpSource, source: Source) -> None:
        """Take over a client (its owner's to close, after `pause`) and what reads the feeds that are found."""
        self._http, self._source = http, source

    async def seek(self, feeds: Mapping[str, Feed], *, within_s: float = WITHIN_S) -> SeekReport:
        """One round; an empty report when it was broken off, or another one is under way."""
        if self._http is None or self._source is None or self._round is not None:
            return SeekReport()
        work = seek(
            feeds,
            store=self._store,
            source=self._source,
            fetch=self._http.fetch_in_turn,
            clock=self._clock,
            within_s=within_s,
        )
        self._round = asyncio.create_task(work)
        try:
            await asyncio.wait({self._round})
            if self._round.cancelled():
                return SeekReport()
            report = self._round.result()
        finally:
            self._round.cancel()
            self._round = None
        for feed_id, address in report.found.items():
            log.info("feed %s: its likely new address is %s", feed_id, address)
        return report

    def stop(self) -> None:
        """Break off what is under way, and begin nothing more."""
        self._http = None
        if self._round is not None:
            self._round.cancel()

    async def pause(self) -> None:
        """The same, ended when this returns; goes on once configured."""
        self.stop()
        if self._round is not None:
            await asyncio.wait({self._round})
