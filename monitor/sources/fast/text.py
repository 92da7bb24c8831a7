"""What becomes of a field's characters: trimming, repairs of double encoding, links against their base."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from urllib.parse import urljoin

from monitor.sources.fast.names import Doubt

_C1 = re.compile("[\x80-\x9f]")
_WINDOWS = {code: char for code in range(0x80, 0xA0) if (char := bytes([code]).decode("cp1252", "replace")) != "\ufffd"}
_EXTRA_SLASHES = re.compile(r"\A([A-Za-z][A-Za-z0-9+\-.,]*://)/+")
_MAX_BASE_CHARS = 2000
_MISREAD = re.compile(r"&(\w+);", re.ASCII)
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def stored(text: str) -> str:
    """A field as it is kept: UTF-8 that was encoded twice is undone, Windows' punctuation gets its own code points."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_WINDOWS) if _C1.search(text) else text


def absolute(base: str, address: str) -> str:
    """The address against a base ("" for none); surplus slashes after the scheme go, what cannot be joined is ""."""
    if ":///" in address:
        address = _EXTRA_SLASHES.sub(r"\1", address)
    if not base:
        return address
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


@lru_cache(maxsize=256)
def joined_base(base: str, given: str) -> str:
    """The base inside an element that gives one."""
    if not base and not given:
        return base
    if len(given) > _MAX_BASE_CHARS:  # however short it comes out, it would be remembered
        raise Doubt("an odd xml:base")
    new = absolute(base, given)
    if len(new) > _MAX_BASE_CHARS or not new.startswith(("http://", "https://")) or any(char.isspace() for char in new):
        raise Doubt("an odd xml:base")
    return new


def link_text(address: str) -> str:
    """A link whose query was escaped once too often ("&amp;", "&b;") as it was meant."""
    return _MISREAD.sub(r"&\1", address.replace("&amp;", "&")) if "&" in address else address


def content_type(given: str) -> str:
    """The media type behind Atom's short names; doubts what might be base64."""
    if given in {"text", "plain"}:
        return "text/plain"
    if given == "html":
        return "text/html"
    if given == "xhtml":
        return "application/xhtml+xml"
    if not given.startswith("text/") and not given.endswith(("+xml", "/xml")):
        raise Doubt("content of an odd type")
    return given


def escaped(text: str) -> str:
    """Text between inline markup."""
    return text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")


def inline_tag(name: str, attributes: Iterable[tuple[str, str]]) -> str:
    """A tag of inline markup, written anew."""
    return (
        f"<{name}"
        + "".join(f' {key}="' + escaped(value).replace('"', "&quot;") + '"' for key, value in attributes)
        + ">"
    )


def without_wrapper(pieces: list[str]) -> list[str]:
    """Atom's XHTML without the one <div> around all of it (RFC 4287 §3.1.1.3), if it is around all of it."""
    start, end = 0, len(pieces)
    while end - start > 1 and not pieces[end - 1].strip():
        end -= 1
    while end - start > 1 and not pieces[start].strip():
        start += 1
    kept = pieces[start:end]
    if not kept or not (kept[0] == "<div>" or kept[0].startswith("<div ")) or kept[-1] != "</div>":
        return kept
    depth = 0
    for piece in kept[:-1]:
        if piece.startswith("</"):
            depth -= 1
            if depth == 0:
                return kept
        elif piece.startswith("<") and not piece.endswith("/>"):
            depth += 1
    return kept[1:-1]
