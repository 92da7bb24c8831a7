"""What a run of the hostile harness brought."""

from __future__ import annotations

import logging
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from monitor.pipeline.intake import Tally
from tests.acceptance.hostile_memory import Memory

log = logging.getLogger("hostile")

WARM_UP = 0.4
"""The share of a run in which memory may grow: caches fill, the heap finds its shape."""
FILLED = 25_000
"""After so many bodies SQLite's caches (36 MB) and the memos of words are full when two fifths of them are done."""
MAX_GROWTH_MB = 24.0
MAX_GROWTH_SHARE = 0.05
"""Of what is held: of 900 thousand values one for each body is found, of 115 MB of the C heap 100 bytes a body."""
MAX_ROOM_SHARE = 0.5
"""Of what is held: so much may be free between it. The largest batch (2,000 entries of one feed) takes a fifth for a
moment, and what outlives it keeps some of that from going back."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a run brought; `memory` as it was after each round.

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
    memory: list[Memory] = field(default_factory=list)
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
        last, half, grown = self.memory[-1], self.memory[len(self.memory) // 2], partial(growth, self.memory)
        return (
            f"memory: {half.resident:.0f} MB half way, {last.resident:.0f} at the end, at most "
            f"{max(one.resident for one in self.memory):.0f}, beside it {last.mapped:.0f} MB of mapped files; "
            f"workers {last.workers:.0f} MB, at most {max(one.workers for one in self.memory):.0f} MB\n"
            f"of it {last.small:.0f} MB small values ({last.values:,.0f} thousand) in {last.arenas:.0f} MB of arenas, "
            f"{last.most:.0f} at most, {last.heap:.0f} MB of the C heap, {last.room:.0f} MB of room\n"
            f"over the last {last.bodies * (1 - WARM_UP):,.0f} bodies: resident {grown('resident'):+.1f} MB, "
            f"small values {grown('small'):+.1f} MB ({grown('values'):+.1f} thousand), "
            f"C heap {grown('heap'):+.1f} MB, room {grown('room'):+.1f} MB"
        )

    def blame(self, problem: str) -> None:
        """Keep a problem, and say it at once: a run takes long."""
        self.problems.append(problem)
        log.warning("PROBLEM %s", problem)


def growth(samples: Sequence[Memory], of: str) -> float:
    """How much one of its facts grew after the warm-up, by a robust line through the samples (Theil and Sen)."""
    tail = [(one.bodies, float(getattr(one, of))) for one in samples[int(len(samples) * WARM_UP) :]]
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for place, earlier in enumerate(tail)
        for later in tail[place + 1 :]
        if later[0] > earlier[0]
    ]
    return statistics.median(slopes) * (tail[-1][0] - tail[0][0]) if slopes else 0.0


def leaks(report: Report) -> list[str]:
    """What grew after the warm-up: what is held may not, whatever the run's length; the process may find its shape.

    A run too short for its caches to fill tells nothing of what is held.
    """
    found, last = [], report.memory[-1]
    if (grown := growth(report.memory, "resident")) > MAX_GROWTH_MB:
        found.append(f"the process grew by {grown:.0f} MB after its warm-up")
    if report.bodies >= FILLED:
        if (values := growth(report.memory, "values")) > MAX_GROWTH_SHARE * last.values:
            found.append(f"Python holds {values:.0f} thousand values more than after the warm-up")
        if (heap := growth(report.memory, "heap")) > MAX_GROWTH_SHARE * last.heap:
            found.append(f"{heap:.1f} MB more of the C heap are in use than after the warm-up")
        if last.room > MAX_ROOM_SHARE * (last.small + last.heap):
            found.append(
                f"{last.room:.0f} MB are resident and not in use, beside {last.small + last.heap:.0f} that are"
            )
    return found
