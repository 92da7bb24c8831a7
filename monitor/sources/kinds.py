"""Bytes → entries by what the bytes are: what the parse workers run."""

from __future__ import annotations

from monitor.model.feeds import ParsedFeed
from monitor.sources.feed import MAX_ENTRIES, parse_body
from monitor.sources.gdelt_list import is_article_list, parse_article_list
from monitor.sources.sitemap import is_sitemap, parse_sitemap, unzipped


def parse_any(body: bytes, content_type: str, url: str, *, max_entries: int = MAX_ENTRIES) -> ParsedFeed:
    """Sitemaps and GDELT's lists by their first bytes, all else as a feed; raises `ParseError`."""
    if is_sitemap(body):
        return parse_sitemap(body, url, max_entries=max_entries)
    if is_article_list(body):
        return parse_article_list(body, url, max_entries=max_entries)
    return parse_body(unzipped(body), content_type, url, max_entries=max_entries)
