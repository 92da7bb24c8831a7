"""Checks that have landed, a batch at a time: as many as come within a moment, but not more than can be thought over.

A batch asks the store and commits once whatever it holds, so company makes each of its checks cheaper: by a tenth in a
steady round, by more where feeds come in one by one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from monitor.pipeline.intake import Check

LINGER_S = 0.2
"""How long the first waits for others. Nothing hangs on it: a feed's lease lasts minutes."""


async def together(done: asyncio.Queue[Check | None], *, at_most: int, entries: int) -> tuple[list[Check], bool]:
    """What landed by now or lands within `LINGER_S`, and whether more may come (None in the queue ends it).

    It ends with `at_most` checks or with the one that makes the unread entries `entries` or more.
    """
    checks: list[Check] = []
    held = 0
    check = await done.get()
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while check is not None:
                checks.append(check)
                held += len(check.parsed.entries) if check.parsed else 0
                if len(checks) >= at_most or held >= entries:
                    break
                check = await done.get()
    return checks, check is not None
