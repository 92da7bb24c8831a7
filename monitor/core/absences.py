"""Why an address may not be stored: whose host it is, how feeds would have named it, what else its words name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from monitor.core.identity import digest62
from monitor.core.text import normalize
from monitor.core.urls import canonicalize, host_of
from monitor.model.articles import Article

MIN_SHARED, MIN_SHARE = 2, 0.5
"""Titles are shown that hold so many, and such a share, of the words of an address."""
MIN_LETTERS = 3
_WORD = re.compile(r"[^\W\d_]+")
_FORMS = frozenset({"html", "htm", "php", "aspx", "index", "news", "berita", "read", "article"})
_SECOND_LEVEL = 3
"""Longest label below a country's that is no name of anybody's: co.id, com.sg, ac.jp."""


def are_akin(host: str, other: str) -> bool:
    """Whether two hosts are one site's, by their last two labels (below co.id and its kin: three)."""
    return bool(host) and _site(host) == _site(other)


def _site(host: str) -> tuple[str, ...]:
    labels = host.partition(":")[0].split(".")
    is_country = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= _SECOND_LEVEL
    return tuple(labels[-3:] if is_country else labels[-2:])


def address_keys(url: str, feed_id: str) -> list[int]:
    """The keys that an entry of a feed may have in the ledger if this address is its guid or its link.

    Feeds write addresses in more ways than these; that none is found proves nothing.
    """
    rest = url.partition("://")[2] or url
    bare = rest.removeprefix("www.").rstrip("/")
    forms = [url, canonicalize(url) or url]
    for scheme in ("https://", "http://"):
        forms += [f"{scheme}{www}{bare}{slash}" for www in ("", "www.") for slash in ("", "/")]
    return [digest62(f"{feed_id}\x1f{what}\x1f{form}") for form in dict.fromkeys(forms) for what in ("guid", "link")]


def alike_titles(url: str, articles: Iterable[Article], *, limit: int = 3) -> list[Article]:
    """The articles whose titles hold most of an address's words, best first, the same host before others."""
    wanted = _words(unquote(url.partition("://")[2].partition("/")[2])) - _FORMS
    if len(wanted) < MIN_SHARED:
        return []
    host, ranked = host_of(url), []
    for article in articles:
        shared = len(wanted & _words(article.title))
        if shared >= MIN_SHARED and shared >= MIN_SHARE * len(wanted):
            ranked.append((-shared, article.host != host, article))
    return [article for *_, article in sorted(ranked, key=lambda one: one[:2])[:limit]]


def nearest_host(host: str, hosts: Sequence[str]) -> int:
    """How near a feed's hosts are to one: 2 the same, 1 of the same site, 0 neither."""
    return 2 if host in hosts else 1 if any(are_akin(host, other) for other in hosts) else 0


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(normalize(text)) if len(word) >= MIN_LETTERS}
