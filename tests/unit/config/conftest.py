"""Files to read and the problems that reading them raises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.errors import ConfigError, Problem
from tests.unit.config.good_folder import FILES

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
def folder(write: Write, tmp_path: Path) -> Callable[..., Path]:
    """A small, good configuration; arguments replace or remove (None) files."""

    def make(changes: dict[str, str | None] | None = None) -> Path:
        for name, content in {**FILES, **(changes or {})}.items():
            if content is not None:
                write(content, name)
        return tmp_path / "config"

    return make


@pytest.fixture
def problems_of() -> ProblemsOf:
    """What a call raises, as problems."""

    def call(read: Callable[[], object]) -> tuple[Problem, ...]:
        with pytest.raises(ConfigError) as caught:
            read()
        return caught.value.problems

    return call
