"""The package's face: what importing it costs, and what operators are told of their SQLite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from monitor.store import open_store, sqlite_warning


@pytest.mark.parametrize("version", ["3.40.1", "3.44.5", "3.46.1", "3.50.6", "3.51.2"])
def test_versions_with_the_wal_reset_bug_are_warned_of(version: str) -> None:
    warning = sqlite_warning(version)
    assert warning is not None
    assert version in warning


@pytest.mark.parametrize("version", ["3.44.6", "3.50.7", "3.51.3", "3.52.0", "4.0.0"])
def test_fixed_versions_are_not_warned_of(version: str) -> None:
    assert sqlite_warning(version) is None


def test_importing_the_package_loads_no_database_library() -> None:
    code = "import sys, monitor.store; print([m for m in ('sqlalchemy', 'sqlmodel', 'alembic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_opening_a_store_whose_schema_is_at_its_head_does_not_load_alembic(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/monitor.db").close_now()
    code = (
        "import sys; from monitor.store import open_store\n"
        f"open_store('sqlite:///{tmp_path}/monitor.db').close_now()\n"
        "print('alembic' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
