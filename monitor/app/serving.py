"""The pages behind links, served by the daemon: the server follows the configuration, and its failing stops nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from monitor.app.adapters import make_mail_renderer, steady_seconds
from monitor.channels.email.languages import language, language_tags
from monitor.channels.email.render import EmailRenderer
from monitor.config import Configuration
from monitor.core.archiving import by_channel
from monitor.core.link_tokens import LinkKey
from monitor.errors import RenderError, StoreError
from monitor.model.digests import Delivery
from monitor.pipeline.desk import Names, ReaderDesk
from monitor.ports import ArchiveStore, Clock
from monitor.store.sqlstore import SqlStore
from monitor.web.limits import WrongTries
from monitor.web.pages import Pages
from monitor.web.routes import Routes
from monitor.web.server import WebServer

log = logging.getLogger("monitor.web")


class Serving:
    """Keeps a server where the configuration wants one: `configure` says where, `serve` makes it so.

    A port that is taken is said once and tried again with every `serve`: the digests do not depend on it.
    """

    def __init__(self, *, store: SqlStore, clock: Clock) -> None:
        self._whole = WholePages(store)
        self._desk = ReaderDesk(preferences=store, store=store, clock=clock, page=self._whole)
        self._wanted: tuple[str, int] | None = None
        self._feeds: Path | None = None
        self._is_at: tuple[tuple[str, int], Path | None] | None = None
        self._server: WebServer | None = None
        self._said = ""
        self._changing = asyncio.Lock()

    def configure(self, configuration: Configuration, keys: Sequence[LinkKey]) -> None:
        """Answer by these from now on, and be where they say from the next `serve` on."""
        self._wanted, self._feeds = configuration.settings.web.place, configuration.settings.feeds_folder
        self._whole.otherwise = make_mail_renderer(configuration)
        self._desk.configure(keys, names_of(configuration))

    async def serve(self) -> None:
        """Stop the server that is not wanted any more, start the one that is."""
        async with self._changing:  # a reload and the alarm may ask for it at once
            await self._serve()

    async def _serve(self) -> None:
        wanted = None if self._wanted is None else (self._wanted, self._feeds)
        if self._is_at == wanted:
            return
        await self.close()
        if self._wanted is None:
            return
        host, port = self._wanted
        server = WebServer(Routes(self._desk, make_pages(), WrongTries(steady_seconds), feeds=self._feeds))
        try:
            await server.start(host, port)
        except OSError as error:
            reason = f"{host}:{port} ({error.strerror or error})"
            if reason != self._said:
                log.error(  # noqa: TRY400 - the message has it all
                    "the pages behind links cannot be served at %s; it is tried again, and digests go on.", reason
                )
            self._said = reason
            return
        self._server, self._is_at, self._said = server, wanted, ""
        log.info("pages are served", extra={"listen": f"{host}:{port}"})

    async def close(self) -> None:
        """Answer nothing more."""
        server, self._server, self._is_at = self._server, None, None
        if server is not None:
            await server.stop()


class WholePages:
    """Digests as pages that hold what their mails had no room for, from what they were composed from.

    Of one that went as a note only, nobody wrote a mail: `otherwise` does.
    """

    def __init__(self, store: ArchiveStore, *, otherwise: EmailRenderer | None = None) -> None:
        self._store = store
        self.otherwise = otherwise

    async def __call__(self, delivery: Delivery) -> str | None:
        """The page of a delivery; None where what it was composed from is not kept, or cannot be shown any more."""
        try:
            archive = await self._store.archive(delivery.recipient_id, delivery.slot_key)
        except StoreError as error:
            log.debug("the digest %s is shown as it was mailed: %s", delivery.id, error)
            return None
        if archive is None:
            return None
        stationery = archive.stationery
        renderer = self.otherwise if stationery is None else EmailRenderer.again(stationery)
        if renderer is None:
            return None
        digest = by_channel(archive.digest, delivery.channel)
        try:
            return await asyncio.to_thread(renderer.page, digest, delivery_id=delivery.resend_of or delivery.id)
        except RenderError as error:
            log.warning("the digest %s is shown as it was mailed: %s", delivery.id, error)
            return None


def make_pages() -> Pages:
    """The pages, in every language there is; English for who wants another."""
    return Pages(language, tuple(sorted(language_tags(), key=lambda tag: (tag != "en", tag))))


def names_of(configuration: Configuration) -> Names:
    """What the desk calls recipients and watchlists."""
    titles = {watchlist.name: watchlist.title for watchlist in configuration.watchlists}
    return Names(recipients=configuration.recipients, titles=titles)
