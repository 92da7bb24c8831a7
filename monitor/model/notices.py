"""What the operator is told of feeds, and of recipients whom no mail reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.feeds import Condition


class NoticeKind(StrEnum):
    """OUTAGE: a bad condition has lasted. RECOVERY: it is over. GAP: entries may have been lost between two checks.

    SUSPENSION is about a recipient: their address refuses our mail for good, and no more is composed for it.
    """

    OUTAGE = "outage"
    RECOVERY = "recovery"
    GAP = "gap"
    SUSPENSION = "suspension"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something of a feed that an operator is told once; there is one per (feed, kind, `at`).

    `condition` is the outage's (a gap has none), `outcome` the word of the check that it was told by, `detail` that
    check's own message (English, technical). `from_at`: for an outage when the feed was last well, as far as that is
    known: its last answer when it fails, its last news when it is silent or empty, the date of its newest entry when
    it is frozen; for a recovery when the outage was told; for a gap its beginning, `until_at` its end. `missed` is the
    least number of entries lost (0: unknown), `times` how many gaps are told in one.

    `url` is the address that was asked, `address` the likely new one: a moved feed's target, or what was found by
    searching at `sought_at` (None: not searched for yet). `number` rises in the order of keeping; 0: not kept yet.
    `outlet` is the feed's, filled in when it is told. Of a suspension `feed_id` is the recipient's id, `address` the
    mail address, `detail` what was said in refusing it.
    """

    feed_id: str
    kind: NoticeKind
    at: datetime
    condition: Condition | None = None
    outcome: str = ""
    detail: str = ""
    url: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None
    missed: int = 0
    times: int = 1
    address: str = ""
    sought_at: datetime | None = None
    number: int = 0
    outlet: str = ""
