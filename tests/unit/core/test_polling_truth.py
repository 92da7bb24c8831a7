"""Moves, whole bodies, pauses, and the truth about a feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.polling import (
    AfterPause,
    CheckOutcome,
    Look,
    after_pause,
    is_bot_wall,
    is_public,
    next_check,
    pause_wished_s,
    request_for,
    was_away,
)
from monitor.model.feeds import (
    Condition,
    FeedState,
    Fetched,
    FetchFailed,
    Move,
    NotModified,
    Reading,
    Rhythm,
    Validators,
)
from tests.factories import NOW, make_feed, make_feed_state

FEED = make_feed()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW_URL = "https://new.example.org/rss"
VALIDATORS = Validators(url=FEED.url, etag='"1"')
NEWS = Reading(entries=9, known=8, recent=8, new=1, dated=1, newest_at=NOW, oldest_at=NOW)


def answer(reading: Reading | None = None, **facts: Any) -> CheckOutcome:
    fetch: Any = NotModified(url=FEED.url, headers={}, validators=VALIDATORS, **facts)
    if reading is not None:
        fetch = Fetched(url=FEED.url, status=200, body=b"", headers={}, validators=VALIDATORS, **facts)
    return CheckOutcome(fetch=fetch, reading=reading, body_digest="d" if reading else None)


def failure(kind: str = "timeout", status: int = 0, **facts: Any) -> CheckOutcome:
    return CheckOutcome(fetch=FetchFailed(url=FEED.url, kind=kind, message=f"{kind} {status}", status=status, **facts))


def after(*outcomes: CheckOutcome, state: FeedState | None = None, every: timedelta = HOUR) -> FeedState:
    """The state after these checks, one `every` so often, the last of them now."""
    state = state or make_feed_state()
    for place, outcome in enumerate(outcomes):
        now = NOW - every * (len(outcomes) - 1 - place)
        state = next_check(FEED, state, outcome, now=now, rng_value=0.5)
    return state


# --- moves --------------------------------------------------------------------------------------------------------


def moved(reading: Reading | None = NEWS, to: str = NEW_URL) -> CheckOutcome:
    return answer(reading, moved_to=to)


def test_a_permanent_redirect_is_adopted_after_three_sightings_over_a_day() -> None:
    assert request_for(FEED, after(moved(), moved(), moved()), now=NOW).url == FEED.url
    assert request_for(FEED, after(moved(), moved(), every=DAY), now=NOW).url == FEED.url
    state = after(moved(), moved(), moved(), every=12 * HOUR)
    assert (state.move.adopted_url, state.move.adopted_at) == (NEW_URL, NOW)
    assert request_for(FEED, state, now=NOW).url == NEW_URL
    assert state.url == FEED.url
    assert state.health.condition is Condition.MOVED
    assert NEW_URL in state.health.reason


def test_a_move_to_strangers_is_not_adopted() -> None:
    parked = Reading(entries=9, new=9)
    state = after(moved(parked), moved(parked), moved(parked), every=DAY)
    assert (state.move.sightings, state.move.adopted_url) == (3, "")
    assert after(moved(parked), moved(None), moved(parked), every=DAY).move.adopted_url == NEW_URL


def test_a_move_that_is_taken_back_or_goes_elsewhere_is_counted_anew() -> None:
    assert after(moved(), moved(), answer(NEWS), moved(), every=DAY).move.sightings == 1
    assert after(moved(), moved(), moved(to="https://other.example.org/"), every=DAY).move.sightings == 1


def test_no_move_leads_from_https_to_http() -> None:
    state = after(*[moved(to="http://new.example.org/rss")] * 4, every=DAY)
    assert state.move == Move()


def test_an_adopted_address_that_fails_is_given_up_for_the_configured_one() -> None:
    state = after(moved(), moved(), moved(), every=DAY)
    state = after(failure(status=404, kind="status"), failure(status=404, kind="status"), state=state)
    assert request_for(FEED, state, now=NOW).url == NEW_URL
    state = after(failure(status=404, kind="status"), state=state)
    assert request_for(FEED, state, now=NOW).url == FEED.url
    assert NEW_URL in state.detail


def test_an_adopted_address_may_move_on() -> None:
    state = after(moved(), moved(), moved(), every=DAY)
    further = moved(to="https://third.example.org/rss")
    state = after(further, further, further, state=state, every=DAY)
    assert state.move.adopted_url == "https://third.example.org/rss"


# --- whole bodies -------------------------------------------------------------------------------------------------


def test_validators_are_dropped_after_eight_days_of_nothing_but_304() -> None:
    state = after(answer(NEWS), state=make_feed_state(validators=VALIDATORS))
    assert request_for(FEED, state, now=NOW + 7.9 * DAY).validators == VALIDATORS
    assert request_for(FEED, state, now=NOW + 8 * DAY).validators is None


def test_one_whole_body_is_asked_for_and_no_more_even_if_it_does_not_come() -> None:
    state = replace(make_feed_state(validators=VALIDATORS), body_at=NOW - 9 * DAY)
    assert request_for(FEED, state, now=NOW).validators is None
    for outcome in (answer(NEWS), failure(), failure(status=500, kind="status")):
        then = after(replace(outcome, is_whole=True), state=state)
        assert request_for(FEED, then, now=NOW + DAY).validators == VALIDATORS


def test_a_body_is_asked_for_within_a_day_when_news_is_overdue() -> None:
    rhythm = Rhythm(news_at=NOW - 2 * DAY, bursts=100, watched_s=50 * 86_400)
    state = replace(make_feed_state(validators=VALIDATORS, rhythm=rhythm), body_at=NOW - 2 * DAY)
    assert request_for(FEED, state, now=NOW - DAY).validators == VALIDATORS
    overdue = NOW + DAY
    assert request_for(FEED, state, now=overdue).validators is None
    assert request_for(FEED, replace(state, whole_at=overdue), now=overdue + 23 * HOUR).validators == VALIDATORS


def test_a_feed_known_from_before_is_not_asked_for_its_body_at_once() -> None:
    state = make_feed_state(validators=VALIDATORS)
    assert request_for(FEED, state, now=NOW).validators == VALIDATORS
    assert after(answer(), state=state).body_at == NOW


# --- wishes for quiet ---------------------------------------------------------------------------------------------


def test_too_many_requests_without_a_time_are_twenty_five_minutes() -> None:
    assert pause_wished_s(FetchFailed(url="u", kind="status", message="", status=429)) == 1500
    assert pause_wished_s(FetchFailed(url="u", kind="status", message="", status=503)) == 0
    assert pause_wished_s(FetchFailed(url="u", kind="status", message="", status=503, retry_after_s=60)) == 60
    assert pause_wished_s(FetchFailed(url="u", kind="status", message="", status=429, retry_after_s=1e9)) == 172_800
    state = after(failure("status", 429, retry_after_s=7200.0))
    assert state.retry_at == NOW + 2 * HOUR
    assert after(answer(), state=state).retry_at is None


@pytest.mark.parametrize("host", ["example.org", "8.8.8.8", "2606:4700::1111"])
def test_hosts_of_the_public_network_speak_for_all_their_feeds(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "10.0.0.7", "192.168.1.4", "bridge", "bridge.local", "rss.internal", "localhost", ""]
)
def test_a_bridge_of_ones_own_does_not(host: str) -> None:
    assert not is_public(host)


def test_a_gone_feed_is_asked_once_a_day_at_most_and_once_a_week_at_least() -> None:
    gone = failure("status", 410)
    waits = [
        (after(gone, state=make_feed_state(failures=n)).next_check_at - NOW).total_seconds() for n in (0, 1, 5, 99)
    ]
    assert waits == [86_400, 2 * 86_400, 6 * 86_400, 7 * 86_400]


# --- pauses and clocks --------------------------------------------------------------------------------------------


def look(seconds: float, ticks: float | None = None) -> Look:
    return Look(at=NOW + timedelta(seconds=seconds), ticks=seconds if ticks is None else ticks)


def test_a_look_every_second_is_no_pause() -> None:
    assert not was_away(look(0), look(1))
    assert not was_away(look(0), look(100))
    assert was_away(None, look(0))
    assert was_away(look(0), look(1000))
    assert was_away(look(0), look(4000, ticks=1.0))
    assert was_away(look(0), look(-4000, ticks=1.0))


def test_after_a_suspended_night_what_is_late_comes_over_some_minutes() -> None:
    states = [make_feed_state(f"f{n}", next_check_at=NOW + timedelta(seconds=n)) for n in range(300)]
    found = after_pause(states, look(0), look(8 * 3600))
    due = [(state.next_check_at - look(8 * 3600).at).total_seconds() for state in found]
    assert (len(due), min(due), max(due)) == (300, 0, 299)


def test_feeds_that_were_due_at_one_moment_still_come_one_after_the_other() -> None:
    states = [make_feed_state(f"f{n}", next_check_at=NOW) for n in range(5)]
    found = after_pause(states, None, look(3600))
    assert [(state.feed_id, (state.next_check_at - look(3600).at).total_seconds()) for state in found] == [
        ("f0", 0), ("f1", 60), ("f2", 120), ("f3", 180), ("f4", 240)
    ]  # fmt: skip


@given(st.lists(st.integers(-7200, 3600), max_size=40), st.integers(1, 7), st.booleans())
@settings(max_examples=100, deadline=None)
def test_seen_slice_by_slice_all_feeds_are_placed_as_if_seen_at_once(
    due: list[int], size: int, is_shifted: bool
) -> None:
    states = [make_feed_state(f"f{n:02}", next_check_at=NOW + timedelta(seconds=s)) for n, s in enumerate(due)]
    before, now = look(-9000), look(0, ticks=-8000 if is_shifted else 0)
    after = AfterPause(before, now)
    slices = [states[first : first + size] for first in range(0, len(states), size)]
    for some in slices:
        after.note(some)
    after.rank()
    found = [state for some in slices for state in after.changed(some)]
    at_once = after_pause(states, before, now)
    assert sorted(found, key=lambda state: (state.next_check_at, state.feed_id)) == at_once
    assert after.is_needed or not at_once
    late = [state.next_check_at for state in states if state.next_check_at < now.at]
    if not is_shifted:
        assert len({state.next_check_at for state in found}) == len(found) == len(late)


def test_a_clock_that_is_set_takes_the_plans_with_it() -> None:
    states = [make_feed_state(f"f{n}", next_check_at=NOW + n * HOUR) for n in range(1, 4)]
    for shift in (-3 * DAY, 3 * DAY):
        found = after_pause(states, look(0), Look(at=NOW + shift + timedelta(seconds=1), ticks=1.0))
        assert [state.next_check_at - NOW - shift for state in found] == [n * HOUR for n in range(1, 4)]


def test_a_clock_that_was_set_right_leaves_no_check_in_the_future() -> None:
    """Else the next start would take the set clock for another that went back."""
    state = make_feed_state(checked_at=NOW + DAY, next_check_at=NOW + DAY + HOUR)
    (found,) = after_pause([state], look(86_400), Look(at=NOW, ticks=86_400.0))
    assert (found.checked_at, found.next_check_at) == (NOW, NOW + HOUR)
    assert after_pause([found], None, look(0)) == []


def test_a_start_with_a_clock_that_went_back_keeps_the_planned_wait() -> None:
    state = make_feed_state(checked_at=NOW + DAY, next_check_at=NOW + DAY + HOUR)
    (found,) = after_pause([state], None, look(0))
    assert found.next_check_at == NOW + HOUR


def test_a_start_in_the_middle_of_plans_changes_none() -> None:
    state = make_feed_state(checked_at=NOW - HOUR, next_check_at=NOW + HOUR)
    assert after_pause([state], None, look(0)) == []


# --- the truth ----------------------------------------------------------------------------------------------------

OLD = Reading(entries=9, new=9, dated=9, newest_at=NOW - 800 * DAY, oldest_at=NOW - 900 * DAY)
FRESH = Reading(entries=9, new=9, dated=9, newest_at=NOW - HOUR, oldest_at=NOW - 9 * DAY)
SILENT = make_feed_state(
    rhythm=Rhythm(news_at=NOW - 9 * DAY, bursts=900, watched_s=90 * 86_400), entries_seen=9, newest_at=NOW - 9 * DAY
)


@pytest.mark.parametrize(
    ("outcome", "state", "condition"),
    [
        (answer(FRESH), None, Condition.HEALTHY),
        (answer(Reading()), None, Condition.EMPTY),
        (answer(OLD), None, Condition.FROZEN),
        (answer(replace(FRESH, newest_at=NOW - 90 * DAY, oldest_at=NOW - 99 * DAY)), None, Condition.FROZEN),
        (answer(replace(FRESH, newest_at=NOW - 90 * DAY, oldest_at=NOW - 900 * DAY)), None, Condition.HEALTHY),
        (answer(Reading(entries=9, new=9)), None, Condition.UNDATED),
        (answer(), SILENT, Condition.SILENT),
        (answer(FRESH, elapsed_s=40.0), None, Condition.SLOW),
        (answer(FRESH, elapsed_s=10.5), None, Condition.SLOW),
        (answer(FRESH, elapsed_s=9.5), None, Condition.HEALTHY),
        (moved(FRESH), None, Condition.MOVED),
        (failure(), None, Condition.FAILING),
        (failure("status", 404), None, Condition.FAILING),
        (failure("status", 404), make_feed_state(succeeded_at=NOW - 8 * DAY), Condition.GONE),
        (failure("status", 410), None, Condition.GONE),
        (failure("html", 200), None, Condition.HTML),
        (failure("html", 200, is_challenge=True), None, Condition.CHALLENGED),
        (failure("status", 403, is_challenge=True), None, Condition.CHALLENGED),
    ],
)
def test_a_feed_is_called_what_it_is(outcome: CheckOutcome, state: FeedState | None, condition: Condition) -> None:
    health = after(outcome, state=state).health
    assert health.condition is condition
    assert bool(health.reason) == (condition is not Condition.HEALTHY)
    assert health.since_at == NOW


def test_news_ends_a_silence() -> None:
    assert after(answer(NEWS), state=SILENT).health.condition is Condition.HEALTHY


def test_a_condition_keeps_its_beginning() -> None:
    assert after(*[failure()] * 4).health.since_at == NOW - 3 * HOUR


def test_our_own_outage_changes_no_health() -> None:
    state = after(answer(FRESH))
    outage = replace(failure("dns"), is_own_outage=True)
    assert after(outage, outage, outage, state=state).health == state.health


@pytest.mark.parametrize(
    ("body", "is_wall"),
    [
        (b"<!doctype html><title>Just a moment...</title>", True),
        (b'<html><script src="/cdn-cgi/challenge-platform/h/b/orchestrate"></script>', True),
        (b'<html><div class="g-recaptcha">', True),
        (b"<html><title>Berita hari ini</title><p>A moment of peace", False),
    ],
)
def test_a_bot_wall_is_known_by_its_marks(body: bytes, is_wall: bool) -> None:
    assert is_bot_wall(body) is is_wall
