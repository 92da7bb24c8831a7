"""Stories that turned out to be one: merged with a trace, never split.

Owns: which two open stories tell one event, and what they become. Refuses: splitting (a person may, by
`monitor story split`), and anything below doubt: the order in which reports arrive may part an event in two while it
is thin; once both halves are thick, they are merged only if each is the other's nearest, well above the line of
joining, and nothing at all speaks against it (complete link for vetoes).

What was told stays told under its own id: the younger story keeps its row and points to the older one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from monitor.core.features import Weights
from monitor.core.gists import coverage, days_apart, unmentioned
from monitor.core.open_stories import MEMBERS, OpenStories, as_centroid
from monitor.core.similarity import differ_in_digits_only
from monitor.model.articles import Decision
from monitor.model.stories import APART, Story, StoryId

VERSION = "repair-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairLines:
    """The numbers of merging; the line is that of the research report's §5, the rest as for joining."""

    merge: float = 0.50
    decay_days: float = 7.0
    veto_days: int = 3
    """Explicit days of two events; stricter than for joining, because a merge is seen by those who were told both."""
    known_actors: int = 2
    memory: int = 8
    members_kept: int = 400
    facts_kept: int = 20


LINES = RepairLines()


@dataclass(frozen=True, slots=True, kw_only=True)
class Merger:
    """Two stories that become one: `kept` as it is then, `gone` with its redirect, and why."""

    kept: Story
    gone: Story
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class _Likeness:
    one: StoryId
    other: StoryId
    cosine: float
    coverage: float
    decay: float

    @property
    def score(self) -> float:
        return (self.cosine + self.coverage) / 2 * self.decay


def mergers(stories: OpenStories, *, now: datetime, lines: RepairLines = LINES) -> list[Merger]:
    """The pairs of open stories to merge, each story in one pair at most, by the older story's id; changes nothing.

    What merges in a chain takes several calls: each is judged by what the call before made of it.
    """
    nearest: dict[StoryId, _Likeness] = {}
    for story_id in sorted(stories.ids()):
        best = _nearest(stories, story_id, lines)
        if best is not None:
            nearest[story_id] = best
    found = []
    for story_id, likeness in nearest.items():
        back = nearest.get(likeness.other)
        if story_id < likeness.other and back is not None and back.other == story_id:
            found.append(_merged(stories.get(story_id), stories.get(likeness.other), likeness, now, lines))
    return sorted(found, key=lambda merger: merger.kept.id)


def merge_by_hand(one: Story, other: Story, *, now: datetime) -> Merger:
    """Two stories joined by a person's word."""
    likeness = _Likeness(one=one.id, other=other.id, cosine=0.0, coverage=0.0, decay=1.0)
    merger = _merged(one, other, likeness, now, LINES)
    reason = f"joined by hand with story “{merger.kept.title}”"
    decision = replace(merger.decision, level="hand", measure=None, features={"reason": reason})
    return replace(merger, decision=decision)


def _nearest(stories: OpenStories, story_id: StoryId, lines: RepairLines) -> _Likeness | None:
    """The story most like this one, if they are alike enough and nothing speaks against it."""
    terms, weights = stories.centroid(story_id)
    own = stories.head(story_id)
    rated = []
    for near in stories.near(terms, weights, least=lines.merge):
        if near.story.id != story_id and near.cosine >= lines.merge and not veto(own, near.story, lines):
            rated.append(_likeness(own, near.story, near.cosine, lines))
    best = max(rated, key=lambda one: (one.score, -one.other), default=None)
    return best if best is not None and best.score >= lines.merge else None


def _likeness(own: Story, other: Story, cosine: float, lines: RepairLines) -> _Likeness:
    days = abs((own.mean_at - other.mean_at).total_seconds()) / 86_400
    covered = max((coverage(a, b) for a in own.gists for b in other.gists if a.has_body and b.has_body), default=cosine)
    return _Likeness(
        one=own.id, other=other.id, cosine=cosine, coverage=covered, decay=math.exp(-days / lines.decay_days)
    )


def veto(one: Story, other: Story, lines: RepairLines = LINES) -> str:
    """Why two stories are not one whatever they share, or nothing."""
    if f"{other.id:016x}" in one.facts.get(APART, ()) or f"{one.id:016x}" in other.facts.get(APART, ()):
        return "a person parted them"
    for a in one.gists:
        for b in other.gists:
            if (days := days_apart(a, b)) > lines.veto_days:
                return f"their dates are {days} days apart"
            ours, theirs = unmentioned(a, b)
            if ours and theirs:
                return f"their titles name others ({', '.join((*ours, *theirs))})"
    for a_title in one.facts.get("templates", ()):
        for b_title in other.facts.get("templates", ()):
            if differ_in_digits_only(a_title, b_title):
                return f"“{a_title}” and “{b_title}” are one title with other numbers"
    actors, others = frozenset(one.facts.get("actors", ())), frozenset(other.facts.get("actors", ()))
    if min(len(actors), len(others)) >= lines.known_actors and not actors & others:
        return f"their actors ({', '.join(sorted(actors))}; {', '.join(sorted(others))}) are others"
    return ""


def _merged(one: Story, other: Story, likeness: _Likeness, now: datetime, lines: RepairLines) -> Merger:
    kept, gone = sorted((one, other), key=lambda story: (story.first_at, story.id))
    reason = (
        f"story “{gone.title}” merged into “{kept.title}”: each is the other's nearest, "
        f"(cosine {likeness.cosine:.2f} + coverage {likeness.coverage:.2f}) / 2 × decay {likeness.decay:.2f} "
        f"= {likeness.score:.2f} (line {lines.merge:.2f}), nothing against it"
    )
    decision = Decision(
        article_id=gone.lead_id,
        stage="story",
        outcome="merged",
        level="repair",
        other_id=kept.id,
        measure=likeness.score,
        features={"reason": reason},
        version=VERSION,
        at=now,
    )
    return Merger(
        kept=_union(kept, gone, lines), gone=replace(gone, merged_into=kept.id, merged_at=now), decision=decision
    )


def _union(kept: Story, gone: Story, lines: RepairLines) -> Story:
    size = kept.size + gone.size
    latest = max((kept, gone), key=lambda story: (story.last_at, story.id))
    facts: dict[str, tuple[str, ...]] = {}
    for kind in sorted({*kept.facts, *gone.facts} - {"undated"}):
        limit = lines.members_kept if kind == MEMBERS else lines.facts_kept
        facts[kind] = tuple(sorted({*kept.facts.get(kind, ()), *gone.facts.get(kind, ())})[-limit:])
    if "undated" in kept.facts and "undated" in gone.facts:
        facts["undated"] = kept.facts["undated"]
    return replace(
        kept,
        last_at=latest.last_at,
        mean_at=kept.mean_at + (gone.mean_at - kept.mean_at) * (gone.size / size),
        size=size,
        centroid=_sum(kept.centroid, gone.centroid, (min(kept.size, lines.memory), min(gone.size, lines.memory))),
        facts=facts,
        gists=(*kept.gists[:1], *latest.gists[-1:]),
    )


def _sum(one: Mapping[int, float], other: Mapping[int, float], shares: Sequence[int]) -> dict[int, float]:
    terms = np.array([*one, *other], np.int64)
    weights = np.array([*(w * shares[0] for w in one.values()), *(w * shares[1] for w in other.values())])
    distinct, places = np.unique(terms, return_inverse=True)
    summed: Weights = np.bincount(places, weights=weights).astype(np.float64)
    return as_centroid(distinct, summed)
