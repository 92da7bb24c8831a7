"""The numbers of grouping: from where an article joins a story, and two stories become one.

Owns: those numbers, each once, with where it comes from. Refuses: what is done with them (see `stories`, `repair`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLines:
    """The numbers of joining and merging.

    Origin: the design of the research report's §5, measured there on OG2021, ECB+, the Telegram pairs and the seeds.
    None of them was chosen on the seeds.
    """

    considered: float = 0.15
    """Cosine from which a story is looked at closely."""
    join: float = 0.35
    join_title_only: float = 0.40
    """Also where neither side's time is known: less evidence must agree more."""
    join_wire: float = 0.25
    """With shared wire text of at least `wire_containment`."""
    wire_containment: float = 0.30
    merge: float = 0.50
    decay_days: float = 7.0
    conflict: float = 0.7
    """For each name of both titles that the other text never mentions, three at most."""
    next_report: float = 0.5
    """For another text of one outlet (see `gists.is_next_report`). Others join at .35 between outlets and at .8 within
    one (research report, §1); on the Telegram pairs .3 and .5 give the same F1, .7 a third of the gain."""
    join_veto_days: int = 10
    """Explicit days of an article and a story from which they tell two events."""
    merge_veto_days: int = 3
    """The same of two stories; stricter, because a merge is seen by those who were told both."""
    known_actors: int = 2
    memory: int = 8
    """A centroid counts as at most so many articles, so that a long story can still turn."""
    members_kept: int = 400
    facts_kept: int = 20


LINES = StoryLines()
