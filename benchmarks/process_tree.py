"""What a running process and all its descendants cost between two moments; read from /proc, so on Linux only."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# A look at every process costs milliseconds: ten a second would take a tenth of a core from what is measured.
SAMPLE_S = 0.5
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The bill. `cpu_s` is user + system of the process, its descendants, and what they have waited for."""

    wall_s: float
    cpu_s: float
    peak_rss_mb: float
    peak_pss_mb: float
    peak_processes: int


def descendants(root: int) -> dict[int, list[str]]:
    """`root` and all processes below it that live now, each with the fields of its `stat` from the state on."""
    children: dict[int, list[int]] = {}
    fields: dict[int, list[str]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue  # it ended between the listing and the reading
        pid = int(text.split(" ", 1)[0])
        fields[pid] = text.rpartition(")")[2].split()
        children.setdefault(int(fields[pid][1]), []).append(pid)
    found: dict[int, list[str]] = {}
    todo = [root]
    while todo:
        pid = todo.pop()
        found[pid] = fields.get(pid, [])
        todo.extend(children.get(pid, ()))
    return found


def cpu_s(root: int) -> float:
    """Seconds of processor time that the tree has taken so far, in hundredths as a rule.

    Time of a process that has ended counts once its parent, one of the tree, has waited for it.
    """
    return sum(sum(map(int, fields[11:15])) for fields in descendants(root).values()) / _TICKS_A_SECOND


def memory_kb(pid: int) -> tuple[int, int]:
    """(RSS, PSS) of one process, zeros when it has gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    values = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:] if line.endswith("kB")}
    return values.get("Rss", 0), values.get("Pss", 0)


class Meter(threading.Thread):
    """Watches a process tree from the beginning to the end of a `with` block; then `usage` is its bill.

    `stopped` ends the time on the wall earlier, when what is measured is found to have ended.
    """

    usage: Usage

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.peak_rss_kb = self.peak_pss_kb = self.peak_processes = 0
        self._done = threading.Event()
        self._ended = 0.0

    def __enter__(self) -> Self:
        self._began, self._cpu_s = time.monotonic(), cpu_s(self.root)
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        wall_s = (self._ended or time.monotonic()) - self._began
        self._done.set()
        self.join()
        self._sample()
        self.usage = Usage(
            wall_s=wall_s,
            cpu_s=cpu_s(self.root) - self._cpu_s,
            peak_rss_mb=self.peak_rss_kb / 1024,
            peak_pss_mb=self.peak_pss_kb / 1024,
            peak_processes=self.peak_processes,
        )

    def run(self) -> None:
        """Take samples."""
        while not self._done.wait(SAMPLE_S):
            self._sample()

    def stopped(self) -> None:
        """What is measured has ended; processor time is still counted."""
        self._ended = time.monotonic()

    def _sample(self) -> None:
        pids = list(descendants(self.root))
        sizes = [memory_kb(pid) for pid in pids]
        self.peak_rss_kb = max(self.peak_rss_kb, sum(rss for rss, _ in sizes))
        self.peak_pss_kb = max(self.peak_pss_kb, sum(pss for _, pss in sizes))
        self.peak_processes = max(self.peak_processes, len(pids))
