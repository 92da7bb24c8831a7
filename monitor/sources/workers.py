"""Workers: child processes that can be killed, so that no feed and no page can hang or break the daemon.

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
_DEAD = (asyncio.IncompleteReadError, ConnectionError, pickle.UnpicklingError, EOFError)


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


class _Workers:
    """A pool of workers that all run one function; nothing is started before the first request, `close` ends them all.

    Args:
        work: What the workers run, importable by name; its last argument is the URL.
        max_workers: Processes at a time.
        timeout_s: A request that takes longer is killed.
        recycle_after: A worker is replaced after so many requests.
        max_memory_bytes: Address space of a worker.
    """

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
        self._turns = asyncio.Semaphore(self.max_workers)
        self._idle: list[_Worker] = []
        self._alive: list[_Worker] = []

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the workers that live."""
        return tuple(worker.process.pid for worker in self._alive if worker.process.returncode is None)

    async def _run(self, *request: Any) -> Any:
        """Let a worker do it; raises `ParseError`, of kind "timeout" or "crash" when the worker did not survive it."""
        url = request[-1]
        async with self._turns:
            try:
                answer = await self._ask(request)
            except _DEAD as error:
                message = f"{shown(url)}: the parser died of this body; it is tried again later"
                raise ParseError(message, kind="crash") from error
            except TimeoutError:
                message = (
                    f"{shown(url)}: parsing took over {self._timeout_s:g} s and was stopped; it is tried again later"
                )
                raise ParseError(message, kind="timeout") from None
        if answer[0] == "error":
            raise ParseError(answer[2], kind=answer[1])
        return answer[1]

    async def _ask(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        """Ask an idle or a new worker; one that was found dead is no fault of this body, so a new one is asked."""
        while True:
            worker = await self._take(request[-1])
            is_used = worker.served > 0
            try:
                async with asyncio.timeout(self._timeout_s):
                    answer = await _exchange(worker.process, request)
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


class ParseWorkers(_Workers):
    """Workers that parse feeds.

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
        super().__init__(
            parse,
            max_workers=max_workers or min(os.cpu_count() or 1, 4),
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
