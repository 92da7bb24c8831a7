"""The pieces of an address: split, its host and its escapes made alike; what no program can read is refused.

Refuses: to make sense of addresses that two parsers read differently (`http://in\\@out/`), and to change the case of
path or query.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_URL_CHARS = 4096
"""Longer addresses are refused: servers do not serve them, they are junk or an attack."""
CACHED_URLS = 2048
"""An entry's address is asked for its key, its host and whether it is shared within one batch."""
CACHED_HOSTS = 512
"""A feed's entries share a host or two, and a batch holds some dozens of feeds."""

Parts = tuple[str, str, str, str, str]
"""(scheme, host[:port], path, query, fragment); scheme and host lower-case, the rest as written."""

_HOST_PREFIXES = ("www.", "m.", "mobile.", "amp.", "wap.")
_SPLIT = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:\#(?P<fragment>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*{_LABEL}")
_IPV6 = re.compile(r"\[[0-9a-f:.]{2,45}\]")
_MOBILE_AFTER_LANGUAGE = re.compile(r"([a-z]{2,3})\.m\.(?=[^.]+\.)")
_ESCAPED_AMPERSAND = re.compile(r"&(?:(?:amp|#0{0,3}38|#x0{0,3}26);)+", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|([^!-~]|[\"<>\\^`{|}]|%)")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def split(url: str) -> Parts | None:
    """The parts, or None; feeds wrap long lines, so CR, LF and TAB are dropped."""
    # What is too long to be an address is too long to be remembered.
    return _split(url) if len(url) <= MAX_URL_CHARS else _split.__wrapped__(url)


@lru_cache(maxsize=CACHED_URLS)
def _split(url: str) -> Parts | None:
    if not (url.isascii() and url.isprintable()):
        url = url.strip().replace("\n", "").replace("\r", "").replace("\t", "")
        is_forbidden = len(url) <= MAX_URL_CHARS and _FORBIDDEN.search(url) is not None
    else:
        url, is_forbidden = url.strip(" "), False  # of all that is printable, only this is space
    if is_forbidden or len(url) > MAX_URL_CHARS:
        return None
    if url.startswith("//"):
        url = "https:" + url
    match = _SPLIT.fullmatch(with_ampersands(url))
    if match is None:
        return None
    scheme = match["scheme"].lower()
    host = _host(match["authority"], scheme)
    if host is None:
        return None
    return scheme, host, match["path"], match["query"] or "", match["fragment"] or ""


def with_ampersands(url: str) -> str:
    """The address without the escapes that feeds leave in one that was escaped twice (`?a=1&amp;b=2`).

    Their number sign would begin a fragment, and with it cut off the parameter that identifies the article.
    """
    return _ESCAPED_AMPERSAND.sub("&", url) if "&" in url else url


def escape(text: str) -> str:
    """Upper-case escapes, unreserved characters unescaped, everything unsafe escaped as UTF-8 (RFC 3986 §6.2.2)."""

    def one(match: re.Match[str]) -> str:
        if match[1]:
            char = chr(int(match[1], 16))
            return char if char in _UNRESERVED else f"%{match[1].upper()}"
        return "".join(f"%{byte:02X}" for byte in match[2].encode())

    return with_ampersands(_ESCAPE.sub(one, text))


def straight_path(path: str) -> str:
    """A path with its escapes made alike and its dots resolved; at least a slash."""
    path = escape(path) or "/"
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


@lru_cache(maxsize=CACHED_HOSTS)
def bare_host(host: str) -> str:
    """A host without www/m/mobile/amp/wap before it, nor `m` behind its language (`ko.m.example.org`)."""
    for prefix in _HOST_PREFIXES:
        if host.startswith(prefix) and "." in host.removeprefix(prefix):
            return bare_host(host.removeprefix(prefix))
    return _MOBILE_AFTER_LANGUAGE.sub(r"\1.", host, count=1) if ".m." in host[:6] else host


@lru_cache(maxsize=CACHED_HOSTS)
def _host(authority: str, scheme: str) -> str | None:
    # A backslash ends the host for browsers and not for RFC 3986: such an address means two things, so it means none.
    if "\\" in authority or "%" in authority:
        return None
    name = authority.rpartition("@")[2]
    port = ""
    if not name.endswith("]"):
        head, colon, tail = name.rpartition(":")
        if colon:
            name, port = head, tail
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        return None
    name = name.lower().removesuffix(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    if not (_HOST_NAME.fullmatch(name) or _IPV6.fullmatch(name)):
        return None
    port = port.lstrip("0")
    is_default = not port or (scheme, port) in {("http", "80"), ("https", "443")}
    return name if is_default else f"{name}:{port}"
