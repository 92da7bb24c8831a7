"""`monitor replay` by one watchlist, live or not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from monitor.cli import main

DRAFT = """\
name: rice
title: {en: Rice}
match: beras
threshold: 1
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    lines = tmp_path / "articles.jsonl"
    lines.write_text(json.dumps({"id": 1, "url": "", "title": "Harga beras naik", "text": "x"}), encoding="utf-8")
    return ["replay", str(lines), "--config", str(tmp_path / "config")]


def matches(command: list[str], capsys: pytest.CaptureFixture[str]) -> list[tuple[str, bool]]:
    assert main(command) == 0
    return [(name, one["matched"]) for name, one in json.loads(capsys.readouterr().out)["matches"].items()]


def test_a_draft_is_tried_on_an_archive_and_the_live_ones_are_not_asked(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(DRAFT, encoding="utf-8")
    assert matches([*command, "--watchlist", str(draft)], capsys) == [("rice", True)]
    assert matches([*command, "--watchlist", "russia-north-korea"], capsys) == [("russia-north-korea", False)]


def test_a_watchlist_that_is_not_there_is_told_with_those_that_are(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--watchlist", "rice"]) == 2
    assert "There is no watchlist rice; there are: russia-north-korea." in capsys.readouterr().err
