"""The repair stage: once an hour, open stories that turned out to be one are merged, each with its reason."""

from __future__ import annotations

import logging

from monitor.pipeline.judging import Judge
from monitor.ports import Clock, IntakeStore

log = logging.getLogger("monitor.repair")


async def repair(judge: Judge, *, store: IntakeStore, clock: Clock) -> int:
    """Merge what belongs together until nothing does; how many stories went into others. Raises `StoreError`."""
    count = 0
    while True:
        async with judge.turn:
            found = await judge.repair(now=clock.now())
            if not found.stories:
                judge.confirm()
                return count
            try:
                await store.commit_intake(found)
            except BaseException:
                judge.discard()
                raise
            judge.confirm()
        count += len(found.decisions)
        for decision in found.decisions:
            log.info("two stories were one", extra={"reason": decision.features["reason"]})
