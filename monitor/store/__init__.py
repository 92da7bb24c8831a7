"""The database: the only place that knows SQL; rows never leave it.

`open_store` is all that the rest of the program calls; importing this package loads nothing of SQLAlchemy.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.store.sqlstore import SqlStore

__all__ = ["open_store", "sqlite_warning"]

# "The WAL reset bug", https://sqlite.org/wal.html: fixed in these, and in every later one of their lines.
_WAL_RESET_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))


def open_store(
    url: str,
    *,
    hold_lock: bool = True,
    read_only: bool = False,
    pool_size: int = 2,
    busy_timeout_s: float = 5.0,
) -> SqlStore:
    """Open a store; blocks for as long as it takes to set up or upgrade its schema.

    Args:
        url: `sqlite:///relative/file.db`, `sqlite:////absolute/file.db`, `sqlite://` (in memory, gone at the end) or
            `postgresql://user@host/database`. Missing folders and files are made.
        hold_lock: Be the only daemon on this store, or raise `StoreBusyError`.
        read_only: Make nothing, upgrade nothing, lock nothing, write nothing.
        pool_size: How many reads run at once.
        busy_timeout_s: How long to wait for another program that writes into the file (SQLite).

    Raises `StoreBusyError`, `StoreVersionError`, `StoreAccessError`, `StoreCorruptError`, `StoreFullError` or
    `StoreLockedError`, each naming the store and the cure.
    """
    # SQLAlchemy and SQLModel take a second to load: a command that needs no store must not pay for it.
    from monitor.store.opening import open_sql_store  # noqa: PLC0415

    return open_sql_store(
        url, hold_lock=hold_lock, read_only=read_only, pool_size=pool_size, busy_timeout_s=busy_timeout_s
    )


def sqlite_warning(version: str = sqlite3.sqlite_version) -> str | None:
    """What to tell an operator of this SQLite version ("3.40.1"; by default the one in use), if anything.

    Versions before 3.51.3 (but for 3.44.6+ and 3.50.7+ of their lines) can damage a database in WAL mode when two
    connections write or checkpoint at the same instant. Our single writer keeps clear of it; a second program does not.
    """
    numbers = tuple(int(part) for part in version.split(".")[:3])
    is_fixed = numbers >= _WAL_RESET_FIXED[-1] or any(
        numbers[:2] == fixed[:2] and numbers >= fixed for fixed in _WAL_RESET_FIXED
    )
    if is_fixed:
        return None
    return (
        f"SQLite {version} can damage a database that two programs write at the same instant (fixed in 3.51.3, 3.50.7 "
        "and 3.44.6). This daemon writes through one connection only, which is safe; do not let another program write "
        "into its database or checkpoint it while it runs."
    )
