"""Is it them, or is it us? Failures of most hosts at once are our own line's."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.core.urls import host_of
from monitor.model.feeds import FetchFailed, FetchOutcome

OUTAGE_KINDS = frozenset({"dns", "connect", "network", "timeout"})


def is_own_outage(outcomes: Iterable[FetchOutcome], *, min_hosts: int = 3, share: float = 0.8) -> bool:
    """Whether the failures of one window are ours: no host answered, and most of at least `min_hosts` were unreachable.

    Any answer, even an error status, proves that our line is up. What our own rules refused proves nothing.
    """
    refused: set[str] = set()
    unreachable: set[str] = set()
    for outcome in outcomes:
        host = host_of(outcome.url) or outcome.url
        if not isinstance(outcome, FetchFailed):
            return False
        if outcome.kind in OUTAGE_KINDS and not outcome.status:
            unreachable.add(host)
        elif outcome.kind == "refused" and not outcome.status:
            refused.add(host)
        else:
            return False
    return len(unreachable) >= min_hosts and len(unreachable) >= share * len(unreachable | refused)
