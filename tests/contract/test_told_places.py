"""A story that is merged or parted while a digest is being written is told so by the next, in every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.core.preferences import Wanted
from monitor.model.articles import Article
from monitor.model.commits import DigestCommit, Intake
from monitor.model.digests import Digest, Message, Slot
from monitor.model.stories import Joining, Place, Story
from monitor.pipeline.compose import ComposeRules, keep_plan, plan_digest
from tests.factories import NOW, make_article, make_match, make_message, make_recipient, make_story, make_verdict

WATCHLIST = "russia-north-korea"
RULES = ComposeRules(titles={WATCHLIST: {"en": "Russia–North Korea"}}, look_back=timedelta(hours=6))
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
ONE, TWO = (make_article(title, id=id) for id, title in ((1, "Satu"), (2, "Dua")))


class Blank:
    """Renders nothing."""

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        return make_message(message_id=f"<{delivery_id}@example.org>")


async def kept(store: Any, *articles: Article, stories: tuple[Story, ...] = (), placed: dict[int, int]) -> None:
    """Articles that match, their places, and stories as they are now."""
    joinings = tuple(Joining(article_id=of, story_id=at, is_first=of == at) for of, at in placed.items())
    verdicts, matches = tuple(map(make_verdict, articles)), tuple(map(make_match, articles))
    await store.commit_intake(
        Intake(articles=articles, verdicts=verdicts, matches=matches, stories=stories, joinings=joinings)
    )


class Reader:
    """A recipient whose digests are planned and kept in two steps, with the world going on in between."""

    def __init__(self, store: Any) -> None:
        self.store = store

    async def plan(self, now: datetime) -> Any:
        known = (await self.store.digest_slots()).get("analyst")
        slot = Slot(key=now.isoformat(), at=now)
        return await plan_digest(
            Wanted(recipient=make_recipient()),
            slot,
            known,
            store=self.store,
            renderers={"maildir": Blank()},
            rules=RULES,
            now=now,
        )

    async def read(self, now: datetime) -> tuple[Any, Any]:
        """(mergers, partings) of a digest that has some news to go with."""
        news = make_article(f"Kabar {now}", first_seen_at=now, published_at=now)
        await kept(self.store, news, placed={})
        plan = await self.plan(now)
        assert await keep_plan(plan, store=self.store)
        return plan.digest.mergers, plan.digest.partings


@pytest.mark.parametrize("days", [0.1, 30])
async def test_a_merger_kept_between_the_plan_and_its_commit_is_said_next_time_and_once(
    store: Any, days: float
) -> None:
    reader, kept_story, gone = Reader(store), make_story(ONE), make_story(TWO)
    await kept(store, ONE, TWO, stories=(kept_story, gone), placed={1: 1, 2: 2})
    plan = await reader.plan(NOW + HOUR)
    # Decided before the digest looked, and kept after it did.
    gone = replace(gone, merged_into=1, merged_at=NOW + HOUR - SECOND)
    await kept(store, stories=(gone,), placed={})
    assert await keep_plan(plan, store=store)

    later = NOW + HOUR + timedelta(days=days)
    assert await reader.read(later) == ((("Dua", "Satu"),), ())
    assert await reader.read(later + HOUR) == ((), ())


@pytest.mark.parametrize("days", [0.1, 30])
async def test_a_parting_kept_between_the_plan_and_its_commit_is_said_next_time_and_once(
    store: Any, days: float
) -> None:
    reader, whole = Reader(store), make_story(ONE, size=2)
    await kept(store, ONE, TWO, stories=(whole,), placed={1: 1, 2: 1})
    plan = await reader.plan(NOW + HOUR)
    parted = make_story(TWO, parted_from=1, parted_at=NOW + HOUR - SECOND)
    await kept(store, stories=(replace(whole, size=1), parted), placed={2: 2})
    assert await keep_plan(plan, store=store)

    later = NOW + HOUR + timedelta(days=days)
    assert await reader.read(later) == ((), (("Dua", "Satu"),))
    assert await reader.read(later + HOUR) == ((), ())


async def test_a_merger_that_no_mail_could_say_waits_for_one(store: Any) -> None:
    reader, story = Reader(store), make_story(TWO)
    await kept(store, ONE, TWO, stories=(make_story(ONE), story), placed={1: 1, 2: 2})
    assert await keep_plan(await reader.plan(NOW + HOUR), store=store)
    await kept(store, stories=(replace(story, merged_into=1, merged_at=NOW),), placed={})
    for hours in (2, 3):
        quiet = await reader.plan(NOW + hours * HOUR)
        assert quiet.digest is None
        assert await keep_plan(quiet, store=store)
    assert await reader.read(NOW + 40 * HOUR) == ((("Dua", "Satu"),), ())


async def test_where_a_recipient_knows_an_article_to_stand_comes_back_with_it(store: Any) -> None:
    await kept(store, ONE, TWO, stories=(make_story(ONE), make_story(TWO)), placed={1: 1, 2: 2})

    def commit(slot: str, **facts: Any) -> DigestCommit:
        at = Slot(key=slot, at=NOW)
        return DigestCommit(recipient_id="analyst", slot=at, next_slot=at, at=NOW, **facts)

    async def had() -> dict[str, Place | None]:
        rows = await store.matched_articles("analyst", [WATCHLIST], since=NOW - HOUR)
        return {row.article.title: row.had_in for row in rows}

    place, other = Place(story_id=2, event_id=1), Place(story_id=1, event_id=1)
    await store.commit_digest(commit("a", told=((WATCHLIST, 2),)))
    assert await had() == {"Satu": None, "Dua": None}
    await store.commit_digest(commit("b", places={1: other, 2: place}))
    assert await had() == {"Satu": None, "Dua": place}, "what was not told stands nowhere"
    await store.commit_digest(commit("c", places={2: other}))
    assert (await had())["Dua"] == other
    assert (await store.matched_articles("editor", [WATCHLIST], since=NOW - HOUR))[0].had_in is None


async def test_what_was_told_before_it_was_noted_where_is_still_said_by_its_times(store: Any) -> None:
    reader, story = Reader(store), make_story(TWO)
    await kept(store, ONE, TWO, stories=(make_story(ONE), story), placed={1: 1, 2: 2})
    plan = await reader.plan(NOW + HOUR)
    assert await keep_plan(replace(plan, places={}), store=store)
    await kept(store, stories=(replace(story, merged_into=1, merged_at=NOW + 2 * HOUR),), placed={})
    assert await reader.read(NOW + 40 * HOUR) == ((("Dua", "Satu"),), ())
    assert await reader.read(NOW + 41 * HOUR) == ((), ())
