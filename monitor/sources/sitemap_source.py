"""The source of kind "sitemap": a news sitemap, or an index of sitemaps with its recent children, as one body.

Owns: following an index one level, and what a child that fails does to the whole. The children are asked one after the
other, after the index, each in its turn at its host, and without validators; the index's own are kept only where it
dates its children, so that "not modified" of the index means the same of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import urljoin

from monitor.model.feeds import Feed, Fetched, FetchFailed, FetchOutcome, FetchRequest, ParsedFeed
from monitor.sources.http import HttpSource
from monitor.sources.sitemap import Child, is_sitemap, pack, recent_children, root_of, unzipped, with_date
from monitor.sources.workers import ParseWorkers

MAX_BUNDLE = 30_000_000


class SitemapSource:
    """Ties the HTTP client and the parse workers together as a `ports.Source`; owns neither."""

    def __init__(self, http: HttpSource, workers: ParseWorkers) -> None:
        self._http = http
        self._workers = workers

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """One conditional GET, and of an index those of its recent children."""
        outcome = await self._http.fetch(request)
        if not isinstance(outcome, Fetched):
            return outcome
        body = await asyncio.to_thread(unzipped, outcome.body)
        if root_of(body) != "sitemapindex":
            return replace(outcome, body=body)
        children, left_out = await asyncio.to_thread(recent_children, body)
        return await self._with_children(outcome, children, left_out)

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        """Entries of a body, outside the event loop; raises `ParseError`, whose text names the feed."""
        is_known = is_sitemap(fetched.body)
        body = with_date(fetched.body, fetched.headers.get("date", "")) if is_known else fetched.body
        return await self._workers.parse(body, fetched.headers.get("content-type", ""), fetched.url or feed.url)

    async def _with_children(self, index: Fetched, children: list[Child], left_out: int) -> FetchOutcome:
        """The index's answer with its children's bodies; a failure only when every child failed."""
        parts: list[tuple[str, bytes]] = []
        if left_out:
            parts.append((f"{left_out} more recent sitemaps of this index are not read", b""))
        failures: list[FetchFailed] = []
        size, spent_s = 0, index.elapsed_s
        for child in children:
            answer = await self._http.fetch_in_turn(FetchRequest(url=_joined(index.url, child.url)))
            spent_s += answer.elapsed_s
            if isinstance(answer, FetchFailed):
                failures.append(answer)
                parts.append((f"not read: {answer.message}", b""))
            elif isinstance(answer, Fetched):
                body = await asyncio.to_thread(unzipped, answer.body)
                size += len(body)
                fits = size <= MAX_BUNDLE
                parts.append(("", body) if fits else (f"not read: {child.url} (over {MAX_BUNDLE:,} bytes in all)", b""))
        if children and len(failures) == len(children):
            return replace(failures[0], elapsed_s=spent_s)
        is_dated = bool(children) and all(child.changed_at for child in children)
        validators = index.validators if is_dated and not failures else None
        return replace(index, body=pack(parts), elapsed_s=spent_s, validators=validators)


def _joined(url: str, child: str) -> str:
    """The child's absolute address; what cannot be joined ("http://[") is left for the client to refuse."""
    try:
        return urljoin(url, child)
    except ValueError:
        return child
