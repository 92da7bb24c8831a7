"""Dates as texts name them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.lead_dates import LeadDate, event_date, lead_dates

ID = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
RU = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Moskow, Kamis (14 September), mengonfirmasi", ["--09-14"]),
        ("kata KCNA pada Kamis, (14/9/2023), menggunakan", ["2023-09-14"]),
        ("Diterbitkan 15 Jun 2024, 08:03 WIB", ["2024-06-15"]),
        ("Rabu (19 Agustus 2024)", ["2024-08-19"]),
        ("On September 14, 2023, the two leaders", ["2023-09-14"]),
        ("on Sept. 5 and on 6th October", ["--09-05", "--10-06"]),
        ("19 июня 2024 года, а 20 июня", ["2024-06-19", "--06-20"]),
        ("19.06.2024 в Пхеньяне", ["2024-06-19"]),
        ("2023년 9월 14일 회담, 15일 방문, 9월 16일", ["2023-09-14", "--09-16"]),
        ("2024年6月19日、平壌で", ["2024-06-19"]),
        ("published 2024-06-19T08:00", ["2024-06-19"]),
        ("10/25/2024", ["2024-10-25"]),
        ("14 September 2023 and again 14 September 2023", ["2023-09-14"]),
    ],
)
def test_explicit_dates_are_found_in_reading_order(text: str, expected: list[str]) -> None:
    assert [found.key for found in lead_dates(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thursday, yesterday, pekan lalu",
        "4 may have died, 3 mar their record",
        "31 February 2024, 13/25/2024, 99 September",
        "in March 2024, sejak September 1948",
        "version 1.5 Mar, 192.168.10.2024",
        "pukul 10:30, 12,5 persen, nomor 14092023",
    ],
)
def test_what_is_no_date_is_not_taken_for_one(text: str) -> None:
    assert lead_dates(text) == ()


def test_dates_beyond_the_lead_do_not_count() -> None:
    assert lead_dates("kata " * 400 + "14 September 2023") == ()


@given(st.dates(date(1990, 1, 1), date(2049, 12, 31)), st.integers(0, 3))
def test_a_written_date_is_read_back(day: date, form: int) -> None:
    month = day.month - 1
    text = (
        f"Pada {day.day} {ID[month]} {day.year} lalu",
        f"On {EN[month]} {day.day}, {day.year}, they",
        f"Это было {day.day} {RU[month]} {day.year} года",
        f"{day.year}년 {day.month}월 {day.day}일",
    )[form]
    assert [found.key for found in lead_dates(text)] == [day.isoformat()]


day_values = st.dates(date(2000, 1, 1), date(2030, 12, 31)).flatmap(
    lambda day: st.sampled_from([LeadDate(day.month, day.day, day.year), LeadDate(day.month, day.day)])
)


@given(day_values, day_values)
def test_distance_is_symmetric_and_zero_to_itself(one: LeadDate, other: LeadDate) -> None:
    assert one.days_from(other) == other.days_from(one) >= 0
    assert one.days_from(one) == 0
    assert LeadDate.from_key(one.key) == one


def test_without_a_year_the_short_way_round_counts() -> None:
    assert LeadDate(12, 31).days_from(LeadDate(1, 2, 2024)) == 2
    assert LeadDate(12, 31, 2023).days_from(LeadDate(1, 2, 2024)) == 2
    assert LeadDate(1, 2, 2023).days_from(LeadDate(1, 2, 2024)) == 365


def test_background_far_from_publication_is_not_the_event() -> None:
    text = "Sejak 24 Februari 2022 perang berlangsung. Rabu (19 Juni) Putin tiba."
    assert event_date(text, datetime(2024, 6, 19, tzinfo=UTC)) == LeadDate(6, 19)
    assert event_date(text, None) == LeadDate(2, 24, 2022)
    assert event_date("Sejak 24 Februari 2022", datetime(2024, 6, 19, tzinfo=UTC)) is None
