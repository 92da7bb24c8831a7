"""Schedules: times with days, cron lines and what is refused of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.schedules import WEEKDAYS, ScheduleSection, reduce_cron
from monitor.config.yaml_nodes import read_document, validate


def schedule_of(write, text):
    return validate(read_document(write(text)), ScheduleSection).schedule("Asia/Jakarta")


def test_times_become_sorted_distinct_minutes_of_the_day(write):
    schedule = schedule_of(write, "times: [16:30, 7:00, 07:00]\n")
    assert (schedule.zone, schedule.times, schedule.weekdays) == ("Asia/Jakarta", (420, 990), (0, 1, 2, 3, 4, 5, 6))


@pytest.mark.parametrize(
    ("days", "weekdays"),
    [("daily", range(7)), ("weekdays", range(5)), ("weekends", (5, 6)), ("[thu, mon, thu]", (0, 3))],
)
def test_days_have_names_alone_or_in_lists(write, days, weekdays):
    assert schedule_of(write, f"times: ['07:00']\ndays: {days}\n").weekdays == tuple(weekdays)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("times: ['24:00']\n", "'24:00' is no time of day"),
        ("times: ['7']\n", "'7' is no time of day"),
        ("times: [7pm]\n", "'7pm' is no time of day"),
        ("times: [700]\n", "expected text, found 700."),
        ("times: []\n", "expected at least 1 of them"),
        ("days: daily\n", "needs either times (with days) or cron."),
        ("{}\n", "needs either times (with days) or cron."),
        ("times: ['07:00']\ncron: '0 7 * * *'\n", "needs either times (with days) or cron."),
        ("cron: '0 7 * * *'\ndays: daily\n", "days belong to times"),
        ("times: ['07:00']\ndays: []\n", "days is an empty list"),
        ("times: ['07:00']\ndays: [monday]\n", "found 'monday'."),
    ],
)
def test_a_schedule_that_means_nothing_is_refused(write, problems_of, text, words):
    path = write(text)
    (problem,) = problems_of(lambda: validate(read_document(path), ScheduleSection))
    assert words in problem.message


@pytest.mark.parametrize(
    ("line", "times", "weekdays", "monthdays", "months"),
    [
        ("0 7 * * *", (420,), range(7), (), ()),
        ("0 7,17 * * mon-fri", (420, 1020), range(5), (), ()),
        ("*/30 6-7 * * *", (360, 390, 420, 450), range(7), (), ()),
        ("0 7 * * MON", (420,), (0,), (), ()),
        ("0 7 * * fri-mon", (420,), (0, 4, 5, 6), (), ()),
        ("0 7 * * sat,sun", (420,), (5, 6), (), ()),
        ("5/20 0 * * *", (5, 25, 45), range(7), (), ()),
        ("0 7 1,15 * *", (420,), range(7), (1, 15), ()),
        ("0 7 1 jan-mar *", (420,), range(7), (1,), (1, 2, 3)),
        ("0 7 * */3 *", (420,), range(7), (), (1, 4, 7, 10)),
        ("0 7 29 2 *", (420,), range(7), (29,), (2,)),
        ("  0   7 * *  * ", (420,), range(7), (), ()),
        ("0 7 * * mon-sun", (420,), range(7), (), ()),
        ("0 7 * * */2", (420,), (0, 2, 4, 6), (), ()),
    ],
)
def test_cron_lines_reduce_to_times_and_days(line, times, weekdays, monthdays, months):
    schedule = reduce_cron(line, zone="UTC")
    assert schedule.times == times
    assert schedule.weekdays == tuple(weekdays)
    assert (schedule.monthdays, schedule.months) == (monthdays, months)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 7 * * 1", "weekdays by number mean different days to different programs"),
        ("0 7 * * 1-5", "Use names: mon tue wed"),
        ("0 7 * * 0", "weekdays by number"),
        ("0 7 * * mon#2", "weekdays by number"),
        ("0 7 * *", "has 4 fields"),
        ("0 0 7 * * *", "has 6 fields"),
        ("@daily", "short forms are not read"),
        ("60 7 * * *", "minute '60' is not known. Use 0 to 59."),
        ("0 24 * * *", "hour '24' is not known. Use 0 to 23."),
        ("0 7 0 * *", "day '0' is not known. Use 1 to 31."),
        ("0 7 * 13 *", "month '13' is not known"),
        ("0 7 * * monday", "Did you mean 'mon'?"),
        ("0 7 * * senin", "weekday 'senin' is not known"),
        ("0 7 L * *", "day 'L' is not known"),
        ("0 7 ? * *", "day '?' is not known"),
        ("*/0 7 * * *", "the step after / must be a number from 1"),
        ("0 9-7 * * *", "the range runs backwards"),
        ("0 7- * * *", "hour '' is not known"),
        ("0, 7 * * *", "minute '' is not known"),
        ("0 7 1 * mon", "names both days of the month and weekdays"),
        ("0 7 31 2 *", "never comes"),
        ("0 7 31 apr,jun *", "never comes"),
        ("* * * * *", "means 1440 digests a day"),
        ("٣ 7 * * *", "is not known"),
    ],
)
def test_cron_lines_that_mislead_are_refused_with_the_reason(line, words):
    with pytest.raises(ValueError, match=r".") as caught:
        reduce_cron(line, zone="UTC")
    assert words in str(caught.value)


@given(
    minute=st.integers(0, 59),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=5),
    weekdays=st.sets(st.sampled_from(WEEKDAYS), min_size=1),
)
def test_a_line_means_every_hour_and_day_it_lists_and_no_other(minute, hours, weekdays):
    line = f"{minute} {','.join(map(str, hours))} * * {','.join(weekdays)}"
    schedule = reduce_cron(line, zone="UTC")
    assert schedule.times == tuple(sorted(hour * 60 + minute for hour in hours))
    assert schedule.weekdays == tuple(sorted(WEEKDAYS.index(day) for day in weekdays))


@given(line=st.text(max_size=30))
def test_any_text_is_either_reduced_or_refused_with_a_message(line):
    try:
        schedule = reduce_cron(line, zone="UTC")
    except ValueError as error:
        assert str(error)  # noqa: PT017 - both outcomes are right, silence is not
    else:
        assert schedule.times
