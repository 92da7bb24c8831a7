"""What two writings of one mail have in common: the hash of the body, and where they differ."""

from __future__ import annotations

import difflib
import hashlib

from monitor.model.digests import Message

MAX_LINES = 40
_SIGNATURES = frozenset({"dkim-signature"})


def body_hash(message: Message) -> str:
    """SHA-256 of the body in hexadecimal digits: of a mail what follows the headers, of any other message all of it."""
    return hashlib.sha256(_parted(message)[1]).hexdigest()


def differences(kept: Message, made: Message) -> list[str]:
    """What differs, line by line, the kept one before the one made now; signatures are no part of what is compared."""
    headers, body = _parted(kept)
    new_headers, new_body = _parted(made)
    lines = [
        f"{name}: {headers.get(name, 'not there')} → {new_headers.get(name, 'not there')}"
        for name in dict.fromkeys((*headers, *new_headers))
        if headers.get(name) != new_headers.get(name)
    ]
    if body == new_body:
        return lines
    texts = list(difflib.unified_diff(kept.text.splitlines(), made.text.splitlines(), "kept", "made now", n=0))
    lines += texts[:MAX_LINES]
    if len(texts) > MAX_LINES:
        lines.append(f"… and {len(texts) - MAX_LINES} more lines")
    if kept.html != made.html:
        lines.append(f"the HTML differs: {len(kept.html.encode()):,} bytes kept, {len(made.html.encode()):,} made now")
    return lines or ["the bytes of the body differ, its texts do not: another program wrote them"]


def _parted(message: Message) -> tuple[dict[str, str], bytes]:
    if not message.sender:
        return {}, message.content
    head, _, body = message.content.partition(b"\r\n\r\n")
    lines = head.decode("ascii", "replace").replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n")
    named = (line.partition(":") for line in lines)
    return {name: value.strip() for name, _, value in named if name.lower() not in _SIGNATURES}, body
