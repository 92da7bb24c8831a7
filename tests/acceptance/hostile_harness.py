"""A hundred thousand hostile bodies through the real collect path, with healthy neighbours in between.

    .venv/bin/python -m tests.acceptance.hostile_harness --bodies 100000 --seed 1

The program's own HTTP client, parse workers, sources, collector, intake, judge with the default watchlists, and store
on SQLite; only the clock is simulated: eight days pass between two rounds, so that every feed is due whatever it did.
The web is `hostile_server`, a process of its own.

A problem is: an exception that nobody foresaw, a check that ends in no outcome or lasts over its caps, an entry that
the ledger does not account for, a neighbour's item that is not stored exactly once, a feed's state that grows, memory
that grows over the run, a worker or a turn left behind.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import sqlite3
import sys
import tempfile
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

from monitor.app.garbage import return_free_memory
from monitor.core.polling import Look
from monitor.model.feeds import Feed
from monitor.pipeline.collect import CollectReport
from monitor.pipeline.prune import Retention, prune
from tests.acceptance.hostile_memory import look
from tests.acceptance.hostile_report import Report, leaks, log
from tests.acceptance.hostile_rig import WORKERS, Alarms, Pulse, Rig, feeds_of, rig, web
from tests.acceptance.hostile_server import NEW_ITEMS

ROUND = timedelta(days=8)
MAX_STATE_CHARS = 40_000
OUTCOMES = frozenset({
    "fetched", "unchanged", "not-modified", "dns", "connect", "tls", "timeout", "status", "redirect", "too_large",
    "encoding", "refused", "busy", "html", "empty", "unknown", "crash", "challenged", "not-found", "gone", "network",
    "own-outage",
})  # fmt: skip


async def one_round(now: Rig, feeds: dict[str, Feed], report: Report) -> CollectReport:
    """All that is due, once, and a sweep as the daemon makes now and then."""
    now.clock.at += ROUND
    now.traffic.look = Look(at=now.clock.now(), ticks=now.clock.now().timestamp())
    report.is_polling = True
    done = await now.collector.collect_due(feeds)
    now.sweeper.sweep()
    await asyncio.to_thread(return_free_memory)
    await asyncio.sleep(0.02)  # the pulse's last beat
    report.is_polling = False
    report.rounds += 1
    report.tally.add(done.tally)
    return done


async def campaign(folder: Path, *, bodies: int, seed: int, feeds: int, neighbours: int, leak: int = 0) -> Report:
    """Rounds until so many hostile bodies were served, then an end for the neighbours, then the accounts."""
    report = Report(neighbours=neighbours)
    alarms = Alarms(report)
    logging.getLogger().addHandler(alarms)
    started, cpu = time.monotonic(), time.process_time()
    try:
        async with web(seed) as base, rig(folder, feeds_of(base, feeds, neighbours), report, leak=leak) as now:
            pulse = asyncio.create_task(Pulse(report).beat())
            while report.bodies < bodies:
                await one_round(now, now.feeds, report)
                await take_stock(now, report)
                at = report.memory[-1]
                told = (at.bodies, at.resident, at.room, at.workers, len(report.problems))
                log.info("%d bodies, %.0f MB (%.0f of it room), workers %.0f MB, %d problems", *told)
            pulse.cancel()
            await settle(now, base, report)
    finally:
        logging.getLogger().removeHandler(alarms)
    report.wall_s, report.cpu_s = time.monotonic() - started, time.process_time() - cpu
    report.problems += accounts(folder / "hostile.db", report)
    report.problems += leaks(report)
    return report


async def take_stock(now: Rig, report: Report) -> None:
    """After each round: outcomes, memory; prune as the daemon does."""
    report.bodies = sum(
        count for source in now.sources.values() for url, count in source.counts.items() if "/bad/" in url
    )
    report.outcomes.update(state.outcome for state in await now.store.feed_states())
    if report.rounds % 5 == 0:
        retention = Retention(articles=timedelta(days=365), index=timedelta(days=90))
        await prune(store=now.store, now=now.clock.now(), retention=retention, is_stopping=lambda: False)
    report.memory.append(look(report.bodies, now.workers.pids))


async def settle(now: Rig, base: str, report: Report) -> None:
    """Two more rounds for the neighbours alone; what must be at rest then is looked at."""
    good = {feed.id: feed for feed in now.feeds.values() if feed.id.startswith("good-")}
    for _ in range(2):
        done = await one_round(now, good, report)
        report.problems += [f"neighbour {feed}: {why}" for feed, why in done.failures.items() if feed in good]
    report.problems += [
        f"{state.feed_id} was never checked" for state in await now.store.feed_states() if not state.checked_at
    ]
    served = json.loads(await asyncio.to_thread(lambda: urllib.request.urlopen(f"{base}/-/counts").read()))
    with contextlib.closing(sqlite3.connect(f"file:{now.store.place.path}?mode=ro", uri=True)) as connection:
        for feed in good.values():
            due = served[f"/good/{feed.id.removeprefix('good-')}"] * NEW_ITEMS
            report.neighbour_items += due
            rows = connection.execute(
                "SELECT count(*), sum(state = 'stored') FROM ledger WHERE feed_id = ?", (feed.id,)
            ).fetchone()
            if rows != (due, due):
                report.problems.append(f"{feed.id}: {due} items told, (in the ledger, stored) = {rows}")
    if now.traffic.turns.waiting or now.http._turns._host_turns:
        report.problems.append("turns are left behind")
    if len(now.workers.pids) > WORKERS:
        report.problems.append(f"{len(now.workers.pids)} workers live")


def accounts(path: Path, report: Report) -> list[str]:
    """What the store says after the end."""
    found = []
    tally = report.tally
    if tally.entries != tally.known + tally.stored + tally.copies + tally.revisions + tally.dropped:
        found.append(f"the ledger does not account for every entry: {tally}")
    # "unchecked" are those whose first failure is held back to be judged with others; `settle` looks at them again.
    strange = set(report.outcomes) - OUTCOMES - {"unchecked"}
    if strange:
        found.append(f"checks ended in no named outcome: {strange}")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(feed_state)")]
        size = " + ".join(f"coalesce(length({name}), 0)" for name in columns)
        largest = connection.execute(f"SELECT feed_id, {size} AS size FROM feed_state ORDER BY size DESC").fetchone()
        if largest[1] > MAX_STATE_CHARS:
            found.append(f"the state of {largest[0]} holds {largest[1]:,} characters")
        unforeseen = connection.execute("SELECT count(*) FROM feed_state WHERE detail LIKE '%unforeseen%'").fetchone()
        if unforeseen[0]:
            found.append(f"{unforeseen[0]} feeds ended in something unforeseen")
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            found.append("the store is damaged")
    return found


def main() -> int:
    """0 when there was no problem."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bodies", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--neighbours", type=int, default=24)
    parser.add_argument("--leak", type=int, default=0, help="keep so many bytes of each body, to see the run fail")
    options = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    log.setLevel(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        report = asyncio.run(
            campaign(
                Path(folder),
                bodies=options.bodies,
                seed=options.seed,
                feeds=min(options.feeds, options.bodies),
                neighbours=options.neighbours,
                leak=options.leak,
            )
        )
    print(report)
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
