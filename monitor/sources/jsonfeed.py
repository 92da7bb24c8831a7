"""JSON Feed 1.0 and 1.1 (jsonfeed.org) → entries, tolerant of wrong types: what is not a string is not there."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from monitor.errors import ParseError
from monitor.model.feeds import Entry, ParsedFeed
from monitor.sources.addresses import shown


def parse_json(body: bytes, url: str) -> ParsedFeed:
    """The items of a JSON Feed; raises `ParseError` ("unknown") for other JSON."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"{shown(url)}: this is no feed, but broken JSON ({error})", kind="unknown") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(document.get("version", "")):
        raise ParseError(f"{shown(url)}: this is JSON, but no JSON Feed; look for the feed's address", kind="unknown")
    return ParsedFeed(
        kind="json11" if str(document["version"]).rstrip("/").endswith("1.1") else "json1",
        title=_text(document, "title"),
        language=_text(document, "language") or None,
        entries=tuple(_entry(item, url) for item in items if isinstance(item, dict)),
    )


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
