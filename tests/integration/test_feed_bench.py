"""The parsing benchmark runs and prints its table."""

import asyncio
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


async def test_the_benchmark_reads_every_feed_by_every_way() -> None:
    bench = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.bench_parse", "--feeds", "3", "--rounds", "1",
        cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await bench.communicate()
    assert bench.returncode == 0, output.decode()
    lines = output.decode().splitlines()
    assert "3 read quickly, 3 with items to be recognised" in lines[0]
    ways = [line[:44].strip() for line in lines[3:10]]
    assert {"quick, 2 new", "quick, whole", "feedparser as we ask it (the judge)"} <= set(ways)
