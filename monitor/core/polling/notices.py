"""What an operator is told of feeds: each outage once, each end once, and what fell into gaps.

Owns: which change of a feed's state makes a notice, which notices of a digest's time are told and in what order, and
for which of them a new address is worth looking for. Refuses: to tell a passing failure (`health` waits until a
condition has lasted), and an outage that is over before anybody was told of it as if it were still on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.core.polling.health import FAILED
from monitor.model.feeds import Condition, FeedState, Health
from monitor.model.notices import Notice, NoticeKind

# Where another address of the same feed may well exist, and asking its site is no offence: not behind a bot wall, not
# at a host that does not answer.
_SEARCHED = frozenset({Condition.GONE, Condition.HTML, Condition.EMPTY, Condition.FROZEN})
_SEARCHED_FAILURES = frozenset({"not-found", "gone", "redirect", "unknown", "empty"})
_ORDER = {NoticeKind.SUSPENSION: -1, NoticeKind.OUTAGE: 0, NoticeKind.RECOVERY: 2, NoticeKind.GAP: 3}


def notices_of(before: FeedState, after: FeedState) -> tuple[Notice, ...]:
    """What a check gives an operator to know: the changes from the state before it to the state after."""
    found = []
    was, health = before.health, after.health
    # The end comes first: an outage that supersedes a milder one does not end it.
    if health.recovered_at is not None and health.recovered_at != was.recovered_at and health.outage_at is not None:
        found.append(
            Notice(
                feed_id=after.feed_id,
                kind=NoticeKind.RECOVERY,
                at=health.recovered_at,
                condition=Condition(health.outage),
                url=_asked(after),
                from_at=health.outage_at,
            )
        )
    elif health.recovered_at is None and health.outage_at is not None and health.outage_at != was.outage_at:
        found.append(_outage(after, health, health.outage_at))
    rhythm = after.rhythm
    if rhythm.gap_at is not None and rhythm.gap_at != before.rhythm.gap_at:
        found.append(
            Notice(
                feed_id=after.feed_id,
                kind=NoticeKind.GAP,
                at=rhythm.gap_at,
                url=_asked(after),
                from_at=rhythm.gap_from,
                until_at=rhythm.gap_until,
                missed=rhythm.gap_missed,
            )
        )
    return tuple(found)


def is_worth_a_search(notice: Notice) -> bool:
    """Whether the site may have the feed at another address, and may be asked for it."""
    if notice.kind is not NoticeKind.OUTAGE or notice.address:
        return False
    return notice.condition in _SEARCHED or (
        notice.condition is Condition.FAILING and notice.outcome in _SEARCHED_FAILURES
    )


def notices_to_tell(
    waiting: Sequence[Notice], feed_ids: Collection[str], *, since: datetime | None = None
) -> tuple[Notice, ...]:
    """Of all that waits for an operator what is told, in reading order: suspensions, what is out, what is well, gaps.

    Feeds that are configured no more are passed over. An outage that ended before it could be told is told by its end
    alone, and the gaps of a feed are summed up. `since` is for an operator who was told nothing yet: what is older and
    over is past.
    """
    kept = [notice for notice in waiting if notice.feed_id in feed_ids and notice.kind is not NoticeKind.SUSPENSION]
    refused = [notice for notice in waiting if notice.kind is NoticeKind.SUSPENSION]
    ended = {(n.feed_id, n.from_at) for n in kept if n.kind is NoticeKind.RECOVERY}
    outages = [n for n in kept if n.kind is NoticeKind.OUTAGE and (n.feed_id, n.at) not in ended]
    recent = [n for n in kept if n.kind is not NoticeKind.OUTAGE and (since is None or n.at > since)]
    gaps: dict[str, Notice] = {}
    for notice in recent:
        if notice.kind is NoticeKind.GAP:
            gaps[notice.feed_id] = _with(gaps[notice.feed_id], notice) if notice.feed_id in gaps else notice
    told = [*refused, *outages, *(n for n in recent if n.kind is NoticeKind.RECOVERY), *gaps.values()]
    return tuple(sorted(told, key=lambda n: (_ORDER[n.kind] + _is_mild(n), n.at, n.feed_id)))


def _outage(after: FeedState, health: Health, at: datetime) -> Notice:
    last = after.succeeded_at
    if health.condition in (Condition.SILENT, Condition.EMPTY):
        last = after.rhythm.news_at
    elif health.condition is Condition.FROZEN:
        last = after.newest_at
    return Notice(
        feed_id=after.feed_id,
        kind=NoticeKind.OUTAGE,
        at=at,
        condition=health.condition,
        outcome=after.outcome,
        detail=after.detail if health.condition in FAILED else "",
        url=_asked(after),
        from_at=last,
        address=after.move.adopted_url or after.move.target if health.condition is Condition.MOVED else "",
    )


def _with(gap: Notice, later: Notice) -> Notice:
    begins = [at for at in (gap.from_at, later.from_at) if at is not None]
    ends = [at for at in (gap.until_at, later.until_at) if at is not None]
    return replace(
        gap,
        at=later.at,
        from_at=min(begins, default=None),
        until_at=max(ends, default=None),
        missed=gap.missed + later.missed,
        times=gap.times + later.times,
        number=later.number,
    )


def _is_mild(notice: Notice) -> bool:
    return notice.condition in (Condition.MOVED, Condition.UNDATED, Condition.SLOW)


def _asked(state: FeedState) -> str:
    return state.move.adopted_url or state.url
