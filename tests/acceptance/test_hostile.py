"""Hostile bodies through the real collect path harm nothing but their own feed.

The suite serves some; `python -m tests.acceptance.hostile_harness --bodies 100000` is the whole of it.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance import hostile_bodies
from tests.acceptance.hostile_harness import FILLED, campaign, leaks
from tests.acceptance.hostile_report import Report, growth
from tests.acceptance.hostile_server import answer_of

BODIES = int(os.environ.get("MONITOR_TEST_HOSTILE_BODIES", "1500"))


@pytest.mark.slow
async def test_hostile_bodies_harm_nothing_but_their_own_feed(tmp_path: Path) -> None:
    report = await campaign(tmp_path, bodies=BODIES, seed=20261122, feeds=300, neighbours=12)

    assert not report.problems, str(report)
    assert report.bodies >= BODIES
    assert report.outcomes["fetched"] > BODIES / 5, "most are meant to be read in spite of their damage"
    assert len(report.outcomes) > 8, "they are meant to fail in many ways"


def test_a_body_can_be_made_again_from_its_seed() -> None:
    bases = hostile_bodies.corpus(random.Random(7))
    first = [answer_of(7, bases, "/bad/1", count) for count in range(300)]

    assert first == [answer_of(7, bases, "/bad/1", count) for count in range(300)]
    assert first != [answer_of(8, bases, "/bad/1", count) for count in range(300)]
    assert max(Counter(answer.pieces for answer in first).values()) < 20


def test_growth_is_told_from_a_heap_that_found_its_shape() -> None:
    flat = [(bodies * 1000, min(200.0, 150.0 + bodies) + bodies % 3, 50.0) for bodies in range(100)]
    leaking = [(bodies * 1000, 200.0 + bodies * 0.7 + bodies % 3, 50.0) for bodies in range(100)]

    assert abs(growth(flat)) < 3
    assert growth(leaking) > 35


def report_of(bodies: int, *, resident: float = 0.0, values: float = 0.0, heap: float = 0.0) -> Report:
    """A run in which these grew in its second half."""
    report, steps = Report(bodies=bodies), [max(place - 50, 0) / 50 for place in range(100)]
    report.memory = [(place * bodies // 100, 200.0 + resident * step, 50.0) for place, step in enumerate(steps)]
    report.held = [
        (place * bodies // 100, 800.0 + values * step, 80.0 + heap * step) for place, step in enumerate(steps)
    ]
    return report


def test_what_is_held_may_not_grow_however_little_the_process_does() -> None:
    assert leaks(report_of(FILLED)) == []
    assert leaks(report_of(FILLED, resident=20.0)) == []
    assert "values more" in leaks(report_of(FILLED, values=90.0))[0]
    assert "C heap" in leaks(report_of(FILLED, heap=9.0))[0]
    assert "process grew by" in leaks(report_of(FILLED, resident=60.0))[0]
    assert leaks(report_of(FILLED - 1, values=90.0, heap=9.0)) == [], "caches fill"
