"""A watchlist's own tests: a watchlist that fails one never goes live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.core.scoring.scorer import Scorer, compile_watchlists
from monitor.core.seeds import clean_document
from monitor.errors import Problem
from monitor.model.articles import Article
from monitor.model.watchlists import Example, Score, Watchlist

MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example that came out other than the watchlist says."""

    example: Example
    score: Score

    def __str__(self) -> str:
        place = f"{self.example.place}: " if self.example.place else ""
        return f"{place}{self.message}"

    @property
    def message(self) -> str:
        """What was wanted, what came, and from which signals."""
        shown = " ".join((self.example.title or self.example.text).split())
        shown = shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 1] + "…"
        wanted = "must match" if self.example.must_match else "must not match"
        return f"“{shown}” {wanted}, but {self._actual()}. {self._trace()}".rstrip()

    def _actual(self) -> str:
        score = self.score
        if score.is_gated:
            return f"the gate kept it out: {score.gate_reason}"
        comparison = "≥" if score.is_match else "<"
        return f"it scores {score.points:g} {comparison} {score.threshold:g}"

    def _trace(self) -> str:
        return "; ".join(f"{signal.name} {signal.points:+g} ({signal.evidence})" for signal in self.score.signals)


def run_examples(watchlist: Watchlist, scorer: Scorer) -> list[ExampleFailure]:
    """The examples of a watchlist that fail.

    Raises:
        ValueError: The scorer was not compiled with this watchlist.
    """
    failures = []
    outlet = watchlist.outlets[0] if watchlist.outlets else ""
    for example in watchlist.examples:
        scores = [
            score for score in scorer.score(example_article(example, outlet)) if score.watchlist == watchlist.name
        ]
        if not scores:
            raise ValueError(f"the scorer knows no watchlist {watchlist.name!r}")
        if scores[0].is_match != example.must_match:
            failures.append(ExampleFailure(example, scores[0]))
    return failures


def failed_examples(watchlists: Sequence[Watchlist]) -> list[Problem]:
    """The failing examples of all watchlists as problems of the configuration, each at its place in the YAML."""
    return [
        Problem(
            file=failure.example.place or watchlist.name,
            message=failure.message,
            cure="Mend the watchlist or the example: a watchlist that fails its own tests does not go live.",
        )
        for watchlist in watchlists
        # A scorer of its own each: one of all would try every example against every watchlist.
        for failure in run_examples(watchlist, compile_watchlists([watchlist]))
    ]


def example_article(example: Example, outlet: str = "") -> Article:
    """An example as an article of an outlet and no known language: a watchlist's filters do not apply to its tests."""
    title, text = example.title, example.text
    if example.file:
        document = clean_document(text, title=title or None)
        title, text = document.title, document.text
    return Article(
        id=0,
        feed_id="",
        outlet=outlet,
        url="",
        url_key=None,
        host="",
        title=title,
        title_key=0,
        text=text,
        first_seen_at=datetime(2000, 1, 1, tzinfo=UTC),
        body_digest=0,
    )
