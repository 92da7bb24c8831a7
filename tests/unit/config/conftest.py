"""Files to read and the problems that reading them raises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.errors import ConfigError, Problem

Write = Callable[..., Path]
ProblemsOf = Callable[[Callable[[], object]], tuple[Problem, ...]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a text (or bytes) into a file and return its path."""

    def write_file(content: str | bytes, name: str = "feeds.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def problems_of() -> ProblemsOf:
    """What a call raises, as problems."""

    def call(read: Callable[[], object]) -> tuple[Problem, ...]:
        with pytest.raises(ConfigError) as caught:
            read()
        return caught.value.problems

    return call
