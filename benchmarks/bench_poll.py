"""Polling many feeds: the running daemon beside the floors and its peers, on the same feeds in the same run.

    .venv/bin/python -m benchmarks.bench_poll PATH/TO/feedserver.py --feeds 2000 --peers OTHER/bin/python

The load is a seeded server of synthetic feeds. Round 0 is the first poll of every feed; in each later, steady round a
share of the feeds brings a few new entries and the others answer 304. Every contender is one process that lives
through all rounds; what it takes to start is not counted. Measured from outside: time on the wall, processor time of
the whole process tree (user + system), and the highest memory of all its processes together. PSS counts a page shared
by several processes once, RSS counts it in each of them.

The daemon is `monitor run` with everything on: fetch, parse, dedupe, group, score, store. It starts with one feed that
is switched off; then the others are written into its configuration and it gets a SIGHUP, whose cost counts in round 0.
The due times in its store are moved: in round 0 to that of the first feed (new ones are staggered over half a minute),
in a steady round back to the last check. Its scheduler finds the feeds due, as it would a quarter of an hour later, and
does the rest. The peers are floors and programs of `poll_peers`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process_tree import Meter, Usage, cpu_s
from scripts.demo.configuration import Stage, make_recipient
from scripts.demo.daemon import environment

READY_TIMEOUT_S = 900
ROUND_TIMEOUT_S = 7200
KINDS = ("fetch", "limit", "reader", "rss2email")
DAEMON = "monitor"
# The daemon is idle once it takes less than this share of a core for a second.
IDLE_SHARE = 0.05
_A_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; without `usage`, of a peer that is not installed."""

    who: str
    round: int
    feeds: int
    statuses: dict[str, int]
    usage: Usage | None


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports that nobody listens on; another one for each of several runs at once.

    The load server takes them only when it has rendered its feeds, minutes later.
    """
    for number in range(200):
        first = 21_000 + (os.getpid() + number) % 200 * 50
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    sock = stack.enter_context(socket.socket())
                    sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise RuntimeError("no free ports on 127.0.0.1")


@contextlib.contextmanager
def feed_server(script: Path, options: argparse.Namespace, ports: int = 8) -> Iterator[str]:
    """The load server; yields the address of its controls. Rendering 2,000 feeds takes it a minute or two."""
    port = free_ports(ports)
    words = ["--feeds", options.feeds, "--port", port, "--ports", ports, "--seed", options.seed]
    # An hour ago, so that the entries of the later rounds are not of the future.
    words += ["--now", int(time.time()) - 3600, "--change", options.change, "--no-validators", options.no_validators]
    command = [sys.executable, str(script), *map(str, words)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert server.stdout
        if not server.stdout.readline():
            raise RuntimeError(f"{script} ended with code {server.wait()} before it served anything")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # the processes that render for it, too
        server.communicate()


def control(base: str, path: str) -> bytes:
    """Ask the load server something."""
    with urllib.request.urlopen(base + path, timeout=READY_TIMEOUT_S) as answer:
        body: bytes = answer.read()
    return body


class Peer:
    """A floor or a peer: `poll_peers` under some Python."""

    def __init__(self, kind: str, python: str, urls_file: Path, folder: Path) -> None:
        script = Path(__file__).with_name("poll_peers.py")
        self.who = kind
        self._log = (folder / f"{kind}.log").open("wb")
        self._process = subprocess.Popen(
            [python, str(script), kind, str(urls_file), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        self.is_absent = self._heard() == "absent"

    def _heard(self) -> str:
        assert self._process.stdout
        word = self._process.stdout.readline().decode().strip()
        if not word:
            raise RuntimeError(f"{self.who} ended with code {self._process.wait()}; see {self._log.name}")
        return word

    def poll(self, number: int) -> Usage:
        """All feeds once."""
        assert self._process.stdin
        with Meter(self._process.pid) as meter:
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()
            self._heard()
        return meter.usage

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()
        self._log.close()


class Daemon:
    """`monitor run`, its feeds far from due unless a round makes them so."""

    def __init__(self, urls: list[str], folder: Path, options: argparse.Namespace) -> None:
        self.who = DAEMON
        self.is_absent = False
        self._feeds = [{"id": f"feed-{n}", "url": url, "outlet": f"Outlet {n}"} for n, url in enumerate(urls)]
        polling = {
            "concurrency": options.concurrency,
            "per_host": min(options.concurrency, 50),
            "parse_workers": options.parse_workers,
            # No round of its own accord while the others are measured.
            **dict.fromkeys(("min_interval_s", "default_interval_s", "max_interval_s"), _A_DAY_S),
        }
        self._stage = Stage(
            folder=folder,
            feeds=[{**self._feeds[0], "enabled": False}],
            recipients=[make_recipient("archive", channel="maildir")],
            changes={"polling": polling},
        )
        self._stage.write()
        self._log = folder / "monitor.log"
        command = [sys.executable, "-m", "monitor", "run", "--config", str(self._stage.config)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stderr=log, start_new_session=True, env=environment())
        self._await("its start", lambda: self._logged('"running"'), READY_TIMEOUT_S)
        self._settle()

    def poll(self, number: int) -> Usage:
        """All feeds once; until it is idle again."""
        with Meter(self._process.pid) as meter:
            if number == 0:
                self._stage.put("feeds.yaml", {"feeds": self._feeds})
                self._process.send_signal(signal.SIGHUP)
                self._await("its reload", lambda: self._logged("configuration reloaded"), READY_TIMEOUT_S)
                change = "(SELECT min(next_check_at) FROM feed_state WHERE is_active) WHERE checked_at IS NULL"
            else:
                change = "checked_at WHERE is_active"
            with self._store() as store:
                store.execute(f"UPDATE feed_state SET next_check_at = {change}")
            self._await(f"round {number}", self._is_round_over, ROUND_TIMEOUT_S)
            meter.stopped()
            self._settle()
        return meter.usage

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    @contextlib.contextmanager
    def _store(self) -> Iterator[sqlite3.Connection]:
        store = sqlite3.connect(self._stage.store, timeout=30, isolation_level=None)
        try:
            yield store
        finally:
            store.close()

    def _logged(self, words: str) -> bool:
        return words in self._log.read_text("utf-8", "replace")

    def _is_round_over(self) -> bool:
        """Every feed is known, checked, and due later than its last check."""
        asked = (
            "SELECT count(*) FROM feed_state WHERE is_active AND checked_at IS NOT NULL AND next_check_at > checked_at"
        )
        with self._store() as store:
            return bool(store.execute(asked).fetchone()[0] == len(self._feeds))

    def _settle(self) -> None:
        spent = cpu_s(self._process.pid)
        for _ in range(60):
            time.sleep(1)
            before, spent = spent, cpu_s(self._process.pid)
            if spent - before < IDLE_SHARE:
                return

    def _await(self, what: str, is_over: Callable[[], bool], timeout_s: float) -> None:
        limit = time.monotonic() + timeout_s
        while not is_over():
            if time.monotonic() > limit or self._process.poll() is not None:
                last = "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-5:])
                raise RuntimeError(f"{what} of the daemon never ended (exit {self._process.returncode}):\n{last}")
            time.sleep(0.2)


def run_rounds(base: str, folder: Path, options: argparse.Namespace) -> list[Row]:
    """All rounds of all contenders, one after the other."""
    urls_file = folder / "urls.txt"
    urls_file.write_bytes(control(base, "/urls"))
    python = options.peers or sys.executable
    rows: list[Row] = []
    with contextlib.ExitStack() as stack:
        contenders: list[Peer | Daemon] = []
        for kind in (*KINDS[:2], DAEMON, *KINDS[2:]):
            if kind in options.without:
                continue
            if kind == DAEMON:
                contender: Peer | Daemon = Daemon(urls_file.read_text().split(), folder, options)
            else:
                contender = Peer(kind, python, urls_file, folder)
            stack.callback(contender.close)
            contenders.append(contender)
        for number in range(options.rounds):
            control(base, f"/_ctl/round?n={number}")
            for contender in contenders:
                control(base, "/_ctl/reset")
                usage = None if contender.is_absent else contender.poll(number)
                stats = json.loads(control(base, "/_ctl/stats"))
                statuses = {key[1:]: count for key, count in stats.items() if key.startswith("s") and key[1:].isdigit()}
                rows.append(Row(who=contender.who, round=number, feeds=options.feeds, statuses=statuses, usage=usage))
    return rows


def table(rows: list[Row]) -> str:
    """The rows for reading."""
    head = ("round", "who", "answers", "s", "feeds/s", "cpu ms/feed", "x limit", "peak RSS MB", "peak PSS MB")
    lines = [head]
    limits = {row.round: row.usage.cpu_s for row in rows if row.who == "limit" and row.usage}
    for row in rows:
        named = f"{row.round} {'first' if row.round == 0 else 'steady'}"
        if (use := row.usage) is None:
            lines.append((named, row.who, "not installed", *[""] * 6))
            continue
        lines.append(
            (
                named,
                row.who,
                " ".join(f"{code}:{count}" for code, count in sorted(row.statuses.items())),
                f"{use.wall_s:.1f}",
                f"{row.feeds / use.wall_s:.0f}",
                f"{1000 * use.cpu_s / row.feeds:.2f}",
                f"{use.cpu_s / limits[row.round]:.2f}" if limits.get(row.round) else "",
                f"{use.peak_rss_mb:.0f}",
                f"{use.peak_pss_mb:.0f}",
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def arguments(words: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", type=Path, help="feedserver.py, the load server")
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=2, help="the first poll and the steady rounds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--change", type=float, default=0.25, help="share of feeds with new entries in a steady round")
    parser.add_argument("--no-validators", type=float, default=0.0, help="share of feeds that never answer 304")
    parser.add_argument("--concurrency", type=int, default=50, help="feeds asked at the same time, by the daemon")
    parser.add_argument("--parse-workers", type=int, default=1, help="of the daemon")
    parser.add_argument("--peers", metavar="PYTHON", help="a Python that has reader and rss2email (default: this one)")
    parser.add_argument("--without", action="append", default=[], choices=(*KINDS, DAEMON), help="leave one out")
    parser.add_argument("--keep", type=Path, help="work here and leave the store and the logs")
    return parser.parse_args(words)


def main(argv: list[str] | None = None) -> int:
    """Measure and print; 0 also when there is no load server (with the reason on standard error)."""
    options = arguments(sys.argv[1:] if argv is None else argv)
    if not options.server.exists():
        print(f"skipped: there is no load server at {options.server}", file=sys.stderr)
        return 0
    folder = (options.keep or Path(tempfile.mkdtemp(prefix="bench-poll-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with feed_server(options.server, options) as base:
            rows = run_rounds(base, folder, options)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(table(rows))
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
