from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.polling import (
    CheckOutcome,
    Look,
    PollingLimits,
    after_pause,
    body_digest,
    initial_state,
    next_check,
    parse_failure,
)
from monitor.core.polling.bodies import LOOKED_AT
from monitor.errors import ParseError
from monitor.model.feeds import FeedState, Fetched, FetchFailed, NotModified, Reading, Validators
from tests.factories import NOW, make_feed, make_feed_state

LIMITS = PollingLimits(interval_s=900, min_interval_s=300)
FEED = make_feed()
VALIDATORS = Validators(url=FEED.url, etag='"1"')


def fetched(**facts: Any) -> Fetched:
    return Fetched(**{"url": FEED.url, "status": 200, "body": b"", "headers": {}, "validators": VALIDATORS, **facts})


def failed(kind: str = "status", status: int = 0, host: str = "a", **facts: Any) -> FetchFailed:
    return FetchFailed(url=f"https://{host}.example.org/", kind=kind, message=f"{host}: {kind}", status=status, **facts)


def after(
    outcome: Any, state: FeedState | None = None, rng_value: float = 0.5, feed: Any = FEED, **facts: Any
) -> FeedState:
    check = outcome if isinstance(outcome, CheckOutcome) else CheckOutcome(fetch=outcome, **facts)
    return next_check(feed, state or make_feed_state(), check, now=NOW, rng_value=rng_value, limits=LIMITS)


def delay_s(state: FeedState) -> float:
    return (state.next_check_at - NOW).total_seconds()


def test_a_success_keeps_what_the_server_gave_and_waits_one_interval() -> None:
    state = after(
        fetched(),
        make_feed_state(failures=4),
        body_digest="d",
        reading=Reading(entries=7, new=7, dated=1, newest_at=NOW, oldest_at=NOW),
    )
    assert delay_s(state) == 900
    assert (state.validators, state.body_digest, state.failures, state.outcome) == (VALIDATORS, "d", 0, "fetched")
    assert (state.checked_at, state.succeeded_at, state.newest_at, state.entries_seen) == (NOW, NOW, NOW, 7)


def test_an_unchanged_body_is_called_so_and_forgets_nothing() -> None:
    before = make_feed_state(body_digest="d", entries_seen=7, newest_at=NOW)
    state = after(fetched(), before, body_digest="d")
    assert (state.outcome, state.entries_seen, state.newest_at) == ("unchanged", 7, NOW)


def test_not_modified_renews_the_validators_and_keeps_the_digest() -> None:
    new = Validators(url=FEED.url, etag='"2"')
    state = after(NotModified(url=FEED.url, headers={}, validators=new), make_feed_state(body_digest="d", failures=2))
    assert (state.outcome, state.validators, state.body_digest, state.failures) == ("not-modified", new, "d", 0)


def test_a_200_without_validators_forgets_the_old_ones() -> None:
    assert after(fetched(validators=None), make_feed_state(validators=VALIDATORS)).validators is None


def test_the_newest_date_never_goes_back() -> None:
    before = make_feed_state(newest_at=NOW)
    old = Reading(entries=1, new=1, dated=1, newest_at=NOW - timedelta(days=3), oldest_at=NOW - timedelta(days=3))
    assert after(fetched(), before, body_digest="e", reading=old).newest_at == NOW


def test_a_body_that_is_no_feed_keeps_the_old_validators() -> None:
    failure = parse_failure(
        fetched(validators=Validators(url=FEED.url, etag='"page"')), ParseError("a page", kind="html")
    )
    state = after(failure, make_feed_state(validators=VALIDATORS, body_digest="d"))
    assert (state.validators, state.body_digest, state.outcome, state.detail) == (VALIDATORS, "d", "html", "a page")
    assert state.failures == 1


def test_failures_slow_a_feed_down_in_a_line_and_never_stop_it() -> None:
    def delays(kind: str, status: int = 0) -> list[float]:
        return [delay_s(after(failed(kind, status), make_feed_state(failures=n))) for n in (0, 1, 2, 10, 100_000)]

    assert delays("dns") == [900, 900 * 1.25, 900 * 1.5, 900 * 3.5, 86_400]
    assert delays("timeout") == [900, 900 * 1.5, 900 * 2, 900 * 6, 86_400]
    assert delays("status", 503) == [900, 900 * 1.5, 900 * 2, 900 * 6, 86_400]
    assert delays("status", 404) == [900, 1800, 2700, 900 * 11, 86_400]
    assert delays("html") == [900, 1800, 2700, 900 * 11, 86_400]


def test_a_failure_keeps_validators_and_last_success() -> None:
    before = make_feed_state(validators=VALIDATORS, succeeded_at=NOW - timedelta(hours=1), body_digest="d")
    state = after(failed("timeout"), before)
    assert (state.validators, state.succeeded_at, state.body_digest) == (VALIDATORS, before.succeeded_at, "d")
    assert (state.failures, state.outcome, state.detail) == (1, "timeout", "a: timeout")


@pytest.mark.parametrize(("wish_s", "granted_s"), [(7200.0, 7200.0), (10.0, 900.0), (30 * 86_400.0, 2 * 86_400.0)])
def test_retry_after_is_granted_within_two_days_and_never_undercut(wish_s: float, granted_s: float) -> None:
    for rng_value in (0.0, 0.5, 0.999):
        state = after(failed("status", 429, retry_after_s=wish_s), rng_value=rng_value)
        assert delay_s(state) >= min(granted_s, wish_s)
        assert delay_s(state) <= granted_s * 1.1


def test_to_wait_for_the_turn_at_a_host_where_a_redirect_leads_is_no_failure() -> None:
    before = make_feed_state(failures=1, outcome="fetched", validators=VALIDATORS)
    state = after(failed("busy", retry_after_s=700.0), before)
    assert (state.failures, state.outcome, state.health, state.retry_at) == (1, "deferred", before.health, None)
    assert 700 <= delay_s(state) <= 770
    # A service that answers that it is busy is another matter.
    assert after(failed("busy", 429, retry_after_s=700.0), before).failures == 2


@pytest.mark.parametrize("wish_s", [None, 0.0])
def test_too_many_requests_without_a_wait_or_with_one_in_the_past_are_heeded_all_the_same(
    wish_s: float | None,
) -> None:
    assert delay_s(after(failed("status", 429, retry_after_s=wish_s))) >= LIMITS.throttled_s


def test_our_own_outage_counts_against_no_feed() -> None:
    before = make_feed_state(failures=2, validators=VALIDATORS)
    state = after(CheckOutcome(fetch=failed("dns"), is_own_outage=True), before)
    assert (state.failures, state.outcome, state.validators) == (2, "own-outage", VALIDATORS)
    assert delay_s(state) == LIMITS.outage_retry_s


def test_jitter_is_ten_percent_and_stays_over_the_floor() -> None:
    first = Reading(entries=1, new=1)
    assert [round(delay_s(after(fetched(), rng_value=r, reading=first))) for r in (0.0, 0.5, 1.0)] == [810, 900, 990]
    slow = make_feed(min_interval_s=3600)
    assert [round(delay_s(after(fetched(), rng_value=r, feed=slow))) for r in (0.0, 0.5, 1.0)] == [3600, 3780, 3960]
    hasty = make_feed(min_interval_s=10)
    assert delay_s(after(fetched(), feed=hasty, reading=first)) == 900


OUTCOMES = st.one_of(
    st.builds(fetched),
    st.builds(lambda: NotModified(url=FEED.url, headers={}, validators=None)),
    st.builds(
        failed,
        st.sampled_from(
            ["dns", "connect", "tls", "timeout", "status", "redirect", "too_large", "refused", "html", "x"]
        ),
        st.integers(0, 599),
        retry_after_s=st.none() | st.floats(0, 1e12),
    ),
)


@given(
    OUTCOMES, st.integers(0, 10**6), st.floats(0, 1, exclude_max=True), st.booleans(), st.none() | st.integers(0, 10**7)
)
def test_the_next_check_is_always_later_than_now(
    outcome: Any, failures: int, rng_value: float, is_outage: bool, min_interval_s: int | None
) -> None:
    check = CheckOutcome(fetch=outcome, is_own_outage=is_outage)
    feed = make_feed(min_interval_s=min_interval_s)
    state = after(check, make_feed_state(failures=failures), rng_value, feed)
    assert state.next_check_at >= NOW + timedelta(seconds=1)
    assert delay_s(state) <= 1.1 * max(PollingLimits().gone_interval_s, min_interval_s or 0)


def test_a_first_start_is_staggered() -> None:
    states = [initial_state(FEED, now=NOW, spread=n / 10, limits=LIMITS) for n in range(11)]
    assert [round(delay_s(state)) for state in states] == [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]
    assert states[0].outcome == "unchecked"
    assert (states[0].feed_id, states[0].url, states[0].interval_s) == (FEED.id, FEED.url, 900)


def test_after_a_pause_overdue_feeds_come_one_after_the_other_in_their_order() -> None:
    states = [make_feed_state(f"f{n}", next_check_at=NOW - timedelta(hours=n)) for n in range(1, 6)]
    future = make_feed_state("later", next_check_at=NOW + timedelta(hours=1))
    spread = after_pause([*states, future], None, Look(at=NOW, ticks=0.0), limits=LIMITS)
    assert [state.feed_id for state in spread] == ["f5", "f4", "f3", "f2", "f1"]
    assert [delay_s(state) for state in spread] == [0, 60, 120, 180, 240]
    assert after_pause([future], None, Look(at=NOW, ticks=0.0), limits=LIMITS) == []
    assert [replace(state, next_check_at=NOW) for state in spread] == [
        replace(s, next_check_at=NOW) for s in reversed(states)
    ]


HEAD = b"<rss><channel><title>A</title><lastBuildDate>%s</lastBuildDate><pubDate>%s</pubDate><generator>x</generator>"
ITEM = (
    b"<item><title>1</title><pubDate>Mon</pubDate><slash:comments>%d</slash:comments></item></channel></rss>"
    b"<!-- %d ms -->"
)


def test_clocks_counters_and_comments_do_not_change_a_body() -> None:
    assert body_digest(HEAD % (b"Mon", b"Mon") + ITEM % (1, 12)) == body_digest(
        HEAD % (b"Tue", b"Wed") + ITEM % (2, 34)
    )
    assert body_digest(b"<feed><updated>1</updated><entry>a</entry></feed>") == body_digest(
        b"<feed><updated>2</updated><entry>a</entry></feed>"
    )


def test_anything_in_an_item_changes_a_body() -> None:
    body = HEAD % (b"Mon", b"Mon") + ITEM % (1, 12)
    assert body_digest(body) != body_digest(body.replace(b"<title>1<", b"<title>2<"))
    assert body_digest(body) != body_digest(
        body.replace(b"<pubDate>Mon</pubDate><slash", b"<pubDate>Tue</pubDate><slash")
    )
    assert body_digest(body) != body_digest(body.replace(b"<title>A<", b"<title>B<"))
    assert body_digest(b"<feed><entry><updated>1</updated></entry></feed>") != body_digest(
        b"<feed><entry><updated>2</updated></entry></feed>"
    )


def test_behind_what_is_looked_at_every_byte_counts() -> None:
    """A regular expression over 10 MB of nothing but "<" would keep the event loop for seconds."""
    counted = b"<rss><channel><item>%s</item></channel></rss>"
    counter = b"<slash:comments>%d</slash:comments>"
    assert body_digest(counted % (counter % 1)) == body_digest(counted % (counter % 2))
    far = b"x" * LOOKED_AT
    assert body_digest(counted % (far + counter % 1)) != body_digest(counted % (far + counter % 2))
