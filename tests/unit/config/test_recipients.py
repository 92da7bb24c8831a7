"""recipients.yaml → recipients."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.recipients import load_recipients
from monitor.model.digests import Recipient, Schedule

READER = """recipients:
  - id: reader
    address: reader@example.org
    watchlists: [russia-north-korea]
    schedule: {times: ["07:00"]}
    zone: Asia/Jakarta
"""


def test_a_recipient_needs_five_facts(write):
    assert load_recipients(write(READER)).recipients == (
        Recipient(
            id="reader",
            address="reader@example.org",
            watchlists=("russia-north-korea",),
            schedule=Schedule(zone="Asia/Jakarta", times=(420,)),
            is_operator=True,
        ),
    )


def test_a_reading_budget_is_so_many_stories_a_day_and_nobody_has_one_unasked(write):
    assert load_recipients(write(READER)).recipients[0].stories_per_day is None
    (recipient,) = load_recipients(write(READER + "    stories_per_day: 10\n")).recipients
    assert recipient.stories_per_day == 10


READY = frozenset({"maildir"})
SECOND = READER.removeprefix("recipients:\n").replace("id: reader", "id: second")


@pytest.mark.parametrize(
    ("first", "second", "operators"),
    [
        ("", "", ["reader"]),
        ("", "    operator: true\n", ["second"]),
        ("    operator: true\n", "    operator: true\n", ["reader", "second"]),
        ("    operator: false\n", "", ["second"]),
        ("    operator: false\n", "    operator: false\n", []),
    ],
)
def test_the_operator_is_who_is_named_or_else_the_first_who_may_be(write, first, second, operators):
    recipients = load_recipients(write(READER + first + SECOND + second)).recipients
    assert [recipient.id for recipient in recipients if recipient.is_operator] == operators


def test_a_cron_line_is_reduced_on_the_recipients_own_clock(write):
    path = write(READER.replace('times: ["07:00"]', "cron: 30 6 * * mon-fri"))
    (recipient,) = load_recipients(path).recipients
    assert recipient.schedule == Schedule(zone="Asia/Jakarta", times=(390,), weekdays=(0, 1, 2, 3, 4))


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("reader@example.org", "reader", 3, "address", "has no @"),
        ("reader@example.org", '"a@example.org\\nBcc: b@example.org"', 3, "address", "is no mail address"),
        ("Asia/Jakarta", "Asia/Jakrata", 6, "zone", "Did you mean 'Asia/Jakarta'?"),
        ("Asia/Jakarta\n", 'Asia/Jakarta\n    name: "a\\r\\nb"\n', 7, "name", "one line"),
        ("Asia/Jakarta\n", "Asia/Jakarta\n    language: in\n", 7, "language", "expected 'id' or 'en', found 'in'."),
        ("Asia/Jakarta\n", "Asia/Jakarta\n    channels: smtp\n", 7, "channels", "expected a list"),
        ("Asia/Jakarta\n", "Asia/Jakarta\n    channels: []\n", 7, "channels", "expected at least 1 of them"),
        ("Asia/Jakarta\n", "Asia/Jakarta\n    max_stories: 0\n", 7, "max_stories", "expected at least 1"),
        ("Asia/Jakarta\n", "Asia/Jakarta\n    stories_per_day: 0\n", 7, "stories_per_day", "expected at least 1"),
        ("Asia/Jakarta\n", "Asia/Jakarta\n    stories_per_day: 2.5\n", 7, "stories_per_day", "expected a whole number"),
        ('{times: ["07:00"]}', '{times: ["7h"]}', 5, "schedule.times.0", "is no time of day"),
        ('{times: ["07:00"]}', '{cron: "0 7 * * 1-5"}', 5, "schedule.cron", "weekdays by number"),
        ('{times: ["07:00"]}', "07:00", 5, "schedule", "expected a mapping (key: value), found '07:00'."),
        ("[russia-north-korea]", "[]", 4, "watchlists", "expected at least 1 of them"),
        ("[russia-north-korea]", "russia-north-korea", 4, "watchlists", "expected a list"),
    ],
)
def test_a_wrong_fact_is_named_with_its_place(write, problems_of, old, new, line, key, words):
    path = write(READER.replace(old, new))
    (problem,) = problems_of(lambda: load_recipients(path))
    assert (problem.line, problem.key) == (line, f"recipients.0.{key}")
    assert words in problem.message


def test_one_id_twice_names_both_lines(write, problems_of):
    path = write(READER + READER.removeprefix("recipients:\n"))
    (problem,) = problems_of(lambda: load_recipients(path))
    assert (problem.line, problem.message) == (7, "the id 'reader' is taken (line 2).")


def test_a_watchlist_that_does_not_exist_is_named_with_the_near_miss(write):
    listed = load_recipients(write(READER.replace("[russia", "[football, rusia")))
    problems = list(listed.strangers(frozenset({"russia-north-korea"})))
    assert [(problem.line, problem.key) for problem in problems] == [
        (4, "recipients.0.watchlists.0"),
        (4, "recipients.0.watchlists.1"),
    ]
    assert [problem.cure for problem in problems] == [
        "There are: russia-north-korea.",
        "Did you mean 'russia-north-korea'?",
    ]


def test_smtp_without_a_server_is_told_at_the_recipients_channel(write):
    listed = load_recipients(write(READER + "    channel: smtp\n"))
    (problem,) = listed.without_channel(READY, {"smtp": "mail.smtp"})
    assert (problem.line, problem.key) == (7, "recipients.0.channel")
    assert problem.message == "wants smtp, but monitor.yaml has no mail.smtp."
    assert list(load_recipients(write(READER)).without_channel(READY, {"smtp": "mail.smtp"})) == []


def test_a_channel_that_does_not_exist_is_told_at_its_place_with_the_near_miss(write):
    listed = load_recipients(write(READER + "    channels: [maildir, mail-dir, pigeon]\n"))
    problems = list(listed.without_channel(READY, {"smtp": "mail.smtp"}))
    assert [(problem.line, problem.column, problem.key) for problem in problems] == [
        (7, 25, "recipients.0.channels.1"),
        (7, 35, "recipients.0.channels.2"),
    ]
    assert [problem.cure for problem in problems] == ["Did you mean 'maildir'?", "There are: maildir, smtp."]


def test_several_channels_are_kept_in_their_order_and_each_once(write):
    (reader,) = load_recipients(write(READER + "    channels: [smtp, maildir, smtp]\n")).recipients
    assert reader.channels == ("smtp", "maildir")


def test_both_forms_of_channels_are_refused(write, problems_of):
    (problem,) = problems_of(lambda: load_recipients(write(READER + "    channel: smtp\n    channels: [maildir]\n")))
    assert (problem.line, problem.message) == (2, "has both channel and channels. Put all of them into channels.")


def test_the_default_reader_is_local_and_reads_indonesian_twice_a_day():
    (reader,) = load_recipients(Path("config/recipients.yaml")).recipients
    assert (reader.address, reader.channels, reader.language) == ("reader@example.org", ("maildir",), "id")
    assert reader.schedule == Schedule(zone="Asia/Jakarta", times=(420, 1020))
