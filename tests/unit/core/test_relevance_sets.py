"""The default watchlist on articles written for it: floors against a change that makes it worse, no targets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import Scorer, compile_watchlists
from tests.factories import make_article

ROOT = Path(__file__).parents[3]
SETS = ROOT / "tests" / "relevance"
FLOOR = 0.85
"""Well below what both sets reach: one article more or less must not fail a build."""


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return compile_watchlists([load_watchlist(ROOT / "config" / "watchlists" / "russia-north-korea.yaml")])


def rows(name: str) -> list[dict[str, object]]:
    text = (SETS / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", ["fitting", "held_out"])
def test_most_articles_are_told_as_they_are_labelled(name: str, scorer: Scorer) -> None:
    told, relevant, both = 0, 0, 0
    for row in rows(name):
        (score,) = scorer.score(make_article(str(row["title"]), text=str(row["text"])))
        told += score.is_match
        relevant += bool(row["label"])
        both += score.is_match and bool(row["label"])
    assert both / told > FLOOR
    assert both / relevant > FLOOR


def test_no_article_is_in_both_sets() -> None:
    titles = [{(row["lang"], row["title"]) for row in rows(name)} for name in ("fitting", "held_out")]
    assert titles[0].isdisjoint(titles[1])
    assert sum(map(len, titles)) >= 300
