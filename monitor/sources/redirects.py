"""Redirects: where they lead, and the feeds that some of them carry in their own body.

Seen in the wild: a news agency answers its feed's address with a 301 whose body is the feed and whose target is a web
page. So a redirect's body is kept aside where it may be a feed, and used when the target is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from monitor.model.feeds import Fetched, FetchFailed, FetchOutcome
from monitor.model.pages import Redirected

STATUSES = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
_FEED = re.compile(rb"<(?:[\w.-]{1,20}:)?(?:rss|feed|rdf|channel)[\s>]|jsonfeed\.org/version", re.IGNORECASE)
_SNIFFED = 4_096
_NO_BODY_STATUS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying(Redirected):
    """A redirect with its own body as an outcome, where that may be a feed."""

    carried: Fetched


def joined(url: str, target: str) -> str:
    """The absolute target of a redirect; raw bytes in it (seen: UTF-8, EUC-KR) are escaped, its fragment dropped."""
    raw = target.encode("utf-8", "surrogateescape")
    escaped = "".join(chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in raw)
    try:
        return urljoin(url, escaped).partition("#")[0]
    except ValueError:
        return escaped


def may_carry(headers: Mapping[str, str]) -> bool:
    """Whether a redirect's own body is worth reading. Its validators never are: a 304 would hide the way it leads."""
    kind = headers.get("content-type", "").lower()
    return any(name in kind for name in ("xml", "json", "rss", "atom"))


def may_be_feed(body: bytes) -> bool:
    """Whether a body begins like a feed."""
    return _FEED.search(body, 0, _SNIFFED) is not None


def better(end: FetchOutcome, carried: Fetched | None) -> FetchOutcome:
    """What a way of redirects brought: its end, or the feed that a redirect carried where the end answers without one.

    A target that does not answer at all is no reason: that passes.
    """
    if carried is None:
        return end
    is_refusal = isinstance(end, FetchFailed) and end.status >= _NO_BODY_STATUS
    is_other = isinstance(end, Fetched) and not may_be_feed(end.body)
    return carried if is_refusal or is_other else end
