"""What a digest was composed from, kept with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.digests import Digest
from monitor.model.stationery import Stationery


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A digest as it was told, without the texts of its articles, and what its mails were written with.

    One for all deliveries of a recipient's slot. `stationery` is None where no mail was written. A field that the model
    gains later needs a default: archives are kept as long as articles.
    """

    digest: Digest
    stationery: Stationery | None = None
    composed_at: datetime
