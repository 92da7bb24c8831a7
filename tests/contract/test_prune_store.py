"""What every store promises of retention."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from monitor.model.articles import Article, Decision, LedgerRow, LedgerState, Revision, Sketch
from monitor.model.commits import DigestCommit, Intake
from monitor.model.digests import DeliveryOutcome, DeliveryState, Slot
from monitor.model.stories import Joining
from tests.factories import NOW, make_article, make_delivery, make_match, make_slot, make_story

DAY = timedelta(days=1)
YEAR = 365 * DAY
SKETCH = Sketch(modulus=8, size=50, hashes=(8, 16, 24))


async def prune(store: Any, limit: int = 100, index_before: Any = NOW - YEAR) -> dict[str, int]:
    gone = await store.prune(articles_before=NOW - YEAR, index_before=index_before, limit=limit)
    return {
        table: count for table, count in gone.items() if count and table in ("article", "sketch", "story", "delivery")
    }


def aged(title: str, days: int, **facts: Any) -> Article:
    at = NOW - days * DAY
    return make_article(title, first_seen_at=at, published_at=at, **facts)


async def ids(store: Any) -> list[str]:
    return [article.title for article in await store.articles_after(0, since=NOW - 9999 * DAY, limit=999)]


async def sharing(store: Any) -> list[str]:
    (found,), _ = await store.candidates([SKETCH], since=NOW - 9999 * DAY, min_shared=3, limit=9, stop_count=9)
    return [candidate.article.title for candidate in found]


async def test_a_store_without_old_articles_loses_none(store: Any) -> None:
    assert await prune(store) == {}
    await store.commit_intake(Intake(articles=(aged("new", 1),)))
    assert await prune(store) == {}
    assert await ids(store) == ["new"]


async def test_an_old_article_goes_with_all_that_hangs_on_it_and_its_identity_stays(store: Any) -> None:
    old, new = aged("old", 400, url_key=7), aged("new", 1)
    row = LedgerRow(
        feed_id="f", entry_key=1, entry_digest=2, state=LedgerState.STORED, article_id=old.id, seen_at=NOW - 400 * DAY
    )
    revised = Revision(article_id=old.id, seen_at=NOW, title="t", summary="", text="", body_digest=5)
    await store.commit_intake(
        Intake(
            articles=(old, new),
            aliases={7: old.id},
            ledger=(row,),
            sketches={old.id: SKETCH, new.id: SKETCH},
            matches=(make_match(old), make_match(new)),
            revisions=(revised,),
            decisions=(Decision(article_id=old.id, stage="dedupe", outcome="new", at=NOW - 400 * DAY),),
        )
    )
    assert await prune(store) == {"article": 1, "sketch": 1}
    assert await ids(store) == ["new"]
    assert await sharing(store) == ["new"]
    assert await store.revisions(old.id) == []
    assert await store.decisions(old.id) == []
    found = await store.matched_articles("analyst", ["russia-north-korea"], since=NOW - 9999 * DAY)
    assert [matched.article.title for matched in found] == ["new"]
    assert await store.ledger_rows([("f", 1)]) == {("f", 1): row}
    identities = await store.identities([7, 8], [], since=NOW)
    assert (identities.by_url, identities.forgotten) == ({}, {7: old.id})
    assert await prune(store) == {}


async def test_pruning_takes_the_oldest_first_and_no_more_than_its_limit(store: Any) -> None:
    articles = tuple(aged(f"a{n}", 400 + n, id=n) for n in range(1, 6))
    await store.commit_intake(Intake(articles=articles))
    assert await prune(store, limit=2) == {"article": 2}
    assert await ids(store) == ["a1", "a2", "a3"]
    assert await prune(store, limit=2) == {"article": 2}
    assert await prune(store, limit=2) == {"article": 1}
    assert await prune(store, limit=2) == {}


async def test_the_index_forgets_earlier_than_the_articles(store: Any) -> None:
    old, new = aged("old", 100), aged("new", 80)
    await store.commit_intake(Intake(articles=(old, new), sketches={old.id: SKETCH, new.id: SKETCH}))
    assert await sharing(store) == ["old", "new"]
    assert await prune(store, index_before=NOW - 90 * DAY) == {"sketch": 1}
    assert await sharing(store) == ["new"]
    assert sorted(await ids(store)) == ["new", "old"]


async def test_an_article_stays_while_its_story_grows(store: Any) -> None:
    old, merged = aged("old", 400), aged("merged", 400)
    growing = make_story(old, last_at=NOW)
    redirect = make_story(merged, merged_into=growing.id)
    joinings = (
        Joining(article_id=old.id, story_id=growing.id, is_first=True),
        Joining(article_id=merged.id, story_id=redirect.id, is_first=True),
    )
    await store.commit_intake(Intake(articles=(old, merged), stories=(growing, redirect), joinings=joinings))
    assert await prune(store) == {}
    ended = dataclasses.replace(growing, last_at=NOW - 366 * DAY)
    await store.commit_intake(Intake(stories=(ended,)))
    assert (await prune(store))["article"] == 2


async def test_an_empty_old_story_goes_after_the_redirects_that_lead_to_it(store: Any) -> None:
    article = aged("old", 400)
    root = make_story(article)
    redirect = make_story(article, id=root.id - 1, merged_into=root.id)
    joining = Joining(article_id=article.id, story_id=root.id, is_first=True)
    await store.commit_intake(Intake(articles=(article,), stories=(root, redirect), joinings=(joining,)))
    assert await prune(store) == {"article": 1, "story": 1}
    assert await prune(store) == {"story": 1}
    assert await store.open_stories(since=NOW - 9999 * DAY) == []


async def test_an_article_stays_while_a_delivery_that_tells_it_is_not_settled(store: Any) -> None:
    article = aged("old", 400)
    await store.commit_intake(Intake(articles=(article,)))
    delivery = make_delivery("d1", composed_at=NOW - 399 * DAY)
    await store.commit_digest(
        DigestCommit(
            recipient_id="analyst",
            slot=make_slot(),
            next_slot=Slot(key="next", at=NOW),
            deliveries=(delivery,) if delivery else (),
            told=(("russia-north-korea", article.id),),
            at=NOW - 399 * DAY,
        )
    )
    assert await prune(store) == {}
    await store.commit_outcome(DeliveryOutcome(delivery_id="d1", state=DeliveryState.SENT, at=NOW))
    assert await prune(store) == {"article": 1, "delivery": 1}
    assert await store.deliveries(limit=9) == []


async def test_a_pruned_slot_stays_done(store: Any) -> None:
    commit = DigestCommit(
        recipient_id="analyst",
        slot=make_slot(),
        next_slot=Slot(key="next", at=NOW),
        deliveries=(make_delivery("d1", composed_at=NOW - 400 * DAY, state=DeliveryState.DEAD),),
        at=NOW - 400 * DAY,
    )
    await store.commit_digest(commit)
    assert await prune(store) == {"delivery": 1}
    assert await store.commit_digest(commit) is False
