"""The store as it was at a moment: what composing would have been told then, as far as that is known.

What was seen, told or asked for later is left out. Not undone are the present watchlists' matches, the texts of
articles that changed since, and later joins and splits of stories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model.articles import ArticleId
from monitor.model.commits import DigestCommit, DigestSlot
from monitor.model.digests import MatchedArticle, Slot
from monitor.model.notices import Notice
from monitor.model.preferences import Preference
from monitor.model.suspensions import Suspension
from monitor.ports import ComposeStore


class AsOf:
    """Reads through to a store, with what came after `at` left out; keeps nothing."""

    def __init__(self, store: ComposeStore, *, at: datetime) -> None:
        self._store = store
        self._at = at
        self._told_later: set[ArticleId] = set()

    async def digest_slots(self) -> dict[str, DigestSlot]:
        """As they are now: when the last digest before was, the store is asked for itself."""
        return await self._store.digest_slots()

    async def preferences(self, *, at: datetime | None = None) -> list[Preference]:
        """What had been asked for by then, and not been taken back."""
        return await self._store.preferences(at=min(self._at, at or self._at))

    async def set_digest_slot(self, recipient_id: str, slot: Slot) -> None:
        """Plans nothing."""

    async def matched_articles(
        self, recipient_id: str, watchlists: Sequence[str], *, since: datetime
    ) -> list[MatchedArticle]:
        """Articles that had been seen by then, told if they had been told by then."""
        rows = await self._store.matched_articles(recipient_id, watchlists, since=since)
        return [self._then(row) for row in rows if row.article.first_seen_at <= self._at]

    async def told_in_full(self, recipient_id: str, *, since: datetime) -> frozenset[ArticleId]:
        """What took places of the day by then."""
        return await self._store.told_in_full(recipient_id, since=since) - self._told_later

    async def notices(self, *, after: int) -> list[Notice]:
        """What had become of feeds by then."""
        return [one for one in await self._store.notices(after=after) if one.at <= self._at]

    async def suspensions(self) -> list[Suspension]:
        """Whose address had refused our mail by then, and had not been lifted."""
        return [
            replace(one, lifted_at=None) if one.lifted_at is not None and one.lifted_at > self._at else one
            for one in await self._store.suspensions()
            if one.at <= self._at
        ]

    async def commit_digest(self, commit: DigestCommit) -> bool:
        """Keeps nothing."""
        return False

    def _then(self, row: MatchedArticle) -> MatchedArticle:
        if row.latest is not None and row.latest.seen_at > self._at:
            row = replace(row, had=None, latest=None)
        if row.told_at is None or row.told_at <= self._at:
            return row
        self._told_later.add(row.article.id)
        return replace(row, was_told=False, told_at=None, had=None, latest=None)
