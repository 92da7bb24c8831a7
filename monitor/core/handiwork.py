"""What a person does to stories by word of command: join two, split one, cut what ties two languages; each sticks and
leaves its reason.

Owns: the new states of the stories and the marks that keep what a person parted from being merged or tied again.
Refuses: to judge; a person's word needs no evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from monitor.core.features import Frequencies, Gazetteer
from monitor.core.kinship import Kinship
from monitor.core.repair import Merger, merge_by_hand
from monitor.core.story_pairs import names_of
from monitor.core.story_states import rebuilt
from monitor.model.articles import Article, ArticleId, Decision
from monitor.model.stories import APART, NAMES, Joining, Story, StoryId

VERSION = "hand-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A story parted in two: `left` keeps the id, `parted` is new; `joinings` place the articles that went."""

    left: Story
    parted: Story
    joinings: tuple[Joining, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Stories of one event that are two from now on: those that changed, as they are then, and why."""

    changed: tuple[Story, ...]
    decisions: tuple[Decision, ...]


def join(one: Story, other: Story, *, now: datetime) -> Merger:
    """Two stories as one, whatever parted them; marks that held them apart are taken away.

    Raises:
        ValueError: It is one story, or one of them went into another already.
    """
    if one.id == other.id:
        raise ValueError("these are one story already")
    if gone := next((story for story in (one, other) if story.merged_into is not None), None):
        raise ValueError(f"story “{gone.title}” went into another already")
    marks = names_of(one) | names_of(other)
    return merge_by_hand(_without(one, marks), _without(other, marks), now=now)


def split(
    story: Story,
    members: Sequence[Article],
    parting: Sequence[ArticleId],
    *,
    frequencies: Frequencies,
    gazetteer: Gazetteer,
    now: datetime,
) -> Split:
    """A story without some of its articles, and a story of these.

    Args:
        members: All articles of the story.
        parting: The ids of those that go.

    Raises:
        ValueError: None of them is a member, or none would be left.
    """
    going = [article for article in members if article.id in set(parting)]
    staying = [article for article in members if article.id not in set(parting)]
    if not going:
        raise ValueError(f"none of these articles is in story “{story.title}”")
    if not staying:
        raise ValueError(f"nothing would be left of story “{story.title}”")
    parted = rebuilt(going, frequencies=frequencies, gazetteer=gazetteer)
    parted = _apart(replace(parted, id=_free_id(story, members, going)), *story.facts.get(APART, ()))
    parted = replace(parted, facts={**parted.facts, NAMES: tuple(sorted(names_of(story)))})
    left = _left(story, rebuilt(staying, frequencies=frequencies, gazetteer=gazetteer))
    reason = f"parted by hand from story “{story.title}”"
    return Split(
        left=_apart(left, f"{parted.id:016x}"),
        parted=replace(_apart(parted, *names_of(left)), parted_from=story.id, parted_at=now),
        joinings=tuple(
            Joining(article_id=one.id, story_id=parted.id, is_first=one.id == parted.lead_id, reason=reason)
            for one in going
        ),
        decisions=_parted((one.id for one in going), story, reason, now),
    )


def cut(tied: Sequence[Story], story: Story, going: Collection[StoryId], *, now: datetime) -> Cut:
    """Stories that were told as one event with another, and are not any more.

    Each side's oldest story stands for its event. What went into any of them says nothing of the other side's, and no
    story of one side, nor what goes into it, is tied to the other again.

    Args:
        tied: The story and all that is tied to it, those that went into others, too.
        going: Stories of its event, none that went into another.

    Raises:
        ValueError: None of them is of the story's event, or the story itself is among them.
    """
    kinship = Kinship(tied)
    event = kinship.event_of(story.id)
    of_event = [one for one in tied if kinship.event_of(one.id) == event]
    sides = [[one for one in of_event if (kinship.story_of(one.id) in going) is goes] for goes in (True, False)]
    if not sides[0] or kinship.story_of(story.id) in going:
        raise ValueError(f"none of these stories is told together with “{story.title}” as one event")
    named = [frozenset(name for one in side for name in names_of(one)) for side in sides]
    changed: list[Story] = []
    for side, others in zip(sides, reversed(named), strict=True):
        whole = [one for one in side if one.merged_into is None]
        head = min(whole, key=lambda one: (one.first_at, one.id))
        for one in side:
            is_told = one.merged_into is None and one.id != head.id
            new = replace(one, event_id=head.id if is_told else None)
            changed.append(_apart(new, *others) if one.merged_into is None else new)
    reason = f"parted by hand from the event of story “{story.title}”"
    return Cut(
        changed=tuple(changed),
        decisions=_parted((one.lead_id for one in sides[0] if one.merged_into is None), story, reason, now),
    )


def _parted(article_ids: Iterable[ArticleId], story: Story, reason: str, now: datetime) -> tuple[Decision, ...]:
    """What is kept of a person's word on each article, or each lead, that goes."""
    return tuple(
        Decision(
            article_id=of,
            stage="story",
            outcome="parted",
            level="hand",
            other_id=story.id,
            features={"reason": reason},
            version=VERSION,
            at=now,
        )
        for of in article_ids
    )


def _left(story: Story, rest: Story) -> Story:
    """What stays keeps the name, which was told, and every mark; the rest is that of its articles."""
    marks = {kind: story.facts[kind] for kind in (APART, NAMES) if kind in story.facts}
    return replace(
        rest,
        id=story.id,
        facts={**rest.facts, **marks},
        storyline_id=story.storyline_id,
        event_id=story.event_id,
        parted_from=story.parted_from,
        parted_at=story.parted_at,
    )


def _free_id(story: Story, members: Sequence[Article], going: Sequence[Article]) -> StoryId:
    """The id of the oldest article that goes and names no story yet, else one next to it.

    An article may have named this story, one that went into it (whose redirect must stay, for the articles that it
    brought), or one that this was parted from.
    """
    named = {int(mark, 16) for mark in (*names_of(story), *story.facts.get(APART, ()))}
    ordered = [article.id for article in sorted(going, key=lambda article: (article.at, article.id))]
    if free := [article_id for article_id in ordered if article_id not in named]:
        return free[0]
    named |= {article.id for article in members}
    return next(near for step in count(1) if (near := ordered[0] ^ step) not in named)


def _apart(story: Story, *others: str) -> Story:
    marks = {*story.facts.get(APART, ()), *others}
    return replace(story, facts={**story.facts, APART: tuple(sorted(marks))} if marks else story.facts)


def _without(story: Story, marks: frozenset[str]) -> Story:
    left = tuple(mark for mark in story.facts.get(APART, ()) if mark not in marks)
    facts = {kind: values for kind, values in story.facts.items() if kind != APART}
    return replace(story, facts={**facts, APART: left} if left else facts)
