"""Digest → what the templates show: every word chosen, cleaned and in the reader's language, nothing escaped yet.

One view serves the HTML and the plain text, so both tell the same in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from monitor.channels.email.actions import ActionView, Offers
from monitor.channels.email.alerts import (
    AlarmView,
    AlertedView,
    alarm_views,
    alarm_words,
    alert_notes,
    alert_period,
    alerted_views,
)
from monitor.channels.email.languages import Language
from monitor.channels.email.notices import NoticeView, notice_views, summary
from monitor.channels.email.phrases import MAX_TITLE, Phrase
from monitor.channels.email.stories import StoryView, story_view
from monitor.channels.email.text import clean
from monitor.channels.email.updates import ChangedView, changed_summary, changed_views
from monitor.channels.email.volumes import VolumeView, volume_view
from monitor.model.digests import Digest, DigestStory, Heartbeat, StoryState
from monitor.model.seeds import count_outlets
from monitor.model.stories import StoryId

MAX_SUBJECT = 70
MAX_TAG = 28
LEAD_TITLES = 3
# As near to the best story's points one has to be that heads the mail because it can be read; by judgement.
NEAR_BEST = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    """A digest as shown: new `stories` and `updates` of told ones in full, `titles` in brief, `above` the budget in
    brief (`above_budget` says so), `carried` as lines, `changed` since they were told.

    `nothing` says that there is nothing to tell, `volume` how much there is against the usual. `faults` name what is
    wrong with the operator's own templates.
    """

    lang: str
    dir: str
    subject: str
    heading: str
    lead: list[Phrase]
    more_in_lead: int
    period: str
    counts: str
    nothing: str
    volume: VolumeView | None
    stories: list[StoryView]
    updates: list[StoryView]
    titles: list[StoryView]
    above: list[StoryView]
    above_budget: str
    carried: list[StoryView]
    changed: list[ChangedView]
    more_changed: int
    rest: int
    rest_href: str | None
    waiting: list[StoryView]
    held_back: int
    muted: int
    mergers: tuple[tuple[str, str], ...]
    partings: tuple[tuple[str, str], ...]
    notices: list[NoticeView]
    more_notices: int
    alarms: list[AlarmView]
    alerted: list[AlertedView]
    alert_notes: list[str]
    address: str
    delivery_id: str
    view_href: str | None
    actions: list[ActionView]
    is_for_operator: bool
    faults: list[str]


def digest_view(
    digest: Digest,
    words: Language,
    *,
    address: str,
    offers: Offers,
    unsubscribe: str | None,
    is_whole: bool = False,
) -> DigestView:
    """The whole digest in the words of `words`, times on the clock of the recipient's zone.

    `is_whole`: for a page that has room for what the mail had not: titles that did not fit are stories, every outlet
    and every reason is named. The stories bear the numbers that they have in the mail.
    """
    zone = ZoneInfo(digest.recipient.schedule.zone)
    numbers = _numbers(digest)
    if is_whole:
        unfolded = (replace(story, is_brief=story.is_above_budget) for story in digest.stories)
        digest = replace(digest, stories=tuple(unfolded))
    views = [
        (story, story_view(story, digest, words, zone, offers, number=numbers[story.story_id], is_whole=is_whole))
        for story in digest.stories
    ]
    news = [(story, view) for story, view in views if story.state is not StoryState.CARRIED]
    full = [(story, view) for story, view in news if not story.is_brief]
    changed = changed_views(digest.changed, words, zone, until=digest.until)
    headlines = _headlines(digest, news, words) or [view.title for view in changed]
    nothing = "" if digest.heartbeat is None else _nothing(digest.heartbeat, words, zone, digest.until)
    alarms = alarm_views(digest, words, zone)
    headlines = headlines or [Phrase(one.words, words.tag) for one in alarms]
    lead = headlines[:LEAD_TITLES] or [Phrase(nothing or _notice_summary(digest, words), words.tag)]
    return DigestView(
        lang=words.tag,
        dir="rtl" if words.locale.text_direction == "rtl" else "ltr",
        subject=subject(digest, words),
        heading=" · ".join(_titles(digest)),
        lead=lead,
        more_in_lead=max(0, len(views if news else headlines) - len(lead)),
        period=_period(digest, words, zone),
        counts=_counts(digest, words),
        nothing=nothing,
        volume=volume_view(digest.volume, words),
        stories=[view for story, view in full if story.state is StoryState.NEW],
        updates=[view for story, view in full if story.state is StoryState.DEVELOPING],
        titles=[view for story, view in news if story.is_brief and not story.is_above_budget],
        above=[view for story, view in news if story.is_above_budget],
        above_budget=_above_budget(digest, words),
        carried=[view for story, view in views if story.state is StoryState.CARRIED],
        changed=changed,
        more_changed=digest.more_changed,
        rest=digest.rest,
        rest_href=offers.view() if digest.waiting and not is_whole else None,
        waiting=[
            story_view(story, digest, words, zone, offers, number=number)
            for number, story in enumerate(digest.waiting if is_whole else (), start=len(numbers) + 1)
        ],
        held_back=digest.held_back,
        muted=digest.muted,
        mergers=_cleaned(digest.mergers),
        partings=_cleaned(digest.partings),
        notices=notice_views(digest.notices, words, zone, until=digest.until),
        more_notices=digest.more_notices,
        alarms=alarms,
        alerted=alerted_views(digest.alerted, words, zone, until=digest.until),
        alert_notes=alert_notes(digest, words),
        address=address,
        delivery_id=offers.delivery_id,
        view_href=offers.view(),
        actions=offers.of_digest(digest, words, mailto=unsubscribe),
        is_for_operator=digest.recipient.is_operator,
        faults=[],
    )


def _numbers(digest: Digest) -> dict[StoryId, int]:
    """Story → its place among those shown: new ones, then developing ones, then what is told by title or as a line."""
    order = {StoryState.NEW: 0, StoryState.DEVELOPING: 1, StoryState.CARRIED: 3}
    shown = sorted(digest.stories, key=lambda story: 2 if story.is_brief else order[story.state])
    return {story.story_id: number for number, story in enumerate(shown, start=1)}


def subject(digest: Digest, words: Language) -> str:
    """`[Watchlist] top headline (+n)`: at most 70 characters, the news first, distinct from digest to digest.

    Of stories of nearly the best points one that the reader can read heads it. Without news it tells what changed, that
    there is nothing, an alarm, or how many notices about feeds there are. A reply in an alert's thread has the subject
    of its first mail: mail programs group by it.
    """
    if digest.alert is not None and digest.alert.thread is not None:
        return f"Re: {digest.alert.thread.subject}"
    is_news = any(story.state is not StoryState.CARRIED for story in digest.stories)
    if digest.changed and not is_news:
        return _changed_subject(digest, words)
    if digest.heartbeat is not None:
        nothing = words.gettext("Nothing new")
        return f"[{clean(_titles(digest)[0], MAX_TAG)}] {nothing}"
    if not digest.stories and digest.alarms:
        return _alarm_subject(digest, words)
    if not digest.stories:
        return f"[{clean(_titles(digest)[0], MAX_TAG)}] {_notice_summary(digest, words)}"
    top = _headline(digest, words)
    tag = f"[{clean(digest.titles.get(top.watchlist, top.watchlist), MAX_TAG)}] "
    more = f" (+{len(digest.stories) - 1})" if len(digest.stories) > 1 else ""
    room = MAX_SUBJECT - (len("Re: ") if digest.alert is not None else 0)
    title = clean(top.lead.article.title, room - len(tag) - len(more))
    return tag + (title or clean(top.lead.article.outlet, 20)) + more


def _alarm_subject(digest: Digest, words: Language) -> str:
    alarm, zone = digest.alarms[0], ZoneInfo(digest.recipient.schedule.zone)
    tag = f"[{clean(digest.titles.get(alarm.watchlist, alarm.watchlist), MAX_TAG)}] "
    return tag + clean(alarm_words(alarm, words, zone, until=digest.until), MAX_SUBJECT - len(tag))


def _headline(digest: Digest, words: Language) -> DigestStory:
    first = digest.stories[0]
    near = [
        story
        for story in digest.stories
        if story.points >= NEAR_BEST * first.points and story.state is not StoryState.CARRIED and not story.is_brief
    ]
    return min(near, key=lambda story: words.distance(story.lead.article.language), default=first)


def _headlines(digest: Digest, news: Sequence[tuple[DigestStory, StoryView]], words: Language) -> list[Phrase]:
    """The titles in reading order, the subject's first."""
    top = _headline(digest, words).story_id if digest.stories else None
    return [view.title for _, view in sorted(news, key=lambda pair: pair[0].story_id != top)]


def _nothing(heartbeat: Heartbeat, words: Language, zone: tzinfo, until: datetime) -> str:
    feeds = words.ngettext("%(num)s feed is polled", "%(num)s feeds are polled", heartbeat.feeds)
    polled = feeds % {"num": heartbeat.feeds}
    if heartbeat.failing:
        failing = words.ngettext("%(num)s of them fails", "%(num)s of them fail", heartbeat.failing)
        polled = f"{polled}, {failing % {'num': heartbeat.failing}}"
    if heartbeat.since is None:
        return words.gettext("Nothing has matched yet; {polled}.").format(polled=polled)
    moment = words.moment(heartbeat.since, zone, year=until.astimezone(zone).year)
    return words.gettext("Nothing to tell since {moment}; {polled}.").format(moment=moment, polled=polled)


def _changed_subject(digest: Digest, words: Language) -> str:
    top, count = digest.changed[0], len(digest.changed) + digest.more_changed
    what = words.gettext("Correction:") if top.is_withdrawal else words.gettext("Changed:")
    tag = f"[{clean(_titles(digest)[0], MAX_TAG)}] {what} "
    more = f" (+{count - 1})" if count > 1 else ""
    return tag + clean(top.article.title, MAX_SUBJECT - len(tag) - len(more)) + more


def _notice_summary(digest: Digest, words: Language) -> str:
    return summary(len(digest.notices) + digest.more_notices, words)


def _cleaned(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((clean(one, MAX_TITLE), clean(other, MAX_TITLE)) for one, other in pairs)


def _titles(digest: Digest) -> list[str]:
    names = dict.fromkeys(story.watchlist for story in digest.stories) or dict.fromkeys(digest.recipient.watchlists)
    return [clean(digest.titles.get(name, name), MAX_TITLE) for name in names]


def _period(digest: Digest, words: Language, zone: tzinfo) -> str:
    if digest.alert is not None:
        return alert_period(digest, words, zone)
    until = words.moment(digest.until, zone)
    name = words.zone_name(digest.until, zone)
    if digest.since is None:
        return words.gettext("Until {until} {zone}").format(until=until, zone=name)
    since = words.moment(digest.since, zone, year=digest.until.astimezone(zone).year)
    return f"{since} – {until} {name}"


def _counts(digest: Digest, words: Language) -> str:
    changed = len(digest.changed) + digest.more_changed
    tail = (changed_summary(changed, words),) if changed else ()
    if not digest.stories and digest.alarms:
        return " · ".join(tail)  # beside "17 stories since midnight" it would say the contrary
    if not digest.stories:
        return " · ".join((words.gettext("No new stories"), *tail))
    articles = [telling.article for story in digest.stories for telling in story.tellings]
    outlets = count_outlets(article.outlet for article in articles)
    return " · ".join(
        (
            words.ngettext("%(num)s story", "%(num)s stories", len(digest.stories)) % {"num": len(digest.stories)},
            words.ngettext("%(num)s article", "%(num)s articles", len(articles)) % {"num": len(articles)},
            words.ngettext("%(num)s outlet", "%(num)s outlets", outlets) % {"num": outlets},
            *tail,
        )
    )


def _above_budget(digest: Digest, words: Language) -> str:
    wording = words.gettext("Above your budget of {budget} a day: {count} more")
    count = sum(story.is_above_budget for story in digest.stories)
    return wording.format(budget=digest.recipient.stories_per_day, count=count)
