"""What stories belong to: the story that they are part of, their event, their storyline, now or at an earlier moment.

Owns: reading these off the marks that stories bear (`merged_into`, `event_id`, `storyline_id`, `parted_from`). A mark
is never rewritten: what another story names may have gone into a third since, so each is followed to its end here.
Refuses: to make a mark (see `repair`, `storylines`, `handiwork`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from monitor.core.open_stories import members_of
from monitor.model.articles import ArticleId
from monitor.model.stories import Story, StoryId

_Mark = Callable[[Story], StoryId | None]


class Kinship:
    """Stories and the marks between them. A story that is not among them stands for itself."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self._stories = {story.id: story for story in stories}
        self._taken: dict[StoryId, list[Story]] = defaultdict(list)
        for story in sorted(self._stories.values(), key=lambda story: story.id):
            if story.merged_into is not None:
                self._taken[story.merged_into].append(story)

    def title_of(self, story_id: StoryId) -> str:
        """A story's title; empty for one that is not here."""
        story = self._stories.get(story_id)
        return story.title if story else ""

    def story_of(self, story_id: StoryId, at: datetime | None = None) -> StoryId:
        """The story that one is part of by its mergers; with `at`, by those until then."""
        return _end(story_id, lambda of: self._went_into(of, at))

    def way_of(self, story_id: StoryId) -> tuple[StoryId, ...]:
        """A story and, one after the other, all that it is part of by its mergers."""
        return _path(story_id, lambda of: self._went_into(of, None))

    def event_of(self, story_id: StoryId, at: datetime | None = None) -> StoryId:
        """The story that stands for the event; a story without kin stands for its own.

        What went into a story counts with it: where that was tied to an event and the story itself to none, it is now.
        """
        return self._named(story_id, at, lambda story: story.event_id)

    def storyline_of(self, story_id: StoryId) -> StoryId:
        """The story that stands for the storyline, likewise."""
        return self._named(story_id, None, lambda story: story.storyline_id)

    def before(self, story_id: StoryId, at: datetime, *, article_id: ArticleId | None = None) -> StoryId:
        """The story that the articles of one, or this article, were in at a moment, before a person parted it later."""
        met = [story_id]
        while (whole := self._was_part_of(met[-1], at)) is not None:
            # What went into the whole since held the article then: its redirect still names its members.
            held = [] if article_id is None else self._held_within(whole, article_id)
            found = next((of for of in (*held, whole) if of not in met), None)
            if found is None:
                break
            met.append(found)
        return met[-1]

    def _held_within(self, whole: StoryId, article_id: ArticleId) -> list[StoryId]:
        """The innermost stories that brought an article into one, the one parted last first."""
        held = [one for one in self._with_taken(whole, None) if one.id != whole and article_id in members_of(one)]
        inner = [one for one in held if not any(other.merged_into == one.id for other in held)]
        parted = sorted((one for one in inner if one.parted_at), key=lambda one: (one.parted_at, one.id), reverse=True)
        return [*(one.id for one in parted), *(one.id for one in inner if not one.parted_at)]

    def _went_into(self, story_id: StoryId, at: datetime | None) -> StoryId | None:
        story = self._stories.get(story_id)
        return story.merged_into if story is not None and _is_gone(story, at) else None

    def _was_part_of(self, story_id: StoryId, at: datetime) -> StoryId | None:
        story = self._stories.get(story_id)
        return story.parted_from if story is not None and story.parted_at is not None and story.parted_at > at else None

    def _named(self, story_id: StoryId, at: datetime | None, mark: _Mark) -> StoryId:
        return _end(self.story_of(story_id, at), lambda of: self._next(of, at, mark))

    def _next(self, story_id: StoryId, at: datetime | None, mark: _Mark) -> StoryId | None:
        """What a story, else the first of those that went into it, names, other than itself."""
        for story in self._with_taken(story_id, at):
            named = mark(story)
            if named is not None and (root := self.story_of(named, at)) != story_id:
                return root
        return None

    def _with_taken(self, story_id: StoryId, at: datetime | None) -> Iterator[Story]:
        if story_id in self._stories:
            yield self._stories[story_id]
        met, rank = {story_id}, [story_id]
        for of in rank:
            for story in self._taken.get(of, ()):
                if story.id not in met and _is_gone(story, at):
                    met.add(story.id)
                    rank.append(story.id)
                    yield story


def _is_gone(story: Story, at: datetime | None) -> bool:
    return at is None or story.merged_at is None or story.merged_at <= at


def _end(story_id: StoryId, following: Callable[[StoryId], StoryId | None]) -> StoryId:
    """Where a chain ends; all that lead into a circle end at its least, so that they still meet."""
    path = _path(story_id, following)
    back = following(path[-1])
    return path[-1] if back is None else min(path[path.index(back) :])


def _path(story_id: StoryId, following: Callable[[StoryId], StoryId | None]) -> tuple[StoryId, ...]:
    """A chain until it ends or comes to what it has met."""
    path = [story_id]
    while (found := following(path[-1])) is not None and found not in path:
        path.append(found)
    return tuple(path)
