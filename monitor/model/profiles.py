"""Profiles: the weighted terms that set some example documents apart from other news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTerm:
    """A word or phrase of a profile with what speaks for it.

    `weight` is the z-score of its log-odds (> 0, one decimal). It stands `count` times in `documents` of the examples;
    `expected` is how often it would stand there, were they any news. `quote` shows one of its places.
    """

    text: str
    weight: float
    documents: int
    count: int
    expected: float
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The terms of some documents, the weightiest first. `background` says in words what they were held against."""

    language: str
    documents: int
    min_documents: int
    background: str
    terms: Sequence[ProfileTerm]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one example came among other articles when the profile was made without it.

    `ahead` of `others` reach its value or more: 0 is the first place.
    """

    name: str
    value: float
    ahead: int
    others: int

    @property
    def below(self) -> float:
        """Share of the others that are below it."""
        return 1 - self.ahead / self.others if self.others else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCard:
    """How well examples are told from other articles: one standing an example, each left out of its own profile.

    `sets` names the other articles and how many they are. `by_watchlist`: by the points of a whole watchlist with that
    profile; empty where none was asked for.
    """

    sets: Sequence[tuple[str, int]]
    by_profile: Sequence[Standing]
    by_watchlist: Sequence[Standing] = ()
