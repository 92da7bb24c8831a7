"""A web page → the addresses of its feeds, best first. Pure: what has to be asked for is for the caller to ask.

Owns: what points to a feed (the page is one, a known site, a declared link, an anchor that looks like one, a usual
place), in which order they are believed, and what only looks like one (REST interfaces, oEmbed, other languages'
pages, subscribe buttons). Refuses: to fetch, and to swear that what it found is alive.

Third-party: selectolax (the lexbor HTML5 parser), over a document thinned to the few tags that matter, so that no
nesting can make the tree expensive.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from monitor.core.known_sites import known_feeds
from monitor.core.text import clean_line
from monitor.model.discovery import FoundFeed

MAX_BYTES = 4_000_000
"""A page is read up to here; heads are far shorter."""
MAX_FOUND = 50
_MAX_HREF = 2048
_MAX_TAGS = 5_000
"""Of a kind; front pages hold some hundreds of links, and each costs some 30 µs."""
_LOOKED_AT = 300
"""Of a path's end and a query's beginning: expressions that try every beginning cost a square of it."""

_KEPT = rb"link|a|area|base|meta|title|img|script|style|textarea"
_OTHER_TAG = re.compile(rb"</?(?!(?:" + _KEPT + rb")\b)[a-zA-Z][^<>]*>", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^<>]{1,200}charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_SNIFFED = 65_536
_ROOT = re.compile(rb"<(?!\?|!)(?:[\w.-]{1,20}:)?([\w.-]{1,40})")
_ROOT_KINDS = {"rss": "rss", "feed": "atom", "rdf": "rdf", "channel": "rss", "urlset": "sitemap", "entry": "atom"}
_SELF = re.compile(rb"<(?:\w{1,20}:)?link\b(?=[^<>]*\brel\s*=\s*[\"']self[\"'])[^<>]*\bhref\s*=\s*[\"']([^\"'<>]+)")

_FEED_TYPE = re.compile(r"(?:application|text)/(?:x[.-])?(rss|atom|rdf)(?:\+xml)?|application/(feed)\+json")
_LOOSE_TYPES = {"application/xml", "text/xml", "application/json", "text/json", "text/html", "text/plain", ""}
_FEED_RELS = frozenset({"alternate", "alternative", "feed", "service.feed", "self", "rss", "syndication", "related"})

# How an address of a feed looks, told from its path and query; facts of publishing systems.
_FEED_PATH = re.compile(
    r"""(?:^|/)(?:feeds?|rss|rss2|atom|rdf|rssfeeds?|xml-rss2?)/?$                     # /feed/ /rss
      | (?:^|/)(?:feeds?|rss2?)/(?!.*\.(?:html?|php|aspx?|pdf|jpe?g|png|gif|mp3)$).+      # /rss/dunia
      | \.(?:rss|atom|rdf)$
      | (?:^|[/._-])(?:rss|rss2|feed|feeds|atom|rdf)[\w.-]*\.(?:xml|json|php|aspx?|cgi|ashx)$   # /rss-dunia.xml
      | [\w-]*(?:rss|feed|atom)\.(?:xml|json|rdf)$                                      # /newsfeed.xml
      | ^/index\.(?:xml|rdf)$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FEED_QUERY = re.compile(
    r"(?:^|&)(?:feed|format|type|alt|output|view|mode|fmt)=(?:rss(?:_?2(?:\.0)?|_?100)?|atom|rdf|feed|xml-rss)(?:&|$)"
    r"|(?:^|&)(?:rss|atom)(?:=1)?(?:&|$)",
    re.IGNORECASE,
)
_FEED_HOST = re.compile(r"(?:feeds?|rss)\d?\.|.*\bfeedburner\.(?:com|google\.com)$")
_FEED_WORD = re.compile(r"\b(?:rss|atom|feeds?|rdf|xml)\b|피드|лента|フィード|umpan", re.IGNORECASE)
_FEED_TEXT = re.compile(
    r"\W*(?:(?:subscribe (?:via|to|by)|our|full|all|news|site|main)\s+)?(?:rss|atom|xml|rdf)(?:\s*[\d.]+)?"
    r"(?:\s+(?:feeds?|news|2\.0))?\W*",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\.(?:html?|pdf|jpe?g|png|gif|svg|webp|mp[34]|zip|css|js)$", re.IGNORECASE)
_NO_FEED = re.compile(
    r"/wp-json/|/xmlrpc\.php|/oembed|wlwmanifest|opensearch|/osd\.xml|sitemap|rsd\.xml", re.IGNORECASE
)
_READERS = re.compile(
    r"(?:.*\.)?(?:feedly\.com|inoreader\.com|netvibes\.com|newsblur\.com|theoldreader\.com|bloglines\.com|"
    r"newsgator\.com|add\.my\.yahoo\.com|fusion\.google\.com|feedvalidator\.org|validator\.w3\.org|"
    r"feedspot\.com|wikipedia\.org)"
)
_INNER = re.compile(r"(?:feed/|[?&](?:url|feedurl|add|rss)=)(https?://.+)", re.IGNORECASE)
_COMMENTS = re.compile(
    r"comments?\b|commentaires|kommentare?|comentarios|komentar|комментари|댓글|コメント|评论|評論", re.IGNORECASE
)
_COMMENTS_ADDRESS = re.compile(r"/comments?(?:/|\.|$)|feed=comments|comments-rss", re.IGNORECASE)

_AT_ROOT = (
    "feed/",
    "rss",
    "rss.xml",
    "feed.xml",
    "atom.xml",
    "index.xml",
    "feed.json",
    "feeds/posts/default",
    "rss/index.xml",
    "index.rdf",
)
_FEED_WORDS = frozenset({"rss", "rss2", "feed", "feeds", "atom", "rdf", "xml", "json", "php", "index", "www", "html"})
_NEWS_SITEMAPS = ("news-sitemap.xml", "sitemap-news.xml", "sitemap_news.xml", "googlenews.xml")
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)

# How much a finding is believed; what is said of comments comes after everything else.
_KNOWN, _DECLARED, _LIKELY, _LOOKS, _SAID = range(5)


@dataclass(frozen=True, slots=True)
class _Pointer:
    rank: int
    feed: FoundFeed


def discover(html: bytes, url: str = "") -> list[FoundFeed]:
    """The feeds a page points to, best first, each once; the page itself when it is a feed.

    Args:
        html: The body as served.
        url: Where it was served (after redirects), for relative addresses; without it, the page's own word is taken
            (<base>, canonical), and what is left relative stays so.
    """
    html = html[:MAX_BYTES]
    if kind := feed_kind(html):
        own = url or _self_link(html)
        return [FoundFeed(url=own, kind=kind, why="the address is a feed itself")] if own else []
    page = _Page(html, url)
    pointers = [_Pointer(_KNOWN, feed) for feed in known_feeds(page.canonical) or known_feeds(url)]
    pointers += [*page.links(), *page.anchors()]
    pointers = [pointer for pointer in pointers if _as_key(pointer.feed.url) != _as_key(url)]
    ranked = sorted(pointers, key=lambda pointer: (_is_of_comments(pointer.feed), pointer.rank))  # stable
    found: dict[str, FoundFeed] = {}
    for pointer in ranked:
        found.setdefault(_as_key(pointer.feed.url), pointer.feed)
    return list(found.values())[:MAX_FOUND]


def feed_kind(body: bytes) -> str:
    """What a body is by its first element: "rss", "atom", "rdf", "json", "sitemap", or "" for anything else."""
    head = body[:_SNIFFED].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith(b"{"):
        return "json" if b"jsonfeed.org/version" in head and _is_json_feed(body, head) else ""
    while head.startswith((b"<?", b"<!")):  # prologue, comments, doctype
        end, mark = (b"-->", 3) if head.startswith(b"<!--") else (b">", 1)
        at = head.find(end)
        if at < 0:
            return ""
        head = head[at + mark :].lstrip()
    match = _ROOT.match(head)
    return _ROOT_KINDS.get(match[1].decode("latin-1").lower(), "") if match else ""


def usual_addresses(url: str) -> list[str]:
    """Where feeds usually lie, to be asked one by one without following redirects: beside the page, then at the root.

    Empty for what is no http(s) address.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return []
    root = f"{parts.scheme}://{parts.netloc}/"
    section = root + parts.path.strip("/") + "/"
    beside = [section + name for name in ("feed/", "rss")] if section != root + "/" and parts.path.strip("/") else []
    return [*beside, *(root + name for name in _AT_ROOT)]


def news_sitemaps(url: str, robots: str) -> list[str]:
    """Addresses of news sitemaps: those robots.txt names (the ones with "news" in them), then the usual ones."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    root = f"{parts.scheme}://{parts.netloc}/"
    named = [address for address in _SITEMAP_LINE.findall(robots) if address.startswith(("http://", "https://"))]
    wanted = [address for address in named if "news" in address.lower()][:5]
    return list(dict.fromkeys([*wanted, *(root + name for name in _NEWS_SITEMAPS)]))


def pages_to_ask(feed_url: str, site: str | None, *, is_page_itself: bool = False) -> list[str]:
    """Where a feed that is gone may be found anew: its own address if a page answers there, then its site's front page.

    A host that only serves feeds (rss.example.org) has its site beside it (example.org).
    """
    try:
        parts = urlsplit(feed_url)
    except ValueError:
        return []
    pages = [feed_url] if is_page_itself else []
    host = parts.hostname or ""
    if site:
        pages.append(site)
    elif _FEED_HOST.match(host) and host.count(".") >= 2 and not parts.port:
        pages.append(f"{parts.scheme}://{host.partition('.')[2]}/")
    else:
        pages.append(f"{parts.scheme}://{parts.netloc}/")
    return list(dict.fromkeys(pages))


def likeliest(found: Sequence[FoundFeed], feed_url: str) -> list[FoundFeed]:
    """What of the feeds found may be the one that was at `feed_url`, likeliest first; never that address itself.

    A section's feed shares words with its old address (/rss/dunia.xml, /feed/dunia); else the page's order holds.
    Feeds of comments are none.
    """
    words = _words_of(feed_url)
    others = [feed for feed in found if _as_key(feed.url) != _as_key(feed_url) and not _is_of_comments(feed)]
    return sorted(others, key=lambda feed: -len(words & _words_of(feed.url)))  # stable


def _words_of(url: str) -> set[str]:
    """The words of an address that tell one feed of a site from another."""
    parts = urlsplit(url)
    return set(re.findall(r"[^\W_]{2,}", unquote(f"{parts.path} {parts.query}").lower())) - _FEED_WORDS


class _Page:
    """The few tags of a page that matter."""

    def __init__(self, html: bytes, url: str) -> None:
        self._tree = LexborHTMLParser(_OTHER_TAG.sub(b" ", _as_utf8(html)).decode("utf-8", "replace"))
        canonical = next((href for rel, href in self._hrefs("link[rel][href]") if "canonical" in rel), "")
        canonical = canonical or self._meta("og:url")
        self._base = url or (canonical if _is_web(canonical) else "")
        base = next((href for _, href in self._hrefs("base[href]")), "")
        self._base = _join(self._base, base) or self._base
        self.canonical = _join(self._base, canonical)

    def links(self) -> Iterator[_Pointer]:
        """<link> elements, in the page's order."""
        for node in self._tree.css("link[href]")[:_MAX_TAGS]:
            given = {name: (value or "").strip() for name, value in node.attributes.items()}
            kind = given.get("type", "").partition(";")[0].strip().lower()
            rels = frozenset(given.get("rel", "").lower().split())
            address = self._address(given["href"])
            if not address or _NO_FEED.search(address) or "+oembed" in kind:
                continue
            told = _FEED_TYPE.fullmatch(kind)
            is_feedlike = looks_like_feed(address)
            title = _line(given.get("title", ""))
            if told and (not rels or rels & _FEED_RELS):
                rank, feed_type = _DECLARED, (told[1] or "json")
            elif not told and "feed" in rels:
                rank, feed_type = _DECLARED, _kind_of(address)
            elif kind in _LOOSE_TYPES and "alternate" in rels and "stylesheet" not in rels:
                is_other_page = kind in {"", "text/html", "text/plain"}
                if not is_feedlike and (is_other_page or not _FEED_WORD.search(title)):
                    if is_other_page or "hreflang" in given:
                        continue
                    rank, feed_type = _SAID, _kind_of(address)
                else:
                    rank, feed_type = _LIKELY, _kind_of(address)
            else:
                continue
            why = f'<link rel="{" ".join(sorted(rels))}" type="{kind}">' if kind else "<link> without a type"
            yield _Pointer(rank, FoundFeed(url=address, title=title, kind=feed_type, why=_line(why)))

    def anchors(self) -> Iterator[_Pointer]:
        """<a> and <area> elements whose address, or whose word, is a feed's."""
        for node in self._tree.css("a[href], area[href]")[:_MAX_TAGS]:
            given = {name: (value or "").strip() for name, value in node.attributes.items()}
            address = self._address(_unwrapped(given["href"]))
            if not address or _NO_FEED.search(address) or _is_reader(address):
                continue
            words = [given.get(name, "") for name in ("title", "aria-label")]
            words += [str(image.attributes.get("alt") or "") for image in node.css("img")]
            text = _line(node.text())
            title = text or next((_line(word) for word in words if word), "")
            told = _FEED_TYPE.fullmatch(given.get("type", "").partition(";")[0].strip().lower())
            if told or looks_like_feed(address):
                feed = FoundFeed(url=address, title=title, kind=_kind_of(address), why="a link that looks like a feed")
                yield _Pointer(_LOOKS, feed)
            elif any(_FEED_TEXT.fullmatch(word) for word in (text, *words) if word) and not _is_page(address):
                yield _Pointer(_SAID, FoundFeed(url=address, title=title, kind="unknown", why="a link called a feed"))

    def _address(self, href: str) -> str:
        """The absolute http(s) address of an href, "" when it is none."""
        href = re.sub(r"[\t\r\n]", "", href).strip()
        if not href or len(href) > _MAX_HREF or href.startswith("#"):
            return ""
        if href.lower().startswith("feed:"):  # feed://host/… and feed:https://host/…
            rest = href[5:]
            href = "http:" + rest if rest.startswith("//") else rest
        return _join(self._base, href)

    def _hrefs(self, selector: str) -> Iterator[tuple[frozenset[str], str]]:
        for node in self._tree.css(selector):
            given = node.attributes
            yield frozenset((given.get("rel") or "").lower().split()), (given.get("href") or "").strip()

    def _meta(self, name: str) -> str:
        node = self._tree.css_first(f'meta[property="{name}"]')
        return (node.attributes.get("content") or "").strip() if node is not None else ""


def is_feed_type(media_type: str) -> str:
    """ "rss", "atom", "rdf" or "json" for a feed's media type, "" for any other."""
    told = _FEED_TYPE.fullmatch(media_type.partition(";")[0].strip().lower())
    return (told[1] or "json") if told else ""


def looks_like_feed(url: str) -> bool:
    """Whether an address has the form of a feed's, going by its path, its query and its host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = parts.path[-_LOOKED_AT:]
    if _FEED_QUERY.search(parts.query[:_LOOKED_AT]) or _FEED_PATH.search(path):
        return True
    return bool(_FEED_HOST.match(parts.hostname or "") and path.strip("/") and not _PAGE.search(path))


def _join(base: str, href: str) -> str:
    """`href` against `base` without its fragment; "" for what is no http(s) address (and, without a base, no path)."""
    try:
        address = urljoin(base, href).partition("#")[0]
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme.lower() in {"http", "https"}:
        return address.replace(" ", "%20") if parts.netloc else ""
    return address if not parts.scheme and not base else ""


def _unwrapped(href: str) -> str:
    """The feed inside the address of a subscribe button of a web reader."""
    if _is_reader(href) and (match := _INNER.search(unquote(href))):
        return match[1]
    return href


def _is_reader(url: str) -> bool:
    try:
        return bool(_READERS.fullmatch((urlsplit(url).hostname or "").lower()))
    except ValueError:
        return False


def _is_page(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.path.strip("/") or bool(_PAGE.search(parts.path))


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _is_of_comments(feed: FoundFeed) -> bool:
    return bool(_COMMENTS.search(feed.title) or _COMMENTS_ADDRESS.search(feed.url))


def _as_key(url: str) -> str:
    """Addresses that differ in nothing that makes another feed: the scheme, a last slash."""
    host, slash, path = url.partition("://")[2].partition("/")
    return (host.lower() + slash + path).rstrip("/") or url


def _kind_of(url: str) -> str:
    parts = urlsplit(url)
    words = re.findall(r"rss|atom|rdf|json", f"{parts.path}?{parts.query}".lower())
    return words[-1] if words else "unknown"


def _line(text: str) -> str:
    return clean_line(text)[0]


def _self_link(body: bytes) -> str:
    match = _SELF.search(body[:_SNIFFED])
    address = match[1].decode("utf-8", "replace").strip().replace("&amp;", "&") if match else ""
    return address if _is_web(address) else ""


def _is_json_feed(body: bytes, head: bytes) -> bool:
    if len(body) > _SNIFFED:
        return bool(re.search(rb'"version"\s*:\s*"https?:..{0,2}jsonfeed\.org', head))
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and "jsonfeed.org" in str(document.get("version"))


def _as_utf8(html: bytes) -> bytes:
    """The page in UTF-8: by its mark, else as it is when valid, else as its <meta> says."""
    if html[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return html.decode("utf-16", "replace").encode()
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        match = _CHARSET.search(html[:8192])
        try:
            return html.decode(match[1].decode("ascii") if match else "windows-1252", "replace").encode()
        except LookupError:
            return html.decode("latin-1").encode()
    return html
