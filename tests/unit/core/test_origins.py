"""Who speaks in a story: agencies by outlet, dateline, credit and attribution, and shared wording."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.origins import origins, source_of, wording_shared
from monitor.model.seeds import UNKNOWN_OUTLET
from monitor.model.stories import Ground
from tests.factories import make_article

AT = datetime(2026, 11, 2, tzinfo=UTC)
FILLER = "Kedua pihak membahas kerja sama di berbagai bidang selama pertemuan yang berlangsung dua jam itu. " * 8


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("SEOUL (Reuters) - North Korea fired a missile on Monday.", "Reuters"),
        ("МОСКВА, 12 ноября. /ТАСС/. Делегация прибыла в Пхеньян.", "TASS"),
        ("ПХЕНЬЯН, 12 ноя - РИА Новости. Переговоры начались.", "RIA Novosti"),
        ("(서울=연합뉴스) 북한이 러시아에 대표단을 보냈다.", "Yonhap"),
        ("Jakarta (ANTARA) - Delegasi Rusia tiba di Pyongyang.", "Antara"),
        ("PYONGYANG, Nov. 2 (Xinhua) -- A Russian delegation arrived.", "Xinhua"),
        ("WASHINGTON (AP) — The United States warned on Tuesday.", "AP"),
    ],
)
def test_a_dateline_names_the_agency(text: str, agency: str) -> None:
    source = source_of(make_article(outlet="Warta Contoh", text=f"{text} {FILLER}"))
    assert source is not None
    assert (source.agency, source.ground) == (agency, Ground.DATELINE)


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("Kim Jong Un bertemu Putin, demikian dilaporkan KCNA pada Senin.", "KCNA"),
        ("Kim Jong Un bertemu Putin. Dilansir dari AFP, keduanya membahas gandum.", "AFP"),
        ("The leaders met on Monday, according to North Korea's state news agency KCNA.", "KCNA"),
        ("The Korean Central News Agency reported the visit on Tuesday.", "KCNA"),
        ("Ким Чен Ын прибыл в Россию, сообщает Ёнхап.", "Yonhap"),
        ("Об этом сообщило агентство Рейтер со ссылкой на источники.", "Reuters"),
        ("조선중앙통신은 2일 김정은이 러시아를 방문했다고 보도했다.", "KCNA"),
        ("타스통신에 따르면 대표단은 평양에 도착했다.", "TASS"),
        ("朝中社报道，代表团抵达平壤。", "KCNA"),
    ],
)
def test_an_attribution_in_the_lead_names_the_source(text: str, agency: str) -> None:
    source = source_of(make_article(outlet="Warta Contoh", text=f"{text} {FILLER}"))
    assert source is not None
    assert (source.agency, source.ground) == (agency, Ground.ATTRIBUTION)


@pytest.mark.parametrize(
    "text",
    [
        "Perjanjian antara Rusia dan Korea Utara. Antara lain, kata dia, soal gandum.",
        "Antara kedua negara, kata menteri itu, tidak ada perselisihan.",
        "The gap between them, said the minister, is wide; an ap for that costs nothing.",
        "Foto: KCNA memperlihatkan",
        "The museum showed a camera of a Reuters photographer.",
    ],
)
def test_a_word_that_only_looks_like_an_agency_is_none(text: str) -> None:
    assert source_of(make_article(outlet="Warta Contoh", text=f"{text} {FILLER}")) is None


def test_what_is_quoted_far_down_is_not_the_origin() -> None:
    assert (
        source_of(make_article(outlet="Warta Contoh", text=f"{FILLER} KCNA reported the visit on Tuesday. {FILLER}"))
        is None
    )


def test_the_cited_one_is_the_origin_not_the_one_who_cites() -> None:
    for text in (
        "Yonhap reported on Monday, citing KCNA, that the leaders met.",
        "Yonhap melaporkan dengan mengutip KCNA bahwa keduanya bertemu.",
        "Ёнхап сообщает со ссылкой на ЦТАК о встрече.",
        "연합뉴스는 조선중앙통신을 인용해 보도했다.",
    ):
        source = source_of(make_article(outlet="Warta Contoh", text=f"{text} {FILLER}"))
        assert source is not None
        assert source.agency == "KCNA", text


def test_a_closing_credit_names_the_agency() -> None:
    for credit in ("Sumber: Reuters", "(AFP/ANTARA)", "Источник: Интерфакс"):
        source = source_of(make_article(outlet="Warta Contoh", text=f"{FILLER}\n{credit}"))
        assert source is not None
        assert source.ground is Ground.CREDIT


@pytest.mark.parametrize(
    ("outlet", "agency"),
    [
        ("Yonhap", "Yonhap"),
        ("연합뉴스", "Yonhap"),
        ("Antara", "Antara"),
        ("AP News", "AP"),
        ("RIA Novosti", "RIA Novosti"),
    ],
)
def test_an_agencys_own_article_counts_to_it(outlet: str, agency: str) -> None:
    source = source_of(make_article(outlet=outlet, text=f"KCNA reported it. {FILLER}"))
    assert source is not None
    assert (source.agency, source.ground) == (agency, Ground.OUTLET)


def test_seven_outlets_of_two_voices_are_two_origins_with_a_line_each() -> None:
    texts = [
        ("Reuters", "Troops arrived."),
        ("Kompas", "Pasukan tiba, demikian dilansir Reuters."),
        ("Detik", "SEOUL (Reuters) - Pasukan tiba."),
        ("Tempo", "Pasukan telah tiba."),
        ("Yonhap", "Troops arrived, Seoul said."),
        ("Korea Times", "SEOUL (Yonhap) -- Troops arrived."),
        ("The Hankyoreh", "연합뉴스에 따르면 병력이 도착했다."),
    ]
    members = [
        make_article(id=at + 1, outlet=outlet, text=f"{text} {FILLER}", published_at=AT + timedelta(minutes=at))
        for at, (outlet, text) in enumerate(texts)
    ]
    found = origins(members, shared={(4, 2): 0.62})
    assert [(origin.name, origin.article_ids) for origin in found] == [("Reuters", (1, 2, 3, 4)), ("Yonhap", (5, 6, 7))]
    assert found[0].evidence[3].line == "Tempo: 62% of its wording stands at Kompas"
    assert all(evidence.line for origin in found for evidence in origin.evidence)


def test_two_agencies_that_quote_one_speech_stay_two_voices() -> None:
    one = make_article(id=1, outlet="Reuters", published_at=AT)
    other = make_article(id=2, outlet="AFP", published_at=AT)
    assert len(origins([one, other], shared={(2, 1): 0.5})) == 2


def test_unnamed_texts_in_a_chain_of_wording_are_one_voice_named_by_the_first_outlet() -> None:
    members = [make_article(id=at, outlet=f"Outlet {at}", published_at=AT + timedelta(hours=at)) for at in (1, 2, 3)]
    found = origins(members, shared={(2, 1): 0.4, (3, 2): 0.9})
    assert [(origin.name, origin.is_agency, origin.article_ids) for origin in found] == [("Outlet 1", False, (1, 2, 3))]


def test_the_order_of_the_members_changes_nothing() -> None:
    members = [make_article(id=at, outlet=f"Outlet {at}", published_at=AT + timedelta(hours=at)) for at in (1, 2, 3, 4)]
    shared = {(2, 1): 0.4, (4, 3): 0.5}
    assert origins(members[::-1], shared=shared) == origins(members, shared=shared)


def test_shared_wording_is_measured_on_the_texts_themselves() -> None:
    wire = (
        "The delegation crossed the bridge at dawn and was greeted by officials of both ministries with flowers. " * 1
    )
    more = "Later the visitors toured a shipyard, a school and the new museum on the river, the host said in a note."
    members = [
        make_article(id=1, text=wire + more, published_at=AT),
        make_article(id=2, text="Our own desk adds a word. " + wire, published_at=AT + timedelta(hours=1)),
        make_article(
            id=3, text="Rainfall in the valley broke a record last week, farmers said on market day.", published_at=AT
        ),
    ]
    found = wording_shared(members)
    assert found.keys() == {(2, 1)}
    assert 0.6 < found[2, 1] < 1


def test_the_passage_that_names_an_agency_is_cut_between_words() -> None:
    text = (
        "Undangan " * 20 + "itu disampaikan, demikian melansir KCNA, yang merujuk pada pernyataan resmi " + "lagi " * 40
    )
    source = source_of(make_article(outlet="Warta Contoh", text=text))
    assert source is not None
    assert "melansir KCNA, yang merujuk" in source.quote
    assert set(source.quote.split()) <= {*text.split(), "Putin", "tiba"}
    (origin,) = origins([make_article(outlet="Warta Contoh", text=text)], shared={})
    assert origin.evidence[0].quote == source.quote


def test_an_outlets_own_reports_are_one_voice_but_not_those_of_outlets_that_nobody_knows() -> None:
    for outlet, voices in (("Suara", 1), (UNKNOWN_OUTLET, 2)):
        reports = [make_article(word, outlet=outlet, text=f"{word} " * 90) for word in ("pertama", "kedua")]
        assert len(origins(reports, shared={})) == voices
