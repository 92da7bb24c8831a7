"""Where the default configuration lies: in the installed package, or in the checkout around it."""

from __future__ import annotations

from pathlib import Path

from monitor.errors import ConfigError, Problem

PACKAGE = Path(__file__).resolve().parent.parent
"""The installed package's folder."""


def default_folder(package: Path = PACKAGE) -> Path:
    """The folder that holds `config/` and `seeds/` as they are delivered.

    Raises:
        ConfigError: Neither place has them.
    """
    for folder in (package / "defaults", package.parent):
        if (folder / "config" / "monitor.yaml").is_file() and (folder / "seeds").is_dir():
            return folder
    cure = "Install the package again, or run from a checkout."
    raise ConfigError((Problem(file=str(package), message="the default configuration is not there.", cure=cure),))
