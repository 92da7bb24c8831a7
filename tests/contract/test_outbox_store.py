"""What every store promises of digests and deliveries."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.errors import StoreError
from monitor.model.articles import Article, Revision
from monitor.model.commits import DigestCommit, DigestSlot, Intake
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState, MatchedArticle, Slot
from monitor.model.notices import Notice, NoticeKind
from monitor.model.stories import Joining, Place
from monitor.model.suspensions import Suspension
from tests.factories import NOW, make_article, make_delivery, make_match, make_message, make_slot, make_story

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NEXT = Slot(key="2026-11-23T07:00", at=NOW + DAY)
WATCHLIST = "russia-north-korea"


def digest(*deliveries: Delivery, **facts: Any) -> DigestCommit:
    return DigestCommit(
        **{
            "recipient_id": "analyst",
            "slot": make_slot(),
            "next_slot": NEXT,
            "deliveries": deliveries,
            "at": NOW + timedelta(seconds=1),
            **facts,
        }
    )


async def queue(store: Any, *deliveries: Delivery) -> None:
    for delivery in deliveries:
        slot = Slot(key=delivery.id, at=NOW)
        await store.commit_digest(digest(dataclasses.replace(delivery, slot_key=delivery.id), slot=slot))


async def claim(store: Any, now: datetime = NOW, limit: int = 10, lease_s: float = 60) -> list[Delivery]:
    return await store.claim_deliveries(now, limit=limit, lease_s=lease_s)


def outcome(state: DeliveryState, **facts: Any) -> DeliveryOutcome:
    return DeliveryOutcome(**{"delivery_id": "d1", "state": state, "at": NOW, **facts})


async def only(store: Any) -> Delivery:
    (delivery,) = await store.deliveries(limit=2)
    return delivery


async def test_a_planned_slot_is_waited_for(store: Any) -> None:
    assert await store.digest_slots() == {}
    await store.set_digest_slot("analyst", make_slot())
    assert await store.digest_slots() == {
        "analyst": DigestSlot(recipient_id="analyst", slot=make_slot(), told_until=None)
    }


async def test_a_digest_is_kept_with_its_delivery_and_the_next_slot(store: Any) -> None:
    delivery = make_delivery(
        "d1",
        message=make_message(content=bytes(range(256)) + b"\r\n", subject="북한", html="<p>é</p>", text="🚀"),
        composed_at=NOW + timedelta(microseconds=3),
    )
    assert await store.commit_digest(digest(delivery)) is True
    assert await store.deliveries(limit=9) == [delivery]
    slots = await store.digest_slots()
    assert slots == {"analyst": DigestSlot(recipient_id="analyst", slot=NEXT, told_until=NOW + timedelta(seconds=1))}


async def test_a_slot_is_kept_only_once_and_the_second_time_changes_nothing(store: Any) -> None:
    article = make_article()
    await store.commit_intake(Intake(articles=(article,), matches=(make_match(article),)))
    assert await store.commit_digest(digest(make_delivery("d1"))) is True
    again = digest(make_delivery("d2"), next_slot=make_slot(), told=((WATCHLIST, article.id),), at=NOW + DAY)
    assert await store.commit_digest(again) is False
    assert [delivery.id for delivery in await store.deliveries(limit=9)] == ["d1"]
    assert (await store.digest_slots())["analyst"].slot == NEXT
    assert [m.was_told for m in await store.matched_articles("analyst", [WATCHLIST], since=NOW - DAY)] == [False]


async def test_of_twin_commits_of_a_slot_one_is_kept(store: Any) -> None:
    twins = [digest(make_delivery(f"d{n}")) for n in range(8)]
    kept = await asyncio.gather(*(store.commit_digest(twin) for twin in twins))
    assert sorted(kept) == [False] * 7 + [True]
    assert len(await store.deliveries(limit=9)) == 1


async def test_a_digest_goes_by_several_channels_with_a_delivery_each_that_is_settled_on_its_own(store: Any) -> None:
    mail, hook = make_delivery("d1"), make_delivery("d2", channel="webhook:desk", message=make_message(content=b"{}"))
    assert await store.commit_digest(digest(mail, hook)) is True
    assert {one.id: one for one in await store.deliveries(limit=9)} == {"d1": mail, "d2": hook}
    await claim(store)
    await store.commit_outcome(outcome(DeliveryState.SENT))
    later = outcome(DeliveryState.PENDING, delivery_id="d2", next_attempt_at=NOW + MINUTE)
    await store.commit_outcome(later)
    assert {one.id: one.state for one in await store.deliveries(limit=9)} == {
        "d1": DeliveryState.SENT,
        "d2": DeliveryState.PENDING,
    }
    assert [one.id for one in await claim(store, NOW + DAY)] == ["d2"]


async def test_of_several_deliveries_all_are_kept_or_none(store: Any) -> None:
    await store.commit_digest(digest(make_delivery("d1")))
    other = digest(make_delivery("d2"), make_delivery("d1"), recipient_id="editor")
    with pytest.raises(StoreError):
        await store.commit_digest(other)
    assert [delivery.id for delivery in await store.deliveries(limit=9)] == ["d1"]
    assert "editor" not in await store.digest_slots()


async def test_the_same_slot_of_another_recipient_is_another_digest(store: Any) -> None:
    assert await store.commit_digest(digest(make_delivery("d1"))) is True
    other = make_delivery("d2", recipient_id="editor")
    assert await store.commit_digest(digest(other, recipient_id="editor")) is True
    assert len(await store.digest_slots()) == 2


async def test_a_digest_with_nothing_to_say_moves_the_slot_and_sends_nothing(store: Any) -> None:
    assert await store.commit_digest(digest()) is True
    assert await store.commit_digest(digest(make_delivery())) is False
    assert await store.deliveries(limit=9) == []
    assert (await store.digest_slots())["analyst"].slot == NEXT


async def test_a_delivery_id_used_twice_is_refused_and_nothing_of_the_digest_is_kept(store: Any) -> None:
    await store.commit_digest(digest(make_delivery("d1")))
    slot = Slot(key="another", at=NOW)
    with pytest.raises(StoreError, match="d1"):
        await store.commit_digest(digest(make_delivery("d1"), slot=slot, next_slot=slot))
    assert (await store.digest_slots())["analyst"].slot == NEXT
    assert await store.commit_digest(digest(make_delivery("d2"), slot=slot)) is True


async def test_what_was_told_is_known_of_this_recipient_in_every_watchlist(store: Any) -> None:
    told, untold = make_article("told"), make_article("untold")
    matches = (make_match(told), make_match(untold), make_match(told, watchlist="asean"))
    await store.commit_intake(Intake(articles=(told, untold), matches=matches))
    await store.commit_digest(digest(make_delivery(), told=((WATCHLIST, told.id),)))

    async def had(recipient_id: str) -> set[tuple[str, str, bool]]:
        found = await store.matched_articles(recipient_id, [WATCHLIST, "asean"], since=NOW - DAY)
        return {(m.article.title, m.match.watchlist, m.was_told) for m in found}

    assert await had("analyst") == {("told", WATCHLIST, True), ("told", "asean", True), ("untold", WATCHLIST, False)}
    assert {was_told for _, _, was_told in await had("editor")} == {False}


async def test_what_heads_a_story_told_in_full_is_known_of_its_recipient_from_when_it_was_told(store: Any) -> None:
    head, more, early = make_article("head"), make_article("more"), make_article("early")
    matches = tuple(make_match(of, watchlist=name) for of in (head, more, early) for name in (WATCHLIST, "asean"))
    await store.commit_intake(Intake(articles=(head, more, early), matches=matches))
    pairs = tuple((name, of.id) for of in (head, more) for name in (WATCHLIST, "asean"))
    await store.commit_digest(digest(make_delivery("d1"), told=pairs, in_full=(head.id,), at=NOW))
    before = Slot(key="2026-11-21T07:00", at=NOW - DAY)
    told = ((WATCHLIST, early.id),)
    await store.commit_digest(digest(make_delivery("d2"), slot=before, told=told, in_full=(early.id,), at=NOW - DAY))
    assert await store.told_in_full("analyst", since=NOW) == {head.id}
    assert await store.told_in_full("analyst", since=NOW - DAY) == {head.id, early.id}
    assert await store.told_in_full("analyst", since=NOW + MINUTE) == frozenset()
    assert await store.told_in_full("editor", since=NOW - DAY) == frozenset()


async def test_when_it_was_told_and_in_which_story_it_was_placed_are_known(store: Any) -> None:
    kept, gone = make_article("kept"), make_article("gone")
    root = make_story(kept)
    placed = make_story(gone, merged_into=root.id, merged_at=NOW)
    joinings = tuple(Joining(article_id=story.id, story_id=story.id, is_first=True) for story in (root, placed))
    matches = (make_match(kept), make_match(gone))
    await store.commit_intake(Intake(articles=(kept, gone), matches=matches, stories=(root, placed), joinings=joinings))
    await store.commit_digest(digest(make_delivery(), told=((WATCHLIST, gone.id),), at=NOW + MINUTE))
    found = {row.article.id: row for row in await store.matched_articles("analyst", [WATCHLIST], since=NOW - DAY)}
    assert {row.story.id for row in found.values()} == {root.id}
    assert (found[kept.id].told_at, found[kept.id].lineage) == (None, (root, placed))
    assert (found[gone.id].told_at, found[gone.id].lineage) == (NOW + MINUTE, (placed, root))


async def test_a_lineage_holds_all_that_tells_what_an_article_belongs_to_or_belonged_to(store: Any) -> None:
    article = make_article(id=50)
    first, whole = make_story(article, id=1), make_story(article, id=2, event_id=1)
    went = make_story(article, id=3, merged_into=2, merged_at=NOW)
    placed = make_story(article, id=4, parted_from=3, parted_at=NOW, event_id=77)
    stranger = make_story(article, id=5, storyline_id=1)
    joining = Joining(article_id=article.id, story_id=placed.id, is_first=True)
    stories = (first, whole, went, placed, stranger)
    await store.commit_intake(
        Intake(articles=(article,), matches=(make_match(article),), stories=stories, joinings=(joining,))
    )
    (row,) = await store.matched_articles("analyst", [WATCHLIST], since=NOW - DAY)
    assert row.story == placed
    assert row.lineage == (placed, first, whole, went)


@pytest.mark.parametrize("change", ["grown", "merged", "parted", "of its event", "none", "none, never told"])
async def test_what_was_told_long_ago_comes_with_what_changed_of_its_story(store: Any, change: str) -> None:
    """Growth is what is new here: by when it was seen, whatever time it claims."""
    old = make_article("old", first_seen_at=NOW - 40 * DAY, published_at=NOW - 40 * DAY)
    more = make_article("more", published_at=NOW - 39 * DAY)
    story, root = make_story(old), make_story(make_article("root", published_at=NOW - 40 * DAY))
    grown = {"grown": story.id, "of its event": root.id}.get(change)
    if change == "merged":
        story = dataclasses.replace(story, merged_into=root.id, merged_at=NOW)
    elif change == "parted":
        story = dataclasses.replace(story, parted_from=root.id, parted_at=NOW)
    elif change == "of its event":
        story = dataclasses.replace(story, event_id=root.id)
    joinings = [Joining(article_id=old.id, story_id=story.id, is_first=True)]
    articles = [old]
    if grown is not None:
        joinings.append(Joining(article_id=more.id, story_id=grown, is_first=False))
        articles.append(more)
    matches = tuple(map(make_match, articles))
    stories = (story, root)
    await store.commit_intake(
        Intake(articles=tuple(articles), matches=matches, stories=stories, joinings=tuple(joinings))
    )
    told = () if change == "none, never told" else ((WATCHLIST, old.id),)
    await store.commit_digest(digest(make_delivery(), told=told, at=NOW - 39 * DAY))
    recently = make_article("recently", published_at=NOW - 9 * DAY, first_seen_at=NOW - 9 * DAY)
    await store.commit_intake(Intake(articles=(recently,), matches=(make_match(recently),)))
    another = digest(
        make_delivery("d9", slot_key="x"), slot=Slot(key="x", at=NOW), told=((WATCHLIST, recently.id),), at=NOW - DAY
    )
    await store.commit_digest(another)
    found = await store.matched_articles("analyst", [WATCHLIST], since=NOW - 7 * DAY)
    titles = {row.article.title for row in found if row.was_told}
    # What was told last comes too: it says from when on changes are news.
    assert titles == ({"recently"} if change.startswith("none") else {"recently", "old"})


async def test_a_change_before_the_last_quiet_digest_is_still_to_be_told(store: Any) -> None:
    old = make_article("old", first_seen_at=NOW - 40 * DAY, published_at=NOW - 40 * DAY)
    story = make_story(old, merged_into=1, merged_at=NOW - 20 * DAY)
    joining = Joining(article_id=old.id, story_id=story.id, is_first=True)
    await store.commit_intake(
        Intake(articles=(old,), matches=(make_match(old),), stories=(story,), joinings=(joining,))
    )
    await store.commit_digest(digest(make_delivery(), told=((WATCHLIST, old.id),), at=NOW - 30 * DAY))
    assert await store.matched_articles("analyst", [WATCHLIST], since=NOW - 7 * DAY)


async def test_a_new_schedule_moves_the_slot_and_what_was_told_stays_told(store: Any) -> None:
    await store.commit_digest(digest())
    sooner = Slot(key="2026-11-22T12:00", at=NOW + 5 * MINUTE)
    await store.set_digest_slot("analyst", sooner)
    assert await store.digest_slots() == {
        "analyst": DigestSlot(recipient_id="analyst", slot=sooner, told_until=NOW + timedelta(seconds=1))
    }


async def test_due_deliveries_are_claimed_oldest_due_first_with_one_more_attempt(store: Any) -> None:
    late, later, early = (
        make_delivery(id, next_attempt_at=NOW + n * MINUTE) for id, n in (("b", 0), ("a", 1), ("c", -1))
    )
    await queue(store, late, later, early)
    claimed = await claim(store)
    assert [(d.id, d.state, d.attempts, d.phase) for d in claimed] == [
        ("c", DeliveryState.SENDING, 1, ""),
        ("b", DeliveryState.SENDING, 1, ""),
    ]
    assert claimed[0].message == early.message
    assert await claim(store, NOW) == []
    assert [d.id for d in await claim(store, NOW + MINUTE, lease_s=600)] == ["a", "b", "c"]


async def test_a_claim_of_deliveries_takes_no_more_than_its_limit(store: Any) -> None:
    await queue(store, *(make_delivery(f"d{n}") for n in range(3)))
    assert [len(await claim(store, limit=2)) for _ in range(3)] == [2, 1, 0]


async def test_claims_at_the_same_time_never_take_the_same_delivery(store: Any) -> None:
    await queue(store, *(make_delivery(f"d{n:02}") for n in range(12)))
    claims = await asyncio.gather(*(claim(store, limit=5) for _ in range(5)))
    taken = sorted(delivery.id for claimed in claims for delivery in claimed)
    assert taken == [f"d{n:02}" for n in range(12)]


async def test_a_delivery_found_before_its_last_byte_goes_out_again_at_once(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    await claim(store, lease_s=60)
    assert await claim(store, NOW + timedelta(seconds=59)) == []
    (again,) = await claim(store, NOW + timedelta(seconds=60))
    assert (again.id, again.attempts, again.phase) == ("d1", 2, "")


async def test_a_delivery_found_at_its_last_byte_is_uncertain_for_a_quarter_of_an_hour(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    await claim(store, lease_s=60)
    await store.mark_phase("d1", "data")
    assert (await only(store)).phase == "data"
    lapse = NOW + MINUTE
    assert await claim(store, lapse) == []
    found = await only(store)
    assert (found.state, found.next_attempt_at, found.phase) == (DeliveryState.UNCERTAIN, lapse + 15 * MINUTE, "")
    assert "may have" in found.last_reply
    assert await claim(store, lapse + 14 * MINUTE) == []
    (again,) = await claim(store, lapse + 15 * MINUTE)
    assert (again.attempts, again.state, again.was_uncertain) == (2, DeliveryState.SENDING, True)


async def test_a_mark_is_refused_when_the_delivery_is_in_other_hands(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    with pytest.raises(StoreError, match="d1"):
        await store.mark_phase("d1", "data")
    await claim(store)
    await store.mark_phase("d1", "data")
    with pytest.raises(StoreError, match="d1"):
        await store.mark_phase("d1", "data")
    with pytest.raises(StoreError, match="nobody"):
        await store.mark_phase("nobody", "data")


async def test_a_sent_delivery_is_done(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    await claim(store)
    await store.mark_phase("d1", "data")
    await store.commit_outcome(outcome(DeliveryState.SENT, at=NOW + MINUTE, code=250, reply="2.0.0 Ok: queued as 1"))
    done = await only(store)
    assert (done.state, done.phase, done.sent_at) == (DeliveryState.SENT, "", NOW + MINUTE)
    assert (done.last_code, done.last_reply) == (250, "2.0.0 Ok: queued as 1")
    assert await claim(store, NOW + DAY) == []


async def test_a_failed_attempt_waits_for_its_next_time(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    await claim(store)
    again_at = NOW + 5 * MINUTE
    await store.commit_outcome(outcome(DeliveryState.PENDING, next_attempt_at=again_at, code=451, reply="4.7.1 later"))
    assert await claim(store, NOW + 4 * MINUTE) == []
    (again,) = await claim(store, again_at)
    assert (again.attempts, again.last_code, again.last_reply) == (2, 451, "4.7.1 later")
    assert not again.was_uncertain


async def test_a_delivery_that_was_uncertain_once_says_so_ever_after(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    await claim(store)
    await store.commit_outcome(outcome(DeliveryState.UNCERTAIN, next_attempt_at=NOW, reply="connection lost"))
    (again,) = await claim(store)
    assert again.was_uncertain
    await store.commit_outcome(outcome(DeliveryState.PENDING, next_attempt_at=NOW, code=451))
    assert (await only(store)).was_uncertain


async def test_a_dead_delivery_is_never_claimed(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    await claim(store)
    await store.commit_outcome(outcome(DeliveryState.DEAD, code=550, reply="no such user"))
    assert await claim(store, NOW + 365 * DAY) == []
    assert (await only(store)).state is DeliveryState.DEAD


async def test_what_was_sent_stays_sent_whatever_a_late_attempt_reports(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    await claim(store)
    await store.commit_outcome(outcome(DeliveryState.SENT, code=250))
    await store.commit_outcome(outcome(DeliveryState.PENDING, next_attempt_at=NOW, code=421))
    found = await only(store)
    assert (found.state, found.last_code) == (DeliveryState.SENT, 250)


async def test_the_outcome_of_an_unknown_delivery_is_an_error(store: Any) -> None:
    with pytest.raises(StoreError, match="d1"):
        await store.commit_outcome(outcome(DeliveryState.SENT))


async def test_the_newest_deliveries_come_first(store: Any) -> None:
    await queue(store, *(make_delivery(f"d{n}", composed_at=NOW + n * MINUTE) for n in (2, 0, 3, 1)))
    assert [delivery.id for delivery in await store.deliveries(limit=3)] == ["d3", "d2", "d1"]


# --- states that were told ----------------------------------------------------------------------------------------


def state_of(article: Article, n: int) -> Revision:
    return Revision(
        article_id=article.id,
        seen_at=NOW + n * MINUTE,
        title=f"title {n}",
        summary="",
        text=f"text {n}",
        body_digest=n,
        change=f"title: … → {n}",
        feed_id="antara-dunia",
    )


async def only_match(store: Any, since: datetime = NOW - DAY, recipient: str = "analyst") -> MatchedArticle:
    (found,) = await store.matched_articles(recipient, [WATCHLIST], since=since)
    return found  # type: ignore[no-any-return]


async def told_article(store: Any) -> Article:
    article = make_article()
    await store.commit_intake(Intake(articles=(article,), matches=(make_match(article),)))
    await store.commit_digest(digest(make_delivery("d1"), told=((WATCHLIST, article.id),)))
    return article


async def test_an_article_that_never_changed_has_its_first_state_and_no_other(store: Any) -> None:
    await told_article(store)
    found = await only_match(store)
    assert (found.state, found.had, found.latest) == (0, None, None)


async def test_an_article_that_changed_after_it_was_told_comes_with_both_states(store: Any) -> None:
    article = await told_article(store)
    await store.commit_intake(Intake(revisions=(state_of(article, 1), state_of(article, 2))))
    found = await only_match(store)
    assert found.had is not None
    assert (found.had.title, found.had.feed_id) == (article.title, article.feed_id)
    assert (found.state, found.latest) == (2, state_of(article, 2))
    stranger = await only_match(store, recipient="editor")
    assert (stranger.state, stranger.had, stranger.latest) == (2, None, None)


async def test_a_change_that_was_told_is_told_and_only_a_later_one_comes_again(store: Any) -> None:
    article = await told_article(store)
    await store.commit_intake(Intake(revisions=(state_of(article, 1),)))
    await store.commit_digest(digest(make_delivery("d2"), slot=NEXT, states={article.id: 1}))
    assert (await only_match(store)).had is None
    await store.commit_intake(Intake(revisions=(state_of(article, 2),)))
    found = await only_match(store)
    assert (found.had, found.latest) == (state_of(article, 1), state_of(article, 2))


async def test_an_article_told_in_its_second_state_is_compared_with_that(store: Any) -> None:
    article = make_article()
    await store.commit_intake(Intake(articles=(article,), matches=(make_match(article),)))
    await store.commit_intake(Intake(revisions=(state_of(article, 1),)))
    told = digest(make_delivery("d1"), told=((WATCHLIST, article.id),), states={article.id: 1})
    await store.commit_digest(told)
    assert (await only_match(store)).had is None


async def test_a_slot_kept_before_tells_no_states(store: Any) -> None:
    article = await told_article(store)
    await store.commit_intake(Intake(revisions=(state_of(article, 1),)))
    assert await store.commit_digest(digest(make_delivery("d1"), states={article.id: 1})) is False
    assert (await only_match(store)).had is not None


async def test_what_was_told_long_ago_comes_back_when_it_changes(store: Any) -> None:
    article, later = await told_article(store), make_article("told after it")
    await store.commit_intake(Intake(articles=(later,), matches=(make_match(later),)))
    slot = Slot(key="after it", at=NOW)
    told = digest(make_delivery("d8"), slot=slot, next_slot=slot, told=((WATCHLIST, later.id),), at=NOW + 9 * MINUTE)
    assert await store.commit_digest(told)

    async def found(since: datetime) -> dict[int, Any]:
        return {row.article.id: row.had for row in await store.matched_articles("analyst", [WATCHLIST], since=since)}

    assert article.id not in await found(NOW)
    await store.commit_intake(Intake(revisions=(state_of(article, 5),)))
    assert (await found(NOW))[article.id] is not None
    assert article.id not in await found(NOW + DAY)


async def test_a_claim_may_be_of_one_channel_or_of_all_but_some(store: Any) -> None:
    await queue(
        store, *(make_delivery(f"d{n}", channel=channel) for n, channel in enumerate(("smtp", "fax", "maildir")))
    )
    assert [d.id for d in await store.claim_deliveries(NOW, limit=9, lease_s=60, channel="smtp")] == ["d0"]
    others = await store.claim_deliveries(NOW, limit=9, lease_s=60, besides=("smtp", "maildir"))
    assert [d.id for d in others] == ["d1"]
    assert [d.id for d in await claim(store)] == ["d2"]


async def test_a_lease_counts_from_when_it_was_taken(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    await store.claim_deliveries(NOW, limit=1, lease_s=60, at=NOW + MINUTE)
    assert await claim(store, NOW + MINUTE) == []
    assert len(await claim(store, NOW + 2 * MINUTE)) == 1


async def test_what_waits_for_a_channel_and_when_it_was_used_last_are_known(store: Any) -> None:
    assert await store.waiting("smtp", due_by=NOW) == (0, None)
    later = make_delivery("d3", channel="smtp", next_attempt_at=NOW + DAY)
    await queue(
        store, make_delivery("d1", channel="smtp"), make_delivery("d2", channel="smtp"), later, make_delivery("d4")
    )
    assert await store.waiting("smtp", due_by=NOW) == (2, None)
    await store.claim_deliveries(NOW, limit=1, lease_s=60, at=NOW + MINUTE, channel="smtp")
    assert await store.waiting("smtp", due_by=NOW) == (1, NOW + MINUTE)


async def test_a_delivery_found_at_its_last_byte_twice_is_not_sent_a_third_time(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    now = NOW
    for _ in range(2):
        assert len(await claim(store, now)) == 1
        await store.mark_phase("d1", "data")
        now += MINUTE
        assert await claim(store, now) == []
        now += 15 * MINUTE
    found = await only(store)
    assert (found.state, found.phase) == (DeliveryState.DEAD, "")
    assert "twice" in found.last_reply
    assert await claim(store, now + DAY) == []


async def test_a_repeat_that_was_cut_off_before_its_last_byte_is_still_owed(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    await claim(store)
    await store.commit_outcome(outcome(DeliveryState.UNCERTAIN, next_attempt_at=NOW))
    await claim(store)
    (again,) = await claim(store, NOW + MINUTE)
    assert (again.was_uncertain, again.attempts) == (True, 3)


async def test_what_a_delivery_told_that_never_arrived_is_told_anew(store: Any) -> None:
    article = make_article()
    await store.commit_intake(Intake(articles=(article,), matches=(make_match(article),)))
    await store.commit_digest(digest(slot=Slot(key="before", at=NOW), told_notice=3, at=NOW))
    later = digest(make_delivery("d1"), told=((WATCHLIST, article.id),), told_notice=7, at=NOW + DAY)
    await store.commit_digest(later)
    assert (await only_match(store)).was_told
    await store.commit_outcome(outcome(DeliveryState.DEAD, is_untold=True))
    assert not (await only_match(store)).was_told
    slot = (await store.digest_slots())["analyst"]
    assert (slot.slot, slot.told_until, slot.told_notice) == (NEXT, NOW, 3)
    assert await store.commit_digest(later) is False, "its slot is past all the same"


async def test_what_may_have_arrived_stays_told(store: Any) -> None:
    article = make_article()
    await store.commit_intake(Intake(articles=(article,), matches=(make_match(article),)))
    await store.commit_digest(digest(make_delivery("d1"), told=((WATCHLIST, article.id),)))
    await store.commit_outcome(outcome(DeliveryState.UNCERTAIN, next_attempt_at=NOW))
    await store.commit_outcome(outcome(DeliveryState.DEAD, is_untold=True))
    assert (await only_match(store)).was_told


async def test_a_change_that_was_told_in_vain_is_a_change_again(store: Any) -> None:
    article = await told_article(store)
    await store.commit_intake(Intake(revisions=(state_of(article, 1),)))
    slot = Slot(key="vain", at=NOW + MINUTE)
    vain = make_delivery("d2", slot_key=slot.key)
    await store.commit_digest(digest(vain, slot=slot, states={article.id: 1}, at=NOW + MINUTE))
    assert (await only_match(store)).had is None
    await store.commit_outcome(outcome(DeliveryState.DEAD, delivery_id="d2", is_untold=True))
    found = await only_match(store)
    assert found.was_told
    assert found.had is not None


async def test_a_later_digest_that_was_sent_keeps_its_period_and_lends_it_to_what_was_told_in_vain(store: Any) -> None:
    await store.commit_digest(digest(make_delivery("d1"), told_notice=7, at=NOW))
    slot = Slot(key="later", at=NOW + DAY)
    await store.commit_digest(digest(make_delivery("d2", slot_key="later"), slot=slot, told_notice=9, at=NOW + DAY))
    await store.commit_outcome(outcome(DeliveryState.DEAD, is_untold=True))
    kept = (await store.digest_slots())["analyst"]
    assert (kept.told_until, kept.told_notice) == (NOW, 0)


async def test_what_was_told_in_vain_is_taken_back_once_however_often_it_is_sent_anew_in_vain(store: Any) -> None:
    await store.commit_digest(digest(make_delivery("d1"), told_notice=7, at=NOW))
    await store.commit_outcome(outcome(DeliveryState.DEAD, is_untold=True))
    slot = Slot(key="later", at=NOW + DAY)
    await store.commit_digest(digest(make_delivery("d2", slot_key="later"), slot=slot, told_notice=9, at=NOW + DAY))
    await store.commit_outcome(outcome(DeliveryState.SENT, delivery_id="d2"))
    await store.keep_resend(make_delivery("d3", resend_of="d1"))
    await store.commit_outcome(outcome(DeliveryState.DEAD, delivery_id="d3", is_untold=True))
    kept = (await store.digest_slots())["analyst"]
    assert (kept.told_until, kept.told_notice) == (NOW + DAY, 9), "the later digest had told it all"


def suspended(**facts: Any) -> Suspension:
    return Suspension(
        **{
            "recipient_id": "analyst",
            "channel": "smtp",
            "address": "analyst@example.org",
            "at": NOW,
            "reason": "550 5.1.1 no such user",
            "code": 550,
            **facts,
        }
    )


async def test_a_suspension_is_kept_with_the_outcome_and_its_notice_until_it_is_lifted(store: Any) -> None:
    await queue(store, make_delivery("d1", channel="smtp"))
    assert await store.suspensions() == []
    notice = Notice(feed_id="analyst", kind=NoticeKind.SUSPENSION, at=NOW, detail="550 5.1.1", address="a@example.org")
    await store.commit_outcome(outcome(DeliveryState.DEAD, suspension=suspended(), notices=(notice,)))
    assert await store.suspensions() == [suspended()]
    (told,) = await store.notices(after=0)
    assert dataclasses.replace(told, number=0) == notice
    assert await store.lift_suspensions("editor", at=NOW + DAY) == []
    assert await store.lift_suspensions("analyst", at=NOW + DAY) == [suspended(lifted_at=NOW + DAY)]
    assert await store.lift_suspensions("analyst", at=NOW + 2 * DAY) == []
    assert await store.suspensions() == [suspended(lifted_at=NOW + DAY)]


async def test_refusals_in_a_row_are_counted_from_the_newest_back(store: Any) -> None:
    async def count(address: str = "analyst@example.org") -> int:
        return await store.refused_in_a_row("analyst", "smtp", address)

    assert await count() == 0
    for n, (state, code) in enumerate(
        [(DeliveryState.DEAD, 550), (DeliveryState.SENT, 0), (DeliveryState.DEAD, 554), (DeliveryState.DEAD, 550)]
    ):
        delivery = make_delivery(f"d{n}", channel="smtp", composed_at=NOW + n * MINUTE)
        await queue(store, delivery, make_delivery(f"e{n}", channel="smtp", composed_at=NOW + DAY))
        await store.commit_outcome(outcome(state, delivery_id=delivery.id, code=code))
    assert await count() == 2
    assert await count("new@example.org") == 0
    lifted = suspended(lifted_at=NOW + 2 * MINUTE)
    await store.commit_outcome(outcome(DeliveryState.PENDING, delivery_id="e0", suspension=lifted))
    assert await count() == 1
    given_up = make_delivery("d9", channel="smtp", composed_at=NOW + DAY)
    await queue(store, given_up)
    await store.commit_outcome(outcome(DeliveryState.DEAD, delivery_id="d9", code=451))
    assert await count() == 0


async def test_a_place_that_was_told_in_vain_is_the_former_one_again(store: Any) -> None:
    article = await told_article(store)
    before = (await only_match(store)).had_in
    slot = Slot(key="vain", at=NOW + MINUTE)
    vain = digest(make_delivery("d2", slot_key=slot.key), slot=slot, places={article.id: Place(story_id=7, event_id=8)})
    await store.commit_digest(vain)
    assert (await only_match(store)).had_in == Place(story_id=7, event_id=8)
    await store.commit_outcome(outcome(DeliveryState.DEAD, delivery_id="d2", is_untold=True))
    assert (await only_match(store)).had_in == before


async def test_a_delivery_is_found_by_the_name_of_its_mail(store: Any) -> None:
    named = make_message(message_id="<d.7@example.org>")
    await queue(store, make_delivery("d1"), make_delivery("d2", message=named))
    found = await store.delivery_named("<d.7@example.org>")
    assert found == dataclasses.replace(make_delivery("d2", message=named), slot_key="d2")
    assert await store.delivery_named("<nobody@example.org>") is None


async def test_what_was_sent_and_came_back_is_dead_and_untold(store: Any) -> None:
    await told_article(store)
    await claim(store)
    await store.commit_outcome(outcome(DeliveryState.SENT, at=NOW + MINUTE))
    await store.commit_outcome(outcome(DeliveryState.DEAD, code=550, reply="late", is_untold=True))
    assert (await only(store)).state is DeliveryState.SENT, "a late attempt takes nothing back"
    bounce = outcome(DeliveryState.DEAD, code=550, reply="came back", is_untold=True, is_bounce=True)
    await store.commit_outcome(bounce)
    found = await only(store)
    assert (found.state, found.last_code, found.last_reply) == (DeliveryState.DEAD, 550, "came back")
    assert found.sent_at == NOW + MINUTE
    assert not (await only_match(store)).was_told


async def test_a_bounce_settles_an_uncertain_attempt_unless_there_was_another(store: Any) -> None:
    for attempts, may_have_arrived in ((1, False), (2, True)):
        id, slot = f"d{attempts}", Slot(key=f"slot-{attempts}", at=NOW)
        await store.commit_digest(digest(make_delivery(id, slot_key=slot.key), slot=slot))
        for _ in range(attempts):
            await claim(store)
            unsure = outcome(DeliveryState.UNCERTAIN, delivery_id=id, next_attempt_at=NOW)
            await store.commit_outcome(unsure)
        await store.commit_outcome(outcome(DeliveryState.DEAD, delivery_id=id, is_untold=True, is_bounce=True))
        (found,) = [one for one in await store.deliveries(limit=9) if one.id == id]
        assert (found.state, found.was_uncertain) == (DeliveryState.DEAD, may_have_arrived)


async def test_a_bounce_leaves_alone_what_is_being_sent(store: Any) -> None:
    await queue(store, make_delivery("d1"))
    await claim(store)
    await store.commit_outcome(outcome(DeliveryState.DEAD, is_bounce=True))
    assert (await only(store)).state is DeliveryState.SENDING
