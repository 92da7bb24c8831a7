"""An event loop whose idle time is skipped, and a watch that says how long it was blocked, and by whom.

Time runs as fast as the wall's while anything is worked on, and jumps to the next timer while nothing is: an hour of
simulated time takes as long as its work. What is slow is late in simulated time, too, as it would be in life. On a
machine with other work it can run with this process's processor time instead: as on one core of its own, but for what
is waited for (a disk, the children).

A block is one turn of the loop: whatever arrives meanwhile waits for its end. On a machine with other work the wall's
seconds count the others' too; beside them stand the processor's of the loop's own thread (at least that long it was
busy) and of the whole process (at most that long it would have been on an idle machine).
"""

from __future__ import annotations

import asyncio
import gc
import selectors
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

SAMPLE_S = 0.01
NOTABLE_S = 0.03
WAIT_S = 0.05
"""How long the loop sleeps at a time while others work for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One long turn of the loop, seconds: of the wall, of the loop's thread, of all threads of the process."""

    wall_s: float
    own_s: float
    process_s: float
    who: str

    @property
    def sure_s(self) -> float:
        """What an idle machine could not have done faster than, nor slower than: the lesser of both bounds."""
        return min(self.wall_s, self.process_s)


class Watch(threading.Thread):
    """Keeps the long turns; a thread looks who is at work in them."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.blocks: list[Block] = []
        self.turns = 0
        self.is_on = False
        self._began: tuple[float, float, float] | None = None
        self._seen: list[str] = []
        self._watched = threading.get_ident()
        self._over = threading.Event()
        self._collecting_since = 0.0
        gc.callbacks.append(self._on_collection)

    def begin(self) -> None:
        """A turn begins."""
        self._began = (time.perf_counter(), time.thread_time(), time.process_time())

    def end(self) -> None:
        """A turn has ended."""
        began, self._began = self._began, None
        if began is None or not self.is_on:
            return
        self.turns += 1
        wall = time.perf_counter() - began[0]
        if wall >= NOTABLE_S:
            seen, self._seen = self._seen, []
            self.blocks.append(
                Block(
                    wall_s=wall,
                    own_s=time.thread_time() - began[1],
                    process_s=time.process_time() - began[2],
                    who=max(set(seen), key=seen.count) if seen else "not seen",
                )
            )

    def run(self) -> None:
        """Look now and then who holds the loop."""
        while not self._over.wait(SAMPLE_S):
            began = self._began
            if began is None or time.perf_counter() - began[0] < SAMPLE_S:
                continue
            frame = sys._current_frames().get(self._watched)
            if frame is not None:
                self._seen.append(_place(frame))

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()
        gc.callbacks.remove(self._on_collection)

    def _on_collection(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._collecting_since = time.perf_counter()
        else:
            # The samples that the watching thread could not take meanwhile.
            missed = int((time.perf_counter() - self._collecting_since) / SAMPLE_S)
            self._seen += [f"garbage collection of generation {info['generation']}"] * missed


def _place(frame: FrameType) -> str:
    """The innermost frames of our own, the inner one first."""
    found = []
    inner: FrameType | None = frame
    while inner is not None and len(found) < 3:
        name = inner.f_code.co_filename
        if "/monitor/" in name or "/benchmarks/" in name:
            found.append(
                f"{name.rpartition('/monitor/')[2].rpartition('/')[2]}:{inner.f_lineno} {inner.f_code.co_name}"
            )
        inner = inner.f_back
    top = frame.f_code
    return " < ".join(found) or f"{top.co_filename.rpartition('/')[2]}:{frame.f_lineno} {top.co_name}"


class _Selector(selectors.DefaultSelector):
    loop: JumpingLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        loop = self.loop
        if not found and timeout != 0:
            loop.watch.end()
            if loop.working or timeout is None:
                found = super().select(WAIT_S if timeout is None else min(timeout, WAIT_S))
            else:
                loop.skipped_s += timeout
            loop.watch.begin()
        else:
            # Asking cost a wait for the interpreter's lock, if a thread holds it: that belongs to the turn before.
            loop.watch.end()
            loop.watch.begin()
        return found


class JumpingLoop(asyncio.SelectorEventLoop):
    """Skips idle time. What works beside it is counted in `working`: threads by themselves, the rest by `busy`."""

    def __init__(self, *, by_processor: bool = False) -> None:
        selector = _Selector()
        selector.loop = self
        self.working = 0
        self._real = time.process_time if by_processor else time.monotonic
        self.skipped_s = -self._real()
        self.watch = Watch()
        super().__init__(selector)

    def time(self) -> float:
        """Simulated seconds since the loop was made."""
        return self._real() + self.skipped_s

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        """As usual, and counted."""
        self.working += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._on_done)
        return future

    def _on_done(self, _: object) -> None:
        self.working -= 1


class Busy:
    """Stands for another object; while one of its coroutine methods is awaited, the loop's time does not jump.

    `seen` is called with the name and the result of each call.
    """

    def __init__(self, inner: Any, loop: JumpingLoop, seen: Callable[[str, Any], None] = lambda *_: None) -> None:
        self._inner = inner
        self._loop = loop
        self._seen = seen

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._inner, name)

        async def counted(*args: Any, **options: Any) -> Any:
            self._loop.working += 1
            try:
                result = await method(*args, **options)
            finally:
                self._loop.working -= 1
            self._seen(name, result)
            return result

        self.__dict__[name] = counted
        return counted
