"""Digests as files in a folder: `.eml`, `.html` and `.txt` each, for air-gapped readers, archives and other programs.

Names follow from the slot, the recipient and the delivery, so a repeat replaces itself: no failure here is uncertain,
and no phase needs a mark. The `.eml` comes last: where it lies, the digest is whole.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from monitor.channels.durable import file_name, put, writing
from monitor.model.digests import Delivery
from monitor.ports import PhaseMark


class FilesChannel:
    """Writes into the folder at `path`, which is made when the first digest comes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """Write the three files durably; returns where the mail lies. Raises `DeliveryError`."""
        with writing(f"the folder {self._path}"):
            return await asyncio.to_thread(self._write, delivery)

    async def close(self) -> None:
        """Nothing is held open."""

    def _write(self, delivery: Delivery) -> str:
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        message = delivery.message
        stem = f"{file_name(delivery.slot_key)}-{file_name(delivery.recipient_id)}-{file_name(delivery.id)[:9]}"
        put(message.html.encode(), self._path / f"{stem}.html")
        put(message.text.encode(), self._path / f"{stem}.txt")
        put(message.content, self._path / f"{stem}.eml")
        return str(self._path / f"{stem}.eml")
