"""Hand-made stand-ins for adapters; each passes the same contract suite as what it stands in for."""

from __future__ import annotations

import hashlib

from monitor.model.links import LinkClaim
from tests.memory.alerting import Alerting
from tests.memory.feeds import Feeds
from tests.memory.intakes import Intakes
from tests.memory.matches import Matches
from tests.memory.outbox import Outbox
from tests.memory.pages import Pages
from tests.memory.past import Past
from tests.memory.preferences import Preferences
from tests.memory.publishing import Publishing
from tests.memory.retention import Retention
from tests.memory.surveys import Surveys
from tests.memory.votes import Votes


class MemoryStore(
    Feeds, Intakes, Matches, Past, Alerting, Outbox, Pages, Retention, Votes, Preferences, Surveys, Publishing
):
    """All store Protocols over dictionaries, a part for each need.

    `refusals` are errors that the next writes raise, one each, keeping nothing: a full disk, a locked file.
    `commits` counts the writes that were kept.
    """


class FixedLinks:
    """Links of an installation at `base`; the claim itself, digested, stands for its signature."""

    def __init__(self, base: str) -> None:
        self._base = base

    def url(self, claim: LinkClaim) -> str | None:
        return f"{self._base}/l/{_digested(claim)}"

    def one_click(self, claim: LinkClaim) -> str | None:
        return f"{self._base}/u/{_digested(claim)}" if self._base.startswith("https://") else None

    def subject(self, claim: LinkClaim) -> str:
        return f"{claim.action} {_digested(claim)}"


def _digested(claim: LinkClaim) -> str:
    return hashlib.blake2b(repr(claim).encode(), digest_size=12).hexdigest()
