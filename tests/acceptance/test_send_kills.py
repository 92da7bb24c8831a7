"""A sender killed at random points loses nothing and repeats only what was uncertain.

The suite kills a few times; `python -m tests.acceptance.send_harness --kills 1000` is the whole of it.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.model.digests import Delivery, DeliveryState
from tests.acceptance.send_harness import SendReport, campaign, judge
from tests.acceptance.sender import make_numbered

KILLS = int(os.environ.get("MONITOR_TEST_SEND_KILLS", "5"))


@pytest.mark.slow
async def test_a_sender_killed_at_random_points_loses_nothing_and_repeats_only_the_uncertain(tmp_path: Path) -> None:
    report = await campaign(tmp_path, kills=KILLS, seed=20261122)

    assert not report.problems, str(report)
    assert report.kills.total() >= KILLS, str(report)


def sent(**facts: object) -> Delivery:
    return replace(make_numbered(0), state=DeliveryState.SENT, **facts)


BODY = make_numbered(0).message.content


def test_a_repeat_of_what_was_uncertain_is_no_fault() -> None:
    report = SendReport()
    judge({sent().id: sent(was_uncertain=True)}, 1, Counter({BODY: 2}), report)
    assert (report.problems, report.repeated, report.lost) == ([], 1, 0)


@pytest.mark.parametrize(
    ("kept", "arrived"),
    [
        ([], {BODY: 1}),
        ([sent()], {}),
        ([sent()], {BODY: 2}),
        ([sent(was_uncertain=True)], {BODY: 3}),
        ([sent()], {BODY: 1, BODY + b"more\r\n": 1}),
        ([replace(make_numbered(0), state=DeliveryState.PENDING)], {}),
        ([replace(make_numbered(0), state=DeliveryState.DEAD)], {}),
    ],
    ids=["never kept", "lost", "repeated", "three times", "changed", "left over", "given up without doubt"],
)
def test_anything_else_is_a_fault(kept: list[Delivery], arrived: dict[bytes, int]) -> None:
    report = SendReport()
    judge({one.id: one for one in kept}, 1, Counter(arrived), report)
    assert report.problems
