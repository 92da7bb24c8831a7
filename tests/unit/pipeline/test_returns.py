"""What comes back: refusals suspend, delays do not, words of readers count, and the rest stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.channels.email.returns import returned_mail
from monitor.core.link_tokens import link_key, write_token
from monitor.errors import StoreError
from monitor.model.commits import DigestCommit, Intake
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState, Slot
from monitor.model.links import LinkAction, LinkClaim
from monitor.model.notices import NoticeKind
from monitor.model.preferences import PreferenceKind, Way
from monitor.model.returns import ReturnedMail
from monitor.pipeline.desk import ReaderDesk
from monitor.pipeline.returns import ReturnsReport, read_returns
from tests.bounces import make_notification
from tests.factories import NOW, make_article, make_delivery, make_match, make_message
from tests.fakes import MemoryStore

KEY = link_key(b"a key of thirty-two bytes or more")
WATCHLIST = "russia-north-korea"


class Clock:
    """Stands still."""

    def now(self) -> datetime:
        return NOW + timedelta(hours=1)


class Box:
    """A mailbox in memory."""

    def __init__(self, *mails: bytes) -> None:
        self.mails = dict(enumerate(mails, 1))
        self.read: set[int] = set()
        self.looked_at: set[int] = set()

    async def unread(self, *, since: datetime, limit: int) -> list[ReturnedMail]:
        fresh = [uid for uid in self.mails if uid not in self.read | self.looked_at][:limit]
        self.looked_at |= set(fresh)
        return [returned_mail(uid, self.mails[uid]) for uid in fresh]

    async def mark_read(self, uids: Sequence[int]) -> None:
        self.read |= set(uids)

    def forget(self, uids: Sequence[int]) -> None:
        self.looked_at -= set(uids)


async def sent(*deliveries: Delivery) -> MemoryStore:
    """A store in which these were sent, each with an article of its own."""
    store = MemoryStore()
    for delivery in deliveries:
        article = make_article(delivery.id)
        await store.commit_intake(Intake(articles=(article,), matches=(make_match(article),)))
        slot = Slot(key=delivery.slot_key, at=NOW)
        told = ((WATCHLIST, article.id),)
        await store.commit_digest(
            DigestCommit(
                recipient_id=delivery.recipient_id,
                slot=slot,
                next_slot=slot,
                deliveries=(delivery,),
                told=told,
                at=NOW,
            )
        )
        await store.commit_outcome(DeliveryOutcome(delivery_id=delivery.id, state=DeliveryState.SENT, at=NOW))
    return store


def mail(n: int, **facts: Any) -> Delivery:
    message = make_message(message_id=f"<d.{n}@example.org>")
    return make_delivery(f"d{n}", slot_key=f"slot-{n}", channel="smtp", message=message, **facts)


async def look(store: MemoryStore, box: Box) -> ReturnsReport:
    desk = ReaderDesk(preferences=store, store=store, clock=Clock(), keys=[KEY])
    return await read_returns(box=box, store=store, desk=desk, clock=Clock())


async def told(store: MemoryStore) -> set[str]:
    found = await store.matched_articles("analyst", [WATCHLIST], since=NOW - timedelta(days=2))
    return {row.article.title for row in found if row.was_told}


@pytest.mark.parametrize("named_by", [{"envelope_id": "d1"}, {"message_id": "<d.1@example.org>"}], ids=str)
async def test_a_hard_bounce_suspends_and_what_it_told_is_told_anew(named_by: dict[str, str]) -> None:
    store = await sent(mail(1), mail(2))
    box = Box(make_notification(**named_by))
    assert await look(store, box) == ReturnsReport(bounced=("d1",), suspended=("analyst",))
    assert (box.read, await told(store)) == ({1}, {"d2"})
    (suspension,) = await store.suspensions()
    assert (suspension.address, suspension.code) == ("analyst@example.org", 550)
    (notice,) = await store.notices(after=0)
    assert notice.kind is NoticeKind.SUSPENSION
    assert "5.1.1 550 5.1.1 <analyst@example.org>: Recipient address rejected" in store.outbox["d1"].last_reply
    assert store.outbox["d1"].state is DeliveryState.DEAD


async def test_a_notice_of_a_delay_changes_nothing() -> None:
    store = await sent(mail(1))
    box = Box(make_notification(action="delayed", status="4.4.1", envelope_id="d1"))
    assert await look(store, box) == ReturnsReport()
    assert (box.read, await told(store), await store.suspensions()) == ({1}, {"d1"}, [])
    assert store.outbox["d1"].state is DeliveryState.SENT


async def test_a_relay_that_gave_up_for_now_costs_the_digest_and_not_the_reader() -> None:
    store = await sent(mail(1))
    box = Box(make_notification(status="4.4.7", reply="smtp; 451 later", envelope_id="d1"))
    assert await look(store, box) == ReturnsReport(bounced=("d1",))
    assert await told(store) == set()


async def test_three_mails_in_a_row_that_came_back_for_their_content_suspend() -> None:
    store = await sent(*(mail(n, composed_at=NOW + timedelta(minutes=n)) for n in range(1, 5)))
    spam = [make_notification(status="5.7.1", reply="smtp; 554 spam", envelope_id=f"d{n}") for n in (2, 3, 4)]
    report = await look(store, Box(*reversed(spam)))
    assert (len(report.bounced), report.suspended) == (3, ("analyst",))


async def test_the_same_refusal_read_twice_counts_once() -> None:
    store = await sent(mail(1))
    twice = Box(make_notification(envelope_id="d1"), make_notification(envelope_id="d1"))
    assert (await look(store, twice)).bounced == ("d1",)
    await store.lift_suspensions("analyst", at=NOW)
    assert (await look(store, Box(make_notification(envelope_id="d1")))).suspended == ()
    assert (await store.suspensions())[0].lifted_at == NOW


async def test_what_is_of_no_mail_of_ours_stays_unread_and_is_not_fetched_again() -> None:
    store = await sent(mail(1))
    box = Box(make_notification(message_id="<other@example.net>"), b"Subject: lunch?\r\n\r\nAt one.\r\n")
    assert await look(store, box) == ReturnsReport(foreign=2)
    assert (box.read, await look(store, box)) == (set(), ReturnsReport())


async def test_a_signed_subject_unsubscribes_and_any_other_does_not() -> None:
    store = await sent(mail(1))
    claim = LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="analyst")
    token, forged = write_token(claim, KEY), write_token(claim, link_key(b"another"))
    box = Box(
        f"Subject: unsubscribe {forged}\r\n\r\n".encode(),
        b"Subject: unsubscribe analyst\r\n\r\n",
        f"Subject: unsubscribe\r\n {token}\r\n\r\n".encode(),
    )
    report = await look(store, box)
    assert (report.asked, report.foreign, box.read) == (1, 2, {3})
    (word,) = await store.preferences()
    assert (word.recipient_id, word.kind, word.way) == ("analyst", PreferenceKind.UNSUBSCRIBE, Way.MAIL)


async def test_a_store_that_refuses_leaves_the_mail_for_the_next_look() -> None:
    store = await sent(mail(1), mail(2))
    box = Box(make_notification(envelope_id="d1"), make_notification(envelope_id="d2"))
    store.refusals.append(StoreError("disk full"))
    with pytest.raises(StoreError):
        await look(store, box)
    assert box.read == set()
    assert (await look(store, box)).bounced == ("d1", "d2")
    assert box.read == {1, 2}


async def test_an_uncertain_mail_that_came_back_certainly_never_arrived() -> None:
    store = await sent(mail(1))
    store.outbox["d1"] = replace(store.outbox["d1"], state=DeliveryState.UNCERTAIN, was_uncertain=True, attempts=1)
    await look(store, Box(make_notification(envelope_id="d1")))
    assert (store.outbox["d1"].state, await told(store)) == (DeliveryState.DEAD, set())
