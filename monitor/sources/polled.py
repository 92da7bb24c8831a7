"""The source of kind "feed": an HTTP fetch, and a parse in a worker."""

from __future__ import annotations

from monitor.model.feeds import Feed, Fetched, FetchOutcome, FetchRequest, ParsedFeed
from monitor.sources.http import HttpSource
from monitor.sources.workers import ParseWorkers


class FeedSource:
    """Ties the HTTP client and the parse workers together as a `ports.Source`; owns neither's settings."""

    def __init__(self, http: HttpSource, workers: ParseWorkers) -> None:
        self._http = http
        self._workers = workers

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """One conditional GET; never raises for what the world does."""
        return await self._http.fetch(request)

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        """Entries of a body, outside the event loop; raises `ParseError`, whose text names the feed."""
        return await self._workers.parse(fetched.body, fetched.headers.get("content-type", ""), fetched.url or feed.url)

    async def close(self) -> None:
        """Let go of connections and end the workers."""
        await self._http.close()
        await self._workers.close()
