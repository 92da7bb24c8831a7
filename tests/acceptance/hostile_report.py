"""What a run of the hostile harness brought."""

from __future__ import annotations

import logging
import statistics
from collections import Counter
from dataclasses import dataclass, field

from monitor.pipeline.intake import Tally

log = logging.getLogger("hostile")

WARM_UP = 0.4
"""The share of a run in which memory may grow: caches fill, the heap finds its shape."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a run brought. Memory samples are (bodies so far, MB of the process, MB of its workers), both without the
    files mapped into them (`mapped_mb`, at the end), `held` beside them (bodies so far, thousands of values that Python
    holds, MB of the C heap in use).

    `broken` maps what a parse that broke or was stopped said to the first request that it was said of.
    """

    bodies: int = 0
    rounds: int = 0
    neighbours: int = 0
    neighbour_items: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    memory: list[tuple[int, float, float]] = field(default_factory=list)
    held: list[tuple[int, float, float]] = field(default_factory=list)
    mapped_mb: float = 0.0
    longest_s: Counter[str] = field(default_factory=Counter)
    """Of fetches, and of parses with their wait for a worker."""
    is_polling: bool = False
    starved_s: float = 0.0
    """The longest that the machine kept the loop from running although it did nothing."""
    blocked_ms: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    wall_s: float = 0.0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        account = self.tally
        lines = [
            f"{self.bodies:,} hostile answers, {self.rounds} rounds, {self.wall_s:.0f} s, {self.cpu_s:.0f} s of CPU",
            f"{self.neighbours} neighbours told {self.neighbour_items:,} items",
            f"{account.entries:,} entries = {account.known:,} known + {account.stored:,} stored + {account.copies:,} "
            f"copies + {account.revisions:,} revisions + {account.dropped:,} dropped",
            "outcomes: " + ", ".join(f"{count:,} {word}" for word, count in self.outcomes.most_common()),
            f"longest fetch {self.longest_s['fetch']:.1f} s, parse with its wait {self.longest_s['parse']:.1f} s; "
            f"loop kept over 50 ms of CPU {sum(ms > 50 for ms in self.blocked_ms)} times, "
            f"at most {max(self.blocked_ms, default=0):.0f} ms, starved by the machine up to {self.starved_s:.1f} s",
            self._memory(),
            *(f"broken: {said} (first by {where})" for said, where in self.broken.items()),
            *(f"PROBLEM {problem}" for problem in self.problems[:40]),
            f"{len(self.problems)} problems",
        ]
        return "\n".join(lines)

    def _memory(self) -> str:
        mine, theirs = [sample[1] for sample in self.memory], [sample[2] for sample in self.memory]
        told = self.memory[-1][0] * (1 - WARM_UP)
        return (
            f"memory: {mine[len(mine) // 2]:.0f} MB half way, {mine[-1]:.0f} at the end, at most {max(mine):.0f}; "
            f"beside it {self.mapped_mb:.0f} MB of mapped files; "
            f"workers {theirs[-1]:.0f} MB, at most {max(theirs):.0f} MB; "
            f"growth {growth(self.memory):+.1f} MB over the last {told:,.0f} bodies\n"
            f"held at the end: {self.held[-1][1]:,.0f} thousand values ({growth(self.held):+.1f} over the same), "
            f"{self.held[-1][2]:.1f} MB of the C heap ({growth(self.held, 2):+.1f})"
        )

    def blame(self, problem: str) -> None:
        """Keep a problem, and say it at once: a run takes long."""
        self.problems.append(problem)
        log.warning("PROBLEM %s", problem)


def growth(samples: list[tuple[int, float, float]], column: int = 1) -> float:
    """How much a column grew after the warm-up, by a robust line through the samples (Theil and Sen)."""
    tail = samples[int(len(samples) * WARM_UP) :]
    slopes = [
        (later[column] - earlier[column]) / (later[0] - earlier[0])
        for place, earlier in enumerate(tail)
        for later in tail[place + 1 :]
        if later[0] > earlier[0]
    ]
    return statistics.median(slopes) * (tail[-1][0] - tail[0][0]) if slopes else 0.0
