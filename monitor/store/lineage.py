"""What stories are tied to by their marks: redirects, events, storylines, partings.

Only gathers: what follows from the marks is the core's to say (`monitor.core.kinship`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, or_, select

from monitor.model.articles import ArticleId
from monitor.model.stories import Story, StoryId
from monitor.store.columns import among
from monitor.store.mapping import STORY_COLUMNS, to_story
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
    """What a recipient was told of stories that changed since, or since the last telling, if that is earlier.

    A story changed where it, or one that it is tied to, is in `grown`, was merged or parted. With them what was told
    last of all: it says from when on changes are news. Read along the articles told, by keys, and of each story only
    what tells that.
    """
    c = STORY.c
    told = (
        select(TOLD.c.article_id, JOINING.c.story_id, TOLD.c.at)
        .outerjoin(JOINING, JOINING.c.article_id == TOLD.c.article_id)
        .where(TOLD.c.recipient_id == recipient_id)
    )
    rows = connection.execute(told).all()
    last = max((row.at for row in rows), default=since)
    since = min(since, last)
    placed: dict[ArticleId, StoryId] = {row.article_id: row.story_id for row in rows if row.story_id is not None}
    facts = select(c.id, c.merged_at, c.parted_at, c.merged_into, c.event_id, c.parted_from)
    ties: dict[StoryId, set[StoryId]] = defaultdict(set)
    changed = set(grown)
    asked: set[StoryId] = set()
    missing = {*placed.values(), *grown}
    while missing:
        asked |= missing
        found = facts.where(or_(among(connection, c.id, missing), among(connection, c.merged_into, missing)))
        for row in connection.execute(found):
            for other in (row.id, row.merged_into, row.event_id, row.parted_from):
                if other is not None:
                    ties[row.id].add(other)
                    ties[other].add(row.id)
            if any(at is not None and at >= since for at in (row.merged_at, row.parted_at)):
                changed.add(row.id)
        missing = ties.keys() - asked
    _spread(changed, ties)
    told_last = {row.article_id for row in rows if row.at == last}
    return sorted(told_last | {article_id for article_id, story_id in placed.items() if story_id in changed})


def _spread(among_these: set[StoryId], ties: Mapping[StoryId, Collection[StoryId]]) -> None:
    """Add all that is tied to what is there, and what is tied to that."""
    fresh = set(among_these)
    while fresh:
        fresh = {other for of in fresh for other in ties.get(of, ())} - among_these
        among_these |= fresh


def marks_of(story: Story) -> tuple[StoryId, ...]:
    """The stories that one leads to: what it went into, the first of its event, what it was parted from."""
    return tuple(of for of in (story.merged_into, story.event_id, story.parted_from) if of is not None)
