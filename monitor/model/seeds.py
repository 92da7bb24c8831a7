"""Seed documents: texts that show what is wanted, as the user's manifest describes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

UNKNOWN_OUTLET = "unknown outlet"
"""What a manifest gives as outlet where a document does not name it; shown in the reader's language."""


def count_outlets(names: Iterable[str]) -> int:
    """How many outlets names stand for: those that nobody knows are taken for several, as their voices are."""
    named = list(names)
    return len({name for name in named if name != UNKNOWN_OUTLET}) + named.count(UNKNOWN_OUTLET)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedEntry:
    """One seed document with its entry in the manifest.

    `file` is the name inside the seeds' folder; `language` a BCP 47 tag. `published_at` is noon UTC where
    `is_day_only`: no time of day is known. `raw_text` is the file's whole text as it was saved: captions, promotions
    and foreign headlines included.
    """

    file: str
    title: str
    outlet: str
    language: str
    url: str | None = None
    published_at: datetime | None = None
    is_day_only: bool = False
    raw_text: str = field(repr=False)
