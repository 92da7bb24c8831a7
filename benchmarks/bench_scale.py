"""Very many feeds: an hour of them through the real pipeline, and the claim of what is due among a million.

    .venv/bin/python -m benchmarks.bench_scale --feeds 1000 10000 100000 --hours 1
    .venv/bin/python -m benchmarks.bench_scale --feeds 1000 --first --window 40 --hours 0.02
    .venv/bin/python -m benchmarks.bench_scale --claim 100000 1000000 [--url postgresql://…]

`--feeds`: every feed is asked each 15 minutes by the real collector, checker, turns, intaker, judge (with the default
watchlist) and SQLite store; bodies are parsed as the daemon parses them, in this process or in its workers. Only the
network is simulated (`benchmarks.simulated_web`). The feeds were polled before: the store knows the items that their
bodies then held (made before the clock starts, in a process of its own). Time runs as on the wall while anything is
worked on and jumps while nothing is (`benchmarks.loop_watch`), so "lag", from due to asked, counts what the work of
others delayed; with `--clock cpu` it runs by our own processor time, for a machine with other work. "busy" is the
wall's seconds in a second of the hour, "cpu" the processor's of all our processes (2 cores give 2). The floor answers
as many checks with the same web and writes each feed's next due time into SQLite, 32 a transaction: what no poller
can do without.

`--claim`: 64 due feeds are claimed and their outcomes kept, again and again, with 5,000 others out on a lease; the
floor is the claim's bare statement by the driver (SQLite).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.loop_watch import Block, JumpingLoop
from benchmarks.scale_claim import claim_table
from benchmarks.scale_hour import REPOSITORY, Hour, floor_us, prepare, quantile, run_hour
from benchmarks.simulated_web import SimulatedWeb

BLOCKED_S = 0.05


def print_hour(hour: Hour, web: SimulatedWeb, blocks: Sequence[Block], turns: int, floor: float) -> None:
    """One size for reading."""
    own_us = hour.cpu_s / max(hour.checks, 1) * 1e6
    lags, manners = web.lags, web.manners
    print(f"\n{hour.feeds:,} feeds on {web.hosts:,} hosts, {hour.seconds:,.0f} s simulated")
    print(f"  checks            {hour.checks:,} ({hour.checks / hour.seconds:.1f} a second): {dict(web.answers)}")
    print(
        f"  entries           {hour.tally.entries:,}: {hour.tally.known:,} known, {hour.tally.stored:,} stored, "
        f"{hour.tally.copies:,} copies, {hour.tally.matched:,} matches"
    )
    print(
        f"  cpu               {hour.cpu_s / hour.seconds:.3f} s a simulated second ({hour.cpu_s:,.0f} s in all, "
        f"{own_us:,.0f} µs a check, {own_us / floor:.1f} × the floor of {floor:,.0f} µs)"
    )
    print(f"  wall              {hour.wall_s:,.0f} s: busy {hour.wall_s / hour.seconds:.2f}")
    print(
        f"  lag               p50 {quantile(lags, 0.5):.1f} s, p99 {quantile(lags, 0.99):.1f} s, "
        f"max {max(lags, default=0.0):.1f} s; overdue by a minute at the end: {hour.overdue}"
    )
    print(f"  memory            {hour.peak_mb:,.0f} MB resident in {hour.processes} processes at most")
    broken = {rule: count for rule, count in manners.broken.items() if count}
    print(
        f"  manners           at most {manners.most_at_once} at once, {manners.shortest_spacing_s:.2f} s apart, "
        f"{manners.shortest_interval_s:.0f} s between two requests to an address; broken: {broken or 'none'}"
    )
    _print_blocks(blocks, turns)


def _print_blocks(blocks: Sequence[Block], turns: int) -> None:
    for what, of in (("surely", lambda b: b.sure_s), ("own cpu", lambda b: b.own_s), ("wall", lambda b: b.wall_s)):
        over = sum(of(block) > BLOCKED_S for block in blocks)
        longest = max(map(of, blocks), default=0.0)
        print(f"  loop blocked      {what:8} at most {1e3 * longest:.0f} ms, over 50 ms {over} × in {turns:,} turns")
    for block in sorted(blocks, key=lambda block: -block.sure_s)[:8]:
        print(
            f"    {1e3 * block.sure_s:6.0f} ms (own cpu {1e3 * block.own_s:.0f}, wall {1e3 * block.wall_s:.0f})"
            f"  {block.who}"
        )
    places = Counter(block.who.partition(" < ")[0] for block in blocks)
    print(f"    long turns by place: {places.most_common(6)}")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, nargs="*", default=[])
    parser.add_argument("--hosts", type=int, help="default: a fifth of the feeds")
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--window", type=int, default=15, help="items of a body")
    parser.add_argument("--first", action="store_true", help="nothing was polled before: all entries are new")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall", help="cpu: on a machine with other work")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="keep the prepared stores here, and take them from here")
    parser.add_argument("--claim", type=int, nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--url", help="an empty PostgreSQL store for --claim")
    parser.add_argument("--prepare", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    for size in options.feeds:
        measure_hour(size, options)
    if options.claim:
        claim_table(options.claim, options.url, options.seed, options.rounds)
    return 0


def measure_hour(size: int, options: argparse.Namespace) -> None:
    """One size: prepare a store in another process (or do just that), poll for the hour, print."""
    hosts = options.hosts or max(size // 5, 1)
    web = SimulatedWeb(feeds=size, hosts=hosts, seed=options.seed, window=options.window, min_interval_s=800.0)
    if options.prepare:
        order = random.Random(options.seed).sample(range(size), size)
        asyncio.run(prepare(options.prepare, web, order, is_first=options.first))
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-scale-"))
    try:
        name = "-".join(map(str, (size, hosts, "first" if options.first else options.window, options.seed)))
        prepared = (options.keep or folder) / f"feeds-{name}.db"
        if not prepared.exists():
            same = ["--feeds", size, "--hosts", hosts, "--window", options.window, "--seed", options.seed]
            same += ["--first"] if options.first else []
            words = [sys.executable, "-m", "benchmarks.bench_scale", *same, "--prepare", f"sqlite:///{prepared}"]
            subprocess.run(list(map(str, words)), check=True, cwd=REPOSITORY)
        path = folder / "monitor.db"
        shutil.copyfile(prepared, path)
        floor = floor_us(web, folder / shutil.copyfile(prepared, folder / "floor.db").name, min(2_000, 4 * size))
        web = SimulatedWeb(feeds=size, hosts=hosts, seed=options.seed, window=options.window, min_interval_s=800.0)
        loop = JumpingLoop(by_processor=options.clock == "cpu")
        hour = run_hour(web, f"sqlite:///{path}", options.hours, loop)
        print_hour(hour, web, loop.watch.blocks, loop.watch.turns, floor)
        loop.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
