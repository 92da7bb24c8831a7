"""What the judge remembers between batches: the stories that may still grow, and how common words are.

A batch changes the memory while it is judged, and the change stands or falls with the batch's commit: what was not
kept leaves nothing behind. Owns no decision: those are `monitor.core`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.core.features import Frequencies, Terms
from monitor.core.open_stories import Kept, OpenStories, members_of
from monitor.model.articles import ArticleId
from monitor.model.stories import Story, StoryId
from monitor.ports import IntakeStore, StoryStore

FREQUENCIES = "story-frequencies"
"""Name of the artifact that carries the document frequencies over a restart."""

HAND = "stories-by-hand"
"""The artifact that tells when a person last changed stories."""

FREQUENCIES_GROWTH = 0.05
"""They fill up to a few megabytes; a restart that forgets the last twentieth weighs no word noticeably otherwise."""


@dataclass(slots=True)
class _Pending:
    """What a batch did to the memory, to be taken back if it is not kept."""

    stories_before: dict[StoryId, Kept | None] = field(default_factory=dict)
    counted: list[Terms] = field(default_factory=list)
    frequencies_kept: int | None = None


class Memory:
    """Open stories and document frequencies, with one batch at a time that may be taken back.

    Args:
        span: How long after its last article a story may grow; None: for ever.
    """

    def __init__(self, intake: IntakeStore, stories: StoryStore, *, span: timedelta | None) -> None:
        self._intake = intake
        self._stored_stories = stories
        self._span = span
        self._frequencies_kept = 0
        self._hand: bytes | None = None
        self._pending: _Pending | None = None
        self.stories = OpenStories()
        """Read freely; changed by `keep`, `drop` and `reopen` only."""
        self.frequencies = Frequencies()
        """Read freely; changed by `count` only."""

    async def load(self, now: datetime) -> None:
        """Read everything from the store. Frequencies of another format are left aside: they come back by counting."""
        # The mark first: stories read after it may be newer than it says, and are read once more; never older.
        self._hand = await self._intake.artifact(HAND)
        since = datetime(1970, 1, 1, tzinfo=UTC) if self._span is None else now - self._span
        self.stories = OpenStories(await self._stored_stories.open_stories(since=since))
        kept = await self._intake.artifact(FREQUENCIES)
        try:
            self.frequencies = Frequencies.from_bytes(kept) if kept else Frequencies()
        except ValueError:
            self.frequencies = Frequencies()
        self._frequencies_kept = self.frequencies.documents
        self._pending = None

    async def is_stale(self) -> bool:
        """Whether a person changed stories beside the running daemon since they were read."""
        return await self._intake.artifact(HAND) != self._hand

    @property
    def rests_on(self) -> dict[str, bytes | None]:
        """What a commit that changes stories must find as it was when they were read."""
        return {HAND: self._hand}

    def begin(self, now: datetime) -> None:
        """Begin a batch; stories whose span is over are closed. Raises `RuntimeError` while another is pending."""
        if self._pending is not None:
            raise RuntimeError("the batch before was neither confirmed nor discarded")
        self._pending = _Pending()
        if self._span is not None:
            self.stories.close(now - self._span)

    def confirm(self) -> None:
        """The batch was kept: the memory stands."""
        pending, self._pending = self._pending, None
        if pending is not None and pending.frequencies_kept is not None:
            self._frequencies_kept = pending.frequencies_kept

    def discard(self) -> None:
        """The batch was not kept: the memory goes back to where it was."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        for terms in pending.counted:
            self.frequencies.remove(terms)
        # All of them go before any comes back: an article may have gone from one of them to another.
        for story_id in pending.stories_before.keys() & self.stories.ids():
            self.stories.drop(story_id)
        for before in pending.stories_before.values():
            if before is not None:
                self.stories.keep(before.story())

    def keep(self, story: Story) -> None:
        """Take a story's new state, for as long as the batch lasts."""
        self._remember(story.id)
        self.stories.keep(story)

    def drop(self, story_id: StoryId) -> None:
        """Forget an open story, for as long as the batch lasts."""
        self._remember(story_id)
        self.stories.drop(story_id)

    async def reopen(self, wanted: Collection[ArticleId]) -> None:
        """Bring back the closed stories that hold one of these articles, whatever becomes of the batch.

        Only these are read: hostile feeds copy old articles all the time, and all stories since the oldest of them are
        a million values where three thousand are stored.
        """
        for story in await self._stored_stories.stories_of(sorted(wanted)):
            if story.id not in self.stories and not set(wanted).isdisjoint(members_of(story)):
                self.stories.keep(story)

    async def unplaced(self, article_ids: Iterable[ArticleId]) -> set[ArticleId]:
        """Those of some stored articles that stand in no story, be it open or closed.

        The open ones do not suffice: an article of a closed story, placed anew, would open one under its own id and
        take the place of the story that it once opened.
        """
        missing = {article_id for article_id in article_ids if self.stories.story_of(article_id) is None}
        return missing - (await self._stored_stories.story_ids(sorted(missing))).keys() if missing else missing

    def count(self, terms: Terms) -> None:
        """Count a document's terms, for as long as the batch lasts."""
        self.frequencies.add(terms)
        self._of_batch().counted.append(terms)

    def artifacts(self) -> dict[str, bytes]:
        """The frequencies, once they grew by `FREQUENCIES_GROWTH` since they were last kept."""
        pending = self._of_batch()
        grown = self.frequencies.documents - self._frequencies_kept
        if not pending.counted or grown < FREQUENCIES_GROWTH * self.frequencies.documents:
            return {}
        pending.frequencies_kept = self.frequencies.documents
        return {FREQUENCIES: self.frequencies.to_bytes()}

    def _remember(self, story_id: StoryId) -> None:
        """Keep a story's state before the batch, once, to be put back should the batch not last."""
        before = self._of_batch().stories_before
        if story_id not in before:
            before[story_id] = self.stories.kept(story_id) if story_id in self.stories else None

    def _of_batch(self) -> _Pending:
        if self._pending is None:
            raise RuntimeError("no batch was begun")
        return self._pending
