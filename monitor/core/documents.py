"""Plain-text documents that come from no feed (an archive to replay, a seed) → articles, keyed as entries are."""

from __future__ import annotations

from datetime import datetime

from monitor.core.identity import body_digest, make_article_id, title_key
from monitor.core.language import guess_language
from monitor.core.sites import NO_SITES, Sites
from monitor.core.text import clean_line
from monitor.core.urls import canonicalize, host_of, url_key
from monitor.model.articles import Article


def to_document(
    *,
    source: str,
    identity: str,
    title: str,
    text: str,
    summary: str = "",
    url: str = "",
    outlet: str = "",
    language: str | None = None,
    published_at: datetime | None = None,
    first_seen_at: datetime,
    flags: tuple[str, ...] = (),
    sites: Sites = NO_SITES,
) -> Article:
    """An article of a document whose text is plain already.

    Args:
        source: Stands in for the feed's id.
        identity: What makes the document one when it has no usable address.
        outlet: Empty means the address' host.
        sites: The user's rules of addresses.
    """
    key = url_key(url, sites) if url else None
    host = sites.outlets_host(host_of(url)) if url else ""
    title = clean_line(title)[0]
    outlet = outlet or host or source
    unique = (canonicalize(url) or url) if key is not None else f"{source}\x1f{identity}"
    return Article(
        id=make_article_id(unique, first_seen_at),
        feed_id=source,
        outlet=outlet,
        url=url,
        url_key=key,
        host=host,
        title=title,
        title_key=title_key(outlet, title),
        summary=summary,
        text=text,
        language=language or guess_language(f"{title} {text or summary}"),
        published_at=published_at,
        first_seen_at=first_seen_at,
        body_digest=body_digest(title, summary, text),
        flags=flags if published_at is not None else (*flags, "undated"),
    )
