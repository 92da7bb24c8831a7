"""What every store keeps of notices about feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.model.commits import DigestCommit, Intake
from monitor.model.digests import Slot
from monitor.model.feeds import Condition
from monitor.model.notices import Notice, NoticeKind
from tests.factories import NOW, make_delivery, make_feed_state, make_slot

DAY = timedelta(days=1)
NEXT = Slot(key="2026-11-22T17:00", at=NOW + timedelta(hours=10))
OUTAGE = Notice(
    feed_id="antara-dunia",
    kind=NoticeKind.OUTAGE,
    at=NOW,
    condition=Condition.GONE,
    outcome="gone",
    detail="https://antara-dunia.example.org/rss answers 410",
    url="https://antara-dunia.example.org/rss",
    from_at=NOW - DAY,
)
GAP = Notice(feed_id="tass-en", kind=NoticeKind.GAP, at=NOW, from_at=NOW - DAY, until_at=NOW, missed=17)
ENDED = replace(OUTAGE, kind=NoticeKind.RECOVERY, at=NOW + DAY, from_at=NOW, detail="", outcome="")


async def kept(store: Any, *notices: Notice) -> list[Notice]:
    await store.commit_intake(Intake(feed_states=(make_feed_state(),), notices=notices))
    return list(await store.notices(after=0))


async def test_notices_come_back_as_they_were_kept_and_numbered_in_their_order(store: Any) -> None:
    found = await kept(store, OUTAGE, GAP)
    assert [replace(notice, number=0) for notice in found] == [OUTAGE, GAP]
    assert 0 < found[0].number < found[1].number
    (later,) = [n for n in await kept(store, ENDED) if n not in found]
    assert await store.notices(after=found[-1].number) == [later]
    assert await store.notices(after=later.number) == []


async def test_a_notice_kept_twice_is_kept_once(store: Any) -> None:
    assert await kept(store, OUTAGE, GAP) == await kept(store, OUTAGE, GAP)


async def test_an_outage_is_unsought_until_its_search_is_noted(store: Any) -> None:
    outage, _, _ = await kept(store, OUTAGE, GAP, ENDED)
    assert await store.unsought(limit=9) == [outage]
    await store.keep_sought(outage.number, address="https://example.org/feed", at=NOW + DAY)
    assert await store.unsought(limit=9) == []
    sought = replace(outage, address="https://example.org/feed", sought_at=NOW + DAY)
    assert (await store.notices(after=0))[0] == sought
    assert await store.outage_addresses() == {("antara-dunia", NOW): "https://example.org/feed"}
    assert await store.feed_notices("antara-dunia", limit=1) == [replace(ENDED, number=outage.number + 2)]


async def test_a_search_that_found_nothing_is_no_address(store: Any) -> None:
    (outage,) = await kept(store, OUTAGE)
    await store.keep_sought(outage.number, address="", at=NOW)
    assert (await store.unsought(limit=9), await store.outage_addresses()) == ([], {})


async def told(store: Any) -> int | None:
    number: int | None = (await store.digest_slots())["analyst"].told_notice
    return number


def commit(slot: str, told_notice: int | None, *, with_mail: bool = True) -> DigestCommit:
    return DigestCommit(
        recipient_id="analyst",
        slot=make_slot(key=slot),
        next_slot=NEXT,
        deliveries=(make_delivery(id=f"d{slot}", slot_key=slot),) if with_mail else (),
        told_notice=told_notice,
        at=NOW,
    )


async def test_how_far_an_operator_was_told_is_kept_with_the_digest_and_by_nothing_else(store: Any) -> None:
    await store.set_digest_slot("analyst", make_slot())
    assert await told(store) is None
    assert await store.commit_digest(commit("a", 7))
    assert await told(store) == 7
    assert await store.commit_digest(commit("b", None, with_mail=False))
    assert await told(store) == 7
    await store.set_digest_slot("analyst", make_slot(key="moved"))
    assert await told(store) == 7
    assert not await store.commit_digest(commit("a", 9))
    assert await told(store) == 7


@pytest.mark.parametrize("limit", [1, 10])
async def test_old_notices_are_pruned_but_never_the_newest_so_that_no_number_comes_again(
    store: Any, limit: int
) -> None:
    first, second = await kept(store, OUTAGE, GAP)
    while (await store.prune(articles_before=NOW + DAY, index_before=NOW, limit=limit))["notice"]:
        pass
    assert await store.notices(after=0) == [second]
    (_, third) = await kept(store, ENDED)
    assert first.number < second.number < third.number
