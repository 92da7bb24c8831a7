"""What every store promises of feeds and their due times."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from monitor.model.commits import Intake
from monitor.model.feeds import Validators
from tests.factories import NOW, make_feed_state

MINUTE = timedelta(minutes=1)


async def claim(store: Any, now: Any = NOW, limit: int = 10, lease_s: float = 60) -> list[str]:
    return [state.feed_id for state in await store.claim_due_feeds(now, limit=limit, lease_s=lease_s)]


async def test_a_store_without_feeds_has_nothing_due(store: Any) -> None:
    assert await store.feed_states() == []
    assert await store.next_due_at() is None
    assert await claim(store) == []


async def test_a_feed_state_comes_back_as_it_was_given(store: Any) -> None:
    state = make_feed_state(
        "kcna",
        validators=Validators(url="https://kcna.example.org/rss", etag='W/"é"', last_modified="not a date"),
        body_digest="abc",
        checked_at=NOW,
        succeeded_at=NOW + timedelta(microseconds=1),
        newest_at=NOW - MINUTE,
        interval_s=900.25,
        failures=3,
        outcome="status",
        detail="HTTP 503",
        entries_seen=40,
    )
    await store.sync_feeds([state, make_feed_state("antara")])
    assert await store.feed_states() == [make_feed_state("antara"), state]


async def test_only_due_feeds_are_claimed_and_the_oldest_due_come_first(store: Any) -> None:
    late, later, early = (
        make_feed_state(id, next_check_at=NOW + n * MINUTE) for id, n in (("b", -1), ("a", 1), ("c", -2))
    )
    await store.sync_feeds([late, later, early])
    assert await store.claim_due_feeds(NOW, limit=10, lease_s=60) == [early, late]


async def test_a_claim_takes_no_more_than_its_limit(store: Any) -> None:
    await store.sync_feeds([make_feed_state(f"f{n}", next_check_at=NOW - n * MINUTE) for n in range(5)])
    assert await claim(store, limit=2) == ["f4", "f3"]
    assert await claim(store, limit=9) == ["f2", "f1", "f0"]


async def test_a_claimed_feed_is_nobody_elses_until_its_lease_lapses(store: Any) -> None:
    await store.sync_feeds([make_feed_state("a")])
    assert await claim(store, lease_s=60) == ["a"]
    assert await claim(store, NOW + timedelta(seconds=59)) == []
    assert await claim(store, NOW + timedelta(seconds=60)) == ["a"]


async def test_who_is_claimed_is_told_until_it_is_given_back(store: Any) -> None:
    await store.sync_feeds([make_feed_state(name) for name in ("a", "b", "c")])
    assert await store.leased_feeds(NOW) == frozenset()
    claimed = await store.claim_due_feeds(NOW, limit=2, lease_s=60)
    assert await store.leased_feeds(NOW) == {state.feed_id for state in claimed}
    assert await store.leased_feeds(NOW + timedelta(seconds=61)) == frozenset()
    await store.commit_intake(Intake(feed_states=(claimed[0],)))
    assert await store.leased_feeds(NOW) == {claimed[1].feed_id}
    await store.sync_feeds([make_feed_state(claimed[0].feed_id)])
    assert await store.leased_feeds(NOW) == frozenset()


async def test_claims_at_the_same_time_never_take_the_same_feed(store: Any) -> None:
    await store.sync_feeds([make_feed_state(f"f{n}") for n in range(20)])
    claims = await asyncio.gather(*(claim(store, limit=7) for _ in range(6)))
    taken = [feed_id for claimed in claims for feed_id in claimed]
    assert sorted(taken) == sorted({f"f{n}" for n in range(20)})


async def test_the_outcome_of_a_check_ends_the_lease_and_sets_the_next_time(store: Any) -> None:
    await store.sync_feeds([make_feed_state("a")])
    await claim(store)
    checked = make_feed_state("a", next_check_at=NOW + 15 * MINUTE, checked_at=NOW, outcome="fetched", entries_seen=7)
    await store.commit_intake(Intake(feed_states=(checked,)))
    assert await store.feed_states() == [checked]
    assert await store.next_due_at() == NOW + 15 * MINUTE
    assert await claim(store, NOW + 15 * MINUTE) == ["a"]


async def test_the_next_due_moment_is_the_earliest_at_which_a_claim_brings_something(store: Any) -> None:
    await store.sync_feeds([make_feed_state("a"), make_feed_state("b", next_check_at=NOW + 5 * MINUTE)])
    assert await store.next_due_at() == NOW
    await claim(store, lease_s=60)
    assert await store.next_due_at() == NOW + MINUTE
    await claim(store, NOW + MINUTE, lease_s=600)
    assert await store.next_due_at() == NOW + 5 * MINUTE


async def test_known_feeds_keep_their_state_when_the_configuration_is_read_again(store: Any) -> None:
    await store.sync_feeds([make_feed_state("a")])
    checked = make_feed_state("a", next_check_at=NOW + MINUTE, failures=2, body_digest="abc")
    await store.commit_intake(Intake(feed_states=(checked,)))
    await store.sync_feeds([make_feed_state("a", next_check_at=NOW - MINUTE)])
    assert await store.feed_states() == [checked]


async def test_a_changed_url_voids_what_was_learnt_of_the_old_one(store: Any) -> None:
    old = make_feed_state("a", validators=Validators(url="https://old.example.org/", etag="x"), body_digest="abc")
    await store.sync_feeds([old])
    await claim(store, lease_s=3600)
    moved = make_feed_state("a", url="https://new.example.org/rss", next_check_at=NOW + MINUTE)
    await store.sync_feeds([moved])
    assert await store.claim_due_feeds(NOW + MINUTE, limit=1, lease_s=60) == [moved]


async def test_an_outcome_of_the_old_url_does_not_touch_the_new_one(store: Any) -> None:
    await store.sync_feeds([make_feed_state("a")])
    moved = make_feed_state("a", url="https://new.example.org/rss")
    await store.sync_feeds([moved])
    await store.commit_intake(Intake(feed_states=(make_feed_state("a", failures=9, next_check_at=NOW + 99 * MINUTE),)))
    assert await store.feed_states() == [moved]


async def test_a_removed_feed_is_not_polled_and_keeps_its_state_for_its_return(store: Any) -> None:
    state = make_feed_state("a", failures=4)
    await store.sync_feeds([state])
    await store.sync_feeds([])
    assert await store.feed_states() == []
    assert await store.next_due_at() is None
    assert await claim(store) == []
    await store.sync_feeds([make_feed_state("a")])
    assert await store.feed_states() == [state]


async def test_a_check_that_ends_after_its_feed_was_removed_does_not_bring_the_feed_back(store: Any) -> None:
    await store.sync_feeds([make_feed_state("a")])
    await store.sync_feeds([])
    await store.commit_intake(
        Intake(feed_states=(make_feed_state("a", entries_seen=5), make_feed_state("never-known")))
    )
    assert await store.feed_states() == []
    await store.sync_feeds([make_feed_state("a")])
    assert [state.entries_seen for state in await store.feed_states()] == [5]


async def test_hundreds_of_feeds_are_one_batch(store: Any) -> None:
    states = [make_feed_state(f"feed-{n:04}") for n in range(1200)]
    await store.sync_feeds(states)
    assert len(await claim(store, limit=1000)) == 1000
    await store.sync_feeds(states[::2])
    assert await store.feed_states() == states[::2]


async def test_slice_by_slice_come_all_active_feeds_and_each_once(store: Any) -> None:
    states = [make_feed_state(f"f-{n}") for n in range(7)]
    await store.sync_feeds([*states, make_feed_state("F-odd"), make_feed_state("gone")])
    await store.sync_feeds([*states, make_feed_state("F-odd")])
    found: list[str] = []
    while some := await store.feed_states(after=found[-1] if found else "", limit=3):
        assert len(some) <= 3
        found += [state.feed_id for state in some]
    assert sorted(found) == sorted([*(state.feed_id for state in states), "F-odd"])
