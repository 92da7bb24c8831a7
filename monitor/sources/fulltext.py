"""A web page's bytes → its main text, titles and reservations: the only place that knows trafilatura.

Runs in a page worker, which alone imports it (a second of start, tens of megabytes). Owns: what a page says of itself
(charset, address, meta robots, TDM reservation, `isAccessibleForFree`). Refuses: to fetch, to run scripts, to judge
what the text is good for (see `core.pages`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from trafilatura import bare_extraction
from trafilatura.meta import reset_caches
from trafilatura.utils import load_html

from monitor.errors import ParseError
from monitor.model.pages import PageText
from monitor.sources.addresses import printable, shown
from monitor.sources.charsets import as_utf8

AGENT = "monitor"
MAX_TITLES = 8
MAX_TITLE_CHARS = 500
MAX_ADDRESS_CHARS = 2048
_HEAD_BYTES = 8192
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_NOT_FREE = re.compile(r'"isAccessibleForFree"\s*:\s*"?\s*false\b', re.IGNORECASE)
_TITLE_NAMES = frozenset({"og:title", "twitter:title", "dc.title"})


def read_page(body: bytes, content_type: str, url: str) -> PageText:
    """The main text of a page; empty where it holds none (a page made of scripts, a menu).

    Raises:
        ParseError: The body is "empty", or no tree can be made of it ("unknown").
    """
    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if not body.strip():
        raise ParseError(f"{shown(url)}: the page is empty", kind="empty")
    document = as_utf8(body, _with_charset(body, content_type))
    html = document.body.decode("utf-8", "replace").replace("\0", "\ufffd")
    tree = load_html(html)
    if tree is None:
        raise ParseError(f"{shown(url)}: this is no web page that can be read", kind="unknown")
    metas = list(_metas(tree))
    # Precision: a page that is missed leaves an article as it is, but headlines of others would raise its score.
    found = bare_extraction(
        tree, favor_precision=True, include_comments=False, include_tables=False, with_metadata=False
    )
    # Its caches grow by about a megabyte a page (adbar/trafilatura issue 216).
    reset_caches()
    return PageText(
        titles=tuple(_titles(tree, metas)),
        text=str(getattr(found, "text", "") or ""),
        reservation=_reservation(metas),
        is_paid=any(_NOT_FREE.search(script) for script in _texts(tree, "script")),
        address=_address(tree, metas, url),
    )


def _with_charset(body: bytes, content_type: str) -> str:
    """The content type with the charset that the page declares, where the header names none."""
    if "charset" in content_type.lower():
        return content_type
    found = _META_CHARSET.search(body[:_HEAD_BYTES])
    return f"text/html; charset={found[1].decode('ascii')}" if found else "text/html"


def _metas(tree: Any) -> Iterator[tuple[str, str]]:
    """(name, content) of the meta elements, names lower-case."""
    for meta in tree.iter("meta"):
        name = meta.get("name") or meta.get("property") or ""
        yield name.strip().lower(), (meta.get("content") or "").strip()


def _address(tree: Any, metas: list[tuple[str, str]], url: str) -> str:
    """What the page calls its own address, absolute; "" where it says nothing, or two things.

    In the head only: links further down may be its readers'.
    """
    links = (link for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split())
    named = {link.get("href") or "" for link in links if any(above.tag == "head" for above in link.iterancestors())}
    named = {one.strip() for one in named if one.strip()} or {
        content for name, content in metas if name == "og:url" and content
    }
    if len(named) != 1:
        return ""
    try:
        address = urljoin(url, named.pop())
    except ValueError:
        return ""
    return printable(address) if len(address) <= MAX_ADDRESS_CHARS else ""


def _titles(tree: Any, metas: list[tuple[str, str]]) -> Iterator[str]:
    found = [content for name, content in metas if name in _TITLE_NAMES]
    found += [*_texts(tree, "title"), *_texts(tree, "h1")]
    for title in list(dict.fromkeys(found))[:MAX_TITLES]:
        yield printable(" ".join(title.split()))[:MAX_TITLE_CHARS]


def _texts(tree: Any, tag: str) -> Iterator[str]:
    for element in tree.iter(tag):
        yield "".join(element.itertext())


def _reservation(metas: list[tuple[str, str]]) -> str:
    for name, content in metas:
        if name in {"robots", AGENT}:
            directives = {directive.strip() for directive in content.lower().split(",")}
            for sign in ("noai", "nosnippet"):
                if sign in directives:
                    return f"meta {name}: {sign}"
        if name == "tdm-reservation" and content == "1":
            return "meta tdm-reservation: 1"
    return ""
