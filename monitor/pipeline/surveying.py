"""What a digest says beside its stories: how much came against what comes usually, and that silence is no failure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from monitor.core import volumes
from monitor.model.digests import Heartbeat, Recipient
from monitor.model.feeds import Condition
from monitor.model.volumes import Sighting, Volume
from monitor.ports import FeedStore, SurveyStore

_FAILING = frozenset({Condition.FAILING, Condition.GONE, Condition.HTML, Condition.CHALLENGED})
# A digest goes out some seconds after its hour, and an hour may be moved by the clock change.
_EARLY = timedelta(hours=12)


class Survey:
    """The questions of one cycle; what several recipients ask alike is asked of the store once.

    Args:
        store: What came and what was mailed.
        feeds: What is polled.
    """

    def __init__(self, store: SurveyStore, feeds: FeedStore) -> None:
        self._store = store
        self._feeds = feeds
        self._seen: dict[tuple[object, ...], tuple[Sequence[Sighting], frozenset[str]]] = {}

    async def volume(
        self, recipient: Recipient, *, since: datetime | None, until: datetime, zone: tzinfo, max_age: timedelta | None
    ) -> Volume | None:
        """The last two weeks of a recipient's watchlists. Raises `StoreError`."""
        edges = volumes.day_edges(until, zone)
        key = (frozenset(recipient.watchlists), edges[0])
        if key not in self._seen:
            self._seen[key] = (
                await self._store.sightings(recipient.watchlists, since=edges[0]),
                await self._store.matched_before(recipient.watchlists, before=edges[0]),
            )
        found, old_hands = self._seen[key]
        return volumes.volume(found, edges=edges, zone=zone, since=since, old_hands=old_hands, max_age=max_age)

    async def heartbeat(self, recipient: Recipient, *, now: datetime) -> Heartbeat | None:
        """What to say to a recipient who has had no digest for as long as he wants to wait; else None.

        Raises `StoreError`.
        """
        if recipient.heartbeat_after is None:
            return None
        last = await self._store.last_digest_at(recipient.id)
        if last is not None and now - last < recipient.heartbeat_after - _EARLY:
            return None
        states = await self._feeds.feed_states()
        failing = sum(state.health.condition in _FAILING for state in states)
        return Heartbeat(since=last, feeds=len(states), failing=failing)
