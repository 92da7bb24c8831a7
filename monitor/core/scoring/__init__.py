"""Watchlists compiled into a scorer; the score of an article as named signals that sum to it exactly.

The way of an article: one walk for all spellings (`core.matching`), the gate (`conditions`), where and how the sides
stand (`standing`, `structure`), the watchlist's own rules and profile (`scorer`), the sentence to quote (`quote`).
The points are in `weights`; what they say as a percentage, in `calibration`.
"""

from monitor.core.scoring.calibration import excluded, relevance, relevance_of
from monitor.core.scoring.examples import ExampleFailure, failed_examples, is_passed, run_examples, untried_examples
from monitor.core.scoring.scorer import SCORING_VERSION, Scorer, compile_watchlists
from monitor.core.scoring.soundness import unsound

__all__ = [
    "SCORING_VERSION",
    "ExampleFailure",
    "Scorer",
    "compile_watchlists",
    "excluded",
    "failed_examples",
    "is_passed",
    "relevance",
    "relevance_of",
    "run_examples",
    "unsound",
    "untried_examples",
]
