from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.volumes import DAYS, day_edges, volume
from monitor.model.volumes import Sighting, Volume

JAKARTA = ZoneInfo("Asia/Jakarta")
# A Sunday's morning: the day told is Saturday's.
UNTIL = datetime(2026, 11, 22, 7, tzinfo=JAKARTA)
DAY = timedelta(days=1)


def seen(days_ago: float, story: int, watchlist: str = "w", **facts: Any) -> Sighting:
    at = UNTIL - days_ago * DAY
    return Sighting(**{"watchlist": watchlist, "seen_at": at, "published_at": at, "story": story, **facts})


def each_day(counts: list[int], until: int = 0) -> list[Sighting]:
    """So many stories on each of the days before, the first number for the last day."""
    return [seen(until + n + 0.5, 100 * n + k) for n, count in enumerate(counts) for k in range(count)]


def measured(
    sightings: list[Sighting], *, since: datetime | None = UNTIL - DAY, old_hands: Any = ("w",), **facts: Any
) -> Volume | None:
    edges = day_edges(UNTIL, JAKARTA)
    rules = {"edges": edges, "zone": JAKARTA, "max_age": DAY, **facts}
    return volume(sightings, since=since, old_hands=frozenset(old_hands), **rules)


def test_a_day_ends_at_the_digests_hour_and_is_named_by_its_middle() -> None:
    found = measured(each_day([4, 1]))
    assert found is not None
    assert [day.day for day in found.days[-2:]] == [date(2026, 11, 20), date(2026, 11, 21)]
    assert [day.stories for day in found.days[-3:]] == [0, 1, 4]
    assert (found.stories, found.span, found.is_weekend) == (4, 1, True)


def test_a_story_counts_once_a_day_however_many_articles_and_watchlists_it_has() -> None:
    found = measured(
        [seen(0.1, 1), seen(0.2, 1), seen(0.3, 1, "other"), seen(0.4, 2), seen(1.5, 1)], old_hands=("w", "other")
    )
    assert found is not None
    assert [day.stories for day in found.days[-2:]] == [1, 2]


def test_a_day_is_held_against_the_median_of_its_kind() -> None:
    # Back from Saturday: Sa F Th W Tu M Su Sa F Th W Tu M Su. Earlier days of the weekend: 3, 5 and 20.
    counts = [9, 50, 50, 50, 50, 50, 3, 5, 50, 50, 50, 50, 50, 20]
    found = measured(each_day(counts))
    assert found is not None
    assert found.usual == 5
    friday = UNTIL - DAY
    found = measured(each_day(counts[1:], until=1), edges=day_edges(friday, JAKARTA), since=friday - DAY)
    assert found is not None
    assert (found.usual, found.is_weekend, found.stories) == (50, False, 50)


def test_days_before_the_first_match_are_unknown_and_from_few_of_a_kind_nothing_is_claimed() -> None:
    found = measured(each_day([2, 3, 4, 5, 6]), old_hands=())
    assert found is not None
    assert [day.stories for day in found.days] == [None] * 10 + [5, 4, 3, 2]
    assert found.usual is None
    assert measured(each_day([1, 1]), old_hands=()) is None
    assert measured([], old_hands=()) is None


def test_a_watchlist_that_came_later_makes_the_days_before_unknown() -> None:
    found = measured([*each_day([1] * 14), seen(4.5, 7, "new")])
    assert found is not None
    assert [day.stories is None for day in found.days] == [True] * 10 + [False] * 4


def test_what_was_old_when_first_seen_is_not_counted() -> None:
    backlog = [seen(0.5, n, published_at=UNTIL - 9 * DAY) for n in range(50)]
    found = measured([*backlog, seen(0.5, 99), seen(0.5, 98, published_at=None)])
    assert found is not None
    assert found.stories == 2


def test_a_weekly_digest_counts_its_week_and_the_week_before() -> None:
    found = measured([*each_day([2] * 7), *each_day([1] * 7, until=7), seen(6.9, 0)], since=UNTIL - 7 * DAY)
    assert found is not None
    # The story 0 of the last day had its first article a week ago.
    assert (found.span, found.stories, found.usual) == (7, 14, 7)
    monthly = measured(each_day([2] * 14), since=UNTIL - 30 * DAY)
    assert monthly is not None
    assert (monthly.span, monthly.usual) == (14, None)


@given(st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1)), st.sampled_from(["Europe/Berlin", "Asia/Jakarta"]))
@settings(max_examples=60, deadline=None)
def test_days_have_the_length_of_a_day_with_or_without_a_clock_change(at: datetime, zone: str) -> None:
    edges = day_edges(at.replace(tzinfo=UTC), ZoneInfo(zone))
    assert len(edges) == DAYS + 1
    lengths = [later - earlier for earlier, later in pairwise(edges)]
    assert all(timedelta(hours=21) <= length <= timedelta(hours=27) for length in lengths)
    assert timedelta(days=DAYS) - 2 * timedelta(hours=1) <= edges[-1] - edges[0] <= timedelta(days=DAYS, hours=2)
