"""What every store promises of what digests were composed from, and of messages asked for once more."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from monitor.core.archiving import without_texts
from monitor.errors import StoreError
from monitor.model.archives import Archive
from monitor.model.commits import DigestCommit
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState, Slot
from monitor.model.links import LinkAction, LinkClaim
from monitor.model.stationery import KeptLink, LinkForm, Stationery
from tests.factories import NOW, make_delivery, make_slot
from tests.golden.digests.samples import sample

DAY = timedelta(days=1)
CLAIM = LinkClaim(action=LinkAction.MORE, recipient_id="analyst", target="7", watchlist="asean")
STATIONERY = Stationery(
    sender="monitor@example.org",
    sender_name="Pemantau",
    unsubscribe_address="stop@example.org",
    templates={"digest.html": "<p>{{ d.lead }}</p>\r\n", "id.po": 'msgid "Why:"\nmsgstr "Mengapa:"\n'},
    links=(KeptLink(claim=CLAIM, form=LinkForm.URL, given="https://m.example.org/l/abc"),),
    program="0.1.0",
)


def archive(**facts: Any) -> Archive:
    return Archive(**{"digest": without_texts(sample()), "stationery": STATIONERY, "composed_at": NOW, **facts})


async def keep(store: Any, of: Archive | None, key: str = "2026-11-22T07:00", *deliveries: Delivery) -> None:
    kept = deliveries or (make_delivery(f"d-{key}", slot_key=key),)
    commit = DigestCommit(
        recipient_id=kept[0].recipient_id,
        slot=make_slot(key=key),
        next_slot=Slot(key="next", at=NOW + DAY),
        deliveries=kept,
        archive=of,
        at=NOW,
    )
    assert await store.commit_digest(commit)


async def send(store: Any, delivery_id: str) -> None:
    await store.claim_deliveries(NOW, limit=9, lease_s=60)
    await store.commit_outcome(DeliveryOutcome(delivery_id=delivery_id, state=DeliveryState.SENT, at=NOW))


async def test_what_a_digest_was_composed_from_comes_back_as_it_was(store: Any) -> None:
    await keep(store, archive())
    assert await store.archive("analyst", "2026-11-22T07:00") == archive()


async def test_times_numbers_and_foreign_letters_survive_exactly(store: Any) -> None:
    digest = archive().digest
    story = dataclasses.replace(digest.stories[0], points=0.1 + 0.2, relevance=1e-17)
    of = archive(
        digest=dataclasses.replace(digest, stories=(story,), until=NOW + timedelta(microseconds=1)),
        composed_at=NOW + timedelta(microseconds=999_999),
    )
    await keep(store, of)
    assert await store.archive("analyst", "2026-11-22T07:00") == of


async def test_a_digest_without_mail_has_no_stationery(store: Any) -> None:
    await keep(store, archive(stationery=None))
    assert await store.archive("analyst", "2026-11-22T07:00") == archive(stationery=None)


async def test_of_a_slot_without_archive_there_is_none(store: Any) -> None:
    await keep(store, None)
    assert await store.archive("analyst", "2026-11-22T07:00") is None
    assert await store.archive("nobody", "2026-11-22T07:00") is None


async def test_archives_that_differ_in_their_templates_keep_each_its_own(store: Any) -> None:
    other = archive(stationery=dataclasses.replace(STATIONERY, templates={"digest.html": "other"}))
    for key, of in (("one", archive()), ("two", other), ("three", archive())):
        await keep(store, of, key)
    assert [await store.archive("analyst", key) for key in ("one", "two", "three")] == [archive(), other, archive()]


async def test_an_archive_goes_when_its_delivery_does(store: Any) -> None:
    await keep(store, archive(), "old")
    await keep(
        store, archive(composed_at=NOW + DAY), "new", make_delivery("d-new", slot_key="new", composed_at=NOW + DAY)
    )
    later = {"articles_before": NOW + DAY, "index_before": NOW, "limit": 10}
    await store.prune(**later)
    assert await store.archive("analyst", "old") is not None, "its delivery is still to be sent"
    await send(store, "d-old")
    await store.prune(**later)
    assert await store.archive("analyst", "old") is None
    assert await store.archive("analyst", "new") == archive(composed_at=NOW + DAY)


async def test_deliveries_are_found_by_recipient_newest_first(store: Any) -> None:
    for n in range(3):
        await keep(store, None, f"s{n}", make_delivery(f"d{n}", composed_at=NOW + n * DAY, slot_key=f"s{n}"))
    other = make_delivery("d9", recipient_id="editor", composed_at=NOW)
    await keep(store, None, "s9", other)
    assert [one.id for one in await store.deliveries_to("analyst", limit=2)] == ["d2", "d1"]
    assert [one.id for one in await store.deliveries_to(None, limit=9)] == ["d2", "d1", "d9", "d0"]


async def test_a_delivery_is_found_by_the_beginning_of_its_id(store: Any) -> None:
    for n, id in enumerate(("dab1", "dab2", "da_3")):
        await keep(store, None, f"s{n}", make_delivery(id, slot_key=f"s{n}"))
    assert [one.id for one in await store.deliveries_like("dab1")] == ["dab1"]
    assert len(await store.deliveries_like("da")) == 2
    assert [one.id for one in await store.deliveries_like("da_")] == ["da_3"]
    assert await store.deliveries_like("x") == []


async def test_when_a_recipient_was_told_last_before_a_time_is_known_also_of_quiet_slots(store: Any) -> None:
    for n in range(3):
        commit = DigestCommit(
            recipient_id="analyst", slot=make_slot(key=f"s{n}"), next_slot=make_slot(key="n"), at=NOW + n * DAY
        )
        await store.commit_digest(commit)
    assert await store.told_until("analyst", at=NOW + DAY + timedelta(hours=1)) == NOW + DAY
    assert await store.told_until("analyst", at=NOW) == NOW
    assert await store.told_until("analyst", at=NOW - DAY) is None
    assert await store.told_until("editor", at=NOW + 9 * DAY) is None


async def test_a_message_asked_for_once_more_is_due_like_any_other_and_says_of_what_it_is(store: Any) -> None:
    await keep(store, archive(), "s", make_delivery("d1", slot_key="s"))
    await send(store, "d1")
    (first,) = await store.deliveries_like("d1")
    again = make_delivery("d2", slot_key="s", resend_of="d1", composed_at=NOW + DAY, next_attempt_at=NOW + DAY)
    await store.keep_resend(again)
    assert await store.resent("d1") == [again]
    assert await store.resent("d2") == []
    (claimed,) = await store.claim_deliveries(NOW + DAY, limit=9, lease_s=60)
    assert (claimed.id, claimed.message) == ("d2", first.message)
    with pytest.raises(StoreError, match="d2"):
        await store.keep_resend(again)
