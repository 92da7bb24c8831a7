"""The only writer: one thread, one connection, a queue.

Whatever waits in the queue when the thread is free shares one transaction (group commit), each operation inside a
savepoint of its own: one that fails does not fail its neighbours, and none is reported as done before the commit.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from monitor.errors import StoreError
from monitor.store.failures import Place, is_fatal, store_error

_Result = TypeVar("_Result")

_MAX_GROUP = 500
"""Operations that share a transaction at most, so that the first of them does not wait for ever."""
QUIET_S = 0.02
CHECKPOINT_EVERY_S = 5.0
"""The log is moved into the file after a quiet moment, this often at most; within a commit only when it grew long."""


@dataclass(slots=True)
class _Operation:
    work: Callable[[Connection], Any]
    is_durable: bool
    future: Future[Any] = field(default_factory=Future)
    result: Any = None
    error: Exception | None = None


class Writer:
    """Runs operations one after the other on a thread of its own; `transactions` and `operations` count them.

    An operation is a function of a connection that can be run again: when a whole group falls, each of its
    operations is tried once more by itself.
    """

    def __init__(self, engine: Engine, place: Place) -> None:
        self.transactions = 0
        self.operations = 0
        self._engine = engine
        self._place = place
        self._queue: queue.SimpleQueue[_Operation | None] = queue.SimpleQueue()
        self._is_log_longer = False
        self._checkpoint_at = 0.0
        self._gate = threading.Lock()
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def submit(self, work: Callable[[Connection], _Result], *, is_durable: bool = False) -> Future[_Result]:
        """Queue an operation; the future is done once it is committed, or has the error that kept it from that.

        A durable operation outlives a loss of power; the others outlive only the end of the process.
        """
        operation = _Operation(work, is_durable)
        with self._gate:
            if not self._is_open:
                raise StoreError(f"The store {self._place} is closed. Nothing was written.")
            self._queue.put(operation)
        return operation.future

    def close(self) -> None:
        """Finish what is queued, then stop. Blocks; a second call does nothing."""
        with self._gate:
            was_open, self._is_open = self._is_open, False
        if was_open:
            self._queue.put(None)
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            group: list[_Operation] = []
            waiting = self._next()
            while waiting is not None:
                if waiting.future.set_running_or_notify_cancel():
                    group.append(waiting)
                if len(group) >= _MAX_GROUP:
                    break
                try:
                    waiting = self._queue.get_nowait()
                except queue.Empty:
                    break
            is_last = waiting is None
            if group:
                self._write(group)
                self._is_log_longer = True

    def _next(self) -> _Operation | None:
        """What is to be done next; a quiet moment before it is used to shorten the log."""
        wait_s = max(QUIET_S, self._checkpoint_at - time.monotonic())
        if self._is_log_longer:
            with contextlib.suppress(queue.Empty):
                return self._queue.get(timeout=wait_s)
            self._checkpoint()
        return self._queue.get()

    def _checkpoint(self) -> None:
        """Move SQLite's log into the file: a few seconds of writing take some 30 ms, which nobody waits for here."""
        self._is_log_longer = False
        self._checkpoint_at = time.monotonic() + CHECKPOINT_EVERY_S
        if self._engine.dialect.name != "sqlite":
            return
        # Only an attempt: a full disk or a reader that holds the log says nothing of what was committed.
        with contextlib.suppress(Exception), self._engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)").close()

    def _write(self, group: Sequence[_Operation]) -> None:
        try:
            self._settle(group)
        except BaseException as error:
            for operation in group:
                if not operation.future.done():
                    operation.future.set_exception(error)

    def _settle(self, group: Sequence[_Operation]) -> None:
        error = self._transact(group)
        if error is not None and len(group) > 1:
            for operation in group:
                self._settle([operation])
            return
        self.operations += len(group)
        for operation in group:
            failure = operation.error or error
            if failure is None:
                operation.future.set_result(operation.result)
            else:
                operation.future.set_exception(store_error(failure, self._place))

    def _transact(self, group: Sequence[_Operation]) -> Exception | None:
        """Run a group in one transaction; returns what kept the whole of it from being committed."""
        for operation in group:
            operation.result = operation.error = None
        try:
            with self._engine.connect() as connection:
                self._set_durability(connection, any(operation.is_durable for operation in group))
                try:
                    transaction = connection.begin()
                except Exception as error:
                    # Locked or gone before anything ran: trying each alone would only wait as often again.
                    for operation in group:
                        operation.error = error
                    return None
                with transaction:
                    for operation in group:
                        self._operate(connection, operation, alone=len(group) == 1)
        except Exception as error:
            return error
        self.transactions += 1
        return None

    @staticmethod
    def _operate(connection: Connection, operation: _Operation, *, alone: bool) -> None:
        if alone:
            operation.result = operation.work(connection)
            return
        savepoint = connection.begin_nested()
        try:
            operation.result = operation.work(connection)
        except Exception as error:
            if is_fatal(error) or connection.invalidated:
                raise
            savepoint.rollback()
            operation.error = error
        else:
            savepoint.commit()

    def _set_durability(self, connection: Connection, is_durable: bool) -> None:
        # In WAL, NORMAL leaves the log to the system's cache at a commit: safe from a crash of the process, not from
        # one of the machine. FULL syncs the log, earlier commits included. PostgreSQL always does.
        if self._engine.dialect.name == "sqlite":
            driver: Any = connection.connection.dbapi_connection
            with contextlib.closing(driver.execute(f"PRAGMA synchronous={'FULL' if is_durable else 'NORMAL'}")):
                pass
