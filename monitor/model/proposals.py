"""Proposals: edits of a watchlist that readers' votes speak for, each with its evidence and its effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model.articles import Article, ArticleId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetThreshold:
    """Another threshold."""

    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRule:
    """One more boost (or penalty: points below 0) for a term in title or lead."""

    name: str
    term: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPoints:
    """Other points for a rule; negative for a penalty, never of another sign than before."""

    name: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreOutlet:
    """An outlet that never matches."""

    outlet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddException:
    """A longer string inside which an entity's alias does not count (`not`)."""

    entity: str
    alias: str
    phrase: str


Edit = SetThreshold | AddRule | SetPoints | IgnoreOutlet | AddException


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteEvidence:
    """In how many of the stories with either vote something stands, and how far that tells the votes apart.

    `log_odds` is above 0 where it speaks for "more"; `error` is its standard error (both with half a story added to
    each count).
    """

    more_with: int
    more: int
    less_with: int
    less: int
    log_odds: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One edit, with what it does to the articles voted on once the steps before it are made.

    `fixed` and `broken` come out as the votes want it only after, or only before. The precisions are average
    precisions over the votes. `evidence` is None for a threshold, which follows from the points alone.
    """

    edit: Edit
    evidence: VoteEvidence | None
    fixed: tuple[ArticleId, ...]
    broken: tuple[ArticleId, ...]
    precision_before: float
    precision_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the votes on a watchlist come to.

    `more` and `less` count articles, `contested` those with as many votes for as against, `left_out` the oldest ones
    past the limit. With `missing_more` or `missing_less` above 0 there are too few votes, and no steps. `right_before`
    and `right_after` count the articles that come out as the votes want it. `declined` are edits that the votes speak
    for but that were not proposed, each with why. `articles` are those that steps name.
    """

    watchlist: str
    more: int
    less: int
    contested: int = 0
    left_out: int = 0
    missing_more: int = 0
    missing_less: int = 0
    right_before: int = 0
    right_after: int = 0
    precision_before: float = 0.0
    precision_after: float = 0.0
    steps: tuple[Step, ...] = ()
    declined: tuple[tuple[Edit, str], ...] = ()
    articles: Sequence[Article] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits in the order in which they are to be made."""
        return tuple(step.edit for step in self.steps)
