"""A reading budget's threshold: the least that keeps it, from what is news on each day."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.budgets import STEP, Readings, make_budget, threshold_for, volume, whole_days
from monitor.model.articles import VerdictKind
from monitor.model.backtests import Budget, Reading
from tests.factories import NOW, make_article, make_verdict

DAY = timedelta(days=1)

quarters = st.integers(-40, 480).map(lambda n: n / 4)


def reading(day: int, points: float, story_id: int = 1) -> Reading:
    return Reading(day=day, story_id=story_id, points=points, article_id=story_id, title="", outlet="")


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 6), quarters), max_size=40), st.integers(1, 40).map(lambda n: n / 4))
def test_the_threshold_keeps_the_budget_and_no_lower_one_does(found: list[tuple[int, float]], budget: float) -> None:
    readings = [reading(day, points, n) for n, (day, points) in enumerate(found)]
    threshold = threshold_for(readings, budget, days=7, present=50.0)
    assert threshold / STEP == int(threshold / STEP)
    assert volume(readings, threshold, days=range(7)).mean <= budget
    if any(one.points < threshold for one in readings):
        assert volume(readings, threshold - STEP, days=range(7)).mean > budget


def test_quiet_days_count_and_p90_is_what_nine_days_in_ten_do_not_pass() -> None:
    readings = [
        reading(day, 60.0, n) for day, stories in enumerate((9, 1, 1, 1, 1, 1, 1, 0, 0, 0)) for n in range(stories)
    ]
    found = volume(readings, 50.0, days=range(10))
    assert (found.mean, found.p90, found.most) == (1.5, 1, 9)


def test_only_whole_days_are_counted() -> None:
    assert whole_days(NOW - 3.5 * DAY, NOW, wanted=30) == 3
    assert whole_days(NOW - 300 * DAY, NOW, wanted=30) == 30
    assert whole_days(NOW - 0.2 * DAY, NOW, wanted=30) == 1


def budget_of(readings: Readings, wanted: float, *, days: int, present: float = 50.0) -> Budget:
    return make_budget(
        readings, watchlist="w", present=present, stories_per_day=wanted, until=NOW, days=days, articles=0, left_out=0
    )


def test_a_story_is_read_once_a_day_and_copies_backlog_and_seeds_never() -> None:
    readings = Readings(until=NOW, days=3, max_age=DAY)
    news = {"first": (60.0, 0), "better": (70.0, 0), "next day": (55.0, 1), "too early": (99.0, 3)}
    for n, (title, (points, day)) in enumerate(news.items()):
        article = make_article(title, id=n, first_seen_at=NOW - (day + 0.1) * DAY, published_at=None)
        readings.add(article, make_verdict(article), 9, points)
    copy, alone = make_article("copy"), make_article("alone")
    readings.add(copy, make_verdict(copy, VerdictKind.COPY, of=1), 10, 99.0)
    old = make_article("old", published_at=NOW - 5 * DAY)
    seed = make_article("seed", feed_id="seeds")
    for article, points in ((old, 99.0), (seed, 99.0), (alone, 52.0)):
        readings.add(article, make_verdict(article), None, points)
    assert [(one.title, one.day, one.points) for one in readings.all()] == [
        ("better", 0, 70.0),
        ("next day", 1, 55.0),
        ("alone", 0, 52.0),
    ]


def test_it_tells_what_the_change_of_threshold_takes_away_or_brings() -> None:
    readings = Readings(until=NOW, days=1, max_age=None)
    for n, points in enumerate((90.0, 80.0, 70.0, 70.0, 40.0)):
        article = make_article(f"a{n}", id=n)
        readings.add(article, make_verdict(article), None, points)
    strict = budget_of(readings, 2, days=1)
    assert (strict.chosen.threshold, strict.chosen.mean, strict.cut) == (70.25, 2.0, 3)
    assert strict.lower is not None
    assert (strict.lower.threshold, strict.lower.mean) == (70.0, 4.0)
    assert [one.title for one in strict.between] == ["a2", "a3"]
    wide = budget_of(readings, 10, days=1)
    assert (wide.chosen.threshold, wide.chosen.mean, wide.cut, wide.lower) == (40.0, 5.0, 0, None)
    assert [one.title for one in wide.between] == ["a4"]


def test_the_earlier_half_is_tried_on_the_later_one() -> None:
    readings = Readings(until=NOW, days=4, max_age=None)
    for n, (day, points) in enumerate([(3, 60.0), (3, 55.0), (2, 60.0), (1, 58.0), (0, 58.0), (0, 70.0)]):
        article = make_article(f"a{n}", id=n, first_seen_at=NOW - (day + 0.5) * DAY, published_at=None)
        readings.add(article, make_verdict(article), None, points)
    found = budget_of(readings, 1, days=4)
    assert found.held_out is not None
    assert (found.held_out.threshold, found.held_out.mean) == (55.25, 1.5)
    assert budget_of(readings, 1, days=3).held_out is None
