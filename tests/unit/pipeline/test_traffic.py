"""What is known of hosts: bounded, and cheap however many there are."""

from __future__ import annotations

from monitor.core.polling import PollingLimits
from monitor.pipeline.traffic import Traffic
from tests.factories import make_feed, make_feed_state

LIMITS = PollingLimits()


def test_a_crowd_of_hosts_that_wait_costs_no_square() -> None:
    """Not by the clock: going through all that are booked at each booking would take many minutes."""
    traffic = Traffic()
    for n in range(150_000):
        feed = make_feed(f"f{n}", url=f"https://h{n}.example.org/feed")
        wait_s = traffic.book(feed, make_feed_state(feed.id, url=feed.url), 900.0, ticks=5.0, limits=LIMITS)
        assert wait_s == 900.0


def test_those_of_one_host_come_one_behind_the_other() -> None:
    traffic, feed = Traffic(), make_feed(url="https://a.example.org/feed")
    state = make_feed_state(feed.id, url=feed.url)
    waits = [traffic.book(feed, state, 60.0, ticks=1000.0, limits=LIMITS) for _ in range(3)]
    assert waits == [60.0, 60.0 + LIMITS.spacing_s, 60.0 + 2 * LIMITS.spacing_s]
    assert traffic.book(feed, state, 10.0, ticks=5000.0, limits=LIMITS) == 10.0


def test_hosts_that_wanted_quiet_once_are_forgotten() -> None:
    """A feed whose redirects lead to another host each time must not fill the memory."""
    traffic = Traffic()
    for n in range(100_000):
        traffic.hush(f"https://h{n}.example.org/", 30.0, ticks=100.0 * n)
    assert len(traffic._quiet_until) <= 10_001
    assert traffic.quiet_s("h99999.example.org", ticks=9_999_910.0) == 20.0
    assert traffic.quiet_s("h99998.example.org", ticks=9_999_910.0) == 0.0


def test_the_longest_quiet_that_a_host_wanted_counts() -> None:
    traffic = Traffic()
    traffic.hush("https://a.example.org/", 300.0, ticks=0.0)
    traffic.hush("https://a.example.org/", 30.0, ticks=0.0)
    assert traffic.quiet_s("a.example.org", ticks=100.0) == 200.0
