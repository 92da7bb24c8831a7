"""Votes as labels: one an article, what they tell apart, and how well an order of points agrees with them.

Owns: whose vote counts where readers disagree, evidence by stories, average precision. Refuses: edits (`proposals`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log, sqrt

from monitor.model.articles import Article
from monitor.model.proposals import VoteEvidence
from monitor.model.votes import VotedArticle, VoteKind

MAX_BALLOTS = 400
"""Articles that are looked at, the newest votes first: each trial edit scores them anew."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """An article with what its readers want; `story` tells apart what tells of different events."""

    article: Article
    page_text: str
    is_wanted: bool
    story: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Count:
    """The ballots that count, by article id; how many were contested, and left out as the oldest."""

    ballots: tuple[Ballot, ...]
    contested: int
    left_out: int


def count(votes: Sequence[VotedArticle]) -> Count:
    """One ballot an article: what most of its readers want; where as many want it as not, none."""
    by_article: dict[int, list[VotedArticle]] = defaultdict(list)
    for vote in votes:
        by_article[vote.article.id].append(vote)
    newest = sorted(by_article.values(), key=lambda cast: (max(one.vote.at for one in cast), cast[0].article.id))
    kept = newest[-MAX_BALLOTS:]
    ballots = []
    for cast in kept:
        balance = sum(1 if one.vote.kind is VoteKind.MORE else -1 for one in cast)
        if balance:
            first = cast[0]
            story = ("article", first.article.id) if first.story_id is None else ("story", first.story_id)
            ballots.append(Ballot(first.article, first.page_text, balance > 0, story))
    ballots.sort(key=lambda ballot: ballot.article.id)
    return Count(tuple(ballots), contested=len(kept) - len(ballots), left_out=len(newest) - len(kept))


def evidence(ballots: Sequence[Ballot], having: Collection[int], among: Collection[int] | None = None) -> VoteEvidence:
    """How far something that the ballots numbered `having` have tells the votes apart, among those or all.

    Copies of one story count once: ten outlets with one dispatch are one piece of evidence. The logarithm of the odds
    ratio with half added to each count, and its standard error (Haldane 1956, Gart & Zweifel 1967).
    """
    stories: dict[bool, set[tuple[str, int]]] = {True: set(), False: set()}
    holding: dict[bool, set[tuple[str, int]]] = {True: set(), False: set()}
    for index in range(len(ballots)) if among is None else among:
        ballot = ballots[index]
        stories[ballot.is_wanted].add(ballot.story)
        if index in having:
            holding[ballot.is_wanted].add(ballot.story)
    more, less = len(stories[True]), len(stories[False])
    more_with, less_with = len(holding[True]), len(holding[False])
    cells = [count + 0.5 for count in (more_with, more - more_with, less_with, less - less_with)]
    odds = log(cells[0] / cells[1]) - log(cells[2] / cells[3])
    return VoteEvidence(
        more_with=more_with,
        more=more,
        less_with=less_with,
        less=less,
        log_odds=odds,
        error=sqrt(sum(1 / cell for cell in cells)),
    )


def average_precision(points: Sequence[float], wanted: Sequence[bool]) -> float:
    """The precision at each level of points, weighted by the share of what is wanted found there; 0.0 without any.

    What has equal points comes at once, so that no order among equals is assumed.
    """
    total = sum(wanted)
    found, seen, sum_of = 0, 0, 0.0
    levels, hits = Counter(points), Counter(one for one, is_wanted in zip(points, wanted, strict=True) if is_wanted)
    for level in sorted(levels, reverse=True):
        seen += levels[level]
        found += hits[level]
        sum_of += hits[level] * found / seen
    return sum_of / total if total else 0.0
