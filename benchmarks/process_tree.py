"""What a command and all its descendants cost: time from wait4(2), memory sampled from /proc."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

# A look at every process costs milliseconds: ten a second would take a tenth of a core from what is measured.
SAMPLE_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The bill. `cpu_s` is user + system of the command and of every descendant that was waited for."""

    code: int
    wall_s: float
    cpu_s: float
    peak_rss_mb: float
    peak_pss_mb: float
    peak_processes: int
    last_words: str


def descendants(root: int) -> list[int]:
    """`root` and all processes below it that live now."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue  # it ended between the listing and the reading
        pid = int(text.split(" ", 1)[0])
        parent = int(text.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(pid)
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo.extend(children.get(pid, ()))
    return found


def memory_kb(pid: int) -> tuple[int, int]:
    """(RSS, PSS) of one process, zeros when it has gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    values = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:] if line.endswith("kB")}
    return values.get("Rss", 0), values.get("Pss", 0)


class Sampler(threading.Thread):
    """Watches a process tree until `stop`."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.peak_rss_kb = self.peak_pss_kb = self.peak_processes = 0
        self._done = threading.Event()

    def run(self) -> None:
        """Take samples."""
        while not self._done.wait(SAMPLE_S):
            pids = descendants(self.root)
            sizes = [memory_kb(pid) for pid in pids]
            self.peak_rss_kb = max(self.peak_rss_kb, sum(rss for rss, _ in sizes))
            self.peak_pss_kb = max(self.peak_pss_kb, sum(pss for _, pss in sizes))
            self.peak_processes = max(self.peak_processes, len(pids))

    def stop(self) -> None:
        """No more samples."""
        self._done.set()
        self.join()


def measure(command: list[str], *, log: Path, environment: dict[str, str] | None = None) -> Usage:
    """Run a command to its end; its output goes to `log`. It is killed when this function is left early."""
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, env=environment
        )
    sampler = Sampler(process.pid)
    sampler.start()
    status = None
    try:
        _, status, rusage = os.wait4(process.pid, 0)
    finally:
        sampler.stop()
        if status is None:
            os.killpg(process.pid, signal.SIGKILL)
    process.returncode = os.waitstatus_to_exitcode(status)  # we have reaped it: Popen must not wait for it again
    words = log.read_text("utf-8", "replace").strip().splitlines()
    return Usage(
        code=process.returncode,
        wall_s=time.monotonic() - started,
        cpu_s=rusage.ru_utime + rusage.ru_stime,
        peak_rss_mb=sampler.peak_rss_kb / 1024,
        peak_pss_mb=sampler.peak_pss_kb / 1024,
        peak_processes=sampler.peak_processes,
        last_words=words[-1] if words else "",
    )
