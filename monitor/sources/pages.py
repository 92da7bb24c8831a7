"""Web pages over the one HTTP client and the page worker, as a `ports.PageSource`."""

from __future__ import annotations

from monitor.model.feeds import Fetched, FetchFailed
from monitor.model.pages import PageRequest, PageText, Redirected, RobotsAnswer
from monitor.sources.http import HttpSource
from monitor.sources.workers import PageWorkers


class WebPages:
    """Ties the HTTP client and the page worker together; owns neither."""

    def __init__(self, http: HttpSource, workers: PageWorkers) -> None:
        self._http = http
        self._workers = workers

    async def hop(self, request: PageRequest) -> Fetched | Redirected | FetchFailed:
        """One GET that follows nothing; never raises for what the world does."""
        return await self._http.hop(request)

    async def read(self, fetched: Fetched) -> PageText:
        """The main text of a page, outside the event loop; raises `ParseError`."""
        return await self._workers.read(fetched.body, fetched.headers.get("content-type", ""), fetched.url)

    async def ask_robots(self, body: bytes, agent: str, url: str) -> RobotsAnswer:
        """What a robots.txt says to an agent of an address, outside the event loop; raises `ParseError`."""
        return await self._workers.ask_robots(body, agent, url)
