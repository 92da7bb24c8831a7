"""What counts as gained, lost and moved, and in which order the reasons are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from monitor.core.backtest import NOTHING_BEFORE, SAME_REASON, Account, Place, make_shift, reasons_of, shift_kind
from monitor.model.backtests import Reach, ShiftKind
from monitor.model.watchlists import Score, Signal
from tests.factories import NOW, make_article, make_watchlist

NO_ALERTS = (None, None)


def scored(threshold: float = 50.0, **points: float) -> Score:
    signals = tuple(Signal(name=name, points=value, evidence=f"of {name}") for name, value in points.items())
    total = sum(points.values())
    return Score(watchlist="w", version="", points=total, threshold=threshold, signals=signals, is_gated=False)


def gated(reason: str = "north_korea is not named", **facts: Any) -> Score:
    facts = {"points": 0.0, "threshold": 50.0, "signals": (), **facts}
    return Score(watchlist="w", version="", is_gated=True, gate_reason=reason, **facts)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (scored(a=40), scored(a=60), ShiftKind.GAINED),
        (gated(), scored(a=60), ShiftKind.GAINED),
        (None, scored(a=60), ShiftKind.GAINED),
        (scored(a=60), scored(a=40), ShiftKind.LOST),
        (scored(a=60), gated(), ShiftKind.LOST),
        (scored(a=60), None, ShiftKind.LOST),
        (scored(a=60), scored(a=65), ShiftKind.MOVED),
        (scored(a=65), scored(a=60), ShiftKind.MOVED),
        (scored(a=60), scored(a=64.75), None),
        (scored(a=10), scored(a=49.75), None),
        (gated(points=0.0), scored(a=40), None),
        (scored(a=40), scored(a=40, threshold=40), ShiftKind.GAINED),
        (None, None, None),
    ],
)
def test_a_shift_is_a_crossing_of_the_threshold_or_five_points_of_what_matches(
    before: Score | None, after: Score | None, kind: ShiftKind | None
) -> None:
    assert shift_kind(before, after, alerts=NO_ALERTS) == kind


def test_a_crossing_of_the_alert_threshold_is_a_move_however_small() -> None:
    below, over = scored(a=84), scored(a=85)
    assert shift_kind(below, over, alerts=(85.0, 85.0)) is ShiftKind.MOVED
    assert shift_kind(over, over, alerts=(None, 85.0)) is ShiftKind.MOVED
    assert shift_kind(over, over, alerts=(85.0, 80.0)) is None
    article = make_article()
    assert make_shift(article, None, below, over, alerts=(85.0, 85.0)).alert == "gained"
    dropped = make_shift(article, None, over, over, alerts=(85.0, None))
    assert (dropped.alert, dropped.reasons) == ("lost", ("alert threshold 85 → none",))


def test_a_gate_that_opens_or_shuts_is_told_before_all_signals() -> None:
    assert reasons_of(gated(), scored(near=10, title=40)) == (
        "gate: north_korea is not named → open",
        "title +40 (of title)",
        "near +10 (of near)",
    )
    assert reasons_of(scored(a=60), gated("none of: sport"))[0] == "gate: open → none of: sport"


def test_signals_are_told_by_how_far_they_moved_with_the_evidence_that_there_is() -> None:
    before, after = scored(title=30, near=10, sport=-5), scored(title=30, near=12.5, summit=25)
    assert reasons_of(before, after) == (
        "summit 0 → +25 (of summit)",
        "sport -5 → 0 (of sport)",
        "near +10 → +12.5 (of near)",
    )


def test_signals_of_one_name_count_together() -> None:
    twice = replace(scored(a=10), signals=(Signal(name="a", points=4.0), Signal(name="a", points=6.0)))
    assert reasons_of(twice, scored(a=10)) == (SAME_REASON,)


def test_a_threshold_comes_first_where_it_alone_decides_and_last_where_points_do() -> None:
    assert reasons_of(scored(a=45, b=1), scored(a=46, b=1, threshold=40))[0] == "threshold 50 → 40"
    told = reasons_of(scored(a=30), scored(a=60, threshold=55))
    assert told == ("a +30 → +60 (of a)", "threshold 50 → 55")


def test_beside_nothing_everything_is_new() -> None:
    assert reasons_of(None, scored(a=60)) == (NOTHING_BEFORE,)


def test_a_shift_carries_points_only_where_the_gate_was_open() -> None:
    shift = make_shift(make_article("Putin tiba"), 7, gated(), scored(a=60))
    assert (shift.kind, shift.before, shift.after, shift.story_id, shift.title) == (
        ShiftKind.GAINED, None, 60.0, 7, "Putin tiba",
    )  # fmt: skip


def test_the_account_is_the_same_in_whatever_order_articles_came() -> None:
    articles = [make_article(f"a{n}", id=n, first_seen_at=NOW - timedelta(hours=n)) for n in (1, 2, 3, 4)]
    places = {1: 100, 2: 100, 3: None, 4: 101}
    counted = {of: Place(of if place is None else place, is_alone=place is None) for of, place in places.items()}
    pairs = {1: (None, 70.0), 2: (60.0, 60.0), 3: (None, 55.0), 4: (90.0, None)}
    told = set()
    for order in permutations(articles):
        account = Account()
        for article in order:
            account.count(1)
            was, now = (None if points is None else scored(a=points) for points in pairs[article.id])
            account.note(article.id, counted[article.id], sides=[n for n, one in enumerate((was, now)) if one])
            if was is None or now is None:
                account.note_shift(make_shift(article, places[article.id], was or gated(), now or gated()))
        facts = {"since": NOW - timedelta(days=1), "until": NOW, "first_at": NOW - timedelta(hours=4), "mail": []}
        told.add(account.close(before=make_watchlist(), after=make_watchlist(), is_supposed=False, **facts))
    (found,) = told
    assert [shift.article_id for shift in found.shifts] == [1, 3, 4]
    assert (found.before, found.after) == (Reach(articles=2, stories=2), Reach(articles=3, stories=2, alone=1))
    # Story 100 matched before by its other article.
    assert (found.stories_gained, found.stories_lost) == (1, 1)
    assert (found.articles, found.first_at) == (4, NOW - timedelta(hours=4))
    assert found.days == pytest.approx(4 / 24)
