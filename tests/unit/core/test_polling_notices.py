"""What an operator is told of feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.polling import CheckOutcome, is_worth_a_search, next_check, notices_of, notices_to_tell
from monitor.model.feeds import Condition, FeedState, Fetched, FetchFailed, Reading, Rhythm
from monitor.model.notices import Notice, NoticeKind
from tests.factories import NOW, make_feed, make_feed_state

FEED = make_feed()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW_URL = "https://new.example.org/rss"
NEWS = Reading(entries=9, known=8, recent=8, new=1, dated=1, newest_at=NOW, oldest_at=NOW)
FRESH = Reading(entries=9, new=9, dated=9, newest_at=NOW, oldest_at=NOW - DAY)


def answer(reading: Reading = NEWS, **facts: Any) -> CheckOutcome:
    fetch = Fetched(url=FEED.url, status=200, body=b"", headers={}, validators=None, **facts)
    return CheckOutcome(fetch=fetch, reading=reading, body_digest="d")


def moved() -> CheckOutcome:
    return answer(moved_to=NEW_URL)


def failure(kind: str = "timeout", status: int = 0, **facts: Any) -> CheckOutcome:
    return CheckOutcome(fetch=FetchFailed(url=FEED.url, kind=kind, message=f"{kind} {status}", status=status, **facts))


def told(*outcomes: CheckOutcome, state: FeedState | None = None, every: timedelta = HOUR) -> list[Notice]:
    """The notices of these checks, one `every` so often, the last of them now."""
    state, found = state or make_feed_state(), []
    for place, outcome in enumerate(outcomes):
        before, now = state, NOW - every * (len(outcomes) - 1 - place)
        state = next_check(FEED, state, outcome, now=now, rng_value=0.5)
        found += notices_of(before, state)
    return found


WELL = make_feed_state(rhythm=Rhythm(news_at=NOW - DAY), entries_seen=9, succeeded_at=NOW - DAY)
UNDATED = replace(WELL, rhythm=Rhythm(news_at=NOW - DAY, is_undated=True))


def test_a_passing_failure_is_not_told() -> None:
    assert told(failure(), failure()) == []
    assert told(failure(), failure(), answer()) == []


def test_an_outage_is_told_once_with_its_facts_and_its_end_once() -> None:
    outage, recovery = told(*[failure()] * 6, answer(), answer(), state=WELL)
    assert outage == Notice(
        feed_id=FEED.id,
        kind=NoticeKind.OUTAGE,
        at=NOW - 5 * HOUR,
        condition=Condition.FAILING,
        outcome="timeout",
        detail="timeout 0",
        url=FEED.url,
        from_at=NOW - DAY,
    )
    assert (recovery.kind, recovery.condition, recovery.at) == (NoticeKind.RECOVERY, Condition.FAILING, NOW - HOUR)
    assert recovery.from_at == outage.at


def test_one_outage_that_changes_its_face_is_one_outage() -> None:
    changing = [*[failure()] * 4, failure("html", 200), failure("status", 410)]
    (outage,) = told(*changing)
    assert (outage.condition, outage.at) == (Condition.FAILING, NOW - 3 * HOUR)


def test_a_second_outage_is_told_anew() -> None:
    kinds = [notice.kind.value for notice in told(*[failure()] * 3, answer(FRESH), *[failure()] * 3)]
    assert kinds == ["outage", "recovery", "outage"]


def test_a_mild_condition_hides_no_real_outage_and_is_told_once() -> None:
    undated = answer(replace(NEWS, dated=0, newest_at=None, oldest_at=None))
    found = told(undated, *[failure()] * 4, undated, undated, undated, state=UNDATED)
    assert [(n.kind.value, n.condition and n.condition.value) for n in found] == [
        ("outage", "undated"),
        ("outage", "failing"),
        ("recovery", "failing"),
    ]


def test_a_redirect_of_an_hour_is_not_told_and_one_of_a_day_with_its_target() -> None:
    assert told(moved(), moved(), moved(), answer(NEWS), state=WELL) == []
    (notice,) = told(moved(), moved(), moved(), moved(), state=WELL, every=12 * HOUR)
    assert (notice.condition, notice.address) == (Condition.MOVED, NEW_URL)
    assert not is_worth_a_search(notice)


def test_a_gap_is_told_with_what_was_lost_at_least() -> None:
    lost = replace(make_feed_state(), rhythm=Rhythm(gap_at=NOW, gap_missed=17, gap_from=NOW - DAY, gap_until=NOW))
    (gap,) = notices_of(make_feed_state(), lost)
    assert (gap.kind, gap.missed, gap.from_at, gap.until_at) == (NoticeKind.GAP, 17, NOW - DAY, NOW)
    assert notices_of(lost, lost) == ()


@pytest.mark.parametrize(
    ("outcomes", "is_worth"),
    [
        ([failure("status", 410)] * 3, True),
        ([failure("status", 404)] * 3, True),
        ([failure("html", 200)] * 3, True),
        ([failure("dns")] * 3, False),
        ([failure("status", 503)] * 3, False),
        ([failure("status", 403, is_challenge=True)] * 3, False),
    ],
)
def test_a_new_address_is_searched_for_where_one_may_be_and_nobody_is_bothered(
    outcomes: list[CheckOutcome], is_worth: bool
) -> None:
    (notice,) = told(*outcomes)
    assert is_worth_a_search(notice) is is_worth


def notice(kind: NoticeKind = NoticeKind.OUTAGE, **facts: Any) -> Notice:
    condition = None if kind is NoticeKind.GAP else Condition.FAILING
    return Notice(**{"feed_id": FEED.id, "kind": kind, "at": NOW, "condition": condition, **facts})


def test_an_outage_that_ended_before_it_was_told_is_told_by_its_end_alone() -> None:
    begun, ended = notice(at=NOW - DAY), notice(NoticeKind.RECOVERY, from_at=NOW - DAY)
    assert notices_to_tell([begun, ended], [FEED.id]) == (ended,)
    assert notices_to_tell([begun], [FEED.id]) == (begun,)
    again = notice(at=NOW + DAY)
    assert notices_to_tell([begun, ended, again], [FEED.id]) == (again, ended)


def test_gaps_of_a_feed_are_one_line_and_feeds_that_were_removed_none() -> None:
    first = notice(NoticeKind.GAP, at=NOW - DAY, from_at=NOW - 2 * DAY, until_at=NOW - DAY, missed=3)
    second = notice(NoticeKind.GAP, from_at=NOW - HOUR, until_at=NOW, missed=4, number=9)
    other = notice(NoticeKind.GAP, feed_id="removed")
    (gap,) = notices_to_tell([first, second, other], [FEED.id])
    assert (gap.missed, gap.times, gap.from_at, gap.until_at, gap.number) == (7, 2, NOW - 2 * DAY, NOW, 9)


def test_gaps_summed_up_run_from_the_first_beginning_to_the_last_end() -> None:
    wide = notice(NoticeKind.GAP, at=NOW - DAY, from_at=NOW - 2 * DAY, until_at=NOW)
    inside = notice(NoticeKind.GAP, from_at=NOW - 3 * DAY, until_at=NOW - DAY)
    bare = notice(NoticeKind.GAP, at=NOW + HOUR)
    (gap,) = notices_to_tell([wide, inside, bare], [FEED.id])
    assert (gap.from_at, gap.until_at, gap.times) == (NOW - 3 * DAY, NOW, 3)


def test_a_new_operator_hears_of_what_is_out_however_old_and_not_of_what_is_past() -> None:
    since = NOW - 7 * DAY
    old = [notice(at=NOW - 30 * DAY), notice(NoticeKind.GAP, at=NOW - 30 * DAY)]
    over = [notice(feed_id="b", at=NOW - 30 * DAY), notice(NoticeKind.RECOVERY, feed_id="b", at=NOW - 20 * DAY)]
    over[1] = replace(over[1], from_at=over[0].at)
    assert notices_to_tell([*old, *over], [FEED.id, "b"], since=since) == (old[0],)


def test_what_is_out_is_told_before_what_still_brings_news() -> None:
    mild = notice(feed_id="a", condition=Condition.MOVED, at=NOW - DAY)
    assert notices_to_tell([mild, notice()], ["a", FEED.id]) == (notice(), mild)


CHECKS = st.sampled_from(
    [
        answer(),
        answer(replace(NEWS, dated=0, newest_at=None, oldest_at=None)),
        moved(),
        failure(),
        failure("html", 200),
        failure("status", 410),
        failure(is_challenge=True),
        replace(failure("dns"), is_own_outage=True),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CHECKS, max_size=40), st.sampled_from([WELL, UNDATED]), st.sampled_from([HOUR, 9 * HOUR]))
def test_every_end_is_that_of_the_outage_told_before_it_and_no_outage_is_told_twice(
    checks: list[CheckOutcome], start: FeedState, every: timedelta
) -> None:
    found = told(*checks, state=start, every=every)
    assert len({(n.kind, n.at) for n in found}) == len(found)
    open_at = None
    for one in found:
        if one.kind is NoticeKind.OUTAGE:
            open_at = one.at
        elif one.kind is NoticeKind.RECOVERY:
            assert one.from_at == open_at
            open_at = None


@settings(max_examples=60, deadline=None)
@given(st.lists(CHECKS, max_size=30), st.integers(0, 30))
def test_what_is_told_in_two_digests_is_what_happened_whenever_the_first_goes_out(
    checks: list[CheckOutcome], cut: int
) -> None:
    """Nothing twice, and nothing lost but an outage whose end is told instead."""
    found = told(*checks, state=WELL)
    digests = [notices_to_tell(part, [FEED.id]) for part in (found[:cut], found[cut:])]
    lines = [(n.kind, n.at) for digest in digests for n in digest if n.kind is not NoticeKind.GAP]
    assert len(set(lines)) == len(lines)
    ends = {n.from_at for digest in digests for n in digest if n.kind is NoticeKind.RECOVERY}
    for one in found:
        is_told = (one.kind, one.at) in lines
        assert is_told or one.kind is NoticeKind.GAP or (one.kind is NoticeKind.OUTAGE and one.at in ends)
