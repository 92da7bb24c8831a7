"""The stores that one suite is run over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import MemoryStore


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """An empty store: the fake, a file, a server."""
    if request.param == "memory":
        yield MemoryStore()
        return
    from monitor.store import open_store

    is_file = request.param == "sqlite"
    opened = open_store(
        f"sqlite:///{tmp_path}/monitor.db" if is_file else request.getfixturevalue("postgres_store_url")
    )
    yield opened
    opened.close_now()
