"""The points as a percentage, and what is said to have kept an article out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.scoring import excluded, relevance, relevance_of
from monitor.core.scoring.calibration import EVEN, LEAST, MOST
from monitor.model.watchlists import Score, Signal

POINTS = st.floats(min_value=-1e9, max_value=1e9)


def make_score(*signals: Signal, gate_reason: str = "") -> Score:
    """A score of these signals against a threshold of 50."""
    return Score(
        watchlist="w",
        version="",
        points=sum(signal.points for signal in signals),
        threshold=50.0,
        signals=signals,
        is_gated=bool(gate_reason),
        gate_reason=gate_reason,
    )


LISTED = Signal(name="listed", points=-18.0, evidence="中国 · 俄罗斯 · 朝鲜", label={"en": "together only in a list"})
SPORT = Signal(name="sport", points=-20.0)
NAMED = Signal(name="named", points=10.0)


@given(POINTS, POINTS)
def test_more_points_are_never_less_relevant(one: float, other: float) -> None:
    assert (relevance(one) <= relevance(other)) or one > other


@given(POINTS)
def test_relevance_is_a_share_that_is_never_certain(points: float) -> None:
    assert LEAST <= relevance(points) <= MOST


def test_at_even_odds_the_relevance_is_a_half() -> None:
    assert relevance(EVEN) == 0.5


def test_an_article_that_the_gate_keeps_out_is_not_relevant() -> None:
    score = make_score(gate_reason="north_korea is not named")
    assert relevance_of(score) == 0.0
    assert excluded(score) == ("gate: north_korea is not named",)


def test_what_took_points_is_named_the_dearest_first() -> None:
    assert excluded(make_score(NAMED, LISTED, SPORT)) == (
        "sport -20 (sport)",
        "listed -18 (together only in a list: 中国 · 俄罗斯 · 朝鲜)",
    )


def test_nothing_kept_out_what_matches_though_something_took_points() -> None:
    score = make_score(replace(NAMED, points=70.0), LISTED)
    assert score.is_match
    assert excluded(score) == ()
