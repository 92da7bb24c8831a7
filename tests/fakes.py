"""Hand-made stand-ins for adapters; each passes the same contract suite as what it stands in for."""

from __future__ import annotations

from tests.memory.digests import Digests
from tests.memory.feeds import Feeds
from tests.memory.intakes import Intakes
from tests.memory.matches import Matches
from tests.memory.outbox import Outbox
from tests.memory.pages import Pages
from tests.memory.past import Past
from tests.memory.retention import Retention
from tests.memory.votes import Votes


class MemoryStore(Feeds, Intakes, Matches, Past, Digests, Outbox, Pages, Retention, Votes):
    """All store Protocols over dictionaries, a part for each need.

    `refusals` are errors that the next writes raise, one each, keeping nothing: a full disk, a locked file.
    `commits` counts the writes that were kept.
    """
