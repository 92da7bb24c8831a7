"""What a database says, in our words."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from monitor.errors import StoreAccessError, StoreCorruptError, StoreError, StoreFullError, StoreLockedError
from monitor.store.failures import Place, store_error

FILE = Place(make_url("sqlite:////srv/news/monitor.db"), Path("/srv/news/monitor.db"))
SERVER = Place(make_url("postgresql+psycopg://monitor:hunter2@db.example.org/news"), None)


def of_sqlite(code: int) -> DBAPIError:
    cause: Any = sqlite3.OperationalError("what SQLite says")
    cause.sqlite_errorcode = code
    return OperationalError("INSERT INTO article VALUES (?)", ("secret text",), cause)


@pytest.mark.parametrize(
    ("code", "kind", "cure"),
    [
        (sqlite3.SQLITE_FULL, StoreFullError, "Free some space"),
        (sqlite3.SQLITE_BUSY, StoreLockedError, "Close whatever"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreLockedError, "Close whatever"),
        (sqlite3.SQLITE_NOTADB, StoreCorruptError, "restore a backup"),
        (sqlite3.SQLITE_CORRUPT, StoreCorruptError, "restore a backup"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, StoreAccessError, "permissions"),
        (sqlite3.SQLITE_CANTOPEN, StoreAccessError, "permissions"),
        (sqlite3.SQLITE_IOERR_WRITE, StoreAccessError, "permissions"),
        (sqlite3.SQLITE_ERROR, StoreError, "Nothing of the batch was kept"),
    ],
)
def test_what_sqlite_refuses_names_the_file_and_the_cure(code: int, kind: type[StoreError], cure: str) -> None:
    error = store_error(of_sqlite(code), FILE)
    assert type(error) is kind
    assert "/srv/news/monitor.db" in str(error)
    assert cure in str(error)
    assert "secret text" not in str(error)


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (psycopg.errors.DiskFull("could not extend file\nHINT: check free disk space"), StoreFullError),
        (psycopg.errors.LockNotAvailable("canceling statement"), StoreLockedError),
        (psycopg.errors.DeadlockDetected("deadlock detected"), StoreLockedError),
        (psycopg.errors.AdminShutdown("terminating connection"), StoreAccessError),
        (psycopg.errors.InsufficientPrivilege("permission denied"), StoreAccessError),
        (psycopg.errors.InvalidPassword("password authentication failed"), StoreAccessError),
        (psycopg.OperationalError("connection refused"), StoreAccessError),
        (psycopg.errors.NotNullViolation("null value"), StoreError),
    ],
)
def test_what_postgresql_refuses_names_the_server_without_its_password(
    cause: Exception, kind: type[StoreError]
) -> None:
    error = store_error(DBAPIError("INSERT …", ("secret text",), cause), SERVER)
    assert type(error) is kind
    assert "db.example.org" in str(error)
    assert "hunter2" not in str(error)
    assert "secret text" not in str(error)
    assert "\n" not in str(error)


def test_an_error_of_the_system_names_the_place() -> None:
    error = store_error(PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/srv"), FILE)
    assert isinstance(error, StoreAccessError)
    assert "/srv/news/monitor.db" in str(error)
    assert "Permission denied" in str(error)


def test_a_number_of_more_than_63_bits_is_refused_in_words() -> None:
    assert isinstance(store_error(OverflowError("Python int too large"), FILE), StoreError)


def test_an_error_that_is_not_the_databases_stays_what_it_is() -> None:
    bug = ZeroDivisionError("a bug")
    assert store_error(bug, FILE) is bug
