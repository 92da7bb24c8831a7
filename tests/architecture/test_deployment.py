"""The files around the program agree with each other and with the specification of compose files."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared" / "data" / "compose-spec" / "compose-spec.json"


@pytest.fixture
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture
def validator() -> jsonschema.Draft202012Validator:
    found = sorted(SCHEMA.parent.rglob("compose-spec.json")) if SCHEMA.parent.is_dir() else []
    if not found:
        pytest.skip("the compose specification's schema is not beside this checkout (../shared/data/compose-spec)")
    return jsonschema.Draft202012Validator(json.loads(found[0].read_text()))


def test_the_compose_file_follows_the_specification(compose: dict[str, Any], validator: Any) -> None:
    assert [error.message for error in validator.iter_errors(compose)] == []


def test_the_schema_would_catch_a_typo(compose: dict[str, Any], validator: Any) -> None:
    wrong = copy.deepcopy(compose)
    wrong["services"]["monitor"]["heathcheck"] = wrong["services"]["monitor"].pop("healthcheck")
    assert any("heathcheck" in error.message for error in validator.iter_errors(wrong))


def test_the_daemon_runs_read_only_without_root_or_capabilities(compose: dict[str, Any]) -> None:
    service = compose["services"]["monitor"]
    assert service["read_only"] is True
    assert service["user"].split(":")[0] not in {"0", "root"}
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["healthcheck"]["test"][1:3] == ["monitor", "health"]
    written = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
    assert written == ["var:/srv/monitor/var"]


def test_everything_but_the_daemon_waits_for_its_profile(compose: dict[str, Any]) -> None:
    profiles = {name: service.get("profiles") for name, service in compose["services"].items()}
    assert profiles == {"monitor": None, "postgres": ["postgres"], "mail": ["mail"]}


def test_the_image_has_its_base_as_an_argument_and_no_syntax_line() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert not re.search(r"^#\s*syntax=", text, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${BASE}", "${BASE}"]
    assert "--require-hashes" in text
    assert re.search(r"^USER (?!0|root)", text, re.MULTILINE)


def test_the_unit_is_accepted_and_little_exposed() -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine")
    unit = ROOT / "deploy" / "monitor.service"
    judged = subprocess.run(
        [analyze, "security", "--offline=yes", "--threshold=20", str(unit)], capture_output=True, text=True, check=False
    )
    if "Unknown option" in judged.stderr or "unrecognized option" in judged.stderr:
        pytest.skip("this systemd-analyze judges no files offline")
    assert judged.returncode == 0, judged.stdout + judged.stderr
