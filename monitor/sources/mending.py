"""Documents that are nearly XML → XML: what editors and templates break most, put right before anything is parsed.

Owns: what stands before the document (warnings, comments, blank lines), characters that XML forbids, ampersands that
begin nothing, and HTML's named characters without a DTD. Every change is local to the spot it is made at, so that a
part of a document mends as it does within the whole. Refuses: to close or reorder tags; that is the judge's trade.
"""

from __future__ import annotations

import re
from html.entities import html5

MAX_SPOTS = 20_000
"""More ampersands or sections than this are no accidents; mending them would take over 10 ms."""

_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]{0,20}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_NO_CHARACTERS = re.compile(b"\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf][\x80-\xbf]")
_OPAQUE = re.compile(rb"<!\[CDATA\[|<!--")
_AMPERSAND = re.compile(rb"&(?:#([0-9]{1,20});|#[xX]([0-9A-Fa-f]{1,16});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_NAMES = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})


def mended(document: bytes) -> bytes:
    """The document (UTF-8, no XML declaration) with what can be put right locally put right."""
    root = _ROOT.search(document)
    if root is not None and b"<!DOCTYPE" not in document[: root.start()].upper():
        document = document[root.start() :]
    document = _NO_CHARACTERS.sub(b"", document.translate(None, _CONTROLS))
    if b"&" not in document or document.count(b"&") > MAX_SPOTS or document.count(b"<!") > MAX_SPOTS:
        return document
    pieces: list[bytes] = []
    start = 0
    while (opening := _OPAQUE.search(document, start)) is not None:
        ending = b"]]>" if opening[0] != b"<!--" else b"-->"
        end = document.find(ending, opening.end())
        if end < 0:
            break
        pieces += (_AMPERSAND.sub(_reference, document[start : opening.start()]), document[opening.start() : end + 3])
        start = end + 3
    pieces.append(_AMPERSAND.sub(_reference, document[start:]))
    return b"".join(pieces)


def _reference(found: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, name = found[1], found[2], found[3]
    if name:
        if name in _XML_NAMES:
            return found[0]
        characters = html5.get(f"{name.decode('ascii')};")
        return characters.encode() if characters and characters not in "<>&" else b"&amp;" + found[0][1:]
    if decimal or hexadecimal:
        return found[0] if _is_character(int(decimal) if decimal else int(hexadecimal, 16)) else b""
    return b"&amp;"


def _is_character(code: int) -> bool:
    """XML 1.0 §2.2."""
    return code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
