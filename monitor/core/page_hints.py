"""What points on from a page besides its links: the answer's Link header, a refresh, frames.

Owns: RFC 8288 as far as feeds need it, and where a page that is only a door leads to. Refuses: to follow anything.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from monitor.core.discovery import is_feed_type, looks_like_feed
from monitor.core.text import clean_line
from monitor.model.discovery import FoundFeed

_SNIFFED = 65_536
_MAX_HEADER = 8192
_LINK = re.compile(
    r"<([^<>]{1,2048})>((?:\s*;\s*[\w*!#$&+.^`|~-]{1,40}\s*(?:=\s*(?:\"[^\"]{0,500}\"|[^\s\";,]{1,200}))?)*)"
)
_PARAMETER = re.compile(r";\s*([\w*!#$&+.^`|~-]{1,40})\s*(?:=\s*(?:\"([^\"]{0,500})\"|([^\s\";,]{1,200})))?")
_REFRESH = re.compile(
    rb"""<meta\b[^<>]{0,200}http-equiv\s*=\s*["']?refresh\b[^<>]{0,300}?content\s*=\s*["']?\s*[\d.]{0,5}\s*[;,]\s*"""
    rb"""(?:url\s*=\s*)?["']?([^"'<>\s]{1,2000})""",
    re.IGNORECASE,
)
_FRAME = re.compile(rb"""<frame\b[^<>]{0,300}?\bsrc\s*=\s*["']?([^"'<>\s]{1,2000})""", re.IGNORECASE)
MAX_DOORS = 2


def feeds_of_header(header: str, url: str) -> list[FoundFeed]:
    """The feeds that an answer's Link header names, in its order."""
    found = []
    for match in _LINK.finditer(header[:_MAX_HEADER]):
        given = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(match[2])}
        rels = given.get("rel", "").lower().split()
        address = _joined(url, match[1].strip())
        kind = is_feed_type(given.get("type", ""))
        is_named = "alternate" in rels and (kind or ("type" not in given and looks_like_feed(address)))
        if address and (is_named or "feed" in rels):
            title = clean_line(given.get("title", ""))[0]
            found.append(FoundFeed(url=address, title=title, kind=kind or "unknown", why="the answer's Link header"))
    return found


def doors(html: bytes, url: str) -> list[str]:
    """Where a page that shows nothing itself leads: its refresh, else its frames; none for feeds and pages of words."""
    head = html[:_SNIFFED]
    places = _REFRESH.findall(head)[:1] or _FRAME.findall(head)[:MAX_DOORS]
    addresses = (_joined(url, place.decode("utf-8", "replace").replace("&amp;", "&")) for place in places)
    return [address for address in dict.fromkeys(addresses) if address and address != url]


def _joined(url: str, address: str) -> str:
    try:
        whole = urljoin(url, address).partition("#")[0]
        return whole if urlsplit(whole).scheme in {"http", "https"} and urlsplit(whole).netloc else ""
    except ValueError:
        return ""
