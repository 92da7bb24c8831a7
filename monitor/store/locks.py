"""One daemon a store: a lock on a file beside an SQLite database, an advisory lock in a PostgreSQL one.

Both are let go by the system when their holder dies, however it dies.
"""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from monitor.errors import StoreBusyError
from monitor.store.failures import Place

ADVISORY_KEY = int.from_bytes(b"monitor", "big")
"""The key of the advisory lock; such locks belong to one database of the server."""

_held: set[int] = set()


def _close_in_child() -> None:
    # A forked worker shares the open file, and with it the lock: without this, a worker that outlives a killed
    # daemon would keep the next one from starting.
    for descriptor in _held:
        with suppress(OSError):
            os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_close_in_child)


class FileLock:
    """The lock of an SQLite store, `<file>.lock`, which names its holder's process id."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, place: Place, path: Path) -> FileLock:
        """Take the lock, or raise `StoreBusyError` naming the holder."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise busy(place, f"process {holder}" if holder else "another process") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        _held.add(descriptor)
        return cls(descriptor)

    def free(self) -> None:
        """Let the lock go. The file stays: removing it would race with the next holder."""
        if self._descriptor in _held:
            _held.discard(self._descriptor)
            os.close(self._descriptor)


def application_name() -> str:
    """How our connections call themselves to the server: who holds the lock is read from there."""
    return f"monitor, process {os.getpid()} on {socket.gethostname()}"[:63]


def take_advisory_lock(place: Place, connection: Any) -> None:
    """Take the lock on a psycopg connection, for as long as it lives, or raise `StoreBusyError` naming the holder.

    It is taken on the writer's own connection, not on one beside it: then whoever writes holds the lock, also after
    the server was restarted under us.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (ADVISORY_KEY,))
        if cursor.fetchone()[0]:
            connection.commit()
            return
        cursor.execute(
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
            " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND ((l.classid::bigint << 32) | l.objid::bigint) = %s",
            (ADVISORY_KEY,),
        )
        found = cursor.fetchone()
    connection.close()
    raise busy(place, found[0] if found and found[0] else "another process")


def busy(place: Place, holder: str) -> StoreBusyError:
    """The error for a store that somebody else holds."""
    return StoreBusyError(
        f"The store {place} is in use by {holder}. Stop that daemon first, or give this one a store of its own."
    )
