"""What alerts and alarms about volume ask and keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.model.alerts import ALERT_SLOT, AlertThread, VolumeAlarm
from monitor.model.articles import ArticleId
from monitor.model.volumes import WatchedHour
from tests.memory.digests import Digests, alarm_key


class Alerting(Digests):
    async def alert_marks(
        self, recipient_id: str, lines: Mapping[str, float], *, since: datetime
    ) -> frozenset[tuple[ArticleId, int]]:
        had = {article_id for of, article_id, _ in self.told if of == recipient_id}
        urgent = {
            (article_id, 0)
            for (watchlist, article_id), match in self.matches.items()
            if watchlist in lines
            and match.points >= lines[watchlist]
            and article_id not in had
            and article_id in self.articles
            and self.articles[article_id].first_seen_at >= since
        }
        changed = {
            (article_id, 1)
            for article_id in had
            if self._told_slot(recipient_id, article_id).startswith(ALERT_SLOT)
            and self.states.get(article_id)
            and self.told_states[recipient_id, article_id] < len(self.states[article_id]) - 1
            and self.states[article_id][-1].seen_at >= since
        }
        return frozenset(urgent | changed)

    async def alert_times(self, recipient_id: str, *, since: datetime) -> list[datetime]:
        return sorted(at for at in self.alert_times_by.get(recipient_id, ()) if at >= since)

    async def alert_threads(self, recipient_id: str) -> list[AlertThread]:
        return [thread for (of, _), thread in sorted(self.threads.items()) if of == recipient_id]

    async def waiting_alarms(self, recipient_id: str) -> list[VolumeAlarm]:
        found = [
            alarm
            for key, alarm in self.alarms.items()
            if alarm.recipient_id == recipient_id and self.alarm_slots[key] is None
        ]
        return sorted(found, key=lambda alarm: (alarm.at, alarm.watchlist, alarm.kind))

    async def keep_alarms(self, alarms: Sequence[VolumeAlarm], *, going_on: Sequence[VolumeAlarm] = ()) -> None:
        self._writing()
        for alarm, slot in [*((alarm, None) for alarm in alarms), *((alarm, "") for alarm in going_on)]:
            if self.alarms.setdefault(alarm_key(alarm), alarm) == alarm:
                self.alarm_slots.setdefault(alarm_key(alarm), slot)

    async def known_alarms(self, *, since: datetime) -> list[VolumeAlarm]:
        found = [alarm for alarm in self.alarms.values() if alarm.at >= since]
        return sorted(found, key=lambda alarm: (alarm.at, alarm.recipient_id, alarm.watchlist, alarm.kind))

    async def keep_watch(self, hour: datetime, *, now: datetime) -> None:
        self._writing(hour)
        states = [state for feed_id, state in self.feeds.items() if feed_id in self.active]
        newest = max((state.succeeded_at for state in states if state.succeeded_at is not None), default=None)
        is_awake = newest is not None and now - newest <= timedelta(hours=6)
        well = sum(state.failures == 0 for state in states)
        share = well / len(states) if states and is_awake else 0.0
        self.hours[hour] = max(share, self.hours.get(hour, 0.0))

    async def watched_hours(self, *, since: datetime) -> list[WatchedHour]:
        return [WatchedHour(at=at, share=share) for at, share in sorted(self.hours.items()) if at >= since]

    def _told_slot(self, recipient_id: str, article_id: ArticleId) -> str:
        return min(slot for (of, told, _), slot in self.told.items() if (of, told) == (recipient_id, article_id))
