"""Items → the bytes of an RSS 2.0, Atom or RSS 1.0 (RDF) feed, well-formed unless the outlet is known not to be."""

from __future__ import annotations

import html
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from .day import Day, Item, Outlet

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS1 = "http://purl.org/rss/1.0/"
for prefix, uri in {"content": CONTENT, "dc": DC, "rdf": RDF}.items():
    ET.register_namespace(prefix, uri)

HTML_PAGE = """<!doctype html>
<html lang="id"><head><title>Situs sedang dirawat</title></head>
<body><h1>Kami segera kembali</h1><p>Silakan muat ulang halaman ini beberapa saat lagi.</p></body></html>
"""


def render_feed(day: Day, outlet: Outlet, round_number: int) -> tuple[bytes, str]:
    """The body and the media type of a feed in a round."""
    if outlet.behaviour == "html":
        return HTML_PAGE.encode(), "text/html; charset=utf-8"
    items = day.entries(outlet.id, round_number)
    build, media_type = {
        "rss": (_rss, "application/rss+xml"),
        "atom": (_atom, "application/atom+xml"),
        "rdf": (_rdf, "application/rdf+xml"),
    }[outlet.kind]
    root = build(outlet, items)
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding=outlet.encoding, xml_declaration=True)
    if outlet.behaviour == "malformed":
        # What careless templates do: a bare ampersand in a title, and an end that never came.
        body = body.replace(b"&amp; ", b"& ").removesuffix(b"</rss>").rstrip().removesuffix(b"</channel>")
    return body, media_type


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, attributes)
    child.text = text or None
    return child


def _body(item: Item) -> str:
    return "\n".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in item.paragraphs)


def _summary(item: Item) -> str:
    return html.escape(item.paragraphs[0], quote=False)


def _home(outlet: Outlet) -> str:
    return f"https://{outlet.id}.example.org/"


def _rss(outlet: Outlet, items: list[Item]) -> ET.Element:
    root = ET.Element("rss", version="2.0")
    channel = _add(root, "channel")
    _add(channel, "title", outlet.name)
    _add(channel, "link", _home(outlet))
    _add(channel, "description", outlet.name)
    _add(channel, "language", outlet.language)
    for item in items:
        node = _add(channel, "item")
        _add(node, "title", item.title)
        _add(node, "link", item.link)
        _add(node, "guid", item.guid, isPermaLink="false")
        _add(node, "pubDate", format_datetime(item.at))
        _add(node, "description", _summary(item))
        _add(node, f"{{{CONTENT}}}encoded", _body(item))
    return root


def _atom(outlet: Outlet, items: list[Item]) -> ET.Element:
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": outlet.language})
    _add(root, "title", outlet.name)
    _add(root, "id", _home(outlet))
    _add(root, "link", href=_home(outlet))
    _add(root, "updated", max(item.at for item in items).isoformat())
    for item in items:
        node = _add(root, "entry")
        _add(node, "title", item.title)
        _add(node, "link", rel="alternate", href=item.link)
        _add(node, "id", item.guid)
        _add(node, "published", item.at.isoformat())
        _add(node, "updated", item.at.isoformat())
        _add(node, "content", _body(item), type="html")
    return root


def _rdf(outlet: Outlet, items: list[Item]) -> ET.Element:
    root = ET.Element(f"{{{RDF}}}RDF", xmlns=RSS1)
    channel = _add(root, "channel", **{f"{{{RDF}}}about": _home(outlet)})
    _add(channel, "title", outlet.name)
    _add(channel, "link", _home(outlet))
    _add(channel, "description", outlet.name)
    for item in items:
        node = _add(root, "item", **{f"{{{RDF}}}about": item.link})
        _add(node, "title", item.title)
        _add(node, "link", item.link)
        _add(node, "description", _body(item))
        _add(node, f"{{{DC}}}date", item.at.isoformat())
    return root
