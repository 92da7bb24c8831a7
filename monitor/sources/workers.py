"""Workers: child processes that can be killed, so that no feed and no page can hang or break the daemon.

Owns: starting them when first needed, one request at a time to each, killing on timeout, replacing what died or grew,
one more try for a request whose worker died, recycling (feedparser's memory grows over thousands of feeds). Refuses:
queues beyond its callers waiting their turn, and to unpickle anything but our own nouns from a process that has read
hostile bytes.

Plain subprocesses instead of `concurrent.futures`: that pool cannot kill one stuck worker without losing its
neighbours' work, and its children re-import the daemon's main module.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from monitor.errors import ParseError
from monitor.model.feeds import ParsedFeed
from monitor.model.pages import PageText, RobotsAnswer
from monitor.sources.addresses import shown
from monitor.sources.parse_loop import LENGTH

_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from monitor.sources.parse_loop import run; run()"
_ALLOWED = frozenset(
    {
        ("monitor.model.feeds", "ParsedFeed"),
        ("monitor.model.feeds", "Entry"),
        ("monitor.model.pages", "PageText"),
        ("monitor.model.pages", "RobotsAnswer"),
    }
)
_START_S = 60.0
"""A cold Python on a busy machine takes seconds; past this the machine has another problem."""
_MAX_ANSWER = 256 * 2**20
"""Text can grow fivefold on its way out of a body (escaping); what claims more is no answer of ours."""
_DEAD = (asyncio.IncompleteReadError, ConnectionError, pickle.UnpicklingError, EOFError)
"""`ParseError` says what a parser found; these say that its process is gone, or not to be trusted."""


def usable_cores() -> int:
    """How many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """`sources.feed.parse_body`, imported where it runs: feedparser has no business in the daemon's process."""
    from monitor.sources.feed import parse_body  # noqa: PLC0415

    return parse_body(body, content_type, url)


def read_pages(task: str, body: bytes, said: str, url: str) -> PageText | RobotsAnswer:
    """`sources.fulltext.read_page` ("text") or `sources.robots.ask_robots` ("robots"), imported where they run."""
    if task == "robots":
        from monitor.sources.robots import ask_robots  # noqa: PLC0415

        return ask_robots(body, said, url)
    from monitor.sources.fulltext import read_page  # noqa: PLC0415

    return read_page(body, said, url)


@dataclass(slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    served: int = 0
    idle_since: float = 0.0


class _Workers:
    """A pool of workers that all run one function; nothing is started before the first request, `close` ends them all.

    Another worker is started only when those that live do not keep up: `CROWD` requests a worker wait, or one of them
    for `PATIENCE_S`; one that was not needed for `IDLE_S` is ended. A small setup lives with one.

    Args:
        work: What the workers run, importable by name; its last argument is the URL.
        max_workers: Processes at a time.
        timeout_s: A request that takes longer is killed.
        recycle_after: A worker is replaced after so many requests.
        max_memory_bytes: Address space of a worker; one that keeps a quarter of it after a request is replaced.
    """

    CROWD = 2
    PATIENCE_S = 0.5
    IDLE_S = 300.0

    def __init__(
        self,
        work: Callable[..., Any],
        *,
        max_workers: int,
        timeout_s: float,
        recycle_after: int,
        max_memory_bytes: int,
    ) -> None:
        self.max_workers = max_workers
        self._timeout_s = timeout_s
        self._recycle_after = recycle_after
        self._hello = (work, timeout_s, max_memory_bytes)
        self._idle: list[_Worker] = []
        self._alive: list[_Worker] = []
        self._starting = 0
        self._waiting: deque[asyncio.Future[_Worker | None]] = deque()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the workers that live."""
        return tuple(worker.process.pid for worker in self._alive if worker.process.returncode is None)

    async def close(self) -> None:
        """End all workers and wait for them; none is left behind."""
        self._idle.clear()
        for worker in list(self._alive):
            await self._kill(worker)

    async def _run(self, *request: Any) -> Any:
        """Let a worker do it; raises `ParseError`, of kind "timeout" or "crash" when the worker did not survive it.

        A worker that dies may have been killed by somebody, or have suffered from what it did before: the request is
        tried once more, by a worker that has done nothing else. One that was stopped had its time.
        """
        try:
            try:
                answer = await self._ask(request)
            except _DEAD:
                answer = await self._ask(request, is_alone=True)
        except _DEAD as error:
            message = f"{shown(request[-1])}: the parser died of this body; it is tried again later"
            raise ParseError(message, kind="crash") from error
        except TimeoutError:
            spent = f"took over {self._timeout_s:g} s and was stopped"
            message = f"{shown(request[-1])}: parsing {spent}; it is tried again later"
            raise ParseError(message, kind="timeout") from None
        if answer[0] == "error":
            raise ParseError(answer[2], kind=answer[1])
        return answer[1]

    async def _ask(self, request: tuple[Any, ...], *, is_alone: bool = False) -> tuple[Any, ...]:
        """One exchange with an idle or a new worker; `is_alone`: with one that serves nobody else, before or after."""
        worker = await self._take(request[-1], is_fresh=is_alone)
        try:
            async with asyncio.timeout(self._timeout_s):
                answer, is_swollen = await _exchange(worker.process, request)
        except BaseException:
            # Dead, hung, or cancelled in the middle: it would answer the wrong question next.
            await self._kill(worker)
            raise
        worker.served += 1
        if is_alone or is_swollen or worker.served >= self._recycle_after:
            await self._kill(worker)
        else:
            await self._put_back(worker)
        return answer

    async def _take(self, url: str, *, is_fresh: bool) -> _Worker:
        """A worker of one's own for a while, one that has served nobody if so wanted; first come, first served."""
        waits = 0
        is_impatient = is_fresh
        while True:
            worker = None if is_fresh and self._has_room() else self._idle.pop() if self._idle else None
            if worker is None and self._may_start(is_impatient=is_impatient):
                return await self._started(url)
            if worker is None:
                worker, is_called = await self._freed(is_first=waits > 0)
                is_impatient = is_impatient or not is_called
                waits += is_called
            if worker is not None:
                if worker.process.returncode is None and not is_fresh:
                    return worker
                await self._kill(worker)  # found dead, or making room for a fresh one

    def _has_room(self) -> bool:
        return len(self._alive) + self._starting < self.max_workers

    def _may_start(self, *, is_impatient: bool) -> bool:
        alive = len(self._alive) + self._starting
        return self._has_room() and (is_impatient or not alive or len(self._waiting) >= self.CROWD * alive)

    async def _freed(self, *, is_first: bool) -> tuple[_Worker | None, bool]:
        """(a worker that was put back, or None when only its place is free; whether there was any call at all)."""
        call: asyncio.Future[_Worker | None] = asyncio.get_running_loop().create_future()
        (self._waiting.appendleft if is_first else self._waiting.append)(call)
        try:
            await asyncio.wait((call,), timeout=self.PATIENCE_S if self._has_room() else None)
        except asyncio.CancelledError:
            if call.done():
                self._hand_on(call.result())
            raise
        finally:
            if not call.done():
                self._waiting.remove(call)
        return (call.result(), True) if call.done() else (None, False)

    def _hand_on(self, worker: _Worker | None) -> None:
        """Give a worker, or the news that there is room for one, to who waits longest."""
        if self._waiting:
            self._waiting.popleft().set_result(worker)
        elif worker is not None:
            self._idle.append(worker)

    async def _put_back(self, worker: _Worker) -> None:
        worker.idle_since = asyncio.get_running_loop().time()
        self._hand_on(worker)
        # The one used last is taken first, so that those of a busy hour stay at the bottom and grow old.
        while len(self._idle) > 1 and worker.idle_since - self._idle[0].idle_since > self.IDLE_S:
            await self._kill(self._idle.pop(0))

    async def _started(self, url: str) -> _Worker:
        try:
            return await self._start()
        except (OSError, TimeoutError, *_DEAD) as error:
            self._hand_on(None)
            reason = type(error).__name__
            message = (
                f"{shown(url)}: no parse worker could be started ({reason}: {error}); check memory and process limits"
            )
            raise ParseError(message, kind="crash") from error

    async def _start(self) -> _Worker:
        self._starting += 1
        try:
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
        finally:
            self._starting -= 1
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
            self._hand_on(None)
        await asyncio.shield(_reap(worker.process))


class ParseWorkers(_Workers):
    """Workers that parse feeds.

    Args:
        max_workers: Processes at a time; default: one a core that this process may use.
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
        super().__init__(
            parse,
            max_workers=max_workers or usable_cores(),
            timeout_s=timeout_s,
            recycle_after=recycle_after,
            max_memory_bytes=max_memory_bytes,
        )

    async def parse(self, body: bytes, content_type: str, url: str) -> ParsedFeed:
        """Parse in a worker; raises `ParseError`, of kind "timeout" or "crash" when the worker did not survive it."""
        parsed: ParsedFeed = await self._run(body, content_type, url)
        return parsed


class PageWorkers(_Workers):
    """One worker that takes the text out of web pages and reads robots.txt; not started before the first of them.

    Args:
        timeout_s: What takes longer is killed.
        recycle_after: The worker is replaced after so many requests (trafilatura's memory grows with pages).
        max_memory_bytes: Address space of the worker.
        read: What it runs: importable by name, (task, body, content type or agent, URL) → the answer.
    """

    def __init__(
        self,
        *,
        timeout_s: float = 15.0,
        recycle_after: int = 100,
        max_memory_bytes: int = 2_000_000_000,
        read: Callable[[str, bytes, str, str], PageText | RobotsAnswer] = read_pages,
    ) -> None:
        super().__init__(
            read,
            max_workers=1,
            timeout_s=timeout_s,
            recycle_after=recycle_after,
            max_memory_bytes=max_memory_bytes,
        )

    async def read(self, body: bytes, content_type: str, url: str) -> PageText:
        """The main text of a page; raises `ParseError`."""
        found: PageText = await self._run("text", body, content_type, url)
        return found

    async def ask_robots(self, body: bytes, agent: str, url: str) -> RobotsAnswer:
        """What a robots.txt says to an agent of an address; raises `ParseError`."""
        answer: RobotsAnswer = await self._run("robots", body, agent, url)
        return answer


async def _reap(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        # Not `process.kill()`: it looks whether the process has ended, and so takes the news of its end from the loop.
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        process.stdin.close()
    assert process.stdout is not None
    while await process.stdout.read(2**20):
        pass
    await process.wait()


async def _exchange(process: asyncio.subprocess.Process, request: tuple[Any, ...]) -> tuple[tuple[Any, ...], bool]:
    """Send one frame, read one frame: the answer, and whether the worker has swollen."""
    assert process.stdin is not None
    assert process.stdout is not None
    frame = pickle.dumps(request, protocol=pickle.HIGHEST_PROTOCOL)
    process.stdin.writelines((LENGTH.pack(len(frame)), frame))
    await process.stdin.drain()
    (size,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if size > _MAX_ANSWER:
        raise pickle.UnpicklingError(f"an answer of {size:,} bytes")
    answer, is_swollen = _NounsOnly(io.BytesIO(await process.stdout.readexactly(size))).load()
    return answer, bool(is_swollen)


class _NounsOnly(pickle.Unpickler):
    """Builds nothing but our own frozen values, whatever a broken-into worker sends."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong in an answer")
        return super().find_class(module, name)
