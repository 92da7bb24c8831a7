"""Turns: at hosts and outlets, without a clock of their own."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest

from monitor.core.polling import Turns

Pair = tuple[str, str]


def taken(turns: Turns[str], now: float) -> list[tuple[str, Pair]]:
    found = []
    while (turn := turns.take(now)) is not None:
        found.append(turn)
    return found


def add(turns: Turns[str], *items: str, host: str = "a", outlet: str = "A", spacing_s: float = 5.0) -> None:
    for item in items:
        turns.add(item, host=host, outlet=outlet, spacing_s=spacing_s)


def test_one_host_starts_one_after_the_other_in_the_order_of_arrival() -> None:
    turns: Turns[str] = Turns()
    add(turns, "1", "2", "3")
    assert [item for item, _ in taken(turns, 0.0)] == ["1"]
    assert taken(turns, 4.9) == []
    assert turns.next_at() == 5.0
    assert [item for item, _ in taken(turns, 5.0)] == ["2"]
    assert (turns.waiting, turns.in_flight) == (1, 2)


def test_no_more_than_two_are_in_flight_at_a_host_however_slow_it_is() -> None:
    turns: Turns[str] = Turns()
    add(turns, "1", "2", "3")
    pair = taken(turns, 0.0)[0][1]
    taken(turns, 5.0)
    assert taken(turns, 500.0) == []
    turns.land(pair, 500.0)
    assert [item for item, _ in taken(turns, 500.0)] == ["3"]


def test_an_outlet_with_many_hosts_is_one_outlet() -> None:
    turns: Turns[str] = Turns()
    for host in "abcd":
        add(turns, host, host=host, outlet="One")
    assert [item for item, _ in taken(turns, 0.0)] == ["a"]
    assert [item for item, _ in taken(turns, 5.0)] == ["b"]
    assert taken(turns, 10.0) == []


def test_a_host_with_many_outlets_is_one_host() -> None:
    turns: Turns[str] = Turns()
    for outlet in "ABC":
        add(turns, outlet, host="a", outlet=outlet)
    assert [len(taken(turns, now)) for now in (0.0, 5.0, 10.0)] == [1, 1, 0]


def test_hosts_do_not_wait_for_each_other() -> None:
    turns: Turns[str] = Turns()
    for n in range(100):
        add(turns, str(n), host=f"h{n}", outlet=f"o{n}")
    assert len(taken(turns, 0.0)) == 100


def test_a_host_that_wants_quiet_holds_its_feeds_and_no_slot() -> None:
    turns: Turns[str] = Turns()
    turns.hold("a", 100.0)
    turns.hold("a", 50.0)
    add(turns, "1")
    add(turns, "2", host="b", outlet="B")
    assert [item for item, _ in taken(turns, 0.0)] == ["2"]
    assert turns.in_flight == 1
    assert turns.next_at() == 100.0
    assert [item for item, _ in taken(turns, 100.0)] == ["1"]


def test_a_wait_is_told_beforehand() -> None:
    turns: Turns[str] = Turns()
    assert turns.ready_at("a", "A", 5.0) == 0.0
    add(turns, "1", "2", "3")
    assert turns.ready_at("a", "Other", 5.0) == 15.0
    assert turns.ready_at("b", "A", 5.0) == 15.0


def test_a_pause_is_up_to_a_quarter_longer() -> None:
    turns: Turns[str] = Turns()
    add(turns, "1", "2")
    assert turns.take(0.0, 0.999) is not None
    assert turns.next_at() == pytest.approx(6.25, abs=0.01)


def test_who_waits_can_be_taken_out_and_the_rest_goes_on() -> None:
    turns: Turns[str] = Turns()
    add(turns, "1", "2")
    pair = taken(turns, 0.0)[0][1]
    assert (list(turns), turns.drain(), turns.waiting) == (["2"], ["2"], 0)
    turns.land(pair, 1.0)
    add(turns, "3")
    assert taken(turns, 1.0) == []
    assert [item for item, _ in taken(turns, 5.0)] == ["3"]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_comes_every_item_has_its_turn_and_no_host_or_outlet_is_crowded(seed: int) -> None:
    rng = random.Random(seed)
    turns: Turns[int] = Turns(at_once=2, jitter=0.25)
    places = {n: (f"h{rng.randrange(12)}", f"o{rng.randrange(9)}") for n in range(400)}
    arriving, flying, served = list(places), [], []
    starts: dict[str, list[float]] = {}
    now = 0.0
    while arriving or flying or turns.waiting:
        for n in arriving[:5]:
            turns.add(n, host=places[n][0], outlet=places[n][1], spacing_s=3.0)
        arriving = arriving[5:]
        while (turn := turns.take(now, rng.random())) is not None:
            assert turn[1] == places[turn[0]]
            served.append(turn[0])
            flying.append((now + rng.expovariate(0.2), turn[1]))
            for name in turn[1]:
                starts.setdefault(name, []).append(now)
        in_flight = Counter(name for _, pair in flying for name in pair)
        assert max(in_flight.values(), default=0) <= 2
        now += 1.0
        for landing in [flight for flight in flying if flight[0] <= now]:
            flying.remove(landing)
            turns.land(landing[1], now)
    assert sorted(served) == sorted(places)
    for times in starts.values():
        assert all(later - earlier >= 3.0 for earlier, later in itertools.pairwise(times))


def test_lanes_that_bind_nobody_are_forgotten() -> None:
    turns: Turns[int] = Turns()
    for n in range(10_000):
        turns.add(n, host=f"h{n}", outlet=f"o{n}", spacing_s=1.0)
        turn = turns.take(n * 1.0)
        assert turn is not None
        turns.land(turn[1], n * 1.0)
    assert len(turns._hosts) < 5_000


def test_the_pause_counts_from_when_a_request_goes_out_not_from_its_turn() -> None:
    turns: Turns[str] = Turns()
    add(turns, "1", "2")
    pair = taken(turns, 0.0)[0][1]
    turns.begin(pair, 1.5)  # the loop was busy
    assert taken(turns, 5.0) == []
    assert turns.next_at() == 6.5
    assert [item for item, _ in taken(turns, 6.5)] == ["2"]


def test_the_jitter_that_was_drawn_is_kept_when_a_request_is_late() -> None:
    turns: Turns[str] = Turns(jitter=0.25)
    add(turns, "1", "2")
    found = turns.take(0.0, 0.8)
    assert found is not None
    turns.begin(found[1], 1.0)
    assert taken(turns, 6.9) == []
    assert len(taken(turns, 7.0)) == 1


def test_a_reserved_request_waits_for_the_one_before_it_that_is_late() -> None:
    turns: Turns[str] = Turns()
    first, second = (turns.reserve("a", 0.0, spacing_s=5.0, within_s=60.0) for _ in range(2))
    assert (first, second) == (0.0, 5.0)
    assert turns.begin_reserved("a", 2.0, at=0.0, spacing_s=5.0) == 0.0
    assert turns.begin_reserved("a", 5.0, at=5.0, spacing_s=5.0) == 2.0
    assert turns.begin_reserved("a", 7.0, at=5.0, spacing_s=5.0) == 0.0


def test_a_reserved_request_of_an_outlet_takes_its_turn_among_all_hosts_of_it() -> None:
    turns: Turns[str] = Turns()
    add(turns, "feed", host="feeds", outlet="One")
    taken(turns, 0.0)
    assert turns.reserve("www", 0.0, spacing_s=5.0, within_s=60.0, outlet="One") == 5.0
    assert turns.reserve("www", 0.0, spacing_s=5.0, within_s=60.0) == 10.0, "and its host's"
    assert turns.reserve("elsewhere", 0.0, spacing_s=5.0, within_s=60.0) == 0.0
    add(turns, "next", host="feeds", outlet="One")
    assert taken(turns, 9.9) == []
    assert len(taken(turns, 10.0)) == 1


def test_no_two_requests_of_a_host_go_out_closer_than_its_spacing_however_late_they_are() -> None:
    rng = random.Random(4)
    turns: Turns[str] = Turns(at_once=99)
    now, began, leaving = 0.0, [], []
    for _ in range(2_000):
        now += rng.choice((0.0, 0.1, 2.0, 6.0))
        if rng.random() < 0.4:
            add(turns, "feed")
        elif (at := turns.reserve("a", now, spacing_s=5.0, within_s=60.0, chance=rng.random())) is not None:
            leaving.append(at)
        due = [at for at in leaving if at <= now]
        if due and rng.random() < 0.7 and not turns.begin_reserved("a", now, at=due[0], spacing_s=5.0):
            leaving.remove(due[0])
            began.append(now)
        if (found := turns.take(now, rng.random())) is not None:
            now += rng.choice((0.0, 0.3, 3.0))
            turns.begin(found[1], now)
            began.append(now)
            turns.land(found[1], now)
    assert len(began) > 200
    assert min(later - earlier for earlier, later in itertools.pairwise(began)) >= 5.0 - 1e-6
