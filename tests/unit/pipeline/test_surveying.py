from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model.volumes import Sighting
from monitor.pipeline.surveying import Survey
from tests.factories import NOW, make_delivery, make_recipient
from tests.fakes import MemoryStore

JAKARTA, BERLIN = ZoneInfo("Asia/Jakarta"), ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


class CountingStore(MemoryStore):
    """Counts how often it is asked what came."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[datetime] = []

    async def sightings(self, watchlists: Sequence[str], *, since: datetime) -> list[Sighting]:
        self.asked.append(since)
        return await super().sightings(watchlists, since=since)


async def test_what_many_recipients_ask_alike_is_asked_of_the_store_once() -> None:
    store = CountingStore()
    survey = Survey(store, store)
    alike = [make_recipient(f"r{n}", watchlists=names) for n, names in enumerate((("a", "b"), ("b", "a"), ("a", "b")))]
    for reader in alike:
        await survey.volume(reader, since=None, until=NOW, zone=JAKARTA, max_age=None)
    assert len(store.asked) == 1
    await survey.volume(replace(alike[0], watchlists=("a",)), since=None, until=NOW, zone=JAKARTA, max_age=None)
    assert len(store.asked) == 2


async def test_a_fortnight_over_a_clock_change_is_another_one_than_without() -> None:
    store = CountingStore()
    survey, autumn = Survey(store, store), datetime.fromisoformat("2026-11-01T07:00:00+01:00")
    for zone in (JAKARTA, BERLIN):
        await survey.volume(make_recipient(), since=None, until=autumn, zone=zone, max_age=None)
    assert [autumn - since for since in store.asked] == [14 * DAY, 14 * DAY + timedelta(hours=1)]


async def test_a_heartbeat_comes_a_week_after_the_last_digest_at_its_hour_or_a_little_before() -> None:
    store = MemoryStore()
    reader = make_recipient(heartbeat_after=7 * DAY)
    late = NOW - 7 * DAY + timedelta(hours=3)  # the last one was composed after an outage
    store.outbox["d1"] = make_delivery("d1", recipient_id=reader.id, composed_at=late)
    beat = await Survey(store, store).heartbeat(reader, now=NOW)
    assert beat is not None
    assert beat.since == late
    assert await Survey(store, store).heartbeat(reader, now=NOW - DAY) is None
    assert await Survey(store, store).heartbeat(replace(reader, heartbeat_after=None), now=NOW) is None
