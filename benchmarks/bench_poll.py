"""Polling many feeds: the whole daemon process beside a bare conditional fetch, on the same feeds in the same run.

    .venv/bin/python -m benchmarks.bench_poll PATH/TO/feedserver.py --feeds 2000

The load is a seeded server of synthetic feeds (round 0: every feed is new; round 1: most answer 304). For both rounds
the floor (aiohttp, conditional, bodies read and thrown away) and `monitor once` are measured from outside: wall time,
processor time of the whole process tree (user + system, of every process it waited for), and the highest memory of all
its processes together. PSS counts a page shared by several processes once, RSS counts it in each of them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process_tree import Usage, measure
from scripts.demo.configuration import Stage, make_recipient
from scripts.demo.daemon import environment

READY_TIMEOUT_S = 600
ROUNDS = ("cold", "mostly 304")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `entries` are those in the bodies that were sent in full."""

    who: str
    round: str
    usage: Usage
    statuses: dict[str, int]
    feeds: int
    entries: int


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports that nobody listens on."""
    for first in range(21000, 60000, 200):
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
def feed_server(script: Path, feeds: int, seed: int, ports: int = 8) -> Iterator[str]:
    """The load server; yields the address of its controls. Rendering 2,000 feeds takes it a minute or two."""
    port = free_ports(ports)
    words = ["--feeds", feeds, "--entries", "40-40", "--port", port, "--ports", ports, "--seed", seed, "--now", -1]
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


# --------------------------------------------------------------------------------------------------- the floor


async def fetch_all(urls: list[str], known: dict[str, dict[str, str]], concurrency: int) -> None:
    """Conditional GET of every address, as bare as aiohttp allows; `known` holds the validators, before and after."""
    import aiohttp

    names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
    queue = iter(urls)

    async def work(session: aiohttp.ClientSession) -> None:
        for url in queue:
            async with session.get(url, headers=known.get(url, {})) as answer:
                await answer.read()
                if answer.status == 200:
                    known[url] = {ask: answer.headers[name] for name, ask in names.items() if name in answer.headers}

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:
        await asyncio.gather(*(work(session) for _ in range(concurrency)))


def floor(urls_file: Path, state: Path, concurrency: int) -> int:
    """One round of the floor, as a process of its own."""
    known = json.loads(state.read_text()) if state.exists() else {}
    asyncio.run(fetch_all(urls_file.read_text().split(), known, concurrency))
    state.write_text(json.dumps(known))
    return 0


# --------------------------------------------------------------------------------------------------- the table


def run_rounds(base: str, folder: Path, feeds: int, concurrency: int, workers: int) -> list[Row]:
    """Both rounds, the floor first (it leaves nothing behind that would help the daemon)."""
    urls_file = folder / "urls.txt"
    urls_file.write_bytes(control(base, "/urls"))
    urls = urls_file.read_text().split()
    stage = Stage(
        folder=folder,
        feeds=[{"id": f"feed-{n}", "url": url, "outlet": f"Outlet {n}"} for n, url in enumerate(urls)],
        recipients=[make_recipient("archive", channel="maildir")],
        changes={"polling": {"concurrency": concurrency, "per_host": min(concurrency, 50), "parse_workers": workers}},
    )
    stage.write()
    state = folder / "floor.json"
    commands = {
        "bare aiohttp": [sys.executable, __file__, "--floor", str(urls_file), str(state), str(concurrency)],
        "monitor once": [sys.executable, "-m", "monitor", "once", "--config", str(stage.config)],
    }
    rows = []
    for number, name in enumerate(ROUNDS):
        control(base, f"/_ctl/round?n={number}")
        for who, command in commands.items():
            control(base, "/_ctl/reset")
            usage = measure(command, log=folder / f"{who.split()[0]}-{number}.log", environment=environment())
            stats = json.loads(control(base, "/_ctl/stats"))
            statuses = {key[1:]: count for key, count in stats.items() if key[1:].isdigit() and key.startswith("s")}
            entries = 40 * statuses.get("200", 0)
            rows.append(Row(who=who, round=name, usage=usage, statuses=statuses, feeds=feeds, entries=entries))
    return rows


def table(rows: list[Row]) -> str:
    """The rows for reading."""
    head = ("round", "who", "answers", "s", "feeds/s", "entries/s", "cpu s", "cpu ms/feed", "peak RSS MB", "PSS MB")
    lines = [head]
    for row in rows:
        use = row.usage
        answers = " ".join(f"{code}:{count}" for code, count in sorted(row.statuses.items()))
        lines.append(
            (
                row.round,
                row.who,
                answers,
                f"{use.wall_s:.1f}",
                f"{row.feeds / use.wall_s:.0f}",
                f"{row.entries / use.wall_s:.0f}",
                f"{use.cpu_s:.1f}",
                f"{1000 * use.cpu_s / row.feeds:.1f}",
                f"{use.peak_rss_mb:.0f}",
                f"{use.peak_pss_mb:.0f}",
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def main(argv: list[str] | None = None) -> int:
    """Measure and print; 0 also when there is no load server (with the reason on standard error)."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["--floor"]:
        return floor(Path(words[1]), Path(words[2]), int(words[3]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", type=Path, help="feedserver.py, the load server")
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--concurrency", type=int, default=50, help="feeds asked at the same time, by both")
    parser.add_argument("--parse-workers", type=int, default=1, help="of the daemon")
    parser.add_argument("--keep", type=Path, help="work here and leave the store and the logs")
    options = parser.parse_args(words)
    if not options.server.exists():
        print(f"skipped: there is no load server at {options.server}", file=sys.stderr)
        return 0
    folder = (options.keep or Path(tempfile.mkdtemp(prefix="bench-poll-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with feed_server(options.server, options.feeds, options.seed) as base:
            rows = run_rounds(base, folder, options.feeds, options.concurrency, options.parse_workers)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(table(rows))
    failed = [row for row in rows if row.usage.code != 0]
    for row in failed:
        print(f"{row.who} ended with code {row.usage.code} in round {row.round!r}: {row.usage.last_words}")
    return 1 if failed else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
