from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.story_days import story_days
from monitor.model.alerts import AlarmKind, VolumeAlarm
from monitor.model.commits import Intake
from monitor.model.volumes import Sighting, WatchedHour
from monitor.pipeline.compose import ComposeRules
from monitor.pipeline.volume import VolumeWatch
from tests.factories import make_article, make_feed_state, make_match, make_recipient, make_schedule
from tests.fakes import MemoryStore

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Midnight in Jakarta, where the reader is.
TODAY = datetime(2026, 11, 23, 17, tzinfo=UTC)
RULES = ComposeRules(titles={}, look_back=timedelta(days=7), max_age=timedelta(hours=24))
READER = make_recipient()


async def arrive(store: MemoryStore, *times: datetime, title: str = "Story", outlet: str = "Antara") -> None:
    articles = tuple(
        make_article(
            f"{title} {at.isoformat()}", outlet=outlet, first_seen_at=at, published_at=at - timedelta(minutes=5)
        )
        for at in times
    )
    matches = tuple(make_match(article) for article in articles)
    await store.commit_intake(Intake(articles=articles, matches=matches))


async def usual_days(store: MemoryStore, *, days: int = 40, a_day: int = 4) -> None:
    """So many stories a day in the past, from six in the morning on, and every hour of it watched."""
    for n in range(1, days + 1):
        midnight = TODAY - n * DAY
        await arrive(store, *(midnight + (6 + 3 * k) * HOUR for k in range(a_day)))


async def awake(store: MemoryStore, now: datetime) -> None:
    state = make_feed_state(succeeded_at=now, checked_at=now)
    await store.sync_feeds([state])
    await store.commit_intake(Intake(feed_states=(state,)))


async def look(watch: VolumeWatch, now: datetime, **facts: object) -> list[VolumeAlarm]:
    found = await watch.look(
        [READER],
        rules=RULES,
        now=now,
        **{"false_alarm_days": 90.0, **facts},  # type: ignore[arg-type]
    )
    return list(found)


async def test_many_times_the_usual_is_told_within_hours_and_once() -> None:
    store = MemoryStore()
    await usual_days(store)
    watch = VolumeWatch(store)
    found: list[VolumeAlarm] = []
    for hour in range(12):
        now = TODAY + hour * HOUR + timedelta(minutes=2)
        await awake(store, now)
        await arrive(store, *(now + timedelta(minutes=n) for n in (10, 30)), title="Kursk", outlet=f"Outlet {hour % 3}")
        found += await look(watch, now)
    (alarm,) = found
    assert alarm.kind is AlarmKind.SPIKE
    assert (alarm.episode, alarm.since_at) == ("2026-11-24", TODAY)
    assert alarm.at < TODAY + 9 * HOUR
    assert alarm.usual == pytest.approx(4, abs=0.5)
    assert 5 <= alarm.count <= 16
    assert [term for term, _ in alarm.terms] == ["Kursk"]
    assert {name for name, _ in alarm.outlets} == {"Outlet 0", "Outlet 1", "Outlet 2"}
    assert await store.waiting_alarms("analyst") == [alarm]


async def test_every_recipient_of_a_watchlist_has_the_alarm_of_its_own_day() -> None:
    store = MemoryStore()
    await usual_days(store)
    await arrive(store, *(TODAY + n * timedelta(minutes=10) for n in range(30)), title="Kursk")
    now = TODAY + 6 * HOUR
    await awake(store, now)
    readers = [
        make_recipient("one"),
        make_recipient("two"),
        make_recipient("west", schedule=make_schedule(zone="America/New_York")),
        make_recipient("other", watchlists=("asean",)),
    ]
    found = await VolumeWatch(store).look(readers, rules=RULES, false_alarm_days=90, now=now)
    assert [(alarm.recipient_id, alarm.episode) for alarm in found] == [
        ("one", "2026-11-24"),
        ("two", "2026-11-24"),
        ("west", "2026-11-23"),
    ]
    assert found[0].terms == found[1].terms != ()


async def test_a_restart_repeats_nothing() -> None:
    store = MemoryStore()
    await usual_days(store)
    await arrive(store, *(TODAY + n * timedelta(minutes=10) for n in range(30)))
    now = TODAY + 6 * HOUR
    await awake(store, now)
    assert len(await look(VolumeWatch(store), now)) == 1
    assert await look(VolumeWatch(store), now + timedelta(minutes=1)) == []
    assert await look(VolumeWatch(store), now + HOUR) == []


async def test_a_spike_that_goes_on_the_next_day_is_not_told_again() -> None:
    store = MemoryStore()
    await usual_days(store)
    for day in (0, 1):
        await arrive(store, *(TODAY + day * DAY + n * timedelta(minutes=10) for n in range(40)))
    counts = []
    for day in (0, 1):
        now = TODAY + day * DAY + 8 * HOUR
        await awake(store, now)
        counts.append(len(await look(VolumeWatch(store), now)))
    assert counts == [1, 0]
    assert [alarm.episode for alarm in await store.known_alarms(since=TODAY)] == ["2026-11-24", "2026-11-25"]


async def test_an_ordinary_day_says_nothing_and_neither_does_a_young_watchlist() -> None:
    for days, a_day in ((40, 4), (15, 40)):
        store = MemoryStore()
        await usual_days(store, days=days)
        await arrive(store, *(TODAY + n * timedelta(minutes=20) for n in range(a_day)))
        now = TODAY + 20 * HOUR
        await awake(store, now)
        assert await look(VolumeWatch(store), now) == []


async def test_alarms_can_be_turned_off() -> None:
    store = MemoryStore()
    await usual_days(store)
    await arrive(store, *(TODAY + n * timedelta(minutes=5) for n in range(60)))
    assert await look(VolumeWatch(store), TODAY + 8 * HOUR, false_alarm_days=None) == []


async def silent(store: MemoryStore, *, hours: int, is_awake: bool) -> list[VolumeAlarm]:
    watch, found = VolumeWatch(store), list[VolumeAlarm]()
    for hour in range(hours):
        now = TODAY + hour * HOUR
        await store.keep_watch(now, now=now) if not is_awake else await awake(store, now)
        found += await look(watch, now)
    return found


async def test_a_silence_is_told_once() -> None:
    store = MemoryStore()
    await usual_days(store)
    (alarm,) = await silent(store, hours=100, is_awake=True)
    assert (alarm.kind, alarm.count) == (AlarmKind.SILENCE, 0)
    assert alarm.since_at == TODAY - DAY + 15 * HOUR
    assert 5 < alarm.usual < 30


async def test_what_nobody_watched_is_no_silence() -> None:
    store = MemoryStore()
    await usual_days(store)
    assert await silent(store, hours=100, is_awake=False) == []


def sighting(at: datetime, story: int, **facts: object) -> Sighting:
    known = {"watchlist": "w", "seen_at": at, "published_at": at, "story": story}
    return Sighting(**{**known, **facts})  # type: ignore[arg-type]


def test_a_story_counts_once_where_it_was_first_seen_and_a_backlog_not_at_all() -> None:
    days = story_days(
        [
            sighting(TODAY + HOUR, 1),
            sighting(TODAY + 30 * HOUR, 1),
            sighting(TODAY + 2 * HOUR, 2, published_at=TODAY - 9 * DAY),
            sighting(TODAY + 3 * HOUR, 3, published_at=None),
        ],
        [],
        zone=UTC,
        now=TODAY + 40 * HOUR,
        max_age=DAY,
    )
    assert days is not None
    assert days.times == (TODAY + HOUR, TODAY + 3 * HOUR)


def test_what_piled_up_in_a_sleep_is_no_news_of_the_hour_of_waking() -> None:
    hours = [WatchedHour(at=TODAY + n * HOUR, share=1.0) for n in (*range(10), *range(20, 30))]
    woke = TODAY + 20 * HOUR
    days = story_days(
        [
            sighting(TODAY, 1),
            sighting(woke + HOUR, 2, published_at=woke - 3 * HOUR),
            sighting(woke + HOUR, 3, published_at=None),
            sighting(woke + HOUR, 4, published_at=woke + HOUR / 2),
            sighting(woke + 8 * HOUR, 5, published_at=None),
        ],
        hours,
        zone=UTC,
        now=woke + 9 * HOUR,
        max_age=DAY,
    )
    assert days is not None
    assert days.times == (TODAY, woke + HOUR, woke + 8 * HOUR)
    assert days.share(TODAY.date()).tolist() == [0.0] * 17 + [1.0] * 7
    assert days.share((TODAY + DAY).date()).sum() == 3 + 10


def test_an_hour_in_which_most_feeds_failed_was_not_watched() -> None:
    hours = [WatchedHour(at=TODAY + n * HOUR, share=0.49 if n == 2 else 0.5) for n in range(4)]
    days = story_days([sighting(TODAY, 1)], hours, zone=UTC, now=TODAY + 3 * HOUR, max_age=None)
    assert days is not None
    assert days.share(TODAY.date())[17:21].tolist() == [1.0, 1.0, 0.0, 1.0]


def test_nothing_ever_seen_is_nothing_to_learn_from() -> None:
    assert story_days([], [], zone=UTC, now=TODAY, max_age=None) is None
