"""The server: one listening socket in the daemon's own loop, with limits so that nobody can hold it open."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from monitor.web.routes import Routes

MAX_CONNECTIONS = 200
ARRIVE_S = 15.0
"""So long a connection stays open without a request whose head has arrived whole."""
_quiet = logging.getLogger("monitor.web.http")


class _Turned(asyncio.Protocol):
    """A connection that is one too many: closed as soon as it stands."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


class WebServer:
    """Serves `routes` from `start` to `stop`; made anew for another start.

    Args:
        routes: The answers.
        arrive_s: So long a request's head may take to arrive, and a connection be kept for the next one.
        max_connections: At most so many at once.
    """

    def __init__(self, routes: Routes, *, arrive_s: float = ARRIVE_S, max_connections: int = MAX_CONNECTIONS) -> None:
        # No access log: addresses here are secrets of readers. aiohttp closes a connection whose next head is not
        # whole in the time of keep-alive, which begins with the connection.
        self._runner = web.AppRunner(
            routes.application(),
            access_log=None,
            logger=_quiet,
            keepalive_timeout=arrive_s,
            auto_decompress=False,
            max_line_size=4096,
            max_field_size=4096,
            max_headers=100,
            lingering_time=2.0,
            shutdown_timeout=3.0,
        )
        self._max_connections = max_connections
        self._listening: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen, and say at which port (given 0: any free one). Raises OSError where that is not possible."""
        await self._runner.setup()
        server = self._runner.server
        assert server is not None

        def connection() -> asyncio.BaseProtocol:
            return _Turned() if len(server.connections) >= self._max_connections else server()

        try:
            self._listening = await asyncio.get_running_loop().create_server(connection, host, port)
        except OSError:
            await self._runner.cleanup()
            raise
        bound: int = self._listening.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Take nothing new, let requests under way end, close the connections."""
        if self._listening is not None:
            self._listening.close()
        await self._runner.cleanup()
