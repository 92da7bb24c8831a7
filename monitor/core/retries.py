"""What becomes of a delivery after an attempt: error × attempt × now → next state.

The states and the one repeat are law 5 of the architecture: before the last byte every failure is certain, and the
same bytes may be tried again; after it the receiver may have taken them. Then they are sent once more after a
while (same bytes, same Message-ID), and if that attempt is uncertain too, the delivery is dead: loud, with both
possibilities named, because a third copy would break the promise and "sent" would be a guess.

A delivery that is given up and certainly never arrived is no loss: what it told becomes untold (`is_untold`), and the
next digest tells it. A channel that is broken is left alone as a whole: whatever waits for it has the same next time,
so that a wrong password is shown to the server once in a while, not once a reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import DeliveryError
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState
from monitor.model.preferences import Preference
from monitor.model.suspensions import Suspension

# Minutes before the second, third, … attempt, the last one for all that follow. Origin: the house's schedule for 4xx.
DELAYS_MIN = (1, 5, 15, 60)
# How long after composing a delivery is given up when this address is refused for now: a day, the next digest is due.
RECIPIENT_PATIENCE = timedelta(hours=24)
# … and when the way itself is broken (RFC 5321 §4.5.4.1: at least four to five days): a weekend must not lose mail.
CHANNEL_PATIENCE = timedelta(days=5)
REPEAT_DELAY = timedelta(minutes=15)
# Delays are spread by a tenth either way, so that what failed together does not come back together.
SPREAD = 0.1
MAX_REPLY_LENGTH = 500
NOT_SENT = "not sent,"
"""So begins what is noted of mail that was held back: nothing failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """A broken channel that is left alone until then, after so many failures in a row; `error` is the last one."""

    error: DeliveryError
    until: datetime
    failures: int = 1


def back_off(former: Backoff | None, error: DeliveryError, *, now: datetime, rng_value: float) -> Backoff:
    """For how long a channel is left alone that has just failed with `error`, and with `former` before it."""
    failures = former.failures + 1 if former else 1
    return Backoff(error=error, until=now + _delay(failures, error, rng_value), failures=failures)


def next_state(
    delivery: Delivery,
    error: DeliveryError | None,
    *,
    now: datetime,
    rng_value: float,
    reply: str = "",
    until: datetime | None = None,
) -> DeliveryOutcome:
    """What to keep of an attempt that ended with `error`, or with `reply` when it ended well.

    `delivery` is as claimed (this attempt is counted in `attempts`); `rng_value` lies in [0, 1). `until`: when its
    channel is used again, for an attempt that was not certain to fail for good.
    """
    if error is None:
        return _outcome(delivery, DeliveryState.SENT, now, reply=reply)
    text = str(error)
    if error.uncertain:
        if delivery.was_uncertain:
            text = f"uncertain for the second time, so it is not sent again (it may have arrived, even twice): {text}"
            return _outcome(delivery, DeliveryState.DEAD, now, code=error.code, reply=text)
        at = now + REPEAT_DELAY
        return _outcome(delivery, DeliveryState.UNCERTAIN, now, code=error.code, reply=text, next_at=at)
    if error.permanent:
        return _given_up(delivery, now, code=error.code, reply=text)
    at = until or now + _delay(delivery.attempts, error, rng_value)
    patience = CHANNEL_PATIENCE if error.blame == "channel" else RECIPIENT_PATIENCE
    if at > delivery.composed_at + patience:
        return _given_up(delivery, now, code=error.code, reply=f"given up after {delivery.attempts} attempts: {text}")
    # After an uncertain attempt a certain failure changes nothing: the one repeat is still owed.
    state = DeliveryState.UNCERTAIN if delivery.was_uncertain else DeliveryState.PENDING
    return _outcome(delivery, state, now, code=error.code, reply=text, next_at=at)


def withheld(delivery: Delivery, suspension: Suspension, *, now: datetime) -> DeliveryOutcome:
    """What becomes of mail that was composed before its address was suspended: it is not sent."""
    text = f"{NOT_SENT} {suspension.address} is suspended since {suspension.at:%Y-%m-%d %H:%M} UTC: {suspension.reason}"
    return _given_up(delivery, now, code=0, reply=text)


def unwanted(delivery: Delivery, preference: Preference, *, now: datetime) -> DeliveryOutcome:
    """What becomes of mail that was composed before its reader unsubscribed: it is not sent."""
    return _given_up(delivery, now, code=0, reply=f"{NOT_SENT} unsubscribed since {preference.at:%Y-%m-%d %H:%M} UTC")


def strange(delivery: Delivery, *, now: datetime) -> DeliveryOutcome:
    """What becomes of mail that was composed before its reader was taken out of the configuration: it is not sent."""
    return _given_up(delivery, now, code=0, reply=f"{NOT_SENT} {delivery.recipient_id} is no recipient any more")


def _given_up(delivery: Delivery, now: datetime, *, code: int, reply: str) -> DeliveryOutcome:
    """Not sent again. An earlier attempt may have arrived all the same; then what it told stays told."""
    return _outcome(delivery, DeliveryState.DEAD, now, code=code, reply=reply, is_untold=not delivery.was_uncertain)


def _delay(failures: int, error: DeliveryError, rng_value: float) -> timedelta:
    minutes = DELAYS_MIN[min(max(failures, 1), len(DELAYS_MIN)) - 1]
    seconds = minutes * 60 * (1 - SPREAD + 2 * SPREAD * rng_value)
    wish = min(error.retry_after_s or 0.0, RECIPIENT_PATIENCE.total_seconds() / 2)
    return timedelta(seconds=max(seconds, wish))


def _outcome(
    delivery: Delivery,
    state: DeliveryState,
    now: datetime,
    *,
    code: int = 0,
    reply: str = "",
    next_at: datetime | None = None,
    is_untold: bool = False,
) -> DeliveryOutcome:
    return DeliveryOutcome(
        delivery_id=delivery.id,
        state=state,
        at=now,
        next_attempt_at=next_at,
        code=code,
        reply=reply[:MAX_REPLY_LENGTH],
        is_untold=is_untold,
    )
