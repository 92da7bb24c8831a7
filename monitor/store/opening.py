"""Opening a store: folder, lock, schema, writer, readers, in this order; on a failure all of it is undone."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from monitor.errors import StoreAccessError
from monitor.store.engines import is_memory, place_of, reader_engine, writer_engine
from monitor.store.failures import Place, store_error
from monitor.store.locks import FileLock
from monitor.store.schema import bring_to_head, check_version
from monitor.store.sqlstore import SqlStore
from monitor.store.writer import Writer


def open_sql_store(url: str, *, hold_lock: bool, read_only: bool, pool_size: int, busy_timeout_s: float) -> SqlStore:
    """See `monitor.store.open_store`."""
    place = place_of(url)
    try:
        if read_only:
            return _open_for_reading(place, pool_size, busy_timeout_s)
        return _open_for_writing(place, hold_lock, pool_size, busy_timeout_s)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise store_error(error, place) from error


def _open_for_reading(place: Place, pool_size: int, busy_timeout_s: float) -> SqlStore:
    if is_memory(place):
        raise StoreAccessError("A store in memory has nothing to read. Name the file of a store.")
    if place.path is not None and not place.path.is_file():
        raise StoreAccessError(f"There is no store at {place}. Start the daemon once, it will make it.")
    with ExitStack() as undo:
        readers = reader_engine(place, size=pool_size, busy_timeout_s=busy_timeout_s)
        undo.callback(readers.dispose)
        with readers.connect() as connection:
            check_version(connection, place)
        undo.pop_all()
    return SqlStore(place, writer=None, readers=readers, reader_threads=pool_size, lock=None)


def _open_for_writing(place: Place, hold_lock: bool, pool_size: int, busy_timeout_s: float) -> SqlStore:
    with ExitStack() as undo:
        lock = None
        if place.path is not None:
            place.path.parent.mkdir(parents=True, exist_ok=True)
            if hold_lock:
                lock = FileLock.take(place, Path(f"{place.path}.lock"))
                undo.callback(lock.free)
        engine = writer_engine(place, hold_lock=hold_lock, busy_timeout_s=busy_timeout_s)
        undo.callback(engine.dispose)
        with engine.begin() as connection:
            bring_to_head(connection, place)
        readers: Engine | None = None
        if not is_memory(place):
            readers = reader_engine(place, size=pool_size, busy_timeout_s=busy_timeout_s)
        writer = Writer(engine, place)
        writer.start()
        undo.pop_all()
    return SqlStore(place, writer=writer, readers=readers, reader_threads=pool_size, lock=lock)
