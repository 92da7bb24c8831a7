"""Addresses as people type them."""

from __future__ import annotations

import re

from monitor.errors import UsageError

_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?].*)?")


def is_web_address(text: str) -> bool:
    """Whether it begins as one that can be polled does."""
    return text.lower().startswith(("http://", "https://"))


def require_web_address(text: str) -> None:
    """Raise `UsageError`, with a guess at what was meant, unless it is one."""
    if not is_web_address(text):
        raise UsageError(f"{text}: a web address begins with https:// or http://.{meant(text)}")


def meant(text: str) -> str:
    """ " Did you mean …?" for what lacks nothing but the beginning, else nothing."""
    is_file = text.lower().endswith((".html", ".htm", ".xml", ".json", ".txt", ".opml")) and "/" not in text
    return f" Did you mean https://{text}?" if _HOST.fullmatch(text) and not is_file else ""
