"""JSON Feed 1.0 and 1.1 (jsonfeed.org) → entries, tolerant of wrong types: what is not a string is not there.

An item inherits nothing but the feed's address, so items that were read before are recognised by their content and that
address, as `sources.cutting` does for XML.
"""

from __future__ import annotations

import html
import json
from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any
from urllib.parse import urljoin

from monitor.errors import ParseError
from monitor.model.feeds import Entry, ParsedFeed
from monitor.sources.addresses import shown
from monitor.sources.cutting import NO_DIGEST


def is_json(body: bytes) -> bool:
    """Whether a body looks like JSON."""
    return body[:100].lstrip().startswith(b"{")


def parse_json(body: bytes, url: str, *, known: Collection[int] = ()) -> ParsedFeed:
    """The items of a JSON Feed but those with `known` digests; raises `ParseError` ("unknown") for other JSON."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"{shown(url)}: this is no feed, but broken JSON ({error})", kind="unknown") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(document.get("version", "")):
        raise ParseError(f"{shown(url)}: this is JSON, but no JSON Feed; look for the feed's address", kind="unknown")
    context = blake2b(url.encode("utf-8", "surrogatepass"), digest_size=32).digest()
    objects = [(item, _digest(item, context)) for item in items if isinstance(item, dict)]
    cut = tuple(digest for _, digest in objects if digest in known)
    left = [(item, digest) for item, digest in objects if digest not in known]
    return ParsedFeed(
        kind="json11" if str(document["version"]).rstrip("/").endswith("1.1") else "json1",
        title=_text(document, "title"),
        language=_text(document, "language") or None,
        entries=tuple(_entry(item, url) for item, _ in left),
        digests=tuple(digest for _, digest in left),
        known=cut,
        already_read=len(cut),
    )


def _digest(item: Mapping[str, Any], context: bytes) -> int:
    try:
        written = json.dumps(item).encode()
    except RecursionError:  # nested so deeply that it could just be read
        return NO_DIGEST
    return int.from_bytes(blake2b(written, digest_size=8, key=context).digest(), "big") or 1


def _entry(item: Mapping[str, Any], url: str) -> Entry:
    name = _text(item, "id")
    link = (
        _text(item, "url") or _text(item, "external_url") or (name if name.startswith(("http://", "https://")) else "")
    )
    plain = _text(item, "content_text")
    return Entry(
        guid=name or None,
        link=_absolute(url, link),
        title=html.escape(_text(item, "title"), quote=False),
        summary=html.escape(_text(item, "summary"), quote=False),
        content=_text(item, "content_html") or html.escape(plain, quote=False),
        published_raw=_text(item, "date_published") or None,
        updated_raw=_text(item, "date_modified") or None,
        author=_author(item),
        language=_text(item, "language") or None,
    )


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip()


def _absolute(base: str, link: str) -> str | None:
    try:
        return urljoin(base, link) if link else None
    except ValueError:
        return link


def _author(item: Mapping[str, Any]) -> str | None:
    authors = item.get("authors")
    candidates = [*(authors if isinstance(authors, list) else ()), item.get("author")]
    names = (_text(one, "name") for one in candidates if isinstance(one, dict))
    return next((name for name in names if name), None)
