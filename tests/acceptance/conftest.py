"""Acceptance: the installed program in processes of its own, against real servers on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scripts.demo.play import Scene, scene


@pytest.fixture
async def day(tmp_path: Path) -> AsyncIterator[Scene]:
    """The demo's servers and configuration, with nothing run yet."""
    async with scene(tmp_path) as now:
        yield now
