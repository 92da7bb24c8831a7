"""What the parts of the store share: its dictionaries, and how a write may be refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitor.errors import StoreChangedError, StoreError
from monitor.model.alerts import AlertThread, VolumeAlarm
from monitor.model.archives import Archive
from monitor.model.articles import Article, ArticleId, Decision, LedgerRow, Revision, Sketch, Verdict
from monitor.model.commits import DigestSlot
from monitor.model.digests import Delivery
from monitor.model.feeds import FeedState
from monitor.model.notices import Notice
from monitor.model.pages import Page
from monitor.model.preferences import Preference, PreferenceKind
from monitor.model.stories import Joining, Place, Story, StoryId
from monitor.model.suspensions import Suspension
from monitor.model.votes import Vote
from monitor.model.watchlists import Match


def storable(value: Any) -> Any:
    """The value as a database gives it back: NUL and lone surrogates replaced; a time without a zone is refused."""
    if isinstance(value, StrEnum):
        return value
    if isinstance(value, str):
        return "".join("\ufffd" if char == "\x00" or "\ud800" <= char <= "\udfff" else char for char in value)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise StoreError(f"{value} has no time zone")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: storable(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    if isinstance(value, Mapping):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return type(value)(storable(inner) for inner in value)
    return value


class Held:
    """Dictionaries that stand for tables.

    `refusals` are errors that the next writes raise, one each, keeping nothing: a full disk, a locked file.
    `commits` counts the writes that were kept.
    """

    def __init__(self) -> None:
        self.refusals: list[StoreError] = []
        self.commits = 0
        self.feeds: dict[str, FeedState] = {}
        self.active: set[str] = set()
        self.leases: dict[str, datetime] = {}
        self.ledger: dict[tuple[str, int], LedgerRow] = {}
        self.articles: dict[ArticleId, Article] = {}
        self.verdicts: dict[ArticleId, Verdict] = {}
        self.aliases: dict[int, ArticleId] = {}
        self.sketches: dict[ArticleId, Sketch] = {}
        self.stops: set[int] = set()
        self.states: dict[ArticleId, list[Revision]] = {}
        self.stories: dict[int, Story] = {}
        self.joinings: dict[ArticleId, Joining] = {}
        self.reasons: dict[ArticleId, list[Decision]] = {}
        self.matches: dict[tuple[str, ArticleId], Match] = {}
        self.watchlists: dict[str, tuple[str, ArticleId]] = {}
        self.passes: dict[str, tuple[str, bool]] = {}
        self.slots: dict[str, DigestSlot] = {}
        self.digests: set[tuple[str, str]] = set()
        self.told: dict[tuple[str, ArticleId, str], str] = {}
        self.told_at: dict[tuple[str, ArticleId], datetime] = {}
        self.told_in_full_at: dict[tuple[str, ArticleId], datetime] = {}
        self.told_states: dict[tuple[str, ArticleId], int] = {}
        self.told_in: dict[tuple[str, ArticleId], Place] = {}
        self.alert_times_by: dict[str, list[datetime]] = {}
        self.threads: dict[tuple[str, StoryId], AlertThread] = {}
        self.alarms: dict[tuple[str, str, str, str], VolumeAlarm] = {}
        self.alarm_slots: dict[tuple[str, str, str, str], str | None] = {}
        self.hours: dict[datetime, float] = {}
        self.outbox: dict[str, Delivery] = {}
        self.digests_at: dict[tuple[str, str], datetime] = {}
        self.archives: dict[tuple[str, str], Archive] = {}
        self.delivery_leases: dict[str, datetime] = {}
        self.attempted_at: dict[str, datetime] = {}
        self.former: dict[tuple[str, str], tuple[DigestSlot | None, dict[ArticleId, Any], datetime, bool]] = {}
        self.suspended: dict[tuple[str, str], Suspension] = {}
        self.artifacts: dict[str, bytes] = {}
        self.pages: dict[ArticleId, Page] = {}
        self.page_leases: dict[ArticleId, datetime] = {}
        self.weighed: dict[tuple[str, ArticleId], Match] = {}
        self.kept_notices: list[Notice] = []
        self.said: dict[tuple[str, PreferenceKind, str], list[Preference]] = {}
        self.votes: dict[tuple[ArticleId, str, str], Vote] = {}

    def _writing(self, value: Any = None) -> Any:
        if self.refusals:
            raise self.refusals.pop(0)
        value = storable(value)
        self.commits += 1
        return value

    def _keep_notices(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            if (notice.feed_id, notice.kind, notice.at) not in [(n.feed_id, n.kind, n.at) for n in self.kept_notices]:
                last = self.kept_notices[-1].number if self.kept_notices else 0
                self.kept_notices.append(dataclasses.replace(notice, number=last + 1))

    async def close(self) -> None:
        """Nothing to let go of."""

    def _refuse_if_changed(self, rests_on: Mapping[str, bytes | None]) -> None:
        for name, read in rests_on.items():
            if self.artifacts.get(name) != read:
                raise StoreChangedError(name)

    def _keep_grouping(
        self, stories: Sequence[Story], joinings: Sequence[Joining], decisions: Sequence[Decision]
    ) -> None:
        self.stories |= {story.id: story for story in stories}
        self.joinings |= {joining.article_id: joining for joining in joinings}
        for decision in decisions:
            known = self.reasons.setdefault(decision.article_id, [])
            if decision not in known:
                known.append(decision)

    def _story_of(self, article_id: ArticleId) -> Story | None:
        joining = self.joinings.get(article_id)
        story = self.stories.get(joining.story_id) if joining else None
        while story is not None and story.merged_into in self.stories:
            story = self.stories[story.merged_into]
        return story

    def _is_told(self, article_id: ArticleId) -> bool:
        return any(told == article_id for _, told, _ in self.told)
