"""Items of a document that were read before are cut out before anything is parsed.

Owns: where the items of a document lie, byte for byte, and a digest of each that stays equal only while it would be
read the same: it covers the item's bytes without its comment counters, and what the item inherits (the root's and the
channel's tags with their namespaces, xml:base and xml:lang, and the feed's address). Refuses: documents whose items it
cannot tell for certain (nested, prefixed, self-closed); they are read whole.

Why cutting is exact: in a well-formed document, items are siblings whose bytes are well-formed by themselves, and what
is read of an item depends on nothing but its own bytes and its ancestors' tags. Mending (see `mending`) works spot by
spot, so the same holds for a document that has to be mended.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b

NO_DIGEST = 0
"""For an entry whose bytes are not to be recognised again."""

MAX_MARKS = 1_000_000
"""Beginnings and ends of items, comments and CDATA sections; about 2 µs each with the item's digest."""

_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]{0,20}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_TAG_END = re.compile(rb"""(?:[^"'<>]|"[^"<]*"|'[^'<]*')*>""")
_CHANNEL = re.compile(rb"<channel[\s>]", re.IGNORECASE)
_MARKS = re.compile(rb"<(?:(!\[CDATA\[|!--|\?)|(/?)(?:item|entry)(?=[\s>/]))")
_COUNTERS = re.compile(rb"<(slash:comments|slash:hit_parade|thr:total)>[0-9,]{0,40}</\1>")
_ENDINGS = {b"![CDATA[": b"]]>", b"!--": b"-->", b"?": b"?>"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the items of a document are; `digests` belong to `spans` one by one."""

    document: bytes
    spans: tuple[tuple[int, int], ...]
    digests: tuple[int, ...]
    is_cut_off: bool
    """The last item has no end: the document stops within it."""


def lay_out(document: bytes, url: str, *, max_marks: int = MAX_MARKS) -> Layout | None:
    """The items of a UTF-8 document; None where they cannot be told for certain, or not without going over the cap."""
    spans, is_cut_off = _spans(document, max_marks)
    if spans is None:
        return None
    inherited = _inherited(document, spans[0][0] if spans else len(document))
    if inherited is None:
        return None
    context = blake2b(b"\0".join((url.encode("utf-8", "surrogatepass"), *inherited)), digest_size=32).digest()
    # A prefix has to be declared; looked for in the whole document it would cost a fifth of all this.
    has_counters = any(b":slash" in tag or b":thr" in tag for tag in inherited)
    digests = []
    for start, end in spans:
        item = document[start:end]
        if has_counters:
            item = _COUNTERS.sub(b"", item)
        digest = blake2b(item, digest_size=8, key=context).digest()
        digests.append(int.from_bytes(digest, "big") or 1)
    return Layout(document, tuple(spans), tuple(digests), is_cut_off)


def without(layout: Layout, known: Collection[int]) -> tuple[bytes, tuple[int, ...], tuple[int, ...]]:
    """(the document without known items, the digests of those left, of those cut), each in the document's order."""
    pieces: list[bytes] = []
    left: list[int] = []
    cut: list[int] = []
    start = 0
    for span, digest in zip(layout.spans, layout.digests, strict=True):
        if digest in known:
            pieces.append(layout.document[start : span[0]])
            start = span[1]
            cut.append(digest)
        else:
            left.append(digest)
    pieces.append(layout.document[start:])
    return b"".join(pieces), tuple(left), tuple(cut)


def _inherited(document: bytes, first_item: int) -> list[bytes] | None:
    """The tags whose namespaces, base and language items inherit."""
    root = _ROOT.search(document)
    end = _TAG_END.match(document, root.end() - 1) if root else None
    if root is None or end is None:
        return None
    inherited = [document[root.start() : end.end()]]
    channel = _CHANNEL.search(document, end.end(), first_item)
    if channel is not None:
        channel_end = _TAG_END.match(document, channel.end() - 1)
        if channel_end is None:
            return None
        inherited.append(document[channel.start() : channel_end.end()])
    return inherited


def _spans(document: bytes, max_marks: int) -> tuple[list[tuple[int, int]] | None, bool]:
    """Start and end of every item, and whether the last one has no end; None where they cannot be told.

    One expression that stops at every mark beats plain searches for each kind of them by two to one.
    """
    spans: list[tuple[int, int]] = []
    opened = -1
    at = 0
    search, find = _MARKS.search, document.find
    while (mark := search(document, at)) is not None:
        at = mark.end()
        max_marks -= 1
        if max_marks < 0:
            return None, False
        if mark[1]:
            at = find(_ENDINGS[mark[1]], at)
            if at < 0:
                break
        elif not mark[2]:
            if opened >= 0:
                return None, False
            opened = mark.start()
        elif opened < 0:
            return None, False
        else:
            end = find(b">", at)
            if end < 0:
                return spans, True
            at = end + 1
            spans.append((opened, at))
            opened = -1
    return spans, opened >= 0
