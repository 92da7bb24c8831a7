"""The life of the process: it begins when its store lets it, takes what comes, and ends when told."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.daemon import Daemon
from monitor.errors import ConfigError, Problem, StoreLockedError

IN_TIME_S = 20.0


class ScriptedRuntime:
    """Stages that record their calls; `start` refuses as often as told."""

    def __init__(self, *, refusals: int = 0, reload_error: Exception | None = None) -> None:
        self.configuration = SimpleNamespace(settings=SimpleNamespace(polling=SimpleNamespace(tick_s=0.05)))
        self.calls: list[str] = []
        self._refusals = refusals
        self._reload_error = reload_error
        self.hold = asyncio.Event()
        self.hold.set()

    async def start(self) -> None:
        self.calls.append("start")
        if self._refusals:
            self._refusals -= 1
            raise StoreLockedError("the database is locked")

    async def collect(self) -> None:
        self.calls.append("collect")
        await self.hold.wait()
        self.calls.append("collected")

    async def pages(self) -> None:
        self.calls.append("pages")

    async def digests(self) -> None:
        self.calls.append("digests")

    async def deliver(self) -> None:
        self.calls.append("deliver")

    async def catch_up(self) -> None:
        self.calls.append("catch_up")

    async def returns(self) -> None:
        """Nothing comes back."""

    async def serve(self) -> None:
        """Pages are up at once, in whatever order: no call to hold the others against."""

    async def seek(self) -> None:
        self.calls.append("seek")

    async def publish(self) -> None:
        self.calls.append("publish")

    async def repair(self) -> None:
        self.calls.append("repair")

    async def prune(self) -> None:
        self.calls.append("prune")

    async def reload(self) -> None:
        self.calls.append("reload")
        if self._reload_error is not None:
            raise self._reload_error

    def stop_collecting(self) -> None:
        self.calls.append("stop")
        self.hold.set()

    def summary(self) -> dict[str, object]:
        return {}


def daemon_of(runtime: ScriptedRuntime, folder: Path) -> Daemon:
    return Daemon(runtime, heartbeat=folder / "heartbeat.json", retry_s=0.01)  # type: ignore[arg-type]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(IN_TIME_S):
        while not condition():
            await asyncio.sleep(0.01)


async def stopped(running: asyncio.Task[int]) -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    return await asyncio.wait_for(running, IN_TIME_S)


async def test_a_start_that_the_store_refuses_is_tried_again_before_anything_else(tmp_path: Path) -> None:
    runtime = ScriptedRuntime(refusals=2)
    running = asyncio.create_task(daemon_of(runtime, tmp_path).run())
    await until(lambda: "collect" in runtime.calls)
    assert runtime.calls[:3] == ["start"] * 3
    assert await stopped(running) == 0


async def test_it_looks_alive_while_it_waits_for_its_store_and_can_be_stopped(tmp_path: Path) -> None:
    runtime = ScriptedRuntime(refusals=10_000)
    running = asyncio.create_task(daemon_of(runtime, tmp_path).run())
    await until((tmp_path / "heartbeat.json").exists)
    assert await stopped(running) == 0
    assert set(runtime.calls) == {"start", "stop"}
    assert not (tmp_path / "heartbeat.json").exists()


async def test_stopping_lets_a_stage_under_way_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    runtime = ScriptedRuntime()
    runtime.hold.clear()
    running = asyncio.create_task(daemon_of(runtime, tmp_path).run())
    await until(lambda: "collect" in runtime.calls)
    assert await stopped(running) == 0
    assert runtime.calls[-1] == "collected"
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConfigError((Problem(file="feeds.yaml", line=3, column=1, message="is wrong."),)), "feeds.yaml:3:1"),
        (StoreLockedError("the database is locked"), "Send SIGHUP again"),
    ],
)
async def test_a_reload_that_fails_says_so_and_the_daemon_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception, words: str
) -> None:
    runtime: Any = ScriptedRuntime(reload_error=error)
    running = asyncio.create_task(daemon_of(runtime, tmp_path).run())
    await until(lambda: "collect" in runtime.calls)
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: words in caplog.text)
    assert "old" in caplog.text
    assert await stopped(running) == 0
