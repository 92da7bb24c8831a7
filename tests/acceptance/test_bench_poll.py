"""The polling benchmark runs; its load server is not part of this repository."""

from __future__ import annotations

import asyncio
import sys

import pytest

from scripts.demo.day import REPOSITORY

SERVER = REPOSITORY.parent / "shared" / "bench" / "feedserver.py"


@pytest.mark.slow
@pytest.mark.skipif(not SERVER.exists(), reason=f"the load server is not at {SERVER}")
async def test_the_running_daemon_is_measured_in_its_first_and_a_steady_round_beside_floors_and_peers() -> None:
    bench = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.bench_poll",
        str(SERVER),
        "--feeds",
        "12",
        "--change",
        "0.5",
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(90):
            output, _ = await bench.communicate()
    finally:
        if bench.returncode is None:
            bench.terminate()  # so that it ends its own load server
            await bench.wait()

    assert bench.returncode == 0, output.decode()
    rows = [line.split() for line in output.decode().splitlines()]
    first = {row[2]: row for row in rows if row[:2] == ["0", "first"]}
    steady = {row[2]: row for row in rows if row[:2] == ["1", "steady"]}
    assert set(first) == set(steady) == {"fetch", "limit", "monitor", "reader", "rss2email"}
    assert first["monitor"][3] == first["fetch"][3] == "200:12"
    assert first["rss2email"][3:5] == ["not", "installed"]
    # Every contender asks with its validators: what changed is sent to all of them, and nothing else.
    assert steady["monitor"][3:5] == steady["fetch"][3:5]
    assert steady["monitor"][4].startswith("304:")


async def test_without_a_load_server_the_benchmark_says_so_and_is_no_failure() -> None:
    bench = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.bench_poll",
        "nowhere/feedserver.py",
        cwd=REPOSITORY,
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaint = await bench.communicate()

    assert bench.returncode == 0
    assert "skipped: there is no load server at nowhere/feedserver.py" in complaint.decode()
