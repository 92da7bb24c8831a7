"""Turns among our own requests: so many at a time over all, so many to one host."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class HostTurns:
    """At most `limit` requests in flight, `limit_per_host` of them to one host (a name with its port)."""

    def __init__(self, limit: int, limit_per_host: int) -> None:
        self._limit_per_host = limit_per_host
        self._turns = asyncio.Semaphore(limit)
        self._host_turns: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def at(self, url: str) -> AsyncIterator[None]:
        """Wait for the host's turn, then for ours; the clock of a fetch does not run meanwhile."""
        host = urlsplit(url).netloc.rpartition("@")[2].lower()
        semaphore, users = self._host_turns.get(host) or (asyncio.Semaphore(self._limit_per_host), 0)
        self._host_turns[host] = (semaphore, users + 1)
        try:
            async with semaphore, self._turns:
                yield
        finally:
            users = self._host_turns[host][1] - 1
            if users:
                self._host_turns[host] = (semaphore, users)
            else:
                del self._host_turns[host]
