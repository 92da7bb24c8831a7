"""What one cycle came to, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.pipeline.collect import CollectReport
from monitor.pipeline.compose import ComposeReport
from monitor.pipeline.deliver import DeliverReport
from monitor.pipeline.intake import Tally
from monitor.pipeline.pages import PagesReport


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleReport:
    """What one cycle of everything came to; composing and delivering ran before and after the feeds were asked."""

    collected: CollectReport
    seeds: Tally
    pages: PagesReport
    composed: Sequence[ComposeReport]
    alerted: ComposeReport
    delivered: Sequence[DeliverReport]

    @property
    def has_failed(self) -> bool:
        """Whether a digest could not be composed or delivered. Feeds that fail are data, not a failure."""
        return any(report.failures for report in (*self.composed, self.alerted)) or any(
            report.dead for report in self.delivered
        )

    def lines(self) -> list[str]:
        """For people, one fact a line."""
        tally, asked = self.collected.tally, self.collected
        rest = asked.checked - asked.not_modified - asked.unchanged - len(asked.failures)
        lines = [f"seeds     {self.seeds.stored} stored"] if self.seeds.stored else []
        lines += [
            f"feeds     {asked.checked} asked: {rest} {'not reached' if asked.is_own_outage else 'read'}, "
            f"{asked.not_modified} not modified, {asked.unchanged} unchanged, {len(asked.failures)} failed",
            f"entries   {tally.entries} seen: {tally.stored} new, {tally.copies} copies, {tally.revisions} revised, "
            f"{tally.known} known, {tally.dropped} dropped",
            f"matches   {tally.matched}",
            f"digests   {sum(len(report.composed) for report in self.composed)} composed, "
            f"{sum(len(report.sent) for report in self.delivered)} delivered, "
            f"{sum(len(report.later) for report in self.delivered)} to be tried again, "
            f"{sum(len(report.dead) for report in self.delivered)} given up",
        ]
        if self.alerted.composed:
            lines.append(f"alerts    {len(self.alerted.composed)} composed")
        if self.pages:
            later, problems = self.pages.later, self.pages.problems
            lines.append(f"pages     {self.pages.read} read, {later} to be tried again, {len(problems)} not read")
        if asked.is_own_outage:
            lines.append("network   no feed could be reached: our own line seems to be down; no feed is blamed")
        lines += [f"  dropped {count}: {reason}" for reason, count in sorted(tally.reasons.items())]
        lines += [f"  feed {feed_id}: {reason}" for feed_id, reason in sorted(asked.failures.items())]
        lines += [f"  page {url}: {reason}" for url, reason in self.pages.problems]
        for composed in (*self.composed, self.alerted):
            lines += [f"  recipient {recipient}: {reason}" for recipient, reason in composed.failures]
        for delivered in self.delivered:
            lines += [f"  delivery {delivery} to {to}: {reason}" for delivery, to, reason in delivered.problems]
        return lines
