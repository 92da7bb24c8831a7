"""The source of kind "feed": an HTTP fetch, and a parse here where it is cheap and beyond doubt, else in a worker."""

from __future__ import annotations

from monitor.model.feeds import Feed, Fetched, FetchOutcome, FetchRequest, ParsedFeed
from monitor.sources.entries import MAX_ENTRIES
from monitor.sources.http import HttpSource
from monitor.sources.quick import parse_quickly
from monitor.sources.workers import ParseWorkers


class FeedSource:
    """Ties the HTTP client and the parse workers together as a `ports.Source`; owns neither's settings.

    Args:
        max_entries: Of one body; the same as in the workers' parse.
    """

    def __init__(self, http: HttpSource, workers: ParseWorkers, *, max_entries: int = MAX_ENTRIES) -> None:
        self._http = http
        self._workers = workers
        self._max_entries = max_entries

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """One conditional GET; never raises for what the world does."""
        return await self._http.fetch(request)

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        """Entries of a body; raises `ParseError`, whose text names the feed.

        The quick way is taken on the spot: it costs less than handing the body to a worker (docs/adr/0009-parsing.md).
        """
        content_type, url = fetched.headers.get("content-type", ""), fetched.url or feed.url
        parsed = parse_quickly(fetched.body, content_type, url, known=fetched.known, max_entries=self._max_entries)
        if parsed is not None:
            return parsed
        return await self._workers.parse(fetched.body, content_type, url)

    async def close(self) -> None:
        """Let go of connections and end the workers."""
        await self._http.close()
        await self._workers.close()
