"""What a recipient is told at once, in which mail, and what has to wait.

- An article at or over its watchlist's alert line, still untold, not older than a digest's news may be, no copy of what
  the recipient had: that calls for an alert. Seeds never do: they are what the user gave.
- All that calls for one at the same moment goes into one alert. It goes at once; what comes within the group's time
  after it is gathered for the next one (a burst makes two mails, not ten).
- A story that the recipient was alerted of has a thread. What more comes of it and would alert is a reply there, half
  an hour after the first mail at the earliest, then after twice as long each time, up to six hours: a story that runs
  all day makes six mails, not sixty. A correction waits for nothing.
- In quiet hours, and once the day's limit is reached, nothing goes. What waits stays untold, so that the next digest
  tells it, or the alert at the end of the quiet hours, whichever comes first.
- An alert that no server takes is not tried again as an alert: what it told is untold again, and the digest tells it.
- Whatever an alert told counts as told. The next digest names it in one line with the time (who reads only the digest
  has the whole day in it) and tells only what is new of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from hashlib import blake2b

from monitor.core.digests import changed_since_told, grouped
from monitor.core.regroupings import kinship_of
from monitor.core.seeds import SEED_FEED
from monitor.model.alerts import ALERT_SLOT, AlertRules, AlertThread, VolumeAlarm
from monitor.model.articles import ArticleId, VerdictKind
from monitor.model.digests import Delivery, Digest, MatchedArticle, Slot, StoryState
from monitor.model.stories import StoryId

FIRST_SPACING = timedelta(minutes=30)
MAX_SPACING = timedelta(hours=6)
KEPT_IDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What one alert is to tell: matches of its stories, those told before among them; `thread` is what it replies to.

    `called` are the articles that call for it.
    """

    rows: tuple[MatchedArticle, ...]
    called: frozenset[ArticleId] = frozenset()
    thread: AlertThread | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The alerts to make now, replies last; `again_at` is when more will be due with nothing new, None for never."""

    calls: tuple[Call, ...] = ()
    again_at: datetime | None = None


def is_quiet(rules: AlertRules, now: datetime, tz: tzinfo) -> bool:
    """Whether the wall clock is within the quiet hours, whatever the clock change does to it."""
    if rules.quiet is None:
        return False
    local = now.astimezone(tz)
    minute = local.hour * 60 + local.minute
    start, end = rules.quiet
    return start <= minute < end if start < end else minute >= start or minute < end


def was_quiet(rules: AlertRules, rows: Iterable[MatchedArticle], tz: tzinfo) -> bool:
    """Whether untold matches came in the quiet hours."""
    return any(not row.was_told and is_quiet(rules, row.match.matched_at, tz) for row in rows)


def spacing(times: int) -> timedelta:
    """How long a thread of so many mails rests before the next."""
    factor: int = 2 ** max(0, min(times - 1, 10))
    return min(FIRST_SPACING * factor, MAX_SPACING)


def choose(
    matched: Sequence[MatchedArticle],
    *,
    lines: Mapping[str, float],
    threads: Sequence[AlertThread],
    last_alert_at: datetime | None,
    group: timedelta,
    max_age: timedelta,
    now: datetime,
) -> Choice:
    """Which of a recipient's matches call for alerts now. `lines` maps watchlists to the points that alert."""
    urgent = _urgent(matched, lines, max_age=max_age, now=now)
    withdrawn = {one.article.id for one in changed_since_told(matched) if one.is_withdrawal}
    by_story = {thread.story_id: thread for thread in threads}
    fresh: set[ArticleId] = set()
    replies: dict[str, set[ArticleId]] = defaultdict(set)
    roots: dict[str, AlertThread] = {}
    again: list[datetime] = []
    for story_id, rows in grouped(matched, kinship_of(matched)).items():
        members = {row.article.id for row in rows}
        if not members & (urgent | withdrawn):
            continue
        thread = _thread_of(story_id, rows, by_story)
        if thread is None:
            fresh |= members if members & urgent else set()
        elif members & withdrawn or _is_past(thread.told_at, spacing(thread.times), now):
            replies[thread.root] |= members
            roots[thread.root] = thread
        else:
            again.append(thread.told_at + spacing(thread.times))
    if fresh and last_alert_at is not None and not _is_past(last_alert_at, group, now):
        again.append(last_alert_at + group)
        fresh = set()
    wanted = [(fresh, None), *((members, roots[root]) for root, members in sorted(replies.items()))]
    return Choice(
        calls=tuple(
            Call(
                rows=tuple(row for row in matched if row.article.id in members),
                called=frozenset(members & (urgent | withdrawn)),
                thread=thread,
            )
            for members, thread in wanted
            if members
        ),
        again_at=min(again, default=None),
    )


def alert_slot(call: Call, alarms: Sequence[VolumeAlarm], now: datetime) -> Slot:
    """The slot of an alert, named by what it tells and not by when: the same is never told twice, however clocks go."""
    untold = sorted({(row.article.id, row.state) for row in call.rows if not row.was_told or row.had is not None})
    names = sorted((alarm.watchlist, alarm.kind.value, alarm.episode) for alarm in alarms)
    digest = blake2b(repr((untold, names)).encode(), digest_size=10, person=b"alert").hexdigest()
    return Slot(key=f"{ALERT_SLOT}{digest}", at=now)


def as_alert(digest: Digest, call: Call) -> Digest | None:
    """The digest without what does not belong into an alert; None when nothing is left to tell at once.

    Stories that are only carried elsewhere wait for the digest, and so does what is said of the grouping.
    """
    stories = tuple(story for story in digest.stories if story.state is not StoryState.CARRIED)
    if not stories and not digest.alarms and not any(one.is_withdrawal for one in digest.changed):
        return None
    return replace(digest, stories=stories, held_back=0, muted=0, mergers=(), partings=(), volume=None, heartbeat=None)


def threads_after(
    digest: Digest, deliveries: Sequence[Delivery], threads: Sequence[AlertThread], *, now: datetime
) -> tuple[AlertThread, ...]:
    """The thread of a composed alert, by every story that it stands for."""
    assert digest.alert is not None
    thread = digest.alert.thread
    had = {} if thread is None else thread.message_ids
    sent = {
        delivery.channel: (*had.get(delivery.channel, ()), delivery.message.message_id)[-KEPT_IDS:]
        for delivery in deliveries
    }
    told = [story.story_id for story in digest.stories]
    if thread is None:
        if not told:
            return ()
        root, subject, times, also = f"s.{told[0]:x}", deliveries[0].message.subject, 1, list[StoryId]()
    else:
        root, subject, times = thread.root, thread.subject, thread.times + 1
        also = [one.story_id for one in threads if one.root == root]
    return tuple(
        AlertThread(
            recipient_id=digest.recipient.id,
            story_id=story_id,
            root=root,
            subject=subject,
            message_ids=sent,
            times=times,
            told_at=now,
        )
        for story_id in dict.fromkeys((*told, *also))
    )


def _urgent(
    matched: Sequence[MatchedArticle], lines: Mapping[str, float], *, max_age: timedelta, now: datetime
) -> set[ArticleId]:
    told = {row.article.id for row in matched if row.was_told}
    return {
        row.article.id
        for row in matched
        if row.article.id not in told
        and row.match.points >= lines.get(row.match.watchlist, float("inf"))
        and row.article.feed_id != SEED_FEED
        and now - row.article.first_seen_at <= max_age
        and row.article.first_seen_at - row.article.at <= max_age
        and not (row.verdict.kind is VerdictKind.COPY and row.verdict.of in told)
    }


def _thread_of(
    story_id: StoryId, rows: Sequence[MatchedArticle], by_story: Mapping[StoryId, AlertThread]
) -> AlertThread | None:
    """The thread used last, of all the stories that these articles belong to or once did."""
    ids = {story_id, *(row.article.id for row in rows), *(story.id for row in rows for story in row.lineage)}
    found = [by_story[of] for of in ids if of in by_story]
    return max(found, key=lambda thread: (thread.told_at, thread.root), default=None)


def _is_past(at: datetime, wait: timedelta, now: datetime) -> bool:
    """Whether so long has passed; a time still to come is of a clock that was set back, and holds up nothing."""
    return at > now or now - at >= wait
