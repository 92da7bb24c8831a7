"""Alerts and alarms about volume in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from babel.dates import format_date

from monitor.channels.email.languages import Language
from monitor.channels.email.phrases import MAX_NAME, MAX_TITLE, Phrase, phrase, title_of
from monitor.channels.email.text import clean
from monitor.model.alerts import AlarmKind, VolumeAlarm
from monitor.model.digests import Alerted, Digest

MAX_TERM = 40


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm: `name` is the watchlist's title, `words` say what is unusual, the rest what stands out in it."""

    name: str
    words: str
    budget: str
    terms: list[tuple[Phrase, str]]
    outlets: list[tuple[Phrase, str]]


@dataclass(frozen=True, slots=True)
class AlertedView:
    """One story that an alert told, and when."""

    title: Phrase
    when: str


def alarm_views(digest: Digest, words: Language, zone: tzinfo) -> list[AlarmView]:
    """The alarms in their order."""
    return [
        AlarmView(
            clean(digest.titles.get(alarm.watchlist, alarm.watchlist), MAX_TITLE),
            alarm_words(alarm, words, zone, until=digest.until),
            _budget(alarm, words),
            _counted(alarm.terms, MAX_TERM, words),
            _counted(alarm.outlets, MAX_NAME, words),
        )
        for alarm in digest.alarms
    ]


def alarm_words(alarm: VolumeAlarm, words: Language, zone: tzinfo, *, until: datetime) -> str:
    """What is unusual: "17 stories since midnight; usual for a Tuesday is 4"."""
    usual = words.number(round(alarm.usual) if alarm.usual >= 10 else round(alarm.usual, 1))
    if alarm.kind is AlarmKind.SPIKE:
        came = words.ngettext("%(num)s story", "%(num)s stories", alarm.count) % {"num": alarm.count}
        weekday = format_date(alarm.day, "EEEE", locale=words.locale)
        is_today = until.astimezone(zone).date() == alarm.day
        text = (
            words.gettext("{stories} since midnight; usual for a {weekday} is {usual}")
            if is_today
            else words.gettext("{stories} until {moment}; usual for a {weekday} is {usual}")
        )
        moment = words.moment(alarm.at, zone, year=until.astimezone(zone).year)
        return text.format(stories=came, weekday=weekday, usual=usual, moment=moment)
    since = words.moment(alarm.since_at, zone, year=until.astimezone(zone).year)
    if not alarm.count:
        return words.gettext("no story since {moment}; usual in that time are {usual}").format(
            moment=since, usual=usual
        )
    came = words.ngettext("%(num)s story", "%(num)s stories", alarm.count) % {"num": alarm.count}
    text = words.gettext("only {stories} since {moment}; usual in that time are {usual}")
    return text.format(stories=came, moment=since, usual=usual)


def alert_period(digest: Digest, words: Language, zone: tzinfo) -> str:
    """When the alert was made."""
    moment, name = words.moment(digest.until, zone), words.zone_name(digest.until, zone)
    return words.gettext("Alert, {moment} {zone}").format(moment=moment, zone=name)


def alert_notes(digest: Digest, words: Language) -> list[str]:
    """Why it comes at once, what happens to the next ones."""
    facts = digest.alert
    if facts is None:
        return []
    notes = []
    if facts.line is not None and digest.stories:
        line = words.number(facts.line)
        notes.append(words.gettext("You get this at once because it scores {line} or more.").format(line=line))
    if facts.was_quiet:
        notes.append(words.gettext("It waited for the end of your quiet hours."))
    if facts.is_last_of is not None:
        limit = words.ngettext(
            "This was your last alert today (at most %(num)s a day); what else comes is in the next digest.",
            "This was your last alert today (at most %(num)s a day); what else comes is in the next digest.",
            facts.is_last_of,
        )
        notes.append(limit % {"num": facts.is_last_of})
    return notes


def alerted_views(alerted: Sequence[Alerted], words: Language, zone: tzinfo, *, until: datetime) -> list[AlertedView]:
    """What alerts told since the last digest, with the time."""
    year = until.astimezone(zone).year
    return [
        AlertedView(
            title_of(one.article, words),
            words.gettext("alerted {moment}").format(moment=words.moment(one.at, zone, year=year)),
        )
        for one in alerted
    ]


def _budget(alarm: VolumeAlarm, words: Language) -> str:
    days = round(alarm.false_alarm_days)
    text = words.ngettext("at most one false alarm in %(num)s day", "at most one false alarm in %(num)s days", days)
    return text % {"num": days}


def _counted(pairs: Sequence[tuple[str, int]], limit: int, words: Language) -> list[tuple[Phrase, str]]:
    return [(phrase(text, limit), words.number(count)) for text, count in pairs]
