"""Is this body another than the last one? A digest that stays equal while only clocks and counters change."""

from __future__ import annotations

import hashlib
import re

LOOKED_AT = 131_072
"""In longer documents the head's clocks still stand within, and counters cost only what cutting known items costs."""

_FIRST_ITEM = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_HEAD_VOLATILE = re.compile(
    rb"<((?:\w{1,20}:)?(?:lastbuilddate|pubdate|updated|modified|date|generator|ttl|cloud))\b[^<>]{0,500}>[^<]{0,500}</\1\s*>",
    re.IGNORECASE,
)
_BODY_VOLATILE = re.compile(
    rb"<((?:\w{1,20}:)?lastbuilddate|slash:comments|thr:total|slash:hit_parade)\b[^<>]{0,200}>[^<]{0,200}</\1\s*>",
    re.IGNORECASE,
)


def body_digest(body: bytes) -> str:
    """32 hex digits that stay equal while only clocks, counters and comments of a feed document change.

    Clocks and counters are looked for in the first `LOOKED_AT` bytes: this runs on the event loop, and 10 MB of
    nothing but "<" would take two seconds. Item dates count: they are content.
    """
    start = body[:LOOKED_AT]
    found = _FIRST_ITEM.search(start)
    split = found.start() if found else len(start)
    digest = hashlib.blake2b(digest_size=16)
    digest.update(_HEAD_VOLATILE.sub(b"", _without_comments(start[:split])))
    digest.update(_BODY_VOLATILE.sub(b"", _without_comments(start[split:])))
    digest.update(memoryview(body)[LOOKED_AT:])
    return digest.hexdigest()


def _without_comments(body: bytes) -> bytes:
    """By searching, not by a pattern: a flood of openings without an end must not cost a square."""
    pieces: list[bytes] = []
    start = 0
    while (opening := body.find(b"<!--", start)) >= 0:
        ending = body.find(b"-->", opening + 4)
        if ending < 0:
            break
        pieces.append(body[start:opening])
        start = ending + 3
    return b"".join(pieces) + body[start:] if pieces or start else body
