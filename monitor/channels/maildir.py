"""Deliveries into a Maildir, with a readable `.html` beside: mail without a mail server.

The folder holds `cur`, `new` and `tmp` (any mail reader opens it) and one `<slot>-<recipient>.html` a digest. Names
follow from the delivery, so a repeated delivery replaces or recognises itself and never doubles: no failure here is
uncertain, and no phase needs a mark.
"""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from pathlib import Path

from monitor.errors import DeliveryError
from monitor.model.digests import Delivery
from monitor.ports import PhaseMark

_UNSAFE = re.compile(r"[^A-Za-z0-9._@-]+")


class MaildirChannel:
    """Delivers into the Maildir at `path`, which is made when the first mail comes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """Write the mail and its page durably; returns where the page lies. Raises `DeliveryError`."""
        try:
            return await asyncio.to_thread(self._write, delivery)
        except OSError as error:
            raise DeliveryError(
                f"cannot write into the Maildir {self._path}: {error.strerror or error}. "
                "Make room there, or make the folder writable for the account that runs the monitor.",
                permanent=False,
                blame="channel",
            ) from error

    async def close(self) -> None:
        """Nothing is held open."""

    def _write(self, delivery: Delivery) -> str:
        for folder in ("tmp", "new", "cur"):
            (self._path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        page = self._path / f"{_name(delivery.slot_key)}-{_name(delivery.recipient_id)}.html"
        self._put(delivery.message.html.encode(), page)
        unique = f"{int(delivery.composed_at.timestamp())}.{_name(delivery.id)}.monitor"
        # A reader has moved the mail to cur and may have added flags: then it has arrived already.
        if not any((self._path / "cur").glob(f"{unique}*")):
            self._put(_as_stored(delivery.message.content), self._path / "new" / unique)
        return str(page)

    def _put(self, content: bytes, target: Path) -> None:
        """The whole file or none, on the disk when this returns."""
        draft = self._path / "tmp" / f"{target.name}.{os.getpid()}"
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _as_stored(content: bytes) -> bytes:
    """Line ends as mail readers keep them on disk; the wire has CRLF."""
    return content.replace(b"\r\n", b"\n")


def _name(text: str) -> str:
    """A file name out of a key: no separators, no colon (Maildir flags, Windows), no leading dot."""
    return _UNSAFE.sub("-", text).strip(".-")[:80] or "digest"
