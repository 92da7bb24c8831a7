"""Expressions of users: what they see of a text, where they match, and which are refused with a cure."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.patterns import MAX_MEMORY, MAX_PLACES, MIN_PLACES, Expression, Legible, PatternError
from monitor.core.scoring import compile_watchlists
from monitor.model.watchlists import Condition, Field, Mention, Near, NoneOf, Pattern, Score
from tests.factories import make_article, make_entity, make_watchlist


def stretches(regex: str, text: str, *, is_cased: bool = False) -> list[str]:
    return [text[start:end] for start, end in Expression(regex, is_cased=is_cased).places(Legible.of(text))]


@pytest.mark.parametrize(
    ("regex", "text", "found"),
    [
        (r"KN-?\d{2}", "The KN-23 and the kn24 flew.", ["KN-23", "kn24"]),
        ("путин|ким", "Путин и КИМ", ["Путин", "КИМ"]),
        (r"KN-\d+", "KN\u201123, KN\u201324", ["KN\u201123", "KN\u201324"]),  # other dashes
        ("korea's", "Korea’s troops", ["Korea’s"]),
        ("rudal balistik", "rudal\u00a0balis\u00adtik", ["rudal\u00a0balis\u00adtik"]),  # hard blank, soft hyphen
        ("북한", "\u1107\u116e\u11a8\u1112\u1161\u11ab", ["\u1107\u116e\u11a8\u1112\u1161\u11ab"]),  # decomposed
        (r"\d{4}년", "２０２６년 봄", ["２０２６년"]),  # full width
        (r"ок\.{3}", "Срок… вышел", ["ок…"]),
        ("^Breaking", "x\nBreaking: y Breaking", ["Breaking"]),
        ("b$", "ab\nb c", ["b"]),
        ("a.*z", "a 1\nz a 2 z", ["a 2 z"]),  # never across lines
        (r"a[^x]*z", "a 1\nz", []),
        (r"\bPutin\b", "Putin, Putins", ["Putin"]),
        ("KN\ud800".replace("\ud800", "."), "KN\ud800", ["KN\ud800"]),  # half a character in the text
    ],
)
def test_an_expression_reads_a_text_as_a_reader_does(regex: str, text: str, found: list[str]) -> None:
    assert stretches(regex, text) == found


def test_case_counts_only_where_it_is_asked_for() -> None:
    assert stretches("who", "WHO, who") == ["WHO", "who"]
    assert stretches("WHO", "WHO, who", is_cased=True) == ["WHO"]


@pytest.mark.parametrize(
    ("regex", "told"),
    [
        ("(", "cannot be read: missing ): (. Close it"),
        ("[a-", "cannot be read: missing ]: [a-. Close it"),
        ("(?<=a)b", "cannot be read: invalid perl operator: (?<=. RE2 knows no look-around"),
        (r"(a)\1", r"cannot be read: invalid escape sequence: \1. RE2 knows no back-references"),
        ("*a", "cannot be read: no argument for repetition operator: *. Write \\"),
        ("a{2000}", "cannot be read: invalid repetition size: {2000}. Repeat at most"),
        ("((a{100}){100}){100}", "cannot be read: invalid repetition size: {100}. Repeat at most"),
        (r"(\pL{1,30} ){1,30}x", "is too large. Use smaller"),
        (r"(a{1,90}b{1,90}){1,5}[^c]{900}", "is too large. Use smaller"),
        ("a" * 501, "is longer than 500 characters. Write long lists as `terms`."),
        ("a*", "matches the empty text, so it would match everywhere."),
        ("putin|", "matches the empty text"),
        (r"\b", "matches the empty text"),
        (r"\bПутин\b", r"holds \b beside “П”: RE2's \b knows the letters a–z only."),
        (r"Путин\w+", r"holds \w beside “П”"),
        ("KN–23", "holds '–' (U+2013), which no text does. Write '-'"),
        ("it’s", "holds '’' (U+2019), which no text does. Write \"'\""),
        ("a\u00adb", "holds '\\xad' (U+00AD), which no text does. Remove it"),
        ("a\ud800", "holds half a character."),
    ],
)
def test_what_cannot_work_is_refused_with_a_cure(regex: str, told: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PatternError) as caught:
        Expression(regex)
    assert str(caught.value)[: len(told)] == told
    assert capfd.readouterr() == ("", "")  # RE2 would write to stderr by itself


@pytest.mark.parametrize("regex", ["(a+)+$", "(x+x+)+y", "(a|aa)+$", "(.*)(.*)(.*)(.*)[^a]$", "a.*b|a"])
def test_what_ruins_other_engines_is_matched_in_time(regex: str) -> None:
    """Where an engine backtracks, each takes quadratic time or outlasts the suite."""
    found = Expression(regex).places(Legible.of("a" * 200_000 + "!"))
    assert len(found) <= MIN_PLACES


def test_places_are_counted_up_to_a_limit_that_long_texts_lower() -> None:
    assert len(stretches("a", "a " * 4_000)) == MAX_PLACES
    assert len(stretches("a", "a " * 500_000)) == MIN_PLACES


def test_an_automaton_may_take_no_more_than_its_share_of_memory() -> None:
    assert Expression("a")._regex.options.max_mem == MAX_MEMORY


@settings(max_examples=60)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_word_is_found_wherever_it_stands_and_its_place_is_real(before: str, after: str) -> None:
    text = f"{before} korea {after}"
    assert any("korea" in stretch.casefold() for stretch in stretches("korea", text))


# --- in conditions ---


def score(title: str, match: Condition, text: str = "", **facts: object) -> Score:
    watchlist = make_watchlist(match=match, sides=(), entities={"nk": make_entity("nk", "Korea Utara")}, threshold=1.0)
    (result,) = compile_watchlists([watchlist]).score(make_article(title, text=text, **facts))
    return result


KN = Pattern(regex=r"kn-?\d{2}")


def test_a_topic_may_be_an_expression_and_its_places_are_the_evidence() -> None:
    result = score("Rudal KN‑23 jatuh di laut", KN, text="KN-24 menyusul.")
    assert result.is_match
    title = next(signal for signal in result.signals if signal.name == "in_title")
    assert [(hit.field, hit.start, hit.end, hit.text) for hit in title.hits] == [(Field.TITLE, 6, 11, "KN‑23")]
    assert score("Harga beras naik", KN).gate_reason == r"/kn-?\d{2}/ is named nowhere"


def test_an_expression_obeys_fields_and_counts() -> None:
    assert score("KN-23", Pattern(regex=KN.regex, fields=(Field.LEAD,))).is_gated
    assert score("KN-23", Pattern(regex=KN.regex, min_count=2)).gate_reason == r"/kn-?\d{2}/ is named once, not 2"
    assert score("x", Pattern(regex="/sport/", fields=(Field.URL,)), url="https://example.org/sport/1").is_match
    assert score("x", Pattern(regex="/sport/"), url="https://example.org/sport/1").is_gated


def test_an_expression_may_stand_near_an_entity_or_keep_an_article_out() -> None:
    near = Near(children=(Mention(entity="nk"), KN), words=3)
    assert score("Korea Utara uji KN-23", near).is_match
    assert score("Korea Utara pada hari ini kembali uji KN-23", near).is_gated
    # Behind a ligature and a soft hyphen, where the normal form and the text count differently.
    assert score("ﬁ\u00adx Korea Utara uji KN-23", near).is_match
    reason = score("Korea Utara uji KN-23", NoneOf(children=(KN,))).gate_reason
    assert reason == r"excluded by /kn-?\d{2}/ (“KN-23” in the title)"
