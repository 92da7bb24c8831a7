"""GDELT's DOC 2.0 API: a search over the world's news of the last three months, as a polite source of last resort.

Owns: the spacing its operators ask for (one request in five seconds, over all queries of this process), and which of
its answers mean "busy" although they say 200. Refuses: to call a busy GDELT a failing feed. Its free service sheds
load as a matter of course, so such a check is "busy": slower next time, nobody's fault. What got no answer at all
keeps its own kind, because it may be our line that is down. A query that GDELT cannot read is a mistake to be told.

How often a query is asked is the feed's `min_interval_s` (the configuration sets a quarter of an hour, GDELT's rhythm).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

from monitor.errors import ParseError
from monitor.model.feeds import Feed, Fetched, FetchFailed, FetchOutcome, FetchRequest, ParsedFeed
from monitor.sources.addresses import printable, shown
from monitor.sources.http import HttpSource
from monitor.sources.workers import ParseWorkers

SPACING_S = 5.0
"""Its own message for 429 asks for one request every five seconds."""
MIN_INTERVAL_S = 900
"""Its index is renewed every fifteen minutes."""
BUSY = "busy"
_RETRY_S = 1800.0
_BUSY_STATUS = frozenset({403, 408, 425, 429})
_LIMIT_WORDS = re.compile(rb"limit requests|too many requests|rate limit|try again later|temporarily", re.IGNORECASE)


class Distance:
    """One query at a time, and a pause after each; outlives the sources that keep it, which a reload replaces.

    Args:
        clock, pause: Seconds of a steady clock, and waiting.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._turn = asyncio.Lock()
        self._free_at = float("-inf")

    async def __aenter__(self) -> None:
        await self._turn.acquire()
        try:
            if (wait_s := self._free_at - self._clock()) > 0:
                await self._pause(wait_s)
        except BaseException:
            self._turn.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._free_at = self._clock() + SPACING_S
        self._turn.release()


class GdeltSource:
    """A `ports.Source`; one instance for all queries.

    Args:
        distance: What its queries keep, also from those of other instances.
    """

    def __init__(self, http: HttpSource, workers: ParseWorkers, *, distance: Distance | None = None) -> None:
        self._http = http
        self._workers = workers
        self._distance = distance or Distance()

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """One GET in its turn; "busy" for what means no more than that."""
        async with self._distance:
            outcome = await self._http.fetch(request)
        if isinstance(outcome, FetchFailed):
            is_busy = outcome.status in _BUSY_STATUS or outcome.status >= 500
            return _busy(outcome, outcome.message) if is_busy else outcome
        if isinstance(outcome, Fetched) and len(outcome.body) < 2000 and _LIMIT_WORDS.search(outcome.body):
            told = printable(outcome.body.decode("utf-8", "replace"))[:200]
            return _busy(outcome, f"{shown(request.url)}: GDELT asks for patience: {told}")
        return outcome

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        """Entries of a list or an RSS feed; raises `ParseError`, with GDELT's own words about a bad query."""
        if problem := _complaint(fetched.body):
            message = f"{shown(feed.url)}: GDELT refuses the query: {problem}; correct url in feeds.yaml"
            raise ParseError(message, kind="unknown")
        return await self._workers.parse(fetched.body, fetched.headers.get("content-type", ""), fetched.url or feed.url)


def _busy(outcome: Fetched | FetchFailed, message: str) -> FetchFailed:
    wish = outcome.retry_after_s if isinstance(outcome, FetchFailed) else None
    return FetchFailed(
        url=outcome.url,
        kind=BUSY,
        message=message,
        status=outcome.status,
        retry_after_s=max(wish or 0.0, _RETRY_S),
        elapsed_s=outcome.elapsed_s,
    )


def _complaint(body: bytes) -> str:
    """A plain sentence instead of a document: what GDELT thinks of the query."""
    text = body[:1000].decode("utf-8", "replace").strip()
    return "" if not text or text[0] in "{[<" else printable(text)[:300]
