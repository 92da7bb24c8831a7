"""Deliver: due deliveries → channels → outcomes.

Channels work side by side, each with one worker and one delivery at a time: a server that hangs keeps up nobody else,
and a lease has to outlive one send only. `try` embraces the send alone: a fault in our own bookkeeping after a
successful send must not become a retry. A channel that is broken (credentials, certificate, connection) is left alone
until its back-off is over: its other deliveries wait with it, untried.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.core import preferences, retries, suspensions
from monitor.errors import DeliveryError
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState
from monitor.ports import Channel, Clock, DeliverStore

log = logging.getLogger(__name__)

# A lease has to outlive one send; the SMTP channel gives up after 14 minutes.
LEASE_S = 900.0
# So long is waited at a time for a channel's turn, so that a stop is soon noticed.
_NAP_S = 0.5
_NO_CHANNEL = ""
"""The worker that takes what no configured channel is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverReport:
    """What a round came to. `problems` are (delivery id, recipient id, reason) of all that was not sent."""

    sent: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    problems: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class ChannelTurns:
    """What is remembered of channels from round to round: who is at work, and who is left alone for how long.

    A program that starts anew remembers nothing and asks a broken channel once more: somebody may have mended it.
    """

    backoffs: dict[str, retries.Backoff] = field(default_factory=dict)
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    def lock(self, name: str) -> asyncio.Lock:
        """Held while a channel's worker is at work."""
        return self.locks.setdefault(name, asyncio.Lock())


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverRules:
    """`spacing`: channel → the least time between the beginnings of two attempts. `lease_s` outlives one send.

    `recipients` are those there are, by id: what was composed for another is not sent. None: no matter for whom.
    """

    lease_s: float = LEASE_S
    spacing: Mapping[str, timedelta] = field(default_factory=dict)
    recipients: frozenset[str] | None = None


async def deliver(
    *,
    store: DeliverStore,
    channels: Mapping[str, Channel],
    clock: Clock,
    rng: Callable[[], float],
    rules: DeliverRules | None = None,
    turns: ChannelTurns | None = None,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    is_stopping: Callable[[], bool] = lambda: False,
) -> DeliverReport:
    """One round: every delivery due at its start is tried at most once; ends when none is left.

    Channels that another round is still at work on are left out. `rng` gives numbers in [0, 1) that spread the retries,
    `pause` waits so many seconds. Cancelled in a send, the delivery stays leased and comes back as the store finds it:
    to be sent, or uncertain once its last byte was about to leave.
    """
    rules, turns = rules or DeliverRules(), turns or ChannelTurns()
    round_of = _Round(store, channels, clock, rng, rules, turns, pause, is_stopping)
    free = [name for name in (*channels, _NO_CHANNEL) if not turns.lock(name).locked()]
    ends = await asyncio.gather(*(round_of.work(name) for name in free), return_exceptions=True)
    if (error := next((end for end in ends if end is not None), None)) is not None:
        raise error  # the others ended their sends first: cut off in one, a mail would be uncertain
    return _report(round_of.outcomes)


@dataclass(slots=True)
class _Round:
    """One round's workers."""

    store: DeliverStore
    channels: Mapping[str, Channel]
    clock: Clock
    rng: Callable[[], float]
    rules: DeliverRules
    turns: ChannelTurns
    pause: Callable[[float], Awaitable[None]]
    is_stopping: Callable[[], bool]
    started_at: datetime = field(init=False)
    outcomes: list[tuple[Delivery, DeliveryOutcome]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.started_at = self.clock.now()

    async def work(self, name: str) -> None:
        """Deliver what is due on a channel."""
        async with self.turns.lock(name):
            while not self.is_stopping() and await self._turn_comes(name):
                claimed = await self._claim(name)
                if not claimed:
                    return
                for delivery in claimed:
                    outcome = await self._outcome(name, delivery)
                    await self.store.commit_outcome(outcome)
                    self.outcomes.append((delivery, outcome))
                    _log_outcome(delivery, outcome)

    async def _claim(self, name: str) -> list[Delivery]:
        of = {"besides": tuple(self.channels)} if name == _NO_CHANNEL else {"channel": name}
        return await self.store.claim_deliveries(
            self.started_at, limit=1, lease_s=self.rules.lease_s, at=self.clock.now(), **of
        )

    async def _turn_comes(self, name: str) -> bool:
        """Wait until the channel may be used again; False when nothing waits for it, or all is to stop."""
        spacing = self.rules.spacing.get(name)
        if spacing is None:
            return True
        due, last_at = await self.store.waiting(name, due_by=self.started_at)
        if not due:
            # A lapsed lease is settled by claiming only.
            return True
        # A clock that was set back must not hold up the mail.
        while last_at is not None and timedelta() < (left := last_at + spacing - self.clock.now()) <= spacing:
            if self.is_stopping():
                return False
            await self.pause(min(left.total_seconds(), _NAP_S))
        return True

    async def _outcome(self, name: str, delivery: Delivery) -> DeliveryOutcome:
        if self.rules.recipients is not None and delivery.recipient_id not in self.rules.recipients:
            return retries.strange(delivery, now=self.clock.now())
        address = delivery.message.recipient
        held = suspensions.in_force(await self.store.suspensions(), delivery.recipient_id, delivery.channel, address)
        if held is not None:
            return retries.withheld(delivery, held, now=self.clock.now())
        ended = preferences.unsubscribed(delivery.recipient_id, await self.store.preferences())
        if ended is not None:
            return retries.unwanted(delivery, ended, now=self.clock.now())
        error, reply = await self._attempt(name, delivery)
        now, until = self.clock.now(), None
        if error is not None and error.blame == "channel":
            until = self._left_alone(name, error, now)
        else:
            self.turns.backoffs.pop(name, None)
        outcome = retries.next_state(delivery, error, now=now, rng_value=self.rng(), reply=reply, until=until)
        return await self._with_suspension(delivery, error, outcome)

    def _left_alone(self, name: str, error: DeliveryError, now: datetime) -> datetime:
        """When a broken channel is used again."""
        held = self.turns.backoffs.get(name)
        if held is None or held.until <= now:
            held = self.turns.backoffs[name] = retries.back_off(held, error, now=now, rng_value=self.rng())
        return held.until

    async def _attempt(self, name: str, delivery: Delivery) -> tuple[DeliveryError | None, str]:
        """One send: its error, or the receiver's reply."""
        channel = self.channels.get(delivery.channel)
        if channel is None:
            return _no_channel(delivery.channel, self.channels), ""
        held = self.turns.backoffs.get(name)
        if held is not None and self.clock.now() < held.until:
            # Not tried, so certain: even when the attempt that stopped the channel was not.
            return _untried(held.error, delivery.channel), ""
        return await send(delivery, channel, self.store)

    async def _with_suspension(
        self, delivery: Delivery, error: DeliveryError | None, outcome: DeliveryOutcome
    ) -> DeliveryOutcome:
        if error is None or not error.permanent:
            return outcome
        count = await self.store.refused_in_a_row(delivery.recipient_id, delivery.channel, delivery.message.recipient)
        found = suspensions.suspension_after(delivery, error, refusals=count, now=outcome.at)
        return outcome if found is None else suspensions.suspending(outcome, found)


async def send(delivery: Delivery, channel: Channel, store: DeliverStore) -> tuple[DeliveryError | None, str]:
    """Hand one delivery to its channel: what went wrong, or the receiver's reply."""
    is_marked = False

    async def mark() -> None:
        nonlocal is_marked
        await store.mark_phase(delivery.id, "data")
        is_marked = True

    try:
        reply = await channel.send(delivery, mark)
    except DeliveryError as error:
        return error, ""
    except Exception as error:  # a bug in a channel is data too: the others go on
        log.exception("channel failed unexpectedly", extra={"delivery": delivery.id, "channel": delivery.channel})
        reason = f"{type(error).__name__}: {error}"
        return DeliveryError(reason, permanent=False, uncertain=is_marked), ""
    return None, reply


def _no_channel(channel: str, channels: Mapping[str, Channel]) -> DeliveryError:
    """Not dead: the operator took the channel out of the configuration with mail still waiting for it."""
    names = ", ".join(sorted(channels)) or "none"
    message = (
        f"there is no channel {channel!r} any more (there is {names}); "
        "put it back into monitor.yaml until what waits is delivered"
    )
    return DeliveryError(message, permanent=False, blame="channel")


def _untried(broken: DeliveryError, channel: str) -> DeliveryError:
    """For a delivery that shares a broken channel; what may have arrived is the other one, not this."""
    return DeliveryError(
        f"not tried, the channel {channel} failed for another delivery just now (code {broken.code})"
        if broken.uncertain
        else f"not tried: {broken}",
        permanent=False,
        retry_after_s=broken.retry_after_s,
        code=broken.code,
        blame="channel",
    )


def _report(outcomes: list[tuple[Delivery, DeliveryOutcome]]) -> DeliverReport:
    def ids(state: DeliveryState) -> tuple[str, ...]:
        return tuple(outcome.delivery_id for _, outcome in outcomes if outcome.state is state)

    return DeliverReport(
        sent=ids(DeliveryState.SENT),
        later=ids(DeliveryState.PENDING),
        uncertain=ids(DeliveryState.UNCERTAIN),
        dead=ids(DeliveryState.DEAD),
        problems=tuple(
            (delivery.id, delivery.recipient_id, outcome.reply)
            for delivery, outcome in outcomes
            if outcome.state is not DeliveryState.SENT
        ),
    )


def _log_outcome(delivery: Delivery, outcome: DeliveryOutcome) -> None:
    facts = {
        "delivery": delivery.id,
        "recipient": delivery.recipient_id,
        "channel": delivery.channel,
        "attempt": delivery.attempts,
        "reply": outcome.reply,
    }
    if outcome.suspension is not None:
        log.error("address suspended", extra={**facts, "address": outcome.suspension.address})
    if outcome.state is DeliveryState.SENT:
        log.info("digest delivered", extra=facts)
    elif outcome.state is DeliveryState.DEAD and outcome.reply.startswith(retries.NOT_SENT):
        log.info("digest not sent", extra=facts)
    elif outcome.state is DeliveryState.DEAD:
        log.error("digest not deliverable, given up", extra=facts)
    else:
        log.warning("digest not delivered yet", extra={**facts, "next_attempt_at": outcome.next_attempt_at})
