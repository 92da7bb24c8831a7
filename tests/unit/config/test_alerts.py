"""A recipient's `alerts:` → rules."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.loading import load
from monitor.config.recipients import load_recipients
from monitor.model.alerts import AlertRules
from tests.unit.config.good_folder import FILES, WATCHLIST
from tests.unit.config.test_recipients import READER


def rules(write, text: str) -> AlertRules | None:
    (recipient,) = load_recipients(write(f"{READER}    alerts: {text}\n")).recipients
    return recipient.alerts


def test_nobody_is_alerted_unasked_and_an_empty_mapping_takes_the_defaults(write):
    assert load_recipients(write(READER)).recipients[0].alerts is None
    assert rules(write, "{}") == AlertRules(quiet=None, per_day=10, group=timedelta(minutes=10))


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("22:00-06:30", (1320, 390)),
        ("6:00 - 7:15", (360, 435)),
        ("13:00–14:00", (780, 840)),
        ("00:00-23:59", (0, 1439)),
    ],
)
def test_quiet_hours_are_two_times_of_day_maybe_over_midnight(write, text, quiet):
    found = rules(write, f'{{quiet_hours: "{text}", per_day: 3, group_minutes: 0}}')
    assert found == AlertRules(quiet=quiet, per_day=3, group=timedelta(0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{quiet_hours: "22-6"}', "'22' is no time of day"),
        ('{quiet_hours: "22:00"}', "are no quiet hours"),
        ('{quiet_hours: "22:00-22:00"}', "begin and end at the same time"),
        ('{quiet_hours: "22:00-24:00"}', "'24:00' is no time of day"),
        ("{per_day: 0}", "at least 1"),
        ("{group_minutes: -1}", "at least 0"),
        ("{quiet: x}", "quiet_hours"),
        ("true", "expected a mapping"),
    ],
)
def test_what_cannot_be_meant_is_told_at_its_place(write, problems_of, text, words):
    path = write(f"{READER}    alerts: {text}\n")
    (problem,) = problems_of(lambda: load_recipients(path))
    assert words in str(problem)
    assert problem.line == 7


def test_alerts_without_a_line_that_would_alert_are_remarked_on(folder):
    asking = FILES["config/recipients.yaml"] + "    alerts: {}\n"
    lined = WATCHLIST.format(name="rus-prk") + "alert_threshold: 90\n"
    (warning,) = load(folder({"config/recipients.yaml": asking}), {}).warnings
    assert "no watchlist of this recipient has an alert_threshold" in str(warning)
    assert Path(warning.file).name == "recipients.yaml"
    both = {"config/recipients.yaml": asking, "config/watchlists/rus-prk.yaml": lined}
    assert load(folder(both), {}).warnings == ()
