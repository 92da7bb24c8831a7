"""Seed documents: texts that show what is wanted, as the user's manifest describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedEntry:
    """One seed document with its entry in the manifest.

    `file` is the name inside the seeds' folder; `language` a BCP 47 tag. `raw_text` is the file's whole text as it
    was saved: captions, promotions and foreign headlines included.
    """

    file: str
    title: str
    outlet: str
    language: str
    url: str | None = None
    published_at: datetime | None = None
    raw_text: str = field(repr=False)
