"""Is it them, or is it us? Failures of most hosts at once are our own line's.

Owns: what may be our own (no name resolves, nothing connects, every certificate is wrong, no route), and captive
portals, which answer for everybody: one page for all, or one address to which all lead. Refuses: to blame itself for a
failure of few hosts, or while anybody answers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b

from monitor.core.urls import host_of
from monitor.model.feeds import FetchFailed, FetchOutcome

OUTAGE_KINDS = frozenset({"dns", "connect", "network", "timeout", "tls"})
"""A wrong clock or a portal makes every certificate wrong."""
_PORTAL_STATUS = 511
"""Network Authentication Required (RFC 6585 §6): no publisher's answer, but that of a network on the way."""
_PAGE_BYTES = 65_536
_CHANGING = re.compile(rb"""https?:[^\s"'<>]*|[?&][^\s"'<>]*|[0-9A-Fa-f-]{8,}|\d+""")


def page_mark(page: bytes) -> str:
    """What stays of a page when addresses, tokens and numbers are left out: equal for whomever a portal answers."""
    return blake2b(_CHANGING.sub(b"", page[:_PAGE_BYTES]), digest_size=8).hexdigest()


def may_be_ours(asked: str, outcome: FetchOutcome) -> bool:
    """Whether a failure could be our own line's: no answer came, or one that may not be the publisher's."""
    return isinstance(outcome, FetchFailed) and (_is_unreachable(outcome) or bool(_portal(asked, outcome)))


def is_own_outage(outcomes: Iterable[tuple[str, FetchOutcome]], *, min_hosts: int = 3, share: float = 0.8) -> bool:
    """Whether the failures of one window are ours; each outcome with the address that was asked.

    They are if nobody answered and most of at least `min_hosts` hosts were unreachable or answered for by one portal.
    Any other answer, even an error status, proves that our line is up. What our own rules refused proves nothing.
    """
    refused: set[str] = set()
    unreachable: set[str] = set()
    portals: dict[str, set[str]] = defaultdict(set)
    for asked, outcome in outcomes:
        host = host_of(asked) or asked
        if not isinstance(outcome, FetchFailed):
            return False
        if _is_unreachable(outcome):
            unreachable.add(host)
        elif portal := _portal(asked, outcome):
            portals[portal].add(host)
        elif outcome.kind == "refused" and not outcome.status:
            refused.add(host)
        else:
            return False
    everybody = unreachable | refused | set().union(*portals.values())
    # One host alone that answers with a page is a host in trouble, and it did answer.
    if any(len(hosts) < 2 for hosts in portals.values()):
        return False
    ours = unreachable | max(portals.values(), key=len, default=set())
    return len(ours) >= min_hosts and len(ours) >= share * len(everybody)


def _is_unreachable(failure: FetchFailed) -> bool:
    return failure.status == _PORTAL_STATUS or (not failure.status and failure.kind in OUTAGE_KINDS)


def _portal(asked: str, failure: FetchFailed) -> str:
    """What a portal may be known by: the host that it led to, or its page; "" if this is no portal's doing."""
    end = host_of(failure.url)
    if failure.kind == "refused" and not failure.status and end != host_of(asked):
        return f"to {end}"  # mostly a private address
    if not failure.page or failure.is_challenge:
        return ""
    return f"to {end}" if end != host_of(asked) else failure.page
