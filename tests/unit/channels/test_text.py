from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.channels.email.text import clean, direction, language_tag, marked, safe_link, window


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        ("  dua\r\n kata\t", "dua kata"),
        ("a\u202eb\u2066c\u200bd\ufeffe\u00adf", "abcdef"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("garis\u2028baru", "garis baru"),
        ("\ud800x\x00y\x1bz", "x y z"),
        ("", ""),
    ],
)
def test_characters_that_steer_are_taken_out_and_those_that_write_stay(given_text: str, cleaned: str) -> None:
    assert clean(given_text, 100) == cleaned


def test_a_long_line_is_cut_at_a_word_and_says_so() -> None:
    assert clean("Putin tiba di Pyongyang pagi ini", 25) == "Putin tiba di Pyongyang…"
    assert clean("북한" * 50, 10) == "북한북한북한북한북…"


@settings(max_examples=200)
@given(st.text(), st.integers(1, 40))
def test_cleaning_keeps_to_its_limit_and_cleaning_twice_is_cleaning_once(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert clean(cleaned, limit) == cleaned
    assert cleaned.isprintable() or any(char in "\u200c\u200d\u200e\u200f\u061c" for char in cleaned)


def test_an_excerpt_shows_the_place_where_the_term_stands() -> None:
    text = "kata " * 100 + "di sini Pyongyang disebut " + "lagi " * 100
    excerpt = window(text, ["Pyongyang"], 100)
    assert "Pyongyang disebut" in excerpt
    assert excerpt.startswith("… ")
    assert excerpt.endswith("…")
    assert len(excerpt) <= 100
    assert window("pendek", ["x"], 100) == "pendek"


def test_terms_are_marked_as_whole_words_longest_first_and_in_any_case() -> None:
    pieces = marked("Kim Jong Un dan KIM, bukan Kimchi", ["Kim", "Kim Jong Un"])
    assert [text for text, is_hit in pieces if is_hit] == ["Kim Jong Un", "KIM"]
    assert "".join(text for text, _ in pieces) == "Kim Jong Un dan KIM, bukan Kimchi"
    assert [text for text, is_hit in marked("북한은 말했다", ["북한"]) if is_hit] == ["북한"]
    assert marked("apa saja", []) == [("apa saja", False)]
    assert marked("a+b (c", ["a+b", "(c"])[0] == ("a+b", True)


@pytest.mark.parametrize(
    ("text", "found"), [("123 صحيفة", "rtl"), ("Pravda Правда", "ltr"), ("!?", "ltr"), ("שלום", "rtl")]
)
def test_the_first_letter_with_a_direction_decides(text: str, found: str) -> None:
    assert direction(text) == found


def test_only_http_addresses_with_a_host_are_links() -> None:
    assert safe_link(" https://example.org/a?b=c&d#e ") == "https://example.org/a?b=c&d#e"
    assert safe_link("https://пример.рф/новости") is not None
    assert safe_link("javascript:alert(1)") is None


def test_a_language_that_is_no_tag_is_undetermined() -> None:
    assert [language_tag(tag) for tag in ("id", "zh-Hans", 'ko" x="', None, "")] == [
        "id",
        "zh-Hans",
        "und",
        "und",
        "und",
    ]
