"""Dates in the languages and habits of newsrooms: tables written from grammars and calendars, not from the parser."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.core.dates import parse_date, zone_of_language

FORMATS = Path(__file__).parents[2] / "golden" / "formats"
NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def at(raw: str) -> datetime | None:
    return parse_date(raw, zone=None, now=NOW).at


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def table(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FORMATS / f"{name}.jsonl").read_text(encoding="utf-8").split("\n") if line]


# fmt: off
MONTHS = {case["language"]: case["names"] for case in table("months")}
WEEKDAYS = {
    "id": "Senin Selasa Rabu Kamis Jumat Sabtu Minggu",
    "id-abbr": "Sen Sel Rab Kam Jum Sab Min",
    "ms": "Isnin Selasa Rabu Khamis Jumaat Sabtu Ahad",
    "ru": "Понедельник Вторник Среда Четверг Пятница Суббота Воскресенье",
    "ru-abbr": "Пн Вт Ср Чт Пт Сб Вс",
    "uk": "понеділок вівторок середа четвер п’ятниця субота неділя",
    "uk-abbr": "Пн Вт Ср Чт Пт Сб Нд",
    "be": "панядзелак аўторак серада чацвер пятніца субота нядзеля",
    "bg": "понеделник вторник сряда четвъртък петък събота неделя",
    "pl": "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "pl-abbr": "pon wt śr czw pt sob nie",
    "cs": "pondělí úterý středa čtvrtek pátek sobota neděle",
    "cs-a": "po út st čt pá so ne",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "de-a": "Mo. Di. Mi. Do. Fr. Sa. So.",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "fr-a": "lun. mar. mer. jeu. ven. sam. dim.",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "es-a": "lun mar mié jue vie sáb dom",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "pt-a": "seg ter qua qui sex sáb dom",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "it-a": "lun mar mer gio ven sab dom",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "nl-a": "ma di wo do vr za zo",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "sv-a": "mån tis ons tors fre lör sön",
    "fi": "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "fi-a": "ma ti ke to pe la su",
    "tr": "Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar",
    "tr-a": "Pzt Sal Çar Per Cum Cmt Paz",
    "vi": "Thứ-Hai Thứ-Ba Thứ-Tư Thứ-Năm Thứ-Sáu Thứ-Bảy Chủ-Nhật",
    "vi-a": "T2 T3 T4 T5 T6 T7 CN",
    "tl": "Lunes Martes Miyerkules Huwebes Biyernes Sabado Linggo",
}
# fmt: on


@pytest.mark.parametrize("language", MONTHS)
def test_every_month_of_a_language_is_known(language: str) -> None:
    names = [name.replace("-", " ") for name in MONTHS[language]]
    assert len(names) == 12
    read = [at(f"7 {name} 2024 10:00:00 +0700") for name in names]
    assert read == [utc(f"2024-{month:02}-07 03:00") for month in range(1, 13)]


@pytest.mark.parametrize("language", ["es", "es-abbr", "pt"])
def test_words_between_day_month_and_year_do_no_harm(language: str) -> None:
    read = [at(f"7 de {name} de 2024, 10:00") for name in MONTHS[language]]
    assert read == [utc(f"2024-{month:02}-07 10:00") for month in range(1, 13)]


@pytest.mark.parametrize("language", ["hu", "lt"])
def test_the_year_may_stand_first(language: str) -> None:
    read = [at(f"2024. {name} 7. 10:00") for name in MONTHS[language]]
    assert read == [utc(f"2024-{month:02}-07 10:00") for month in range(1, 13)]


@pytest.mark.parametrize("language", WEEKDAYS)
def test_no_weekday_is_taken_for_a_month_or_a_number(language: str) -> None:
    names = [name.replace("-", " ") if language == "vi" else name for name in WEEKDAYS[language].split()]
    days = range(4, 11)
    assert [at(f"{name}, {day:02} Mar 2024 10:00:00 +0700") for name, day in zip(names, days, strict=True)] == [
        utc(f"2024-03-{day:02} 03:00") for day in days
    ]
    assert [at(f"{name}, {day:02}/03/2024 10:00") for name, day in zip(names, days, strict=True)] == [
        utc(f"2024-03-{day:02} 10:00") for day in days
    ]


@pytest.mark.parametrize(("raw", "expected"), [(case["raw"], case["at"]) for case in table("dates")])
def test_what_people_and_templates_write_is_read(raw: str, expected: str) -> None:
    found = at(raw)
    assert found is not None
    assert found.replace(microsecond=0) == utc(expected)


@pytest.mark.parametrize(
    "raw",
    [
        "Thu, 27 Jun 2024 25:00:00 GMT",
        "Thu, 27 Jun 2024 10:60:00 GMT",
        "Thu, 31 Jun 2024 10:00:00 GMT",
        "Wed, 29 Feb 2023 10:00:00 GMT",
        "2023-366",
        "2024-000",
        "2024-400",
        "2024-06-31T10:00:00Z",
        "2024-00-27",
        "2024-06-00",
        "2024-06-27T10:60:00Z",
        "2024-02-30",
        "2024-27-06T10:00:00Z",
        "2024-06-27T10:00:00+15:00",
        "0000-00-00T00:00:00Z",
        "0",
        "12345",
        "1.7194572e9",
        "123456789012345678901",
        "1719457200Z",
        "32/01/2025",
        "13/13/2025",
        "00/00/0000",
        "1445/12/21",
        "today",
        "now",
        "yesterday 10:00",
        "5 minutes ago",
        "Kemarin 10:00",
        "hari ini, 10:00",
        "вчера 10:00",
        "어제",
        "2시간 전",
        "昨天 10:00",
        "10:00 WIB",
        "Jun",
        "Thursday",
        "27 Juni",
        "N/A",
        "none",
        "-",
        "--",
        "0000-00-00",
        "31 Feb 2024",
        "Thu, 00 Jun 2024 10:00:00 GMT",
        "1900-01-01",
        "29.02.2023 10:00",
        "12:00",
        "99/99/9999",
        "2024-06-27T10:61Z",
        "abc 2024 xyz",
        "version 2.0.24",
        "April",
        "1,234,567",
        "31/02/2024",
        "2024년 13월 1일",
        "2024年2月30日",
        "35 июня 2024",
        "12 May",
        "Invalid Date",
        "NaN-NaN-NaN",
        "Thu, 27 Jun",
        "1 2 3",
        "10 20 30 40",
        "192.168.10.24",
        "v1.2.2024",
        "tel. 0812-1234-5678",
        "27 Foo 2024 10:00:00 GMT",
        "Thu, 27 Jju 2024 10:00:00 GMT",
        "00:00:00 27",
    ],
)
def test_what_names_no_day_stays_unknown(raw: str) -> None:
    assert at(raw) is None


@pytest.mark.parametrize(
    ("raw", "flags"),
    [
        ("Thu, 27 Jun 2024 10:00:00 XYZ", ("assumed-zone",)),
        ("Thu, 27 Jun 2024 10:00:00 IST", ("assumed-zone",)),
        ("Thu, 27 Jun 2024 10:00:00 EST", ()),
        ("2024년 6월 27일 10:00", ("assumed-zone",)),
        ("03/04/2025 10:00 WIB", ("ambiguous-date",)),
        ("Thursday, 03/04/2025 10:00 WIB", ()),
        ("Tuesday, 03/04/2025 10:00 WIB", ()),
        ("Selasa, 03/04/2025 10:00 WIB", ()),
        ("24.06.27 10:00 KST", ("ambiguous-date",)),
        ("Juni 2024", ("imprecise-date", "assumed-zone")),
        ("2024-06-27+07:00", ("date-only",)),
    ],
)
def test_what_was_assumed_is_said(raw: str, flags: tuple[str, ...]) -> None:
    assert parse_date(raw, zone=None, now=NOW).flags == flags


def test_the_weekday_decides_between_two_readings() -> None:
    assert at("Thursday, 03/04/2025 10:00 WIB") == utc("2025-04-03 03:00")
    assert at("Selasa, 03/04/2025 10:00 WIB") == utc("2025-03-04 03:00")


def test_summer_time_changes_on_its_sundays() -> None:
    assert at("Sun, 10 Mar 2024 01:59:00 ET") == utc("2024-03-10 06:59")
    assert at("Sun, 10 Mar 2024 03:00:00 ET") == utc("2024-03-10 07:00")
    assert at("Sun, 3 Nov 2024 03:00:00 ET") == utc("2024-11-03 08:00")
    assert at("2024-03-31 03:00 Europe/Berlin") == utc("2024-03-31 01:00")
    assert at("2024-10-27 04:00 Europe/Kyiv") == utc("2024-10-27 02:00")


def test_only_languages_of_one_clock_tell_a_zone() -> None:
    assert zone_of_language("ko-KR") is not None
    assert zone_of_language("ko-KR").utcoffset(None) == zone_of_language("ja").utcoffset(None)  # type: ignore[union-attr]
    assert [zone_of_language(tag) for tag in ("id", "ru", "en-US", "", None)] == [None] * 5
