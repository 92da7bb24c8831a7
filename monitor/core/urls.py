"""One address, one key: canonical forms of article links, for comparing, never for guessing.

Two forms: `canonicalize` gives an address that still leads to the article; `url_key` compares, and leaves out more
(scheme, www/m/amp host prefixes, AMP and print forms, a trailing slash, what the user's rules say), because those lead
to the same text.

Owns: what a key leaves out of a path. Refuses: to drop a parameter it does not know, to change the case of path or
query, and to follow anything over the network. The pieces stand in `url_parts`, `trackers`, `wrappers`, `sites`.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from monitor.core.sites import NO_SITES, Sites
from monitor.core.trackers import without_trackers
from monitor.core.url_parts import CACHED_URLS, MAX_URL_CHARS, bare_host, escape, split, straight_path, with_ampersands
from monitor.core.wrappers import unwrapped

_INDEX_PAGE = re.compile(r"/(?:index\.(?:html?|php|shtml|aspx?|jsp)|default\.aspx?)")
_AMP_PAGES = ("/amp", "/amp.html", "/amp.htm", "/amphtml", ".amp")
_ARTICLE = re.compile(r"\d|[^/-]-[^/-]")
"""A path that names an article bears a number or words tied by hyphens; `/news/print` is a section about printing."""


def canonicalize(url: str) -> str | None:
    """The address without wrappers, trackers and accidents of writing; None when it is no safe http(s) address.

    Idempotent. Keeps scheme, host prefixes, the case of path and query, every unknown parameter (sorted), and
    fragments that are routes (`#!…`, `#/…`).
    """
    return _canonical(url) if len(url) <= MAX_URL_CHARS else _canonical.__wrapped__(url)


@lru_cache(maxsize=CACHED_URLS)
def _canonical(url: str) -> str | None:
    parts = split(unwrapped(url))
    if parts is None:
        return None
    scheme, host, path, query, fragment = parts
    canonical = f"{scheme}://{host}{straight_path(path)}"
    kept = without_trackers(query) if query else ""
    if kept:
        canonical += f"?{kept}"
    if fragment.startswith(("!", "/")):
        canonical += f"#{escape(fragment)}"
    return canonical if len(canonical) <= MAX_URL_CHARS else None


@lru_cache(maxsize=CACHED_URLS)
def url_key(url: str, sites: Sites = NO_SITES) -> int | None:
    """63 bits that are equal for addresses of one article; None where `canonicalize` gives None.

    `sites` are the user's rules; without them the key is the one that everybody's addresses have.
    """
    canonical = canonicalize(url)
    if canonical is None:
        return None
    form = _key_form(canonical) if sites.are_none else compared_form(canonical, sites)
    return int.from_bytes(hashlib.blake2b(form.encode(), digest_size=8).digest(), "big") >> 1


def readable(url: str) -> str:
    """A link as the feed gave it, made safe to show and follow: whole, one line, without wrapper and credentials.

    Only for what `canonicalize` accepts.
    """
    url = unwrapped(url).strip().replace("\n", "").replace("\r", "").replace("\t", "").replace(" ", "%20")
    url = with_ampersands("https:" + url if url.startswith("//") else url)
    has_credentials = "@" in url.partition("://")[2].partition("/")[0]
    return canonicalize(url) or "" if has_credentials else url


def host_of(url: str) -> str:
    """The lower-case host without www/m/mobile/amp prefix and port, "" when there is none."""
    parts = split(url)
    if parts is None:
        return ""
    host = parts[1]
    return host.partition("]")[0] + "]" if host.startswith("[") else bare_host(host.partition(":")[0])


def is_site_root(url: str) -> bool:
    """Whether the address is a home page, which identifies an outlet but no article."""
    canonical = canonicalize(url)
    return canonical is not None and "/" not in _key_form(canonical) and "?" not in canonical and "#" not in canonical


def compared_form(canonical: str, sites: Sites = NO_SITES) -> str:
    """What of a canonical address is compared: the text behind its key."""
    rest = canonical.partition("://")[2]
    address, hash_sign, fragment = rest.partition("#")
    address, _, query = address.partition("?")
    host, _, path = address.partition("/")
    host, path = bare_host(host), _article_path("/" + path)
    if not sites.are_none:
        host, path, query = sites.compared(host, path or "/", query)
        path = path.rstrip("/")
    return host + path + ("?" + query if query else "") + hash_sign + fragment


_key_form = lru_cache(maxsize=CACHED_URLS)(compared_form)


def _article_path(path: str) -> str:
    """A path without what leads to the same text: index pages, AMP and print forms, session ids, outer slashes."""
    if ";" in path:
        path = re.sub(r"(?i);jsessionid=[^/;]*", "", path)
    if path.startswith("//"):
        path = "/" + path.lstrip("/")
    slash = path.rfind("/")
    if _INDEX_PAGE.fullmatch(path, slash):
        path = path[:slash]
    path = path.rstrip("/")
    if "amp" in path:
        path = path[4:] if path.startswith("/amp/") else path
        if path.endswith((".amp.html", ".amp.htm")):
            stem, _, suffix = path.rpartition(".amp.")
            path = f"{stem}.{suffix}"
        path = next((path.removesuffix(page) for page in _AMP_PAGES if path.endswith(page)), path)
    if "/print" in path:
        path = _without_print(path)
    return path


def _without_print(path: str) -> str:
    rest = path.removeprefix("/print") if path.startswith("/print/") else path
    rest = rest.removesuffix("/print.html").removesuffix("/print")
    return rest if _ARTICLE.search(rest) else path
