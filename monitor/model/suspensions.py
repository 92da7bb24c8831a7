"""Recipients whom no mail reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A recipient whose address refused our mail for good: none is composed for it while this is in force.

    There is at most one per (recipient, channel), the last one. It ends when somebody lifts it, and concerns `address`
    alone: a recipient with another address is not suspended. `reason` is what was said in refusing (`code`: the SMTP
    reply's, 0 for a bounce that names none).
    """

    recipient_id: str
    channel: str
    address: str
    at: datetime
    reason: str
    code: int = 0
    lifted_at: datetime | None = None
