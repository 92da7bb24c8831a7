"""What the points say as a percentage: how many of a hundred articles with as many points are relevant.

Points are named and add up; a percentage is what a reader knows how to take. The two are one number seen twice: the
percentage follows from the points alone, grows with them, and changes nothing that is decided (Platt 1999: a logistic
curve over a classifier's score).
"""

from __future__ import annotations

from math import exp
from typing import Final

from monitor.model.watchlists import Score, Signal

# Fitted by `benchmarks.bench_relevance` to 376 labelled articles past the gate (two fitting halves written for the
# purpose in some twenty languages, and the labelled development items): even odds at 49.6 points, 6.04 points a logit.
EVEN: Final = 50.0
"""Points at which as many articles are relevant as are not."""
POINTS_A_LOGIT: Final = 6.0
"""Points that make the odds e times as good."""
LEAST, MOST = 0.01, 0.97
"""Nothing is told to be certain: a second reader agreed with the first on 94 % of the development items, and of the
best-scored held-out articles 93 to 95 % were relevant, of the fitting ones all (the cap was set in sight of both)."""


def relevance(points: float) -> float:
    """The share, 0.01 to 0.97 in whole hundredths, of articles with these points that are relevant."""
    logit = max(-30.0, min(30.0, (points - EVEN) / POINTS_A_LOGIT))
    return round(min(MOST, max(LEAST, 1.0 / (1.0 + exp(-logit)))), 2)


def relevance_of(score: Score) -> float:
    """The relevance of a scored article; 0 where the gate is shut."""
    return 0.0 if score.is_gated else relevance(score.points)


def excluded(score: Score) -> tuple[str, ...]:
    """What kept an article from matching, in words; empty for a match.

    Where the gate is shut, its reason and what looked like a side without being it (俄亥俄 for 俄); else each signal
    that took points (a list of countries, a comparison, a caption, a look-alike subject), the dearest first. Empty,
    too, where nothing spoke against the article and its points did not suffice.
    """
    if score.is_match:
        return ()
    if score.is_gated:
        lookalikes = (signal for signal in score.signals if signal.name.startswith("lookalike:"))
        return (f"gate: {score.gate_reason}", *(f"{one.name} ({one.evidence})" for one in lookalikes))
    against = sorted((signal for signal in score.signals if signal.points < 0), key=lambda signal: signal.points)
    return tuple(map(_told, against))


def _told(signal: Signal) -> str:
    words = signal.label.get("en") or signal.name.replace("_", " ")
    evidence = f": {signal.evidence}" if signal.evidence else ""
    return f"{signal.name} {signal.points:+g} ({words}{evidence})"
