"""What a reader's preferences make of the digests: who gets which watchlists when, and what is left out of them.

- Unsubscribed: nothing is told. Times pass as if there were nothing to say, and nothing counts as told: who comes
  back gets what the look-back still holds.
- Less often is one step: several times a day → once (the first time from six on); on several days a week → on the
  first of them; once a week → once a month (its first such day); on several days a month → on the first. What comes
  once a month already stays. Of one watchlist it thins only that one: it is told in the first digest after its
  thinned time. What is wanted less often alerts of nothing.
- A muted story's further articles stay untold, and are counted where they are news. Corrections of what the reader
  was told are still said: they are about what was relied on.
- A muted outlet leads no story and makes none: a story that only such outlets tell is left out, and counted. Where
  others tell it, its article is listed among them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from monitor.core.regroupings import kinship_of, placed_in
from monitor.core.schedules import next_slot
from monitor.model.articles import ArticleId
from monitor.model.digests import MatchedArticle, Recipient, Schedule
from monitor.model.preferences import Preference, PreferenceKind
from monitor.model.stories import StoryId

_FIRST_WEEK = (1, 2, 3, 4, 5, 6, 7)
_MORNING = 6 * 60
"""Of an hourly schedule nobody wants the digest of midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a recipient's digests hold as the reader wants them.

    `recipient` has the watchlists and the schedule that are left; without watchlists nothing is wanted. `seldom` are
    those of its watchlists that come less often than the digests; `is_seldom`: the digests themselves do.
    """

    recipient: Recipient
    seldom: tuple[str, ...] = ()
    is_seldom: bool = False
    muted_stories: frozenset[StoryId] = frozenset()
    muted_outlets: frozenset[str] = frozenset()

    @property
    def alerting(self) -> tuple[str, ...]:
        """The watchlists that may alert between digests: none that the reader wants less often."""
        return () if self.is_seldom else tuple(name for name in self.recipient.watchlists if name not in self.seldom)

    @property
    def is_nothing(self) -> bool:
        """Whether the reader wants no digests."""
        return not self.recipient.watchlists


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The matched articles that a reader wants to hear of; `muted` counts stories with news that are left out."""

    rows: tuple[MatchedArticle, ...]
    muted: int = 0


def standing(preferences: Iterable[Preference]) -> list[Preference]:
    """Of many words those that count and are on, in the order of asking."""
    last: dict[tuple[str, PreferenceKind, str], Preference] = {}
    for one in sorted(preferences, key=lambda one: one.at):
        last[one.recipient_id, one.kind, one.target] = one
    return sorted((one for one in last.values() if one.is_on), key=lambda one: (one.at, one.kind, one.target))


def wanted(recipient: Recipient, preferences: Iterable[Preference]) -> Wanted:
    """What this recipient's preferences, among others', make of its digests."""
    targets: dict[PreferenceKind, set[str]] = defaultdict(set)
    for one in preferences:
        if one.is_on and one.recipient_id == recipient.id:
            targets[one.kind].add(one.target)
    gone, seldom = targets[PreferenceKind.UNSUBSCRIBE], targets[PreferenceKind.LESS_OFTEN]
    left = tuple(name for name in recipient.watchlists if not gone & {"", name})
    schedule = less_often(recipient.schedule) if "" in seldom else recipient.schedule
    return Wanted(
        recipient=replace(recipient, watchlists=left, schedule=schedule),
        seldom=tuple(name for name in left if name in seldom),
        is_seldom="" in seldom,
        muted_stories=frozenset(int(of) for of in targets[PreferenceKind.MUTE_STORY] if of.isdecimal()),
        muted_outlets=frozenset(of.casefold() for of in targets[PreferenceKind.MUTE_OUTLET]),
    )


def unsubscribed(recipient_id: str, preferences: Iterable[Preference]) -> Preference | None:
    """The word with which a recipient ended all digests, among what stands; None where they go on."""
    ended = (recipient_id, PreferenceKind.UNSUBSCRIBE, "")
    return next((one for one in preferences if (one.recipient_id, one.kind, one.target) == ended), None)


def less_often(schedule: Schedule) -> Schedule:
    """The schedule one step thinner; the same where it is monthly, or has been given such days that it may be."""
    if len(schedule.times) > 1:
        return replace(schedule, times=(next((at for at in schedule.times if at >= _MORNING), schedule.times[0]),))
    if len(schedule.monthdays) > 1:
        # One weekday within a week of the month is monthly as it is.
        is_monthly = len(schedule.weekdays) == 1 and max(schedule.monthdays) - min(schedule.monthdays) < 7
        return schedule if is_monthly else replace(schedule, monthdays=(min(schedule.monthdays),))
    if schedule.monthdays:
        return schedule
    if len(schedule.weekdays) > 1:
        return replace(schedule, weekdays=schedule.weekdays[:1])
    return replace(schedule, monthdays=_FIRST_WEEK)


def seldom_due(wanted: Wanted, *, told_until: datetime | None, now: datetime, tz: tzinfo) -> bool:
    """Whether the watchlists that come less often are part of the digest of now: their time came since the last."""
    if told_until is None:
        return True
    return next_slot(less_often(wanted.recipient.schedule), after=told_until, tz=tz).at <= now


def seldom_period(wanted: Wanted, *, now: datetime, tz: tzinfo) -> timedelta:
    """About how long the watchlists that come less often have waited when they are told now."""
    thinned = less_often(wanted.recipient.schedule)
    first = next_slot(thinned, after=now, tz=tz)
    return next_slot(thinned, after=first.at, tz=tz).at - first.at


def is_muted(outlet: str, muted_outlets: frozenset[str]) -> bool:
    """Whether a reader muted this outlet, in whatever case it is written."""
    return bool(muted_outlets) and outlet.casefold() in muted_outlets


def heard(matched: Sequence[MatchedArticle], wanted: Wanted, *, since: datetime | None) -> Heard:
    """What is left of `matched` when muted stories, and stories that only muted outlets tell, bring nothing new.

    What the reader had stays: what comes later is held against it. `since` is the last digest: news that was counted
    then is not counted again.
    """
    if not wanted.muted_stories and not wanted.muted_outlets:
        return Heard(rows=tuple(matched))
    kinship = kinship_of(matched)
    muted_events = {kinship.event_of(of) for of in wanted.muted_stories}
    groups: dict[StoryId, list[MatchedArticle]] = defaultdict(list)
    for row in matched:
        placed = placed_in(row)
        groups[row.article.id if placed is None else kinship.event_of(placed)].append(row)
    left_out: set[ArticleId] = set()
    muted = 0
    for event, rows in groups.items():
        untold = [row for row in rows if not row.was_told]
        is_story_muted = event in muted_events or any(row.article.id in wanted.muted_stories for row in rows)
        if untold and (is_story_muted or all(is_muted(row.article.outlet, wanted.muted_outlets) for row in untold)):
            left_out.update(row.article.id for row in untold)
            muted += any(since is None or row.article.first_seen_at > since for row in untold)
    return Heard(rows=tuple(row for row in matched if row.article.id not in left_out), muted=muted)
