"""Runs the program under test as a user would: through its command line, in processes of its own.

Nothing here knows the daemon's inside; a kill is a real kill, and every process that was started is reaped.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from .day import REPOSITORY

PROGRAM = (sys.executable, "-m", "monitor")


def environment() -> dict[str, str]:
    """Ours, without settings of another installation, and with byte code that is kept from one start to the next.

    Where byte code must not be written beside the sources, every start would compile every library again: that takes
    longer than the cycle that is looked at.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    if inherited.pop("PYTHONDONTWRITEBYTECODE", ""):
        inherited["PYTHONPYCACHEPREFIX"] = str(REPOSITORY / "var" / "pycache")
    return inherited


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A command that has ended. `code` is negative when a signal ended it; `log` is its standard error."""

    code: int
    output: str
    log: str
    elapsed_s: float


class Running:
    """A started command. Its standard error grows in the file `log_file`, so that nobody has to drain a pipe."""

    def __init__(self, process: asyncio.subprocess.Process, log_file: Path, output_file: Path) -> None:
        self.process = process
        self.log_file = log_file
        self.output_file = output_file
        self.started = time.monotonic()

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self.log_file.read_text("utf-8", "replace")

    def send(self, number: int) -> None:
        """A signal to the daemon itself, not to its workers; nothing when it has just ended by itself."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def wait(self, timeout_s: float) -> Finished:
        """Until it ends by itself. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            code = await self.process.wait()
        return Finished(
            code=code,
            output=self.output_file.read_text("utf-8", "replace"),
            log=self.log,
            elapsed_s=time.monotonic() - self.started,
        )

    async def log_shows(self, words: str, timeout_s: float) -> None:
        """Until its log holds `words`. Raises TimeoutError, with the log, also when it ended before."""
        limit = time.monotonic() + timeout_s
        while words not in self.log:
            if time.monotonic() > limit or self.process.returncode is not None:
                raise TimeoutError(f"{words!r} never came in the log (exit {self.process.returncode}):\n{self.log}")
            await asyncio.sleep(0.02)

    def survivors(self) -> list[int]:
        """Processes of its group that still live, the daemon itself included."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                name, _, rest = stat.read_text().rpartition(")")
                state, _, group = rest.split()[:3]
                if int(group) == self.process.pid and state != "Z":
                    found.append(int(name.split(" ", 1)[0]))
        return found

    async def end(self) -> None:
        """Kill whatever is left of it, and reap it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()


@contextlib.asynccontextmanager
async def started(*words: str, folder: Path) -> AsyncIterator[Running]:
    """`monitor WORDS…`, killed with all its children at the end of the block, whatever happens there.

    Its output and its log go to files in `folder`, which exists.
    """
    name = f"{time.monotonic_ns()}-{words[0]}"
    log_file, output_file = folder / f"{name}.log", folder / f"{name}.out"
    with log_file.open("wb") as log, output_file.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=log,
            start_new_session=True,
            env=environment(),
        )
    running = Running(process, log_file, output_file)
    try:
        yield running
    finally:
        await running.end()


async def finished(*words: str, folder: Path, timeout_s: float = 120) -> Finished:
    """`monitor WORDS…` from start to end."""
    async with started(*words, folder=folder) as running:
        return await running.wait(timeout_s)
