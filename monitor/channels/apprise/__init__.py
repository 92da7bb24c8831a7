"""Digests as notes by Apprise, which knows some hundred services (the extra `apprise`; imported only when used).

What it cannot do, and we say: it answers only yes or no, without a reason, for all its addresses together. A no is
therefore uncertain (some may have it) and repeated once. Its addresses are secrets: they stand in no message, and its
own log, which may hold pieces of them, is not passed on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from monitor.channels.brief import as_message, brief
from monitor.channels.email.languages import language
from monitor.errors import DeliveryError
from monitor.model.digests import Delivery, Digest, Message
from monitor.ports import Links, PhaseMark

MAX_LINES = 5
# Services have limits of their own, and Apprise cuts at them; most take as much.
MAX_BYTES = 2000


class AppriseRenderer:
    """Renders digests as short plain text."""

    def __init__(self, *, links: Links | None = None) -> None:
        self._links = links

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        """The note of a digest. Raises `RenderError` for a language that nothing can be written in."""
        words = language(digest.recipient.language)
        short = brief(digest, words, delivery_id=delivery_id, links=self._links)
        text = short.plain(words, lines=MAX_LINES, max_bytes=MAX_BYTES) or short.title
        return as_message(short, text, text.encode("utf-8", "replace"), delivery_id=delivery_id)


class AppriseChannel:
    """Notifies `urls` (separated by blanks), one attempt at a time, each for at most `timeout_s`."""

    def __init__(self, name: str, urls: str, *, timeout_s: float = 60.0) -> None:
        self._name = name
        self._urls = urls.split()
        self._timeout_s = timeout_s
        self._thread: ThreadPoolExecutor | None = None

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """Notify; returns that it was taken. Raises `DeliveryError`."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="apprise")
        loop = asyncio.get_running_loop()
        notify = await loop.run_in_executor(self._thread, self._prepared)
        await mark()
        text, title = delivery.message.content.decode("utf-8", "replace"), delivery.message.subject
        try:
            async with asyncio.timeout(self._timeout_s):
                is_taken = await loop.run_in_executor(self._thread, lambda: notify(body=text, title=title))
        except TimeoutError:
            await self.close()  # the thread may stay stuck; the next attempt gets another
            raise self._unclear(f"no end within {self._timeout_s:g} seconds") from None
        except Exception as error:  # its plugins may raise anything, with addresses in the text
            raise self._unclear(type(error).__name__) from None
        if not is_taken:
            raise self._unclear("it says only that it failed")
        return "taken by all services"

    async def close(self) -> None:
        """Let go of the thread; a call under way ends on its own."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown(wait=False, cancel_futures=True)

    def _prepared(self) -> Callable[..., Any]:
        """Apprise with our addresses. Raises `DeliveryError` for one that it cannot use."""
        try:
            import apprise  # noqa: PLC0415 - an extra, and slow to import
        except ImportError:
            raise DeliveryError(
                f"{self._name} needs the package apprise. Install the extra: pip install 'monitor[apprise]'.",
                permanent=False,
                blame="channel",
                retry_after_s=3600.0,
            ) from None
        logging.getLogger("apprise").disabled = True
        services = apprise.Apprise(asset=apprise.AppriseAsset(storage_mode="memory", async_mode=False))
        for place, url in enumerate(self._urls, start=1):
            if not services.add(url):
                raise DeliveryError(
                    f"{self._name}: its address number {place} is none that Apprise knows. Correct the secret.",
                    permanent=False,
                    blame="channel",
                    retry_after_s=3600.0,
                )
        notify: Callable[..., Any] = services.notify
        return notify

    def _unclear(self, what: str) -> DeliveryError:
        return DeliveryError(
            f"{self._name} did not deliver to all its services ({what}): some may have it",
            permanent=False,
            uncertain=True,
            blame="channel",
        )
