"""What servers and documents ask, and how far it is obeyed."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.polling import CheckOutcome, Look, PollingLimits, after_pause, document_wishes, next_check
from monitor.core.polling.wishes import DocumentWishes, max_age_s
from monitor.model.feeds import FeedState, Fetched, NotModified, Reading, Wishes
from tests.factories import NOW, make_feed, make_feed_state

FEED = make_feed()
DATE = "Sun, 22 Nov 2026 07:00:00 GMT"
FIRST = Reading(entries=3, new=3)


def answered(state: FeedState | None = None, *, is_304: bool = False, feed: Any = FEED, **headers: str) -> FeedState:
    """The state after an answer with these headers, their names with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    fetch: Any = (
        NotModified(url=feed.url, headers=named, validators=None)
        if is_304
        else Fetched(url=feed.url, status=200, body=b"", headers=named, validators=None)
    )
    check = CheckOutcome(fetch=fetch, reading=None if is_304 else FIRST, document=None if is_304 else DocumentWishes())
    return next_check(feed, state or make_feed_state(), check, now=NOW, rng_value=0.0)


def wait_s(state: FeedState) -> float:
    return (state.next_check_at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"cache-control": "max-age=3600"}, 3600),
        ({"cache-control": 'public, MAX-AGE="3600", must-revalidate'}, 3600),
        ({"cache-control": "max-age = 60 , s-maxage=9999"}, 60),
        ({"cache-control": "max-age=3600, no-cache"}, None),
        ({"cache-control": "no-store,max-age=3600"}, None),
        ({"cache-control": 'no-cache="set-cookie", max-age=3600'}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"cache-control": "max-age=-1"}, None),
        ({"cache-control": "max-age=0"}, 0),
        ({"cache-control": "max-age=0, must-revalidate", "expires": "Sun, 22 Nov 2026 08:00:00 GMT", "date": DATE}, 0),
        ({"cache-control": "max-age=604800, immutable"}, 604_800),
        ({"cache-control": "private, max-age=900, proxy-revalidate"}, 900),
        ({"cache-control": "stale-while-revalidate=3600"}, None),
        ({"expires": "Sun, 22 Nov 2026 08:00:00 GMT", "date": DATE}, 3600),
        # A server whose clock is a day slow: only the distance to its own Date counts.
        ({"expires": "Sat, 21 Nov 2026 08:00:00 GMT", "date": "Sat, 21 Nov 2026 07:00:00 GMT"}, 3600),
        ({"expires": "Sun, 22 Nov 2026 07:30:00 GMT"}, 1800),
        ({"expires": "0", "date": DATE}, None),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT", "date": DATE}, 0),
        ({"cache-control": "max-age=60", "expires": "Sun, 22 Nov 2027 08:00:00 GMT", "date": DATE}, 60),
        ({}, None),
    ],
)
def test_the_lifetime_that_headers_name(headers: dict[str, str], wanted: float | None) -> None:
    assert max_age_s(headers, NOW) == wanted


def test_a_lifetime_is_the_shortest_wait_and_is_capped_at_a_day() -> None:
    assert wait_s(answered(cache_control="max-age=7200")) == 7200
    assert wait_s(answered(cache_control="max-age=60")) == 810  # the rhythm is longer, with its jitter
    assert wait_s(answered(cache_control="max-age=31536000")) == 86_400


def test_what_an_answer_has_of_age_is_behind_it_already() -> None:
    state = answered(cache_control="max-age=7200", age="3600")
    assert wait_s(state) == 3600
    assert state.wishes.max_age_s == 7200
    assert wait_s(answered(cache_control="max-age=7200", age="9999")) == 810


def test_a_lifetime_is_kept_over_304s_which_may_shorten_but_never_lengthen_it() -> None:
    first = answered(cache_control="max-age=7200")
    assert wait_s(answered(first, is_304=True)) == 7200
    assert answered(first, is_304=True, cache_control="max-age=3600").wishes.max_age_s == 3600
    assert answered(first, is_304=True, cache_control="max-age=9000").wishes.max_age_s == 7200
    assert answered(first, is_304=True, cache_control="no-cache").wishes.max_age_s is None
    assert answered(is_304=True, cache_control="max-age=9000").wishes.max_age_s is None


def test_a_200_names_its_lifetime_anew() -> None:
    first = answered(cache_control="max-age=7200")
    assert answered(first).wishes.max_age_s is None
    assert answered(first, cache_control="max-age=60").wishes.max_age_s == 60


def test_an_owner_may_have_the_wishes_of_a_feed_ignored() -> None:
    assert wait_s(answered(cache_control="max-age=7200", feed=make_feed(heeds_wishes=False))) == 810


def rss(head: str, tail: str = "") -> bytes:
    return f"<rss><channel><title>A</title>{head}<item><ttl>9</ttl></item>{tail}</channel></rss>".encode()


@pytest.mark.parametrize(
    ("head", "period_s"),
    [
        ("<ttl>60</ttl>", 3600),
        ("<ttl> 90 </ttl>", 5400),
        ("<ttl>often</ttl>", None),
        ("<ttl>0</ttl>", None),
        ("", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", 3600),
        ("<sy:updatePeriod>\n\tdaily\t</sy:updatePeriod><sy:updateFrequency>\n4 </sy:updateFrequency>", 21_600),
        ("<sy:updatePeriod>dayly</sy:updatePeriod>", 86_400),
        ("<sy:updatePeriod>minutely</sy:updatePeriod><sy:updateFrequency>5</sy:updateFrequency>", 12),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0.1</sy:updateFrequency>", 36_000),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 3600),
        ("<sy:updatePeriod>always</sy:updatePeriod>", None),
        ("<syn:updatePeriod>weekly</syn:updatePeriod>", 604_800),
        ("<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 3600),
    ],
)
def test_the_period_that_a_document_names(head: str, period_s: float | None) -> None:
    assert document_wishes(rss(head)).period_s == period_s


def test_all_skipped_hours_and_days_are_read_wherever_they_stand() -> None:
    hours = "<skipHours><hour>0</hour>\n<hour> 23 </hour><hour>24</hour><hour>77</hour></skipHours>"
    days = "<skipDays><day>Saturday</day><day>Sun</day><day>Funday</day></skipDays>"
    for body in (rss(hours + days), rss("", hours + days), rss(hours, days)):
        wishes = document_wishes(body)
        assert (wishes.skip_hours, wishes.skip_days) == ((0, 23), (5, 6))


def test_who_skips_every_hour_is_not_believed() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    assert document_wishes(rss(f"<skipHours>{hours}</skipHours>")).skip_hours == ()


@pytest.mark.parametrize("piece", [b"<ttl>", b"<skipHours>", b"<hour>1<", b"<sy:updatePeriod>", b"<item", b"<", b"a:"])
def test_a_hostile_document_is_read_in_linear_time(piece: bytes) -> None:
    started = time.process_time()
    document_wishes(piece * (2_000_000 // len(piece)))
    assert time.process_time() - started < 1.0


@given(st.binary(max_size=300))
def test_any_bytes_are_read(body: bytes) -> None:
    document_wishes(b"<ttl>" + body + b"<skipDays><day>" + body)


def due(wishes: Wishes, at: datetime, rng_value: float = 0.5, **facts: Any) -> datetime:
    """When a feed of these wishes is due that would be due in a quarter of an hour."""
    check = CheckOutcome(fetch=NotModified(url=FEED.url, headers={}, validators=None))
    state = make_feed_state(wishes=wishes, interval_s=750.0)
    feed = replace(FEED, **facts)
    return next_check(feed, state, check, now=at, rng_value=rng_value, limits=PollingLimits()).next_check_at


def test_a_check_that_falls_into_skipped_hours_waits_for_the_first_that_is_not() -> None:
    night = Wishes(skip_hours=(22, 23, 0, 1, 2, 3, 4))
    at = datetime(2026, 11, 22, 21, 50, tzinfo=UTC)
    assert due(night, at) == datetime(2026, 11, 23, 5, 5, tzinfo=UTC)
    assert due(night, at, rng_value=0.0) < due(night, at, rng_value=0.9) < datetime(2026, 11, 23, 5, 10, tzinfo=UTC)
    assert due(night, at - timedelta(hours=2)) == at - timedelta(hours=2) + timedelta(seconds=900)
    assert due(night, at, heeds_wishes=False) == at + timedelta(seconds=900)


def test_skipped_days_are_whole_days_and_rest_no_longer_than_three() -> None:
    friday = datetime(2026, 11, 20, 23, 55, tzinfo=UTC)
    assert due(Wishes(skip_days=(5, 6)), friday, 0.0) == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert due(Wishes(skip_days=(0, 1, 2, 3, 5, 6)), friday, 0.0) <= friday + timedelta(days=3, hours=2)


def test_lost_entries_weigh_more_than_the_habit_a_document_states_but_not_than_the_server() -> None:
    state = replace(make_feed_state(entries_seen=3), wishes=Wishes(period_s=7200.0))
    state = replace(state, rhythm=replace(state.rhythm, news_at=NOW - timedelta(hours=1)))
    fetch = Fetched(url=FEED.url, status=200, body=b"", headers={}, validators=None)
    asked = DocumentWishes(period_s=7200.0)
    calm = CheckOutcome(fetch=fetch, reading=Reading(entries=9, known=8, recent=8, new=1), document=asked)
    assert wait_s(next_check(FEED, state, calm, now=NOW, rng_value=0.0)) == 7200
    gap = CheckOutcome(fetch=fetch, reading=Reading(entries=9, new=9), document=asked)
    assert wait_s(next_check(FEED, state, gap, now=NOW, rng_value=0.0)) < 900
    fresh = replace(fetch, headers={"cache-control": "max-age=7200"})
    assert wait_s(next_check(FEED, state, replace(gap, fetch=fresh), now=NOW, rng_value=0.0)) == 7200


def test_a_pause_that_ends_in_skipped_hours_ends_later() -> None:
    night = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    state = make_feed_state(next_check_at=night - timedelta(hours=9), wishes=Wishes(skip_hours=(22, 23)))
    (found,) = after_pause([state], None, Look(at=night, ticks=0.0))
    assert found.next_check_at == night + timedelta(hours=1)
