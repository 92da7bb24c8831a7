"""Foreign text made harmless: what comes from feeds enters mails only through these functions.

Escaping for HTML is the template engine's task, folding and encoding of headers that of `wire`; here are the
characters themselves, their direction, and links.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_LINK_LENGTH = 2000
# Joiners that Persian, Indic scripts and emoji need, and the marks that set a direction without overriding it.
_KEPT_FORMATS = frozenset("\u200c\u200d\u200e\u200f\u061c")
_UNSAFE_IN_LINK = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
# Scripts that put blanks between words: there a term does not start or end inside a longer word.
_SPACED = r"[0-9A-Za-zÀ-ɏЀ-ӿ]"


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters, without controls, direction overrides, invisible and broken characters.

    Cut at a word where one ends in the last third; an ellipsis tells of the cut.
    """
    # Characters that can only vanish are bounded first, so that a hostile megabyte costs no more than a long title.
    head = text[: limit * 20]
    kept = head if head.isprintable() else "".join(map(_harmless, head))
    line = " ".join(kept.split())
    return line if len(line) <= limit and len(text) <= limit * 20 else _cut(line, limit)


def window(text: str, terms: Iterable[str], limit: int) -> str:
    """A cleaned excerpt of at most `limit` characters that holds the first of `terms` where there is one."""
    line = clean(text, max(len(text), 1))
    if len(line) <= limit:
        return line
    pattern = _any_of(terms)
    found = pattern.search(line) if pattern else None
    if found is None or found.end() <= limit - 1:
        return _cut(line, limit)
    start = line.find(" ", max(0, found.start() - limit // 3)) + 1
    start = start if 0 < start <= found.start() else found.start()
    return "… " + _cut(line[start:], limit - 2)


def marked(text: str, terms: Iterable[str]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is one of `terms` (any case; whole words in Latin and Cyrillic)."""
    pattern = _any_of(terms)
    if pattern is None:
        return [(text, False)] if text else []
    pieces: list[tuple[str, bool]] = []
    done = 0
    for found in pattern.finditer(text):
        pieces.append((text[done : found.start()], False))
        pieces.append((found.group(), True))
        done = found.end()
    pieces.append((text[done:], False))
    return [piece for piece in pieces if piece[0]]


def direction(text: str) -> str:
    """ "rtl" when the first letter with a direction is Arabic, Hebrew or the like, else "ltr"."""
    for char in text:
        bidi = unicodedata.bidirectional(char)
        if bidi in ("R", "AL"):
            return "rtl"
        if bidi == "L":
            return "ltr"
    return "ltr"


def safe_link(url: str) -> str | None:
    """The address when it is http(s), names a host and is short enough to be carried along; else None."""
    link = url.strip()
    if not link or len(link) > MAX_LINK_LENGTH or _UNSAFE_IN_LINK.search(link):
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or parts.username is not None:
        return None
    return link


def language_tag(tag: str | None) -> str:
    """A well-formed BCP 47 tag, "und" (undetermined) for anything else."""
    return tag if tag and _TAG.match(tag) else "und"


def _harmless(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    if category == "Cf":
        return char if char in _KEPT_FORMATS else ""
    return "" if category in ("Cs", "Cn", "Co") else char


def _cut(line: str, limit: int) -> str:
    head = line[: limit - 1]
    blank = head.rfind(" ")
    if blank > limit * 2 // 3 and len(line) >= limit:
        head = head[:blank]
    return head.rstrip(" ,;:.–-") + "…"


def _any_of(terms: Iterable[str]) -> re.Pattern[str] | None:
    cleaned = {clean(term, 100) for term in terms}
    longest_first = sorted((term for term in cleaned if term), key=lambda term: (-len(term), term))
    if not longest_first:
        return None
    return re.compile("|".join(map(_as_word, longest_first)), re.IGNORECASE)


def _as_word(term: str) -> str:
    before = rf"(?<!{_SPACED})" if re.match(_SPACED, term) else ""
    after = rf"(?!{_SPACED})" if re.match(_SPACED, term[-1]) else ""
    return before + re.escape(term) + after
