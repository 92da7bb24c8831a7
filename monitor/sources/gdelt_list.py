"""GDELT's list of articles (mode=ArtList, format=json): bytes → entries, run in a parse worker.

Its JSON escapes what needs no escape, its titles stand apart from their punctuation, and its dates are when GDELT saw
an article, minutes after it was published. (As RSS, the list is a feed like any other.)
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from monitor.errors import ParseError
from monitor.model.feeds import Entry, ParsedFeed
from monitor.sources.addresses import shown

_ESCAPE = re.compile(r"""(\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})|\\(')?""")
_SEEN = re.compile(r"(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)Z?")
_SPACED = re.compile(r"\s+([,.:;!?%)\]}’”»])|([(\[{‘“«$])\s+")
_LANGUAGES = {
    "arabic": "ar", "chinese": "zh", "dutch": "nl", "english": "en", "french": "fr", "german": "de", "hindi": "hi",
    "indonesian": "id", "italian": "it", "japanese": "ja", "korean": "ko", "malay": "ms", "persian": "fa",
    "polish": "pl", "portuguese": "pt", "russian": "ru", "spanish": "es", "thai": "th", "turkish": "tr",
    "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "czech": "cs", "swedish": "sv", "norwegian": "no",
    "danish": "da", "finnish": "fi", "greek": "el", "hungarian": "hu", "romanian": "ro", "bulgarian": "bg",
    "serbian": "sr", "croatian": "hr", "slovak": "sk", "slovenian": "sl", "hebrew": "he", "bengali": "bn",
    "tamil": "ta", "tagalog": "tl", "kazakh": "kk", "georgian": "ka", "armenian": "hy", "mongolian": "mn",
    "azerbaijani": "az", "lithuanian": "lt", "latvian": "lv", "estonian": "et", "catalan": "ca",
}  # fmt: skip


def is_article_list(body: bytes) -> bool:
    """Whether a body begins as GDELT's list of articles; its answer for "nothing found" is an empty object."""
    head = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    return bool(re.match(rb'\{\s*"articles"\s*:|\{\s*\}\s*$', head))


def parse_article_list(body: bytes, url: str, *, max_entries: int) -> ParsedFeed:
    """The articles of a list, in its order; raises `ParseError` ("unknown") for broken JSON.

    Its dates are when GDELT saw an article, minutes after it was published.
    """
    text = body.decode("utf-8-sig", "replace")
    try:
        document = json.loads(_ESCAPE.sub(_mended, text), strict=False)
    except (ValueError, RecursionError) as error:
        raise ParseError(
            f"{shown(url)}: this is no list of articles, but broken JSON ({error})", kind="unknown"
        ) from error
    articles = document.get("articles") if isinstance(document, dict) else None
    items = [item for item in articles if isinstance(item, dict)] if isinstance(articles, list) else []
    remarks = [f"{len(items):,} entries, the first {max_entries:,} kept"] if len(items) > max_entries else []
    return ParsedFeed(
        kind="gdelt",
        title="GDELT",
        entries=tuple(_entry(item) for item in items[:max_entries]),
        remarks=tuple(remarks),
    )


def _mended(escape: re.Match[str]) -> str:
    """A backslash that escapes nothing stands for itself, before an apostrophe for nothing."""
    return escape[1] or escape[2] or r"\\"


def _entry(item: dict[str, Any]) -> Entry:
    link = _text(item, "url")
    return Entry(
        guid=link or None,
        link=link or None,
        title=html.escape(_closed_up(_text(item, "title")), quote=False),
        published_raw=_seen_at(_text(item, "seendate")),
        language=_LANGUAGES.get(_text(item, "language").lower()),
        outlet=_text(item, "domain").removeprefix("www.") or None,
    )


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return " ".join(value.split())[:4000] if isinstance(value, str) else ""


def _closed_up(title: str) -> str:
    """A title without the blanks that GDELT puts around punctuation."""
    return _SPACED.sub(lambda match: match[1] or match[2], title)


def _seen_at(text: str) -> str | None:
    match = _SEEN.fullmatch(text)
    return "{}-{}-{}T{}:{}:{}Z".format(*match.groups()) if match else text or None
