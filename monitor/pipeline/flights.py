"""The checks that are under way in a round, and waiting for one of them to land."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress


class Flights:
    """A set of tasks that leave it when they are done.

    `asyncio.wait` would tell the same, but hangs itself on all of them for every landing: with a hundred in the air
    that cost as much as a tenth of a check.

    Args:
        keeper: Takes what lands; its end counts as a landing, so that nobody waits for one that never comes.
    """

    def __init__(self, keeper: asyncio.Task[None]) -> None:
        self._aloft: set[asyncio.Task[None]] = set()
        self._has_landed = asyncio.Event()
        self._crash: BaseException | None = None
        keeper.add_done_callback(lambda _: self._has_landed.set())

    def __len__(self) -> int:
        return len(self._aloft)

    def __iter__(self) -> Iterator[asyncio.Task[None]]:
        return iter(tuple(self._aloft))

    def add(self, task: asyncio.Task[None]) -> None:
        """One more."""
        self._aloft.add(task)
        task.add_done_callback(self._land)

    async def landing(self, within_s: float | None = None) -> None:
        """Wait until one has landed since the last call or the keeper gave up; raises what a check raised."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._has_landed.wait()
        self._has_landed.clear()
        if self._crash is not None:
            raise self._crash

    def _land(self, task: asyncio.Task[None]) -> None:
        self._aloft.discard(task)
        self._has_landed.set()
        if not task.cancelled():
            self._crash = task.exception() or self._crash
