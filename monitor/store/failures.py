"""What a database says when it refuses, in our words: the thing and the cure, no SQL, no parameters, no password."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from monitor.errors import (
    StoreAccessError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreLockedError,
)

# SQLSTATE classes and codes: PostgreSQL, Appendix A.
_PG_FULL = ("53100",)
_PG_LOCKED = ("40001", "40P01", "55P03")
_PG_ACCESS_CLASSES = ("08", "28", "3D", "42501", "53300", "57P")

_NEARLY_NOTHING = 64 * 1024
"""Bytes free below which an I/O error is taken for a full disk: SQLite says so when its index file cannot grow."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is: its URL and, for SQLite on disk, its file."""

    url: URL
    path: Path | None

    def __str__(self) -> str:
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)


def is_fatal(error: BaseException) -> bool:
    """Whether an error may have ended the whole transaction, savepoints and all, by the database's own decision."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, sqlite3.DatabaseError) and not isinstance(cause, sqlite3.IntegrityError)


def store_error(error: Exception, place: Place) -> Exception:
    """The error to raise for one that came up at work; what is not the database's doing stays as it is."""
    if isinstance(error, DBAPIError):
        cause = error.orig
        if isinstance(cause, sqlite3.Error):
            return _of_sqlite(cause, place)
        return _of_postgresql(cause, place)
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error, place)
    if isinstance(error, OSError):
        return StoreAccessError(
            f"The store {place} cannot be opened: {error.strerror or error}. "
            "Name a folder in which this program may write, or fix its owner and permissions."
        )
    if isinstance(error, OverflowError | SQLAlchemyError):
        return StoreError(
            f"The store {place} cannot hold a value: {_first_line(error)}. Nothing of the batch was kept."
        )
    return error


def _of_sqlite(cause: sqlite3.Error, place: Place) -> StoreError:
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(place.path)):
        return StoreFullError(
            f"No space left for the store {place}: the batch was rolled back whole and can be tried again. "
            "Free some space, or move the store to a larger disk."
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLockedError(
            f"Another program keeps the store {place} locked: nothing was written and the batch can be tried again. "
            "Close whatever has the file open for writing (a database browser, a backup)."
        )
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StoreCorruptError(
            f"The store {place} is no database or a damaged one ({cause}). "
            "Move the file away and restore a backup, or start with an empty store under another name."
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return StoreAccessError(
            f"The store {place} cannot be opened or written ({cause}). "
            "Name a file in a folder in which this program may write, or fix its owner and permissions."
        )
    return StoreError(f"The store {place} refused: {_first_line(cause)}. Nothing of the batch was kept.")


def _of_postgresql(cause: BaseException | None, place: Place) -> StoreError:
    state = getattr(cause, "sqlstate", None)
    reason = _first_line(cause)
    if state in _PG_FULL:
        return StoreFullError(
            f"The database server of {place} has no space left ({reason}): the batch was rolled back whole and can be "
            "tried again. Free some space on the server."
        )
    if state in _PG_LOCKED:
        return StoreLockedError(
            f"The store {place} was locked by another session ({reason}): nothing was written and the batch can be "
            "tried again."
        )
    if (state is None and type(cause).__name__ == "OperationalError") or (state or "").startswith(_PG_ACCESS_CLASSES):
        return StoreAccessError(
            f"The store {place} cannot be reached or used ({reason}). "
            "Check that the server runs, and the host, database, user and password of the store's URL."
        )
    return StoreError(f"The store {place} refused: {reason}. Nothing of the batch was kept.")


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0].rstrip(".")


def _is_full(path: Path | None) -> bool:
    return path is not None and path.parent.exists() and shutil.disk_usage(path.parent).free < _NEARLY_NOTHING
