"""How many stories a recipient's watchlists brought on each day, and whether that is many.

A day here is the 24 hours up to the digest's hour on the recipient's clock: the calendar day of a morning's digest has
hardly begun. Days are compared with days of their kind only (working days, weekends), by the median, since one summit
in two weeks must not make the next days look quiet. Days before a watchlist's first match are unknown, not empty: from
too few of the others nothing is claimed. What was old when first seen (the backlog of a new feed) is not counted, nor
is it told.

Holding a day against two weeks is what media-monitoring services do; the kinds of days and the median are ours. A
weekend is Saturday and Sunday everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from statistics import median

from monitor.model.volumes import Sighting, Volume, VolumeDay

DAYS = 14
# Of fewer days of a kind the median is one day's accident.
LEAST_OF_KIND = 3
# Fewer bars are no picture.
LEAST_SHOWN = 3
_DAY = timedelta(days=1)


def day_edges(until: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """The ends of the last 14 days, 15 of them, ascending, in UTC, the last one `until`; a day may have 23 hours."""
    wall = until.astimezone(zone).replace(tzinfo=None)
    earlier = [(wall - n * _DAY).replace(tzinfo=zone).astimezone(UTC) for n in range(DAYS, 0, -1)]
    return (*earlier, until.astimezone(UTC))


def volume(
    sightings: Sequence[Sighting],
    *,
    edges: Sequence[datetime],
    zone: tzinfo,
    since: datetime | None,
    old_hands: Set[str],
    max_age: timedelta | None,
) -> Volume | None:
    """What the days between `edges` brought; None when too few of them are known to be worth a line.

    Args:
        since: The beginning of the period told: how many days are counted together.
        old_hands: The watchlists that matched something before the first edge, so that all days are known of them.
        max_age: How old an article may have been at first sight to be news (None: any age).
    """
    fresh = [one for one in sightings if edges[0] < one.seen_at <= edges[-1] and not _is_backlog(one, max_age)]
    known = _known_since(sightings, old_hands, edges)
    told = [_between(fresh, start, end) for start, end in pairwise(edges)]
    dates = [(start + (end - start) / 2).astimezone(zone).date() for start, end in pairwise(edges)]
    days = tuple(
        VolumeDay(day=day, stories=len(stories) if start >= known else None)
        for day, stories, start in zip(dates, told, edges[:-1], strict=True)
    )
    if sum(day.stories is not None for day in days) < LEAST_SHOWN:
        return None
    span = 1 if since is None else max(1, round((edges[-1] - since) / _DAY))
    return Volume(
        days=days,
        stories=len(frozenset[int]().union(*told[-span:])),
        span=min(span, len(days)),
        usual=_usual(days) if span == 1 else _before(told, days, span),
        is_weekend=_is_weekend(days[-1]),
    )


def _is_backlog(one: Sighting, max_age: timedelta | None) -> bool:
    return max_age is not None and one.published_at is not None and one.seen_at - one.published_at > max_age


def _known_since(sightings: Sequence[Sighting], old_hands: Set[str], edges: Sequence[datetime]) -> datetime:
    """From when on every watchlist that ever matched was there; its first match may have fallen into a day's middle."""
    firsts: dict[str, datetime] = {}
    for one in sightings:
        if one.watchlist not in old_hands:
            firsts[one.watchlist] = min(one.seen_at, firsts.get(one.watchlist, one.seen_at))
    if not firsts:
        return edges[0] if old_hands else edges[-1]
    return max(firsts.values())


def _between(sightings: Sequence[Sighting], start: datetime, end: datetime) -> frozenset[int]:
    return frozenset(one.story for one in sightings if start < one.seen_at <= end)


def _is_weekend(day: VolumeDay) -> bool:
    return day.day.weekday() >= 5


def _usual(days: Sequence[VolumeDay]) -> float | None:
    alike = [day.stories for day in days[:-1] if day.stories is not None and _is_weekend(day) == _is_weekend(days[-1])]
    return float(median(alike)) if len(alike) >= LEAST_OF_KIND else None


def _before(told: Sequence[frozenset[int]], days: Sequence[VolumeDay], span: int) -> float | None:
    earlier = slice(-2 * span, -span)
    if 2 * span > len(days) or any(day.stories is None for day in days[earlier]):
        return None
    return float(len(frozenset[int]().union(*told[earlier])))
