"""`monitor schema`."""

from __future__ import annotations

import json

from monitor.cli import main
from monitor.config.schemas import schema_texts


def test_the_schemas_are_written_once_and_then_found_current(tmp_path, capsys):
    assert main(["schema", "--dir", str(tmp_path)]) == 0
    assert {line.split()[-1] for line in capsys.readouterr().out.splitlines()} == {"written"}
    assert {path.name for path in tmp_path.iterdir()} == set(schema_texts())
    assert all(json.loads(path.read_text(encoding="utf-8"))["type"] == "object" for path in tmp_path.iterdir())
    assert main(["schema", "--dir", str(tmp_path)]) == 0
    assert {line.split()[-1] for line in capsys.readouterr().out.splitlines()} == {"current"}


def test_an_outdated_schema_is_renewed(tmp_path):
    (tmp_path / "feeds.schema.json").write_text("{}", encoding="utf-8")
    main(["schema", "--dir", str(tmp_path)])
    assert (tmp_path / "feeds.schema.json").read_text(encoding="utf-8") == schema_texts()["feeds.schema.json"]


def test_a_folder_that_is_not_there_is_named(tmp_path, capsys):
    assert main(["schema", "--dir", str(tmp_path / "nowhere")]) == 1
    assert "is no folder" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named(tmp_path, capsys):
    (tmp_path / "feeds.schema.json").mkdir()
    assert main(["schema", "--dir", str(tmp_path)]) == 1
    assert "feeds.schema.json cannot be written" in capsys.readouterr().err
