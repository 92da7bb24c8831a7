from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.model.articles import Article, Decision, Revision
from monitor.model.commits import DigestCommit, Intake
from monitor.model.pages import OtherAddress, PageState, Weighing
from monitor.model.watchlists import Match
from tests.factories import NOW, make_article, make_match, make_page, make_slot

FEEDS = ["antara-dunia"]
SINCE = NOW - timedelta(days=2)
VERSIONS = {"russia-north-korea": "v1"}
LONG = "Isi halaman yang panjang. " * 20


async def matched(store: Any, *articles: Article, **facts: Any) -> None:
    await store.commit_intake(Intake(articles=articles, matches=tuple(make_match(one, **facts) for one in articles)))


async def told(store: Any, *articles: Article) -> None:
    await store.commit_digest(
        DigestCommit(
            recipient_id="analyst",
            slot=make_slot(),
            next_slot=make_slot(key="next", at=NOW + timedelta(days=1)),
            told=tuple(("russia-north-korea", article.id) for article in articles),
            at=NOW,
        )
    )


async def revised(store: Any, article: Article) -> Article:
    revision = Revision(article_id=article.id, seen_at=NOW, title="Lain", summary="", text="Lain", body_digest=77)
    await store.commit_intake(Intake(revisions=(revision,)))
    return replace(article, title="Lain", summary="", text="Lain", body_digest=77)


async def match_of(store: Any, article: Article) -> Match:
    (found,) = await store.matched_articles("somebody", ["russia-north-korea"], since=SINCE)
    assert found.article.id == article.id
    match: Match = found.match
    return match


def read_page(article: Article, **facts: Any) -> Any:
    return make_page(article, **{"state": PageState.READ, "text": LONG, "reads": 1, "read_at": NOW, **facts})


def weighing(article: Article, *matches: Match, **facts: Any) -> Weighing:
    base = {"article_id": article.id, "body_digest": article.body_digest, "weighed": (("russia-north-korea", "v1"),)}
    return Weighing(**{**base, "matches": matches, **facts})


# -- wishes -----------------------------------------------------------------------------------------------------------


async def test_the_pages_of_untold_matches_of_these_feeds_are_wished(store: Any) -> None:
    wanted, other, told_one = make_article("A"), make_article("B", feed_id="tass"), make_article("C")
    old = make_article("D", first_seen_at=SINCE - timedelta(hours=1))
    await store.commit_intake(Intake(articles=(make_article("E"),)))
    await matched(store, wanted, other, told_one, old)
    await told(store, told_one)
    (wish,) = await store.wished_pages(FEEDS, since=SINCE, limit=10)
    assert (wish.article, wish.page) == (wanted, None)


async def test_an_article_of_two_watchlists_is_wished_once(store: Any) -> None:
    article = make_article()
    matches = (make_match(article), make_match(article, watchlist="korea"))
    await store.commit_intake(Intake(articles=(article,), matches=matches))
    assert len(await store.wished_pages(FEEDS, since=SINCE, limit=10)) == 1


async def test_a_page_is_wished_again_only_when_its_article_changed(store: Any) -> None:
    article = make_article()
    page = read_page(article)
    await matched(store, article)
    await store.keep_pages([page])
    assert await store.wished_pages(FEEDS, since=SINCE, limit=10) == []
    after = await revised(store, article)
    (wish,) = await store.wished_pages(FEEDS, since=SINCE, limit=10)
    assert (wish.article, wish.page) == (after, page)


async def test_pages_of_articles_that_are_gone_are_not_kept(store: Any) -> None:
    await store.keep_pages([make_page(make_article())])
    assert await store.claim_due_pages(NOW, limit=10, lease_s=60) == []


# -- claims -----------------------------------------------------------------------------------------------------------


async def test_a_due_page_is_claimed_once_with_its_attempt_counted_until_its_lease_lapses(store: Any) -> None:
    article = make_article()
    await matched(store, article)
    await store.keep_pages([make_page(article)])
    assert await store.claim_due_pages(NOW - timedelta(seconds=1), limit=10, lease_s=60) == []
    (claimed,) = await store.claim_due_pages(NOW, limit=10, lease_s=60)
    assert (claimed.article, claimed.page.attempts, claimed.is_told) == (article, 1, False)
    assert await store.claim_due_pages(NOW + timedelta(seconds=59), limit=10, lease_s=60) == []
    (again,) = await store.claim_due_pages(NOW + timedelta(seconds=60), limit=10, lease_s=60)
    assert again.page == replace(claimed.page, attempts=2)


async def test_at_a_start_leases_end_and_their_attempts_stay_counted(store: Any) -> None:
    article, other, done = make_article("one"), make_article("two", url_key=2), make_article("three", url_key=3)
    await matched(store, article, other, done)
    await store.keep_pages([make_page(article), make_page(done)])
    claimed = {one.article.id: one.page for one in await store.claim_due_pages(NOW, limit=10, lease_s=600)}
    await store.keep_pages([make_page(other), replace(claimed[done.id], state=PageState.READ)])
    assert await store.free_pages() == 1
    again = {one.article.id: one.page for one in await store.claim_due_pages(NOW, limit=10, lease_s=600)}
    assert again.keys() == {article.id, other.id}
    assert again[article.id] == replace(claimed[article.id], attempts=2)
    assert await store.free_pages() == 2
    assert await store.free_pages() == 0


async def test_what_is_kept_ends_the_lease_and_only_wanted_pages_are_due(store: Any) -> None:
    article = make_article()
    await matched(store, article)
    await store.keep_pages([make_page(article)])
    (claimed,) = await store.claim_due_pages(NOW, limit=10, lease_s=600)
    later = replace(claimed.page, next_attempt_at=NOW + timedelta(seconds=5), reason="answers 503")
    await store.keep_pages([later])
    (again,) = await store.claim_due_pages(NOW + timedelta(seconds=5), limit=10, lease_s=600)
    assert again.page == replace(later, attempts=2)
    await store.keep_pages([replace(again.page, state=PageState.FAILED, reason="answers 404")])
    assert await store.claim_due_pages(NOW + timedelta(days=9), limit=10, lease_s=600) == []


async def test_the_oldest_due_page_comes_first(store: Any) -> None:
    first, second = make_article("A"), make_article("B")
    await matched(store, first, second)
    await store.keep_pages([make_page(first), make_page(second, next_attempt_at=NOW - timedelta(minutes=1))])
    claimed = await store.claim_due_pages(NOW, limit=1, lease_s=60)
    assert [one.article.id for one in claimed] == [second.id]


async def test_a_claim_says_that_the_article_was_told(store: Any) -> None:
    article = make_article()
    await matched(store, article)
    await store.keep_pages([make_page(article)])
    await told(store, article)
    (claimed,) = await store.claim_due_pages(NOW, limit=10, lease_s=60)
    assert claimed.is_told


# -- weighing ---------------------------------------------------------------------------------------------------------


async def test_a_page_that_was_read_is_weighed_once(store: Any) -> None:
    article = make_article()
    await matched(store, article)
    await store.keep_pages([read_page(article)])
    (waiting,) = await store.unweighed(VERSIONS, since=SINCE, limit=10)
    assert (waiting.article, waiting.text) == (article, LONG)
    (match,) = waiting.matches
    better = replace(match, points=80.0, quote="Isi halaman.", is_of_page=True)
    reason = Decision(article_id=article.id, stage="score", outcome="page", features={"page_points": 80.0}, at=NOW)
    await store.keep_weighing(weighing(article, better, decisions=(reason,)))
    assert await match_of(store, article) == better
    assert reason in await store.decisions(article.id)
    assert await store.unweighed(VERSIONS, since=SINCE, limit=10) == []


async def test_a_weighing_that_found_nothing_better_leaves_the_match(store: Any) -> None:
    article = make_article()
    await matched(store, article)
    before = await match_of(store, article)
    await store.keep_pages([read_page(article)])
    await store.keep_weighing(weighing(article))
    assert await match_of(store, article) == before
    assert await store.unweighed(VERSIONS, since=SINCE, limit=10) == []


async def test_what_was_told_is_neither_weighed_nor_changed(store: Any) -> None:
    article = make_article()
    await matched(store, article)
    await store.keep_pages([read_page(article)])
    before = await match_of(store, article)
    await told(store, article)
    assert await store.unweighed(VERSIONS, since=SINCE, limit=10) == []
    await store.keep_weighing(weighing(article, replace(before, points=99.0)))
    assert await match_of(store, article) == before


async def test_a_weighing_of_an_older_text_or_version_changes_nothing(store: Any) -> None:
    article = make_article()
    await matched(store, article)
    await store.keep_pages([read_page(article)])
    before = await match_of(store, article)
    better = replace(before, points=99.0)
    await store.keep_weighing(weighing(article, better, body_digest=5))
    await store.keep_weighing(weighing(article, replace(better, version="v0"), weighed=(("russia-north-korea", "v0"),)))
    assert await match_of(store, article) == before
    assert await store.unweighed({"russia-north-korea": "v2"}, since=SINCE, limit=10) == []


async def test_a_match_written_anew_and_a_page_read_anew_are_weighed_anew(store: Any) -> None:
    article = make_article()
    await matched(store, article)
    await store.keep_pages([read_page(article)])
    await store.keep_weighing(weighing(article))
    await matched(store, article, points=61.0)
    assert len(await store.unweighed(VERSIONS, since=SINCE, limit=10)) == 1
    await store.keep_weighing(weighing(article))
    await store.keep_pages([read_page(article, text=LONG + "Baru.", reads=2)])
    (waiting,) = await store.unweighed(VERSIONS, since=SINCE, limit=10)
    assert waiting.text.endswith("Baru.")


async def test_a_page_of_an_article_that_changed_since_is_not_weighed(store: Any) -> None:
    article = make_article()
    await matched(store, article)
    await store.keep_pages([read_page(article)])
    await revised(store, article)
    assert await store.unweighed(VERSIONS, since=SINCE, limit=10) == []


async def test_pages_go_with_their_articles(store: Any) -> None:
    article = make_article()
    await matched(store, article)
    await store.keep_pages([make_page(article)])
    await store.prune(articles_before=NOW + timedelta(days=1), index_before=NOW, limit=10)
    assert await store.claim_due_pages(NOW, limit=10, lease_s=60) == []


# -- addresses --------------------------------------------------------------------------------------------------------


def another(article: Article, key: int | None, address: str) -> OtherAddress:
    outcome = "refused" if key is None else "accepted"
    decision = Decision(
        article_id=article.id, stage="address", outcome=outcome, features={"address": address}, version="v1", at=NOW
    )
    return OtherAddress(article_id=article.id, url_key=key, decision=decision)


async def said(store: Any, article: Article) -> list[tuple[str, Any, int | None]]:
    found = await store.decisions(article.id)
    return [(one.outcome, one.features["address"], one.other_id) for one in found if one.stage == "address"]


async def test_an_article_is_found_by_its_pages_address_and_the_reason_is_kept_once(store: Any) -> None:
    article = make_article(url_key=7)
    await store.commit_intake(Intake(articles=(article,), aliases={7: article.id}))
    for _ in range(2):
        await store.keep_pages([read_page(article)], [another(article, 8, "https://example.org/b")])
    assert await store.find_article(8) == await store.find_article(7) == article
    assert (await store.identities([8], [], since=NOW)).by_url == {8: article}
    assert await said(store, article) == [("accepted", "https://example.org/b", None)]


async def test_an_address_that_leads_to_another_article_stays_that_ones(store: Any) -> None:
    first, second = make_article("A", url_key=7), make_article("B", url_key=8)
    await store.commit_intake(Intake(articles=(first, second), aliases={7: first.id, 8: second.id}))
    await store.keep_pages([read_page(second)], [another(second, 7, "https://example.org/a")])
    assert await store.find_article(7) == first
    assert await store.find_article(8) == second
    assert await said(store, second) == [("elsewhere", "https://example.org/a", first.id)]


async def test_of_a_refused_address_only_the_reason_is_kept_and_of_an_article_that_is_gone_nothing(store: Any) -> None:
    article, gone = make_article("A", url_key=7), make_article("B", url_key=8)
    await store.commit_intake(Intake(articles=(article,), aliases={7: article.id}))
    await store.keep_pages([read_page(article)], [another(article, None, "https://example.org/")])
    await store.keep_pages([read_page(gone)], [another(gone, 9, "https://example.org/c")])
    assert await said(store, article) == [("refused", "https://example.org/", None)]
    assert await store.find_article(9) is None
