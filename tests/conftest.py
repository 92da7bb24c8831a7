"""Fixtures for all tests: a PostgreSQL server for the session, a database for a test.

Add a fixture here only when tests of several folders need it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import database, embedded_server


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """What a command sets up for logging ends with its test: the next one looks elsewhere for what is said."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server on which tests may make databases."""
    given = os.environ.get("MONITOR_TEST_DATABASE_URL")
    if given:
        yield given
    else:
        with embedded_server() as url:
            yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """A database with the schema at its head, to copy from: a copy takes a tenth of a migration."""
    from monitor.store import open_store

    with database(postgres_url) as url:
        open_store(url).close_now()
        yield url


@pytest.fixture
def postgres_store_url(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """The URL of an empty store on PostgreSQL."""
    with database(postgres_url, template=postgres_template) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> Iterator[str]:
    """The URL of a database without any table."""
    with database(postgres_url) as url:
        yield url


@pytest.fixture
def unwritable_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that refuses to hold anything new; root, whom no permission stops, gets one of the kernel's."""
    if os.geteuid() != 0:
        folder = tmp_path / "unwritable"
        folder.mkdir(mode=0o500)
        yield folder
        folder.chmod(0o700)
        return
    folder = Path("/sys/kernel")
    try:
        (folder / "probe").mkdir()
    except PermissionError:
        yield folder
    except OSError as error:
        pytest.skip(f"root writes everywhere here ({error})")
