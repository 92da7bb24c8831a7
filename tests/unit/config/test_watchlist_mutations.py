"""The default watchlist's own tests hold it together: whatever of its sides is taken out, one of them fails.

What counts as a term group is said in the benchmark that lists what survives. Boosts are none: an example that one of
them decides would stand within four points of the threshold, and every retuning would break it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import bench_watchlist_tests as mutants
from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import compile_watchlists
from monitor.core.scoring.examples import example_article
from monitor.model.watchlists import AllOf, Example, Mention, Watchlist
from tests.factories import make_entity, make_watchlist

DEFAULT = Path(__file__).parents[3] / "config" / "watchlists" / "russia-north-korea.yaml"
WELL_REPRESENTED = {"id", "en", "ko", "ru", "zh", "ja", "pl", "ar", "de", "fr", "es", "vi", None}


@pytest.fixture(scope="module")
def default() -> Watchlist:
    return load_watchlist(DEFAULT)


def test_no_spellings_of_a_side_in_a_language_can_be_taken_out(default: Watchlist) -> None:
    lists = mutants.term_lists(default)
    assert {language for _, _, language in lists} >= WELL_REPRESENTED
    assert mutants.surviving_lists(default) == []


def test_no_entity_can_be_taken_out_of_a_side(default: Watchlist) -> None:
    assert mutants.survivors(mutants.entities(default)) == []


def test_the_third_parties_cannot_be_taken_out(default: Watchlist) -> None:
    assert mutants.survivors(mutants.without_others(default)) == []


def test_its_tests_are_many(default: Watchlist) -> None:
    written = [example for example in default.examples if not example.file]
    assert sum(example.must_match for example in written) >= 60
    assert sum(not example.must_match for example in written) >= 60
    assert len({(example.title, example.text) for example in written}) == len(written), "no test twice"


def test_its_tests_stand_clear_of_the_threshold(default: Watchlist) -> None:
    scorer = compile_watchlists([default])
    scores = [(example, scorer.score(example_article(example))[0]) for example in default.examples]
    close = [(e.place, s.points) for e, s in scores if not s.is_gated and abs(s.points - s.threshold) < 4]
    assert close == [], "a retuning by a few points would break them"


def test_the_count_finds_what_no_test_needs() -> None:
    sides = {"russia": make_entity("russia", "Putin", "Lavrov"), "kim": make_entity("kim", "Kim", "평양")}
    watchlist = make_watchlist(
        entities={
            side: replace(entity, aliases=tuple(replace(alias, group=alias.text) for alias in entity.aliases))
            for side, entity in sides.items()
        },
        match=AllOf(children=(Mention(entity="russia"), Mention(entity="kim"))),
        sides=("russia", "kim"),
        examples=(
            Example(title="Putin tiba di Pyongyang bersama Kim"),
            Example(title="Lavrov 평양 Kim", must_match=True),
        ),
    )
    assert mutants.surviving_lists(watchlist) == [("kim", "평양", None)]
    assert mutants.survivors(mutants.entities(watchlist)) == ["kim: 평양"]


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "config" / "watchlists" / "w.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "name: w\ntitle: {en: W}\nentities: {a: {en: [apple], de: [Apfel]}}\nmatch: {entity: a}\n"
        "tests: {must_match: [An apple a day]}\n",
        encoding="utf-8",
    )
    mutants.main([str(path)])
    printed = capsys.readouterr().out
    assert "an entity in a language      2 taken out one by one,   1 without a failing test\n    a in de" in printed
