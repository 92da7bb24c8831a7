from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.app import load_configuration
from monitor.errors import ConfigError

ROOT = Path(__file__).parents[3]


def test_a_key_that_cannot_sign_is_told_before_anything_goes_live(tmp_path: Path) -> None:
    for folder in ("config", "seeds"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "config" / "dkim.key").write_text("no key\n")
    settings = tmp_path / "config" / "monitor.yaml"
    dkim = "mail:\n  dkim:\n    selector: s1\n    key_file: config/dkim.key\n"
    settings.write_text(dkim)
    with pytest.raises(ConfigError, match=r"monitor.yaml: mail.dkim: config/dkim.key holds no private key in PEM"):
        load_configuration(tmp_path / "config", {})
