"""What the log says of a round of checks."""

from __future__ import annotations

import logging

from monitor.model.feeds import Condition
from monitor.pipeline.collect import CollectReport

log = logging.getLogger("monitor")

_WELL = (Condition.NEW, Condition.HEALTHY)


class Teller:
    """Logs what a person wants to know: news, each change of a feed's condition once, our own outage once.

    A feed that goes on failing says no more; `monitor status` has its reason, and the operator's digest a notice.
    """

    def __init__(self) -> None:
        self._is_cut_off = False

    def tell(self, report: CollectReport) -> None:
        """One round."""
        self._tell_outage(report.is_own_outage)
        for feed_id, reason in report.failures.items():
            log.debug("feed %s: %s", feed_id, reason)
        for feed_id, missed in report.gaps.items():
            least = f" (at least {missed} entries)" if missed else ""
            log.warning("feed %s: news fell out of it between two checks%s", feed_id, least)
        for feed_id, (before, condition, reason) in report.changed.items():
            if condition not in _WELL:
                log.warning("feed %s: %s: %s", feed_id, condition.value, reason)
            elif before not in _WELL:
                log.info("feed %s: well again, it was %s", feed_id, before.value)
        tally = report.tally
        if tally.stored or tally.copies or tally.revisions or tally.dropped:
            log.info(
                "collected",
                extra={
                    "feeds": report.checked,
                    "new": tally.stored,
                    "copies": tally.copies,
                    "revised": tally.revisions,
                    "dropped": tally.dropped,
                    "matched": tally.matched,
                },
            )

    def _tell_outage(self, is_own_outage: bool) -> None:
        if is_own_outage and not self._is_cut_off:
            log.warning(
                "No feed can be reached: the network seems to be down. No feed is counted as broken; "
                "polling goes on and will say when it is back."
            )
        if not is_own_outage and self._is_cut_off:
            log.info("The network is back.")
        self._is_cut_off = is_own_outage
