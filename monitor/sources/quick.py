"""The quick way from bytes to entries: charset, cutting of what is known, one pass; None wherever feedparser is needed.

Everything here is linear in the body, and with `Caps` on what costs most it is bounded enough for the daemon's own
process: `ON_THE_SPOT` keeps it under 50 ms whatever the body holds. Nothing of feedparser is imported.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from monitor.errors import ParseError
from monitor.model.feeds import ParsedFeed
from monitor.sources.charsets import Document, as_utf8, without_guessing
from monitor.sources.cutting import MAX_MARKS, NO_DIGEST, Layout, lay_out, without
from monitor.sources.entries import MAX_ENTRIES, MAX_TEXT_CHARS, capped, read_result
from monitor.sources.fast import MAX_ELEMENTS, Doubt, NoFeedRoot, NotWellFormed, read_strictly
from monitor.sources.jsonfeed import is_json, parse_json
from monitor.sources.mending import mended


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Where the quick way ends: bytes of a body in which items are looked for, bytes that are then read, "<" in either,
    marks of items and sections, elements, entries; `foreign_bytes` are those of a body in another charset than UTF-8.
    `is_guessing`: a charset that nothing tells is guessed."""

    is_guessing: bool
    foreign_bytes: int
    laid_out_bytes: int
    read_bytes: int
    angles: int
    marks: int
    elements: int
    entries: int


NO_CAPS = Caps(
    is_guessing=True,
    foreign_bytes=2**40,
    laid_out_bytes=2**40,
    read_bytes=2**40,
    angles=2**40,
    marks=MAX_MARKS,
    elements=MAX_ELEMENTS,
    entries=MAX_ELEMENTS,
)
"""For a process that is watched and can be killed."""
ON_THE_SPOT = Caps(
    is_guessing=False,
    foreign_bytes=150_000,
    laid_out_bytes=2_000_000,
    read_bytes=400_000,
    angles=100_000,
    marks=8_000,
    elements=4_000,
    entries=400,
)
"""For the event loop; measured by `benchmarks.bench_parse` on bodies made to reach each of them."""


def parse_quickly(
    body: bytes,
    content_type: str,
    url: str,
    *,
    known: Collection[int] = (),
    max_entries: int = MAX_ENTRIES,
    max_chars: int = MAX_TEXT_CHARS,
    caps: Caps = ON_THE_SPOT,
) -> ParsedFeed | None:
    """The entries of a feed whose meaning is beyond doubt; arguments as of `sources.feed.parse_body`."""
    if len(body) > caps.read_bytes and (not known or len(body) > caps.laid_out_bytes):
        return None
    if body.count(b"<") > caps.angles or (len(body) > caps.foreign_bytes and not _is_utf8(body)):
        return None
    document = as_utf8(body, content_type) if caps.is_guessing else without_guessing(body, content_type)
    if document is None:
        return None
    if is_json(document.body):
        return _json_quickly(document, url, known=known, max_entries=max_entries, max_chars=max_chars, caps=caps)
    return read_quickly(document, url, known=known, max_entries=max_entries, max_chars=max_chars, caps=caps)


def _json_quickly(
    document: Document, url: str, *, known: Collection[int], max_entries: int, max_chars: int, caps: Caps
) -> ParsedFeed | None:
    """A JSON Feed; what is wrong with other JSON is for a worker to say."""
    if len(document.body) > caps.read_bytes:
        return None
    try:
        parsed = parse_json(document.body, url, known=known)
    except ParseError:
        return None
    return capped(parsed, max_entries, max_chars) if len(parsed.entries) <= caps.entries else None


def read_quickly(
    document: Document,
    url: str,
    *,
    known: Collection[int] = (),
    max_entries: int = MAX_ENTRIES,
    max_chars: int = MAX_TEXT_CHARS,
    caps: Caps = NO_CAPS,
) -> ParsedFeed | None:
    """The same of a document in UTF-8."""
    layout = lay_out(document.body, url, max_marks=caps.marks)
    if layout is not None and known:
        rest, left, cut = without(layout, known)
        digests = _digests(left, layout)
        found = _read(rest, caps) if cut else None
        if found is not None and not found["is_entangled"] and len(found["entries"]) == len(digests):
            parsed = replace(_parsed(found, document, url), digests=digests, known=cut, already_read=len(cut))
            return capped(parsed, max_entries, max_chars)
    found = _read(document.body, caps)
    if found is None:
        return None
    parsed = _parsed(found, document, url)
    if layout is not None and not found["is_entangled"]:
        digests = _digests(layout.digests, layout)
        parsed = replace(parsed, digests=digests if len(digests) == len(parsed.entries) else ())
    return capped(parsed, max_entries, max_chars)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read(document: bytes, caps: Caps) -> dict[str, Any] | None:
    """One pass, with mending where the first fails."""
    if len(document) > caps.read_bytes:
        return None
    try:
        return read_strictly(document, max_elements=caps.elements, max_entries=caps.entries)
    except (NotWellFormed, NoFeedRoot) as error:
        reason = str(error)
    except Doubt:
        return None
    better = mended(document)
    if better == document:
        return None
    try:
        found = read_strictly(better, max_elements=caps.elements, max_entries=caps.entries)
    except (Doubt, NotWellFormed):
        return None
    return {**found, "bozo": True, "bozo_exception": reason}


def _parsed(found: dict[str, Any], document: Document, url: str) -> ParsedFeed:
    parsed = read_result(found, url)
    if document.remark and not parsed.is_bozo:
        parsed = replace(parsed, is_bozo=True, bozo_reason=document.remark)
    return parsed


def _digests(digests: tuple[int, ...], layout: Layout) -> tuple[int, ...]:
    return (*digests, NO_DIGEST) if layout.is_cut_off else digests
