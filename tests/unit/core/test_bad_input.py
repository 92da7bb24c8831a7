"""What is odd or hostile in watchlists and articles has a clear answer: it works, or is refused before it goes live."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.watchlist_files import check_term
from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import compile_watchlists, failed_examples
from monitor.core.scoring.scorer import Scorer
from monitor.model.watchlists import Alias, Entity, Example, Field, Mention, Pattern, Term
from tests.factories import make_article, make_entity, make_watchlist

DEFAULT = Path(__file__).parents[3] / "config" / "watchlists" / "russia-north-korea.yaml"


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=12))
def test_every_term_that_is_accepted_can_be_compiled_and_finds_itself(text: str) -> None:
    try:
        term = check_term(text)
    except ValueError:
        return
    words = Term(aliases=(Alias(text=term),))
    (score,) = compile_watchlists([make_watchlist(match=words, sides=(), threshold=1.0)]).score(
        make_article(f"x | {term.replace('*', '')} | x", text="")
    )
    assert not score.is_gated


@pytest.mark.parametrize("text", ["", " ", "-", "*", "…", "ـ", "ʼ", "\U0001f1f0", "\u0301", "\u00ad"])
def test_a_term_of_which_nothing_would_be_left_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at least one letter or digit"):
        check_term(text)


@pytest.mark.slow
def test_a_hundred_thousand_terms_are_read_compiled_and_found(tmp_path: Path) -> None:
    syllables = ["ka", "ri", "mo", "ta", "se", "ni", "lo", "pu", "da", "be"]
    terms = ["".join(syllables[int(digit)] for digit in f"{number:06}") for number in range(100_000)]
    path = tmp_path / "config" / "watchlists" / "w.yaml"
    path.parent.mkdir(parents=True)
    listed = "".join(f"    - {term}\n" for term in terms)
    path.write_text(
        f"name: w\ntitle: {{en: W}}\nentities:\n  many:\n{listed}match: {{entity: many}}\n", encoding="utf-8"
    )
    watchlist = load_watchlist(path)
    assert len(watchlist.entities["many"].aliases) == 100_000
    scorer = compile_watchlists([watchlist])
    assert scorer.score(make_article(f"Harga {terms[-1]} naik", text=""))[0].is_match
    assert scorer.score(make_article("Harga beras naik", text=""))[0].is_gated


def test_a_megabyte_of_mixed_scripts_is_scored_and_its_places_are_real() -> None:
    piece = (
        "Putin прибыл в 평양 及朝鲜，北朝鮮で Рutin dan Korea\u00a0Utara ‚Äì كوريا الشمالية ﬁ\u00ad KN‑23 \U0001f680 "
        + "harga beras naik, цена риса выросла, 米価が上昇, 쌀값이 올랐다, ارتفع سعر الأرز. " * 8
    )
    text = piece * (1_000_000 // len(piece))
    watchlist = make_watchlist(
        entities={
            "russia": make_entity("russia", "Putin", "プーチン"),
            "north_korea": make_entity("north_korea", "평양", "朝鲜", "北朝鮮", "كوريا الشمالية", "Korea Utara"),
        },
        match=Term(aliases=(Alias(text="Putin"),)),
        rules=(),
        threshold=1.0,
    )
    topic = make_watchlist("topic", match=Pattern(regex=r"kn-\d+"), sides=(), threshold=1.0)
    article = make_article("Judul", text=text)
    relation, rockets = compile_watchlists([watchlist, topic]).score(article)
    for score in (relation, rockets):
        assert not score.is_gated
        hits = [hit for signal in score.signals for hit in signal.hits]
        assert hits
        assert all(hit.field in {Field.LEAD, Field.BODY} and text[hit.start : hit.end] == hit.text for hit in hits)


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        ("", "Satu.\nDua.", "“Satu. Dua.” must match, but the gate kept it out: russia is named nowhere"),
        (
            "パリで国際会議",
            "議題は気候だった。",
            "“パリで国際会議” must match, but the gate kept it out: russia is named nowhere",
        ),
        ("Путин в Пхеньяне", "", "“Путин в Пхеньяне” must match, but the gate kept it out: russia is named nowhere"),
    ],
)
def test_an_example_of_two_lines_or_in_another_language_says_what_it_lacks(title: str, text: str, told: str) -> None:
    watchlist = make_watchlist(examples=(Example(title=title, text=text, place="w.yaml:9:7"),))
    (problem,) = failed_examples([watchlist])
    assert problem.message[: len(told)] == told
    assert (problem.file, problem.line, problem.column) == ("w.yaml", 9, 7)


def test_an_entity_without_spellings_and_a_cased_stop_word_do_no_harm() -> None:
    who = Entity(id="who", aliases=(Alias(text="WHO", is_cased=True),))
    watchlist = make_watchlist(
        entities={"who": who, "none": Entity(id="none", aliases=())},
        match=Mention(entity="who"),
        sides=(),
        threshold=1.0,
    )
    scorer = compile_watchlists([watchlist])
    assert scorer.score(make_article("WHO warns of cholera", text=""))[0].is_match
    assert scorer.score(make_article("The man who fell", text=""))[0].is_gated


# --- natural traps, on the shipped watchlist: whom does a text name? ---


@pytest.fixture(scope="module")
def shipped() -> Scorer:
    return compile_watchlists([load_watchlist(DEFAULT)])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("러시아 태평양함대 훈련", "russia"),
        ("구조로 나선 소방대", ""),
        ("Puting beliung di Aceh", ""),
        ("Ketua DPRK Aceh Besar", ""),
        ("Ông Lưu Bình Nhưỡng phát biểu", ""),
        ("Bà Nga mở quán", ""),
        ("Joanna Russ, romancière", ""),
        ("Фронт в ДНР и порт в КНР", ""),
        ("朝鲜族春节活动", ""),
        ("北京 올림픽, 北유럽 여행, 東北 지방", ""),
        ("Belarusia dan Korea Selatan", ""),
        ("КНДР испытала ракету", "north_korea"),
        ("北, 미사일 발사", "north_korea"),
        ("Kim Jo\u00adng Un tersenyum", "north_korea"),
        ("KimJongUn tersenyum", "north_korea"),
        ("Kim Jong‐un tersenyum", "north_korea"),
        (unicodedata.normalize("NFD", "김정은이 웃었다"), "north_korea"),
        ("Рutin tersenyum", "russia"),
        ("Rusia‚ÄìUkraina", "russia"),
        ("Jakarta‚ÄìKorea¬†Utara", "north_korea"),
    ],
)
def test_who_is_named_in_a_trap(shipped: Scorer, text: str, named: str) -> None:
    (score,) = shipped.score(make_article(text, text=""))
    found = [signal.name for signal in score.signals if signal.name.startswith("found:")]
    assert found == ([f"found:{named}"] if named else [])
