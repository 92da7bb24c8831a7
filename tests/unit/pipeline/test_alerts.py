from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.errors import StoreError
from monitor.model.alerts import AlarmKind, AlertRules, VolumeAlarm
from monitor.model.articles import Revision, VerdictKind
from monitor.model.commits import Intake
from monitor.model.digests import DeliveryOutcome, DeliveryState, Slot
from monitor.model.preferences import Preference, PreferenceKind
from monitor.model.suspensions import Suspension
from monitor.pipeline.alerts import Alerter
from tests.factories import NOW, make_recipient, make_verdict
from tests.unit.pipeline.alerting import LINE, MINUTE, READER, WATCHLIST, Newsroom, quiet, text

HOUR = 60 * MINUTE
# Seven in Jakarta, where the reader is, is midnight UTC; NOW is two in the afternoon there.
SEVEN = datetime(2026, 11, 23, tzinfo=UTC)


async def test_a_match_over_the_line_is_told_at_once_with_its_title_alone_as_subject() -> None:
    room = Newsroom()
    article = await room.arrive("Putin lands in Pyongyang")
    (alert,) = await room.alert()
    assert alert["Subject"] == "[Russia–North Korea] Putin lands in Pyongyang"
    assert alert["References"] is None
    assert alert["In-Reply-To"] is None
    assert article.url in text(alert)
    assert "scores 85 or more" in text(alert)
    assert "Alert, 22 Nov 2026, 14:00 WIB" in text(alert)
    assert room.told == {article.id}


async def test_a_match_under_the_line_waits_for_the_digest() -> None:
    room = Newsroom()
    await room.arrive("Minor", 84.9)
    assert await room.alert() == []
    assert room.told == set()


async def test_who_wants_no_alerts_gets_none() -> None:
    room = Newsroom(make_recipient())
    await room.arrive("Putin lands in Pyongyang")
    assert await room.alert() == []


async def test_what_an_alert_told_is_only_named_by_the_next_digest() -> None:
    room = Newsroom()
    await room.store.set_digest_slot("analyst", Slot(key="2026-11-23T07:00", at=SEVEN))
    alerted = await room.arrive("Putin lands in Pyongyang")
    await room.alert()
    minor = await room.arrive("Another matter", 60.0)
    (digest,) = await room.digest(SEVEN - room.now)
    assert digest["Subject"] == "[Russia–North Korea] Another matter"
    assert digest["References"] is None
    body = text(digest)
    assert "Told at once since the last digest" in body
    assert f"{alerted.title} (alerted 22 Nov, 14:00)" in body
    assert body.index(minor.url) < body.index(alerted.url)
    assert "1 story" in body


async def test_an_alert_alone_makes_no_digest() -> None:
    room = Newsroom()
    await room.store.set_digest_slot("analyst", Slot(key="2026-11-23T07:00", at=SEVEN))
    await room.arrive("Putin lands in Pyongyang")
    await room.alert()
    assert await room.digest(SEVEN - room.now) == []


async def test_what_comes_at_the_same_moment_is_one_alert() -> None:
    room = Newsroom()
    for title in ("One", "Two", "Three"):
        await room.arrive(title)
    (alert,) = await room.alert()
    assert str(alert["Subject"]).endswith("(+2)")


async def test_what_comes_soon_after_an_alert_is_gathered_for_the_next() -> None:
    room = Newsroom()
    await room.arrive("One")
    assert len(await room.alert()) == 1
    for title in ("Two", "Three"):
        await room.arrive(title)
        assert await room.alert(4 * MINUTE) == []
    (second,) = await room.alert(2 * MINUTE)
    assert str(second["Subject"]).endswith("(+1)")
    assert "One" not in text(second)


async def test_an_update_is_a_reply_in_the_thread_of_the_first_alert() -> None:
    room = Newsroom()
    first = await room.arrive("Putin lands in Pyongyang")
    (alert,) = await room.alert()
    sent = [alert["Message-ID"]]
    for n, wait in enumerate((30, 60, 120, 240, 360)):
        await room.arrive(f"Turn {n}", of=first)
        assert await room.alert((wait - 1) * MINUTE) == []
        (reply,) = await room.alert(MINUTE)
        assert reply["Subject"] == "Re: [Russia–North Korea] Putin lands in Pyongyang"
        assert reply["In-Reply-To"] == sent[-1]
        assert str(reply["References"]).split() == [f"<s.{first.id:x}@example.org>", *sent[-3:]]
        assert f"Turn {n}" in text(reply)
        assert "you had" in text(reply)
        sent.append(reply["Message-ID"])
    assert len(set(sent)) == 6


async def test_an_update_held_by_its_spacing_comes_with_the_digest_if_that_is_earlier() -> None:
    room = Newsroom(now=SEVEN - 10 * MINUTE)
    await room.store.set_digest_slot("analyst", Slot(key="2026-11-23T07:00", at=SEVEN))
    first = await room.arrive("Putin lands in Pyongyang")
    await room.alert()
    await room.arrive("They sign", of=first)
    assert await room.alert(9 * MINUTE) == []
    (digest,) = await room.digest(MINUTE)
    assert "They sign" in text(digest)
    assert await room.alert(HOUR) == []


async def test_copies_of_what_was_told_make_no_update() -> None:
    room = Newsroom()
    first = await room.arrive("Putin lands in Pyongyang")
    await room.alert()
    copy = await room.arrive(
        "Putin lands in Pyongyang, says agency", of=first, verdict=make_verdict(first, VerdictKind.COPY, of=first.id)
    )
    room.store.verdicts[copy.id] = replace(make_verdict(copy, VerdictKind.COPY), of=first.id)
    assert await room.alert(2 * HOUR) == []


async def test_an_update_under_the_line_waits_for_the_digest() -> None:
    room = Newsroom()
    first = await room.arrive("Putin lands in Pyongyang")
    await room.alert()
    await room.arrive("A detail", 60.0, of=first)
    assert await room.alert(2 * HOUR) == []


async def test_a_correction_of_what_was_alerted_is_a_reply_at_once() -> None:
    room = Newsroom()
    first = await room.arrive("Putin lands in Pyongyang")
    (alert,) = await room.alert()
    for n, body in enumerate((first.text, f"Correction: he landed in Wonsan. {first.text}")):
        state = Revision(
            article_id=first.id,
            seen_at=room.now + n * MINUTE,
            title=first.title,
            summary="",
            text=body,
            body_digest=n,
            feed_id=first.feed_id,
        )
        await room.store.commit_intake(Intake(revisions=(state,)))
    (reply,) = await room.alert(2 * MINUTE)
    assert reply["In-Reply-To"] == alert["Message-ID"]
    assert "he landed in Wonsan" in text(reply)
    assert await room.alert(HOUR) == []


async def test_a_story_that_went_into_another_keeps_its_thread() -> None:
    room = Newsroom()
    first = await room.arrive("Putin lands in Pyongyang")
    (alert,) = await room.alert()
    whole = await room.arrive("State visit of Putin", 60.0, published_at=NOW - HOUR)
    part = room.store.stories[first.id]
    room.store.stories[first.id] = replace(part, merged_into=whole.id, merged_at=room.now + MINUTE)
    await room.arrive("They sign", of=whole)
    (reply,) = await room.alert(HOUR)
    assert reply["In-Reply-To"] == alert["Message-ID"]
    assert "They sign" in text(reply)


async def test_an_alert_of_several_stories_is_one_thread() -> None:
    room = Newsroom()
    one, two = await room.arrive("One", 99.0), await room.arrive("Two")
    (alert,) = await room.alert()
    await room.arrive("More of two", of=two)
    (reply,) = await room.alert(HOUR)
    assert reply["Subject"] == f"Re: {alert['Subject']}"
    await room.arrive("More of one", of=one)
    (last,) = await room.alert(2 * HOUR)
    assert last["In-Reply-To"] == reply["Message-ID"]


async def test_in_quiet_hours_nothing_goes_and_at_their_end_all_of_it_in_one() -> None:
    room = Newsroom(make_recipient(alerts=quiet("22:00", "06:30")), now=datetime(2026, 11, 22, 14, 59, tzinfo=UTC))
    await room.arrive("Before midnight")
    assert len(await room.alert()) == 1
    for title in ("In the night", "Later in the night"):
        await room.arrive(title)
        assert await room.alert(HOUR) == []
    (alert,) = await room.alert(datetime(2026, 11, 22, 23, 30, tzinfo=UTC) - room.now)
    assert str(alert["Subject"]).endswith("(+1)")
    assert "end of your quiet hours" in text(alert)


async def test_the_last_alert_of_a_day_says_so_and_the_rest_waits_for_the_digest() -> None:
    room = Newsroom(make_recipient(alerts=AlertRules(per_day=2, group=timedelta(0))))
    await room.store.set_digest_slot("analyst", Slot(key="2026-11-23T07:00", at=SEVEN))
    await room.arrive("One")
    (first,) = await room.alert()
    await room.arrive("Two")
    (second,) = await room.alert(MINUTE)
    held = await room.arrive("Three")
    assert await room.alert(MINUTE) == []
    assert "last alert" not in text(first)
    assert "This was your last alert today (at most 2 a day)" in text(second)
    (digest,) = await room.digest(SEVEN - room.now)
    assert held.title in text(digest)


async def test_a_new_local_day_has_its_own_alerts() -> None:
    room = Newsroom(make_recipient(alerts=AlertRules(per_day=1)), now=datetime(2026, 11, 22, 16, 50, tzinfo=UTC))
    await room.arrive("One")
    assert len(await room.alert()) == 1
    await room.arrive("Two")
    assert await room.alert(9 * MINUTE) == []
    assert len(await room.alert(MINUTE)) == 1


async def test_seeds_and_old_news_alert_nobody() -> None:
    room = Newsroom()
    await room.arrive("A seed", feed_id="seeds")
    await room.arrive("Last week's", published_at=NOW - timedelta(days=7))
    await room.arrive("Seen yesterday", first_seen_at=NOW - timedelta(hours=25))
    assert await room.alert() == []


async def test_the_same_alert_has_the_same_bytes_and_is_kept_once() -> None:
    rooms = [Newsroom(), Newsroom()]
    mails = []
    for room in rooms:
        await room.arrive("Putin lands in Pyongyang")
        mails += await room.alert()
    assert mails[0].as_bytes() == mails[1].as_bytes()
    assert await rooms[0].alert(HOUR) == []


async def test_a_full_disk_loses_no_alert() -> None:
    room = Newsroom()
    await room.arrive("Putin lands in Pyongyang")
    room.store.refusals.append(StoreError("the disk is full"))
    report = await room.alerter.alert(
        [READER], renderers=room.renderers, rules=room.rules, lines={WATCHLIST: LINE}, now=room.now
    )
    assert report.failures == (("analyst", "the disk is full"),)
    assert len(await room.alert(MINUTE)) == 1


async def test_one_recipient_that_fails_does_not_hold_up_the_others() -> None:
    room = Newsroom()
    await room.arrive("Putin lands in Pyongyang")
    broken = replace(READER, id="broken", channels=("pigeon",))
    report = await room.alerter.alert(
        [broken, READER], renderers=room.renderers, rules=room.rules, lines={WATCHLIST: LINE}, now=room.now
    )
    assert [plan.recipient.id for plan in report.composed] == ["analyst"]
    assert [failed for failed, _ in report.failures] == ["broken"]


async def test_a_dry_run_says_what_it_would_tell_once_and_keeps_nothing() -> None:
    room = Newsroom()
    room.alerter = Alerter(room.store, room.store, is_dry=True)
    await room.arrive("Putin lands in Pyongyang")
    before = room.store.commits
    assert len(await room.alert()) == 1
    assert await room.alert(HOUR) == []
    assert (room.store.commits, room.store.outbox) == (before, {})


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (PreferenceKind.UNSUBSCRIBE, ""),
        (PreferenceKind.LESS_OFTEN, WATCHLIST),
        (PreferenceKind.LESS_OFTEN, ""),
    ],
)
async def test_who_wants_less_is_not_alerted(kind: PreferenceKind, target: str) -> None:
    room = Newsroom()
    asked = Preference(recipient_id="analyst", kind=kind, target=target, is_on=True, at=NOW)
    await room.store.keep_preference(asked)
    await room.arrive("Putin lands in Pyongyang")
    assert await room.alert() == []


async def refused(room: Newsroom, *, suspends: bool) -> None:
    """The server refuses the alert that is in the outbox, for good."""
    (delivery,) = room.store.outbox.values()
    suspension = Suspension(
        recipient_id="analyst",
        channel="maildir",
        address=delivery.message.recipient,
        at=room.now,
        reason="no such user",
    )
    await room.store.commit_outcome(
        DeliveryOutcome(
            delivery_id=delivery.id,
            state=DeliveryState.DEAD,
            at=room.now,
            code=550,
            is_untold=True,
            suspension=suspension if suspends else None,
        )
    )


async def test_an_alert_that_was_given_up_is_told_by_the_next_digest() -> None:
    room = Newsroom()
    await room.store.set_digest_slot("analyst", Slot(key="2026-11-23T07:00", at=SEVEN))
    article = await room.arrive("Putin lands in Pyongyang")
    await room.alert()
    await refused(room, suspends=False)
    assert await room.alert(HOUR) == []
    (digest,) = await room.digest(SEVEN - room.now)
    assert article.url in text(digest)


async def test_who_is_suspended_is_not_alerted_until_that_is_lifted() -> None:
    room = Newsroom()
    await room.arrive("One")
    await room.alert()
    await refused(room, suspends=True)
    await room.arrive("Two")
    assert await room.alert(HOUR) == []
    await room.store.lift_suspensions("analyst", at=room.now)
    (alert,) = await room.alert(MINUTE)
    assert str(alert["Subject"]).endswith("(+1)")
    assert alert["References"] is None  # the thread of what never arrived is gone with it


async def test_each_channel_has_its_own_mails_in_the_thread() -> None:
    reader = replace(READER, channels=("maildir", "smtp"))
    room = Newsroom(reader)
    room.renderers = {**room.renderers, "smtp": room.renderers["maildir"]}
    first = await room.arrive("Putin lands in Pyongyang")
    alerts = await room.alert()
    await room.arrive("They sign", of=first)
    replies = await room.alert(HOUR)
    assert [reply["In-Reply-To"] for reply in replies] == [alert["Message-ID"] for alert in alerts]
    assert len({alert["Message-ID"] for alert in alerts}) == 2


def alarm(**facts: object) -> VolumeAlarm:
    known = {
        "recipient_id": "analyst",
        "watchlist": WATCHLIST,
        "kind": AlarmKind.SPIKE,
        "episode": "2026-11-22",
        "day": date(2026, 11, 22),
        "at": NOW,
        "since_at": datetime(2026, 11, 21, 17, tzinfo=UTC),
        "count": 17,
        "usual": 4.2,
        "false_alarm_days": 90.0,
        "terms": (("Kursk", 9),),
        "outlets": (("Antara", 5), ("KBS", 3)),
    }
    return VolumeAlarm(**{**known, **facts})  # type: ignore[arg-type]


async def test_a_spike_is_told_at_once_in_words_and_once() -> None:
    room = Newsroom()
    await room.store.keep_alarms([alarm()])
    (alert,) = await room.alert()
    assert str(alert["Subject"]).startswith("[Russia–North Korea] 17 stories since midnight; usual")
    body = text(alert)
    assert "17 stories since midnight; usual for a Sunday is 4.2 (at most one false alarm in 90 days)" in body
    assert "No new stories" not in body
    assert "Most named: Kursk 9" in body
    assert "Outlets: Antara 5 · KBS 3" in body
    assert await room.alert(HOUR) == []
    assert await room.store.waiting_alarms("analyst") == []


async def test_a_spike_rides_with_an_alert_of_the_same_moment() -> None:
    room = Newsroom()
    await room.store.keep_alarms([alarm()])
    await room.arrive("Putin lands in Pyongyang")
    (alert,) = await room.alert()
    assert alert["Subject"] == "[Russia–North Korea] Putin lands in Pyongyang"
    assert "17 stories since midnight" in text(alert)


async def test_a_digest_of_an_earlier_moment_knows_nothing_of_a_later_alarm() -> None:
    room = Newsroom(make_recipient())
    await room.store.set_digest_slot("analyst", Slot(key="2026-11-23T07:00", at=SEVEN))
    await room.store.keep_alarms([alarm(at=SEVEN + HOUR)])
    assert await room.digest(SEVEN - room.now) == []


async def test_who_has_no_alerts_reads_of_a_silence_in_the_next_digest_even_if_there_is_nothing_else() -> None:
    room = Newsroom(make_recipient())
    await room.store.set_digest_slot("analyst", Slot(key="2026-11-23T07:00", at=SEVEN))
    silence = alarm(kind=AlarmKind.SILENCE, episode="x", count=0, usual=9.0, terms=(), outlets=())
    await room.store.keep_alarms([silence])
    assert await room.alert() == []
    (digest,) = await room.digest(SEVEN - room.now)
    assert "no story since 22 Nov, 00:00; usual in that time are 9" in text(digest)
    assert await room.store.waiting_alarms("analyst") == []


async def test_an_alarm_held_over_midnight_is_not_told_as_of_today() -> None:
    room = Newsroom()
    await room.store.keep_alarms([alarm()])
    (alert,) = await room.alert(12 * HOUR)
    assert "17 stories until 22 Nov, 14:00; usual for a Sunday is 4.2" in text(alert)


async def test_for_whom_no_mail_reaches_there_is_no_alert_until_it_does() -> None:
    room = Newsroom()
    (channel,) = READER.channels
    suspension = Suspension(
        recipient_id="analyst", channel=channel, address=READER.address, at=NOW, reason="550 no such user"
    )
    room.store.suspended["analyst", channel] = suspension
    await room.arrive("Putin lands in Pyongyang")
    assert await room.alert() == []
    assert room.told == set()
    await room.store.lift_suspensions("analyst", at=NOW)
    assert len(await room.alert()) == 1
