"""A watchlist's own tests: a watchlist that fails one never goes live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from monitor.core.scoring.scorer import Scorer, compile_watchlists
from monitor.core.seeds import clean_document
from monitor.errors import Problem
from monitor.model.articles import Article
from monitor.model.watchlists import Example, Score, Watchlist

MAX_SHOWN = 100
_NOTHING: Mapping[str, Article] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example that came out other than the watchlist says; `shown` is what of it a message quotes."""

    example: Example
    score: Score
    shown: str

    def __str__(self) -> str:
        place = f"{self.example.place}: " if self.example.place else ""
        return f"{place}{self.message}"

    @property
    def message(self) -> str:
        """What was wanted, what came, and from which signals."""
        shown = " ".join(self.shown.split())
        shown = shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 1] + "…"
        source = self.example.url or self.example.file
        quoted = f"“{shown}”" + (f" ({source})" if source else "")
        wanted = "must match" if self.example.must_match else "must not match"
        return f"{quoted} {wanted}, but {self._actual()}. {self._trace()}".rstrip()

    def _actual(self) -> str:
        score = self.score
        if score.is_gated:
            return f"the gate kept it out: {score.gate_reason}"
        comparison = "≥" if score.is_match else "<"
        return f"it scores {score.points:g} {comparison} {score.threshold:g}"

    def _trace(self) -> str:
        return "; ".join(
            f"{signal.name} {signal.points:+g}" + (f" ({signal.evidence})" if signal.evidence else "")
            for signal in self.score.signals
        )


def run_examples(
    watchlist: Watchlist, scorer: Scorer, stored: Mapping[str, Article] = _NOTHING
) -> list[ExampleFailure]:
    """The examples of a watchlist that fail; `stored` has the articles that `url`s name, the others are not tried.

    Raises:
        ValueError: The scorer was not compiled with this watchlist.
    """
    return list(_failures(watchlist, watchlist.examples, scorer, stored))


def is_passed(watchlist: Watchlist, scorer: Scorer, examples: Sequence[Example]) -> bool:
    """Whether none of some examples fails; reads no further than the first that does."""
    return next(_failures(watchlist, examples, scorer, _NOTHING), None) is None


def _failures(
    watchlist: Watchlist, examples: Sequence[Example], scorer: Scorer, stored: Mapping[str, Article]
) -> Iterator[ExampleFailure]:
    outlet = watchlist.outlets[0] if watchlist.outlets else ""
    for example in examples:
        # A stored article is scored as it stands; its outlet, language and country are known.
        article = stored.get(example.url) if example.url else example_article(example, outlet)
        if article is None:
            continue
        scores = [score for score in scorer.score(article) if score.watchlist == watchlist.name]
        if not scores:
            raise ValueError(f"the scorer knows no watchlist {watchlist.name!r}")
        if scores[0].is_match != example.must_match:
            yield ExampleFailure(example, scores[0], article.title or article.text)


def failed_examples(watchlists: Sequence[Watchlist], stored: Mapping[str, Article] = _NOTHING) -> list[Problem]:
    """The failing examples of all watchlists as problems of the configuration, each at its place in the YAML."""
    return [
        _problem(
            failure.example.place or watchlist.name,
            failure.message,
            "Mend the watchlist or the example: a watchlist that fails its own tests does not go live.",
        )
        for watchlist in watchlists
        # A scorer of its own each: one of all would try every example against every watchlist.
        for failure in run_examples(watchlist, compile_watchlists([watchlist]), stored)
    ]


def untried_examples(watchlists: Sequence[Watchlist], stored: Mapping[str, Article], *, reason: str) -> list[Problem]:
    """The examples that could not be tried: their articles are not at hand, for this reason."""
    return [
        _problem(
            example.place,
            f"this test was skipped: {example.url} {reason}.",
            "To keep a test for good, write it as title and text: articles are deleted in time.",
        )
        for watchlist in watchlists
        for example in watchlist.examples
        if example.url and example.url not in stored
    ]


def _problem(place: str, message: str, cure: str) -> Problem:
    """A problem at a place like "file:line:column"."""
    file, *numbers = place.rsplit(":", 2)
    if len(numbers) == 2 and all(map(str.isdigit, numbers)):
        line, column = map(int, numbers)
        return Problem(file=file, line=line, column=column, key="tests", message=message, cure=cure)
    return Problem(file=place, message=message, cure=cure)


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
