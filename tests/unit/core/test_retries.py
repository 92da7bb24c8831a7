from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.retries import next_state
from monitor.errors import DeliveryError
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState
from tests.factories import NOW, make_delivery

BUSY = DeliveryError("451 try later", permanent=False, code=451)
GONE = DeliveryError("550 no such mailbox", permanent=True, code=550)
LOST = DeliveryError("no answer after the last byte", permanent=False, uncertain=True, blame="channel")
BROKEN = DeliveryError("cannot connect", permanent=False, blame="channel")


def after(
    error: DeliveryError | None, *, now: datetime = NOW, rng_value: float = 0.5, **facts: object
) -> DeliveryOutcome:
    delivery = make_delivery(**{"state": DeliveryState.SENDING, "attempts": 1, **facts})
    return next_state(delivery, error, now=now, rng_value=rng_value, reply="250 taken")


def test_a_send_without_error_is_sent_and_keeps_the_receivers_words() -> None:
    outcome = after(None)
    assert (outcome.state, outcome.reply, outcome.next_attempt_at) == (DeliveryState.SENT, "250 taken", None)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (12, 60)])
def test_a_busy_receiver_is_tried_again_after_longer_and_longer(attempts: int, minutes: int) -> None:
    outcome = after(BUSY, attempts=attempts)
    assert outcome.state is DeliveryState.PENDING
    assert outcome.next_attempt_at == NOW + timedelta(minutes=minutes)
    assert outcome.code == 451


def test_after_a_day_of_refusals_a_delivery_is_dead_and_says_why() -> None:
    outcome = after(BUSY, attempts=27, now=NOW + timedelta(hours=23, minutes=30))
    assert outcome.state is DeliveryState.DEAD
    assert outcome.reply == "given up after 27 attempts: 451 try later"


def test_a_broken_way_is_waited_for_over_a_weekend() -> None:
    assert after(BROKEN, attempts=70, now=NOW + timedelta(days=3)).state is DeliveryState.PENDING
    assert after(BROKEN, attempts=130, now=NOW + timedelta(days=5)).state is DeliveryState.DEAD


def test_a_permanent_refusal_is_dead_at_once() -> None:
    outcome = after(GONE)
    assert (outcome.state, outcome.code, outcome.next_attempt_at) == (DeliveryState.DEAD, 550, None)


def test_an_uncertain_mail_is_repeated_once_after_a_quarter_of_an_hour() -> None:
    outcome = after(LOST)
    assert outcome.state is DeliveryState.UNCERTAIN
    assert outcome.next_attempt_at == NOW + timedelta(minutes=15)


def test_an_uncertain_repeat_is_not_repeated_again() -> None:
    outcome = after(LOST, was_uncertain=True, attempts=2)
    assert outcome.state is DeliveryState.DEAD
    assert "may have arrived" in outcome.reply


def test_a_repeat_that_certainly_failed_is_still_owed() -> None:
    outcome = after(BUSY, was_uncertain=True, attempts=2)
    assert outcome.state is DeliveryState.UNCERTAIN
    assert outcome.next_attempt_at == NOW + timedelta(minutes=5)


def test_the_receivers_own_wish_is_heard_when_it_is_longer() -> None:
    wish = DeliveryError("wait", permanent=False, retry_after_s=3600)
    assert after(wish).next_attempt_at == NOW + timedelta(hours=1)
    endless = DeliveryError("wait", permanent=False, retry_after_s=1e9)
    assert after(endless).next_attempt_at == NOW + timedelta(hours=12)


def test_a_long_reply_is_cut() -> None:
    assert len(after(DeliveryError("x" * 9999, permanent=True)).reply) == 500


FAULTS = st.tuples(st.sampled_from((BUSY, BROKEN, LOST, GONE)), st.floats(0, 1, exclude_max=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(FAULTS, min_size=1, max_size=12).map(lambda faults: faults * (200 // len(faults))))
def test_whatever_happens_a_delivery_ends_and_is_handed_over_uncertainly_at_most_twice(
    faults: list[tuple[DeliveryError, float]],
) -> None:
    delivery: Delivery = make_delivery(state=DeliveryState.SENDING)
    now, uncertain = NOW, 0
    for attempt, (error, rng_value) in enumerate(faults, 1):
        delivery = replace(delivery, attempts=attempt)
        outcome = next_state(delivery, error, now=now, rng_value=rng_value)
        uncertain += error.uncertain
        if outcome.state is DeliveryState.DEAD:
            break
        assert outcome.next_attempt_at is not None
        assert outcome.next_attempt_at > now
        now = outcome.next_attempt_at
        delivery = replace(delivery, was_uncertain=delivery.was_uncertain or outcome.state is DeliveryState.UNCERTAIN)
    assert outcome.state is DeliveryState.DEAD
    assert uncertain <= 2
