"""The benchmark of very many feeds runs; its web and its judge of manners are its own."""

from __future__ import annotations

import asyncio
import sys

from scripts.demo.day import REPOSITORY


async def bench(*words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.bench_scale",
        *words,
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(300):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def test_a_quarter_of_an_hour_of_simulated_feeds_is_kept_up_with_politely() -> None:
    output = await bench("--feeds", "40", "--hosts", "8", "--hours", "0.3", "--clock", "cpu")

    assert "40 feeds on 8 hosts, 1,080 s simulated" in output
    assert "broken: none" in output
    assert "overdue by a minute at the end: 0" in output
    checks = int(next(line for line in output.splitlines() if "checks" in line).split()[1])
    assert checks >= 40


async def test_the_claim_is_measured_beside_its_floor() -> None:
    output = await bench("--claim", "400", "--rounds", "5")

    (line,) = [line for line in output.splitlines() if line.strip().startswith("400 feeds")]
    assert len(line.split()) == 9
