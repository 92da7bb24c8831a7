"""Programs of this repository (benchmarks, the demo) run as a person runs them: `python WORDS…` in its folder."""

from __future__ import annotations

import asyncio
import sys

from scripts.demo.day import REPOSITORY


async def printed(*words: str, timeout_s: float = 300) -> str:
    """What a program prints, errors included; fails when it fails. One that is not done in time is told to end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(timeout_s):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()  # not killed: it ends the servers that it started
            await process.wait()
    assert process.returncode == 0, output.decode()
    return output.decode()
