"""The collect stage: due feeds are fetched and parsed side by side; what they bring is judged and kept in batches.

Fetching is concurrent, judging is not: two outlets' copies of one text may arrive in the same second, and only a
judge that sees one after the other can tell the second from the first. The batches also group the commits.

Failures that may be our own (no name resolves, nothing connects) are held back until the end of the round, or half a
minute: if nearly every host failed and none answered, the outage is ours and no feed is blamed.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.core import polling
from monitor.errors import ParseError, StoreError
from monitor.model.feeds import (
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchOutcome,
    FetchRequest,
    NotModified,
    ParsedFeed,
)
from monitor.pipeline.intake import Check, Intaker, Tally
from monitor.ports import Clock, FeedStore, Source

log = logging.getLogger("monitor.collect")

HOLD_FAILURES_S = 30.0
LOOK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectLimits:
    """How much at once. `lease_s` must outlive the slowest check, or a feed is fetched twice."""

    concurrency: int = 64
    per_batch: int = 32
    lease_s: float = 300.0


@dataclass(slots=True, kw_only=True)
class CollectReport:
    """What a round brought. `failures` maps a feed id to what was wrong; those of our own outage are not in it."""

    checked: int = 0
    not_modified: int = 0
    unchanged: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    recovered: list[str] = field(default_factory=list)
    is_own_outage: bool = False
    tally: Tally = field(default_factory=Tally)


class Collector:
    """Runs rounds of checks.

    Args:
        sources: Kind → adapter.
        store: Due times and leases.
        intaker: Judges and keeps what checks bring.
        chance: A number in [0, 1) for the jitter.
        outages: What is known of our own line; to be handed on when a collector replaces another.
    """

    def __init__(
        self,
        *,
        sources: Mapping[str, Source],
        store: FeedStore,
        intaker: Intaker,
        clock: Clock,
        chance: Callable[[], float],
        limits: CollectLimits,
        polling_limits: polling.PollingLimits,
        outages: Outages | None = None,
    ) -> None:
        self._sources = sources
        self._store = store
        self._intaker = intaker
        self._clock = clock
        self._chance = chance
        self._limits = limits
        self._polling = polling_limits
        self._is_stopping = False
        self._outages = outages or Outages()
        self._held: list[Check] = []

    def stop(self) -> None:
        """Claim nothing more; what is under way ends."""
        self._is_stopping = True

    async def collect_due(self, feeds: Mapping[str, Feed]) -> CollectReport:
        """Check what is due until nothing is; a slow feed does not keep others waiting."""

        async def claim(room: int) -> list[FeedState]:
            return await self._store.claim_due_feeds(self._clock.now(), limit=room, lease_s=self._limits.lease_s)

        return await self._round(feeds, claim, is_patient=True)

    async def collect_all(self, feeds: Mapping[str, Feed]) -> CollectReport:
        """Check every feed once, due or not; for one process that holds the store alone."""
        waiting = [state for state in await self._store.feed_states() if state.feed_id in feeds]

        async def claim(room: int) -> list[FeedState]:
            taken, waiting[:] = waiting[:room], waiting[room:]
            return taken

        return await self._round(feeds, claim, is_patient=False)

    async def _round(
        self, feeds: Mapping[str, Feed], claim: Callable[[int], Awaitable[list[FeedState]]], *, is_patient: bool
    ) -> CollectReport:
        report = CollectReport()
        # Bounded: judging may be slower than fetching, and what waits for it is held in memory.
        done: asyncio.Queue[Check | None] = asyncio.Queue(maxsize=self._limits.per_batch)
        keeper = asyncio.create_task(self._keep_all(done, report))
        flying: set[asyncio.Task[None]] = set()
        try:
            while not self._is_stopping and not keeper.done():
                room = self._limits.concurrency - len(flying)
                claimed = await claim(room) if room > 0 else []
                for state in claimed:
                    if (feed := feeds.get(state.feed_id)) is not None:
                        flying.add(asyncio.create_task(self._fly(feed, state, done)))
                if not claimed and not flying:
                    break
                if flying:
                    await _landing(flying, keeper, LOOK_S)
            while flying and not keeper.done():
                await _landing(flying, keeper)
            if not keeper.done():
                await done.put(None)
            await keeper
        except BaseException:
            for task in (*flying, keeper):
                task.cancel()
            await asyncio.gather(*flying, keeper, return_exceptions=True)
            raise
        await self._release(report, older_than_s=HOLD_FAILURES_S if is_patient else 0.0)
        return report

    async def _fly(self, feed: Feed, state: FeedState, done: asyncio.Queue[Check | None]) -> None:
        await done.put(await self.check(feed, state))

    async def check(self, feed: Feed, state: FeedState) -> Check:
        """Fetch one feed and, if its body is another than before, parse it. What goes wrong is the outcome."""
        try:
            outcome = await self._sources[feed.source].fetch(FetchRequest(url=feed.url, validators=state.validators))
            if not isinstance(outcome, Fetched):
                return self._checked(feed, state, outcome)
            digest = polling.body_digest(outcome.body)
            bare = replace(outcome, body=b"")  # up to megabytes, and of no more use once it is parsed
            if digest == state.body_digest:
                return self._checked(feed, state, bare, digest=digest)
            try:
                parsed = await self._sources[feed.source].parse(feed, outcome)
            except ParseError as error:
                return self._checked(feed, state, polling.parse_failure(bare, error))
            return self._checked(feed, state, bare, digest=digest, parsed=parsed)
        except Exception as error:  # the boundary of the unit: a feed that raises is data, not an outage
            log.exception("a check failed in an unforeseen way", extra={"feed": feed.id})
            failure = FetchFailed(url=feed.url, kind="crash", message=f"unforeseen: {type(error).__name__}: {error}")
            return self._checked(feed, state, failure)

    def _checked(
        self,
        feed: Feed,
        state: FeedState,
        outcome: FetchOutcome,
        *,
        digest: str | None = None,
        parsed: ParsedFeed | None = None,
    ) -> Check:
        return Check(
            feed=feed, state=state, outcome=outcome, digest=digest, parsed=parsed, checked_at=self._clock.now()
        )

    async def _keep_all(self, done: asyncio.Queue[Check | None], report: CollectReport) -> None:
        """Keep what lands, as much at a time as is there; None ends it."""
        is_open = True
        while is_open:
            batch = [await done.get()]
            while not done.empty() and len(batch) < self._limits.per_batch:
                batch.append(done.get_nowait())
            is_open = None not in batch
            checks = [check for check in batch if check is not None]
            self._outages.note(checks)
            await self._keep([check for check in checks if not may_be_ours(check.outcome)], report)
            self._held += [check for check in checks if may_be_ours(check.outcome)]
            await self._release(report, older_than_s=HOLD_FAILURES_S)

    async def _release(self, report: CollectReport, *, older_than_s: float) -> None:
        """Judge held failures together, once the oldest has waited long enough for company."""
        now = self._clock.now()
        if self._held and (now - self._held[0].checked_at).total_seconds() >= older_than_s:
            held, self._held = self._held, []
            await self._keep(held, report, is_own_outage=self._outages.judge(now))
        report.is_own_outage = self._outages.is_on

    async def _keep(self, checks: Sequence[Check], report: CollectReport, *, is_own_outage: bool = False) -> None:
        """One commit for all. If something in them raises, one each, so that one feed cannot sink the others."""
        if not checks:
            return
        try:
            tally = await self._intaker.take_in([self._account(check, is_own_outage) for check in checks])
        except StoreError:
            raise
        except Exception as error:  # the boundary of the unit
            if len(checks) > 1:
                for check in checks:
                    await self._keep([check], report, is_own_outage=is_own_outage)
                return
            log.exception("what a feed brought cannot be kept", extra={"feed": checks[0].feed.id})
            failure = FetchFailed(
                url=checks[0].feed.url, kind="crash", message=f"unforeseen: {type(error).__name__}: {error}"
            )
            broken = replace(checks[0], outcome=failure, parsed=None)
            tally = await self._intaker.take_in([self._account(broken, is_own_outage)])
            checks = [broken]
        report.tally.add(tally)
        for check in checks:
            _count(check, report, is_own_outage=is_own_outage)

    def _account(self, check: Check, is_own_outage: bool) -> tuple[Check, Callable[[datetime | None], FeedState]]:
        """The check, and what its feed's state becomes once the newest date of its entries is known."""

        def state_after(newest_at: datetime | None) -> FeedState:
            outcome = polling.CheckOutcome(
                fetch=check.outcome,
                body_digest=check.digest,
                entries=len(check.parsed.entries) if check.parsed else 0,
                newest_at=newest_at,
                is_own_outage=is_own_outage,
                remark="; ".join(check.parsed.remarks) if check.parsed else "",
            )
            return polling.next_check(
                check.feed,
                check.state,
                outcome,
                now=check.checked_at,
                rng_value=self._chance(),
                limits=self._polling,
            )

        return check, state_after


class Outages:
    """Whether our own line is down, from the outcomes of the last minutes."""

    WINDOW_S = 90.0

    def __init__(self) -> None:
        self.is_on = False
        self._recent: deque[tuple[datetime, FetchOutcome]] = deque()

    def note(self, checks: Sequence[Check]) -> None:
        """Remember what came; any answer ends an outage."""
        for check in checks:
            self._recent.append((check.checked_at, check.outcome))
            if not may_be_ours(check.outcome):
                self.is_on = False
            self._forget(check.checked_at)

    def judge(self, now: datetime) -> bool:
        """Decide for the failures held back; an outage lasts until something answers."""
        self._forget(now)
        self.is_on = self.is_on or polling.is_own_outage(outcome for _, outcome in self._recent)
        return self.is_on

    def _forget(self, now: datetime) -> None:
        while self._recent and (now - self._recent[0][0]).total_seconds() > self.WINDOW_S:
            self._recent.popleft()


async def _landing(flying: set[asyncio.Task[None]], keeper: asyncio.Task[None], within_s: float | None = None) -> None:
    """Wait until a check lands or the keeper gives up; landed ones leave `flying`."""
    landed, _ = await asyncio.wait({*flying, keeper}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    for task in landed - {keeper}:
        flying.discard(task)
        task.result()


def may_be_ours(outcome: FetchOutcome) -> bool:
    """Whether a failure could be our own line's: no answer came at all."""
    return isinstance(outcome, FetchFailed) and not outcome.status and outcome.kind in polling.OUTAGE_KINDS


def _count(check: Check, report: CollectReport, *, is_own_outage: bool) -> None:
    report.checked += 1
    if isinstance(check.outcome, FetchFailed):
        if not is_own_outage:
            report.failures[check.feed.id] = check.outcome.message
        return
    if isinstance(check.outcome, NotModified):
        report.not_modified += 1
    elif check.parsed is None:
        report.unchanged += 1
    if check.state.failures:
        report.recovered.append(check.feed.id)
