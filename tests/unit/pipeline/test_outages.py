"""Whose failures are whose, by what other hosts say: at any number of feeds, and however they come."""

from __future__ import annotations

import random
from datetime import timedelta

from monitor.model.feeds import FetchFailed, FetchOutcome, NotModified
from monitor.pipeline.intake import Check
from monitor.pipeline.traffic import Judgement, Outages
from tests.factories import NOW, make_feed, make_feed_state


def check(name: str, at_s: float, outcome: FetchOutcome | None = None, *, failures: int = 0) -> Check:
    feed = make_feed(name)
    return Check(
        feed=feed,
        state=make_feed_state(name, url=feed.url, failures=failures),
        outcome=outcome or NotModified(url=feed.url, headers={}, validators=None),
        checked_at=NOW + timedelta(seconds=at_s),
    )


def failed(name: str, at_s: float, *, kind: str = "dns", elapsed_s: float = 0.0, failures: int = 0) -> Check:
    outcome = FetchFailed(url=make_feed(name).url, kind=kind, message="", elapsed_s=elapsed_s)
    return check(name, at_s, outcome, failures=failures)


def judged(outages: Outages, held: list[Check], at_s: float, **facts: float) -> Judgement:
    return outages.judge(held, NOW + timedelta(seconds=at_s), **facts)


def names(checks: object) -> list[str]:
    return [one.feed.id for one in checks]  # type: ignore[attr-defined]


def test_dead_hosts_among_thousands_that_answer_are_never_taken_for_an_outage() -> None:
    rng, outages = random.Random(1), Outages()
    held: list[Check] = []
    blamed = 0
    for n in range(6_000):  # a hundred a second, one in five dead
        at_s = n / 100
        if rng.random() < 0.2:
            held.append(failed(f"dead{n}", at_s))
        else:
            outages.note([check(f"well{n}", at_s)])
        verdict = judged(outages, held, at_s)
        assert not verdict.ours
        blamed, held = blamed + len(verdict.theirs), list(verdict.undecided)
        assert len(held) <= 200
    assert blamed >= 1_000


def test_a_line_that_goes_down_among_thousands_is_noticed_within_seconds_and_blamed_on_nobody() -> None:
    outages = Outages()
    outages.note([check("well", 0.0), check("under-way", 0.3)])
    held = [failed(f"f{n}", 0.1 + n / 10) for n in range(49)]
    assert names(judged(outages, held, 5.0).undecided) == names(held)
    verdict = judged(outages, held, 5.4)
    assert (names(verdict.ours), verdict.theirs, outages.is_on) == (names(held), [], True)
    assert names(judged(outages, [failed("next", 6.0)], 6.0).ours) == ["next"]
    outages.note([check("well", 60.0)])
    assert not outages.is_on


def test_slow_hosts_that_time_out_after_all_others_answered_are_to_blame() -> None:
    outages = Outages()
    outages.note([check(f"well{n}", n) for n in range(20)])
    held = [failed(f"slow{n}", 35.0 + n, kind="timeout", elapsed_s=30.0) for n in range(4)]
    verdict = judged(outages, held, 60.0)
    assert (list(verdict.ours), names(verdict.theirs)) == ([], names(held))


def test_hosts_that_failed_before_are_no_evidence() -> None:
    outages = Outages()
    held = [failed(f"dead{n}", n, failures=2) for n in range(8)]
    assert judged(outages, held, 60.0).ours == ()
    held += [failed(f"f{n}", 10.0) for n in range(3)]
    assert len(judged(outages, held, 60.0).ours) == 11


def test_at_the_end_of_a_cycle_what_is_undecided_is_decided() -> None:
    assert len(judged(Outages(), [failed(name, 0.0) for name in "abc"], 0.0, hold_s=0.0).ours) == 3
    outages = Outages()
    outages.note([check("well", 1.0)])
    assert len(judged(outages, [failed(name, 0.0) for name in "abc"], 1.0, hold_s=0.0).theirs) == 3
