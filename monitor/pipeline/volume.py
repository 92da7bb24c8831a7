"""Watch the volume of news: how many stories watchlists bring → alarms, kept until a recipient is told.

Every hour is noted in which the installation was awake, with the share of its feeds that were well: what nobody watched
is no silence. Alarms are named by their episode, so that looking again, after a restart too, makes none twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from monitor.core.story_days import StoryDays, silence, spike, story_days
from monitor.core.volume_alarms import HISTORY_DAYS
from monitor.core.volume_drivers import drivers
from monitor.model.alerts import AlarmKind, VolumeAlarm
from monitor.model.digests import Recipient
from monitor.pipeline.compose import ComposeRules
from monitor.ports import ComposeStore, SurveyStore, VolumeStore

log = logging.getLogger(__name__)

NOTE_EVERY = timedelta(minutes=10)
HISTORY = timedelta(days=HISTORY_DAYS + 2)
DRIVEN_AGAINST = timedelta(days=14)


_Counts = tuple[tuple[str, int], ...]
_Driven = dict[tuple[str, datetime], tuple[_Counts, _Counts]]


class VolumeWatchStore(ComposeStore, SurveyStore, VolumeStore, Protocol):
    """All that is asked and kept here."""


class VolumeWatch:
    """Looks once an hour at every watchlist that a recipient follows, on that recipient's calendar."""

    def __init__(self, store: VolumeWatchStore) -> None:
        self._store = store
        self._noted_at: datetime | None = None
        self._looked: datetime | None = None

    async def look(
        self, recipients: Sequence[Recipient], *, rules: ComposeRules, false_alarm_days: float | None, now: datetime
    ) -> Sequence[VolumeAlarm]:
        """Note that we are awake and, in an hour that was not looked at yet, keep new alarms. Raises `StoreError`."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        if self._noted_at is None or not self._noted_at <= now < self._noted_at + NOTE_EVERY:
            await self._store.keep_watch(hour, now=now)
            self._noted_at = now
        if false_alarm_days is None or self._looked == hour:
            return ()
        found = await self._found(recipients, rules=rules, false_alarm_days=false_alarm_days, now=now)
        self._looked = hour
        return found

    async def _found(
        self, recipients: Sequence[Recipient], *, rules: ComposeRules, false_alarm_days: float, now: datetime
    ) -> list[VolumeAlarm]:
        hours = await self._store.watched_hours(since=now - HISTORY)
        known = await self._store.known_alarms(since=now - HISTORY)
        days: dict[tuple[str, str], _Looks | None] = {}
        driven: _Driven = {}
        fresh: list[VolumeAlarm] = []
        going_on: list[VolumeAlarm] = []
        for recipient in recipients:
            zone = rules.zones(recipient.schedule.zone)
            for watchlist in recipient.watchlists:
                key = (watchlist, recipient.schedule.zone)
                if key not in days:
                    sightings = await self._store.sightings([watchlist], since=now - HISTORY)
                    of = story_days(sightings, hours, zone=zone, now=now, max_age=rules.max_age)
                    days[key] = None if of is None else _Looks(of)
                blank = _blank(recipient, watchlist, now, zone, false_alarm_days)
                if (looks := days[key]) is None:
                    continue
                # The bars of a busy watchlist take some tens of milliseconds; the loop has better things to do.
                for alarm in await asyncio.to_thread(looks.alarms, blank, known):
                    is_new = not _goes_on(alarm, known)
                    (fresh if is_new else going_on).append(await self._driven(alarm, driven) if is_new else alarm)
        if fresh or going_on:
            await self._store.keep_alarms(fresh, going_on=going_on)
        for alarm in fresh:
            log.info(
                "volume alarm", extra={"recipient": alarm.recipient_id, "watchlist": alarm.watchlist} | _facts(alarm)
            )
        return fresh

    async def _driven(self, alarm: VolumeAlarm, known: _Driven) -> VolumeAlarm:
        """With what drives it, the same for all recipients: two weeks of matches are read once for each watchlist."""
        if alarm.kind is not AlarmKind.SPIKE:
            return alarm
        key = (alarm.watchlist, alarm.since_at)
        if key not in known:
            since = alarm.since_at - DRIVEN_AGAINST
            rows = await self._store.matched_articles(alarm.recipient_id, [alarm.watchlist], since=since)
            known[key] = await asyncio.to_thread(drivers, rows, since=alarm.since_at)
        terms, outlets = known[key]
        return replace(alarm, terms=terms, outlets=outlets)


def _blank(recipient: Recipient, watchlist: str, now: datetime, zone: tzinfo, false_alarm_days: float) -> VolumeAlarm:
    return VolumeAlarm(
        recipient_id=recipient.id,
        watchlist=watchlist,
        kind=AlarmKind.SPIKE,
        episode="",
        day=now.astimezone(zone).date(),
        at=now,
        since_at=now,
        count=0,
        usual=0.0,
        false_alarm_days=false_alarm_days,
    )


class _Looks:
    """One look at a watchlist's days, shared by all recipients on the same calendar."""

    def __init__(self, days: StoryDays) -> None:
        self._days = days
        self._found: dict[tuple[AlarmKind, datetime | None], VolumeAlarm | None] = {}

    def alarms(self, blank: VolumeAlarm, known: Sequence[VolumeAlarm]) -> list[VolumeAlarm]:
        """What is unusual now and not known yet of this recipient."""
        mine = [one for one in known if (one.recipient_id, one.watchlist) == (blank.recipient_id, blank.watchlist)]
        told_at = max((one.at for one in mine if one.kind is AlarmKind.SILENCE), default=None)
        spikes, silences = (AlarmKind.SPIKE, None), (AlarmKind.SILENCE, told_at)
        if spikes not in self._found:
            self._found[spikes] = spike(self._days, blank)
        if silences not in self._found:
            self._found[silences] = silence(self._days, blank, told_at=told_at)
        had = {(one.kind, one.episode) for one in mine}
        found = (self._found[spikes], self._found[silences])
        return [
            replace(alarm, recipient_id=blank.recipient_id)
            for alarm in found
            if alarm is not None and (alarm.kind, alarm.episode) not in had
        ]


def _goes_on(alarm: VolumeAlarm, known: Sequence[VolumeAlarm]) -> bool:
    """Whether a spike began the day before: one event, told once."""
    yesterday = (alarm.day - timedelta(days=1)).isoformat()
    return alarm.kind is AlarmKind.SPIKE and any(
        (one.recipient_id, one.watchlist, one.kind, one.episode)
        == (alarm.recipient_id, alarm.watchlist, alarm.kind, yesterday)
        for one in known
    )


def _facts(alarm: VolumeAlarm) -> dict[str, object]:
    return {
        "recipient": alarm.recipient_id,
        "watchlist": alarm.watchlist,
        "kind": alarm.kind.value,
        "count": alarm.count,
        "usual": round(alarm.usual, 1),
        "episode": alarm.episode,
    }
