"""Alerts and alarms about volume: what may call for them, their threads, and what is kept of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, delete, false, func, or_, select, update

from monitor.model.alerts import ALERT_SLOT, AlarmKind, AlertThread, VolumeAlarm
from monitor.model.articles import ArticleId
from monitor.model.volumes import WatchedHour
from monitor.store.columns import among, keep
from monitor.store.tables import (
    ALERT_THREAD,
    ARTICLE,
    DIGEST,
    FEED_STATE,
    MATCH,
    REVISION,
    TOLD,
    VOLUME_ALARM,
    WATCH_HOUR,
)

_ALARM_KEY = ("recipient_id", "watchlist", "kind", "episode")
# No feed answered for so long: nobody watches, whatever the feeds' own state says.
_NOBODY_WATCHES = timedelta(hours=6)


def alert_marks(
    connection: Connection, recipient_id: str, lines: Mapping[str, float], since: datetime
) -> frozenset[tuple[ArticleId, int]]:
    """What may call for an alert: untold articles at or over their watchlist's line, first seen since, each with 0;
    what alerts told in an earlier state than it has now, with 1."""
    a, m = ARTICLE.c, MATCH.c
    lines_of = (and_(m.watchlist == name, m.points >= line) for name, line in lines.items())
    # By the time of the match first: a day's matches are few, its articles may be a million.
    over = select(m.article_id).where(m.matched_at >= since, or_(false(), *lines_of)).distinct()
    ids = list(connection.execute(over).scalars()) if lines else []
    found: set[tuple[ArticleId, int]] = set()
    if ids:
        is_told = select(TOLD.c.article_id).where(TOLD.c.recipient_id == recipient_id, TOLD.c.article_id == a.id)
        wanted = select(a.id).where(among(connection, a.id, ids), a.first_seen_at >= since, ~is_told.exists())
        found = {(article_id, 0) for article_id in connection.execute(wanted).scalars()}
    t, r = TOLD.c, REVISION.c
    is_later = select(r.n).where(r.article_id == t.article_id, r.n > t.state, r.seen_at >= since).exists()
    is_ours = and_(t.recipient_id == recipient_id, t.slot_key.startswith(ALERT_SLOT))
    changed = connection.execute(select(t.article_id).where(is_ours, is_later)).scalars()
    return frozenset(found | {(of, 1) for of in changed})


def alert_times(connection: Connection, recipient_id: str, since: datetime) -> list[datetime]:
    """When alerts were kept since, by time."""
    c = DIGEST.c
    is_alert = and_(c.slot_key >= ALERT_SLOT, c.slot_key.startswith(ALERT_SLOT))
    wanted = select(c.at).where(c.recipient_id == recipient_id, is_alert, c.at >= since).order_by(c.at)
    return list(connection.execute(wanted).scalars())


def alert_threads(connection: Connection, recipient_id: str) -> list[AlertThread]:
    """All threads of a recipient, by story."""
    c = ALERT_THREAD.c
    rows = connection.execute(select(ALERT_THREAD).where(c.recipient_id == recipient_id).order_by(c.story_id))
    return [
        AlertThread(
            recipient_id=row.recipient_id,
            story_id=row.story_id,
            root=row.root,
            subject=row.subject,
            message_ids={channel: tuple(ids) for channel, ids in json.loads(row.message_ids).items()},
            times=row.times,
            told_at=row.told_at,
        )
        for row in rows
    ]


def keep_threads(connection: Connection, threads: Sequence[AlertThread]) -> None:
    """Keep threads as they are now."""
    rows = [
        {
            "recipient_id": thread.recipient_id,
            "story_id": thread.story_id,
            "root": thread.root,
            "subject": thread.subject,
            "message_ids": json.dumps(dict(thread.message_ids)),
            "times": thread.times,
            "told_at": thread.told_at,
        }
        for thread in threads
    ]
    keep(connection, ALERT_THREAD, rows)


def shorten_threads(connection: Connection, recipient_id: str, message_ids: Collection[str]) -> None:
    """Take mails that never arrived out of a recipient's threads; a thread without any is gone."""
    c = ALERT_THREAD.c
    for thread in alert_threads(connection, recipient_id):
        left = thread.without(message_ids)
        if left is None:
            is_it = and_(c.recipient_id == recipient_id, c.story_id == thread.story_id)
            connection.execute(delete(ALERT_THREAD).where(is_it))
        elif left != thread:
            keep_threads(connection, [left])


def keep_alarms(connection: Connection, alarms: Sequence[VolumeAlarm], going_on: Sequence[VolumeAlarm]) -> None:
    """Keep new alarms, waiting to be told, and those that go on with an earlier one, which are not."""
    keep(connection, VOLUME_ALARM, [_from_alarm(alarm, None) for alarm in alarms], replacing=())
    keep(connection, VOLUME_ALARM, [_from_alarm(alarm, "") for alarm in going_on], replacing=())


def waiting_alarms(connection: Connection, recipient_id: str) -> list[VolumeAlarm]:
    """The alarms that a recipient was not told yet, oldest first."""
    c = VOLUME_ALARM.c
    wanted = select(VOLUME_ALARM).where(c.recipient_id == recipient_id, c.told_slot.is_(None))
    return [_to_alarm(row) for row in connection.execute(wanted.order_by(c.at, c.watchlist, c.kind))]


def known_alarms(connection: Connection, since: datetime) -> list[VolumeAlarm]:
    """All alarms kept since, told or not, oldest first."""
    c = VOLUME_ALARM.c
    wanted = select(VOLUME_ALARM).where(c.at >= since).order_by(c.at, c.recipient_id, c.watchlist, c.kind)
    return [_to_alarm(row) for row in connection.execute(wanted)]


def mark_alarms(connection: Connection, alarms: Sequence[VolumeAlarm], slot_key: str) -> None:
    """Note that alarms were told."""
    c = VOLUME_ALARM.c
    for alarm in alarms:
        is_it = and_(*(c[name] == getattr(alarm, name) for name in _ALARM_KEY))
        connection.execute(update(VOLUME_ALARM).where(is_it, c.told_slot.is_(None)).values(told_slot=slot_key))


def keep_watch(connection: Connection, hour: datetime, now: datetime) -> None:
    """Note that we are awake in this hour, and how many of the feeds are well; an hour's best note stays."""
    c = FEED_STATE.c
    newest, well, count = connection.execute(
        select(func.max(c.succeeded_at), func.sum(case((c.failures == 0, 1), else_=0)), func.count()).where(
            c.is_active.is_(True)
        )
    ).one()
    is_awake = newest is not None and now - newest <= _NOBODY_WATCHES
    share = (well or 0) / count if is_awake and count else 0.0
    keep(connection, WATCH_HOUR, [{"at": hour, "share": share}], newer="share")


def watched_hours(connection: Connection, since: datetime) -> list[WatchedHour]:
    """The hours since in which we were awake, by time."""
    c = WATCH_HOUR.c
    rows = connection.execute(select(c.at, c.share).where(c.at >= since).order_by(c.at))
    return [WatchedHour(at=row.at, share=row.share) for row in rows]


def prune_alerts(connection: Connection, before: datetime, limit: int) -> int:
    """Delete threads and alarms last told of before, and old hours; how many rows."""
    gone = 0
    for table, at in (
        (ALERT_THREAD, ALERT_THREAD.c.told_at),
        (VOLUME_ALARM, VOLUME_ALARM.c.at),
        (WATCH_HOUR, WATCH_HOUR.c.at),
    ):
        keys = list(table.primary_key)
        old = connection.execute(select(*keys).where(at < before).order_by(at).limit(limit)).all()
        for row in old:
            is_it = and_(*(key == value for key, value in zip(keys, row, strict=True)))
            connection.execute(delete(table).where(is_it))
        gone += len(old)
    return gone


def _from_alarm(alarm: VolumeAlarm, told_slot: str | None) -> dict[str, Any]:
    return {
        "recipient_id": alarm.recipient_id,
        "watchlist": alarm.watchlist,
        "kind": alarm.kind.value,
        "episode": alarm.episode,
        "day": alarm.day.isoformat(),
        "at": alarm.at,
        "since_at": alarm.since_at,
        "count": alarm.count,
        "usual": alarm.usual,
        "false_alarm_days": alarm.false_alarm_days,
        "drivers": json.dumps({"terms": alarm.terms, "outlets": alarm.outlets}, ensure_ascii=False),
        "told_slot": told_slot,
    }


def _to_alarm(row: Any) -> VolumeAlarm:
    drivers = json.loads(row.drivers)
    return VolumeAlarm(
        recipient_id=row.recipient_id,
        watchlist=row.watchlist,
        kind=AlarmKind(row.kind),
        episode=row.episode,
        day=date.fromisoformat(row.day),
        at=row.at,
        since_at=row.since_at,
        # A column of this name hides the row's own method.
        count=row._mapping["count"],
        usual=row.usual,
        false_alarm_days=row.false_alarm_days,
        terms=tuple((text, times) for text, times in drivers["terms"]),
        outlets=tuple((text, times) for text, times in drivers["outlets"]),
    )
