"""A loopback web server that plays the day: validators and 304 as each outlet's server would, every request logged."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from .day import Day, Outlet
from .rendering import render_feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: who was asked when (`at`: seconds of the monotonic clock), with what, and the answer's status."""

    at: float
    outlet_id: str
    round: int
    status: int
    is_conditional: bool
    user_agent: str


class FeedServer:
    """Serves `day` on 127.0.0.1. Set `round` to move through the day.

    With `delay_s` the n-th outlet answers after n times that long: fast and slow servers, as in life.

    An async context manager; `on_asked` is called with every request after it was answered.
    """

    def __init__(self, day: Day, *, delay_s: float = 0.0, on_asked: Callable[[Asked], None] | None = None) -> None:
        self.day = day
        self.round = 0
        self.delay_s = delay_s
        self.on_asked = on_asked
        self.log: list[Asked] = []
        self.port = 0
        self._outlets = {outlet.id: outlet for outlet in day.outlets}
        self._runner: web.AppRunner | None = None

    def url(self, outlet: Outlet) -> str:
        """The address of an outlet's feed."""
        return f"http://127.0.0.1:{self.port}/{outlet.id}/feed.xml"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{outlet}/feed.xml", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        outlet = self._outlets.get(request.match_info["outlet"])
        if outlet is None:
            raise web.HTTPNotFound
        if self.delay_s:
            await asyncio.sleep(self.delay_s * (1 + list(self._outlets).index(outlet.id)))
        response = self._respond(outlet, request)
        asked = Asked(
            at=time.monotonic(),
            outlet_id=outlet.id,
            round=self.round,
            status=response.status,
            is_conditional=bool({"If-None-Match", "If-Modified-Since"} & set(request.headers)),
            user_agent=request.headers.get("User-Agent", ""),
        )
        self.log.append(asked)
        if self.on_asked:
            self.on_asked(asked)
        return response

    def _respond(self, outlet: Outlet, request: web.Request) -> web.Response:
        if outlet.behaviour == "error-500":
            return web.Response(status=500, text="database gone away\n")
        if outlet.behaviour == "gone":
            return web.Response(status=410, text="this feed has ended\n")
        body, media_type = render_feed(self.day, outlet, self.round)
        headers = self._validators(outlet, body)
        unchanged = (
            request.headers.get("If-None-Match") == headers["ETag"]
            if "ETag" in headers
            else "Last-Modified" in headers and request.headers.get("If-Modified-Since") == headers["Last-Modified"]
        )
        if unchanged:
            return web.Response(status=304, headers=headers)
        response = web.Response(body=body, headers={**headers, "Content-Type": media_type})
        response.enable_compression()
        return response

    def _validators(self, outlet: Outlet, body: bytes) -> dict[str, str]:
        if outlet.behaviour == "no-validators":
            return {}
        if outlet.behaviour == "last-modified":
            newest = max(item.at for item in self.day.entries(outlet.id, self.round))
            return {"Last-Modified": format_datetime(newest, usegmt=True)}
        return {"ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"'}
