"""Stories that turned out to be one: merged with a trace, never split.

Owns: which two open stories tell one event, and what they become. Refuses: splitting (a person may, by
`monitor story split`), and anything below doubt: the order in which reports arrive may part an event in two while it
is thin; once both halves are thick, they are merged only if each is the other's nearest, well above the line of
joining, and nothing at all speaks against it (complete link for vetoes).

What was told stays told under its own id: the younger story keeps its row and points to the older one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from monitor.core.gists import days_apart, unmentioned
from monitor.core.open_stories import OpenStories
from monitor.core.story_lines import LINES, StoryLines
from monitor.core.story_pairs import (
    actors_of,
    are_apart,
    covered,
    days_between,
    decay,
    likeness,
    other_actors,
    other_names,
    other_numbers,
    templates_of,
)
from monitor.core.story_states import united
from monitor.model.articles import Decision
from monitor.model.stories import Story, StoryId

VERSION = "repair-1"


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
        return likeness(self.cosine, self.coverage) * self.decay


def mergers(stories: OpenStories, *, now: datetime, lines: StoryLines = LINES) -> list[Merger]:
    """The pairs of open stories to merge, each story in one pair at most, by the older story's id; changes nothing.

    What merges in a chain takes several calls: each is judged by what the call before made of it.
    """
    nearest: dict[StoryId, _Likeness] = {}
    for story_id in sorted(stories.ids()):
        best = _nearest(stories, story_id, lines)
        if best is not None:
            nearest[story_id] = best
    found = []
    for story_id, there in nearest.items():
        back = nearest.get(there.other)
        if story_id < there.other and back is not None and back.other == story_id:
            found.append(_merged(stories.get(story_id), stories.get(there.other), there, now, lines))
    return sorted(found, key=lambda merger: merger.kept.id)


def merge_by_hand(one: Story, other: Story, *, now: datetime) -> Merger:
    """Two stories joined by a person's word."""
    unmeasured = _Likeness(one=one.id, other=other.id, cosine=0.0, coverage=0.0, decay=1.0)
    merger = _merged(one, other, unmeasured, now, LINES)
    reason = f"joined by hand with story “{merger.kept.title}”"
    decision = replace(merger.decision, level="hand", measure=None, features={"reason": reason})
    return replace(merger, decision=decision)


def _nearest(stories: OpenStories, story_id: StoryId, lines: StoryLines) -> _Likeness | None:
    """The story most like this one, if they are alike enough and nothing speaks against it."""
    terms, weights = stories.centroid(story_id)
    own = stories.head(story_id)
    rated = []
    for near in stories.near(terms, weights, least=lines.merge):
        if near.story.id != story_id and near.cosine >= lines.merge and not veto(own, near.story, lines):
            rated.append(_likeness(own, near.story, near.cosine, lines))
    best = max(rated, key=lambda one: (one.score, -one.other), default=None)
    return best if best is not None and best.score >= lines.merge else None


def _likeness(own: Story, other: Story, cosine: float, lines: StoryLines) -> _Likeness:
    both = covered(own.gists, other.gists)
    return _Likeness(
        one=own.id,
        other=other.id,
        cosine=cosine,
        coverage=cosine if both is None else both,
        decay=decay(days_between(own.mean_at, other.mean_at), lines),
    )


def veto(one: Story, other: Story, lines: StoryLines = LINES) -> str:
    """Why two stories are not one whatever they share, or nothing."""
    if are_apart(one, other):
        return "a person parted them"
    for a, b in product(one.gists, other.gists):
        if (days := days_apart(a, b)) > lines.merge_veto_days:
            return f"their dates are {days} days apart"
        ours, theirs = unmentioned(a, b)
        if ours and theirs:
            return f"their titles name others ({', '.join((*ours, *theirs))})"
    return (
        other_numbers(templates_of(one), templates_of(other))
        or other_names(one.title, other.title, one.gists[0].language if one.gists else None)
        or other_actors(actors_of(one), actors_of(other), lines)
    )


def _merged(one: Story, other: Story, measured: _Likeness, now: datetime, lines: StoryLines) -> Merger:
    kept, gone = sorted((one, other), key=lambda story: (story.first_at, story.id))
    reason = (
        f"story “{gone.title}” merged into “{kept.title}”: each is the other's nearest, "
        f"(cosine {measured.cosine:.2f} + coverage {measured.coverage:.2f}) / 2 × decay {measured.decay:.2f} "
        f"= {measured.score:.2f} (line {lines.merge:.2f}), nothing against it"
    )
    decision = Decision(
        article_id=gone.lead_id,
        stage="story",
        outcome="merged",
        level="repair",
        other_id=kept.id,
        measure=measured.score,
        features={"reason": reason},
        version=VERSION,
        at=now,
    )
    return Merger(
        kept=united(kept, gone, lines), gone=replace(gone, merged_into=kept.id, merged_at=now), decision=decision
    )
