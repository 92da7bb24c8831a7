"""Alerts: when a recipient is told at once, the threads that alerts make, and alarms about the volume of news."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from monitor.model.stories import StoryId

ALERT_SLOT = "alert-"
"""How the slot key of every alert begins; no other slot's key does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """How a recipient wants to be alerted, on the wall clock of its zone.

    `quiet` is (from, to) in minutes since local midnight, `to` excluded, maybe over midnight; None: never quiet.
    `per_day` bounds the alerts of a local calendar day. `group`: so long after an alert, what comes is gathered for the
    next one.
    """

    quiet: tuple[int, int] | None = None
    per_day: int = 10
    group: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertThread:
    """One story that a recipient was alerted of, and the mails in which it was.

    `root` is the local part of an id that no mail bears and all replies name first; stories of one alert share it.
    `subject` is that of the first mail, `message_ids` are the last ones of each channel, at most three, oldest first.
    `times` counts the alerts, `told_at` is when the last one was kept.
    """

    recipient_id: str
    story_id: StoryId
    root: str
    subject: str
    message_ids: Mapping[str, tuple[str, ...]]
    times: int
    told_at: datetime

    def without(self, message_ids: Collection[str]) -> AlertThread | None:
        """The thread without mails that certainly never arrived; None when nothing is left of it."""
        left = {
            channel: kept
            for channel, ids in self.message_ids.items()
            if (kept := tuple(id for id in ids if id not in message_ids))
        }
        return replace(self, message_ids=left) if left else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """What makes a digest an alert.

    `thread`: it is a reply there, None for the first of its thread; `replies_to` are that one's mails by the channel
    that it is rendered for. `line` is the lowest score that alerts, of its
    stories' watchlists. `is_last_of`: the daily limit, where this alert reaches it. `was_quiet`: it waited for the end
    of the quiet hours.
    """

    line: float | None = None
    thread: AlertThread | None = None
    replies_to: tuple[str, ...] = ()
    is_last_of: int | None = None
    was_quiet: bool = False


class AlarmKind(StrEnum):
    """SPIKE: far more stories than usual. SILENCE: far fewer, for longer than usual."""

    SPIKE = "spike"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeAlarm:
    """A watchlist's number of stories that is no chance, told to a recipient once an episode.

    `episode` names it: a spike's local date, the time of the last story before a silence. `count` stories came from
    `since_at` until `at`, where `usual` are expected in that time (of a spike: on the whole of `day`).
    `false_alarm_days`: by chance there is at most one alarm in so many days. `drivers` are the terms and outlets that
    stand out, each with how many of the stories have it.
    """

    recipient_id: str
    watchlist: str
    kind: AlarmKind
    episode: str
    day: date
    at: datetime
    since_at: datetime
    count: int
    usual: float
    false_alarm_days: float
    terms: tuple[tuple[str, int], ...] = ()
    outlets: tuple[tuple[str, int], ...] = ()
