from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.errors import DeliveryError, StoreError
from monitor.model.commits import DigestCommit
from monitor.model.digests import Delivery, DeliveryState, Slot
from monitor.model.notices import NoticeKind
from monitor.model.preferences import Preference, PreferenceKind, Way
from monitor.pipeline.deliver import ChannelTurns, DeliverReport, DeliverRules, deliver
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


class HangingChannel(ScriptedChannel):
    """Says when it is asked, and ends when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked, self.may_end = asyncio.Event(), asyncio.Event()

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        reply = await super().send(delivery, mark)
        self.is_asked.set()
        await self.may_end.wait()
        return reply


async def until(is_so: Callable[[], bool]) -> None:
    """Let others work until something is so."""
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0)


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


async def test_a_channel_that_hangs_keeps_up_no_other_and_later_rounds_leave_it_alone() -> None:
    store = await outbox(make_delivery("d1", channel="smtp"), make_delivery("d2"), make_delivery("d3", channel="smtp"))
    hanging, going, turns = HangingChannel(), ScriptedChannel(), ChannelTurns()
    channels = {"smtp": hanging, "maildir": going}

    async def a_round() -> DeliverReport:
        return await deliver(store=store, channels=channels, clock=Clock(), rng=lambda: 0.5, turns=turns)

    first = asyncio.create_task(a_round())
    await hanging.is_asked.wait()
    await until(lambda: store.outbox["d2"].state is DeliveryState.SENT)
    store.outbox["d4"] = make_delivery("d4", slot_key="d4")
    assert (await a_round()).sent == ("d4",)
    assert hanging.tried == ["d1"], "one delivery at a time, by one worker"
    hanging.may_end.set()
    assert set((await first).sent) == {"d1", "d2", "d3"}


async def test_what_waits_for_a_broken_channel_comes_back_at_one_time_and_is_tried_once_then() -> None:
    store = await outbox(*(make_delivery(f"d{n}") for n in range(5)))
    clock, turns, chances = Clock(), ChannelTurns(), itertools.cycle((0.1, 0.9, 0.3))
    login = DeliveryError("535 wrong password", permanent=False, blame="channel", retry_after_s=3600, code=535)
    channel = ScriptedChannel(*[login] * 3)

    async def a_round() -> DeliverReport:
        return await deliver(
            store=store, channels={"maildir": channel}, clock=clock, rng=lambda: next(chances), turns=turns
        )

    for tried in (1, 2, 3):
        await a_round()
        assert len(channel.tried) == tried
        (again_at,) = {delivery.next_attempt_at for delivery in store.outbox.values()}
        assert again_at >= clock.at + timedelta(hours=1)
        newcomer = f"e{tried}"
        store.outbox[newcomer] = make_delivery(newcomer, slot_key=newcomer, next_attempt_at=clock.at)
        clock.at += timedelta(minutes=59)
        await a_round()
        assert len(channel.tried) == tried, "new mail shows the server no password either"
        assert store.outbox[newcomer].next_attempt_at == again_at
        clock.at = again_at
    assert len((await a_round()).sent) == 8


async def test_a_channel_whose_refusals_go_on_is_left_alone_for_longer_and_longer() -> None:
    store, clock, turns = await outbox(make_delivery("d1")), Clock(), ChannelTurns()
    waits = []
    for _ in range(5):
        await deliver(
            store=store,
            channels={"maildir": ScriptedChannel(BROKEN)},
            clock=clock,
            rng=lambda: 0.5,
            turns=turns,
        )
        waits.append((store.outbox["d1"].next_attempt_at - clock.at) / timedelta(minutes=1))
        clock.at = store.outbox["d1"].next_attempt_at
    assert waits == [1, 5, 15, 60, 60]


async def test_an_address_that_is_gone_gets_nothing_more_and_the_operator_hears_of_it() -> None:
    store = await outbox(make_delivery("d1"), make_delivery("d2"), make_delivery("d3", recipient_id="editor"))
    gone = DeliveryError(
        "refused at RCPT: 550 5.1.1 no such user", permanent=True, code=550, step="RCPT", status="5.1.1"
    )
    channel = ScriptedChannel(gone)
    report = await round_of(store, channel)
    assert (report.dead, report.sent) == (("d1", "d2"), ("d3",))
    assert channel.tried == ["d1", "d3"], "the second was never tried"
    (suspension,) = await store.suspensions()
    assert (suspension.recipient_id, suspension.address) == ("analyst", "analyst@example.org")
    (notice,) = await store.notices(after=0)
    assert (notice.kind, notice.feed_id, notice.address) == (NoticeKind.SUSPENSION, "analyst", "analyst@example.org")
    assert "not sent, analyst@example.org is suspended since 2026-11-22 07:00 UTC" in store.outbox["d2"].last_reply


async def test_three_refusals_of_other_kinds_in_a_row_suspend_and_two_do_not() -> None:
    spam = DeliveryError("554 5.7.1 looks like spam", permanent=True, code=554, step="DATA", status="5.7.1")
    store = await outbox(*(make_delivery(f"d{n}") for n in range(6)))
    channel = ScriptedChannel(spam, spam, None, spam, spam, spam)
    await round_of(store, channel)
    assert len(channel.tried) == 6
    (suspension,) = await store.suspensions()
    assert suspension.reason == "554 5.7.1 looks like spam"


async def test_mail_is_spaced_also_over_a_restart() -> None:
    store = await outbox(*(make_delivery(f"d{n}", channel="smtp") for n in range(3)))
    clock, naps, sent_at = Clock(), list[float](), list[datetime]()

    class Timed(ScriptedChannel):
        async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
            sent_at.append(clock.at)
            return await super().send(delivery, mark)

    async def pause(seconds: float) -> None:
        naps.append(seconds)
        clock.at += timedelta(seconds=seconds)

    async def a_round(stop_after: int = 99) -> None:
        await deliver(
            store=store,
            channels={"smtp": Timed()},
            clock=clock,
            rng=lambda: 0.5,
            rules=DeliverRules(spacing={"smtp": timedelta(seconds=20)}),
            pause=pause,
            is_stopping=lambda: len(sent_at) >= stop_after,
        )

    await a_round(stop_after=2)
    clock.at += timedelta(seconds=5)
    await a_round()
    assert [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(sent_at)] == [20, 20]
    assert max(naps) <= 1, "a stop is noticed soon"
    asleep = len(naps)
    await a_round()
    assert len(naps) == asleep, "nobody waits for nothing"


async def test_a_clock_that_was_set_back_holds_up_no_mail() -> None:
    store = await outbox(make_delivery("d1"), make_delivery("d2"))
    store.attempted_at["d1"] = NOW + timedelta(days=1)
    rules = DeliverRules(spacing={"maildir": timedelta(minutes=1)})

    async def pause(seconds: float) -> None:
        raise AssertionError("waited")

    report = await deliver(
        store=store,
        channels={"maildir": ScriptedChannel()},
        clock=Clock(),
        rng=lambda: 0.5,
        rules=rules,
        pause=pause,
        is_stopping=lambda: store.outbox["d1"].state is DeliveryState.SENT,
    )
    assert report.sent == ("d1",)


async def test_mail_that_waits_is_not_sent_to_who_unsubscribed_and_tells_nothing() -> None:
    store, channel, clock = await outbox(make_delivery()), ScriptedChannel(BUSY), Clock()
    await round_of(store, channel, clock)
    said = Preference(recipient_id="analyst", kind=PreferenceKind.UNSUBSCRIBE, at=clock.at, way=Way.ONE_CLICK)
    await store.keep_preference(said)
    clock.at += timedelta(hours=1)
    await round_of(store, channel, clock)
    (delivery,) = store.outbox.values()
    assert (delivery.state, len(channel.tried)) == (DeliveryState.DEAD, 1)
    assert delivery.last_reply == "not sent, unsubscribed since 2026-11-22 07:00 UTC"


@pytest.mark.parametrize(("there", "tried"), [(frozenset({"analyst"}), 1), (frozenset({"editor"}), 0)])
async def test_mail_that_waits_is_not_sent_to_who_is_a_recipient_no_more(there: frozenset[str], tried: int) -> None:
    store, channel = await outbox(make_delivery()), ScriptedChannel()
    rules = DeliverRules(recipients=there)
    await deliver(store=store, channels={"maildir": channel}, clock=Clock(), rng=lambda: 0.5, rules=rules)
    (delivery,) = store.outbox.values()
    assert len(channel.tried) == tried
    assert (delivery.last_reply == "not sent, analyst is no recipient any more") is (tried == 0)
