"""The repair stage: once an hour, open stories that turned out to be one are merged, each with its reason."""

from __future__ import annotations

import logging

from monitor.model.articles import Decision
from monitor.pipeline.judging import Judge
from monitor.pipeline.thinking import twice
from monitor.ports import Clock, IntakeStore

log = logging.getLogger("monitor.repair")


async def repair(judge: Judge, *, store: IntakeStore, clock: Clock) -> int:
    """Merge what belongs together until nothing does; how many stories went into others. Raises `StoreError`."""

    async def merge() -> tuple[Decision, ...]:
        found = await judge.repair(now=clock.now())
        if found.stories:
            await judge.settle(store.commit_intake(found))
        else:
            judge.confirm()
        return found.decisions

    count = 0
    while True:
        async with judge.turn:
            decisions = await twice(merge)
        if not decisions:
            return count
        count += len(decisions)
        for decision in decisions:
            log.info("two stories were one", extra={"reason": decision.features["reason"]})
