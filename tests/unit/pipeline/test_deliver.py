from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.errors import DeliveryError, StoreError
from monitor.model.commits import DigestCommit
from monitor.model.digests import Delivery, DeliveryState, Slot
from monitor.pipeline.deliver import DeliverReport, deliver
from monitor.ports import PhaseMark
from tests.factories import NOW, make_delivery
from tests.fakes import MemoryStore

BUSY = DeliveryError("451 greylisted", permanent=False, code=451)
GONE = DeliveryError("550 no such mailbox", permanent=True, code=550)
LOST = DeliveryError("no answer after the last byte", permanent=False, uncertain=True, blame="channel")
BROKEN = DeliveryError("cannot connect", permanent=False, blame="channel")


class Clock:
    """Stands still, or moves when told."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


class ScriptedChannel:
    """Ends each send as scripted, then well; remembers what it handed over."""

    def __init__(self, *script: BaseException | None, marks: bool = True) -> None:
        self.script = list(script)
        self.marks = marks
        self.tried: list[str] = []
        self.handed_over: list[bytes] = []

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        self.tried.append(delivery.id)
        error = self.script.pop(0) if self.script else None
        if error is not None and not (isinstance(error, DeliveryError) and error.uncertain) and self.marks:
            raise error
        await mark()
        self.handed_over.append(delivery.message.content)
        if error is not None:
            raise error
        return "250 taken"

    async def close(self) -> None:
        """Nothing is open."""


async def outbox(*deliveries: Delivery) -> MemoryStore:
    store = MemoryStore()
    for delivery in deliveries:
        slot = Slot(key=delivery.id, at=NOW)
        kept = replace(delivery, slot_key=delivery.id)
        await store.commit_digest(
            DigestCommit(recipient_id="analyst", slot=slot, next_slot=slot, deliveries=(kept,), at=NOW)
        )
    return store


async def round_of(store: MemoryStore, channel: ScriptedChannel, clock: Clock | None = None) -> DeliverReport:
    return await deliver(store=store, channels={"maildir": channel}, clock=clock or Clock(), rng=lambda: 0.5)


async def test_every_due_delivery_is_sent_once_and_its_reply_kept() -> None:
    store = await outbox(make_delivery("d1"), make_delivery("d2"))
    channel = ScriptedChannel()
    report = await round_of(store, channel)
    assert report.sent == ("d1", "d2")
    assert {d.state for d in store.outbox.values()} == {DeliveryState.SENT}
    assert store.outbox["d1"].last_reply == "250 taken"
    assert await round_of(store, channel) == DeliverReport()


async def test_a_delivery_of_the_future_waits() -> None:
    store = await outbox(make_delivery("d1", next_attempt_at=NOW + timedelta(minutes=1)))
    assert await round_of(store, ScriptedChannel()) == DeliverReport()


async def test_a_refusal_for_now_is_tried_again_later_and_does_not_stop_the_others() -> None:
    store = await outbox(make_delivery("d1"), make_delivery("d2"))
    clock, channel = Clock(), ScriptedChannel(BUSY)
    report = await round_of(store, channel, clock)
    assert (report.later, report.sent) == (("d1",), ("d2",))
    assert report.problems == (("d1", "analyst", "451 greylisted"),)
    assert await round_of(store, channel, clock) == DeliverReport()
    clock.at = NOW + timedelta(minutes=1)
    assert (await round_of(store, channel, clock)).sent == ("d1",)


async def test_a_permanent_refusal_is_dead_at_once() -> None:
    store = await outbox(make_delivery("d1"), make_delivery("d2"))
    report = await round_of(store, ScriptedChannel(GONE))
    assert (report.dead, report.sent) == (("d1",), ("d2",))


async def test_a_broken_channel_is_tried_once_a_round_and_the_other_channel_goes_on() -> None:
    store = await outbox(*(make_delivery(f"d{n}") for n in range(4)), make_delivery("d9", channel="smtp"))
    broken, smtp = ScriptedChannel(BROKEN), ScriptedChannel()
    report = await deliver(store=store, channels={"maildir": broken, "smtp": smtp}, clock=Clock(), rng=lambda: 0.5)
    assert broken.tried == ["d0"]
    assert report.sent == ("d9",)
    assert report.later == ("d0", "d1", "d2", "d3")
    assert all("not tried: cannot connect" in reason for _, _, reason in report.problems[1:])


async def test_mail_whose_channel_was_taken_out_of_the_configuration_waits_and_says_for_what() -> None:
    store = await outbox(make_delivery("d1", channel="fax"))
    report = await round_of(store, ScriptedChannel())
    assert report.later == ("d1",)
    assert "there is no channel 'fax' any more (there is maildir); put it back" in store.outbox["d1"].last_reply


async def test_a_round_that_is_to_stop_claims_nothing_more() -> None:
    store = await outbox(make_delivery("d1"), make_delivery("d2"))
    channel = ScriptedChannel()
    report = await deliver(
        store=store,
        channels={"maildir": channel},
        clock=Clock(),
        rng=lambda: 0.5,
        is_stopping=lambda: (
            store.outbox["d1"].state is DeliveryState.SENT or store.outbox["d2"].state is DeliveryState.SENT
        ),
    )
    assert len(report.sent) == 1


async def test_an_uncertain_mail_is_repeated_once_with_the_same_bytes() -> None:
    store = await outbox(make_delivery("d1"))
    clock, channel = Clock(), ScriptedChannel(LOST)
    assert (await round_of(store, channel, clock)).uncertain == ("d1",)
    clock.at = NOW + timedelta(minutes=14)
    assert await round_of(store, channel, clock) == DeliverReport()
    clock.at = NOW + timedelta(minutes=15)
    assert (await round_of(store, channel, clock)).sent == ("d1",)
    assert len(channel.handed_over) == 2
    assert len(set(channel.handed_over)) == 1


async def test_a_mail_uncertain_twice_is_given_up_loudly() -> None:
    store = await outbox(make_delivery("d1"))
    clock, channel = Clock(), ScriptedChannel(LOST, LOST)
    await round_of(store, channel, clock)
    clock.at = NOW + timedelta(minutes=15)
    report = await round_of(store, channel, clock)
    assert report.dead == ("d1",)
    assert "may have arrived" in report.problems[0][2]


async def test_a_bug_in_a_channel_is_certain_before_the_last_byte_and_uncertain_after_it() -> None:
    store = await outbox(make_delivery("d1"))
    assert (await round_of(store, ScriptedChannel(KeyError("bug")))).later == ("d1",)
    store = await outbox(make_delivery("d1"))
    assert (await round_of(store, ScriptedChannel(KeyError("bug"), marks=False))).uncertain == ("d1",)


async def test_a_store_that_fails_after_the_send_makes_no_retry_of_its_own() -> None:
    store = await outbox(make_delivery("d1"))
    channel = ScriptedChannel()

    async def failing(outcome: object) -> None:
        raise StoreError("disk full")

    store.commit_outcome = failing  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        await round_of(store, channel)
    assert store.outbox["d1"].phase == "data"
    assert len(channel.handed_over) == 1


async def test_a_crash_before_the_last_byte_is_sent_again_and_one_after_it_is_repeated_once() -> None:
    clock = Clock()
    for marks, state in ((True, DeliveryState.PENDING), (False, DeliveryState.UNCERTAIN)):
        store = await outbox(make_delivery("d1"))
        with pytest.raises(asyncio.CancelledError):
            await round_of(store, ScriptedChannel(asyncio.CancelledError(), marks=marks), clock)
        assert store.outbox["d1"].state is DeliveryState.SENDING
        later = Clock()
        later.at = NOW + timedelta(minutes=16)
        channel = ScriptedChannel()
        report = await round_of(store, channel, later)
        assert report.sent == (("d1",) if state is DeliveryState.PENDING else ())
        later.at = NOW + timedelta(minutes=32)
        await round_of(store, channel, later)
        assert store.outbox["d1"].state is DeliveryState.SENT
        assert len(channel.handed_over) == 1
