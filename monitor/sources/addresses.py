"""Addresses: which may be asked at all, and how one is shown in a message: one line, printable, no credentials."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MAX_SHOWN_CHARS = 300
_CREDENTIALS = re.compile(r"//[^/?#\s]*@")
_PARAMETER = re.compile(r"([?&;])([^=&;?#\s]*)=[^&;#\s]+")
_SECRET = re.compile(r"token|key|secret|passw|auth|sig|session", re.IGNORECASE)


def shown(url: str) -> str:
    """The address without user, password and what looks like a key in its query, fit for a message."""
    return _PARAMETER.sub(_without_secret, _CREDENTIALS.sub("//", printable(url)))[:MAX_SHOWN_CHARS]


def _without_secret(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}=…" if _SECRET.search(found[2]) else found[0]


def printable(text: str) -> str:
    """The text with everything that could disturb a terminal or a log turned into "?"."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def host_of(url: str) -> str:
    """In lower case; "" for what has none, or is no address."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


MAX_HOST_CHARS = 253
"""Of a name as it is written (RFC 1035 §2.3.4); a redirect may name any, and turns are kept by host."""


def url_problem(url: str) -> str:
    """Why an address is not even asked, "" if it may be."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "this is no valid address; correct url in feeds.yaml"
    if parts.scheme.lower() not in {"http", "https"}:
        return f"only http and https are polled, not {parts.scheme or 'an address without a scheme'!r}"
    if not host or "\\" in parts.netloc or any(ord(c) < 33 for c in parts.netloc):
        return "this address names no host; correct url in feeds.yaml"
    if len(host) > MAX_HOST_CHARS:
        return "the host of this address is longer than any can be; correct url in feeds.yaml"
    return ""
