"""The locks are current and hashed, and every dependency has its reason."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bootstrap.lock")


def _declared() -> tuple[list[Requirement], list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    run = project["project"]["dependencies"] + groups["build"]
    develop = [line for line in groups["dev"] if isinstance(line, str)]
    return [Requirement(line) for line in run], [Requirement(line) for line in develop]


def _pins(lock: str) -> dict[str, list[str]]:
    pins: dict[str, list[str]] = {}
    for match in re.finditer(r"^([a-z0-9._-]+)(?:\[[^]]*])?==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE):
        pins.setdefault(canonicalize_name(match[1]), []).append(match[2])
    return pins


def test_every_declared_dependency_is_pinned_within_its_bounds() -> None:
    run, develop = _declared()
    for requirements, lock in ((run, "requirements.lock"), (run + develop, "requirements-dev.lock")):
        pins = _pins(lock)
        for requirement in requirements:
            versions = pins.get(canonicalize_name(requirement.name), [])
            assert versions, f"{requirement} stands in pyproject.toml but not in {lock}: run `make lock`"
            assert all(version in requirement.specifier for version in versions), f"{lock}: {requirement} {versions}"


def test_development_uses_the_very_versions_that_run() -> None:
    run, develop = _pins("requirements.lock"), _pins("requirements-dev.lock")
    assert {name: develop.get(name) for name in run} == run


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_for_every_pin_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    blocks = re.split(r"^(?=[a-z0-9._-]+(?:\[[^]]*])?==)", text, flags=re.MULTILINE)[1:]
    assert blocks
    for block in blocks:
        assert "--hash=sha256:" in block, block.splitlines()[0]
    assert "://" not in text
    assert "-index-url" not in text


def test_a_new_resolution_changes_nothing(tmp_path: Path) -> None:
    for lock in LOCKS:
        shutil.copy(ROOT / lock, tmp_path / lock)
    made = subprocess.run(
        ["sh", "scripts/lock.sh", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    if made.returncode != 0 and re.search(r"(?i)network|connect|dns|fetch|resolve host|timed? ?out", made.stderr):
        pytest.skip(f"the package index cannot be asked: {made.stderr.strip().splitlines()[-1]}")
    assert made.returncode == 0, made.stderr
    for lock in LOCKS:
        assert (tmp_path / lock).read_text() == (ROOT / lock).read_text(), f"{lock} is not current: run `make lock`"


def test_every_dependency_has_a_line_of_reason() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    told = {canonicalize_name(name) for name in re.findall(r"^\| ([a-z0-9-]+) \|", page, re.MULTILINE)} - {"package"}
    run, develop = _declared()
    assert told == {canonicalize_name(requirement.name) for requirement in run + develop}
