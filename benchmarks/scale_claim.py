"""What a claim of due feeds costs among very many; `benchmarks.bench_scale` prints it."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from benchmarks.scale_hour import quantile
from benchmarks.simulated_web import START
from monitor.model.commits import Intake
from monitor.model.feeds import FeedState
from monitor.store import open_store
from monitor.store.tables import FEED_STATE

PACE_S = 0.2
"""A claim of 64 five times a second: three times what 100,000 feeds every 15 minutes need."""


async def claims(url: str, feeds: int, seed: int, rounds: int) -> tuple[list[float], list[float]]:
    """Wall and CPU seconds of each claim among so many feeds."""
    async with open_store(url) as store:
        await store.sync_feeds([_waiting(seed)])
        assert store.writer is not None
        store.writer.submit(lambda connection: _multiply(connection, feeds)).result()
        now = START
        await store.claim_due_feeds(now + timedelta(seconds=900), limit=min(5_000, feeds // 4), lease_s=86_400)
        await asyncio.sleep(8)  # the log of the million is moved into the file
        walls, cpus = [], []
        for _ in range(rounds):
            now += timedelta(seconds=900 / rounds)
            await asyncio.sleep(PACE_S)
            wall, cpu = time.perf_counter(), time.process_time()
            claimed = await store.claim_due_feeds(now, limit=64, lease_s=300)
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
            later = now + timedelta(seconds=900)
            await store.commit_intake(
                Intake(feed_states=tuple(replace(state, next_check_at=later) for state in claimed))
            )
    return walls, cpus


def _waiting(seed: int) -> FeedState:
    return FeedState(
        feed_id="feed-0",
        url="https://h0.example.org/0.xml",
        next_check_at=START + timedelta(seconds=seed % 900),
        interval_s=900.0,
        known_items=bytes(320),
    )


def _multiply(connection: Connection, feeds: int) -> None:
    """The one feed there is becomes so many, due all over a quarter of an hour and in no order of theirs."""
    sqlite = connection.dialect.name == "sqlite"
    spread = "(n * 7919 - n * 7919 / 900000 * 900000)"  # the rest, without a % that a driver would take for a place
    due = (
        f"strftime('%Y-%m-%d %H:%M:%f000', '{START:%Y-%m-%d %H:%M:%S}', '+' || ({spread} / 1000.0) || ' seconds')"
        if sqlite
        else f"timestamptz '{START.isoformat()}' + {spread} * interval '1 millisecond'"
    )
    made = {
        "feed_id": "'feed-' || n",
        "url": "'https://h' || (n - n / 20000 * 20000) || '.example.org/' || n",
        "next_check_at": due,
    }
    names = [column.name for column in FEED_STATE.c]
    connection.exec_driver_sql(
        "WITH RECURSIVE number (n) AS "
        f"(SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM number WHERE n < {feeds - 1}) "
        f"INSERT INTO feed_state ({', '.join(names)}) SELECT {', '.join(made.get(name, name) for name in names)} "
        "FROM number, feed_state"
    )
    if not sqlite:
        connection.exec_driver_sql("ANALYZE feed_state")


def claim_floor_ms(path: Path, rounds: int) -> float:
    """Milliseconds of CPU of the bare statement: 64 due rows read and marked."""
    ask = (
        "UPDATE feed_state SET lease_until = ? WHERE feed_id IN (SELECT feed_id FROM feed_state WHERE is_active IS 1 "
        "AND lease_until IS NULL AND next_check_at <= ? ORDER BY next_check_at, feed_id LIMIT 64) RETURNING *"
    )
    with sqlite3.connect(path, isolation_level=None) as connection:
        begun = time.process_time()
        for _ in range(rounds):
            connection.execute(ask, ("2027-01-01 00:00:00.000000", "2028-01-01 00:00:00.000000")).fetchall()
        spent = time.process_time() - begun
    connection.close()
    return spent / rounds * 1e3


def claim_table(sizes: Sequence[int], url: str | None, seed: int, rounds: int) -> None:
    """A line a size."""
    print("due-feed claim of 64, ms   wall: p50    p99    max   cpu: p50    p99   floor  ratio")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "claim.db"
            walls, cpus = asyncio.run(claims(url or f"sqlite:///{path}", size, seed, rounds))
            floor = None if url else claim_floor_ms(path, rounds)
        told = [1e3 * quantile(walls, share) for share in (0.5, 0.99, 1.0)]
        told += [1e3 * quantile(cpus, share) for share in (0.5, 0.99)]
        beside = f"{floor:8.1f} {told[3] / floor:6.1f}" if floor else ""
        print(f"{size:>12,} feeds      {''.join(f'{value:7.1f}' for value in told)} {beside}", flush=True)
