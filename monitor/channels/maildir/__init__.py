"""Deliveries into a Maildir, with a readable `.html` beside: mail without a mail server.

The folder holds `cur`, `new` and `tmp` (any mail reader opens it) and one `<slot>-<recipient>.html` a digest. Names
follow from the delivery, so a repeated delivery replaces or recognises itself and never doubles: no failure here is
uncertain, and no phase needs a mark.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from monitor.channels.durable import as_stored, file_name, put, writing
from monitor.model.digests import Delivery
from monitor.ports import PhaseMark


class MaildirChannel:
    """Delivers into the Maildir at `path`, which is made when the first mail comes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """Write the mail and its page durably; returns where the page lies. Raises `DeliveryError`."""
        with writing(f"the Maildir {self._path}"):
            return await asyncio.to_thread(self._write, delivery)

    async def close(self) -> None:
        """Nothing is held open."""

    def _write(self, delivery: Delivery) -> str:
        for folder in ("tmp", "new", "cur"):
            (self._path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        drafts = self._path / "tmp"
        page = self._path / f"{file_name(delivery.slot_key)}-{file_name(delivery.recipient_id)}.html"
        put(delivery.message.html.encode(), page, drafts=drafts)
        unique = f"{int(delivery.composed_at.timestamp())}.{file_name(delivery.id)}.monitor"
        # A reader has moved the mail to cur and may have added flags: then it has arrived already.
        if not any((self._path / "cur").glob(f"{unique}*")):
            put(as_stored(delivery.message.content), self._path / "new" / unique, drafts=drafts)
        return str(page)
