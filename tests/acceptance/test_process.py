"""The life of the process: signals."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scripts.demo.daemon import started
from scripts.demo.play import Scene, scene

UP_S = 30
DRAIN_BOUND_S = 15
RUNNING = '"event": "running"'


def levels(log: str) -> list[tuple[str, str]]:
    """(level, event) of every line of a JSON log."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [(line["level"], line["event"]) for line in lines]


@pytest.fixture
async def slow_day(tmp_path: Path) -> AsyncIterator[Scene]:
    """Feeds that take their time, so that a signal finds checks under way."""
    async with scene(tmp_path, feed_delay_s=0.5) as now:
        yield now


@pytest.mark.slow
async def test_sigterm_lets_what_is_under_way_end_and_exits_0(slow_day: Scene) -> None:
    config = str(slow_day.stage.config)
    async with started("run", "--config", config, folder=slow_day.stage.folder) as daemon:
        await daemon.log_shows(RUNNING, UP_S)
        begun = time.monotonic()
        daemon.send(signal.SIGTERM)
        done = await daemon.wait(DRAIN_BOUND_S)
        assert done.code == 0, done.log
        assert time.monotonic() - begun < DRAIN_BOUND_S
        assert not daemon.survivors(), "its workers went with it"
    account = slow_day.account()
    for outlet_id in {one.outlet_id for one in slow_day.feeds.log}:
        assert account.checks[outlet_id][0] != "unchecked", f"{outlet_id} was fetched, and what came was let fall"


@pytest.mark.slow
async def test_a_second_sigterm_ends_it_at_once(slow_day: Scene) -> None:
    slow_day.feeds.delay_s = 30.0
    config = str(slow_day.stage.config)
    async with started("run", "--config", config, folder=slow_day.stage.folder) as daemon:
        await daemon.log_shows(RUNNING, UP_S)
        await asyncio.sleep(1.0)  # the first checks are under way: their servers are silent by design
        daemon.send(signal.SIGTERM)
        await daemon.log_shows("stopping", 5)
        daemon.send(signal.SIGTERM)
        done = await daemon.wait(2)
        assert done.code != -signal.SIGTERM
        assert "second signal" in done.log


@pytest.mark.slow
async def test_sighup_with_a_broken_configuration_keeps_the_old_one_and_says_so(day: Scene) -> None:
    stage = day.stage
    async with started("run", "--config", str(stage.config), folder=stage.folder) as daemon:
        await daemon.log_shows(RUNNING, UP_S)
        feeds = (stage.config / "feeds.yaml").read_text("utf-8")
        (stage.config / "feeds.yaml").write_text(feeds.replace("outlet:", "outlte:", 1), "utf-8")
        daemon.send(signal.SIGHUP)
        await daemon.log_shows("the old one stays in force", UP_S)
        await daemon.log_shows("outlte", 5)
        errors = [event for level, event in levels(daemon.log) if level == "error"]
        assert any("feeds.yaml" in event and "outlte" in event for event in errors), daemon.log
        assert daemon.process.returncode is None

        (stage.config / "feeds.yaml").write_text(feeds, "utf-8")
        daemon.send(signal.SIGHUP)
        await daemon.log_shows("configuration reloaded", UP_S)
        daemon.send(signal.SIGTERM)
        assert (await daemon.wait(DRAIN_BOUND_S)).code == 0
