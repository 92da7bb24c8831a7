"""Our own outages: dead lines, wrong clocks, half a line, captive portals. No publisher is blamed for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.core.polling import CheckOutcome, is_own_outage, may_be_ours, next_check, page_mark
from monitor.model.feeds import Fetched, FetchFailed, FetchOutcome, NotModified
from tests.factories import NOW, make_feed, make_feed_state

Asked = tuple[str, FetchOutcome]


def url(host: str) -> str:
    return f"https://{host}.example.org/rss"


def failed(kind: str, host: str, *, at: str = "", **facts: Any) -> Asked:
    """A failure of a host; `at` is the address where a redirect ended."""
    return url(host), FetchFailed(url=at or url(host), kind=kind, message="", **facts)


def portal(host: str, page: str = "p", **facts: Any) -> Asked:
    return failed("html", host, status=200, page=page, **facts)


@pytest.mark.parametrize("kinds", [("dns",) * 3, ("tls",) * 3, ("dns", "timeout", "connect", "network", "tls")])
def test_most_hosts_failing_at_once_is_our_own_outage(kinds: tuple[str, ...]) -> None:
    assert is_own_outage([failed(kind, f"h{n}") for n, kind in enumerate(kinds)])


def test_what_our_own_rules_refused_proves_nothing() -> None:
    assert is_own_outage([*(failed("dns", h) for h in "abcde"), failed("refused", "f")])
    assert not is_own_outage([failed("refused", h) for h in "abcdef"])


@pytest.mark.parametrize(
    "answer",
    [
        (url("g"), Fetched(url=url("g"), status=200, body=b"", headers={}, validators=None)),
        (url("g"), NotModified(url=url("g"), headers={}, validators=None)),
        failed("status", "g", status=500),
        failed("html", "g", status=200),
        portal("g"),
        portal("g", is_challenge=True),
        failed("redirect", "g", status=302),
    ],
)
def test_one_answer_of_any_kind_proves_that_our_line_is_up(answer: Asked) -> None:
    assert not is_own_outage([*(failed("dns", h) for h in "abcdef"), answer])


def test_too_few_hosts_prove_nothing() -> None:
    assert not is_own_outage([])
    assert not is_own_outage([failed("dns", "a")] * 10)
    assert not is_own_outage([portal("a"), portal("b")])


def test_one_page_from_many_hosts_is_a_captive_portals() -> None:
    assert is_own_outage([portal(h) for h in "abc"])
    assert is_own_outage([portal("a"), portal("b"), failed("tls", "c"), failed("timeout", "d")])


def test_one_address_to_which_all_lead_is_a_captive_portals() -> None:
    login = "http://login.example.net/hotel"
    assert is_own_outage([portal(h, page=h, at=f"{login}?from={h}") for h in "abc"])
    private = "http://192.168.1.1/login"
    assert is_own_outage([failed("refused", h, at=private) for h in "abc"])
    assert is_own_outage([failed("status", h, status=511) for h in "abc"])


def test_different_pages_of_many_hosts_are_their_own() -> None:
    assert not is_own_outage([portal(h, page=h) for h in "abcd"])
    assert not is_own_outage([portal("a"), portal("b"), portal("c"), portal("d", page="other")])


def test_bot_walls_look_alike_and_are_no_portal() -> None:
    assert not is_own_outage([portal(h, is_challenge=True) for h in "abcd"])


def test_a_portals_page_is_known_whatever_address_and_token_it_bears() -> None:
    page = "<html><title>Hotel</title><a href='/login?u=%s&t=%s'>Sign in</a><p>%d guests</html>"
    first = page % ("http%3A%2F%2Fa.example.org", "a8f23bc19d", 17)
    second = page % ("http%3A%2F%2Fb.example.org", "99fe01cc27aa", 4)
    assert page_mark(first.encode()) == page_mark(second.encode())
    assert page_mark(first.encode()) != page_mark(first.replace("Hotel", "Airport").encode())


def test_what_may_be_ours_is_held_back_and_nothing_else() -> None:
    assert all(may_be_ours(*failed(kind, "a")) for kind in ("dns", "connect", "network", "timeout", "tls"))
    assert may_be_ours(*portal("a"))
    assert may_be_ours(*failed("refused", "a", at="http://10.0.0.1/"))
    others = [failed("refused", "a"), failed("status", "a", status=503), failed("timeout", "a", status=200)]
    assert not any(may_be_ours(*other) for other in [*others, failed("empty", "a", status=200)])


def test_no_route_to_a_host_that_was_reached_yesterday_is_nobodys_fault() -> None:
    feed, failure = make_feed(), failed("network", "a")[1]
    reached = make_feed_state(succeeded_at=NOW - timedelta(hours=20), failures=0)

    def failures(state: Any) -> int:
        return next_check(feed, state, CheckOutcome(fetch=failure), now=NOW, rng_value=0.5).failures

    assert failures(reached) == 0
    assert failures(replace(reached, succeeded_at=NOW - timedelta(hours=30))) == 1
    assert failures(make_feed_state()) == 1
