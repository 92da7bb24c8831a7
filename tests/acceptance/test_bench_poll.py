"""The polling benchmark runs; its load server is not part of this repository."""

from __future__ import annotations

import asyncio
import sys

import pytest

from scripts.demo.day import REPOSITORY

SERVER = REPOSITORY.parent / "shared" / "bench" / "feedserver.py"


@pytest.mark.slow
@pytest.mark.skipif(not SERVER.exists(), reason=f"the load server is not at {SERVER}")
async def test_polling_is_measured_in_both_rounds_beside_its_floor() -> None:
    bench = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.bench_poll",
        str(SERVER),
        "--feeds",
        "12",
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(60):
            output, _ = await bench.communicate()
    finally:
        if bench.returncode is None:
            bench.terminate()  # so that it ends its own load server
            await bench.wait()
    lines = output.decode().splitlines()

    assert bench.returncode == 0, output.decode()
    rows = [line for line in lines if "bare aiohttp" in line or "monitor once" in line]
    assert [line.split()[0] for line in rows] == ["cold", "cold", "mostly", "mostly"]
    assert "200:12" in rows[1]
    assert "304:" in rows[3]


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
