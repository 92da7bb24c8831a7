"""A free service that sheds load is slow, whatever it answers, and never failing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core import polling
from monitor.core.polling.health import judged
from monitor.model.feeds import Condition, FetchFailed
from tests.factories import NOW, make_feed


@pytest.mark.parametrize(("kind", "status"), [("busy", 429), ("busy", 503), ("timeout", 0), ("connect", 0)])
def test_gdelt_that_does_not_answer_is_slow_and_an_ordinary_feed_fails(kind: str, status: int) -> None:
    conditions = {}
    for source in ("gdelt", "feed"):
        feed = make_feed(source=source, min_interval_s=900)
        state = polling.initial_state(feed, now=NOW, spread=0.0)
        for n in range(5):
            now = NOW + timedelta(hours=n)
            failure = FetchFailed(url=feed.url, kind=kind, status=status, message="no")
            state = polling.next_check(feed, state, polling.CheckOutcome(fetch=failure), now=now, rng_value=0.5)
            state = replace(state, health=judged(feed, state, now=now))
        conditions[source] = (state.health.condition, bool(state.health.outage_at))
    assert conditions == {"gdelt": (Condition.SLOW, False), "feed": (Condition.FAILING, True)}


def test_what_is_not_load_is_a_failure_of_gdelt_too() -> None:
    feed = make_feed(source="gdelt")
    state = polling.initial_state(feed, now=NOW, spread=0.0)
    failure = FetchFailed(url=feed.url, kind="unknown", status=200, message="the query is wrong")
    state = polling.next_check(feed, state, polling.CheckOutcome(fetch=failure), now=NOW, rng_value=0.5)
    assert judged(feed, state, now=NOW).condition is Condition.FAILING
