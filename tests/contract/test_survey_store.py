"""What every store promises of the weeks behind: what matched when, and when somebody last had mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from monitor.model.commits import DigestCommit, Intake
from monitor.model.stories import Joining
from monitor.model.volumes import Sighting
from tests.factories import NOW, make_article, make_delivery, make_match, make_slot, make_story

DAY = timedelta(days=1)
WATCHLIST = "russia-north-korea"


def sighting(article: Any, story: int, watchlist: str = WATCHLIST) -> Sighting:
    return Sighting(watchlist=watchlist, seen_at=article.first_seen_at, published_at=article.published_at, story=story)


async def test_sightings_name_the_event_that_an_article_tells(store: Any) -> None:
    alone, first, copy, joined, foreign, old = (
        make_article(f"a{n}", id=n, first_seen_at=NOW - timedelta(hours=n)) for n in (1, 2, 3, 4, 5, 400)
    )
    undated = make_article("a6", id=6, published_at=None, first_seen_at=NOW)
    articles = (alone, first, copy, joined, foreign, old, undated)
    root, gone = make_story(first, id=20), make_story(joined, id=21, merged_into=20, merged_at=NOW)
    kin = make_story(foreign, id=22, event_id=20)
    places = ((2, 20), (3, 20), (4, 21), (5, 22))
    await store.commit_intake(
        Intake(
            articles=articles,
            matches=(*map(make_match, articles), make_match(alone, watchlist="asean"), make_match(copy, watchlist="x")),
            stories=(root, gone, kin),
            joinings=tuple(Joining(article_id=of, story_id=story, is_first=True) for of, story in places),
        )
    )
    found = await store.sightings([WATCHLIST, "asean"], since=NOW - DAY)
    wanted = [sighting(alone, 1), sighting(alone, 1, "asean"), sighting(undated, 6)]
    wanted += [sighting(article, 20) for article in (first, copy, joined, foreign)]
    order = lambda one: (one.seen_at, one.watchlist)  # noqa: E731
    assert sorted(found, key=order) == sorted(wanted, key=order)
    assert await store.sightings([], since=NOW - DAY) == []


async def test_a_watchlist_matched_before_when_an_article_older_than_that_is_among_its_matches(store: Any) -> None:
    old, new = make_article("lama", first_seen_at=NOW - 3 * DAY), make_article("baru", first_seen_at=NOW - DAY)
    matches = (make_match(old), make_match(new), make_match(new, watchlist="asean"))
    await store.commit_intake(Intake(articles=(old, new), matches=matches))
    asked = [WATCHLIST, "asean", "nowhere"]
    assert await store.matched_before(asked, before=NOW - 2 * DAY) == {WATCHLIST}
    assert await store.matched_before(asked, before=NOW) == {WATCHLIST, "asean"}
    assert await store.matched_before(asked, before=NOW - 3 * DAY) == frozenset()


async def test_the_last_digest_is_the_newest_that_went_into_the_outbox_and_no_quiet_slot(store: Any) -> None:
    assert await store.last_digest_at("analyst") is None
    for days, key, is_mailed in ((3, "a", True), (2, "b", True), (1, "c", False)):
        at = NOW - days * DAY
        mail = make_delivery(f"d{key}", recipient_id="analyst", slot_key=key, composed_at=at)
        slot, following = make_slot(key=key, at=at), make_slot(key=key + "+", at=at + DAY)
        await store.commit_digest(
            DigestCommit(
                recipient_id="analyst", slot=slot, next_slot=following, deliveries=(mail,) if is_mailed else (), at=at
            )
        )
    assert await store.last_digest_at("analyst") == NOW - 2 * DAY
    assert await store.last_digest_at("somebody") is None
