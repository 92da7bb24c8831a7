"""Streams of made-up reports in four languages, for the laws of grouping: three events, retold by several outlets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import strategies as st

from monitor.core.features import Gazetteer
from monitor.model.articles import Article
from tests.factories import NOW, make_article, number

GAZETTEER = Gazetteer(
    {
        **dict.fromkeys(("Rusia", "Russia*", "Росси*", "러시아", "Putin", "Путин*", "푸틴"), "russia"),
        **dict.fromkeys(
            ("Korea Utara", "North Korea*", "КНДР", "북한", "Kim Jong Un", "Ким Чен Ын", "김정은"), "north_korea"
        ),
        **dict.fromkeys(("prajurit", "pasukan", "troops", "soldiers", "солдат*", "военн*", "병력", "파병"), "troops"),
        **dict.fromkeys(("kereta", "train", "поезд*", "열차"), "railway"),
    }
)

_REPORTS: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("troops", "id"): (
        ("Korea Utara kirim 12.000 prajurit ke Rusia", "12.000 prajurit Korea Utara tiba di Rusia timur"),
        (
            "Badan intelijen di Seoul mengatakan Korea Utara mengirim 12.000 prajurit ke Rusia timur untuk dilatih.",
            "Pasukan itu tiba dengan kapal perang pekan lalu, setelah Putin dan Kim Jong Un bertemu.",
            "Kremlin menolak berkomentar tentang laporan bahwa prajurit dikirim pada 20 November 2026.",
        ),
    ),
    ("troops", "en"): (
        ("North Korea sends 12,000 troops to Russia", "Seoul: 12,000 North Korean soldiers are in Russia"),
        (
            "North Korea has sent 12,000 troops to the east of Russia for training, the agency in Seoul said.",
            "The soldiers came by warship last week, after Putin and Kim Jong Un had met.",
            "The Kremlin declined to comment on the report of troops sent on 20 November 2026.",
        ),
    ),
    ("troops", "ru"): (
        ("Сеул: КНДР отправила в Россию 12 тысяч военных", "12 тысяч солдат из КНДР прибыли в Россию"),
        (
            "Разведка в Сеуле сообщила, что КНДР направила в Россию около 12 тысяч солдат.",
            "Они прибыли на кораблях флота после встречи Путина и Ким Чен Ына на прошлой неделе.",
            "В Кремле отказались обсуждать сообщения о военных, прибывших 20 ноября 2026 года.",
        ),
    ),
    ("troops", "ko"): (
        ("북한, 러시아에 병력 1만2천명 파병", "북한 병력 1만2천명 러시아 도착"),
        (
            "정보당국은 북한이 러시아에 병력 1만2천명을 파병했다고 밝혔다.",
            "지난주 러시아 군함을 타고 도착했으며 훈련을 받고 있다고 당국은 설명했다.",
            "크렘린은 2026년 11월 20일 파병된 병력에 관한 보도에 논평을 거부했다.",
        ),
    ),
    ("train", "id"): (
        ("Kereta Moskow–Pyongyang kembali berjalan", "Kereta ke Pyongyang berangkat dari Moskow"),
        (
            "Kereta penumpang dari Rusia ke Korea Utara kembali berjalan setelah enam tahun berhenti.",
            "Perjalanan memakan waktu delapan hari melalui Khabarovsk dan stasiun Tumangang.",
            "Dinas kereta Rusia menjual 340 karcis pada hari pertama, kata kepala dinas itu.",
        ),
    ),
    ("train", "ru"): (
        ("Поезд Москва – Пхеньян снова ходит", "Из Москвы в Пхеньян отправился первый поезд"),
        (
            "Пассажирский поезд из России в КНДР снова ходит после шести лет перерыва.",
            "Дорога занимает восемь суток через Хабаровск и станцию Туманган.",
            "Железные дороги России продали 340 билетов на поезд в первый день, сообщил их глава.",
        ),
    ),
    ("visit", "id"): (
        ("Putin tiba di Pyongyang", "Kim Jong Un sambut Putin di bandara"),
        (
            "Presiden Rusia Vladimir Putin tiba di bandara Pyongyang pada Rabu dini hari dan disambut Kim Jong Un.",
            "Kedua pemimpin menandatangani perjanjian kemitraan strategis dan membahas gandum serta pariwisata.",
            "Kremlin menyebut lawatan ke Korea Utara itu sebagai yang pertama dalam dua puluh empat tahun.",
        ),
    ),
    ("visit", "en"): (
        ("Putin lands in Pyongyang", "Kim Jong Un greets Putin at the airport"),
        (
            "President Vladimir Putin of Russia landed in Pyongyang early on Wednesday and was met by Kim Jong Un.",
            "The two leaders signed a treaty of strategic partnership and spoke of grain and of tourism.",
            "The Kremlin called the visit to North Korea the first in twenty-four years.",
        ),
    ),
}


Drawn = tuple[tuple[str, str], int, int, int, bool]


def report(place: int, drawn: Drawn) -> Article:
    """The article at a place of a stream: what it tells, its title, which sentences, hours since the last, dated?"""
    (topic, language), title, sentences, hours, is_dated = drawn
    titles, texts = _REPORTS[topic, language]
    chosen = [text for at, text in enumerate(texts) if sentences & 1 << at]
    at = NOW + timedelta(hours=hours)
    outlet = f"Outlet{place}"
    return make_article(
        # Each title once, so that a reader can tell one from another; no digits and no names, which would tell events.
        f"{titles[title]} ({chr(97 + place // 26)}{chr(97 + place % 26)})",
        text=" ".join(chosen),
        language=language,
        outlet=outlet,
        feed_id=outlet.lower(),
        host=f"{outlet.lower()}.example.org",
        url=f"https://{outlet.lower()}.example.org/{topic}",
        id=number(f"{place} {drawn}"),
        published_at=at if is_dated else None,
        first_seen_at=at + timedelta(minutes=place),
    )


KINDS = tuple(sorted(_REPORTS))
# Few kinds of report in one stream, so that they meet; each with one to three of its sentences.
_kinds = st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True)


def drawn(kinds: Sequence[tuple[str, str]] = KINDS) -> st.SearchStrategy[Drawn]:
    """What `report` makes an article of."""
    return st.tuples(st.sampled_from(kinds), st.integers(0, 1), st.integers(1, 7), st.integers(0, 60), st.booleans())


def batches(most: int = 4, size: int = 4) -> st.SearchStrategy[list[list[Article]]]:
    """Up to `most` batches of up to `size` articles, later ones seen later."""

    def numbered(stream: Sequence[Sequence[Drawn]]) -> list[list[Article]]:
        made: list[list[Article]] = []
        for at, batch in enumerate(stream):
            place = sum(map(len, made))
            made.append(
                [
                    report(place + n, (what, title, sentences, at * 60 + hours, is_dated))
                    for n, (what, title, sentences, hours, is_dated) in enumerate(batch)
                ]
            )
        return made

    def of(kinds: Sequence[tuple[str, str]]) -> st.SearchStrategy[list[list[Drawn]]]:
        return st.lists(st.lists(drawn(kinds), min_size=1, max_size=size), min_size=1, max_size=most)

    return _kinds.flatmap(of).map(numbered)
