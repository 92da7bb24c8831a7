"""The repair stage: once an hour, open stories that turned out to be one are merged, each with its reason."""

from __future__ import annotations

import logging

from monitor.model.articles import Decision
from monitor.model.commits import Intake
from monitor.model.stories import Story
from monitor.pipeline.judging import Judge
from monitor.pipeline.thinking import twice
from monitor.ports import Clock, IntakeStore

log = logging.getLogger("monitor.repair")


async def repair(judge: Judge, *, store: IntakeStore, clock: Clock) -> int:
    """Merge what belongs together until nothing does; how many stories went into others. Raises `StoreError`."""
    merged = await merge_all(judge, store=store, clock=clock)
    for decision, _ in merged:
        log.info("two stories were one", extra={"reason": decision.features["reason"]})
    return len(merged)


async def merge_all(judge: Judge, *, store: IntakeStore, clock: Clock) -> list[tuple[Decision, Story]]:
    """The same without a word: why, and the story that went, for each merger in turn. Raises `StoreError`."""

    async def merge() -> Intake:
        found = await judge.repair(now=clock.now())
        if found.stories:
            await judge.settle(store.commit_intake(found))
        else:
            judge.confirm()
        return found

    merged: list[tuple[Decision, Story]] = []
    while True:
        async with judge.turn:
            found = await twice(merge)
        if not found.decisions:
            return merged
        gone = [story for story in found.stories if story.merged_into is not None]
        merged += zip(found.decisions, gone, strict=True)
