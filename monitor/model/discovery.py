"""What looking for feeds finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """One address that is, or very likely is, a feed.

    `url` is absolute where the page's own address was known. `title` is the page's word for it, "" without one.
    `kind` is "rss", "atom", "rdf", "json", "sitemap" or "unknown", as far as it can be told without asking.
    `why` says in a phrase what points to it.
    """

    url: str
    title: str = ""
    kind: str = "unknown"
    why: str = ""
