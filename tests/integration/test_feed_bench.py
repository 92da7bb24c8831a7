"""The parsing benchmark runs, and its order of magnitude holds."""

import asyncio
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


async def test_reading_what_is_new_costs_a_fraction_of_what_the_judge_costs() -> None:
    bench = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.bench_parse", "--feeds", "3", "--rounds", "1",
        cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await bench.communicate()
    assert bench.returncode == 0, output.decode()
    lines = output.decode().splitlines()
    assert "3 read quickly, 3 with items to be recognised" in lines[0]
    cost = {line[:44].strip(): float(line[44:54]) for line in lines[3:10]}
    assert cost["quick, 2 new"] < cost["quick, whole"] < cost["feedparser as we ask it (the judge)"]
