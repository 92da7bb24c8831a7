"""The life of the process: signals, one daemon a store, and a network that is not there."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scripts.demo.account import read_account
from scripts.demo.configuration import Stage, make_recipient
from scripts.demo.daemon import Running, started
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
    async with scene(tmp_path, feed_delay_s=3.0) as now:
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
    slow_day.feeds.delay_s = 20.0
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


@pytest.mark.slow
async def test_a_second_daemon_on_the_same_store_refuses_and_says_why(day: Scene) -> None:
    async with started("run", "--config", str(day.stage.config), folder=day.stage.folder) as daemon:
        await daemon.log_shows(RUNNING, UP_S)
        for words in (("run",), ("once",)):
            async with started(*words, "--config", str(day.stage.config), folder=day.stage.folder) as second:
                refused = await second.wait(UP_S)
            assert refused.code == 1
            said = refused.log.strip()
            assert str(daemon.process.pid) in said, said
            assert "monitor.db" in said, said
            assert "Traceback" not in said, said
        assert daemon.process.returncode is None


@pytest.mark.slow
async def test_without_network_the_first_digest_comes_all_the_same_and_no_feed_is_blamed(tmp_path: Path) -> None:
    stage = Stage(folder=tmp_path, feeds=unreachable_feeds(), recipients=[make_recipient("archive", "maildir", "id")])
    stage.write()
    begun = time.monotonic()
    async with started("run", "--config", str(stage.config), folder=tmp_path) as daemon:
        await daemon.log_shows(RUNNING, UP_S)
        pages = list(stage.outbox.rglob("*.html"))
        assert pages, "a first digest of the seeds"
        assert time.monotonic() - begun < 60
        await no_network_told(daemon)
        account = read_account(stage.store)
        assert all(failures == 0 for _, _, failures in account.checks.values()), account.checks
        daemon.send(signal.SIGTERM)
        assert (await daemon.wait(DRAIN_BOUND_S)).code == 0
        told = [event for level, event in levels(daemon.log) if level == "warning" and "network" in event]
        assert len(told) == 1, told
        assert "Traceback" not in daemon.log


def unreachable_feeds() -> list[dict[str, str]]:
    """Names that no resolver knows (RFC 6761) and ports where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    nowhere = [f"http://feed-{number}.invalid/rss.xml" for number in range(6)]
    nobody = [f"http://127.0.0.1:{port}/{number}.xml" for number in range(2)]
    return [
        {"id": f"feed-{number}", "url": url, "outlet": f"Outlet {number}", "language": "id"}
        for number, url in enumerate([*nowhere, *nobody])
    ]


async def no_network_told(daemon: Running) -> None:
    """Until the log has its sentence about the network."""
    limit = time.monotonic() + 45
    while not any(level == "warning" and "network" in event for level, event in levels(daemon.log)):
        assert time.monotonic() < limit, daemon.log
        assert daemon.process.returncode is None, daemon.log
        await asyncio.sleep(0.1)
