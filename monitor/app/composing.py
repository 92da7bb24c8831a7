"""Composing as a `Runtime` has it: its rules, what is due, everybody if asked to, and rehearsals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.config import Configuration
from monitor.core import preferences
from monitor.model.digests import Recipient, Slot
from monitor.model.feeds import Feed
from monitor.pipeline import compose as composing
from monitor.pipeline.building import SharedBuilds
from monitor.pipeline.compose import ComposeReport, ComposeRules
from monitor.pipeline.surveying import Survey
from monitor.ports import Clock, Renderer
from monitor.store.sqlstore import SqlStore


def compose_rules(configuration: Configuration, feeds: Mapping[str, Feed], store: SqlStore) -> ComposeRules:
    """What holds for all recipients; `feeds` are those switched on, by id."""
    settings = configuration.settings.digests
    return ComposeRules(
        titles={watchlist.name: watchlist.title for watchlist in configuration.watchlists},
        look_back=timedelta(days=settings.look_back_days),
        max_age=timedelta(hours=settings.max_age_hours),
        is_first_due=settings.first_digest,
        outlets={feed_id: feed.outlet for feed_id, feed in feeds.items()},
        survey=Survey(store, store),
        alerts=store,
        build=SharedBuilds().build,
    )


class Composing:
    """The digests of a `Runtime`; a dry one keeps nothing."""

    def __init__(self, *, store: SqlStore, clock: Clock, is_dry: bool) -> None:
        self._store = store
        self._clock = clock
        self._is_dry = is_dry
        self._rehearsed: set[tuple[str, str]] = set()

    async def compose(
        self,
        recipients: Sequence[Recipient],
        renderers: Mapping[str, Renderer],
        rules: ComposeRules,
        *,
        is_forced: bool = False,
    ) -> ComposeReport:
        """Compose what is due, or everybody's digest. Raises `StoreError`."""
        now = self._clock.now()
        if self._is_dry:
            return await composing.rehearse(recipients, store=self._store, renderers=renderers, rules=rules, now=now)
        if is_forced:
            await self._make_due(recipients, now)
        return await composing.compose(recipients, store=self._store, renderers=renderers, rules=rules, now=now)

    async def rehearse(
        self, recipients: Sequence[Recipient], renderers: Mapping[str, Renderer], rules: ComposeRules
    ) -> None:
        """Say once what would be mailed. Raises `StoreError`."""
        now = self._clock.now()
        known, said = await self._store.digest_slots(), await self._store.preferences()
        for recipient in recipients:
            wanted = preferences.wanted(recipient, said)
            slot = composing.planned_slot(wanted, known.get(recipient.id), rules=rules, now=now)
            if slot.at > now or (recipient.id, slot.key) in self._rehearsed:
                continue
            self._rehearsed.add((recipient.id, slot.key))
            await composing.rehearse([recipient], store=self._store, renderers=renderers, rules=rules, now=now)

    async def _make_due(self, recipients: Sequence[Recipient], now: datetime) -> None:
        """Plan an extra slot now for every recipient; the regular one follows it."""
        for recipient in recipients:
            local = now.astimezone(ZoneInfo(recipient.schedule.zone))
            slot = Slot(key=f"now-{local:%Y-%m-%dT%H:%M:%S.%f}", at=now)
            await self._store.set_digest_slot(recipient.id, slot)
