"""The collect stage: due feeds are fetched and parsed side by side; what they bring is judged and kept in batches.

Fetching is concurrent, judging is not: two outlets' copies of one text may arrive in the same second, and only a
judge that sees one after the other can tell the second from the first. The batches also group the commits.

A claimed feed waits for its turn at its host and its outlet; one that would wait long is given back, with a later due
time. Failures that may be our own (no name resolves, nothing connects) are held back until others tell whose they are:
if nearly every host fails and none answers, the outage is ours and no feed is blamed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.core import polling
from monitor.core.known import remembered
from monitor.core.urls import host_of
from monitor.errors import StoreError
from monitor.model.commits import Intake
from monitor.model.feeds import Condition, Feed, FeedState, FetchFailed, FetchOutcome, NotModified, Reading
from monitor.pipeline.batches import together
from monitor.pipeline.checking import Checker
from monitor.pipeline.flights import Flights
from monitor.pipeline.intake import Check, Intaker, StateAfter, Tally
from monitor.pipeline.replan import give_back, replan
from monitor.pipeline.traffic import HOLD_FAILURES_S, Traffic, may_be_ours
from monitor.ports import Clock, FeedStore, Source

log = logging.getLogger("monitor.collect")

LOOK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectLimits:
    """How much at once. `lease_s` must outlive the slowest check, or a feed is fetched twice.

    A batch ends with `per_batch` checks or `entries_per_batch` entries, whichever is more than enough first. At most
    `max_waiting` claimed feeds wait for their turn in memory, none longer than `max_wait_s`.
    """

    concurrency: int = 64
    per_batch: int = 128
    entries_per_batch: int = 600
    lease_s: float = 300.0
    max_waiting: int = 5_000
    max_wait_s: float = 90.0


@dataclass(slots=True, kw_only=True)
class CollectReport:
    """What a round brought. `failures` maps a feed id to what was wrong; those of our own outage are not in it.

    `deferred` counts feeds given back because their host wants quiet or has many before them. `gaps` maps a feed to
    the least number of entries it lost, `changed` to (condition before, condition now, reason).
    """

    checked: int = 0
    not_modified: int = 0
    unchanged: int = 0
    deferred: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)
    changed: dict[str, tuple[Condition, Condition, str]] = field(default_factory=dict)
    is_own_outage: bool = False
    tally: Tally = field(default_factory=Tally)


class Collector:
    """Runs rounds of checks.

    Args:
        sources: Kind → adapter.
        store: Due times and leases.
        intaker: Judges and keeps what checks bring.
        chance: A number in [0, 1) for the jitter.
        ticks: Seconds of a clock that only runs forward, in a suspended machine, too; default: the wall clock.
        pause: Waits so many seconds.
        traffic: What is known of hosts and of our own line; to be handed on when a collector replaces another.
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
        ticks: Callable[[], float] | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        traffic: Traffic | None = None,
    ) -> None:
        self._checker = Checker(sources=sources, clock=clock, limits=polling_limits)
        self._store = store
        self._intaker = intaker
        self._clock = clock
        self._chance = chance
        self._limits = limits
        self._polling = polling_limits
        self._ticks = ticks or (lambda: clock.now().timestamp())
        self._pause = pause
        self._is_stopping = False
        self._traffic = traffic or Traffic()
        self._traffic.configure(polling_limits)
        self._claimed_at = 0.0

    def stop(self) -> None:
        """Claim nothing more; what is under way ends."""
        self._is_stopping = True

    async def collect_due(self, feeds: Mapping[str, Feed]) -> CollectReport:
        """Check what is due until nothing may go; a slow feed or a quiet host does not keep others waiting.

        What waits for its turn when the round ends stays claimed, for the next round.
        """
        await self._look()

        async def claim(room: int) -> list[FeedState]:
            return await self._store.claim_due_feeds(self._clock.now(), limit=room, lease_s=self._limits.lease_s)

        return await self._round(feeds, claim, is_patient=True)

    async def collect_all(self, feeds: Mapping[str, Feed]) -> CollectReport:
        """Check every feed once, due or not, but for hosts that want quiet; for one process that holds the store."""
        states = await self._store.feed_states()
        self._traffic.remember(states, now=self._clock.now(), ticks=self._ticks())
        waiting = [state for state in states if state.feed_id in feeds]

        async def claim(room: int) -> list[FeedState]:
            taken, waiting[:] = waiting[:room], waiting[room:]
            return taken

        return await self._round(feeds, claim, is_patient=False)

    async def release(self) -> None:
        """Give back what waits for its turn; at the end of the process."""
        self._traffic.recall()
        self._traffic.acquit()
        await give_back(self._store, self._traffic)

    async def _look(self) -> None:
        """Think twice about due times after a start, a pause, or a jump of the clock."""
        before, now = self._traffic.look, polling.Look(at=self._clock.now(), ticks=self._ticks())
        if polling.was_away(before, now, self._polling):
            await replan(before, now, store=self._store, traffic=self._traffic, limits=self._polling)
        self._traffic.look = now

    async def _round(
        self, feeds: Mapping[str, Feed], claim: Callable[[int], Awaitable[list[FeedState]]], *, is_patient: bool
    ) -> CollectReport:
        await give_back(self._store, self._traffic)
        report = CollectReport()
        # Bounded: judging may be slower than fetching, and what waits for it is held in memory.
        done: asyncio.Queue[Check | None] = asyncio.Queue(maxsize=self._limits.per_batch)
        keeper = asyncio.create_task(self._keep_all(done, report))
        flying = Flights(keeper)
        try:
            while not self._is_stopping and not keeper.done():
                claimed = await self._claim(feeds, claim, report, flying, is_patient=is_patient)
                self._launch(feeds, flying, done)
                if flying:
                    await flying.landing(LOOK_S)
                elif not is_patient and self._traffic.turns.waiting:
                    await self._pause(self._turn_in_s())
                elif not claimed:
                    break
                if is_patient and self._traffic.look is not None:
                    self._traffic.look = polling.Look(at=self._clock.now(), ticks=self._ticks())
            while flying and not keeper.done():
                await flying.landing()
            ending = asyncio.create_task(done.put(None))
            # Not simply awaited: a keeper that fails empties a full queue no more.
            await asyncio.wait({ending, keeper}, return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            await keeper
        except BaseException as error:
            for task in (*flying, keeper):
                task.cancel()
            await asyncio.gather(*flying, keeper, return_exceptions=True)
            if isinstance(error, Exception):
                self._traffic.lose(feeds, now=self._clock.now(), chance=self._chance, limits=self._polling)
                with suppress(StoreError):  # the next round tries again
                    await give_back(self._store, self._traffic)
            self._traffic.forget_flights()
            raise
        await self._release(report, hold_s=HOLD_FAILURES_S if is_patient else 0.0)
        return report

    async def _claim(
        self,
        feeds: Mapping[str, Feed],
        claim: Callable[[int], Awaitable[list[FeedState]]],
        report: CollectReport,
        flying: Flights,
        *,
        is_patient: bool,
    ) -> bool:
        """Claim some feeds and queue them; whether there were any.

        Not for every landing, and as many again as may go at once: a claim is a write.
        """
        limits, traffic, loop_s = self._limits, self._traffic, asyncio.get_running_loop().time()
        free = limits.concurrency - len(flying)
        if flying and free < max(1, limits.concurrency // 8) and loop_s - self._claimed_at < LOOK_S:
            return True
        room = min(free + limits.concurrency, limits.max_waiting - traffic.turns.waiting)
        claimed = await claim(room) if free > 0 and room > 0 else []
        self._claimed_at = loop_s
        later: list[FeedState] = []
        for state in claimed:
            if state.feed_id in traffic.aloft:
                continue
            if (feed := feeds.get(state.feed_id)) is None:
                # Of a configuration that is being taken over: its own collector is not to find a lease on it.
                later.append(replace(state, next_check_at=self._clock.now() + timedelta(seconds=LOOK_S)))
                continue
            if (at := self._later(feed, state, is_patient=is_patient)) is None:
                traffic.queue(feed, state, limits=self._polling)
            else:
                later.append(replace(state, next_check_at=at))
        if later:
            await self._store.commit_intake(Intake(feed_states=tuple(later)))
            report.deferred += len(later)
        return bool(claimed)

    def _later(self, feed: Feed, state: FeedState, *, is_patient: bool) -> datetime | None:
        """When a feed that need not wait here is worth claiming again; those of one host come one after the other."""
        traffic, ticks = self._traffic, self._ticks()
        quiet_s = traffic.quiet_s(host_of(polling.asked_url(feed, state)), ticks=ticks)
        wait_s = traffic.wait_s(feed, state, ticks=ticks, limits=self._polling)
        if not quiet_s and (not is_patient or wait_s <= self._limits.max_wait_s):
            return None
        wait_s = traffic.book(feed, state, max(wait_s, quiet_s), ticks=ticks, limits=self._polling)
        return self._clock.now() + timedelta(seconds=wait_s)

    def _launch(self, feeds: Mapping[str, Feed], flying: Flights, done: asyncio.Queue[Check | None]) -> None:
        """Start those whose turn it is."""
        turns = self._traffic.turns
        while len(flying) < self._limits.concurrency:
            if (turn := turns.take(self._ticks(), self._chance())) is None:
                return
            state, pair = turn[0].state, turn[1]
            feed = feeds.get(state.feed_id)
            if feed is None or feed.url != state.url:  # the configuration changed while it waited
                turns.land(pair, self._ticks())
                self._traffic.aloft.discard(state.feed_id)
                continue
            flying.add(self._start(feed, state, pair, done))

    def _start(
        self, feed: Feed, state: FeedState, pair: tuple[str, str], done: asyncio.Queue[Check | None]
    ) -> asyncio.Task[None]:
        """The turn ends with the answer, and in any case with the flight (one may be cancelled before it began)."""
        landings = [pair]
        self._traffic.asked[feed.id] = state

        def land(outcome: FetchOutcome | None) -> None:
            if landings:
                self._traffic.turns.land(landings.pop(), self._ticks())
            if isinstance(outcome, FetchFailed) and outcome.status:
                pause_s = polling.pause_wished_s(outcome, self._polling)
                self._traffic.hush(outcome.url, pause_s, ticks=self._ticks())

        async def fly() -> None:
            self._traffic.turns.begin(pair, self._ticks())
            await done.put(await self._checker.check(feed, state, land))

        task = asyncio.create_task(fly())
        task.add_done_callback(lambda _: land(None))
        return task

    def _turn_in_s(self) -> float:
        at = self._traffic.turns.next_at()
        return LOOK_S if at is None else max(at - self._ticks(), 0.001)

    async def _keep_all(self, done: asyncio.Queue[Check | None], report: CollectReport) -> None:
        """Keep what lands, as much at a time as is there; None ends it."""
        is_open, limits = True, self._limits
        while is_open:
            checks, is_open = await together(done, at_most=limits.per_batch, entries=limits.entries_per_batch)
            self._traffic.outages.note(checks)
            await self._keep([check for check in checks if not may_be_ours(check)], report)
            self._traffic.held += [check for check in checks if may_be_ours(check)]
            await self._release(report)

    async def _release(self, report: CollectReport, *, hold_s: float = HOLD_FAILURES_S) -> None:
        """Keep the held failures that can be judged by what is known of our own line."""
        traffic = self._traffic
        if traffic.held:
            judged = traffic.outages.judge(traffic.held, self._clock.now(), hold_s=hold_s)
            traffic.held = list(judged.undecided)
            await self._keep(judged.ours, report, is_own_outage=True)
            await self._keep(judged.theirs, report)
        report.is_own_outage = traffic.outages.is_on

    async def _keep(self, checks: Sequence[Check], report: CollectReport, *, is_own_outage: bool = False) -> None:
        """One commit for all. If something in them raises, one each, so that one feed cannot sink the others."""
        if not checks:
            return
        after: dict[str, FeedState] = {}
        try:
            tally = await self._intaker.take_in([self._account(check, after, is_own_outage) for check in checks])
        except StoreError:
            raise
        except Exception as error:  # the boundary of the unit
            if len(checks) > 1:
                for check in checks:
                    await self._keep([check], report, is_own_outage=is_own_outage)
                return
            log.exception("what a feed brought cannot be kept", extra={"feed": checks[0].feed.id})
            broken = replace(checks[0], outcome=polling.unforeseen(checks[0].feed.url, error), parsed=None)
            tally = await self._intaker.take_in([self._account(broken, after, is_own_outage)])
            checks = [broken]
        report.tally.add(tally)
        for check in checks:
            self._traffic.aloft.discard(check.feed.id)
            self._traffic.asked.pop(check.feed.id, None)
            _count(check, after[check.feed.id], report)

    def _account(self, check: Check, after: dict[str, FeedState], is_own_outage: bool) -> tuple[Check, StateAfter]:
        """The check, and what its feed's state becomes once its body is held against what was known."""

        def state_after(reading: Reading | None) -> FeedState:
            outcome = polling.CheckOutcome(
                fetch=check.outcome,
                body_digest=check.digest,
                reading=reading,
                document=check.document,
                is_own_outage=is_own_outage,
                is_whole=check.is_whole,
                remark="; ".join(check.parsed.remarks) if check.parsed else "",
            )
            state = polling.next_check(
                check.feed,
                check.state,
                outcome,
                now=check.checked_at,
                rng_value=self._chance(),
                limits=self._polling,
            )
            if check.parsed is not None:
                has_news = reading is not None and reading.new > 0
                known_items = remembered(check.parsed, check.state.known_items, has_news=has_news)
                state = replace(state, known_items=known_items)
            after[check.feed.id] = state
            return state

        return check, state_after


def _count(check: Check, after: FeedState, report: CollectReport) -> None:
    report.checked += 1
    before, now = check.state.health, after.health
    if now.condition != before.condition:
        report.changed[check.feed.id] = (before.condition, now.condition, now.reason)
    if after.rhythm.gaps > check.state.rhythm.gaps:
        report.gaps[check.feed.id] = after.rhythm.gap_missed
    if isinstance(check.outcome, FetchFailed):
        if after.failures > check.state.failures:
            report.failures[check.feed.id] = check.outcome.message
        return
    if isinstance(check.outcome, NotModified):
        report.not_modified += 1
    elif check.parsed is None:
        report.unchanged += 1
