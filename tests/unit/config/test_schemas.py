"""The committed JSON Schemas and the files' first lines that point to them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from monitor.config.schemas import schema_texts
from monitor.config.yaml_nodes import read_document

CONFIG = Path("config")


@pytest.mark.parametrize("name", sorted(schema_texts()))
def test_the_committed_schema_is_current(name):
    assert (CONFIG / name).read_text(encoding="utf-8") == schema_texts()[name], "run `monitor schema`"


def test_no_schema_is_left_over():
    assert {path.name for path in CONFIG.glob("*.schema.json")} == set(schema_texts())


@pytest.mark.parametrize("path", [*sorted(CONFIG.rglob("*.yaml")), Path("seeds/manifest.yaml")], ids=str)
def test_every_file_names_its_schema_in_the_first_line_and_obeys_it(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    marker, _, target = first.partition("$schema=")
    assert marker == "# yaml-language-server: "
    schema = json.loads((path.parent / target).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    errors = jsonschema.Draft202012Validator(schema).iter_errors(read_document(path).content)
    assert [error.message for error in errors] == []


def test_the_schema_describes_every_setting_and_refuses_unknown_keys():
    schema = json.loads(schema_texts()["monitor.schema.json"])
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["StoreSection"]["properties"]["url"]["description"]
    assert not jsonschema.Draft202012Validator(schema).is_valid({"store": {"ulr": "x"}})
