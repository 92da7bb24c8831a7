"""Tokens, shingles and the measures built on them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.similarity import (
    PORTION,
    SAMPLE_LIMIT,
    Reading,
    Readings,
    containment,
    differ_in_digits_only,
    jaccard,
    read,
    read_all,
    shingles,
    sketch,
    title_similarity,
    trigram_jaccard,
)
from monitor.core.tokens import fold, grams, tokens, words_of
from tests.factories import make_article

# The tables are built once, which takes longer than hypothesis lets an example take on a busy machine.
tokens("Kim")

ALPHABETS = "abcdefgh ABC .,- 0123 áßİ абвгд ЖЁ 가나다라 北朝鮮ロシア ไทยกา ﬁ½"
texts = st.text(alphabet=ALPHABETS, max_size=200)
wordy = texts.filter(lambda text: len(tokens(text)) > 0)


def words(count: int, start: int = 0) -> str:
    return " ".join(f"kata{number}" for number in range(start, start + count))


@given(wordy)
def test_a_text_is_wholly_like_itself(text: str) -> None:
    own = shingles(text)
    assert containment(own, own) == jaccard(own, own) == trigram_jaccard(fold(text), fold(text)) == 1.0


@given(texts, texts)
def test_every_measure_is_symmetric_and_between_0_and_1(one: str, other: str) -> None:
    left, right = shingles(one), shingles(other)
    for measure in (containment, jaccard):
        assert 0.0 <= measure(left, right) <= 1.0
        assert measure(left, right) == measure(right, left)
    for likeness in (trigram_jaccard, title_similarity):
        assert 0.0 <= likeness(one, other) <= 1.0
        assert likeness(one, other) == likeness(other, one)


@given(texts, texts)
def test_jaccard_never_exceeds_containment(one: str, other: str) -> None:
    assert jaccard(shingles(one), shingles(other)) <= containment(shingles(one), shingles(other))


@given(texts)
def test_shingles_are_distinct_ascending_and_of_62_bits(text: str) -> None:
    found = shingles(text).tolist()
    assert found == sorted(set(found))
    assert all(0 <= value < 2**62 for value in found)


def test_empty_texts_have_nothing_in_common() -> None:
    assert containment(shingles(""), shingles("")) == jaccard(shingles("…"), shingles("!")) == 0.0
    assert trigram_jaccard("", "") == 0.0


def test_case_punctuation_and_width_do_not_part_texts() -> None:
    plain = shingles("kim jong un tiba di vladivostok")
    assert np.array_equal(plain, shingles("Kim Jong-un… tiba, di ＶＬＡＤＩＶＯＳＴＯＫ!"))
    assert np.array_equal(plain, shingles("KIM JONG UN ti\u00adba di Vladi\u200bvostok"))


def test_letters_with_several_foldings_meet_whichever_way_the_text_is_read() -> None:
    assert np.array_equal(tokens("STRASSE ﬁlm").numbers, tokens("straße FILM").numbers)
    assert np.array_equal(tokens("cafe\u0301 noir").numbers, tokens("CAFÉ NOIR").numbers)


def test_one_changed_word_costs_three_shingles() -> None:
    before, after = words(20), words(20).replace("kata10", "lain")
    assert len(shingles(before)) == 18
    assert containment(shingles(before), shingles(after)) == pytest.approx(15 / 18)


def test_scripts_without_spaces_are_read_by_characters() -> None:
    text = "朝鮮中央通信は金正恩総書記がロシアを訪問したと伝えた"
    assert len(tokens(text)) == len(text)
    assert len(shingles(text)) == len(text) - 5
    assert containment(shingles(text), shingles("速報 " + text)) == 1.0


def test_korean_is_read_by_words() -> None:
    assert len(tokens("김정은 위원장이 러시아를 방문했다")) == 4


def test_a_text_shorter_than_a_shingle_is_one() -> None:
    assert len(shingles("Putin tiba")) == 1


@pytest.mark.parametrize(("count", "modulus"), [(50, 1), (60, 2), (120, 4), (250, 8), (5000, 16)])
def test_longer_texts_are_sampled_more_coarsely(count: int, modulus: int) -> None:
    found = sketch(shingles(words(count)))
    assert found.modulus == modulus
    assert found.size == count - 2
    assert all(value % modulus == 0 for value in found.hashes)
    assert list(found.hashes) == sorted(found.hashes)


def test_a_megabyte_keeps_a_bounded_sketch() -> None:
    assert len(sketch(shingles(words(120_000))).hashes) < 2 * SAMPLE_LIMIT


def test_the_sketch_of_a_cut_text_is_found_in_that_of_the_whole() -> None:
    whole, cut = sketch(shingles(words(400))), sketch(shingles(words(120)))
    coarse = {value for value in cut.hashes if value % whole.modulus == 0}
    assert len(coarse) >= 3
    assert coarse <= set(whole.hashes)


def test_one_sentence_repeated_is_no_longer_than_once() -> None:
    once = "Kim Jong Un mengundang Presiden Putin untuk mengunjungi Korea Utara. "
    assert len(shingles(once * 500)) <= len(shingles(once * 2))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("day 2 of the war", "day 21 of the war", True),
        ("weather 8 nov", "weather 16 nov", True),
        ("day 2 of the war", "day 2 of the war", False),
        ("weather 8 nov", "weather 8 dec", False),
        ("no numbers", "other words", False),
    ],
)
def test_templates_are_texts_that_differ_in_digits_only(one: str, other: str, expected: bool) -> None:
    assert differ_in_digits_only(one, other) is expected
    assert differ_in_digits_only(other, one) is expected


def test_titles_are_compared_by_their_letters() -> None:
    assert title_similarity("Putin Tiba di Pyongyang!", "PUTIN TIBA DI PYONGYANG") == 1.0
    assert title_similarity("Putin tiba di Pyongyang", "Harga beras naik di Medan") < 0.2


def test_a_short_body_is_read_together_with_its_title() -> None:
    short = read(make_article("Putin tiba di Pyongyang", text="Ia disambut Kim."))
    assert short.is_short
    assert short.text == "putin tiba di pyongyang ia disambut kim"
    assert not read(make_article(text=words(60))).is_short


def test_the_summary_is_read_where_there_is_no_body() -> None:
    assert read(make_article(text="", summary=words(60))).size == 60


def test_readings_forget_the_oldest_and_stay_right() -> None:
    readings = Readings(capacity=4)
    articles = [make_article(f"Judul {number}") for number in range(10)]
    for _ in range(2):
        assert [readings.of(article).title for article in articles] == [f"judul {number}" for number in range(10)]


def test_readings_of_long_texts_are_forgotten_sooner() -> None:
    long = [
        make_article(f"Judul {at}", text=f"{at} " + " ".join(f"kata{at}x{n}" for n in range(400))) for at in range(6)
    ]
    readings = Readings(shingles=1000)
    first = readings.of(long[0])
    assert readings.of(long[0]) is first
    for article in long[1:]:
        assert readings.of(article).size == 401
    assert readings.of(long[0]) is not first


mixed = st.one_of(
    texts,
    st.text(max_size=60),
    st.lists(
        st.sampled_from(("Kim", "rudal", "Путин", "kata2", "ﬁ½", "한국은", "北朝鮮", "😀", "x" * 40)), max_size=90
    ).map(" ".join),
    st.integers(0, 90).map(words),
    st.sampled_from(("", " ", "x" * 32, "x" * 33, "sama " * 90)),
)


def parts_of(reading: Reading) -> tuple[object, ...]:
    own = reading.shingles
    return reading.size, own.dtype, own.tolist(), reading.sample, reading.title, reading.text


@settings(deadline=None)
@given(st.lists(st.tuples(mixed, mixed, mixed), max_size=8))
def test_articles_read_all_at_once_are_read_as_one_by_one(parts: list[tuple[str, str, str]]) -> None:
    articles = [make_article(title, text=text, summary=summary) for title, text, summary in parts]
    assert [parts_of(one) for one in read_all(articles)] == [parts_of(read(one)) for one in articles]


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), max_size=30), st.integers(1, 8))
def test_readings_of_all_are_those_of_each_in_turn_and_are_remembered(order: list[int], capacity: int) -> None:
    known = [make_article(f"Judul {number}", text=words(30 + number * 8, number)) for number in range(7)]
    articles = [known[number] for number in order]
    one, other = Readings(capacity=capacity), Readings(capacity=capacity)
    found = list(one.of_all(articles))
    assert [parts_of(reading) for reading in found] == [parts_of(other.of(article)) for article in articles]
    if articles:
        assert one.of(articles[-1]).title == found[-1].title
        assert one.of(articles[-1]) is next(iter(one.of_all(articles[-1:])))


def test_articles_beyond_one_portion_are_all_read() -> None:
    articles = [make_article(f"Judul {at}", text=words(2500, at)) for at in range(5)]
    assert sum(len(article.text) for article in articles) > 2 * PORTION
    assert [reading.title for reading in Readings().of_all(articles)] == [f"judul {at}" for at in range(5)]


def test_character_grams_do_not_cross_words_and_pair_syllables_of_dense_scripts() -> None:
    joined = words_of("Kim, Putin!")
    found, places = grams("Kim, Putin!")
    assert joined == " kim putin "
    assert [joined[place : place + 4] for place in sorted(places.tolist())] == [
        " kim",
        "kim ",
        " put",
        "puti",
        "utin",
        "tin ",
    ]
    assert len(found) == 6
    assert len(grams("김정은")[0]) == 2


def test_numbers_are_the_same_in_another_process() -> None:
    text = "Kim Jong-un 金正恩 Путин"
    script = (
        "from monitor.core.similarity import shingles; from monitor.core.tokens import grams; "
        f"print(shingles({text!r}).tolist(), grams({text!r})[0].tolist())"
    )
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == f"{shingles(text).tolist()} {grams(text)[0].tolist()}"


def test_numbers_stay_what_was_stored() -> None:
    """An index made by an earlier version must still be found: these change only with a migration."""
    assert shingles("Kim Jong Un").tolist() == [845330689240165126]
