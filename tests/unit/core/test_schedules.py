from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.schedules import day_began_at, due_slot, next_slot
from monitor.model.digests import Schedule, Slot
from tests.factories import make_schedule

BERLIN = ZoneInfo("Europe/Berlin")
JAKARTA = ZoneInfo("Asia/Jakarta")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def daily(zone: str, *clock: str) -> Schedule:
    minutes = (int(text[:2]) * 60 + int(text[3:]) for text in clock)
    return make_schedule(zone=zone, times=tuple(sorted(minutes)))


def test_the_next_slot_is_named_by_the_readers_wall_clock() -> None:
    slot = next_slot(daily("Asia/Jakarta", "07:00"), after=at("2026-11-21T23:00+00:00"), tz=JAKARTA)
    assert slot == Slot(key="2026-11-22T07:00", at=at("2026-11-22T00:00+00:00"))


def test_a_slot_at_this_very_instant_is_not_the_next_one() -> None:
    slot = next_slot(daily("Asia/Jakarta", "07:00"), after=at("2026-11-22T07:00+07:00"), tz=JAKARTA)
    assert slot.key == "2026-11-23T07:00"


def test_a_wall_time_that_happens_twice_is_one_slot_at_its_first_occurrence() -> None:
    schedule = daily("Europe/Berlin", "02:30")
    slot = next_slot(schedule, after=at("2026-10-24T12:00+02:00"), tz=BERLIN)
    assert slot == Slot(key="2026-10-25T02:30", at=at("2026-10-25T00:30+00:00"))
    assert next_slot(schedule, after=slot.at, tz=BERLIN).key == "2026-10-26T02:30"


def test_a_wall_time_that_does_not_happen_moves_to_the_end_of_the_gap_and_keeps_its_key() -> None:
    slot = next_slot(daily("Europe/Berlin", "02:30"), after=at("2026-03-28T12:00+01:00"), tz=BERLIN)
    assert slot == Slot(key="2026-03-29T02:30", at=at("2026-03-29T03:00+02:00"))


def test_two_wall_times_in_one_gap_make_one_digest() -> None:
    schedule = daily("Europe/Berlin", "02:15", "02:45")
    slot = next_slot(schedule, after=at("2026-03-28T12:00+01:00"), tz=BERLIN)
    assert slot.key == "2026-03-29T02:15"
    assert next_slot(schedule, after=slot.at, tz=BERLIN).key == "2026-03-30T02:15"


def test_a_day_that_a_zone_skipped_altogether_moves_to_the_next_midnight() -> None:
    apia = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
    slot = next_slot(daily("Pacific/Apia", "07:00"), after=at("2011-12-29T12:00-10:00"), tz=apia)
    assert slot == Slot(key="2011-12-30T07:00", at=at("2011-12-31T00:00+14:00"))


def test_a_half_hour_change_is_understood() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    slot = next_slot(daily("Australia/Lord_Howe", "02:15"), after=at("2026-10-03T12:00+10:30"), tz=lord_howe)
    assert slot == Slot(key="2026-10-04T02:15", at=at("2026-10-04T02:30+11:00"))


def test_weekdays_days_and_months_all_have_to_fit() -> None:
    mondays = make_schedule(weekdays=(0,), times=(480,))
    assert next_slot(mondays, after=at("2026-11-22T09:00+07:00"), tz=JAKARTA).key == "2026-11-23T08:00"
    leap_day = make_schedule(monthdays=(29,), months=(2,), times=(480,))
    assert next_slot(leap_day, after=at("2026-11-22T09:00+07:00"), tz=JAKARTA).key == "2028-02-29T08:00"


def test_a_schedule_that_never_comes_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match="no day fits"):
        next_slot(make_schedule(monthdays=(31,), months=(2,)), after=at("2026-11-22T09:00+07:00"), tz=JAKARTA)


def test_a_daemon_asleep_for_three_days_owes_one_digest_the_latest() -> None:
    schedule = daily("Asia/Jakarta", "07:00", "17:00")
    planned = Slot(key="2026-11-19T07:00", at=at("2026-11-19T07:00+07:00"))
    assert due_slot(planned, schedule, now=at("2026-11-22T09:00+07:00"), tz=JAKARTA).key == "2026-11-22T07:00"


def test_a_planned_slot_with_none_after_it_stays_the_one_due() -> None:
    schedule = daily("Asia/Jakarta", "07:00")
    first = Slot(key="first", at=at("2026-11-22T08:00+07:00"))
    assert due_slot(first, schedule, now=at("2026-11-22T09:00+07:00"), tz=JAKARTA) == first


zones = st.sampled_from(
    ("Europe/Berlin", "America/New_York", "Asia/Jakarta", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")
)
schedules = st.builds(
    Schedule,
    zone=zones,
    times=st.sets(st.integers(0, 1439), min_size=1, max_size=5).map(lambda times: tuple(sorted(times))),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
)
# Half of the instants lie in a week with a clock change of one of the zones.
instants = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
    st.datetimes(datetime(2026, 3, 6), datetime(2026, 4, 7)),
    st.datetimes(datetime(2026, 10, 2), datetime(2026, 11, 3)),
).map(lambda naive: naive.replace(tzinfo=UTC))


@settings(max_examples=150, deadline=None)
@given(schedules, instants)
def test_slots_follow_one_another_in_time_and_in_key_and_each_key_comes_once(schedule: Schedule, now: datetime) -> None:
    tz = ZoneInfo(schedule.zone)
    slots = [next_slot(schedule, after=now, tz=tz)]
    for _ in range(8):
        slots.append(next_slot(schedule, after=slots[-1].at, tz=tz))
    assert slots[0].at > now
    assert all(a.at < b.at and a.key < b.key for a, b in pairwise(slots))
    for slot in slots:
        wall = slot.at.astimezone(tz).replace(tzinfo=None)
        assert timedelta(0) <= wall - datetime.fromisoformat(slot.key) <= timedelta(hours=1)


@settings(max_examples=100, deadline=None)
@given(schedules, instants, st.integers(0, 20 * 24 * 60))
def test_the_due_slot_is_where_stepping_from_slot_to_slot_ends(
    schedule: Schedule, start: datetime, asleep: int
) -> None:
    tz = ZoneInfo(schedule.zone)
    planned = next_slot(schedule, after=start, tz=tz)
    now = planned.at + timedelta(minutes=asleep)
    expected = planned
    while (following := next_slot(schedule, after=expected.at, tz=tz)).at <= now:
        expected = following
    found = due_slot(planned, schedule, now=now, tz=tz)
    assert found.at == expected.at
    assert found.at <= now < next_slot(schedule, after=found.at, tz=tz).at


@pytest.mark.parametrize(
    ("zone", "now", "began"),
    [
        ("Asia/Jakarta", "2026-11-22T07:00+07:00", "2026-11-22T00:00+07:00"),
        ("Asia/Jakarta", "2026-11-22T00:00+07:00", "2026-11-22T00:00+07:00"),
        ("Europe/Berlin", "2026-10-25T23:59+01:00", "2026-10-25T00:00+02:00"),  # a day of 25 hours
        ("Africa/Cairo", "2026-04-24T09:00+03:00", "2026-04-24T01:00+03:00"),  # midnight does not happen
        ("America/Havana", "2026-11-01T00:30-05:00", "2026-11-01T00:00-04:00"),  # and here it happens twice
    ],
)
def test_a_day_begins_with_the_first_instant_of_its_date_on_the_readers_clock(zone: str, now: str, began: str) -> None:
    assert day_began_at(at(now), ZoneInfo(zone)) == at(began)


@settings(max_examples=100, deadline=None)
@given(schedules, instants)
def test_a_day_has_begun_and_its_first_instant_is_of_the_same_date(schedule: Schedule, now: datetime) -> None:
    tz = ZoneInfo(schedule.zone)
    began = day_began_at(now, tz)
    assert began <= now
    assert began.astimezone(tz).date() == now.astimezone(tz).date()
    assert day_began_at(began, tz) == began
