"""How an address or a foreign string is shown in a message: one line, printable, no credentials."""

from __future__ import annotations

import re

MAX_SHOWN_CHARS = 300
_CREDENTIALS = re.compile(r"//[^/?#\s]*@")
_SECRETS = re.compile(
    r"([?&;](?:[a-z_-]*(?:token|key|secret|passw|auth|sig|session)[a-z_-]*)=)[^&;#\s]+", re.IGNORECASE
)


def shown(url: str) -> str:
    """The address without user, password and what looks like a key in its query, fit for a message."""
    return _SECRETS.sub(r"\1…", _CREDENTIALS.sub("//", printable(url)))[:MAX_SHOWN_CHARS]


def printable(text: str) -> str:
    """The text with everything that could disturb a terminal or a log turned into "?"."""
    return "".join(c if c.isprintable() else "?" for c in text)
