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
from tests.acceptance.hostile_harness import campaign
from tests.acceptance.hostile_report import growth_mb
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

    assert abs(growth_mb(flat)) < 3
    assert growth_mb(leaking) > 35
