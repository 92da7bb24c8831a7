"""The benchmark of relevance: its curve, its tables, and what the articles in unspaced scripts come to."""

from __future__ import annotations

from math import exp
from pathlib import Path

import pytest

from benchmarks.bench_relevance import DEFAULT, Item, fit, quality_table, read_items, reliability_table
from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import compile_watchlists

ARTICLES = Path(__file__).parents[2] / "relevance"


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return read_items([ARTICLES / "scripts-fit.jsonl"], compile_watchlists([load_watchlist(DEFAULT)]))


def test_the_fit_finds_the_curve_that_made_the_labels() -> None:
    points, labels = [], []
    for value in range(20, 81, 2):
        share = round(100 / (1 + exp(-(value - 54) / 5)))
        points += [float(value)] * 100
        labels += [True] * share + [False] * (100 - share)
    even, points_a_logit = fit(points, labels)
    assert even == pytest.approx(54, abs=0.2)
    assert points_a_logit == pytest.approx(5, abs=0.2)


def test_nearly_all_relations_in_unspaced_scripts_are_told_and_little_else(items: list[Item]) -> None:
    told = [item for item in items if item.score.is_match]
    hits = sum(item.is_relevant for item in told)
    assert hits / sum(item.is_relevant for item in items) >= 0.95
    assert hits / len(told) >= 0.85


def test_the_tables_count_every_article_once(items: list[Item], capsys: pytest.CaptureFixture[str]) -> None:
    quality_table("fitting", items)
    reliability_table("fitting", items)
    quality, reliability = capsys.readouterr().out.strip().split("\n\n")
    (whole,) = (line.split() for line in quality.splitlines() if line.strip().startswith("all:"))
    assert int(whole[1]) == len(items)
    counts = [line.replace("gate shut", "shut").split()[1] for line in reliability.splitlines()[2:]]
    assert sum(map(int, counts)) == len(items)
