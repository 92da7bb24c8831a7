"""OPML subscription lists (http://opml.org/spec2.opml): bytes → outlines, and back. Pure; files are for the caller.

Owns: what other readers write there, malformed as it often is (bare ampersands, no text, broken at the end, wrong
case), and folders. Refuses: entities of its own (which is how XML bombs and file thieves are made) and what has no
address. Reading what was written gives back what was put in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from monitor.errors import ParseError
from monitor.sources.addresses import printable
from monitor.sources.charsets import as_utf8

MAX_OUTLINES = 200_000
MAX_DEPTH = 100
MAX_CHARS = 2000
_FOLDER_DEPTH = 20

_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROLOGUE = re.compile(r"\A[^<]+|<\?xml[^<>]{0,200}\?>")
_TAG = re.compile(r"<(/?)outline\b((?:[^<>\"']|\"[^\"]{0,5000}\"|'[^']{0,5000}'){0,100})(/?)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_TITLE = re.compile(r"<title\b[^<>]*>([^<]{0,500})</title", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One subscription. `text` is what is shown, `title` the feed's own name where it is another.

    `folder` are the names of the outlines it lies in, from the outside in. `category` is the attribute of this name,
    verbatim. `is_comment`: written down, not subscribed.
    """

    url: str
    text: str = ""
    title: str = ""
    site: str = ""
    language: str = ""
    category: str = ""
    description: str = ""
    kind: str = "rss"
    folder: tuple[str, ...] = ()
    is_comment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlFile:
    """A list with its title; `remarks` say what was mended or left out."""

    outlines: tuple[Outline, ...]
    title: str = ""
    remarks: tuple[str, ...] = ()


def read_opml(body: bytes) -> OpmlFile:
    """The subscriptions of a list, in its order.

    Raises:
        ParseError: "unknown": it is no OPML, or declares entities; "empty".
    """
    if not body.strip():
        raise ParseError("the file is empty; export the list again", kind="empty")
    text = as_utf8(body).body.decode("utf-8", "replace")
    if _ENTITY.search(text):
        raise ParseError(
            "the file declares entities, which subscription lists have no use for; remove its <!DOCTYPE …>",
            kind="unknown",
        )
    if not re.search(r"<(?:opml|outline)\b", text[:1_000_000], re.IGNORECASE):
        raise ParseError("this is no OPML file: it holds no <opml> and no <outline>", kind="unknown")
    tree, remarks = _Tree(), []
    try:
        _strictly(text, tree)
    except expat.ExpatError as error:
        remarks.append(f"not well-formed ({printable(str(error))}), read as far as it goes")
        tree = _Tree()
        try:
            _strictly(_mended(text), tree)
        except expat.ExpatError:
            tree = _Tree()
            _leniently(text, tree)
    if tree.without_address:
        remarks.append(f"{tree.without_address:,} empty folders or entries without an address (xmlUrl) left out")
    return OpmlFile(outlines=tuple(tree.outlines), title=tree.title, remarks=tuple(remarks))


def write_opml(outlines: Iterable[Outline], *, title: str = "", created: str = "") -> bytes:
    """An OPML 2.0 document with folders nested; outlines of one folder are kept together, else in the given order.

    `created` is an RFC 822 date, or "" for none.
    """
    head = [f"    <title>{_escaped(title)}</title>"] if title else []
    head += [f"    <dateCreated>{_escaped(created)}</dateCreated>"] if created else []
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "  <head>",
        *head,
        "  </head>",
        "  <body>",
    ]
    root = _Folder({}, [])
    for outline in outlines:
        folder = root
        for name in outline.folder[:_FOLDER_DEPTH]:
            folder = folder.folders.setdefault(name, _Folder({}, []))
        folder.outlines.append(outline)
    lines += [*_written(root, "    "), "  </body>", "</opml>", ""]
    return "\n".join(lines).encode()


@dataclass(frozen=True, slots=True)
class _Folder:
    folders: dict[str, _Folder]
    outlines: list[Outline]


def _written(folder: _Folder, indent: str) -> Iterable[str]:
    for outline in folder.outlines:
        facts = {
            "type": outline.kind,
            "text": outline.text or outline.title or outline.url,
            "title": outline.title,
            "xmlUrl": outline.url,
            "htmlUrl": outline.site,
            "language": outline.language,
            "category": outline.category,
            "description": outline.description,
            "isComment": "true" if outline.is_comment else "",
        }
        given = " ".join(f"{name}={_quoted(value)}" for name, value in facts.items() if value)
        yield f"{indent}<outline {given}/>"
    for name, inner in folder.folders.items():
        yield f"{indent}<outline text={_quoted(name)}>"
        yield from _written(inner, indent + "  ")
        yield f"{indent}</outline>"


def _quoted(value: str) -> str:
    return quoteattr(_FORBIDDEN.sub("", value), {"\n": " ", "\r": " ", "\t": " "})


def _escaped(value: str) -> str:
    return html.escape(_FORBIDDEN.sub("", value), quote=False)


# --- reading ----------------------------------------------------------------------------------------------------


class _Tree:
    """Opening and closing outlines → subscriptions in folders."""

    def __init__(self) -> None:
        self.outlines: list[Outline] = []
        self.title = ""
        self.without_address = 0
        self._open: list[tuple[str, bool]] = []
        self._held: list[int] = []

    def open(self, given: Mapping[str, str]) -> None:
        """An <outline>; attribute names are lower-case."""
        if len(self._open) >= MAX_DEPTH:
            raise ParseError(f"folders are nested deeper than {MAX_DEPTH} levels", kind="unknown")
        if len(self.outlines) >= MAX_OUTLINES:
            raise ParseError(f"the file holds more than {MAX_OUTLINES:,} feeds", kind="unknown")
        facts = {name: " ".join(value.split())[:MAX_CHARS] for name, value in given.items()}
        url = facts.get("xmlurl", "") or (facts.get("url", "") if facts.get("type", "").lower() in _FEED_TYPES else "")
        folder = tuple(name for name, _ in self._open if name)
        before = len(self.outlines)
        if url:
            self.outlines.append(
                Outline(
                    url=_FEED_SCHEME.sub(lambda found: "http://" if found[1] else "", url),
                    text=facts.get("text", ""),
                    title=facts.get("title", ""),
                    site=facts.get("htmlurl", ""),
                    language=facts.get("language", ""),
                    category=facts.get("category", ""),
                    description=facts.get("description", ""),
                    kind=facts.get("type", "") or "rss",
                    folder=folder,
                    is_comment=facts.get("iscomment", "").lower() == "true",
                )
            )
        name = "" if url else facts.get("text") or facts.get("title") or ""
        self._open.append((name, bool(url)))
        self._held.append(before)

    def close(self) -> None:
        """An </outline>; one too many is no matter."""
        if self._open:
            (_, is_feed), before = self._open.pop(), self._held.pop()
            self.without_address += not is_feed and len(self.outlines) == before


_FEED_SCHEME = re.compile(r"\Afeed:(//)?", re.IGNORECASE)
"""feed://host/… and feed:https://host/…, as some readers write."""
_FEED_TYPES = frozenset({"rss", "atom", "feed", "rss1", "rss2"})


def _strictly(text: str, tree: _Tree) -> None:
    parser = expat.ParserCreate("utf-8")
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        inside.append(name.lower())
        if inside[-1] == "outline":
            tree.open({key.lower(): value for key, value in attributes.items()})

    def end(name: str) -> None:
        inside.pop()
        if name.lower() == "outline":
            tree.close()

    def characters(found: str) -> None:
        if inside[-2:] == ["head", "title"]:
            tree.title = (tree.title + found)[:MAX_CHARS]

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.Parse(_PROLOGUE.sub("", text, count=2).encode("utf-8", "replace"), True)


def _leniently(text: str, tree: _Tree) -> None:
    """Tag by tag, whatever lies between."""
    if match := _TITLE.search(text[:100_000]):
        tree.title = html.unescape(match[1]).strip()
    for closing, inner, empty in _TAG.findall(text):
        if closing:
            tree.close()
            continue
        given = {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(inner)}
        tree.open(given)
        if empty or inner.rstrip().endswith("/"):
            tree.close()


def _mended(text: str) -> str:
    return _BARE_AMPERSAND.sub("&amp;", _FORBIDDEN.sub("", text))


def folder_of(outline: Outline) -> Sequence[str]:
    """The folders it lies in; without one, those its first category names ("/Asia/Korea")."""
    if outline.folder:
        return outline.folder
    first = outline.category.partition(",")[0].strip()
    return tuple(part.strip() for part in first.split("/") if part.strip())
