"""What the log says of checks."""

from __future__ import annotations

import logging

import pytest

from monitor.app.telling import Teller
from monitor.model.feeds import Condition
from monitor.pipeline.collect import CollectReport


def told(caplog: pytest.LogCaptureFixture, *reports: CollectReport) -> list[tuple[str, str]]:
    teller = Teller()
    with caplog.at_level(logging.INFO):
        for report in reports:
            teller.tell(report)
    return [(record.levelname, record.getMessage()) for record in caplog.records]


def test_a_feed_that_goes_on_failing_is_told_once_and_its_recovery_once(caplog: pytest.LogCaptureFixture) -> None:
    failing = {"antara": "https://example.org/rss answers 503"}
    reports = [
        CollectReport(failures=failing, changed={"antara": (Condition.HEALTHY, Condition.FAILING, "answers 503")}),
        CollectReport(failures=failing),
        CollectReport(failures=failing),
        CollectReport(changed={"antara": (Condition.FAILING, Condition.HEALTHY, "")}),
    ]
    assert told(caplog, *reports) == [
        ("WARNING", "feed antara: failing: answers 503"),
        ("INFO", "feed antara: well again, it was failing"),
    ]


def test_a_feed_that_is_new_and_well_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog, CollectReport(changed={"antara": (Condition.NEW, Condition.HEALTHY, "")})) == []


def test_our_own_outage_and_its_end_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    lines = told(caplog, *[CollectReport(is_own_outage=is_out) for is_out in (True, True, False, False)])
    assert [(level, text[:25]) for level, text in lines] == [
        ("WARNING", "No feed can be reached: t"),
        ("INFO", "The network is back."),
    ]


def test_a_gap_is_told_with_what_it_cost(caplog: pytest.LogCaptureFixture) -> None:
    ((level, text),) = told(caplog, CollectReport(gaps={"antara": 17}))
    assert (level, "at least 17 entries" in text) == ("WARNING", True)
