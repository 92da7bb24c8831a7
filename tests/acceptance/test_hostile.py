"""Hostile bodies through the real collect path harm nothing but their own feed.

The suite serves some; `python -m tests.acceptance.hostile_harness --bodies 100000` is the whole of it.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance import hostile_bodies
from tests.acceptance.hostile_harness import campaign
from tests.acceptance.hostile_memory import Memory
from tests.acceptance.hostile_report import FILLED, Report, growth, leaks
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


def memory(bodies: int, **facts: float) -> Memory:
    """A look in which 200 MB are resident, 170 of them in use."""
    usual = {"resident": 200.0, "values": 800.0, "small": 70.0, "heap": 100.0}
    return Memory(bodies=bodies, **{**usual, **{name: usual[name] + more for name, more in facts.items()}})


def test_growth_is_told_from_a_heap_that_found_its_shape() -> None:
    flat = [memory(bodies * 1000, resident=min(0.0, bodies - 50.0) + bodies % 3) for bodies in range(100)]
    leaking = [memory(bodies * 1000, resident=bodies * 0.7 + bodies % 3) for bodies in range(100)]

    assert abs(growth(flat, "resident")) < 3
    assert growth(leaking, "resident") > 35


def report_of(bodies: int, **facts: float) -> Report:
    """A run in whose second half these grew by so much."""
    report, steps = Report(bodies=bodies), [max(place - 50, 0) / 50 for place in range(100)]
    report.memory = [
        memory(place * bodies // 100, **{name: more * step for name, more in facts.items()})
        for place, step in enumerate(steps)
    ]
    return report


def test_what_is_held_may_not_grow_however_little_the_process_does() -> None:
    assert leaks(report_of(FILLED)) == []
    assert leaks(report_of(FILLED, resident=20.0)) == []
    assert "values more" in leaks(report_of(FILLED, values=90.0))[0]
    assert "C heap" in leaks(report_of(FILLED, heap=9.0))[0]
    assert "process grew by" in leaks(report_of(FILLED, resident=60.0))[0]
    assert leaks(report_of(FILLED - 1, values=90.0, heap=9.0)) == [], "caches fill"


def test_what_is_free_between_what_lives_has_a_bound() -> None:
    report = report_of(FILLED)
    assert report.memory[-1].room == 30
    report.memory[-1] = memory(FILLED, resident=80.0)
    assert "not in use" in leaks(report)[0]


# Of a process of its own: one that ran other tests has room that values and bytes go into without becoming larger.
LOOKED_AT = """
import json
from dataclasses import asdict
from tests.acceptance.hostile_memory import look

before = look(0, ())
small, large = [object() for _ in range(400_000)], bytes([1]) * 30_000_000
print(json.dumps([asdict(before), asdict(look(1, ()))]))
"""


def test_a_look_at_a_process_tells_what_it_holds() -> None:
    printed = subprocess.run([sys.executable, "-c", LOOKED_AT], check=True, capture_output=True, text=True).stdout
    before, after = (Memory(**facts) for facts in json.loads(printed))

    assert after.values - before.values > 399
    if before.small:  # CPython tells
        assert 6 < after.small - before.small < 30
        assert after.arenas <= after.most
        assert after.small <= after.arenas
    if before.heap:  # glibc tells
        assert after.heap - before.heap > 28
        assert after.resident - before.resident > 28
