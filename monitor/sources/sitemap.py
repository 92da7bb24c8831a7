"""News sitemaps: bytes → entries, run in a parse worker (Google's format, https://www.google.com/schemas/sitemap-news/).

Owns: which <url> is news, an index's recent children, compressed bodies, and the bundle in which an index travels with
its children as one body. Refuses: sitemaps without news tags (they list every page a site ever had), entities of their
own, and more than one level of indexes.

Through the standard library's expat, which builds no tree and follows nothing; prefixes are read by their local name,
because sitemaps forget to declare them.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin
from xml.parsers import expat

from monitor.errors import ParseError
from monitor.model.feeds import Entry, ParsedFeed
from monitor.sources.addresses import printable, shown
from monitor.sources.charsets import as_utf8

MAX_CHILDREN = 4
"""How many sitemaps of an index are read; news sitemaps hold at most 1,000 items of the last two days."""
MAX_UNZIPPED = 20_000_000
MAX_CHARS = 4000
NEWS_DAYS = 2
"""Publishers are asked to list the last two days; some list months."""
_MAX_DEPTH = 40
_MAGIC = b"monitor-sitemaps/1 "
_SNIFFED = 4096
_ROOT = re.compile(rb"<(?:[\w.-]{1,20}:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_NEWS_NAMESPACE = "schemas/sitemap-news"
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FIELDS = frozenset({"loc", "lastmod", "title", "publication_date", "name", "language"})


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that an index names; `changed_at` as the index says, None when it does not."""

    url: str
    changed_at: datetime | None


@dataclass(slots=True)
class _Url:
    fields: dict[str, str] = field(default_factory=dict)
    is_news: bool = False


def is_sitemap(body: bytes) -> bool:
    """Whether a body is a bundle of ours or begins as a sitemap or an index, compressed or not."""
    return body.startswith(_MAGIC) or root_of(unzipped(body[:_SNIFFED])) != ""


def root_of(body: bytes) -> str:
    """ "urlset", "sitemapindex" or ""."""
    head = body[:_SNIFFED].replace(b"\0", b"")
    match = _ROOT.search(head)
    is_first = match and not re.search(rb"<(?![?!])", head[: match.start()])
    return match[1].decode("ascii").lower() if match and is_first else ""


def unzipped(body: bytes) -> bytes:
    """A gzip body (.xml.gz is served as such) unpacked, others as they are; what lies beyond the cap is cut off."""
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        return zlib.decompressobj(31).decompress(body, MAX_UNZIPPED)
    except zlib.error:
        return body


def pack(parts: Sequence[tuple[str, bytes]], *, as_of: str = "") -> bytes:
    """Several bodies as one: (a remark for people or "", body) each; `as_of` is the server's Date header."""
    line = re.sub(r"[\r\n]", " ", as_of)
    pieces = [_MAGIC + line.encode("ascii", "replace") + b"\n"]
    for remark, body in parts:
        told = printable(remark).encode("utf-8", "replace")
        pieces.append(b"%d %d\n" % (len(told), len(body)) + told + body)
    return b"".join(pieces)


def unpack(body: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """(as_of, parts) of what `pack` made; any other body is the only part. Broken bundles end early."""
    if not body.startswith(_MAGIC):
        return "", [("", body)]
    head, _, rest = body.partition(b"\n")
    parts = []
    while match := re.match(rb"(\d{1,9}) (\d{1,9})\n", rest):
        start, middle = match.end(), match.end() + int(match[1])
        end = middle + int(match[2])
        parts.append((rest[start:middle].decode("utf-8", "replace"), rest[middle:end]))
        rest = rest[end:]
    return head.removeprefix(_MAGIC).decode("ascii", "replace"), parts


def recent_children(body: bytes) -> tuple[list[Child], int]:
    """The sitemaps of an index that may hold news, best first, and how many recent ones are left out.

    Recent is what changed within two days of the last change that the index names; without such dates, what is called
    news, or else the first ones.
    """
    urls = _read(body, "sitemap")[0]
    children = [Child(url.fields["loc"], _time(url.fields.get("lastmod", ""))) for url in urls if "loc" in url.fields]
    newest = max((child.changed_at for child in children if child.changed_at), default=None)

    def rank(child: Child) -> tuple[bool, float]:
        return "news" not in child.url.lower(), -child.changed_at.timestamp() if child.changed_at else 0.0

    if newest is None:
        called = [child for child in children if "news" in child.url.lower()]
        wanted = called or children
    else:
        since = newest - timedelta(days=NEWS_DAYS)
        wanted = [c for c in children if (c.changed_at >= since if c.changed_at else "news" in c.url.lower())]
    return sorted(wanted, key=rank)[:MAX_CHILDREN], max(0, len(wanted) - MAX_CHILDREN)


def parse_sitemap(body: bytes, url: str, *, max_entries: int) -> ParsedFeed:
    """The news of a sitemap or of a bundle, newest first, the last two days where the server's clock is known.

    Raises:
        ParseError: "unknown": it holds no news tags, declares entities, or is an index by itself; "empty".
    """
    as_of, parts = unpack(body)
    entries: list[tuple[datetime | None, Entry]] = []
    remarks: list[str] = []
    problems: list[ParseError] = []
    is_bozo = False
    for remark, part in parts:
        if remark:
            remarks.append(remark)
        try:
            found, reason = _parse_one(as_utf8(unzipped(part)).body, url) if part else ([], "")
        except ParseError as error:
            problems.append(error)
            continue
        entries += found
        is_bozo = is_bozo or bool(reason)
        remarks += [f"not well-formed: {reason}"] if reason else []
    if problems and len(problems) == sum(1 for _, part in parts if part):
        raise problems[0]
    remarks += [printable(str(problem)) for problem in problems]
    kept = _recent(entries, as_of, remarks)
    if len(kept) > max_entries:
        remarks.append(f"{len(kept):,} entries, the newest {max_entries:,} kept")
    return ParsedFeed(
        kind="news-sitemap",
        entries=tuple(kept[:max_entries]),
        is_bozo=is_bozo,
        bozo_reason=next((remark for remark in remarks if remark.startswith("not well-formed")), ""),
        remarks=tuple(remark for remark in remarks if not remark.startswith("not well-formed")),
    )


def _recent(entries: Iterable[tuple[datetime | None, Entry]], as_of: str, remarks: list[str]) -> list[Entry]:
    """Newest first; without what the server's own clock calls older than two days (a day-only date counts whole)."""
    first: dict[str | None, tuple[datetime | None, Entry]] = {}
    for at, entry in entries:
        first.setdefault(entry.link, (at, entry))
    ordered = sorted(first.values(), key=lambda one: -(one[0].timestamp() if one[0] else 0.0))
    try:
        now = parsedate_to_datetime(as_of)
        since = now.astimezone(UTC) - timedelta(days=NEWS_DAYS + 1)
    except (ValueError, TypeError, OverflowError):
        return [entry for _, entry in ordered]
    kept = [entry for at, entry in ordered if at is None or at >= since]
    if len(kept) < len(ordered):
        remarks.append(f"{len(ordered) - len(kept):,} entries older than {NEWS_DAYS} days left out")
    return kept


def _parse_one(body: bytes, url: str) -> tuple[list[tuple[datetime | None, Entry]], str]:
    """The dated entries of one urlset, and what was wrong with its XML."""
    root = root_of(body)
    if root == "sitemapindex":
        raise ParseError(
            f"{shown(url)}: this is an index of sitemaps; write `source: sitemap` for this feed in feeds.yaml, "
            "or the address of its news sitemap",
            kind="unknown",
        )
    if not root:
        raise ParseError(
            f"{shown(url)}: this is no sitemap; look for its address in the outlet's robots.txt", kind="unknown"
        )
    try:
        urls, is_for_news, reason = _read(body, "url")
    except expat.ExpatError as error:
        raise ParseError(f"{shown(url)}: this sitemap cannot be read ({error})", kind="unknown") from error
    news = [one for one in urls if one.is_news and one.fields.get("loc")]
    if urls and not news and not is_for_news:
        raise ParseError(
            f"{shown(url)}: this sitemap lists {len(urls):,} pages but no news (<news:news>); "
            "look for the outlet's news sitemap in its robots.txt",
            kind="unknown",
        )
    return [(_time(one.fields.get("publication_date", "")), _entry(one, url)) for one in news], reason


def _entry(one: _Url, url: str) -> Entry:
    told = {name: value[:MAX_CHARS] for name, value in one.fields.items()}
    return Entry(
        guid=told["loc"],
        link=_absolute(url, told["loc"]),
        title=html.escape(told.get("title", ""), quote=False),
        published_raw=told.get("publication_date") or None,
        updated_raw=told.get("lastmod") or None,
        language=told.get("language") or None,
        outlet=told.get("name") or None,
        is_permalink=told["loc"].startswith(("http://", "https://")),
    )


def _absolute(url: str, address: str) -> str:
    """Addresses have to be whole ones; some are not."""
    try:
        return urljoin(url, address)
    except ValueError:
        return address


def _read(body: bytes, item: str) -> tuple[list[_Url], bool, str]:
    """The items of a document, whether it declares news, and what was wrong; mended once before giving up half-way."""
    first = _Reader(item)
    reason = first.feed(body, None)
    if not reason:
        return first.urls, first.is_for_news, ""
    second = _Reader(item)
    second.feed(_mended(body), "utf-8")
    best = second if len(second.urls) >= len(first.urls) else first
    return best.urls, best.is_for_news, reason


def _mended(body: bytes) -> bytes:
    """The document in UTF-8 with its bare ampersands, foreign entities and forbidden characters made harmless."""
    text = body.decode("utf-8", "replace")
    text = re.sub(r"^[^<]+|<!DOCTYPE[^<>\[]{0,500}>", "", text, count=2)
    return _BARE_AMPERSAND.sub("&amp;", _FORBIDDEN.sub("", text)).encode()


class _Reader:
    """Expat's handlers: gathers the fields of each item, by local names and nesting."""

    def __init__(self, item: str) -> None:
        self.urls: list[_Url] = []
        self.is_for_news = False
        self._item = item
        self._stack: list[str] = []
        self._url: _Url | None = None
        self._text: list[str] | None = None

    def feed(self, body: bytes, encoding: str | None) -> str:
        """Read all of it; returns what was wrong with it, "" when nothing was. Raises `ParseError` for entities."""
        parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = _refuse_entities
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            return printable(str(error))
        except (LookupError, UnicodeError, ValueError) as error:  # an encoding that nobody knows
            return printable(str(error))
        return ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if not self._stack:
            self.is_for_news = any(_NEWS_NAMESPACE in value for value in attributes.values())
        self._stack.append(local)
        if len(self._stack) > _MAX_DEPTH:
            raise ParseError(f"elements are nested deeper than {_MAX_DEPTH} levels", kind="unknown")
        if local == self._item and len(self._stack) == 2:
            self._url = _Url()
        elif self._url is not None and local == "news":
            self._url.is_news = True
        elif self._url is not None and local in _FIELDS and self._is_ours():
            self._text = []

    def _end(self, name: str) -> None:
        local = self._stack.pop()
        if self._url is None:
            return
        if self._text is not None:
            if value := " ".join("".join(self._text).split()):
                self._url.fields.setdefault(local, value)
            self._text = None
        elif local == self._item and len(self._stack) == 1:
            self.urls.append(self._url)
            self._url = None

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _is_ours(self) -> bool:
        """Not an image's or a video's <title>: the field lies right in the item, in <news> or in <publication>."""
        inner = self._stack[2:-1]
        return inner in ([], ["news"], ["news", "publication"]) and not (
            inner and self._stack[-1] in {"loc", "lastmod"}
        )


def _refuse_entities(*_: object) -> None:
    raise ParseError("it declares entities of its own, which is how XML bombs are made", kind="unknown")


def _time(text: str) -> datetime | None:
    """A W3C date as aware UTC; a day alone is its midnight, a time without zone is taken as UTC (for ordering only)."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def with_date(body: bytes, as_of: str) -> bytes:
    """A body as a bundle that knows the server's clock."""
    return pack(unpack(body)[1], as_of=as_of)
