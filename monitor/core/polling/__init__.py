"""When a feed is checked next, and what is remembered of a check: pure, the caller brings time and chance.

`checks` puts together what the others decide: `wishes` (what servers and documents ask), `rhythm` (intervals, gaps,
silence), `moves` (permanent redirects, which URL is asked), `health`, `notices` (what an operator is told), `outages`
(is it us?), `pauses` (starts and jumping clocks), `turns` (hosts and outlets), `bodies` (unchanged?), `limits` (the
numbers).
"""

from monitor.core.polling.bodies import body_digest
from monitor.core.polling.checks import (
    CheckOutcome,
    is_public,
    lost,
    next_check,
    parse_failure,
    pause_wished_s,
    unforeseen,
)
from monitor.core.polling.health import is_bot_wall
from monitor.core.polling.limits import PollingLimits
from monitor.core.polling.moves import asked_url, request_for
from monitor.core.polling.notices import is_worth_a_search, notices_of, notices_to_tell
from monitor.core.polling.outages import is_own_outage, may_be_ours, page_mark
from monitor.core.polling.pauses import AfterPause, Look, after_pause, initial_state, was_away
from monitor.core.polling.turns import Turns
from monitor.core.polling.wishes import DocumentWishes, document_wishes

__all__ = [
    "AfterPause",
    "CheckOutcome",
    "DocumentWishes",
    "Look",
    "PollingLimits",
    "Turns",
    "after_pause",
    "asked_url",
    "body_digest",
    "document_wishes",
    "initial_state",
    "is_bot_wall",
    "is_own_outage",
    "is_public",
    "is_worth_a_search",
    "lost",
    "may_be_ours",
    "next_check",
    "notices_of",
    "notices_to_tell",
    "page_mark",
    "parse_failure",
    "pause_wished_s",
    "request_for",
    "unforeseen",
    "was_away",
]
