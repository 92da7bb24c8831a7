"""Connections: one for writing, a few for reading, with the pragmas that each needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from monitor.errors import StoreAccessError
from monitor.store.failures import Place
from monitor.store.locks import application_name, take_advisory_lock

_WRITER_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    # The writer checkpoints when it has nothing else to do; under constant load a commit does, every 8,000 pages
    # (32 MB). A log that grew in a burst shrinks back.
    "PRAGMA wal_autocheckpoint=8000",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA cache_size=-32768",
    "PRAGMA temp_store=MEMORY",
)
_READER_PRAGMAS = ("PRAGMA query_only=ON", "PRAGMA mmap_size=67108864")


def place_of(url: str) -> Place:
    """Read a store's URL: `sqlite:///file`, `sqlite://` (memory) or `postgresql://…`."""
    try:
        made: URL = make_url(url)
    except ArgumentError:
        raise _unknown("that is no URL") from None
    kind = made.drivername.partition("+")[0]
    if kind in ("postgresql", "postgres"):
        return Place(made.set(drivername="postgresql+psycopg"), None)
    if kind != "sqlite":
        raise _unknown(f"{kind} is not known here")
    if made.host or made.username:
        raise _unknown("an SQLite URL has three slashes before a relative path, four before an absolute one")
    if made.database in (None, "", ":memory:"):
        return Place(make_url("sqlite://"), None)
    return Place(URL.create("sqlite", database=made.database), Path(os.path.abspath(str(made.database))))


def _unknown(reason: str) -> StoreAccessError:
    return StoreAccessError(
        f"The store's URL cannot be used: {reason}. Write sqlite:///path/to/file.db or postgresql://user@host/database."
    )


def is_memory(place: Place) -> bool:
    """Whether the store lives in this process alone."""
    return place.path is None and place.url.get_backend_name() == "sqlite"


def writer_engine(place: Place, *, hold_lock: bool, busy_timeout_s: float) -> Engine:
    """The engine of the only writing connection; its transactions begin as writers."""
    if place.url.get_backend_name() != "sqlite":
        engine = create_engine(
            place.url,
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=_pg_arguments(),
        )
        if hold_lock:
            event.listen(engine, "connect", lambda connection, _record: take_advisory_lock(place, connection))
        return engine
    pool: dict[str, Any] = {"poolclass": StaticPool} if is_memory(place) else {"pool_size": 1, "max_overflow": 0}
    engine = create_engine(place.url, hide_parameters=True, connect_args=_sqlite_arguments(busy_timeout_s), **pool)
    event.listen(engine, "connect", lambda connection, _record: _run(connection, _WRITER_PRAGMAS))
    # A transaction that begins as a reader and then writes cannot wait for the lock: SQLite refuses at once, whatever
    # the timeout. So every transaction here begins as a writer.
    event.listen(engine, "begin", lambda connection: _begin(connection, "BEGIN IMMEDIATE"))
    return engine


def reader_engine(place: Place, *, size: int, busy_timeout_s: float) -> Engine:
    """The engine of the reading connections: each transaction sees one state of the store and can write nothing."""
    if place.url.get_backend_name() != "sqlite":
        arguments = _pg_arguments(
            " -c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"
        )
        return create_engine(
            place.url, pool_size=size, max_overflow=0, pool_pre_ping=True, hide_parameters=True, connect_args=arguments
        )
    engine = create_engine(
        place.url, pool_size=size, max_overflow=0, hide_parameters=True, connect_args=_sqlite_arguments(busy_timeout_s)
    )
    event.listen(engine, "connect", lambda connection, _record: _run(connection, _READER_PRAGMAS))
    event.listen(engine, "begin", lambda connection: _begin(connection, "BEGIN"))
    return engine


def _sqlite_arguments(busy_timeout_s: float) -> dict[str, Any]:
    # The driver must not begin transactions by itself: it would begin them late, and as readers.
    return {"isolation_level": None, "check_same_thread": False, "timeout": busy_timeout_s}


def _pg_arguments(options: str = "") -> dict[str, Any]:
    return {"application_name": application_name(), "options": "-c timezone=UTC" + options, "connect_timeout": 10}


def _run(connection: Any, statements: tuple[str, ...]) -> None:
    for statement in statements:
        connection.execute(statement).close()


def _begin(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
