"""Profiles from examples: which terms, which weights, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.background_words import LANGUAGES, common_words
from monitor.core.made_news import LANGUAGES as MADE
from monitor.core.made_news import made_news
from monitor.core.matching import Matcher
from monitor.core.profile_cards import score_card
from monitor.core.profiles import Background, Text, derive, log_odds, read_text
from monitor.model.watchlists import Alias

SEEDS = [read_text(path.name, path.read_text("utf-8")) for path in sorted(Path("seeds").glob("*.txt"))]
FOUND = derive(SEEDS, Background("id"))


def terms(profile):
    return {term.text: term for term in profile.terms}


def texts(*bodies, title=""):
    return [Text(f"text {number}", title, body) for number, body in enumerate(bodies)]


def test_the_seeds_share_words_of_their_subject_and_none_of_grammar_or_junk():
    found = terms(FOUND)
    assert {"rusia", "korea utara", "putin", "kremlin", "senjata", "amunisi", "sanksi", "undangan"} <= set(found)
    assert not set(found) & common_words("id").stop
    spliced = {"melania", "habib", "bahar", "israel", "populer", "lanjutkan", "loading", "liputan6", "metzel", "oleh"}
    assert not {word for term in found for word in term.split()} & spliced


def test_a_term_says_in_how_many_documents_and_how_often_it_stands():
    bodies = ["Kapal selam tiba. Kapal selam berlayar.", "Awak kapal selam mogok.", "Cuaca cerah di pantai."]
    term = terms(derive(texts(*bodies), Background("id"), min_documents=2))["kapal selam"]
    assert (term.documents, term.count) == (2, 3)
    assert term.expected < 0.01
    assert term.quote == "Awak kapal selam mogok."


def test_a_term_must_stand_in_so_many_documents():
    bodies = ["Amunisi dikirim.", "Amunisi tiba.", "Satelit diluncurkan."]
    assert set(terms(derive(texts(*bodies), Background("id"), min_documents=2))) == {"amunisi"}
    assert terms(derive(texts(*bodies), Background("id"), min_documents=3)) == {}


def test_a_caption_repeated_in_one_document_counts_once():
    caption = "Gudang amunisi di pelabuhan"
    bodies = [f"{caption}\n{caption}\n{caption}\nIsi berita.", "Gudang amunisi meledak.", "Gudang amunisi dijaga."]
    assert terms(derive(texts(*bodies), Background("id")))["gudang amunisi"].count == 3


def test_a_word_that_only_stands_inside_a_phrase_is_no_term_of_its_own():
    bodies = ["Korea Utara menembak.", "Di Korea Utara.", "Warga Korea Utara."]
    assert set(terms(derive(texts(*bodies), Background("id")))) == {"korea utara"}


def test_words_that_just_met_are_no_phrase():
    bodies = ["Amunisi satelit.", "Satelit. Amunisi. Satelit. Amunisi.", "Amunisi satelit. Satelit. Amunisi. Amunisi."]
    assert set(terms(derive(texts(*bodies), Background("id"), min_documents=2))) == {"amunisi", "satelit"}


def test_a_phrase_does_not_run_over_the_end_of_a_sentence():
    bodies = ["Ada satelit. Amunisi ada."] * 3
    assert "satelit amunisi" not in terms(derive(texts(*bodies), Background("id")))


def test_what_other_articles_hold_as_often_is_no_term():
    bodies = ["Gudang amunisi meledak.", "Amunisi tiba di gudang.", "Amunisi di gudang lain."]
    others = texts(*(f"Gudang nomor {number} kosong." for number in range(60)))
    assert set(terms(derive(texts(*bodies), Background("id", others)))) == {"amunisi"}
    assert "gudang" in terms(derive(texts(*bodies), Background("id")))


def test_names_that_count_elsewhere_are_in_no_term_nor_are_their_words():
    names = Matcher([Alias(text="Kim Jong Un"), Alias(text="Rusia")])
    found = terms(derive(SEEDS, Background("id"), names=names))
    words = {word for term in found for word in term.split()}
    assert not words & {"kim", "jong", "un", "rusia"}
    assert "amunisi" in words


def test_the_same_documents_in_any_order_give_the_same_profile():
    assert derive(SEEDS[::-1], Background("id")) == FOUND


@pytest.mark.parametrize(
    ("language", "bodies", "wanted"),
    [
        ("ko", ["탄약을 실은 열차", "탄약이 도착했다", "새 탄약은 부족하다"], "탄약"),
        ("ko", ["김정은이 왔다", "김정은은 떠났다", "김정은 위원장"], "김정은"),
        ("ru", ["Поставки боеприпасов идут", "Склад боеприпасов", "Боеприпасов мало"], "боеприпасов"),
        ("zh", ["运送弹药的列车", "弹药已经抵达", "仓库里的弹药不足"], "弹药"),
        ("ja", ["弾薬を積んだ列車", "弾薬が届いた", "この弾薬は不足"], "弾薬"),
        ("ja", ["ドローンが飛ぶ", "新型ドローン", "このドローンは"], "ドローン"),
        ("ar", ["وصلت الذخيرة", "مخزن الذخيرة", "نقص الذخيرة"], "الذخيرة"),
        ("vi", ["Chuyến tàu chở đạn dược", "Kho đạn dược", "Thiếu đạn dược"], "đạn dược"),
    ],
)
def test_terms_are_found_in_every_script(language, bodies, wanted):
    assert wanted in terms(derive(texts(*bodies), Background(language)))


def test_a_korean_name_keeps_the_syllable_that_is_also_a_particle():
    bodies = ["김정은 위원장", "김정은 방문", "김정은이 왔다"]
    assert "김정" not in terms(derive(texts(*bodies), Background("ko")))


def test_log_odds_agree_with_the_formula_written_out():
    # Eleven in a thousand words against twenty in a hundred thousand; the prior is worth ten words of the latter.
    own, other = 11 + 10 * 2e-4, 20 + 10 * 2e-4
    wanted = math.log(own / (1010 - own)) - math.log(other / (100_010 - other))
    wanted /= math.sqrt(1 / own + 1 / other)
    assert log_odds(11, 1_000, 20, 100_000, prior=10) == pytest.approx(wanted)


@given(st.integers(1, 50), st.integers(1, 50))
@settings(max_examples=50)
def test_what_is_more_frequent_weighs_more_and_what_is_as_frequent_weighs_nothing(one, two):
    low, high = sorted((one, two))
    assert log_odds(low, 1_000, 10, 100_000, prior=500) <= log_odds(high, 1_000, 10, 100_000, prior=500)
    assert log_odds(one, 1_000, one * 100, 100_000, prior=500) == pytest.approx(0)


def test_an_example_stands_behind_all_that_reach_the_value_of_its_terms():
    bodies = ["Amunisi dari gudang. Satelit."] * 4 + ["Satelit."]
    documents = [Text(str(number), "", f"{body} Kapal{number}.") for number, body in enumerate(bodies)]
    others = texts("Amunisi dari gudang. Satelit.", "Satelit.", "Hujan.")
    card = score_card(documents, Background("id"), {"others": others, "none": []})
    assert card.sets == (("others", 3),)
    assert [one.ahead for one in card.by_profile] == [1, 1, 1, 1, 2]
    assert card.by_profile[4].below == pytest.approx(1 / 3)


def test_background_articles_are_ranked_but_for_those_that_counted_words():
    others = texts(*(f"Hujan turun di kota nomor {number}" for number in range(5)))
    card = score_card(SEEDS[:3], Background("id", others), {})
    assert card.sets == (("background of id", 2),)
    assert [one.ahead for one in card.by_profile] == [0, 0, 0]


def test_the_word_lists_know_their_grammar_words_and_never_a_name():
    for language, words in {"ko": "그리고 그러나 또한", "en": "the however and", "id": "yang dan namun"}.items():
        known = common_words(language)
        assert [word for word in words.split() if word not in known.stop and word != "however"] == []
    for language in LANGUAGES:
        known = common_words(language)
        assert len(known) > 150
        assert not known.stop & known.rates.keys()
        assert not {"putin", "путин", "푸틴", "普京", "kim", "김정은", "rusia"} & (known.stop | known.rates.keys())


@pytest.mark.parametrize("language", sorted(MADE))
def test_made_news_is_the_same_for_a_seed_and_another_for_another(language):
    first = list(made_news(language, 60))
    assert first == list(made_news(language, 60))
    assert first != list(made_news(language, 60, seed=1))
    assert len({article.text for article in first}) == 60
    assert "{" not in "".join(article.title + article.text for article in first)


def test_no_news_is_made_in_a_language_without_sentences():
    assert list(made_news("tlh", 10)) == []
