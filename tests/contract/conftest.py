"""The stores that one suite is run over. What costs time (migrations, databases) is done once a session."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.pipeline.scratch import ScratchStore
from tests.databases import database
from tests.fakes import MemoryStore


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite store with the schema and nothing in it, to copy."""
    from monitor.store import open_store

    path = tmp_path_factory.mktemp("template") / "monitor.db"
    open_store(f"sqlite:///{path}").close_now()
    return path


@pytest.fixture(scope="session")
def shared_postgres_store(postgres_url: str, postgres_template: str) -> Iterator[Any]:
    """One open store on PostgreSQL; each test empties it for itself."""
    from monitor.store import open_store

    with database(postgres_url, template=postgres_template) as url:
        opened = open_store(url)
        yield opened
        opened.close_now()


@pytest.fixture
def memory_store() -> MemoryStore:
    """The fake."""
    return MemoryStore()


@pytest.fixture
def sqlite_store(empty_file: Path, tmp_path: Path) -> Iterator[Any]:
    """An empty store in a file."""
    from monitor.store import open_store

    shutil.copy(empty_file, tmp_path / "monitor.db")
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield opened
    opened.close_now()


@pytest.fixture
def postgresql_store(shared_postgres_store: Any) -> Any:
    """An empty store on a server."""
    from monitor.store.tables import Row

    tables = Row.metadata.sorted_tables
    shared_postgres_store.writer.submit(
        lambda connection: [connection.execute(table.delete()) for table in tables]
    ).result()
    return shared_postgres_store


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Any:
    """An empty store: the fake, a file, a server."""
    return request.getfixturevalue(f"{request.param}_store")


@pytest.fixture(params=["scratch", "memory", "sqlite", "postgresql"])
def intake_store(request: pytest.FixtureRequest) -> Any:
    """An empty store, that of a replay among them, for what both promise of an intake."""
    return ScratchStore() if request.param == "scratch" else request.getfixturevalue(f"{request.param}_store")
