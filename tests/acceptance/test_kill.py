"""Killed anywhere, the daemon runs again to the same end: nothing lost, nothing told twice but as law 5 allows.

The suite kills a few times; `python -m tests.acceptance.kill_harness --kills 50` is the whole of it.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from scripts.demo.mailserver import Mail
from tests.acceptance.kill_harness import Aim, Kill, Report, campaign, judge_repeats, take_aim

KILLS = int(os.environ.get("MONITOR_TEST_KILLS", "3"))


@pytest.mark.slow
async def test_a_daemon_killed_at_random_points_loses_nothing_and_tells_nothing_twice(tmp_path: Path) -> None:
    report = await campaign(tmp_path, kills=KILLS, seed=20261122)

    assert not report.problems, str(report)
    assert len(report.kills) >= KILLS, str(report)


def mail(at: float, content: bytes = b"Message-ID: <a@example.org>\r\n\r\nbody\r\n") -> Mail:
    return Mail(received_at=at, at=at, sender="", recipients=(), content=content)


def kill(at: float, state: str) -> Kill:
    aim = Aim(event="start", count=1, delay_s=0)
    return Kill(round="noon", aim=aim, at=at, stage="data", outbox={"<a@example.org>": state})


def test_a_repeat_is_excused_by_a_kill_before_the_commit() -> None:
    assert not judge_repeats([mail(1), mail(3)], [kill(2, "sending")], Report())


@pytest.mark.parametrize(
    ("mails", "kills"),
    [
        ([mail(1), mail(3)], []),
        ([mail(1), mail(3)], [kill(2, "sent")]),
        ([mail(1), mail(3)], [kill(4, "sending")]),
        ([mail(1), mail(3, b"Message-ID: <a@example.org>\r\n\r\nother\r\n")], [kill(2, "sending")]),
    ],
    ids=["without a kill", "after the commit", "a kill that came later", "other bytes"],
)
def test_any_other_repeat_is_a_fault(mails: list[Mail], kills: list[Kill]) -> None:
    assert judge_repeats(mails, kills, Report())


def test_aims_reach_every_stage() -> None:
    rng = random.Random(1)
    events = {take_aim(rng, 16).event for _ in range(200)}

    assert events == {"start", "asked", "mail", "rcpt", "data", "accepted"}
