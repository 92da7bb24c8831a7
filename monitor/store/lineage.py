"""What stories are tied to by their marks: redirects, events, storylines, partings.

Only gathers: what follows from the marks is the core's to say (`monitor.core.kinship`). Which articles stand elsewhere
than a recipient knows is read here, lest every story ever told be read whole for each digest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from monitor.model.articles import ArticleId
from monitor.model.stories import Story, StoryId
from monitor.store.columns import among
from monitor.store.mapping import STORY_COLUMNS, root_of, to_story
from monitor.store.tables import JOINING, STORY, TOLD


def with_marked(connection: Connection, ids: Collection[StoryId]) -> dict[StoryId, Story]:
    """Stories, and all that they lead to by redirect, event or parting, and what went into any of these."""
    c = STORY.c
    found: dict[StoryId, Story] = {}
    asked: set[StoryId] = set()
    missing = set(ids)
    while missing:
        asked |= missing
        tied = or_(among(connection, c.id, missing), among(connection, c.merged_into, missing))
        fresh = [to_story(row) for row in connection.execute(select(*STORY_COLUMNS).where(tied))]
        found |= {story.id: story for story in fresh}
        missing = {of for story in fresh for of in (story.id, *marks_of(story))} - asked
    return found


def lineages(stories: Mapping[StoryId, Story], ids: Collection[StoryId]) -> dict[StoryId, tuple[Story, ...]]:
    """Each of `ids` that is known: the story itself, then all of `stories` that its marks lead to, by id."""
    taken: dict[StoryId, list[StoryId]] = defaultdict(list)
    for story in stories.values():
        if story.merged_into is not None:
            taken[story.merged_into].append(story.id)
    found = {}
    for of in stories.keys() & set(ids):
        met, ranks = {of}, [of]
        for story_id in ranks:
            fresh = {*marks_of(stories[story_id]), *taken.get(story_id, ())} & stories.keys() - met
            met |= fresh
            ranks += sorted(fresh)
        found[of] = (stories[of], *(stories[story_id] for story_id in sorted(met - {of})))
    return found


def told_of_changed(
    connection: Connection, recipient_id: str, since: datetime, grown: Collection[StoryId]
) -> list[ArticleId]:
    """What a recipient was told of stories that changed.

    A story changed where it, or one that it is tied to, is in `grown`, or where an article stands elsewhere than the
    recipient knows. Where it was not noted what the recipient knows, a story changed that was merged or parted since,
    or since the last telling, if that is earlier; what was told last of all comes too, to say from when on. Read along
    the articles told, by keys, and of each story only what tells that.
    """
    t = TOLD.c
    told = (
        select(t.article_id, JOINING.c.story_id, t.at, t.story_id.label("had_story"), t.event_id.label("had_event"))
        .outerjoin(JOINING, JOINING.c.article_id == t.article_id)
        .where(t.recipient_id == recipient_id)
    )
    rows = connection.execute(told).all()
    last = max((row.at for row in rows), default=since)
    placed: dict[ArticleId, StoryId] = {row.article_id: row.story_id for row in rows if row.story_id is not None}
    had = {row.article_id: (row.had_story, row.had_event) for row in rows if row.had_story is not None}
    facts = _facts(connection, {*placed.values(), *grown, *(of for place in had.values() for of in place)})
    changed = {*grown, *standing_elsewhere(facts, placed, had)}
    if not placed.keys() <= had.keys():
        from_when = min(since, last)
        changed |= {
            of
            for of, fact in facts.items()
            if any(at is not None and at >= from_when for at in (fact.merged_at, fact.parted_at))
        }
    _spread(changed, _ties(facts, placed, had))
    told_last = {row.article_id for row in rows if row.at == last}
    return sorted(told_last | {article_id for article_id, story_id in placed.items() if story_id in changed})


_Place = tuple[StoryId, StoryId]


def _facts(connection: Connection, ids: Collection[StoryId]) -> dict[StoryId, Row[Any]]:
    """The marks of stories and of all that they are tied to, with their times."""
    c = STORY.c
    facts = select(c.id, c.merged_at, c.parted_at, c.merged_into, c.event_id, c.parted_from)
    found: dict[StoryId, Row[Any]] = {}
    asked: set[StoryId] = set()
    missing = set(ids)
    while missing:
        asked |= missing
        tied = or_(among(connection, c.id, missing), among(connection, c.merged_into, missing))
        fresh = connection.execute(facts.where(tied)).all()
        found |= {row.id: row for row in fresh}
        marks = {of for row in fresh for of in (row.id, row.merged_into, row.event_id, row.parted_from)}
        missing = marks - asked - {None}
    return found


def _ties(
    facts: Mapping[StoryId, Row[Any]], placed: Mapping[ArticleId, StoryId], had: Mapping[ArticleId, _Place]
) -> dict[StoryId, set[StoryId]]:
    """Which stories have to do with which, both ways: by their marks, and by what an article was told in."""
    ties: dict[StoryId, set[StoryId]] = defaultdict(set)
    marks = [(of, (fact.merged_into, fact.event_id, fact.parted_from)) for of, fact in facts.items()]
    for of, others in (*marks, *((placed[article], place) for article, place in had.items() if article in placed)):
        for other in others:
            if other is not None:
                ties[of].add(other)
                ties[other].add(of)
    return ties


def standing_elsewhere(
    facts: Mapping[StoryId, Row[Any]], placed: Mapping[ArticleId, StoryId], had: Mapping[ArticleId, _Place]
) -> set[StoryId]:
    """The stories of articles that are part of another story, or of another event, than it was noted."""
    merged_into = {of: fact.merged_into for of, fact in facts.items()}
    events = _events(facts, merged_into)
    found = set()
    for article_id, place in had.items():
        of = placed.get(article_id)
        if of is not None and of in facts:
            root = root_of(of, merged_into)
            if place != (root, root_of(root, events)):
                found.add(of)
    return found


def _events(
    facts: Mapping[StoryId, Row[Any]], merged_into: Mapping[StoryId, StoryId | None]
) -> dict[StoryId, StoryId | None]:
    """What each story, or the first of those that went into it, names as its event, other than itself.

    The same reading of the marks as the core's (`monitor.core.kinship`); the stores' contract holds the two together.
    """
    taken: dict[StoryId, list[StoryId]] = defaultdict(list)
    for of in sorted(facts):
        if (into := merged_into[of]) is not None:
            taken[into].append(of)
    events: dict[StoryId, StoryId | None] = {}
    for root in {root_of(of, merged_into) for of in facts}:
        ranks = [root]
        for of in ranks:
            ranks += [other for other in taken.get(of, ()) if other not in ranks]
        named = (facts[of].event_id for of in ranks if of in facts)
        roots = (root_of(of, merged_into) for of in named if of is not None)
        events[root] = next((of for of in roots if of != root), None)
    return events


def _spread(among_these: set[StoryId], ties: Mapping[StoryId, Collection[StoryId]]) -> None:
    """Add all that is tied to what is there, and what is tied to that."""
    fresh = set(among_these)
    while fresh:
        fresh = {other for of in fresh for other in ties.get(of, ())} - among_these
        among_these |= fresh


def marks_of(story: Story) -> tuple[StoryId, ...]:
    """The stories that one leads to: what it went into, the first of its event, what it was parted from."""
    return tuple(of for of in (story.merged_into, story.event_id, story.parted_from) if of is not None)
