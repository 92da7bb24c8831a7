"""`monitor init`."""

from __future__ import annotations

from pathlib import Path

from monitor.cli import main
from monitor.config import load


def test_a_new_folder_gets_a_configuration_that_works_with_its_comments(tmp_path, capsys):
    target = tmp_path / "new" / "monitor"
    assert main(["init", str(target)]) == 0
    output = capsys.readouterr().out
    assert f"monitor check --config {target / 'config'}" in output
    assert (target / "config/monitor.yaml").read_bytes() == Path("config/monitor.yaml").read_bytes()
    assert load(target / "config", {}).settings.base == target


def test_the_copies_keep_their_schemas_beside_them(tmp_path):
    main(["init", str(tmp_path)])
    assert {path.name for path in (tmp_path / "config").glob("*.json")} == {
        path.name for path in Path("config").glob("*.schema.json")
    }


def test_nothing_is_overwritten_and_what_is_in_the_way_is_named(tmp_path, capsys):
    mine = tmp_path / "config" / "feeds.yaml"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 1
    assert str(mine) in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_a_place_that_cannot_be_written_is_named(tmp_path, capsys):
    blocker = tmp_path / "file"
    blocker.write_text("", encoding="utf-8")
    assert main(["init", str(blocker / "below")]) == 1
    assert "cannot be written" in capsys.readouterr().err
