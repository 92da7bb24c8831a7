"""The store's face towards alerts: a part of `SqlStore`, in a file of its own for want of room there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from monitor.model.alerts import AlertThread, VolumeAlarm
from monitor.model.articles import ArticleId
from monitor.model.volumes import WatchedHour
from monitor.ports import AlertStore, VolumeStore
from monitor.store import alerts

_Result = TypeVar("_Result")


class AlertingStore(AlertStore, VolumeStore):
    """What alerts and alarms about volume ask and keep; reads and writes are the whole store's."""

    @abstractmethod
    async def _write(self, work: Callable[[Connection], _Result], *, is_durable: bool = False) -> _Result: ...

    @abstractmethod
    async def _read(self, work: Callable[[Connection], _Result]) -> _Result: ...

    async def alert_marks(
        self, recipient_id: str, lines: Mapping[str, float], *, since: datetime
    ) -> frozenset[tuple[ArticleId, int]]:
        """See `AlertStore`."""
        return await self._read(partial(alerts.alert_marks, recipient_id=recipient_id, lines=lines, since=since))

    async def alert_times(self, recipient_id: str, *, since: datetime) -> list[datetime]:
        """See `AlertStore`."""
        return await self._read(partial(alerts.alert_times, recipient_id=recipient_id, since=since))

    async def alert_threads(self, recipient_id: str) -> list[AlertThread]:
        """See `AlertStore`."""
        return await self._read(partial(alerts.alert_threads, recipient_id=recipient_id))

    async def waiting_alarms(self, recipient_id: str) -> list[VolumeAlarm]:
        """See `AlertStore`."""
        return await self._read(partial(alerts.waiting_alarms, recipient_id=recipient_id))

    async def known_alarms(self, *, since: datetime) -> list[VolumeAlarm]:
        """See `VolumeStore`."""
        return await self._read(partial(alerts.known_alarms, since=since))

    async def keep_alarms(self, alarms: Sequence[VolumeAlarm], *, going_on: Sequence[VolumeAlarm] = ()) -> None:
        """See `VolumeStore`."""
        await self._write(partial(alerts.keep_alarms, alarms=alarms, going_on=going_on))

    async def keep_watch(self, hour: datetime, *, now: datetime) -> None:
        """See `VolumeStore`."""
        await self._write(partial(alerts.keep_watch, hour=hour, now=now))

    async def watched_hours(self, *, since: datetime) -> list[WatchedHour]:
        """See `VolumeStore`."""
        return await self._read(partial(alerts.watched_hours, since=since))
