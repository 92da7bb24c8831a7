"""One check: fetch a feed and, if its body is another than before, parse it. What goes wrong is the outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from monitor.core import polling
from monitor.core.known import known_digests, may_stand_alone
from monitor.errors import ParseError
from monitor.model.feeds import Feed, FeedState, Fetched, FetchFailed, FetchOutcome, ParsedFeed
from monitor.pipeline.doorway import Doorway
from monitor.pipeline.intake import Check
from monitor.ports import Clock, Source

log = logging.getLogger("monitor.collect")


class Checker:
    """Checks feeds, one at a time or many side by side; decides nothing about when.

    Args:
        sources: Kind → adapter.
    """

    def __init__(self, *, sources: Mapping[str, Source], clock: Clock, limits: polling.PollingLimits) -> None:
        self._sources = sources
        self._clock = clock
        self._limits = limits
        self._doorway = Doorway()

    async def check(
        self, feed: Feed, state: FeedState, on_answer: Callable[[FetchOutcome | None], None] = lambda _: None
    ) -> Check:
        """One finished check; `on_answer` is called once, when the server is done with (None: by a bug of ours)."""
        request = polling.request_for(feed, state, now=self._clock.now(), limits=self._limits)
        blank = Check(
            feed=feed,
            state=state,
            outcome=FetchFailed(url=request.url, kind="crash", message="unforeseen"),
            checked_at=self._clock.now(),
            is_whole=request.validators is None,
        )
        outcome: FetchOutcome | None = None
        try:
            try:
                outcome = await self._sources[feed.source].fetch(request)
            finally:
                on_answer(outcome)
            check = await self._read(blank, outcome)
        except Exception as error:  # the boundary of the unit: a feed that raises is data, not an outage
            log.exception("a check failed in an unforeseen way", extra={"feed": feed.id})
            check = replace(blank, outcome=polling.unforeseen(request.url, error))
        return replace(check, checked_at=self._clock.now())

    async def _read(self, blank: Check, outcome: FetchOutcome) -> Check:
        if not isinstance(outcome, Fetched):
            return replace(blank, outcome=outcome)
        # Its digest, and its entries where they are read on the spot, in one turn of the loop; no other body in it.
        await self._doorway.pass_through()
        feed, body = blank.feed, outcome.body
        digest = polling.body_digest(body)
        bare = replace(outcome, body=b"")  # up to megabytes, and of no more use once it is parsed
        if digest == blank.state.body_digest:
            return replace(blank, outcome=bare, digest=digest)
        try:
            parsed = await self._parsed(feed, outcome, blank.state.known_items)
        except ParseError as error:
            is_challenge = error.kind == "html" and polling.is_bot_wall(body)
            page = polling.page_mark(body) if error.kind == "html" else ""
            failure = polling.parse_failure(bare, error, is_challenge=is_challenge, page=page)
            return replace(blank, outcome=failure)
        return replace(
            blank,
            outcome=bare,
            digest=digest,
            parsed=parsed,
            document=polling.document_wishes(body),
        )

    async def _parsed(self, feed: Feed, fetched: Fetched, record: bytes) -> ParsedFeed:
        """The entries of a body; without those read before, where the others mean the same without them."""
        parse = self._sources[feed.source].parse
        parsed = await parse(feed, replace(fetched, known=known_digests(record)) if record else fetched)
        return parsed if may_stand_alone(parsed, record) else await parse(feed, fetched)
