"""The composition root: settings → adapters → stages; the only file that names concrete classes.

A `Runtime` is what a process runs: `daemon` calls its stages by the clock, `monitor once` one after the other. It
decides nothing about news; it holds what the stages need, and swaps it whole when the configuration is read again.
"""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.channels.email.render import EmailRenderer
from monitor.channels.email.smtp import SmtpChannel, SmtpServer
from monitor.channels.maildir import MaildirChannel
from monitor.config import Configuration, load
from monitor.core import polling
from monitor.core.scoring import compile_watchlists, failed_examples
from monitor.core.seeds import to_seed_articles
from monitor.errors import ConfigError
from monitor.model.commits import DigestSlot, Intake
from monitor.model.digests import Delivery, Slot
from monitor.model.feeds import Feed, FeedState
from monitor.pipeline import compose as composing
from monitor.pipeline import deliver as delivering
from monitor.pipeline.collect import CollectLimits, Collector, CollectReport, Outages
from monitor.pipeline.intake import Intaker, Tally
from monitor.pipeline.judging import Judge, LookBack, gazetteer_of
from monitor.pipeline.match import match
from monitor.pipeline.probe import Probe, probe
from monitor.pipeline.prune import Retention, prune
from monitor.pipeline.replay import Replay
from monitor.pipeline.scratch import ScratchStore
from monitor.ports import Channel
from monitor.sources.feed import parse_body
from monitor.sources.http import HttpSource
from monitor.sources.polled import FeedSource
from monitor.sources.workers import ParseWorkers
from monitor.store import open_store, sqlite_warning
from monitor.store.sqlstore import SqlStore

log = logging.getLogger("monitor")

SEEDS = "seeds"
"""The ledger's name for documents that come from the seeds' folder."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


def load_configuration(config_dir: Path, env: Mapping[str, str]) -> Configuration:
    """A configuration fit to go live: files that can be read, and watchlists that pass their own tests.

    Raises `ConfigError` with every problem.
    """
    configuration = load(config_dir, env)
    if problems := failed_examples(configuration.watchlists):
        raise ConfigError(tuple(problems))
    return configuration


@asynccontextmanager
async def open_runtime(
    configuration: Configuration,
    *,
    reread: Callable[[], Configuration] | None = None,
    is_dry: bool = False,
) -> AsyncIterator[Runtime]:
    """Open the store (and be its only daemon), the sources and the channels; close them at the end.

    Args:
        reread: Reads the configuration anew, for a reload.
        is_dry: Compose and deliver nothing.
    """
    settings = configuration.settings
    if settings.store_path is not None and (warning := sqlite_warning()):
        log.debug(warning)
    store = open_store(settings.store_url.reveal(), pool_size=settings.store.pool_size)
    async with store:
        runtime = Runtime(configuration, store=store, clock=SystemClock(), reread=reread, is_dry=is_dry)
        try:
            yield runtime
        finally:
            await runtime.close()


def make_replay(configuration: Configuration) -> Replay:
    """Judging as the daemon does it, over a throw-away store, with every article placed in a story.

    Stories never close: an archive may come in any order.
    """
    scorer, scratch = compile_watchlists(configuration.watchlists), ScratchStore()
    judge = Judge(
        scratch,
        scratch,
        score=scorer.score,
        group="all",
        gazetteer=gazetteer_of(configuration.watchlists),
        look_back=LookBack(wording=timedelta(days=configuration.settings.retention.index_days), stories=None),
    )
    return Replay(judge=judge, store=scratch, score=scorer.score, now=SystemClock().now())


async def probe_feeds(configuration: Configuration, on_done: Callable[[], None]) -> list[Probe]:
    """Ask every enabled feed once; needs and keeps no store."""
    http, workers = _http(configuration), _workers(configuration)
    source = FeedSource(http, workers)
    try:
        return await probe(
            [feed for feed in configuration.feeds if feed.is_enabled],
            sources={"feed": source},
            clock=SystemClock(),
            zones=_zones(configuration),
            on_done=on_done,
        )
    finally:
        await source.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a store holds: rows a table, feeds by id, the newest deliveries, and when digests are due."""

    counts: Mapping[str, int]
    feeds: Sequence[FeedState]
    deliveries: Sequence[Delivery]
    slots: Sequence[DigestSlot]


async def read_status(configuration: Configuration, *, deliveries: int = 20) -> Status:
    """Look into the store beside a running daemon; writes and locks nothing."""
    async with open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True) as store:
        return Status(
            counts=await store.counts(),
            feeds=await store.feed_states(),
            deliveries=await store.deliveries(limit=deliveries),
            slots=sorted((await store.digest_slots()).values(), key=lambda slot: slot.slot.at),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleReport:
    """What one cycle of everything came to."""

    collected: CollectReport
    seeds: Tally
    composed: composing.ComposeReport
    delivered: delivering.DeliverReport

    @property
    def has_failed(self) -> bool:
        """Whether a digest could not be composed or delivered. Feeds that fail are data, not a failure."""
        return bool(self.composed.failures or self.delivered.dead)

    def lines(self) -> list[str]:
        """For people, one fact a line."""
        tally, round_ = self.collected.tally, self.collected
        lines = [
            f"feeds     {round_.checked} checked: {round_.not_modified} not modified, {round_.unchanged} unchanged, "
            f"{len(round_.failures)} failed",
            f"entries   {tally.entries} seen: {tally.stored} new, {tally.copies} copies, {tally.revisions} revised, "
            f"{tally.known} known, {tally.dropped} dropped",
            f"matches   {tally.matched}",
            f"digests   {len(self.composed.composed)} composed, {len(self.delivered.sent)} delivered, "
            f"{len(self.delivered.later)} to be tried again, {len(self.delivered.dead)} given up",
        ]
        if self.seeds.stored:
            lines.insert(0, f"seeds     {self.seeds.stored} stored")
        if round_.is_own_outage:
            lines.append("network   no feed could be reached: our own line seems to be down; no feed is blamed")
        lines += [f"  feed {feed_id}: {reason}" for feed_id, reason in sorted(round_.failures.items())]
        lines += [f"  recipient {recipient}: {reason}" for recipient, reason in self.composed.failures]
        lines += [f"  delivery {delivery} to {to}: {reason}" for delivery, to, reason in self.delivered.problems]
        return lines


class Runtime:
    """The composed program. One stage at a time of each kind; stages may run beside each other."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        store: SqlStore,
        clock: SystemClock,
        reread: Callable[[], Configuration] | None,
        is_dry: bool,
    ) -> None:
        self.configuration = configuration
        self._store = store
        self._clock = clock
        self._reread = reread
        self._is_dry = is_dry
        self._is_stopping = False
        self._is_cut_off = False
        self._rehearsed: set[tuple[str, str]] = set()
        self._chance = random.Random().random  # noqa: S311 - spreads load, keeps no secret
        self._scorer = compile_watchlists(configuration.watchlists)
        settings = configuration.settings
        self._judge = Judge(
            store,
            store,
            score=self._scorer.score,
            gazetteer=gazetteer_of(configuration.watchlists),
            look_back=LookBack(wording=timedelta(days=settings.retention.index_days)),
        )
        self._workers = _workers(configuration)
        self._http = _http(configuration)
        self._outages = Outages()
        self._collector = self._make_collector()
        self._renderer = EmailRenderer(settings.mail.sender, settings.mail.sender_name)
        self._channels = _channels(configuration)

    async def close(self) -> None:
        """Let go of connections and end the workers; the store is the opener's to close."""
        await self._http.close()
        await self._workers.close()
        for channel in self._channels.values():
            await channel.close()

    def stop_collecting(self) -> None:
        """Begin nothing new; what is under way ends."""
        self._is_stopping = True
        self._collector.stop()

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
        """Everything that needs no network: seeds, changed watchlists, a first digest."""
        await self.prepare()
        await self.digests()
        await self.deliver()

    async def prepare(self) -> Tally:
        """Bring the store up to the configuration; the account of the seeds."""
        await self._judge.load(self._clock.now())
        await self._sync_feeds()
        await self.match()
        return await self.take_in_seeds()

    async def take_in_seeds(self) -> Tally:
        """Store the seed documents that are not stored yet."""
        now = self._clock.now()
        tally = await self._intaker().take_in_documents(
            to_seed_articles(self.configuration.seeds, now), name=SEEDS, now=now
        )
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
        self._tell(await self._collector.collect_due(self._feeds()))

    async def digests(self) -> None:
        """Compose the digests that are due."""
        if self._is_dry:
            await self._rehearse()
            return
        report = await self._compose()
        if report.composed:
            await self.deliver()

    async def deliver(self) -> delivering.DeliverReport:
        """Try the deliveries that are due."""
        if self._is_dry:
            return delivering.DeliverReport()
        return await delivering.deliver(store=self._store, channels=self._channels, clock=self._clock, rng=self._chance)

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
        """Read the configuration again and take it over whole; raises `ConfigError` and changes nothing.

        The store and the parse workers stay: a change of those asks for a restart.
        """
        assert self._reread is not None
        fresh = self._reread()
        channels = _channels(fresh)
        renderer = EmailRenderer(fresh.settings.mail.sender, fresh.settings.mail.sender_name)
        old_http, old_channels, old = self._http, self._channels, self.configuration
        if fresh.settings.store_url.reveal() != old.settings.store_url.reveal():
            log.warning("the store changed in the configuration; that takes a restart, the old one stays in use")
        self.configuration = fresh
        self._channels, self._renderer = channels, renderer
        self._scorer = compile_watchlists(fresh.watchlists)
        self._judge.configure(self._scorer.score, gazetteer_of(fresh.watchlists))
        self._collector.stop()
        self._http = _http(fresh)
        self._collector = self._make_collector()
        await self._sync_feeds()
        await self.take_in_seeds()
        await self.match()
        await old_http.close()
        for channel in old_channels.values():
            await channel.close()

    async def cycle(self, *, is_digest_forced: bool = False) -> CycleReport:
        """One cycle of everything: seeds, every feed once, due digests (all, when forced), the outbox."""
        seeds = await self.prepare()
        # As in the daemon's start: what is due is told before the feeds are asked.
        first = await self._compose()
        collected = await self._collector.collect_all(self._feeds())
        self._tell(collected)
        then = await self._compose(is_forced=is_digest_forced)
        composed = composing.ComposeReport(
            composed=(*first.composed, *then.composed), quiet=then.quiet, failures=(*first.failures, *then.failures)
        )
        return CycleReport(collected=collected, seeds=seeds, composed=composed, delivered=await self.deliver())

    async def check_feeds(self) -> CollectReport:
        """Check every feed once, due or not."""
        return await self._collector.collect_all(self._feeds())

    async def _compose(self, *, is_forced: bool = False) -> composing.ComposeReport:
        now, rules = self._clock.now(), self._rules()
        recipients = self.configuration.recipients
        if is_forced:
            await self._make_due(now)
        if self._is_dry:
            return await composing.rehearse(
                recipients, store=self._store, renderer=self._renderer, rules=rules, now=now
            )
        return await composing.compose(recipients, store=self._store, renderer=self._renderer, rules=rules, now=now)

    async def _make_due(self, now: datetime) -> None:
        """Plan an extra slot now for every recipient; the regular one follows it."""
        for recipient in self.configuration.recipients:
            local = now.astimezone(ZoneInfo(recipient.schedule.zone))
            slot = Slot(key=f"now-{local:%Y-%m-%dT%H:%M:%S}", at=now)
            await self._store.set_digest_slot(recipient.id, slot)

    async def _rehearse(self) -> None:
        """Say once what would be mailed."""
        now, rules = self._clock.now(), self._rules()
        known = await self._store.digest_slots()
        for recipient in self.configuration.recipients:
            slot = composing.planned_slot(recipient, known.get(recipient.id), rules=rules, now=now)
            if slot.at > now or (recipient.id, slot.key) in self._rehearsed:
                continue
            self._rehearsed.add((recipient.id, slot.key))
            await composing.rehearse([recipient], store=self._store, renderer=self._renderer, rules=rules, now=now)

    def _rules(self) -> composing.ComposeRules:
        settings = self.configuration.settings.digests
        return composing.ComposeRules(
            titles={watchlist.name: watchlist.title for watchlist in self.configuration.watchlists},
            look_back=timedelta(days=settings.look_back_days),
            max_age=timedelta(hours=settings.max_age_hours),
            is_first_due=settings.first_digest,
        )

    def _feeds(self) -> dict[str, Feed]:
        return {feed.id: feed for feed in self.configuration.feeds if feed.is_enabled}

    async def _sync_feeds(self) -> None:
        """Tell the store which feeds there are; new ones start staggered, so that a first round is no burst."""
        feeds, now = list(self._feeds().values()), self._clock.now()
        limits = _polling_limits(self.configuration)
        await self._store.sync_feeds(
            [
                polling.initial_state(feed, now=now, spread=place / max(len(feeds), 1), limits=limits)
                for place, feed in enumerate(feeds)
            ]
        )
        # After a pause everything is overdue at once: what is late already can wait a few minutes for its turn.
        overdue = polling.spread_overdue(await self._store.feed_states(), now=now, limits=limits)
        if overdue:
            await self._store.commit_intake(Intake(feed_states=tuple(overdue)))

    def _intaker(self) -> Intaker:
        return Intaker(store=self._store, judge=self._judge, zones=_zones(self.configuration))

    def _make_collector(self) -> Collector:
        return Collector(
            sources={"feed": FeedSource(self._http, self._workers)},
            store=self._store,
            intaker=self._intaker(),
            clock=self._clock,
            chance=self._chance,
            limits=CollectLimits(concurrency=self.configuration.settings.polling.concurrency),
            polling_limits=_polling_limits(self.configuration),
            outages=self._outages,
        )

    def _tell(self, report: CollectReport) -> None:
        """Log what a person wants to know of a round: news, changes of health, and our own outage once."""
        if report.is_own_outage and not self._is_cut_off:
            log.warning(
                "No feed can be reached: the network seems to be down. No feed is counted as broken; "
                "polling goes on and will say when it is back."
            )
        if not report.is_own_outage and self._is_cut_off:
            log.info("The network is back.")
        self._is_cut_off = report.is_own_outage
        for feed_id, reason in report.failures.items():
            log.warning("feed %s: %s", feed_id, reason)
        for feed_id in report.recovered:
            log.info("feed %s: works again", feed_id)
        tally = report.tally
        if tally.stored or tally.copies or tally.revisions or tally.dropped:
            log.info(
                "collected",
                extra={
                    "feeds": report.checked,
                    "new": tally.stored,
                    "copies": tally.copies,
                    "revised": tally.revisions,
                    "dropped": tally.dropped,
                    "matched": tally.matched,
                },
            )


def _polling_limits(configuration: Configuration) -> polling.PollingLimits:
    settings = configuration.settings.polling
    return polling.PollingLimits(
        interval_s=float(settings.default_interval_s),
        min_interval_s=float(settings.min_interval_s),
        max_interval_s=float(settings.max_interval_s),
    )


def _zones(configuration: Configuration) -> dict[str, tzinfo]:
    return {feed.zone: ZoneInfo(feed.zone) for feed in configuration.feeds if feed.zone}


def _workers(configuration: Configuration) -> ParseWorkers:
    settings = configuration.settings.polling
    return ParseWorkers(
        max_workers=settings.parse_workers,
        timeout_s=settings.parse_timeout_s,
        parse=partial(parse_body, max_entries=settings.max_entries),
    )


def _http(configuration: Configuration) -> HttpSource:
    settings = configuration.settings.polling
    return HttpSource(
        contact=settings.contact or "",
        max_bytes=settings.max_bytes,
        total_s=settings.timeout_s,
        connect_s=settings.connect_timeout_s,
        read_s=settings.read_timeout_s,
        limit=settings.concurrency,
        limit_per_host=settings.per_host,
        allowed=settings.allow_private_hosts,
    )


def _channels(configuration: Configuration) -> dict[str, Channel]:
    settings = configuration.settings
    channels: dict[str, Channel] = {"maildir": MaildirChannel(settings.maildir)}
    if (smtp := settings.mail.smtp) is not None:
        password = settings.smtp_password
        channels["smtp"] = SmtpChannel(
            SmtpServer(
                host=smtp.host,
                port=smtp.effective_port,
                tls=smtp.tls,
                username=smtp.username,
                password=password.reveal() if password is not None else None,
                helo=smtp.helo_name or settings.mail.sender.rpartition("@")[2],
                timeout_s=smtp.timeout_s,
                max_per_connection=smtp.max_per_connection,
            )
        )
    return channels
