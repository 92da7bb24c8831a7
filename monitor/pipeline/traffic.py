"""What outlives a collector when the configuration is read again: turns at hosts, the last look, our own outages."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core import polling
from monitor.core.polling import Look, PollingLimits, Turns
from monitor.core.urls import host_of
from monitor.model.feeds import Feed, FeedState, FetchFailed
from monitor.pipeline.intake import Check

HOLD_FAILURES_S = 3600.0
"""For so long a failure that may be our own waits to hear of another host; who polls few feeds hears seldom."""
_UNDER_WAY = timedelta(seconds=5)
"""An answer so soon after the beginning of a request that fails may have been on its way when the line went down."""
_MOMENTS = 10_000
_MAX_FOLLOW_UP_WAIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A claimed feed that waits for its turn."""

    state: FeedState
    host: str
    outlet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Failures that may be our own line's, and whose they are."""

    ours: Sequence[Check] = ()
    theirs: Sequence[Check] = ()
    undecided: Sequence[Check] = ()


class Outages:
    """Whether our own line is down: no matter of time but of evidence, which comes from other hosts.

    An answer after a failure proves that the line is up, one before it proves nothing: a line goes down between two
    requests. Requests begun since the last answer prove that it is down, if enough hosts failed that did not fail
    before, and nobody answered for some seconds. An outage lasts until something answers.
    """

    def __init__(self) -> None:
        self.is_on = False
        self._answered_at: datetime | None = None

    def note(self, checks: Sequence[Check]) -> None:
        """Take notice of what answered."""
        for check in checks:
            if _has_answered(check):
                self.is_on = False
                self._answered_at = check.checked_at

    def judge(self, held: Sequence[Check], now: datetime, *, hold_s: float = HOLD_FAILURES_S) -> Judgement:
        """Decide for failures held back; those held for `hold_s` without any evidence are theirs.

        With 0 nothing more is under way, and no silence need be waited for.
        """
        answered_at = self._answered_at
        theirs = [check for check in held if answered_at is not None and _begun(check) + _UNDER_WAY <= answered_at]
        run = [check for check in held if answered_at is None or _begun(check) + _UNDER_WAY > answered_at]
        self.is_on = self.is_on or self._is_proven(run, now, is_over=not hold_s)
        if self.is_on:
            return Judgement(ours=run, theirs=theirs)
        # By its amount: the clock may have been set.
        is_old = [abs((now - check.checked_at).total_seconds()) >= hold_s for check in run]
        theirs += [check for check, old in zip(run, is_old, strict=True) if old]
        return Judgement(theirs=theirs, undecided=[check for check, old in zip(run, is_old, strict=True) if not old])

    def _is_proven(self, run: Sequence[Check], now: datetime, *, is_over: bool) -> bool:
        """Who failed before tells nothing, nor who was asked before the last answer came."""
        answered_at = self._answered_at
        fresh = [c for c in run if not c.state.failures and (answered_at is None or _begun(c) > answered_at)]
        silent_since = answered_at or min(map(_begun, fresh), default=now)
        if not is_over and now - silent_since < _UNDER_WAY:
            return False
        return polling.is_own_outage((polling.asked_url(c.feed, c.state), c.outcome) for c in fresh)


def _begun(check: Check) -> datetime:
    """When its request began: a timeout is long in coming."""
    return check.checked_at - timedelta(seconds=check.outcome.elapsed_s)


def _has_answered(check: Check) -> bool:
    """What our own rules refused, or broke, proves nothing."""
    return not may_be_ours(check) and not (isinstance(check.outcome, FetchFailed) and not check.outcome.status)


def may_be_ours(check: Check) -> bool:
    """Whether a check's failure could be our own line's."""
    return polling.may_be_ours(polling.asked_url(check.feed, check.state), check.outcome)


class Moments:
    """Host → a moment to come, in ticks. What is past is forgotten, and that costs O(1) a host, however many there are.

    Names come from redirects, too: a hostile one may bring another host with every answer.
    """

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._swept_over = _MOMENTS

    def __len__(self) -> int:
        return len(self._at)

    def of(self, host: str) -> float:
        """0.0 for none."""
        return self._at.get(host, 0.0)

    def keep(self, host: str, at: float, *, ticks: float) -> None:
        """Keep a moment instead of the one before."""
        self._at[host] = at
        if len(self._at) > self._swept_over:
            self._at = {name: then for name, then in self._at.items() if then > ticks}
            self._swept_over = max(_MOMENTS, 2 * len(self._at))


class Traffic:
    """Who is under way, whose turn comes when, and which hosts want quiet. Hand it on when a collector is replaced.

    `aloft` are the feeds between their claim and the commit of what became of them, `asked` those of them whose server
    was asked, `held` the failed checks that may be our own outage's. `returning` are states to be kept as soon as the
    store takes them. Ticks are the seconds of a clock
    that only runs forward; hosts' wishes come in its terms.
    """

    def __init__(self) -> None:
        self.turns: Turns[Waiting] = Turns()
        self.outages = Outages()
        self.look: Look | None = None
        self.aloft: set[str] = set()
        self.asked: dict[str, FeedState] = {}
        self.held: list[Check] = []
        self.returning: dict[str, FeedState] = {}
        self._quiet_until = Moments()
        self._booked = Moments()

    def configure(self, limits: PollingLimits) -> None:
        """Take over new limits for the turns that are still to be given."""
        self.turns.at_once, self.turns.jitter = limits.per_host, limits.spacing_jitter

    def remember(self, states: Iterable[FeedState], *, now: datetime, ticks: float) -> None:
        """Hosts that asked for quiet before a restart still want it."""
        for state in states:
            if state.retry_at is not None and state.retry_at > now:
                self.hush(state.move.adopted_url or state.url, (state.retry_at - now).total_seconds(), ticks=ticks)

    def start_slowly(self, states: Iterable[FeedState], *, ticks: float, limits: PollingLimits) -> None:
        """Hosts that were asked before this process began may have been asked just now, by one that was killed."""
        for host in {host_of(state.move.adopted_url or state.url) for state in states if state.checked_at is not None}:
            self.turns.hold(host, ticks + _spacing_s(host, limits))

    def hush(self, url: str, pause_s: float, *, ticks: float) -> None:
        """The host of this address wants no request for so long; only a public host speaks for all its feeds."""
        host = host_of(url)
        if pause_s > 0 and polling.is_public(host):
            until = max(self._quiet_until.of(host), ticks + pause_s)
            self._quiet_until.keep(host, until, ticks=ticks)
            self.turns.hold(host, until)

    def quiet_s(self, host: str, *, ticks: float) -> float:
        """For how long a host wants no request."""
        return max(self._quiet_until.of(host) - ticks, 0.0)

    def wait_s(self, feed: Feed, state: FeedState, *, ticks: float, limits: PollingLimits) -> float:
        """About how long this feed would wait for its turn."""
        host = host_of(polling.asked_url(feed, state))
        spacing_s = _spacing_s(host, limits)
        return max(self.turns.ready_at(host, feed.outlet, spacing_s) - ticks, 0.0)

    def book(self, feed: Feed, state: FeedState, wait_s: float, *, ticks: float, limits: PollingLimits) -> float:
        """In how many seconds, `wait_s` at least, a feed given back may come: behind the last one given back."""
        host = host_of(polling.asked_url(feed, state))
        behind = self._booked.of(host) + max(_spacing_s(host, limits), 1.0)
        at = max(ticks + wait_s, behind)
        self._booked.keep(host, at, ticks=ticks)
        return at - ticks

    def idle_s(self, due_at: datetime | None, *, now: datetime, ticks: float) -> float:
        """For how long a round would bring nothing: until a feed is due or a turn comes."""
        turn_at = self.turns.next_at()
        waits = [(due_at - now).total_seconds()] if due_at is not None else []
        waits += [turn_at - ticks] if turn_at is not None else []
        return max(min(waits, default=math.inf), 0.0)

    def recall(self) -> None:
        """Let nobody wait for a turn any more: they go back to the store."""
        states = {waiting.state.feed_id: waiting.state for waiting in self.turns.drain()}
        self.aloft -= states.keys()
        self.returning |= states

    def acquit(self) -> None:
        """Let go of failures that were not judged yet, at the end of the process: their feeds are asked again."""
        self.returning |= {check.feed.id: check.state for check in self.held}
        self.aloft -= {check.feed.id for check in self.held}
        self.held.clear()

    def lose(
        self, feeds: Mapping[str, Feed], *, now: datetime, chance: Callable[[], float], limits: PollingLimits
    ) -> None:
        """Plan anew what was asked and cannot be kept; its servers were asked, so it does not come back at once."""
        held = {check.feed.id for check in self.held}
        for feed_id, state in self.asked.items():
            if feed_id in feeds and feed_id not in held:
                self.returning[feed_id] = polling.lost(
                    feeds[feed_id], state, now=now, rng_value=chance(), limits=limits
                )

    def forget_flights(self) -> None:
        """A round broke off: what was in flight is so no more."""
        self.asked.clear()
        self.aloft = {waiting.state.feed_id for waiting in self.turns} | {check.feed.id for check in self.held}

    def queue(self, feed: Feed, state: FeedState, *, limits: PollingLimits) -> None:
        """Let a claimed feed wait for its turn."""
        host = host_of(polling.asked_url(feed, state))
        waiting = Waiting(state=state, host=host, outlet=feed.outlet)
        self.aloft.add(state.feed_id)
        self.turns.add(waiting, host=host, outlet=feed.outlet, spacing_s=_spacing_s(host, limits))


def _spacing_s(host: str, limits: PollingLimits) -> float:
    return limits.spacing_s if polling.is_public(host) else limits.private_spacing_s


class FollowUps:
    """`ports.Turn` over the traffic: what a check asks beside its feed's address waits for its host like all others.

    Args:
        ticks, pause: As of the collector.
    """

    def __init__(
        self,
        traffic: Traffic,
        *,
        limits: PollingLimits,
        ticks: Callable[[], float],
        chance: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._traffic = traffic
        self._limits = limits
        self._ticks = ticks
        self._chance = chance
        self._pause = pause

    async def __call__(self, url: str, *, outlet: str = "") -> float:
        """See `ports.Turn`; nobody waits longer than a minute here, but for others that are late."""
        host, now = host_of(url), self._ticks()
        spacing_s, turns = _spacing_s(host, self._limits), self._traffic.turns
        within_s, chance = _MAX_FOLLOW_UP_WAIT_S, self._chance()
        at = turns.reserve(host, now, spacing_s=spacing_s, within_s=within_s, outlet=outlet, chance=chance)
        if at is None:
            return max(turns.ready_at(host, outlet, spacing_s) - now, 1.0)
        while wait_s := turns.begin_reserved(host, self._ticks(), at=at, spacing_s=spacing_s, outlet=outlet):
            await self._pause(wait_s)
        return 0.0
