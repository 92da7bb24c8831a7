"""Whatever comes, whenever, in whatever zone, over clock changes and clocks set back: the laws of alerts.

News arrives, alerts and digests run, time goes on in steps or back; the reader has quiet hours over any part of the
day, a limit, a time for gathering. Days around the clock changes of zones that change in unusual ways are among them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.core.alerts import is_quiet
from monitor.model.alerts import AlertRules
from monitor.model.articles import Article
from monitor.model.digests import Digest, Message, Slot
from tests.factories import make_message, make_recipient, make_schedule
from tests.unit.pipeline.alerting import LINE, Newsroom

MINUTE = timedelta(minutes=1)
# Zones with their clock changes of the year: an hour, half an hour, none.
CHANGES = {
    "Asia/Jakarta": datetime(2026, 11, 22, 17, tzinfo=UTC),
    "Europe/Berlin": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 3, 8, 7, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 15, tzinfo=UTC),
    "America/Santiago": datetime(2026, 9, 6, 4, tzinfo=UTC),
}
MINUTES_OF_DAY = st.integers(0, 24 * 60 - 1)


class Recorder:
    """Renders nothing and remembers what it was given."""

    def __init__(self) -> None:
        self.rendered: dict[str, Digest] = {}

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        self.rendered[delivery_id] = digest
        return make_message(message_id=f"<{delivery_id}@example.org>")


@dataclass(frozen=True)
class News:
    """An article of one of a few stories, over the line or not."""

    story: int
    is_over: bool


@dataclass(frozen=True)
class Wait:
    """Time that passes; negative: the clock is set back."""

    minutes: int


STEPS = st.one_of(
    st.builds(News, story=st.integers(0, 3), is_over=st.booleans()),
    st.builds(Wait, minutes=st.integers(1, 400)),
    st.builds(Wait, minutes=st.integers(-90, -1)),
    st.just("digest"),
)
QUIET = st.none() | st.tuples(MINUTES_OF_DAY, MINUTES_OF_DAY).filter(lambda pair: pair[0] != pair[1])
RULES = st.builds(AlertRules, quiet=QUIET, per_day=st.integers(1, 3), group=st.sampled_from((0 * MINUTE, 10 * MINUTE)))


async def live(zone: str, rules: AlertRules, before: int, steps: list[News | Wait | str]) -> tuple[Newsroom, Recorder]:
    recorder = Recorder()
    reader = make_recipient(alerts=rules, schedule=make_schedule(zone=zone))
    room = Newsroom(reader, now=CHANGES[zone] - before * MINUTE, renderers={"maildir": recorder})
    firsts: dict[int, Article] = {}
    for n, step in enumerate(steps):
        if isinstance(step, News):
            points = LINE + 5 if step.is_over else LINE - 5
            article = await room.arrive(f"Article {n}", points, of=firsts.get(step.story))
            firsts.setdefault(step.story, article)
        elif isinstance(step, Wait):
            # As the daemon does: it looks at every moment, not only when something has come.
            for _ in range(max(1, step.minutes // 40)):
                await room.alert(step.minutes * MINUTE / max(1, step.minutes // 40))
        else:
            await room.store.set_digest_slot("analyst", Slot(key=f"digest {n}", at=room.now))
            await room.digest()
        await room.alert()
    return room, recorder


@given(
    zone=st.sampled_from(sorted(CHANGES)), rules=RULES, before=st.integers(0, 900), steps=st.lists(STEPS, max_size=14)
)
@example("Asia/Jakarta", AlertRules(per_day=1, group=0 * MINUTE), 9, [News(0, True), Wait(1), News(1, True)])
@example("Europe/Berlin", AlertRules(quiet=(150, 151), per_day=3), 60, [News(0, True), Wait(61), News(1, True)])
@example("Asia/Jakarta", AlertRules(per_day=1), 5, [News(0, True), Wait(6), News(1, True), Wait(-6), News(2, True)])
@settings(max_examples=120, deadline=None)
def test_alerts_keep_quiet_hours_and_the_limit_and_everything_is_told_once(
    zone: str, rules: AlertRules, before: int, steps: list[News | Wait | str]
) -> None:
    room, recorder = asyncio.run(live(zone, rules, before, steps))
    tz = ZoneInfo(zone)
    kept = {delivery.id: delivery.composed_at for delivery in room.store.outbox.values()}
    alerts = [at for of, at in kept.items() if recorder.rendered[of].alert is not None]
    assert not any(is_quiet(rules, at, tz) for at in alerts)
    assert max(Counter(at.astimezone(tz).date() for at in alerts).values(), default=0) <= rules.per_day
    room.now += timedelta(hours=30)
    asyncio.run(room.store.set_digest_slot("analyst", Slot(key="last", at=room.now)))
    asyncio.run(room.digest())
    told = Counter(of for delivery in room.store.outbox for of in recorder.rendered[delivery].article_ids)
    assert set(told) == set(room.store.articles)
    assert max(told.values(), default=1) == 1


@given(quiet=st.tuples(MINUTES_OF_DAY, MINUTES_OF_DAY).filter(lambda pair: pair[0] != pair[1]), minute=MINUTES_OF_DAY)
def test_quiet_hours_hold_every_minute_between_their_ends_and_no_other(quiet: tuple[int, int], minute: int) -> None:
    start, end = quiet
    expected = minute in {n % (24 * 60) for n in range(start, end if start < end else end + 24 * 60)}
    now = datetime(2026, 11, 22, minute // 60, minute % 60, 59, tzinfo=UTC)
    assert is_quiet(AlertRules(quiet=quiet), now, UTC) is expected
