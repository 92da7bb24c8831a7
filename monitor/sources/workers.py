"""Parse workers: child processes that can be killed, so that no body can hang or break the daemon.

Owns: starting them when first needed, one request at a time to each, killing on timeout, replacing what died, recycling
(feedparser's memory grows over thousands of feeds). Refuses: retries, queues beyond its callers waiting their turn, and
to unpickle anything but our own nouns from a process that has read hostile bytes.

Plain subprocesses instead of `concurrent.futures`: that pool cannot kill one stuck worker without losing its
neighbours' work, and its children re-import the daemon's main module.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monitor.errors import ParseError
from monitor.model.feeds import ParsedFeed
from monitor.sources.addresses import shown
from monitor.sources.parse_loop import LENGTH

_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from monitor.sources.parse_loop import run; run()"
_ALLOWED = frozenset({("monitor.model.feeds", "ParsedFeed"), ("monitor.model.feeds", "Entry")})
_START_S = 60.0
"""A cold Python on a busy machine takes seconds; past this the machine has another problem."""
_DEAD = (asyncio.IncompleteReadError, ConnectionError, pickle.UnpicklingError, EOFError)


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """`sources.feed.parse_body`, imported where it runs: feedparser has no business in the daemon's process."""
    from monitor.sources.feed import parse_body  # noqa: PLC0415

    return parse_body(body, content_type, url)


@dataclass(slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    served: int = 0


class ParseWorkers:
    """A pool of parse workers; nothing is started before the first parse, `close` ends them all.

    Args:
        max_workers: Processes at a time; default: one a core, at most four.
        timeout_s: A parse that takes longer is killed.
        recycle_after: A worker is replaced after so many parses.
        max_memory_bytes: Address space of a worker.
        parse: What the workers run: importable by name, (body, content type, URL) → `ParsedFeed`.
    """

    def __init__(
        self,
        *,
        max_workers: int | None = None,
        timeout_s: float = 15.0,
        recycle_after: int = 500,
        max_memory_bytes: int = 2_000_000_000,
        parse: Callable[[bytes, str, str], ParsedFeed] = parse_feed,
    ) -> None:
        self.max_workers = max_workers or min(os.cpu_count() or 1, 4)
        self._timeout_s = timeout_s
        self._recycle_after = recycle_after
        self._hello = (parse, timeout_s, max_memory_bytes)
        self._turns = asyncio.Semaphore(self.max_workers)
        self._idle: list[_Worker] = []
        self._alive: list[_Worker] = []

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the workers that live."""
        return tuple(worker.process.pid for worker in self._alive if worker.process.returncode is None)

    async def parse(self, body: bytes, content_type: str, url: str) -> ParsedFeed:
        """Parse in a worker; raises `ParseError`, of kind "timeout" or "crash" when the worker did not survive it."""
        async with self._turns:
            try:
                answer = await self._ask(body, content_type, url)
            except _DEAD as error:
                message = f"{shown(url)}: the parser died of this body; the feed is asked again later"
                raise ParseError(message, kind="crash") from error
            except TimeoutError:
                message = (
                    f"{shown(url)}: parsing took over {self._timeout_s:g} s and was stopped; it is asked again later"
                )
                raise ParseError(message, kind="timeout") from None
        if answer[0] == "error":
            raise ParseError(answer[2], kind=answer[1])
        parsed: ParsedFeed = answer[1]
        return parsed

    async def _ask(self, body: bytes, content_type: str, url: str) -> tuple[Any, ...]:
        """Ask an idle or a new worker; one that was found dead is no fault of this body, so a new one is asked."""
        while True:
            worker = await self._take(url)
            is_used = worker.served > 0
            try:
                async with asyncio.timeout(self._timeout_s):
                    answer = await _exchange(worker.process, (body, content_type, url))
            except _DEAD:
                await self._kill(worker)
                if is_used:
                    continue
                raise
            except BaseException:
                # Hung, or cancelled in the middle: it would answer the wrong question next.
                await self._kill(worker)
                raise
            await self._put_back(worker)
            return answer

    async def close(self) -> None:
        """End all workers and wait for them; none is left behind."""
        self._idle.clear()
        for worker in list(self._alive):
            await self._kill(worker)

    async def _take(self, url: str) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.process.returncode is None:
                return worker
            await self._kill(worker)
        try:
            return await self._start()
        except (OSError, TimeoutError, *_DEAD) as error:
            reason = type(error).__name__
            message = (
                f"{shown(url)}: no parse worker could be started ({reason}: {error}); check memory and process limits"
            )
            raise ParseError(message, kind="crash") from error

    async def _put_back(self, worker: _Worker) -> None:
        worker.served += 1
        if worker.served >= self._recycle_after:
            await self._kill(worker)
        else:
            self._idle.append(worker)

    async def _start(self) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _BOOT,
            json.dumps(sys.path),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=2**20,
            start_new_session=True,  # Ctrl-C and a terminal's hang-up are the parent's affair
        )
        worker = _Worker(process)
        self._alive.append(worker)
        try:
            async with asyncio.timeout(_START_S):
                await _exchange(process, self._hello)
        except BaseException:
            await self._kill(worker)
            raise
        return worker

    async def _kill(self, worker: _Worker) -> None:
        """End one worker and reap it; shielded, as a cancelled caller must not leave a zombie."""
        if worker in self._alive:
            self._alive.remove(worker)
        await asyncio.shield(_reap(worker.process))


async def _reap(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    assert process.stdout is not None
    while await process.stdout.read(2**20):
        pass
    await process.wait()


async def _exchange(process: asyncio.subprocess.Process, request: tuple[Any, ...]) -> tuple[Any, ...]:
    """Send one frame, read one frame."""
    assert process.stdin is not None
    assert process.stdout is not None
    frame = pickle.dumps(request, protocol=pickle.HIGHEST_PROTOCOL)
    process.stdin.writelines((LENGTH.pack(len(frame)), frame))
    await process.stdin.drain()
    (size,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    answer: tuple[Any, ...] = _NounsOnly(io.BytesIO(await process.stdout.readexactly(size))).load()
    return answer


class _NounsOnly(pickle.Unpickler):
    """Builds nothing but our own frozen values, whatever a broken-into worker sends."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong in an answer")
        return super().find_class(module, name)
