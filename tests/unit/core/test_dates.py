from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.dates import DateReading, parse_date

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
JAKARTA = ZoneInfo("Asia/Jakarta")


def read(raw: str | None, zone: timezone | ZoneInfo | None = None) -> DateReading:
    return parse_date(raw, zone=zone, now=NOW)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "zone", "expected"),
    [
        ("Thu,28 Jul 2022 4:35:5 GMT+9", None, "2022-07-27 19:35:05"),
        ("Thu, 27 Jun 2024 10:00:00 WIB", None, "2024-06-27 03:00"),
        ("Thu, 27 Jun 2024 10:00:00 MSK", None, "2024-06-27 07:00"),
        ("Thu, 27 Jun 2024 10:00:00 KST", None, "2024-06-27 01:00"),
        ("Kam, 27 Jun 2024 10:00:00 +0700", None, "2024-06-27 03:00"),
        ("Sel, 27 Agu 2024 10:00:00 +0700", None, "2024-08-27 03:00"),
        ("27 Agu 2024 10:00:00 +0700", None, "2024-08-27 03:00"),
        ("Чт, 27 июн 2024 10:00:00 +0300", None, "2024-06-27 07:00"),
        ("2024.06.27 10:00", SEOUL, "2024-06-27 01:00"),
        ("2024년 06월 27일 10:00", SEOUL, "2024-06-27 01:00"),
        ("1719457200", None, "2024-06-27 03:00"),
    ],
)
def test_the_dates_that_all_parsers_got_wrong_are_right(raw: str, zone: ZoneInfo | None, expected: str) -> None:
    assert read(raw, zone).at == at(expected)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # RFC 822 and its neighbours
        ("Thu, 27 Jun 2024 10:00:00 GMT", "2024-06-27 10:00"),
        ("Thu, 27 Jun 2024 10:00:00 +0000", "2024-06-27 10:00"),
        ("Thu, 27 Jun 2024 10:00:00 -0430", "2024-06-27 14:30"),
        ("Thu, 27 Jun 2024 10:00:00 +09:00", "2024-06-27 01:00"),
        ("Thu, 27 Jun 2024 10:00 UT", "2024-06-27 10:00"),
        ("27 Jun 24 10:00 EST", "2024-06-27 15:00"),
        ("Thu, 27 Jun 2024 10:00:00 EDT", "2024-06-27 14:00"),
        ("Thu, 27 Jun 2024 10:00:00 PDT", "2024-06-27 17:00"),
        ("Thu, 27 Jun 2024 10:00:00 JST", "2024-06-27 01:00"),
        ("Thu, 27 Jun 2024 10:00:00 WITA", "2024-06-27 02:00"),
        ("Thu, 27 Jun 2024 10:00:00 WIT", "2024-06-27 01:00"),
        ("Thu, 27 Jun 2024 10:00:00 A", "2024-06-27 10:00"),
        ("Thursday, 27 June 2024 10:00:00 GMT", "2024-06-27 10:00"),
        ("Thu, 27 June 2024 10:00:00 GMT+0700", "2024-06-27 03:00"),
        ("Thu, 27 Jun 2024 10:00:00 UTC+7", "2024-06-27 03:00"),
        ("Thu, 27 Jun 2024 10:00:00 GMT-5", "2024-06-27 15:00"),
        ("Thu, 27 Jun 2024 10:00:00 +0900 (KST)", "2024-06-27 01:00"),
        ("Thu Jun 27 2024 10:00:00 GMT+0900 (Korean Standard Time)", "2024-06-27 01:00"),
        ("Thu Jun 27 10:00:00 2024", "2024-06-27 10:00"),
        ("Thu Jun 27 10:00:00 KST 2024", "2024-06-27 01:00"),
        ("Thu Jun 27 10:00:00 +0900 2024", "2024-06-27 01:00"),
        ("Thu, 27-Jun-2024 10:00:00 GMT", "2024-06-27 10:00"),
        ("Jun 27, 2024 10:00 AM", "2024-06-27 10:00"),
        ("June 27th, 2024 at 10:00 pm", "2024-06-27 22:00"),
        ("Thu, 27 Jun 2024 12:05 AM", "2024-06-27 00:05"),
        ("Thu, 27 Jun 2024 24:00:00 GMT", "2024-06-28 00:00"),
        ("Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31 23:59:59"),
        ("Fri, 26 Jul 104 03:14:15 GMT", "2004-07-26 03:14:15"),
        ("Sun Jan 4 16:29:06 PST 2004", "2004-01-05 00:29:06"),
        # ISO 8601, RFC 3339, W3CDTF
        ("2024-06-27T10:00:00Z", "2024-06-27 10:00"),
        ("2024-06-27T10:00:00.123456Z", "2024-06-27 10:00"),
        ("2024-06-27t10:00:00z", "2024-06-27 10:00"),
        ("2024-06-27T10:00:00+09:00", "2024-06-27 01:00"),
        ("2024-06-27T10:00:00+0900", "2024-06-27 01:00"),
        ("2024-06-27T10:00:00+09", "2024-06-27 01:00"),
        ("2024-06-27T10:00-05:30", "2024-06-27 15:30"),
        ("2024-06-27 10:00:00 +0700", "2024-06-27 03:00"),
        ("2024-06-27 10:00:00", "2024-06-27 10:00"),
        ("2024-6-7 1:02", "2024-06-07 01:02"),
        ("2024-06-27T10:00:00+09:00[Asia/Seoul]", "2024-06-27 01:00"),
        ("2024-06-27 10:00:00 Asia/Jakarta", "2024-06-27 03:00"),
        ("2024-06-27 10:00:00 WIB", "2024-06-27 03:00"),
        ("20240627T100000Z", "2024-06-27 10:00"),
        ("20240627100000", "2024-06-27 10:00"),
        ("202406271000", "2024-06-27 10:00"),
        ("20240627", "2024-06-27 00:00"),
        ("2024-06-27", "2024-06-27 00:00"),
        ("2024-06", "2024-06-01 00:00"),
        ("2024", "2024-01-01 00:00"),
        ("2024-179", "2024-06-27 00:00"),
        # Numbers only
        ("1719457200000", "2024-06-27 03:00"),
        ("1719457200.5", "2024-06-27 03:00"),
        ("27/06/2024 10:00", "2024-06-27 10:00"),
        ("06/27/2024 10:00", "2024-06-27 10:00"),
        ("27.06.2024 10:00", "2024-06-27 10:00"),
        ("27.06.2024, 10:00 МСК", "2024-06-27 07:00"),
        ("27-06-2024 10:00:00 +0700", "2024-06-27 03:00"),
        ("2024/06/27 10:00", "2024-06-27 10:00"),
        ("27.06.24 10:00", "2024-06-27 10:00"),
        # Indonesian, Malay
        ("Kamis, 27 Juni 2024 10:00 WIB", "2024-06-27 03:00"),
        ("Kamis, 27 Juni 2024 | 10:00 WIB", "2024-06-27 03:00"),
        ("Kamis, 27 Juni 2024 pukul 10.00 WIB", "2024-06-27 03:00"),
        ("27 Juni 2024 10.05 WITA", "2024-06-27 02:05"),
        ("Jumat, 31 Mei 2024 23:30 WIT", "2024-05-31 14:30"),
        ("Jum'at, 31 Mei 2024 23:30 WIB", "2024-05-31 16:30"),
        ("Sen, 2 Des 2024 10:00:00 +0700", "2024-12-02 03:00"),
        ("Min, 1 Des 2024 10:00:00 +0700", "2024-12-01 03:00"),
        ("Rab, 14 Agt 2024 08:00:00 +0700", "2024-08-14 01:00"),
        ("5 Nopember 2024 09:00 WIB", "2024-11-05 02:00"),
        ("Khamis, 27 Jun 2024 10:00:00 +0800", "2024-06-27 02:00"),
        ("27 Ogos 2024 10:00 +0800", "2024-08-27 02:00"),
        ("1 Disember 2024 10:00 MYT", "2024-12-01 02:00"),
        ("3 Mac 2024 10:00 +0800", "2024-03-03 02:00"),
        # Russian, Ukrainian
        ("27 июня 2024 г. 10:00", "2024-06-27 10:00"),
        ("27 июня 2024, 10:00 мск", "2024-06-27 07:00"),
        ("Пт, 31 мая 2024 10:00:00 +0300", "2024-05-31 07:00"),
        ("Вс, 01 сент. 2024 10:00:00 +0300", "2024-09-01 07:00"),
        ("10:00, 5 августа 2024 MSK", "2024-08-05 07:00"),
        ("5 серпня 2024 10:00 +0300", "2024-08-05 07:00"),
        # Korean, Japanese, Chinese: words of one country alone tell its clock, unless the feed has another
        ("2024년 6월 27일 오전 10시 5분", "2024-06-27 01:05"),
        ("2024년 6월 27일 오후 3시", "2024-06-27 06:00"),
        ("2024. 6. 27. 오후 3:05", "2024-06-27 06:05"),
        ("2024. 6. 27. 15:05:10 KST", "2024-06-27 06:05:10"),
        ("2024年6月27日 10:00 JST", "2024-06-27 01:00"),
        ("2024年6月27日(木) 午後3時05分", "2024-06-27 06:05"),
        ("令和6年6月27日 10:00", "2024-06-27 01:00"),
        ("2024年06月27日10:00", "2024-06-27 10:00"),
        ("２０２４年６月２７日　１０：００", "2024-06-27 10:00"),
        ("2024-06-27 下午 3:05", "2024-06-27 07:05"),
        # Other neighbours
        ("27. Juni 2024, 10:00 CEST", "2024-06-27 08:00"),
        ("27 août 2024 10:00 CEST", "2024-08-27 08:00"),
        ("27 de junio de 2024 10:00", "2024-06-27 10:00"),
    ],
)
def test_a_date_is_read_as_it_is_written(raw: str, expected: str) -> None:
    assert read(raw).at == at(expected)


@pytest.mark.parametrize(
    "raw",
    [
        "yesterday",
        "2 hours ago",
        "10:00",
        "27 Jun",
        "30 Feb 2024 10:00 GMT",
        "2024-13-01",
        "2024-06-27T25:00:00Z",
        "0001-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0000-00-00 00:00:00",
        "-1",
        "99999999999999999999",
        "Thu, 99 Jun 2024 10:00:00 GMT",
        "2024-06-27T10:00:00+99:00",
        "<script>alert(1)</script>",
        "null",
    ],
)
def test_what_is_no_date_stays_unknown(raw: str) -> None:
    assert read(raw) == DateReading(at=None, flags=("undated", "unreadable-date"))


@pytest.mark.parametrize("raw", [None, "", "   ", "\u200b"])
def test_no_date_is_undated_but_not_unreadable(raw: str | None) -> None:
    assert read(raw) == DateReading(at=None, flags=("undated",))


def test_a_date_far_ahead_is_clamped_and_flagged() -> None:
    assert read("Wed, 01 Jan 2099 00:00:00 GMT") == DateReading(at=NOW, flags=("future-date",))


def test_a_date_a_few_hours_ahead_is_taken_as_a_wrong_zone_not_as_a_lie() -> None:
    assert read("2026-11-22T16:00:00Z") == DateReading(at=at("2026-11-22 16:00"))


def test_the_feed_zone_holds_only_where_the_date_names_none() -> None:
    assert read("2024-06-27 10:00", JAKARTA) == DateReading(at=at("2024-06-27 03:00"), flags=("assumed-zone",))
    assert read("2024-06-27T10:00Z", JAKARTA).at == at("2024-06-27 10:00")
    assert read("27 Juni 2024 10:00 WIT", JAKARTA).at == at("2024-06-27 01:00")


def test_the_feed_zone_decides_what_an_ambiguous_zone_name_means() -> None:
    assert read("27 Jun 2024 10:00 CST").at == at("2024-06-27 16:00")
    assert read("27 Jun 2024 10:00 CST", ZoneInfo("Asia/Shanghai")).at == at("2024-06-27 02:00")


def test_a_day_without_a_time_is_flagged() -> None:
    assert "date-only" in read("27 Juni 2024").flags


def test_of_two_readings_the_one_in_the_past_is_taken_and_flagged() -> None:
    assert read("11/12/2026") == DateReading(
        at=at("2026-11-12 00:00"), flags=("ambiguous-date", "date-only", "assumed-zone")
    )
    assert read("03/04/2024 10:00").at == at("2024-04-03 10:00")
    assert read("03/04/2024 10:00 AM").at == at("2024-03-04 10:00")


@settings(max_examples=300, deadline=None)
@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2026, 11, 1)).map(
        lambda d: d.replace(microsecond=0)
    ),
    st.integers(min_value=-12 * 4, max_value=14 * 4).map(lambda quarters: quarters * 15),
    st.sampled_from(
        ["%a, %d %b %Y %H:%M:%S {z}", "%Y-%m-%dT%H:%M:%S{z}", "%d %B %Y, %H:%M:%S {z}", "%Y.%m.%d %H:%M:%S {z}"]
    ),
)
def test_every_moment_in_every_offset_is_read_back(moment: datetime, minutes: int, pattern: str) -> None:
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    raw = moment.strftime(pattern.replace("{z}", zone))
    assert read(raw).at == moment.replace(tzinfo=UTC) - timedelta(minutes=minutes)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=150) | st.text(alphabet="0123456789:-/. TZ+GMTJunWIB년월일", max_size=40))
def test_any_string_gives_a_past_moment_or_nothing(raw: str) -> None:
    reading = read(raw)
    assert reading.at is None or reading.at <= NOW + timedelta(hours=24)
    assert (reading.at is None) == ("undated" in reading.flags)


@settings(max_examples=80, deadline=None)
@given(
    st.datetimes(datetime(1960, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["%a, %d %b %Y %H:%M:%S GMT", "%d %b %Y %H:%M:%S +0730", "%Y-%m-%dT%H:%M:%SZ"]),
    st.sampled_from([None, timezone(timedelta(hours=7))]),
)
def test_the_short_way_of_plain_dates_reads_what_the_long_way_reads(
    at: datetime, form: str, zone: timezone | None
) -> None:
    raw = at.strftime(form)
    now = datetime(2025, 1, 1, tzinfo=UTC)
    assert parse_date(raw, zone=zone, now=now) == parse_date(raw.lower(), zone=zone, now=now)
