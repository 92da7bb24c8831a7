"""Bytes → entries: the only place that knows feedparser, run in worker processes.

Owns: telling feeds from pages by their root element, the charset's last word, what feedparser's dictionaries mean, and
the caps on what leaves this process. Refuses: to fetch (feedparser has no caps), to sanitise (text is extracted later,
once), to read dates (feedparser misreads Korean ones), and to call a malformed feed a failure: it is read as far as it
goes.

RSS 0.9x–2.0, RDF, Atom and CDF through feedparser; JSON Feed through `sources.jsonfeed`.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

import feedparser

from monitor.errors import ParseError
from monitor.model.feeds import Entry, ParsedFeed
from monitor.sources.addresses import printable, shown
from monitor.sources.jsonfeed import parse_json

MAX_ENTRIES = 2000
MAX_TEXT_CHARS = 200_000
MAX_LINE_CHARS = 4000
"""Titles, links, guids and names; a longer guid keeps a digest of its whole, so that it still identifies."""

_SNIFFED = 65_536
_FEED_ROOT = re.compile(r"<(?:[\w.-]{1,20}:)?(?:rss|feed|rdf|channel|entry)[\s>/]", re.IGNORECASE)
_HTML_ROOT = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta|script|div|p|h1)\b", re.IGNORECASE)
_FIRST_TAG = re.compile(r"<(?:!doctype|\w)[^<>]{0,200}", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,16})|([0-9]{1,20}));?", re.IGNORECASE)
_DECLARED = re.compile(rb"""^[^<]{0,4}<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.IGNORECASE)
_MULTIBYTE = re.compile(r"euc|johab|cp949|ks_c|2022|jis|gb|big5|utf-?(?:16|32)", re.IGNORECASE)


def parse_body(
    body: bytes, content_type: str, url: str, *, max_entries: int = MAX_ENTRIES, max_chars: int = MAX_TEXT_CHARS
) -> ParsedFeed:
    """The entries of a feed document, in its order.

    Args:
        body: The decompressed bytes as served.
        content_type: The header as served, "" when there was none.
        url: Where it was served, for resolving relative links.
        max_entries: More are cut from the end, with a remark.
        max_chars: Longer texts are cut, with a remark.

    Raises:
        ParseError: The body is "empty", "html" or "unknown" (no version, no entries), or feedparser broke ("crash").
    """
    if not body.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise ParseError(f"{shown(url)}: the body is empty; look at the feed in a browser", kind="empty")
    head = _start(body)
    cutter = _Cutter(max_chars)
    if head.lstrip("\ufeff \t\r\n").startswith("{"):
        return _capped(parse_json(body, url), max_entries, cutter)
    if _is_page(head):
        raise ParseError(
            f"{shown(url)}: this is a web page, not a feed (a login, a bot wall, a moved feed?); open it in a browser",
            kind="html",
        )
    # No content-location: with a base, feedparser would resolve guids too, and a redirect would change identities.
    headers = {"content-type": _content_type(body, content_type)}
    parsed = _feedparsed(body, headers, url)
    if not parsed.get("version") and not parsed.entries:
        first = _FIRST_TAG.search(head)
        told = f"it begins with {printable(first[0])[:60]!r}" if first else "it holds no element"
        raise ParseError(f"{shown(url)}: this is no feed, {told}; look for the feed's address", kind="unknown")
    return _capped(_read(parsed, url), max_entries, cutter)


def _feedparsed(body: bytes, headers: dict[str, str], url: str) -> Any:
    """feedparser's result; what breaks it is cut out first, then the body is given up."""
    try:
        return _once(body, headers)
    except Exception:  # a number that is no character (&#x110000;) breaks it, and would cost the whole feed
        cleaned = _REFERENCE.sub(_if_character, body)
    try:
        return _once(cleaned, headers)
    except Exception as error:  # whatever a hostile document breaks in there is this document's fault, and no other's
        reason = printable(f"{type(error).__name__}: {error}")[:200]
        raise ParseError(f"{shown(url)}: feedparser broke on this body ({reason}); report it", kind="crash") from error


def _if_character(match: re.Match[bytes]) -> bytes:
    code = int(match[1], 16) if match[1] else int(match[2])
    return match[0] if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else b""


def _once(body: bytes, headers: dict[str, str]) -> Any:
    return feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def _start(body: bytes) -> str:
    """The first characters, for looking at tags only; UTF-16 and UTF-32 lose their zero bytes."""
    return body[:_SNIFFED].replace(b"\0", b"").decode("latin-1").removeprefix("ï»¿").lstrip("þÿ")


def _is_page(head: str) -> bool:
    """An HTML root and no feed root behind it: PHP warnings before a feed are HTML too, and the feed counts."""
    first = _FIRST_TAG.search(head)
    return bool(first and _HTML_ROOT.match(first[0]) and not _FEED_ROOT.search(head))


def _content_type(body: bytes, content_type: str) -> str:
    """The header to believe: bytes that are valid UTF-8 beyond ASCII are UTF-8, whatever a one-byte charset claims."""
    declared = _DECLARED.match(body[:300])
    claims = f"{content_type} {declared[1].decode('ascii') if declared else ''}"
    if body.isascii() or _MULTIBYTE.search(claims) or body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content_type or "application/xml"
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return content_type or "application/xml"
    return "application/xml; charset=utf-8"


def _read(parsed: dict[str, Any], url: str) -> ParsedFeed:
    version = str(parsed.get("version") or "")
    feed = parsed["feed"]
    language = _line(feed, "language")
    is_bozo = bool(parsed.get("bozo"))
    return ParsedFeed(
        kind=version or "unknown",
        title=_line(feed, "title") or "",
        language=language,
        entries=tuple(_entry(item, url, language, is_atom=version.startswith("atom")) for item in parsed["entries"]),
        is_bozo=is_bozo,
        bozo_reason=printable(str(parsed.get("bozo_exception", "")))[:200] if is_bozo else "",
    )


def _entry(item: dict[str, Any], url: str, feed_language: str | None, *, is_atom: bool) -> Entry:
    source = dict.get(item, "source") or {}
    guid, link = _line(item, "id"), _link(item)
    return Entry(
        guid=guid,
        link=_absolute(url, link) if link else None,
        title=_markup(item, "title", is_atom=is_atom),
        # Without a detail of its own, "summary" is feedparser's copy of the content.
        summary=_markup(item, "summary", is_atom=is_atom) if dict.get(item, "summary_detail") else "",
        content=_content(item, is_atom=is_atom),
        published_raw=_line(item, "published") or _line(item, "created"),
        updated_raw=_line(item, "updated"),
        author=_line(item, "author"),
        language=_language(item, feed_language),
        outlet=_line(source, "title") or _line(item, "news_source"),  # <News:Source> in Bing's searches
        is_permalink=bool(guid and dict.get(item, "guidislink") and guid.lower().startswith(("http://", "https://"))),
    )


def _line(item: dict[str, Any], key: str) -> str | None:
    # dict.get, because feedparser's own mapping answers "updated" with "published" and warns.
    value = dict.get(item, key)
    return value.strip() or None if isinstance(value, str) else None


def _markup(item: dict[str, Any], key: str, *, is_atom: bool) -> str:
    """A text field as HTML: Atom's type="text" is literal (RFC 4287 §3.1.1.1), so it is escaped."""
    value = _line(item, key) or ""
    detail = dict.get(item, f"{key}_detail") or {}
    is_literal = is_atom and dict.get(detail, "type") == "text/plain"
    return html.escape(value, quote=False) if is_literal else value


def _content(item: dict[str, Any], *, is_atom: bool) -> str:
    """The longest text among an entry's contents."""
    found = [""]
    for part in dict.get(item, "content") or ():
        kind, value = str(dict.get(part, "type") or ""), dict.get(part, "value")
        if isinstance(value, str) and (kind.startswith("text/") or kind.endswith(("xml", "html"))):
            found.append(html.escape(value, quote=False) if is_atom and kind == "text/plain" else value)
    return max(found, key=len)


def _link(item: dict[str, Any]) -> str | None:
    link = _line(item, "link")
    if link:
        return link
    links = [part for part in dict.get(item, "links") or () if _line(part, "href")]
    for wanted in ("alternate", "related", "via"):
        for part in links:
            if dict.get(part, "rel") == wanted:
                return _line(part, "href")
    return None


def _absolute(url: str, link: str) -> str:
    """The link against the feed's address; xml:base has been applied by feedparser."""
    try:
        return link if ":" in link.partition("/")[0] else urljoin(url, link)
    except ValueError:
        return link


def _language(item: dict[str, Any], feed_language: str | None) -> str | None:
    """The entry's own language, None where it only inherits the feed's."""
    own = _line(item, "language")
    details: Iterable[Any] = (dict.get(item, "title_detail") or {}, *(dict.get(item, "content") or ()))
    for detail in details:
        own = own or _line(detail, "language")
    return own if own and own.lower() != (feed_language or "").lower() else None


class _Cutter:
    """Cuts fields, and counts what it cut."""

    def __init__(self, max_chars: int) -> None:
        self.max_chars = max_chars
        self.cut = 0

    def text(self, value: str, max_chars: int | None = None) -> str:
        cap = self.max_chars if max_chars is None else max_chars
        self.cut += len(value) > cap
        return value[:cap]

    def line(self, value: str | None) -> str | None:
        return None if value is None else self.text(value, MAX_LINE_CHARS)

    def guid(self, value: str | None) -> str | None:
        if value is None or len(value) <= MAX_LINE_CHARS:
            return value
        digest = hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return f"{value[:200]}…{digest}"


def _capped(parsed: ParsedFeed, max_entries: int, cutter: _Cutter) -> ParsedFeed:
    """What may leave this process: no more entries and no longer fields than allowed, and what was cut."""
    entries = tuple(
        Entry(
            guid=cutter.guid(entry.guid),
            link=cutter.line(entry.link),
            title=cutter.text(entry.title, MAX_LINE_CHARS * 3),
            summary=cutter.text(entry.summary),
            content=cutter.text(entry.content),
            published_raw=cutter.line(entry.published_raw),
            updated_raw=cutter.line(entry.updated_raw),
            author=cutter.line(entry.author),
            language=cutter.line(entry.language),
            outlet=cutter.line(entry.outlet),
            is_permalink=entry.is_permalink,
        )
        for entry in parsed.entries[:max_entries]
    )
    remarks = list(parsed.remarks)
    if len(parsed.entries) > max_entries:
        remarks.append(f"{len(parsed.entries):,} entries, the first {max_entries:,} kept")
    if cutter.cut:
        remarks.append(
            f"{cutter.cut:,} fields cut at {cutter.max_chars:,} characters of text or {MAX_LINE_CHARS:,} of a line"
        )
    return ParsedFeed(
        kind=parsed.kind,
        title=parsed.title[:MAX_LINE_CHARS],
        language=parsed.language[:100] if parsed.language else None,
        entries=entries,
        is_bozo=parsed.is_bozo,
        bozo_reason=parsed.bozo_reason,
        remarks=tuple(remarks),
    )
