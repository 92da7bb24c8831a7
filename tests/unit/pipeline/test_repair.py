"""Merging open stories in the store and in the judge's memory."""

from __future__ import annotations

from datetime import datetime

import pytest

from monitor.core.open_stories import members_of
from monitor.errors import StoreError
from monitor.model.commits import Intake
from monitor.pipeline.repair import repair
from monitor.ports import Clock
from tests.factories import NOW
from tests.fakes import MemoryStore
from tests.unit.pipeline.test_judging import FLOOD, RETOLD, VISIT, Bench, page


class Frozen:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


CLOCK: Clock = Frozen()


async def parted() -> Bench:
    """Two stories of one event and one of another, as two daemons saw them and one store now holds them."""
    desk, elsewhere = Bench(group="all"), Bench(group="all")
    await desk.keep(page("Kim undang Putin", VISIT), page("Banjir merendam Medan", FLOOD))
    judged = await elsewhere.keep(page("Undangan Kim untuk Putin", RETOLD, outlet="Tempo", hours=1))
    await desk.store.commit_intake(judged.intake)
    await desk.restart()
    return desk


async def test_what_turned_out_to_be_one_is_merged_once_and_stays_so_after_a_restart() -> None:
    desk = await parted()
    assert len(await desk.store.open_stories(since=NOW)) == 3
    assert await repair(desk.judge, store=desk.store, clock=CLOCK) == 1
    left = await desk.store.open_stories(since=NOW)
    assert sorted(story.size for story in left) == [1, 2]
    (merged,) = [story for story in left if story.size == 2]
    assert merged.title == "Kim undang Putin"
    gone = [story for story in desk.store.stories.values() if story.merged_into is not None]
    assert [(story.merged_into, story.merged_at) for story in gone] == [(merged.id, NOW)]
    await desk.restart()
    assert await repair(desk.judge, store=desk.store, clock=CLOCK) == 0


async def test_a_further_report_joins_the_merged_story() -> None:
    desk = await parted()
    await repair(desk.judge, store=desk.store, clock=CLOCK)
    judged = await desk.keep(page("Putin diundang Kim", VISIT, outlet="Kompas", hours=2))
    (story,) = judged.intake.stories
    assert story.title == "Kim undang Putin"
    assert len(members_of(story)) == 3


class Refusing(MemoryStore):
    async def commit_intake(self, intake: Intake) -> None:
        raise StoreError("full")


async def test_a_repair_that_cannot_be_kept_leaves_memory_as_it_was() -> None:
    desk = await parted()
    with pytest.raises(StoreError):
        await repair(desk.judge, store=Refusing(), clock=CLOCK)
    assert await repair(desk.judge, store=desk.store, clock=CLOCK) == 1
