"""What two stories are to each other, or a story and an article: days apart, likeness, and what forbids to join them.

Owns: the measures and vetoes that joining, merging and linking share. Refuses: the lines (see `story_lines`) and every
decision (see `stories`, `repair`, `storylines`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import product

from monitor.core.gists import coverage, differ_in_names_only
from monitor.core.similarity import differ_in_digits_only
from monitor.core.story_lines import StoryLines
from monitor.model.stories import APART, NAMES, Gist, Story

NOUNS_WITH_CAPITALS = ("de", "lb")


def days_between(one: datetime, other: datetime) -> float:
    """Days between two moments, whichever is first."""
    return abs((one - other).total_seconds()) / 86_400


def decay(days: float, lines: StoryLines) -> float:
    """What is left of a likeness after so many days, in (0, 1]."""
    return math.exp(-days / lines.decay_days)


def likeness(cosine: float, covered: float | None) -> float:
    """The mean of the wording's cosine and the openings' coverage; the cosine alone where there is no other."""
    return cosine if covered is None else (cosine + covered) / 2


def covered(one: Sequence[Gist], other: Sequence[Gist]) -> float | None:
    """The best coverage between articles of two stories; None where one side has only titles."""
    return max((coverage(a, b) for a, b in product(one, other) if a.has_body and b.has_body), default=None)


def actors_of(story: Story) -> frozenset[str]:
    """The known entities that a story's articles name."""
    return frozenset(story.facts.get("actors", ()))


def templates_of(story: Story) -> tuple[str, ...]:
    """The folded titles of a story that hold digits."""
    return story.facts.get("templates", ())


def names_of(story: Story) -> frozenset[str]:
    """The story's id and what else it answers to, as marks name it."""
    return frozenset({f"{story.id:016x}", *story.facts.get(NAMES, ())})


def are_apart(one: Story, other: Story) -> bool:
    """Whether a person parted them, what went into them, or one from the event that the other reports."""
    return not (
        _answers_to(one).isdisjoint(other.facts.get(APART, ()))
        and _answers_to(other).isdisjoint(one.facts.get(APART, ()))
    )


def _answers_to(story: Story) -> frozenset[str]:
    return names_of(story) | ({f"{story.event_id:016x}"} if story.event_id is not None else frozenset())


def other_numbers(ours: Iterable[str], theirs: Iterable[str]) -> str:
    """Why titles forbid to join: one is the other with other digits ("Day 20", "Day 21"). Nothing where none does."""
    for own, other in product(ours, theirs):
        if differ_in_digits_only(own, other):
            return f"its title is “{other}” with other numbers"
    return ""


def other_names(own: str, other: str, language: str | None) -> str:
    """Why titles forbid to join: one is the other around other names. Nothing where that is not so.

    Nor in German, whose capitals mark nouns: two words for one thing would look like two names.
    """
    if language not in NOUNS_WITH_CAPITALS and differ_in_names_only(own, other):
        return f"its title is “{other}” around other names"
    return ""


def other_actors(ours: frozenset[str], theirs: frozenset[str], lines: StoryLines) -> str:
    """Why actors forbid to join: both sides name enough of them and none in common. Nothing where that is not so."""
    if min(len(ours), len(theirs)) >= lines.known_actors and not ours & theirs:
        return f"its actors ({', '.join(sorted(ours))}) are others ({', '.join(sorted(theirs))})"
    return ""
