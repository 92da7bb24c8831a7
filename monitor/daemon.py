"""The life of the process on one page: APScheduler's few jobs call the stages; signals stop, hurry or reload them.

The only importer of apscheduler, and only as an alarm clock: due times live in the store, so a missed alarm loses
nothing. Traps it avoids (measured with 3.11.3): the default grace of one second drops a late job without a word;
`shutdown(wait=True)` of the asyncio scheduler does not wait but cancels.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.app import Runtime
from monitor.app.garbage import Sweeper, return_free_memory
from monitor.errors import ConfigError, StoreError

log = logging.getLogger("monitor.daemon")

BEAT_S = 10.0
DRAIN_S = 30.0
RETRY_START_S = 30.0
SWEEP_S = 600.0
DELIVER_ROUNDS = 50
"""More than there are channels: each that hangs keeps one."""
FIRST_ALARM_S = {"deliver": 0.0, "web": 0.0, "collect": 0.1, "pages": 2.0}
"""Seconds after the start; whatever is not named waits five."""


class Daemon:
    """Runs the stages of a `Runtime` until told to stop.

    Args:
        runtime: The composed program; the daemon opens and closes nothing of it but what `run` says.
        heartbeat: File that tells `monitor health` that the loop lives.
        notify_socket: systemd's NOTIFY_SOCKET, empty without systemd.
        retry_s: Seconds before a start that the store refused is tried again; doubled each time, to half a minute.
    """

    def __init__(self, runtime: Runtime, *, heartbeat: Path, notify_socket: str = "", retry_s: float = 1.0) -> None:
        self._retry_s = retry_s
        self._runtime = runtime
        self._heartbeat = heartbeat
        self._notify_socket = notify_socket
        self._stop = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._stage = "starting"
        self._sweeper = Sweeper()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    async def run(self) -> int:
        """Until SIGTERM or SIGINT; then lets running stages end. 0, or 1 when they had to be cut off."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_stop)
        loop.add_signal_handler(signal.SIGHUP, self._on_reload)
        # The beat comes first: a start that waits for its store is alive, and must look it.
        self._scheduler.add_job(self._beat, "interval", seconds=BEAT_S, id="beat", next_run_time=datetime.now(UTC))
        self._scheduler.start()
        begun, stopped = self._spawn(self._begin()), asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({begun, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if begun.done() and not self._stop.is_set():
            begun.result()
            self._sweeper.settle()
            self._plan()
            self._tell_systemd("READY=1")
            log.info("running", extra={"pid": os.getpid(), **self._runtime.summary()})
        await stopped
        return await self._drain()

    async def _begin(self) -> None:
        """What needs no network: seeds, changed watchlists, a first digest. A store that refuses is asked again."""
        wait_s = self._retry_s
        while not self._stop.is_set():
            self._stage = "start"
            try:
                await self._runtime.start()
            except StoreError as error:
                log.error("start: %s (trying again in %g s)", error, wait_s)  # noqa: TRY400 - the message has it all
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), wait_s)
                wait_s = min(2 * wait_s, RETRY_START_S)
            else:
                return
            finally:
                self._stage = "idle"

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """A task of ours, so that draining can wait for it."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _plan(self) -> None:
        """One line a job. Intervals are how late a stage may notice its work, not how often work is due."""
        settings = self._runtime.configuration.settings
        self._every(settings.polling.tick_s, "collect", self._runtime.collect)
        self._every(5, "pages", self._runtime.pages)
        self._every(20, "digests", self._runtime.digests)
        # A channel that hangs keeps its round, and nobody else: the next one takes those that are free.
        self._every(5, "deliver", self._runtime.deliver, at_once=DELIVER_ROUNDS)
        self._every(60, "publish", self._runtime.publish)
        self._every(60, "catch_up", self._runtime.catch_up)
        self._every(60, "seek", self._runtime.seek)
        self._every(15, "web", self._runtime.serve)
        self._every(10, "returns", self._runtime.returns)
        self._every(3600, "repair", self._runtime.repair)
        self._every(3600, "prune", self._runtime.prune)
        self._every(SWEEP_S, "sweep", self._sweep)

    def _every(self, seconds: float, name: str, stage: Callable[[], Awaitable[object]], *, at_once: int = 1) -> None:
        async def alarm() -> None:
            if self._stop.is_set():
                return
            # Shielded, and its end awaited by `_drain`: APScheduler cancels its own coroutine at shutdown.
            with suppress(asyncio.CancelledError):
                await asyncio.shield(self._spawn(self._logged(name, stage)))

        first = datetime.now(UTC) + timedelta(seconds=FIRST_ALARM_S.get(name, 5.0))
        self._scheduler.add_job(
            alarm, "interval", seconds=seconds, id=name, name=name, next_run_time=first, max_instances=at_once
        )

    async def _logged(self, name: str, stage: Callable[[], Awaitable[object]]) -> None:
        self._stage = name
        try:
            await stage()
        except asyncio.CancelledError:
            raise
        except StoreError as error:
            log.error("%s: %s (will be tried again)", name, error)  # noqa: TRY400 - the message has it all
        except Exception:
            log.exception("%s failed; it will be tried again", name)
        finally:
            self._stage = "idle"

    async def _sweep(self) -> None:
        self._sweeper.sweep()
        await asyncio.to_thread(return_free_memory)

    def _on_stop(self) -> None:
        if self._stop.is_set():
            log.warning("second signal: leaving at once; what was under way will be done again after the next start")
            os._exit(1)
        log.info("stopping: letting what is under way end (a second signal ends it at once)")
        self._stop.set()
        self._runtime.stop_collecting()

    def _on_reload(self) -> None:
        if not self._stop.is_set():
            self._spawn(self._logged("reload", self._reload))

    async def _reload(self) -> None:
        self._tell_systemd(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            await self._runtime.reload()
            self._sweeper.settle()
            log.info("configuration reloaded", extra=self._runtime.summary())
            for warning in self._runtime.configuration.warnings:
                log.warning("%s", warning)
        except ConfigError as error:
            lines = "\n".join(str(problem) for problem in error.problems)
            log.error(  # noqa: TRY400 - a traceback would not help who wrote the YAML
                "the new configuration cannot be used; the old one stays in force:\n%s", lines
            )
        except StoreError as error:
            log.error(  # noqa: TRY400 - the message has it all
                "the new configuration was not taken over, the old one stays in force: %s. Send SIGHUP again.", error
            )
        else:
            await self._runtime.serve()
            await self._runtime.catch_up()
        finally:
            self._tell_systemd("READY=1")

    async def _drain(self) -> int:
        self._tell_systemd("STOPPING=1")
        self._scheduler.pause()
        waiting = set(self._running)
        late: set[asyncio.Task[None]] = set()
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=DRAIN_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)
        self._sweeper.release()
        self._heartbeat.unlink(missing_ok=True)
        log.info("stopped", extra={"cut_off": len(late)})
        return 1 if late else 0

    def _beat(self) -> None:
        """Written from the loop, so a blocked loop looks dead; a full disk must not stop the daemon."""
        beat = {"at": time.time(), "pid": os.getpid(), "stage": self._stage}
        fresh = self._heartbeat.with_suffix(".new")
        try:
            self._heartbeat.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(beat))
            fresh.replace(self._heartbeat)
        except OSError as error:
            log.warning("the heartbeat cannot be written: %s", error)
        self._tell_systemd("WATCHDOG=1")

    def _tell_systemd(self, message: str) -> None:
        """sd_notify: one datagram; an abstract address begins with @, written as NUL on the wire."""
        if not self._notify_socket:
            return
        address = "\0" + self._notify_socket[1:] if self._notify_socket.startswith("@") else self._notify_socket
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram:
                datagram.sendto(message.encode(), address)
        except OSError as error:
            log.warning("systemd cannot be told %s: %s", message.split("=", 1)[0], error)
