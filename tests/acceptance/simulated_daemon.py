"""The daemon's polling in a process of its own, over simulated time that it shares with the judge of its manners.

    python -m tests.acceptance.simulated_daemon CONFIG TIME_FILE

Everything is the program's: configuration, composition (`monitor.app.open_runtime`), store, HTTP, workers. Only the
surroundings are made: the clock lies in a file that both processes map, names lead to the judge's server, and instead
of waiting for an alarm every second the next moment at which something can happen is gone to at once. SIGHUP reloads,
SIGTERM ends, SIGKILL kills.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import signal
import socket
import struct
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.app import load_configuration, open_runtime
from monitor.app.adapters import Surroundings
from monitor.app.runtime import Runtime
from monitor.cli import logs

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
# A look at the due times after a longer one would be taken for a return from a pause: the daemon looks every second.
LONGEST_STEP_S = 140.0
_FIELDS = ("s", "error_s", "until_s", "reloads")


class SharedTime:
    """Seconds since the start that pass when told (`s`), and a wall clock that may be set wrong (`error_s`).

    The daemon goes no further than `until_s` and counts `reloads`; who made the file does the rest.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(8 * len(_FIELDS)))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 8 * len(_FIELDS))

    def _get(self, name: str) -> float:
        return float(struct.unpack_from("d", self._memory, 8 * _FIELDS.index(name))[0])

    def _set(self, name: str, value: float) -> None:
        struct.pack_into("d", self._memory, 8 * _FIELDS.index(name), value)

    s = property(lambda self: self._get("s"), lambda self, value: self._set("s", value))
    error_s = property(lambda self: self._get("error_s"), lambda self, value: self._set("error_s", value))
    until_s = property(lambda self: self._get("until_s"), lambda self, value: self._set("until_s", value))
    reloads = property(lambda self: self._get("reloads"), lambda self, value: self._set("reloads", value))

    def now(self) -> datetime:
        return START + timedelta(seconds=self.s + self.error_s)

    def ticks(self) -> float:
        return float(self.s) + 1000.0

    async def pause(self, seconds: float) -> None:
        """Several may wait side by side."""
        end_s = self.s + seconds
        await asyncio.sleep(0)
        self.s = max(self.s, end_s)


class Chance:
    """Numbers in [0, 1) that are spread evenly, the same in every run."""

    def __init__(self) -> None:
        self._last = 0.5

    def __call__(self) -> float:
        self._last = (self._last + 0.618034) % 1.0
        return self._last


def to_loopback(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
    """Every name leads to the judge's server; as `socket.getaddrinfo`."""
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]


async def _live(runtime: Runtime, time: SharedTime) -> None:
    ending, reloading = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ending.set)
    loop.add_signal_handler(signal.SIGHUP, reloading.set)
    await runtime.start()
    while not ending.is_set():
        if reloading.is_set():
            reloading.clear()
            await runtime.reload()
            await runtime.catch_up()
            time.reloads += 1
        if time.s >= time.until_s:
            await asyncio.sleep(0.005)
            continue
        await runtime.collect()
        step_s = min(max(await runtime.idle_s(), 0.2), LONGEST_STEP_S)
        time.s = min(time.s + step_s, max(time.until_s, time.s))
    runtime.stop_collecting()


async def main(config: Path, time_file: Path) -> None:
    """Until SIGTERM."""
    time = SharedTime(time_file)
    configuration = load_configuration(config, {})
    logs.set_up("info", "json")
    around = Surroundings(clock=time, ticks=time.ticks, pause=time.pause, chance=Chance(), lookup=to_loopback)
    async with open_runtime(
        configuration, reread=lambda: load_configuration(config, {}), is_dry=True, surroundings=around
    ) as runtime:
        await _live(runtime, time)


if __name__ == "__main__":
    os.environ.pop("NOTIFY_SOCKET", None)
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
