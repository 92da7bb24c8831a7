from __future__ import annotations

from datetime import timedelta

from monitor.model.commits import DigestCommit, Intake
from monitor.model.digests import Slot
from monitor.model.notices import Notice, NoticeKind
from monitor.model.preferences import Preference, PreferenceKind
from monitor.pipeline.as_of import AsOf
from tests.factories import NOW, make_article, make_match, make_slot, make_verdict
from tests.fakes import MemoryStore

HOUR = timedelta(hours=1)
WATCHLIST = "russia-north-korea"


async def test_what_was_seen_or_told_later_is_as_if_it_were_not() -> None:
    store = MemoryStore()
    early = make_article("early", first_seen_at=NOW - 5 * HOUR)
    told = make_article("told in between", first_seen_at=NOW - 4 * HOUR)
    late = make_article("late", first_seen_at=NOW - HOUR)
    articles = (early, told, late)
    await store.commit_intake(
        Intake(
            articles=articles,
            verdicts=tuple(make_verdict(one) for one in articles),
            matches=tuple(make_match(one) for one in articles),
        )
    )
    for n, (at, one) in enumerate(((NOW - 3 * HOUR, told), (NOW, early))):
        await store.commit_digest(
            DigestCommit(
                recipient_id="analyst",
                slot=make_slot(key=f"s{n}"),
                next_slot=Slot(key="next", at=NOW + HOUR),
                told=((WATCHLIST, one.id),),
                in_full=(one.id,),
                at=at,
            )
        )
    then = AsOf(store, at=NOW - 2 * HOUR)
    rows = await then.matched_articles("analyst", [WATCHLIST], since=NOW - 9 * HOUR)
    assert {row.article.title: (row.was_told, row.told_at) for row in rows} == {
        "early": (False, None),
        "told in between": (True, NOW - 3 * HOUR),
    }
    assert await then.told_in_full("analyst", since=NOW - 9 * HOUR) == {told.id}
    now = AsOf(store, at=NOW)
    assert len(await now.matched_articles("analyst", [WATCHLIST], since=NOW - 9 * HOUR)) == 3
    assert await now.told_in_full("analyst", since=NOW - 9 * HOUR) == {told.id, early.id}


async def test_what_was_asked_for_or_became_of_feeds_later_plays_no_part_and_nothing_is_kept() -> None:
    store = MemoryStore()
    for n, at in enumerate((NOW - 3 * HOUR, NOW - HOUR)):
        await store.keep_preference(
            Preference(recipient_id="analyst", kind=PreferenceKind.MUTE_OUTLET, target=str(n), at=at)
        )
        await store.commit_intake(
            Intake(notices=(Notice(feed_id=f"f{n}", kind=NoticeKind.GAP, at=at, outlet="", missed=1),))
        )
    then = AsOf(store, at=NOW - 2 * HOUR)
    assert [one.target for one in await then.preferences()] == ["0"]
    assert [one.feed_id for one in await then.notices(after=0)] == ["f0"]
    commits = store.commits
    await then.set_digest_slot("analyst", make_slot())
    assert not await then.commit_digest(
        DigestCommit(recipient_id="analyst", slot=make_slot(), next_slot=make_slot(), at=NOW)
    )
    assert store.commits == commits
    assert await then.digest_slots() == {}
