"""Passwords: where they come from, and a wrapping that never shows them.

The configuration's files hold none. For a secret called smtp_password the first of these counts: the environment's
MONITOR_SMTP_PASSWORD; the file named by MONITOR_SMTP_PASSWORD_FILE (Docker secrets); the file smtp_password in
systemd's $CREDENTIALS_DIRECTORY (`LoadCredential=`).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from monitor.errors import ConfigError, Problem

PREFIX = "MONITOR_"
NAMES = ("smtp_password", "smtp_fallback_password", "bounces_password", "store_password", "link_key")
"""Every secret there is."""
ENVIRONMENT = "environment"
"""What stands for a file's name in a problem with a variable."""
_MAX_BYTES = 10_000


class Secret:
    """A text that shows itself only to `reveal()`: not in repr, str, formats, logs or pickles."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the library that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> str:
        return "…"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def variables_of(name: str) -> tuple[str, str]:
    """The two environment variables of a secret: the text itself, the file that holds it."""
    return f"{PREFIX}{name.upper()}", f"{PREFIX}{name.upper()}_FILE"


def cure_of(name: str) -> str:
    """How to give this secret, as a sentence."""
    direct, by_file = variables_of(name)
    return f"Set {direct}, or {by_file} to a file that holds it, or the systemd credential {name}."


def resolve_secret(name: str, env: Mapping[str, str]) -> Secret | None:
    """A secret, or None where none is given; empty variables count as absent.

    Raises:
        ConfigError: The file named for it cannot be read or is empty.
    """
    direct, by_file = variables_of(name)
    if env.get(direct):
        return Secret(env[direct])
    if env.get(by_file):
        return _read(Path(env[by_file]), by_file)
    folder = env.get("CREDENTIALS_DIRECTORY")
    if folder and (Path(folder) / name).exists():
        return _read(Path(folder) / name, "CREDENTIALS_DIRECTORY")
    return None


def read_key(path: Path) -> Secret:
    """A private key that a file holds. Raises `ConfigError` with what is wrong with the file."""
    return _read(path, "key")


def _read(path: Path, variable: str) -> Secret:
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES).decode("utf-8").rstrip("\r\n")
    except OSError as error:
        raise _unusable(path, variable, f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise _unusable(path, variable, "is not UTF-8 text") from None
    if not text:
        raise _unusable(path, variable, "is empty")
    return Secret(text)


def _unusable(path: Path, variable: str, what: str) -> ConfigError:
    message = f"the secret's file {path} {what}."
    return ConfigError((Problem(file=ENVIRONMENT, key=variable, message=message, cure="Check the path and its mode."),))
