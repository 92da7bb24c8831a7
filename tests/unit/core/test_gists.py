"""What two articles say happened, held against each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.features import Frequencies, Gazetteer, features
from monitor.core.gists import coverage, days_apart, differ_in_names_only, gist, is_next_report, unmentioned
from monitor.model.stories import Gist
from tests.factories import make_article

NOBODY = Gazetteer({})
WEATHER = (
    "Сегодня днём в {city} облачно с прояснениями, ветер слабый, давление {number} мм рт. ст. Ночью температура "
    "воздуха опустится до десяти градусов. Завтра ожидаются дожди, напомнили синоптики и попросили жителей "
    "быть осторожнее."
)


def made(title: str, body: str, outlet: str = "") -> Gist:
    return gist(features(make_article(title, text=body), NOBODY), Frequencies(), title=title, body=body, outlet=outlet)


def test_each_title_naming_somebody_whom_the_other_never_mentions_is_a_conflict() -> None:
    one = made("Погода в Бресте завтра", WEATHER.format(city="Бресте", number=764))
    other = made("Погода в Гомеле завтра", WEATHER.format(city="Гомеле", number=764))
    assert unmentioned(one, other) == (("брест",), ("гомел",))


def test_a_name_in_another_case_is_mentioned() -> None:
    one = made("Угонщик из Тулы задержан", f"Полиция нашла его в Туле. {WEATHER.format(city='Туле', number=1)}")
    other = made("В Туле задержан угонщик", f"Житель Тулы задержан. {WEATHER.format(city='Туле', number=1)}")
    assert unmentioned(one, other) == ((), ())


def test_a_title_in_headline_style_names_only_what_its_body_writes_with_a_capital() -> None:
    body = (
        "Officials said on Monday that Putin had arrived in Pyongyang for talks on trade and on security in the region."
    )
    assert made("Kremlin Says Putin Arrives For Big Talks", body).title_names == ("putin",)


def test_where_every_noun_has_a_capital_a_title_names_nothing() -> None:
    body = (
        "Die Regierung hat am Montag in einer Sitzung den Haushalt und die Steuern für das kommende Jahr beraten, wie "
        "ein Sprecher vor der Presse im Haus der Ministerien sagte. Der Streit um das Geld für die Bahn, die Schulen "
        "und die Straßen im Land geht in die nächste Runde, denn die Opposition und die Städte sehen die Pläne mit "
        "Sorge."
    )
    assert made("Regierung streitet um Geld für Bahn", body).title_names == ()


def test_without_a_body_nothing_is_held_against_it() -> None:
    assert unmentioned(made("Cuaca di Bogor", ""), made("Cuaca di Depok", "")) == ((), ())


def test_scripts_without_case_name_nothing_and_are_compared_by_pairs_of_characters() -> None:
    one = made("普京抵达平壤", "俄罗斯总统普京星期三凌晨抵达平壤，受到金正恩的热烈欢迎，两人随后举行会谈。" * 3)
    other = made("普京访问朝鲜", "普京星期三凌晨抵达平壤，金正恩到机场迎接，会谈随后举行。" * 3)
    strange = made("股市上涨", "周四股市全线上涨，投资者对央行的新政策反应积极，银行股领涨大盘。" * 3)
    assert one.title_names == ()
    assert coverage(one, other) > 3 * coverage(one, strange)


def test_the_nearest_two_days_that_are_named_count() -> None:
    one = made("Kunjungan", "Pada 5 Juli 2019 dan 14 September 2023 ia datang.")
    other = made("Lawatan", "Rabu (13 September 2023) dini hari ia tiba.")
    assert days_apart(one, other) == 1
    assert days_apart(one, made("Lawatan", "Ia tiba kemarin.")) == 0


@pytest.mark.parametrize(
    ("other_title", "other_city", "outlets", "is_next"),
    [
        pytest.param("Погода в Гомеле завтра", "Гомеле", ("a", "a"), True, id="each names what the other does not"),
        pytest.param("Погода в Гомеле завтра", "Гомеле", ("a", "b"), False, id="two outlets"),
        pytest.param("Погода в Гомеле завтра", "Гомеле", ("", ""), False, id="outlets unknown"),
        pytest.param("Что завтра за погода", "Гомеле", ("a", "a"), False, id="one name may be chance"),
        pytest.param("Погода завтра", "Бресте", ("a", "a"), False, id="the same again"),
    ],
)
def test_an_outlets_next_report_names_others_in_the_same_words(
    other_title: str, other_city: str, outlets: tuple[str, str], is_next: bool
) -> None:
    one = made("Погода в Бресте завтра", WEATHER.format(city="Бресте", number=764), outlets[0])
    other = made(other_title, WEATHER.format(city=other_city, number=764), outlets[1])
    assert is_next_report(one, other) is is_next_report(other, one) is is_next


@pytest.mark.parametrize(
    ("one", "other", "is_frame"),
    [
        pytest.param("Погода в Бресте на 17 мая", "Погода в Гомеле на 18 мая", True, id="two towns"),
        pytest.param("Погода в Бресте на 17 мая", "Погода в Бресте на 18 мая", False, id="only numbers"),
        pytest.param("Banjir rendam rumah warga di Bogor", "Banjir rendam rumah warga di Depok", True, id="two floods"),
        pytest.param("Banjir di Bogor", "Banjir di Depok", False, id="too short a frame"),
        pytest.param(
            "Putin tiba untuk bertemu Kim di Pyongyang", "Putin tiba untuk bertemu Kim di Korea", False, id="Kim"
        ),
        pytest.param("Visit to the land of Kim Jong-un", "Visit to the land of Kim Jong Un", False, id="two spellings"),
        pytest.param("Flood Kills Ten In Bogor On Friday", "Flood Kills Ten In Depok On Friday", False, id="headline"),
        pytest.param("Storm hits the coast near Cebu", "Storm spares the coast near Hue", False, id="other words"),
        pytest.param("강진 덮친 파당 피해 집계", "강진 덮친 오사카 피해 집계", False, id="no capitals"),
    ],
)
def test_one_frame_around_other_names_tells_two_events(one: str, other: str, is_frame: bool) -> None:
    assert differ_in_names_only(one, other) is differ_in_names_only(other, one) is is_frame
    assert not differ_in_names_only(one, one)


WORDS = st.lists(
    st.sampled_from(["Putin", "tiba", "di", "Moskwa", "2024", "kapal", "푸틴", "普京", "и"]), max_size=30
).map(" ".join)


@given(WORDS, WORDS, WORDS, WORDS)
def test_the_measures_are_symmetric_and_bounded(title: str, body: str, other_title: str, other_body: str) -> None:
    one, other = made(title, body), made(other_title, other_body)
    assert coverage(one, other) == coverage(other, one)
    assert 0 <= coverage(one, other) <= 1
    assert unmentioned(one, other) == unmentioned(other, one)[::-1]
    assert days_apart(one, other) == days_apart(other, one)
    assert coverage(one, one) == pytest.approx(1.0 if one.opening else 0.0)
    assert unmentioned(one, one) == ((), ())
