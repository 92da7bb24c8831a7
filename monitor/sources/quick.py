"""The quick way from bytes to entries: charset, cutting of what is known, one pass; None wherever feedparser is needed.

Cheap and bounded enough for the daemon's own process: everything here is linear in the body, what grows by elements
has a budget, and nothing of feedparser is imported.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from monitor.model.feeds import ParsedFeed
from monitor.sources.charsets import Document, as_utf8
from monitor.sources.cutting import NO_DIGEST, Layout, lay_out, without
from monitor.sources.entries import MAX_ENTRIES, MAX_TEXT_CHARS, capped, read_result
from monitor.sources.fast import Doubt, NoFeedRoot, NotWellFormed, read_strictly
from monitor.sources.mending import mended

MAX_BYTES = 400_000
"""A body beyond this is left to a worker; up to it the pass takes about 10 ms of one core."""


def parse_quickly(
    body: bytes,
    content_type: str,
    url: str,
    *,
    known: Collection[int] = (),
    max_entries: int = MAX_ENTRIES,
    max_chars: int = MAX_TEXT_CHARS,
) -> ParsedFeed | None:
    """The entries of a feed whose meaning is beyond doubt; arguments as of `sources.feed.parse_body`."""
    return read_quickly(as_utf8(body, content_type), url, known=known, max_entries=max_entries, max_chars=max_chars)


def read_quickly(
    document: Document,
    url: str,
    *,
    known: Collection[int] = (),
    max_entries: int = MAX_ENTRIES,
    max_chars: int = MAX_TEXT_CHARS,
) -> ParsedFeed | None:
    """The same of a document in UTF-8."""
    layout = lay_out(document.body, url)
    if layout is not None and known:
        rest, left, cut = without(layout, known)
        digests = _digests(left, layout)
        found = _read(rest) if cut else None
        if found is not None and not found["is_entangled"] and len(found["entries"]) == len(digests):
            parsed = replace(_parsed(found, document, url), digests=digests, known=cut, already_read=len(cut))
            return capped(parsed, max_entries, max_chars)
    found = _read(document.body)
    if found is None:
        return None
    parsed = _parsed(found, document, url)
    if layout is not None and not found["is_entangled"]:
        digests = _digests(layout.digests, layout)
        parsed = replace(parsed, digests=digests if len(digests) == len(parsed.entries) else ())
    return capped(parsed, max_entries, max_chars)


def _read(document: bytes) -> dict[str, Any] | None:
    """One pass, with mending where the first fails."""
    try:
        return read_strictly(document)
    except (NotWellFormed, NoFeedRoot) as error:
        reason = error
    except Doubt:
        return None
    better = mended(document)
    if better == document:
        return None
    try:
        return {**read_strictly(better), "bozo": True, "bozo_exception": reason}
    except (Doubt, NotWellFormed):
        return None


def _parsed(found: dict[str, Any], document: Document, url: str) -> ParsedFeed:
    parsed = read_result(found, url)
    if document.remark and not parsed.is_bozo:
        parsed = replace(parsed, is_bozo=True, bozo_reason=document.remark)
    return parsed


def _digests(digests: tuple[int, ...], layout: Layout) -> tuple[int, ...]:
    return (*digests, NO_DIGEST) if layout.is_cut_off else digests
