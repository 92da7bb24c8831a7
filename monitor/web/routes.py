"""Requests → answers: which page, which status, which headers."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aiohttp import web
from aiohttp.http import HttpProcessingError

from monitor.errors import StoreError
from monitor.model.links import LinkAction, LinkClaim
from monitor.model.preferences import Way
from monitor.ports import Desk
from monitor.web.limits import WrongTries
from monitor.web.pages import Page, Pages

log = logging.getLogger(__name__)

MAX_BODY = 8192
BODY_S = 10.0
_FEED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.(?P<kind>atom|xml|json)")
_FEED_TYPES = {"atom": "application/atom+xml", "xml": "application/atom+xml", "json": "application/feed+json"}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Frame-Options": "DENY",
    "Server": "monitor",
}
# A digest is our own HTML with styles in its attributes; whatever a feed might have smuggled in runs and loads nothing.
_ARCHIVE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


class Routes:
    """The answers to all requests.

    Args:
        feeds: The folder of published feeds, None where none are.
        body_s: So long a form may take to arrive.
    """

    def __init__(
        self, desk: Desk, pages: Pages, tries: WrongTries, *, feeds: Path | None, body_s: float = BODY_S
    ) -> None:
        self._body_s = body_s
        self._desk = desk
        self._pages = pages
        self._tries = tries
        self._feeds = feeds
        self._policy = (
            f"default-src 'none'; style-src {pages.style_source}; form-action 'self'; frame-ancestors 'none'; "
            "base-uri 'none'"
        )

    def application(self) -> web.Application:
        """The application, to be served."""
        app = web.Application(client_max_size=MAX_BODY, middlewares=[self._guarded])
        app.router.add_get("/u/{token}", self._show)
        app.router.add_post("/u/{token}", self._act)
        app.router.add_get("/feeds/{name}", self._feed)
        app.router.add_get("/robots.txt", self._robots)
        app.on_response_prepare.append(_with_headers)
        return app

    @web.middleware
    async def _guarded(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Every failure is a page without detail; what only the operator can mend is logged, never with a token."""
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            if refusal.status < 400:
                raise
            return self._refused(request, refusal.status, refusal.headers.get("Allow"))
        except StoreError as error:
            log.error("a reader's link could not be answered: %s", error)  # noqa: TRY400 - the message has it all
            return self._refused(request, 503)
        except Exception:
            log.exception("a reader's link could not be answered")
            return self._refused(request, 503)

    async def _show(self, request: web.Request) -> web.StreamResponse:
        claim = self._desk.claim_of(request.match_info["token"])
        if claim is None:
            return self._wrong(request)
        if claim.action is LinkAction.VIEW:
            return await self._archived(request, claim)
        return self._answer(self._pages.errand(await self._desk.look(claim), acted=False))

    async def _act(self, request: web.Request) -> web.StreamResponse:
        claim = self._desk.claim_of(request.match_info["token"])
        if claim is None:
            return self._wrong(request)
        if claim.action is LinkAction.VIEW:
            raise web.HTTPMethodNotAllowed("POST", ["GET", "HEAD"])
        form = await _form(request, self._body_s)
        is_one_click = form.get("list-unsubscribe", "").casefold() == "one-click"
        word = form.get("do", "")
        if not is_one_click and word not in ("yes", "undo"):
            raise web.HTTPBadRequest
        way = Way.ONE_CLICK if is_one_click else Way.PAGE
        errand = await self._desk.act(claim, way=way, is_on=is_one_click or word == "yes")
        return self._answer(self._pages.errand(errand, acted=True))

    async def _archived(self, request: web.Request, claim: LinkClaim) -> web.StreamResponse:
        html = await self._desk.archived(claim)
        if html is None:
            return self._refused(request, 410)
        return _html(html, {"Content-Security-Policy": _ARCHIVE_POLICY})

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        """A file of the folder, by its name alone; the client's ETag or date is answered with 304."""
        form = _FEED.fullmatch(request.match_info["name"])
        path = self._feeds / form.string if form is not None and self._feeds is not None else None
        if path is None or form is None or not await asyncio.to_thread(path.is_file):
            raise web.HTTPNotFound
        headers = {"Content-Type": f"{_FEED_TYPES[form['kind']]}; charset=utf-8", "Cache-Control": "max-age=300"}
        return web.FileResponse(path, headers=headers)

    async def _robots(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text="User-agent: *\nDisallow: /\n")

    def _wrong(self, request: web.Request) -> web.StreamResponse:
        if self._tries.are_too_many(request.remote or ""):
            return web.Response(status=429, headers={"Retry-After": "60"})
        return self._refused(request, 404)

    def _refused(self, request: web.Request, status: int, allow: str | None = None) -> web.StreamResponse:
        page = self._pages.refused(status, request.headers.get("Accept-Language", ""))
        return self._answer(page, status=status, headers={"Allow": allow} if allow else {})

    def _answer(self, page: Page, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.StreamResponse:
        wanted = {"Content-Security-Policy": self._policy, "Content-Language": page.language, **(headers or {})}
        return _html(page.html, wanted, status)


def _html(html: str, headers: Mapping[str, str], status: int = 200) -> web.Response:
    whole = {"Cache-Control": "no-store", **headers}
    return web.Response(text=html, content_type="text/html", charset="utf-8", status=status, headers=whole)


async def _form(request: web.Request, within_s: float) -> dict[str, str]:
    """The fields of a small form, names in lower case; files, and whatever cannot be read, are a bad request."""
    try:
        async with asyncio.timeout(within_s):
            fields = await request.post()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (
        ValueError,
        LookupError,
        OSError,
        HttpProcessingError,
    ) as error:  # no charset of this name, a broken multipart
        raise web.HTTPBadRequest from error
    return {name.casefold(): value for name, value in fields.items() if isinstance(value, str)}


async def _with_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
