"""Without network: the first digest comes all the same, one sentence says what is wrong, and no feed is blamed.

One daemon serves the tests of this file; that it lets no other onto its store is tested here, too.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from scripts.demo.account import read_account
from scripts.demo.configuration import Stage, make_recipient
from scripts.demo.daemon import Running, finished, started

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

UP_S = 60
PATIENCE_S = 60
DRAIN_BOUND_S = 15


@dataclass(frozen=True, slots=True)
class CutOff:
    """The daemon with its stage."""

    daemon: Running
    stage: Stage


def warnings_of_network(log: str) -> list[str]:
    """What a log says of the network."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line["event"] for line in lines if line["level"] == "warning" and "network" in line["event"]]


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


def make_stage(folder: Path) -> Stage:
    """A configuration with a local reader and no feed in reach."""
    stage = Stage(folder=folder, feeds=unreachable_feeds(), recipients=[make_recipient("archive", "maildir", "id")])
    stage.write()
    return stage


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def cut_off(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CutOff]:
    """Running since a moment, every feed out of reach."""
    folder = tmp_path_factory.mktemp("cut-off")
    stage = make_stage(folder)
    async with started("run", "--config", str(stage.config), folder=folder) as daemon:
        yield CutOff(daemon, stage)


async def test_the_first_digest_comes_within_a_minute_without_network(cut_off: CutOff) -> None:
    await cut_off.daemon.log_shows('"event": "digest delivered"', UP_S)

    pages = list(cut_off.stage.outbox.rglob("*.html"))
    assert len(pages) == 1
    assert time.monotonic() - cut_off.daemon.started < 60
    account = read_account(cut_off.stage.store)
    assert [posted.state for posted in account.outbox] == ["sent"]
    assert all(row.told_to == ("archive",) for row in account.articles.values())
    assert len(account.articles) == 5


async def test_a_second_daemon_on_the_same_store_refuses_and_names_the_first(cut_off: CutOff) -> None:
    await cut_off.daemon.log_shows('"event": "running"', UP_S)
    config, folder = str(cut_off.stage.config), cut_off.stage.folder
    for command in ("run", "once"):
        async with started(command, "--config", config, folder=folder) as second:
            refused = await second.wait(UP_S)
        assert refused.code == 1
        said = refused.log.strip()
        assert str(cut_off.daemon.process.pid) in said, said
        assert "monitor.db" in said, said
        assert "Traceback" not in said, said
    assert cut_off.daemon.process.returncode is None


async def test_one_cycle_without_network_says_so_in_one_sentence_and_blames_no_feed(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    done = await finished("once", "--config", str(stage.config), folder=tmp_path)

    assert done.code == 0, done.log
    assert len(warnings_of_network(done.log)) == 1
    assert "our own line seems to be down" in done.output
    assert "Traceback" not in done.log
    assert_nobody_is_blamed(stage)


@pytest.mark.slow  # failures are held for half a minute before they are judged
async def test_the_daemon_says_it_once_and_keeps_running(cut_off: CutOff) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not warnings_of_network(cut_off.daemon.log):
        assert time.monotonic() < limit, cut_off.daemon.log
        assert cut_off.daemon.process.returncode is None, cut_off.daemon.log
        await asyncio.sleep(0.1)
    assert len(warnings_of_network(cut_off.daemon.log)) == 1


async def test_it_stops_cleanly_and_has_blamed_no_feed(cut_off: CutOff) -> None:
    await cut_off.daemon.log_shows('"event": "running"', UP_S)
    cut_off.daemon.send(signal.SIGTERM)
    done = await cut_off.daemon.wait(DRAIN_BOUND_S)

    assert done.code == 0, done.log
    assert "Traceback" not in done.log
    assert_nobody_is_blamed(cut_off.stage)


def assert_nobody_is_blamed(stage: Stage) -> None:
    account = read_account(stage.store)
    assert len(account.checks) == 8
    assert all(failures == 0 for _, _, failures in account.checks.values()), account.checks
