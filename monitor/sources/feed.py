"""Bytes → entries, whatever the bytes: the quick way where nothing is in doubt, else feedparser; run in workers.

The only place that knows feedparser. Owns: telling feeds from pages by their root element, and what to say of what is
neither. Refuses: to fetch (feedparser has no caps), to sanitise or to read dates (see `sources.entries`), and to call a
malformed feed a failure: it is read as far as it goes.

RSS 0.9x–2.0, RDF, Atom and CDF; JSON Feed through `sources.jsonfeed`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import feedparser

from monitor.errors import ParseError
from monitor.model.feeds import ParsedFeed
from monitor.sources.addresses import printable, shown
from monitor.sources.charsets import Document, as_utf8
from monitor.sources.entries import MAX_ENTRIES, MAX_LINE_CHARS, MAX_TEXT_CHARS, capped, read_result
from monitor.sources.jsonfeed import is_json, parse_json
from monitor.sources.quick import read_quickly

__all__ = ["MAX_ENTRIES", "MAX_LINE_CHARS", "MAX_TEXT_CHARS", "judged", "parse_body"]

_SNIFFED = 65_536
_FEED_ROOT = re.compile(r"<(?:[\w.-]{1,20}:)?(?:rss|feed|rdf|channel|entry)[\s>/]", re.IGNORECASE)
_FEED_ROOT_TAG = re.compile(rb"<(?:[\w.-]{1,20}:)?(?:rss|feed|rdf|channel|entry)\b[^>]{0,4000}>", re.IGNORECASE)
_BASE = re.compile(rb"""\sxml:base\s*=\s*["'][^"']""")
_HTML_ROOT = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta|script|div|p|h1)\b", re.IGNORECASE)
_CDF = re.compile(r"<channel\b[^<>]*\b(?:href|lastmod|base)\s*=", re.IGNORECASE)
_FIRST_TAG = re.compile(r"<(?:!doctype|\w)[^<>]{0,200}", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]+)|([0-9]+));?", re.IGNORECASE)
_MAX_DIGITS = 7
# No content-location for most: with a base, feedparser resolves guids too, and a redirect would change identities.
_HEADERS = {"content-type": "application/xml; charset=utf-8"}


def parse_body(
    body: bytes,
    content_type: str,
    url: str,
    *,
    known: Collection[int] = (),
    max_entries: int = MAX_ENTRIES,
    max_chars: int = MAX_TEXT_CHARS,
) -> ParsedFeed:
    """The entries of a feed document, in its order.

    Args:
        body: The decompressed bytes as served.
        content_type: The header as served, "" when there was none.
        url: Where it was served, for resolving relative links.
        known: Digests of items that need not be read again (`ParsedFeed.digests` of an earlier body); they are
            counted in `already_read` where they can be told apart, and may be among the entries all the same.
        max_entries: More are cut from the end, with a remark.
        max_chars: Longer texts are cut, with a remark.

    Raises:
        ParseError: The body is "empty", "html" or "unknown" (no version, no entries), or feedparser broke ("crash").
    """
    if not body.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise ParseError(f"{shown(url)}: the body is empty; look at the feed in a browser", kind="empty")
    document = as_utf8(body, content_type)
    if is_json(document.body):
        return capped(parse_json(document.body, url, known=known), max_entries, max_chars)
    quick = read_quickly(document, url, known=known, max_entries=max_entries, max_chars=max_chars)
    return quick or capped(judged(document, url), max_entries, max_chars)


def judged(document: Document, url: str) -> ParsedFeed:
    """What feedparser makes of a document; raises as `parse_body` does."""
    head = document.body[:_SNIFFED].decode("utf-8", "replace")
    if _is_page(head):
        raise ParseError(
            f"{shown(url)}: this is a web page, not a feed (a login, a bot wall, a moved feed?); open it in a browser",
            kind="html",
        )
    parsed = _feedparsed(document.body, url)
    if not parsed.get("version") and not parsed.entries:
        first = _FIRST_TAG.search(head)
        told = f"it begins with {printable(first[0])[:60]!r}" if first else "it holds no element"
        raise ParseError(f"{shown(url)}: this is no feed, {told}; look for the feed's address", kind="unknown")
    result = read_result(parsed, url)
    if result.kind == "unknown" and _CDF.search(head):
        result = replace(result, kind="cdf")
    if document.remark and not result.is_bozo:
        return replace(result, is_bozo=True, bozo_reason=document.remark)
    return result


def _is_page(head: str) -> bool:
    """An HTML root and no feed root behind it: PHP warnings before a feed are HTML too, and the feed counts."""
    first = _FIRST_TAG.search(head)
    return bool(first and _HTML_ROOT.match(first[0]) and not _FEED_ROOT.search(head))


def _feedparsed(body: bytes, url: str) -> Any:
    """feedparser's result; what breaks it is cut out first, then the body is given up."""
    # A base below a root without one would outlive its element, so the root gets one: where the document comes from.
    root = _FEED_ROOT_TAG.search(body[:_SNIFFED])
    has_inner_base = root is not None and b"xml:base" not in root[0] and _BASE.search(body) is not None
    base = {"content-location": url} if has_inner_base and url.startswith(("http://", "https://")) else {}
    try:
        return _once(body, base)
    except Exception:  # a number that is no character (&#x110000;) breaks it, and would cost the whole feed
        cleaned = _REFERENCE.sub(_if_character, body)
    try:
        return _once(cleaned, base)
    except Exception as error:  # whatever a hostile document breaks in there is this document's fault, and no other's
        reason = printable(f"{type(error).__name__}: {error}")[:200]
        raise ParseError(f"{shown(url)}: feedparser broke on this body ({reason}); report it", kind="crash") from error


def _if_character(match: re.Match[bytes]) -> bytes:
    digits = (match[1] or match[2]).lstrip(b"0") or b"0"
    if len(digits) > _MAX_DIGITS:
        return b""
    code = int(digits, 16 if match[1] else 10)
    return b"&#%d;" % code if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else b""


def _once(body: bytes, base: dict[str, str]) -> Any:
    return feedparser.parse(body, response_headers=_HEADERS | base, sanitize_html=False, resolve_relative_uris=False)
