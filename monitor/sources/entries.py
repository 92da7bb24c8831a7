"""What a reader found in a document → `ParsedFeed`: one meaning for both readers, and the caps on what leaves.

Owns: what feedparser's dictionaries (and those of `sources.fast`, which have their shape) mean as an `Entry`. Refuses:
to sanitise (text is extracted later, once) and to read dates (feedparser misreads Korean ones).
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from monitor.model.feeds import Entry, ParsedFeed
from monitor.sources.addresses import printable

MAX_ENTRIES = 2000
MAX_TEXT_CHARS = 200_000
MAX_LINE_CHARS = 4000
"""Titles, links, guids and names; a longer guid keeps a digest of its whole, so that it still identifies."""
_ADDRESSES = ("http://", "https://", "//", "/")
"""How a guid begins that leads somewhere; "g1" and "tag:…" are names, whatever isPermaLink says."""
_ONE_SLASH = re.compile(r"\A(https?):/(?!/)", re.IGNORECASE)
_IANA = "http://www.iana.org/assignments/relation/"
"""RFC 4287 §4.2.7.2: a relation may be written in full."""
_FULL_TEXT = "yandex_full-text"
"""What Russian outlets give Yandex beside a short description."""


def read_result(parsed: Mapping[str, Any], url: str) -> ParsedFeed:
    """What a reader's result {"version", "feed", "entries", "bozo", "bozo_exception"} says, uncut."""
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
    guid = _line(item, "id")
    link = _link(item, guid, feed_language)
    # RSS knows one date; Dublin Core's and other dates in its items stand in for it.
    updated = _line(item, "updated")
    return Entry(
        guid=guid,
        link=_absolute(url, link) if link else None,
        title=_markup(item, "title", is_atom=is_atom),
        # Without a detail of its own, "summary" is feedparser's copy of the content.
        summary=_markup(item, "summary", is_atom=is_atom) if dict.get(item, "summary_detail") else "",
        content=_content(item, is_atom=is_atom),
        published_raw=_line(item, "published") or _line(item, "created") or (None if is_atom else updated),
        updated_raw=updated,
        author=_line(item, "author"),
        language=_language(item, feed_language),
        outlet=_line(source, "title") or _line(item, "news_source"),  # <News:Source> in Bing's searches
        original_link=_line(item, "feedburner_origlink"),
        is_permalink=bool(guid and dict.get(item, "guidislink") and guid.lower().startswith(_ADDRESSES[:2])),
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
    found.append(_line(item, _FULL_TEXT) or "")
    return max(found, key=len)


def _link(item: dict[str, Any], guid: str | None, feed_language: str | None) -> str | None:
    """The address of the item: its link, a related one, or the guid where that is an address and no link was given."""
    link = _line(item, "link")
    if link and link != guid:
        given = dict.get(item, "links")
        return link if given is None or len(given) < 2 else _in_language(given, feed_language) or link
    if guid and (link or "link" in item) and guid.lower().startswith(_ADDRESSES):
        return guid
    links = [part for part in dict.get(item, "links") or () if _line(part, "href")]
    for wanted in ("alternate", "", _IANA + "alternate", "related", _IANA + "related", "via", _IANA + "via"):
        for part in links:
            if dict.get(part, "rel") == wanted:
                return _line(part, "href")
    return None


def _in_language(links: list[dict[str, Any]], language: str | None) -> str | None:
    """Of several versions of a page the one in the feed's language (RFC 4287 §4.2.7.4), if there is one."""
    own = (language or "").lower().partition("-")[0]
    if own:
        for part in links:
            told = (_line(part, "hreflang") or "").lower()
            if told.partition("-")[0] == own and dict.get(part, "rel") == "alternate":
                return _line(part, "href")
    return None


def _absolute(url: str, link: str) -> str:
    """The link against the feed's address; xml:base has been applied by feedparser."""
    if link.startswith(("https://", "http://")):
        return link
    head = link.partition("/")[0]
    try:
        if ":" in head:
            return _ONE_SLASH.sub(r"\1://", link)
        if "." in head and (head.lower().startswith("www.") or head.lower() == urlsplit(url).netloc.lower()):
            # A host without its scheme; as a path it would lie below the feed, where nothing is.
            return f"{urlsplit(url).scheme or 'https'}://{link}"
        return urljoin(url, link)
    except ValueError:
        return link


def _language(item: dict[str, Any], feed_language: str | None) -> str | None:
    """The entry's own language, None where it only inherits the feed's."""
    inherited = (feed_language or "").lower()
    parts = (item, dict.get(item, "title_detail"), dict.get(item, "summary_detail"), *(dict.get(item, "content") or ()))
    for part in parts:
        own = dict.get(part, "language") if part else None
        if isinstance(own, str) and (own := own.strip()) and own.lower() != inherited:
            return own
    return None


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


def capped(parsed: ParsedFeed, max_entries: int = MAX_ENTRIES, max_chars: int = MAX_TEXT_CHARS) -> ParsedFeed:
    """What may leave: no more entries and no longer fields than allowed, and a remark on what was cut."""
    cutter = _Cutter(max_chars)
    entries = tuple(
        entry if _is_short(entry, max_chars) else _cut(entry, cutter) for entry in parsed.entries[:max_entries]
    )
    remarks = list(parsed.remarks)
    if len(parsed.entries) > max_entries:
        remarks.append(f"{len(parsed.entries):,} entries, the first {max_entries:,} kept")
    if cutter.cut:
        remarks.append(
            f"{cutter.cut:,} fields cut at {cutter.max_chars:,} characters of text or {MAX_LINE_CHARS:,} of a line"
        )
    return replace(
        parsed,
        title=parsed.title[:MAX_LINE_CHARS],
        language=parsed.language[:100] if parsed.language else None,
        entries=entries,
        remarks=tuple(remarks),
        digests=parsed.digests[:max_entries],
    )


def _is_short(entry: Entry, max_chars: int) -> bool:
    lines = [entry.guid, entry.link, entry.published_raw, entry.updated_raw, entry.author, entry.language, entry.outlet]
    lines.append(entry.original_link)
    return (
        len(entry.title) <= MAX_LINE_CHARS
        and len(entry.summary) <= max_chars
        and len(entry.content) <= max_chars
        and all(line is None or len(line) <= MAX_LINE_CHARS for line in lines)
    )


def _cut(entry: Entry, cutter: _Cutter) -> Entry:
    return Entry(
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
        original_link=cutter.line(entry.original_link),
        is_permalink=entry.is_permalink,
    )
