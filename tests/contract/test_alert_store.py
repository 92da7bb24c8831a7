"""What every store promises of alerts, their threads, and alarms about volume."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from monitor.model.alerts import AlarmKind, AlertThread, VolumeAlarm
from monitor.model.articles import Article, Revision
from monitor.model.commits import DigestCommit, DigestSlot, Intake
from monitor.model.digests import DeliveryOutcome, DeliveryState, Slot
from monitor.model.volumes import WatchedHour
from tests.factories import NOW, make_article, make_delivery, make_feed_state, make_match, make_message, make_slot

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WATCHLIST = "russia-north-korea"
THREAD = AlertThread(
    recipient_id="analyst",
    story_id=7,
    root="s.7",
    subject="[Russia–North Korea] Putin in Pyongyang",
    message_ids={"smtp": ("<d.1@example.org>",)},
    times=1,
    told_at=NOW,
)
ALARM = VolumeAlarm(
    recipient_id="analyst",
    watchlist=WATCHLIST,
    kind=AlarmKind.SPIKE,
    episode="2026-11-22",
    day=date(2026, 11, 22),
    at=NOW,
    since_at=NOW - 7 * HOUR,
    count=17,
    usual=4.25,
    false_alarm_days=90.0,
    terms=(("Putin", 12),),
    outlets=(("Антара", 3), ("KBS", 2)),
)


def alert(number: int = 1, **facts: Any) -> DigestCommit:
    delivery = make_delivery(f"d{number}", slot_key=f"alert-{number}")
    facts = {"deliveries": (delivery,), "next_slot": None, "at": NOW, **facts}
    return DigestCommit(recipient_id="analyst", slot=Slot(key=f"alert-{number}", at=NOW), **facts)


async def matched(store: Any, title: str, points: float = 90.0, **facts: Any) -> Article:
    article = make_article(title, **facts)
    await store.commit_intake(Intake(articles=(article,), matches=(make_match(article, points=points),)))
    return article


async def marks(store: Any, line: float = 85.0) -> frozenset[tuple[int, int]]:
    found: frozenset[tuple[int, int]] = await store.alert_marks("analyst", {WATCHLIST: line}, since=NOW - DAY)
    return found


async def test_what_is_at_or_over_the_line_and_untold_may_call_for_an_alert(store: Any) -> None:
    over, at = await matched(store, "over"), await matched(store, "at", 85.0)
    await matched(store, "under", 84.9)
    await matched(store, "long ago", first_seen_at=NOW - 2 * DAY)
    assert await marks(store) == {(over.id, 0), (at.id, 0)}
    assert await store.alert_marks("analyst", {}, since=NOW - DAY) == frozenset()
    assert await store.alert_marks("analyst", {"other": 1.0}, since=NOW - DAY) == frozenset()


async def test_what_an_alert_told_calls_for_none_until_it_changes(store: Any) -> None:
    article = await matched(store, "over")
    assert await store.commit_digest(alert(told=((WATCHLIST, article.id),)))
    assert await marks(store) == frozenset()
    states = [
        Revision(article_id=article.id, seen_at=NOW + n * HOUR, title=f"{n}", summary="", text="", body_digest=n)
        for n in (0, 1)
    ]
    await store.commit_intake(Intake(revisions=tuple(states)))
    assert await marks(store) == {(article.id, 1)}
    await store.commit_digest(alert(2, states={article.id: 2}))
    assert await marks(store) == frozenset()


async def test_what_a_digest_told_and_changed_is_the_digests_to_say(store: Any) -> None:
    article = await matched(store, "over")
    told = ((WATCHLIST, article.id),)
    await store.commit_digest(replace(alert(told=told), slot=make_slot(), deliveries=()))
    states = [
        Revision(article_id=article.id, seen_at=NOW, title=f"{n}", summary="", text="", body_digest=n) for n in (0, 1)
    ]
    await store.commit_intake(Intake(revisions=tuple(states)))
    assert await marks(store) == frozenset()


async def test_an_alert_plans_no_slot_and_ends_no_period(store: Any) -> None:
    await store.set_digest_slot("analyst", make_slot())
    assert await store.commit_digest(alert())
    planned = DigestSlot(recipient_id="analyst", slot=make_slot(), told_until=None)
    assert await store.digest_slots() == {"analyst": planned}
    assert await store.told_until("analyst", at=NOW + DAY) is None
    assert [delivery.id for delivery in await store.deliveries(limit=9)] == ["d1"]


async def test_an_alert_is_kept_once(store: Any) -> None:
    assert await store.commit_digest(alert(threads=(THREAD,)))
    assert await store.commit_digest(alert(threads=(replace(THREAD, subject="another"),), at=NOW + HOUR)) is False
    assert await store.alert_threads("analyst") == [THREAD]
    assert await store.alert_times("analyst", since=NOW) == [NOW]


async def test_only_alerts_of_the_time_and_recipient_asked_for_are_counted(store: Any) -> None:
    for number in (3, 1, 2):
        await store.commit_digest(alert(number, at=NOW + number * HOUR))
    await store.commit_digest(replace(alert(4), slot=make_slot(), deliveries=(make_delivery("d9"),), at=NOW + 4 * HOUR))
    assert await store.alert_times("analyst", since=NOW + 2 * HOUR) == [NOW + 2 * HOUR, NOW + 3 * HOUR]
    assert await store.alert_times("editor", since=NOW) == []


async def test_a_thread_is_kept_as_it_stands_now(store: Any) -> None:
    await store.commit_digest(alert(threads=(THREAD, replace(THREAD, story_id=3))))
    longer = replace(THREAD, message_ids={"smtp": ("<d.1@example.org>", "<d.2@example.org>")}, times=2)
    await store.commit_digest(alert(2, threads=(longer,)))
    assert await store.alert_threads("analyst") == [replace(THREAD, story_id=3), longer]
    assert await store.alert_threads("editor") == []


async def test_a_mail_that_never_arrived_is_in_no_thread(store: Any) -> None:
    first = make_delivery("d1", slot_key="alert-1", message=make_message(message_id="<d.1@example.org>"))
    second = make_delivery("d2", slot_key="alert-2", message=make_message(message_id="<d.2@example.org>"))
    longer = replace(THREAD, message_ids={"smtp": ("<d.1@example.org>", "<d.2@example.org>")}, times=2)
    await store.commit_digest(alert(deliveries=(first,), threads=(THREAD,)))
    await store.commit_digest(alert(2, deliveries=(second,), threads=(longer,)))
    for delivery, left in ((second, [replace(longer, message_ids=THREAD.message_ids)]), (first, [])):
        given_up = DeliveryOutcome(
            delivery_id=delivery.id, state=DeliveryState.DEAD, at=NOW, code=550, reply="no", is_untold=True
        )
        await store.commit_outcome(given_up)
        assert await store.alert_threads("analyst") == left


async def test_an_alarm_waits_until_it_is_told_and_is_kept_once(store: Any) -> None:
    later = replace(ALARM, kind=AlarmKind.SILENCE, at=NOW + HOUR, terms=(), outlets=())
    await store.keep_alarms([later, ALARM])
    await store.keep_alarms([replace(ALARM, count=99)])
    assert await store.waiting_alarms("analyst") == [ALARM, later]
    assert await store.waiting_alarms("editor") == []
    await store.commit_digest(alert(alarms=(ALARM,)))
    assert await store.waiting_alarms("analyst") == [later]
    await store.keep_alarms([ALARM])
    assert await store.waiting_alarms("analyst") == [later]
    assert await store.known_alarms(since=NOW + HOUR) == [later]
    assert await store.known_alarms(since=NOW) == [ALARM, later]


async def test_an_alarm_that_goes_on_is_known_and_never_told(store: Any) -> None:
    await store.keep_alarms([], going_on=[ALARM])
    assert await store.waiting_alarms("analyst") == []
    assert await store.known_alarms(since=NOW) == [ALARM]


async def test_an_hour_is_watched_by_the_share_of_feeds_that_are_well(store: Any) -> None:
    well = make_feed_state("well", succeeded_at=NOW - HOUR, checked_at=NOW - HOUR)
    await store.sync_feeds([well, make_feed_state("ill")])
    await store.commit_intake(Intake(feed_states=(well, make_feed_state("ill", failures=3))))
    await store.keep_watch(NOW, now=NOW + DAY)
    await store.keep_watch(NOW, now=NOW)
    await store.keep_watch(NOW, now=NOW + DAY)
    await store.keep_watch(NOW + 9 * HOUR, now=NOW + 9 * HOUR)
    watched = [WatchedHour(at=NOW, share=0.5), WatchedHour(at=NOW + 9 * HOUR, share=0.0)]
    assert await store.watched_hours(since=NOW - DAY) == watched
    assert await store.watched_hours(since=NOW + HOUR) == watched[1:]


async def test_without_feeds_nobody_watches(store: Any) -> None:
    await store.keep_watch(NOW, now=NOW)
    assert await store.watched_hours(since=NOW) == [WatchedHour(at=NOW, share=0.0)]


async def test_threads_alarms_and_hours_go_in_time(store: Any) -> None:
    await store.commit_digest(alert(threads=(THREAD, replace(THREAD, story_id=8, told_at=NOW + DAY))))
    await store.keep_alarms([ALARM, replace(ALARM, episode="2026-11-23", at=NOW + DAY)])
    for hour in (NOW, NOW + DAY):
        await store.keep_watch(hour, now=hour)
    gone = await store.prune(articles_before=NOW + HOUR, index_before=NOW, limit=100)
    assert gone["alert_thread"] == 3
    assert [thread.story_id for thread in await store.alert_threads("analyst")] == [8]
    assert [alarm.episode for alarm in await store.known_alarms(since=NOW - DAY)] == ["2026-11-23"]
    assert [hour.at for hour in await store.watched_hours(since=NOW - DAY)] == [NOW + DAY]


async def test_an_alert_that_never_arrived_tells_its_alarm_again_and_moves_no_period(store: Any) -> None:
    await store.keep_alarms([ALARM])
    planned = DigestCommit(recipient_id="analyst", slot=make_slot(), next_slot=make_slot(key="next"), at=NOW)
    await store.commit_digest(planned)
    before = await store.digest_slots()
    await store.commit_digest(alert(alarms=(ALARM,)))
    assert await store.waiting_alarms("analyst") == []
    refused = DeliveryOutcome(delivery_id="d1", state=DeliveryState.DEAD, at=NOW, is_untold=True)
    await store.commit_outcome(refused)
    assert await store.waiting_alarms("analyst") == [ALARM]
    assert await store.digest_slots() == before
