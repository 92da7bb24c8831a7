"""Deliver: due deliveries → channels → outcomes.

`try` embraces the send alone: a fault in our own bookkeeping after a successful send must not become a retry. One
delivery is claimed at a time, so that a lease has to outlive one send only. A channel that is broken (credentials,
certificate, connection) is left alone for the rest of the round: its other deliveries wait with it, untried.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.retries import next_state
from monitor.errors import DeliveryError
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState
from monitor.ports import Channel, Clock, DeliverStore

log = logging.getLogger(__name__)

# A lease has to outlive one send; the SMTP channel gives up after 14 minutes.
LEASE_S = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverReport:
    """What a round came to. `problems` are (delivery id, recipient id, reason) of all that was not sent."""

    sent: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    problems: tuple[tuple[str, str, str], ...] = ()


async def deliver(
    *,
    store: DeliverStore,
    channels: Mapping[str, Channel],
    clock: Clock,
    rng: Callable[[], float],
    lease_s: float = LEASE_S,
    is_stopping: Callable[[], bool] = lambda: False,
) -> DeliverReport:
    """One round: every delivery due at its start is tried at most once; ends when none is left.

    `rng` gives numbers in [0, 1) that spread the retries. Cancelled in a send, the delivery stays leased and comes
    back as the store finds it: to be sent, or uncertain once its last byte was about to leave.
    """
    started_at = clock.now()
    stopped: dict[str, DeliveryError] = {}
    outcomes: list[tuple[Delivery, DeliveryOutcome]] = []
    while not is_stopping() and (
        claimed := await store.claim_deliveries(started_at, limit=1, lease_s=_lease(clock, started_at, lease_s))
    ):
        for delivery in claimed:
            error, reply = await _attempt(delivery, store=store, channels=channels, stopped=stopped)
            if error is not None and error.blame == "channel":
                stopped.setdefault(delivery.channel, error)
            outcome = next_state(delivery, error, now=clock.now(), rng_value=rng(), reply=reply)
            await store.commit_outcome(outcome)
            outcomes.append((delivery, outcome))
            _log_outcome(delivery, outcome)
    return _report(outcomes)


def _lease(clock: Clock, started_at: datetime, lease_s: float) -> float:
    """A lease of `lease_s` from now, counted from the round's start as the claim counts it."""
    return (clock.now() - started_at).total_seconds() + lease_s


async def _attempt(
    delivery: Delivery, *, store: DeliverStore, channels: Mapping[str, Channel], stopped: Mapping[str, DeliveryError]
) -> tuple[DeliveryError | None, str]:
    """One send: its error, or the receiver's reply."""
    channel = channels.get(delivery.channel)
    if channel is None:
        names = ", ".join(sorted(channels)) or "none"
        # Not dead: the operator took the channel out of the configuration with mail still waiting for it.
        message = (
            f"there is no channel {delivery.channel!r} any more (there is {names}); "
            "put it back into monitor.yaml until what waits is delivered"
        )
        return DeliveryError(message, permanent=False, blame="channel"), ""
    if (broken := stopped.get(delivery.channel)) is not None:
        # Not tried, so certain: even when the attempt that stopped the channel was not.
        return _untried(broken, delivery.channel), ""
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
    if outcome.state is DeliveryState.SENT:
        log.info("digest delivered", extra=facts)
    elif outcome.state is DeliveryState.DEAD:
        log.error("digest not deliverable, given up", extra=facts)
    else:
        log.warning("digest not delivered yet", extra={**facts, "next_attempt_at": outcome.next_attempt_at})
