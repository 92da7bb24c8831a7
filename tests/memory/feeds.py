"""Feeds, their due times and leases, and what operators are told of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.model.feeds import FeedState
from monitor.model.notices import Notice, NoticeKind
from tests.memory.held import Held


class Feeds(Held):
    async def sync_feeds(self, states: Sequence[FeedState]) -> None:
        states = self._writing(tuple(states))
        self.active = {state.feed_id for state in states}
        for state in states:
            known = self.feeds.get(state.feed_id)
            if known is None or known.url != state.url:
                self.feeds[state.feed_id] = state
                self.leases.pop(state.feed_id, None)

    async def claim_due_feeds(self, now: datetime, *, limit: int, lease_s: float) -> list[FeedState]:
        self._writing(now)
        due = [
            state
            for state in map(self.feeds.__getitem__, self.active)
            if state.next_check_at <= now and self.leases.get(state.feed_id, now) <= now
        ]
        claimed = sorted(due, key=lambda state: (state.next_check_at, state.feed_id))[:limit]
        self.leases |= {state.feed_id: now + timedelta(seconds=lease_s) for state in claimed}
        return claimed

    async def feed_states(self, *, after: str = "", limit: int | None = None) -> list[FeedState]:
        return [self.feeds[feed_id] for feed_id in sorted(self.active) if feed_id > after][:limit]

    async def leased_feeds(self, now: datetime) -> frozenset[str]:
        return frozenset(i for i in self.active if i in self.leases and self.leases[i] > now)

    async def next_due_at(self) -> datetime | None:
        due = [self.feeds[feed_id].next_check_at for feed_id in self.active if feed_id not in self.leases]
        leased = [max(self.leases[i], self.feeds[i].next_check_at) for i in self.active if i in self.leases]
        return min(due + leased, default=None)

    async def notices(self, *, after: int) -> list[Notice]:
        return [notice for notice in self.kept_notices if notice.number > after]

    async def unsought(self, *, limit: int) -> list[Notice]:
        outages = [notice for notice in self.kept_notices if notice.kind is NoticeKind.OUTAGE]
        return [notice for notice in outages if notice.sought_at is None][:limit]

    async def keep_sought(self, number: int, *, address: str, at: datetime) -> None:
        address, at = self._writing((address, at))
        self.kept_notices = [
            dataclasses.replace(notice, address=address, sought_at=at) if notice.number == number else notice
            for notice in self.kept_notices
        ]

    async def feed_notices(self, feed_id: str, *, limit: int) -> list[Notice]:
        found = [notice for notice in self.kept_notices if notice.feed_id == feed_id]
        return sorted(found, key=lambda notice: (notice.at, notice.number), reverse=True)[:limit]

    async def outage_addresses(self) -> dict[tuple[str, datetime], str]:
        outages = [notice for notice in self.kept_notices if notice.kind is NoticeKind.OUTAGE and notice.address]
        return {(notice.feed_id, notice.at): notice.address for notice in outages}
