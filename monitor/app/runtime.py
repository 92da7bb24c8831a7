"""The composed program.

A `Runtime` is what a process runs: `daemon` calls its stages by the clock, `monitor once` one after the other. It
decides nothing about news; it holds what the stages need, and swaps it whole when the configuration is read again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from monitor.app.adapters import (
    Surroundings,
    make_channels,
    make_polite_http,
    make_polling_limits,
    make_renderers,
    make_sources,
    make_workers,
    make_zones,
)
from monitor.app.alerting import Alerting
from monitor.app.composing import Composing, compose_rules
from monitor.app.delivering import Delivering, make_deliver_rules
from monitor.app.links import link_keys, make_links
from monitor.app.pages import Pages
from monitor.app.publishing import Publishing
from monitor.app.reports import CycleReport
from monitor.app.restarts import restart_needed
from monitor.app.returning import Returning
from monitor.app.seeking import Seeking
from monitor.app.serving import Serving
from monitor.app.telling import Teller
from monitor.config import Configuration
from monitor.core import polling
from monitor.core.features import gazetteer_of
from monitor.core.scoring import compile_watchlists
from monitor.core.seeds import to_seed_articles
from monitor.core.sites import Sites
from monitor.errors import StoreError
from monitor.model.feeds import Feed, FeedState
from monitor.pipeline.collect import CollectLimits, Collector
from monitor.pipeline.compose import ComposeReport, ComposeRules
from monitor.pipeline.deliver import DeliverReport
from monitor.pipeline.intake import Intaker, Tally
from monitor.pipeline.judging import Judge, LookBack
from monitor.pipeline.match import match
from monitor.pipeline.prune import Retention, prune
from monitor.pipeline.repair import repair
from monitor.pipeline.traffic import Traffic
from monitor.sources.gdelt import Distance
from monitor.store import open_store, sqlite_warning
from monitor.store.sqlstore import SqlStore

log = logging.getLogger("monitor")

SEEDS = "seeds"
"""The ledger's name for documents that come from the seeds' folder."""

CYCLE_SEEK_S = 60.0
"""So long a single cycle looks for the new addresses of feeds that are gone, once its digests are delivered."""

CYCLE_PAGES_S = 60.0
"""So long a single cycle begins to read pages before its digest; the daemon's digests wait for none."""


@asynccontextmanager
async def open_runtime(
    configuration: Configuration,
    *,
    reread: Callable[[], Configuration] | None = None,
    is_dry: bool = False,
    surroundings: Surroundings | None = None,
) -> AsyncIterator[Runtime]:
    """Open the store (and be its only daemon), the sources and the channels; close them at the end.

    Args:
        reread: Reads the configuration anew, for a reload.
        is_dry: Compose and deliver nothing.
        surroundings: Time, chance and names; this machine's by default.
    """
    settings = configuration.settings
    if settings.store_path is not None and (warning := sqlite_warning()):
        log.debug(warning)
    store = open_store(settings.store_url.reveal(), pool_size=settings.store.pool_size)
    async with store:
        runtime = Runtime(
            configuration, store=store, reread=reread, is_dry=is_dry, surroundings=surroundings or Surroundings()
        )
        try:
            yield runtime
        finally:
            await runtime.close()


class Runtime:
    """The composed program. One stage at a time of each kind; stages may run beside each other."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        store: SqlStore,
        reread: Callable[[], Configuration] | None,
        is_dry: bool,
        surroundings: Surroundings,
    ) -> None:
        self.configuration = configuration
        self._store = store
        self._surroundings = surroundings
        self._clock = surroundings.clock
        self._reread = reread
        self._is_dry = is_dry
        self._switched_on: tuple[Configuration, Mapping[str, Feed]] | None = None
        self._is_stopping = False
        self._teller = Teller()
        self._chance = surroundings.chance
        self._scorer = compile_watchlists(configuration.watchlists)
        self._sites = Sites(configuration.urls)
        settings = configuration.settings
        self._judge = Judge(
            store,
            store,
            score=self._scorer.matches,
            gazetteer=gazetteer_of(configuration.watchlists),
            look_back=LookBack(wording=timedelta(days=settings.retention.index_days)),
        )
        self._workers = make_workers(configuration)
        self._traffic = Traffic()
        self._distance = Distance()
        self._http = make_polite_http(configuration, self._traffic, surroundings)
        self._pages = Pages(store=store, traffic=self._traffic, surroundings=surroundings)
        self._pages.configure(configuration, self._http, self._scorer, self._sites)
        self._seeking = Seeking(store=store, clock=self._clock)
        self._publishing = Publishing(configuration, store=store, clock=self._clock)
        self._serving = Serving(store=store, clock=self._clock)
        self._returning = Returning(store=store, clock=self._clock, ticks=surroundings.ticks)
        self._delivering = Delivering(
            configuration, store=store, surroundings=surroundings, is_stopping=lambda: self._is_stopping
        )
        self._alerting = Alerting(configuration, store=store, clock=self._clock, is_dry=is_dry)
        self._composing = Composing(store=store, clock=self._clock, is_dry=is_dry)
        self._collecting = asyncio.Lock()
        self._reloading = asyncio.Lock()
        self._collector = self._make_collector()
        self._renderers = make_renderers(configuration)

    async def close(self) -> None:
        """Let go of connections and end the workers; the store is the opener's to close."""
        await self._serving.close()
        await self._seeking.pause()
        await self._http.close()
        await self._workers.close()
        await self._pages.close()
        await self._delivering.close()
        try:
            await self._collector.release()
        except StoreError as error:  # what waits for its turn is claimed again when its lease lapses
            log.debug("feeds that waited for their turn keep their leases: %s", error)

    def stop_collecting(self) -> None:
        """Begin nothing new; what is under way ends."""
        self._is_stopping = True
        self._collector.stop()
        self._pages.stop()
        self._seeking.stop()

    def summary(self) -> dict[str, object]:
        """What is running, in a few facts for the log."""
        settings = self.configuration.settings
        return {
            "feeds": len(self._feeds()),
            "watchlists": len(self.configuration.watchlists),
            "recipients": len(self.configuration.recipients),
            "store": settings.store.url,
            "outbox": str(settings.maildir),
        }

    async def start(self) -> None:
        """Everything that needs no network: seeds, changed watchlists, a first digest. May be tried again."""
        await self.prepare()
        await self.digests()

    async def prepare(self) -> Tally:
        """Bring the store up to the configuration; the account of the seeds."""
        await self._judge.load(self._clock.now())
        await self._pages.take_over()
        await self._sync_feeds(self.configuration)
        keys = await link_keys(self.configuration, self._store)
        self._renderers = make_renderers(self.configuration, make_links(self.configuration, keys))
        self._serving.configure(self.configuration, keys)
        self._returning.configure(self.configuration, keys)
        return await self.catch_up()

    async def catch_up(self) -> Tally:
        """Apply what the configuration brought: changed watchlists, new seeds. Nothing to do costs two questions."""
        await self.match()
        return await self.take_in_seeds()

    async def take_in_seeds(self) -> Tally:
        """Store the seed documents that are not stored yet."""
        now = self._clock.now()
        seeds = to_seed_articles(self.configuration.seeds, now, self._sites)
        tally = await self._intaker().take_in_documents(seeds, name=SEEDS, now=now)
        if tally.stored:
            log.info("seeds stored", extra={"documents": tally.stored, "matched": tally.matched})
        return tally

    async def match(self) -> None:
        """Apply changed watchlists to what is stored."""
        await match(
            self.configuration.watchlists,
            store=self._store,
            judge=self._judge,
            now=self._clock.now(),
            look_back=timedelta(days=self.configuration.settings.digests.look_back_days),
            is_stopping=lambda: self._is_stopping,
        )

    async def collect(self) -> None:
        """Check the feeds that are due."""
        async with self._collecting:
            collected = await self._collector.collect_due(self._feeds())
            self._teller.tell(collected)
            if collected.tally.matched or collected.tally.revisions:
                self._publishing.stir()

    async def pages(self) -> None:
        """Read the web pages of matches that are due; digests do not wait for them."""
        await self._pages.read_due(self._feeds())

    async def idle_s(self) -> float:
        """For how many seconds `collect` would find nothing to do; inf without feeds."""
        due_at = await self._store.next_due_at()
        return self._traffic.idle_s(due_at, now=self._clock.now(), ticks=self._surroundings.ticks())

    async def seek(self) -> None:
        """Look for the new addresses of feeds that are gone; digests do not wait for it."""
        await self._seeking.seek(self._feeds())

    async def digests(self) -> None:
        """Compose the digests that are due, then what cannot wait for the next one."""
        if self._is_dry:
            await self._composing.rehearse(self.configuration.recipients, self._renderers, self._rules())
        else:
            await self._compose()
        await self._alert()

    async def _alert(self) -> ComposeReport:
        return await self._alerting.alert(self._renderers, self._rules())

    async def deliver(self) -> DeliverReport:
        """Try the deliveries that are due, on every channel that is not at work already."""
        return DeliverReport() if self._is_dry else await self._delivering.deliver()

    async def publish(self) -> None:
        """Write the feeds of the watchlists, where they are published and say something else than before."""
        if not self._is_dry:
            await self._publishing.publish()

    async def returns(self) -> None:
        """Look into the mailbox for refusals, if it is time; a rehearsal answers nothing."""
        if not self._is_dry:
            await self._returning.look()

    async def repair(self) -> None:
        """Merge stories that turned out to be one."""
        await repair(self._judge, store=self._store, clock=self._clock)

    async def serve(self) -> None:
        """Keep the pages behind links up, where they are wanted."""
        await self._serving.serve()

    async def prune(self) -> None:
        """Delete what is past its time."""
        retention = self.configuration.settings.retention
        deleted = await prune(
            store=self._store,
            now=self._clock.now(),
            retention=Retention(
                articles=timedelta(days=retention.articles_days), index=timedelta(days=retention.index_days)
            ),
            is_stopping=lambda: self._is_stopping,
        )
        if any(deleted.values()):
            log.info("pruned", extra={table: count for table, count in deleted.items() if count})

    async def reload(self) -> None:
        """Read the configuration again and take it over whole.

        Raises `ConfigError` or `StoreError` with nothing changed. A round of checks under way ends first, with the
        configuration that it began with. What only a restart changes is said.
        """
        assert self._reread is not None
        async with self._reloading:
            fresh = await asyncio.to_thread(self._reread)
            channels, keys = make_channels(fresh, self._surroundings), await link_keys(fresh, self._store)
            renderers = make_renderers(fresh, make_links(fresh, keys))  # all of them may refuse
            await self._sync_feeds(fresh)
            for name in restart_needed(self.configuration.settings, fresh.settings):
                log.warning("%s changed; that takes a restart, the old value stays in use", name)
            self._collector.stop()
            await self._pages.pause()
            await self._seeking.pause()
            async with self._collecting:
                old_http = self._http
                self.configuration = fresh
                self._renderers = renderers
                self._alerting.configure(fresh)
                self._delivering.take_over(channels, make_deliver_rules(fresh))
                self._scorer = compile_watchlists(fresh.watchlists)
                self._sites = Sites(fresh.urls)
                self._judge.configure(self._scorer.matches, gazetteer_of(fresh.watchlists))
                self._http = make_polite_http(fresh, self._traffic, self._surroundings)
                self._collector = self._make_collector()
                self._pages.configure(fresh, self._http, self._scorer, self._sites)
                self._publishing.configure(fresh)
                self._serving.configure(fresh, keys)
                self._returning.configure(fresh, keys)
            await old_http.close()

    async def cycle(self, *, is_digest_forced: bool = False) -> CycleReport:
        """One cycle of everything: seeds, every feed once, due digests (all, when forced), the outbox."""
        seeds = await self.prepare()
        await self.returns()  # who asked to stop since the last cycle gets no digest of this one
        # As in the daemon's start: what is due is told before the feeds are asked.
        first = await self._compose()
        early = await self.deliver()
        collected = await self._collector.collect_all(self._feeds())
        self._teller.tell(collected)
        pages = await self._pages.read_due(self._feeds(), within_s=CYCLE_PAGES_S)
        await self.repair()
        self._publishing.stir()
        await self.publish()
        then = await self._compose(is_forced=is_digest_forced)
        alerts = await self._alert()
        late = await self.deliver()
        await self._seeking.seek(self._feeds(), within_s=CYCLE_SEEK_S)
        return CycleReport(
            collected=collected,
            seeds=seeds,
            pages=pages,
            composed=(first, then),
            alerted=alerts,
            delivered=(early, late),
        )

    async def _compose(self, *, is_forced: bool = False) -> ComposeReport:
        recipients = self.configuration.recipients
        return await self._composing.compose(recipients, self._renderers, self._rules(), is_forced=is_forced)

    def _rules(self) -> ComposeRules:
        return compose_rules(self.configuration, self._feeds(), self._store)

    def _feeds(self) -> Mapping[str, Feed]:
        """Those switched on by id; asked for every second, and there may be 100,000."""
        if self._switched_on is None or self._switched_on[0] is not self.configuration:
            feeds = {feed.id: feed for feed in self.configuration.feeds if feed.is_enabled}
            self._switched_on = self.configuration, feeds
        return self._switched_on[1]

    async def _sync_feeds(self, configuration: Configuration) -> None:
        """Tell the store which feeds there are; new ones start staggered, so that a first round is no burst."""
        feeds, now = [feed for feed in configuration.feeds if feed.is_enabled], self._clock.now()
        limits = make_polling_limits(configuration)

        def states() -> list[FeedState]:
            return [
                polling.initial_state(feed, now=now, spread=place / max(len(feeds), 1), limits=limits)
                for place, feed in enumerate(feeds)
            ]

        await self._store.sync_feeds(await asyncio.to_thread(states))

    def _intaker(self) -> Intaker:
        return Intaker(store=self._store, judge=self._judge, zones=make_zones(self.configuration), sites=self._sites)

    def _make_collector(self) -> Collector:
        sources = make_sources(self.configuration, self._http, self._workers, distance=self._distance)
        self._seeking.configure(self._http, sources["feed"])
        return Collector(
            sources=sources,
            store=self._store,
            intaker=self._intaker(),
            clock=self._clock,
            chance=self._chance,
            limits=CollectLimits(concurrency=self.configuration.settings.polling.concurrency),
            polling_limits=make_polling_limits(self.configuration),
            ticks=self._surroundings.ticks,
            pause=self._surroundings.pause,
            traffic=self._traffic,
        )
