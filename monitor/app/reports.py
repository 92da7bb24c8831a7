"""What one cycle came to, for people."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.pipeline.collect import CollectReport
from monitor.pipeline.compose import ComposeReport
from monitor.pipeline.deliver import DeliverReport
from monitor.pipeline.intake import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleReport:
    """What one cycle of everything came to."""

    collected: CollectReport
    seeds: Tally
    composed: ComposeReport
    delivered: DeliverReport

    @property
    def has_failed(self) -> bool:
        """Whether a digest could not be composed or delivered. Feeds that fail are data, not a failure."""
        return bool(self.composed.failures or self.delivered.dead)

    def lines(self) -> list[str]:
        """For people, one fact a line."""
        tally, round_ = self.collected.tally, self.collected
        lines = [
            f"feeds     {round_.checked} checked: {round_.not_modified} not modified, {round_.unchanged} unchanged, "
            f"{len(round_.failures)} failed",
            f"entries   {tally.entries} seen: {tally.stored} new, {tally.copies} copies, {tally.revisions} revised, "
            f"{tally.known} known, {tally.dropped} dropped",
            f"matches   {tally.matched}",
            f"digests   {len(self.composed.composed)} composed, {len(self.delivered.sent)} delivered, "
            f"{len(self.delivered.later)} to be tried again, {len(self.delivered.dead)} given up",
        ]
        if self.seeds.stored:
            lines.insert(0, f"seeds     {self.seeds.stored} stored")
        if round_.is_own_outage:
            lines.append("network   no feed could be reached: our own line seems to be down; no feed is blamed")
        lines += [f"  feed {feed_id}: {reason}" for feed_id, reason in sorted(round_.failures.items())]
        lines += [f"  recipient {recipient}: {reason}" for recipient, reason in self.composed.failures]
        lines += [f"  delivery {delivery} to {to}: {reason}" for delivery, to, reason in self.delivered.problems]
        return lines
