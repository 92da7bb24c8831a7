"""Where spellings stand: boundaries by script, one normal form, offsets that lead back."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.matching import Matcher
from monitor.core.words import Prepared, normalise, pattern_words
from monitor.model.watchlists import Alias


def found(text: str, *aliases: Alias | str) -> list[str]:
    """The stretches of a text in which the aliases were found, in order of place."""
    known = [Alias(text=alias) if isinstance(alias, str) else alias for alias in aliases]
    prepared = Prepared(text)
    hits = [hit for places in Matcher(known).find(prepared).values() for hit in places]
    spans = sorted({prepared.raw_span(hit.start, hit.end) for hit in hits})
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("alias", "text", "stretches"),
    [
        ("Putin", "Puting beliung dan Putin", ["Putin"]),
        ("Rusia", "Belarusia, Rusia; RUSIA!", ["Rusia", "RUSIA"]),
        ("Rosj*", "Rosja, Rosji i rosjanie", ["Rosja", "Rosji", "rosjanie"]),
        ("Kore* Północn*", "Korei Północnej, Korea Północna, Korea Południowa", ["Korei Północnej", "Korea Północna"]),
        ("КНДР", "ДНР, КНР и КНДР", ["КНДР"]),
        ("Ким Чен Ын*", "с Ким Чен Ыном", ["Ким Чен Ыном"]),
        (
            "Kim Jong Un",
            "Kim Jong-un, Kim Jong Un, KimJongUn, Kim Jong‑Un",
            ["Kim Jong-un", "Kim Jong Un", "KimJongUn", "Kim Jong‑Un"],
        ),
        ("N. Korea", "N. Korea and N Korea, not in Korea", ["N. Korea", "N Korea"]),
        ("Moscow", "Moscow’s and Moscow's", ["Moscow", "Moscow"]),
        ("North Korea", "He went north. Korea was far", []),
        ("North Korea", "north,\nKorea", []),
        ("AT&T", "AT&T, AT & T, AT T, ATT", ["AT&T", "AT & T"]),
        ("kcna.kp", "www.kcna.kp und kcna kp", ["kcna.kp"]),
        ("Washington, D.C.", "in Washington, D.C., not Washington D.C.", ["Washington, D.C"]),
        ("24/7 *", "24/7, 24 7, 24:7", ["24/7"]),
        ("U.S.-led force*", "the U.S.-led forces, U.S. led forces", ["U.S.-led forces"]),
        ("Corée du Nord", "la CORÉE du Nord", ["CORÉE du Nord"]),
        ("Росс", "Россия", []),
        ("روسيا", "روسيا وروسيا لروسيا بيلاروسيا", ["روسيا", "وروسيا", "لروسيا"]),
        ("كوريا الشمالية", "وكوريا الشماليه", ["وكوريا الشماليه"]),
        ("रूस", "रूस और रूसी", ["रूस"]),
        ("รัสเซีย", "ประธานาธิบดีรัสเซียเยือน", ["รัสเซีย"]),
    ],
)
def test_alphabetic_spellings_match_whole_words(alias: str, text: str, stretches: list[str]) -> None:
    assert found(text, alias) == stretches


@pytest.mark.parametrize(
    ("alias", "text", "stretches"),
    [
        ("평양", "태평양 건너 평양에서", ["평양"]),
        ("북한", "북한은 북한군 남북한", ["북한", "북한"]),
        ("크렘린", "크렘린궁", ["크렘린"]),
        ("러", "러·우 회담, 러 외무, 그러나 러브", ["러", "러"]),
        ("조로", "구조로 조로", ["조로"]),
        ("김정은", unicodedata.normalize("NFD", "김정은이"), [unicodedata.normalize("NFD", "김정은")]),
    ],
)
def test_hangul_matches_from_the_left_edge(alias: str, text: str, stretches: list[str]) -> None:
    assert found(text, alias) == stretches


def test_han_and_kana_match_inside_runs_but_not_inside_their_exceptions() -> None:
    assert found("プロシアとロシア、プーチン大統領", Alias(text="ロシア", excluding=("プロシア",)), "プーチン") == [
        "ロシア",
        "プーチン",
    ]
    assert found("朝鲜族和朝鲜", Alias(text="朝鲜", excluding=("朝鲜族",))) == ["朝鲜"]
    assert found("白俄罗斯与俄罗斯", Alias(text="俄罗斯", excluding=("白俄罗斯",))) == ["俄罗斯"]


def test_a_hanja_of_korean_headlines_counts_only_beside_hangul() -> None:
    alias = Alias(text="北", language="ko", excluding=("北京", "北유럽"))
    assert found("北, 미사일 발사", alias) == ["北"]
    assert found("北约秘书长", alias) == []
    assert found("北京 올림픽, 北유럽 여행", alias) == []


def test_limits_of_a_spelling_are_kept() -> None:
    dprk = Alias(text="DPRK", is_cased=True, excluding=("Ketua DPRK",), not_near=("Aceh",))
    assert found("DPRK and dprk", dprk) == ["DPRK"]
    assert found("Ketua DPRK hadir", dprk) == []
    assert found("DPRK di Kabupaten Aceh Besar", dprk) == []
    assert found("DPRK menembak.\nAceh banjir", dprk) == ["DPRK"]
    assert found("DPRK satu dua tiga empat lima enam tujuh delapan sembilan sepuluh Aceh", dprk) == ["DPRK"]
    assert found("Nga mùa thu, nga", Alias(text="Nga", is_cased=True)) == ["Nga"]


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("Kim Jo\u00adng Un", "Kim Jo\u00adng Un"),
        ("\u200bKim Jong\u200b Un\u200b.", "Kim Jong\u200b Un"),
        ("Ｋｉｍ Ｊｏｎｇ Ｕｎ", "Ｋｉｍ Ｊｏｎｇ Ｕｎ"),
        ("Kim Jong Un", "Kim Jong Un"),
        ("№ 5 ﬁnds Kim Jong Un ß", "Kim Jong Un"),
        ("Kiм Jong Un", "Kiм Jong Un"),
    ],
)
def test_offsets_lead_back_to_the_text_as_given(text: str, stretch: str) -> None:
    assert found(text, "Kim Jong Un", "Kim* Jong* Un*") == [stretch]


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("Rusia‚ÄìKorea Utara", "Korea Utara"),  # a dash, read as Mac Roman
        ("Rusiaâ€“Korea Utara", "Korea Utara"),  # … as Windows-1252
        ("Rusiaâ\x80\x93Korea Utara", "Korea Utara"),  # … as Latin-1
        ("Korea¬†Utara", "Korea¬†Utara"),
        ("KoreaÂ\xa0Utara", "KoreaÂ\xa0Utara"),
        ("â€œKorea Utaraâ€™s", "Korea Utara"),
        ("la CorÃ©e du Nord", "CorÃ©e du Nord"),
    ],
)
def test_signs_and_letters_read_in_a_wrong_charset_are_read_as_meant(text: str, stretch: str) -> None:
    assert found(text, "Korea Utara", "Corée du Nord") == [stretch]


def test_a_word_that_mixes_look_alike_letters_is_read_in_either_script() -> None:
    assert found("Рutin встретил Pутин", "Putin") == ["Рutin"]
    assert found("Рutin встретил Кoрея", "корея") == ["Кoрея"]


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=60),
    st.sampled_from(["Kim Jong Un", "북한", "ロシア", "Росси*", "rusia", "كوريا الشمالية"]),
    st.text(max_size=60),
)
def test_a_spelling_set_between_blanks_is_always_found_and_its_place_normalises_to_it(
    before: str, alias: str, after: str
) -> None:
    word = alias.replace("*", "я")
    text = f"{before} | {word} | {after}"
    prepared = Prepared(text)
    (places,) = Matcher([Alias(text=alias)]).find(prepared).values()
    spans = [prepared.raw_span(place.start, place.end) for place in places]
    assert (len(before) + 3, len(before) + 3 + len(word)) in spans
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert normalise(text[start:end])[0].strip()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_the_normal_form_knows_an_offset_for_each_of_its_characters(text: str) -> None:
    normal, origin = normalise(text)
    if origin is None:
        assert len(normal) == len(text)
    else:
        assert len(origin) == len(normal)
        assert origin == sorted(origin)
        assert all(0 <= offset < len(text) for offset in origin)
    prepared = Prepared(text)
    assert "".join(prepared.normal[a:b] for a, b in zip(prepared.starts, prepared.ends, strict=True)) == "".join(
        prepared.words
    )


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="abc -кор북한ロ'", min_size=1, max_size=20))
def test_words_of_a_spelling_are_those_of_the_text_that_holds_only_it(text: str) -> None:
    assert pattern_words(text) == Prepared(text).words


@pytest.mark.parametrize(
    "piece",
    [
        "a\u0301" * 3 + " ",
        "e" + "\u0315\u0300\u05ae\u0301" * 400,
        "kim jong ",
        "平北朝俄",
        "가나다북한",
        "Рu\u00adtinрu",
        "ㅎㅏㄴ",
        "(",
        "．",
        "x",
    ],
)
def test_hostile_text_costs_time_in_proportion_to_its_length(piece: str) -> None:
    matcher = Matcher(
        [Alias(text=text) for text in ("Kim Jong Un", "평양", "北朝鮮", "俄朝", "Putin", "Росси*", "북한")]
    )

    def seconds(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        best = 1e9
        for _ in range(3):
            start = time.process_time()
            matcher.find(Prepared(text))
            best = min(best, time.process_time() - start)
        return best

    assert seconds(80_000) < 16 * max(seconds(10_000), 0.002)
