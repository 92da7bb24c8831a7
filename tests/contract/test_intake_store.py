"""What every store promises of what collecting asks and keeps."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from monitor.errors import StoreChangedError, StoreError
from monitor.model.articles import Article, Decision, LedgerRow, LedgerState, Revision, Sketch, VerdictKind
from monitor.model.commits import Intake
from monitor.model.stories import Joining
from tests.factories import NOW, make_article, make_feed_state, make_match, make_story, make_verdict, number

DAY = timedelta(days=1)
LARGEST = 2**63 - 1


def make_row(entry_key: int = 1, feed_id: str = "antara-dunia", **facts: Any) -> LedgerRow:
    return LedgerRow(
        **{
            "feed_id": feed_id,
            "entry_key": entry_key,
            "entry_digest": 11,
            "state": LedgerState.STORED,
            "article_id": 5,
            "seen_at": NOW,
            **facts,
        }
    )


def make_sketch(*hashes: int, modulus: int = 8) -> Sketch:
    return Sketch(modulus=modulus, size=100, hashes=tuple(sorted(hashes)))


def make_decision(article: Article, **facts: Any) -> Decision:
    return Decision(**{"article_id": article.id, "stage": "dedupe", "outcome": "new", "at": NOW, **facts})


def holding(article: Article, *hashes: int, **facts: Any) -> Intake:
    return Intake(articles=(article,), sketches={article.id: make_sketch(*hashes)}, **facts)


async def shared(store: Any, *sketches: Sketch, since: datetime = NOW - 90 * DAY, **facts: Any) -> Any:
    asked = {"since": since, "min_shared": 3, "limit": 10, "stop_count": 50, **facts}
    return await store.candidates(list(sketches), **asked)


async def stored(store: Any, article: Article) -> Article:
    """The article as it stands, found by its address."""
    return (await store.identities([article.url_key], [], since=NOW)).by_url[article.url_key]


async def test_an_article_comes_back_as_it_was_given(store: Any) -> None:
    article = make_article(
        "Путин прибыл в 평양 — \u202econfusing\u202c 🚀",
        id=LARGEST,
        url_key=LARGEST - 1,
        title_key=LARGEST - 2,
        body_digest=0,
        summary="ringkas",
        published_at=datetime(2026, 11, 22, 13, 59, 59, 999999, tzinfo=timezone(timedelta(hours=7))),
        first_seen_at=NOW + timedelta(microseconds=1),
        flags=("undated", "truncated"),
        country="ID",
    )
    await store.commit_intake(Intake(articles=(article,), aliases={article.url_key: article.id}))
    found = await stored(store, article)
    assert found == article
    assert found.published_at is not None
    assert found.published_at.utcoffset() == timedelta(0) or found.published_at == article.published_at


async def test_an_article_without_link_date_or_language_is_an_article(store: Any) -> None:
    bare = make_article("", url="", url_key=None, language=None, published_at=None, text="", summary="")
    await store.commit_intake(Intake(articles=(bare,)))
    assert (await store.identities([], [bare.title_key], since=NOW - DAY)).by_title == {bare.title_key: (bare,)}


async def test_nul_and_lone_surrogates_are_replaced_one_for_one(store: Any) -> None:
    hostile = {"title": "Kim\x00Jong\ud800Un", "text": "\x00a\udfffb", "flags": ("a\x00b",)}
    article = dataclasses.replace(make_article(url_key=7), **hostile)
    decision = make_decision(article, features={"fi\x00rst": "\ud83d"})
    await store.commit_intake(Intake(articles=(article,), aliases={7: article.id}, decisions=(decision,)))
    found = await stored(store, article)
    assert (found.title, found.text, found.flags) == ("Kim\ufffdJong\ufffdUn", "\ufffda\ufffdb", ("a\ufffdb",))
    assert [kept.features for kept in await store.decisions(article.id)] == [{"fi\ufffdrst": "\ufffd"}]


async def test_a_title_of_ten_kilobytes_and_a_text_of_a_megabyte_are_kept_whole(store: Any) -> None:
    article = make_article("Пхеньян" * 1500, text="кабель " * 80_000, url_key=7)
    await store.commit_intake(Intake(articles=(article,), aliases={7: article.id}))
    assert await stored(store, article) == article


async def test_an_empty_intake_changes_nothing(store: Any) -> None:
    await store.commit_intake(Intake())
    assert (await store.counts())["article"] == 0


async def test_questions_about_nothing_have_empty_answers(store: Any) -> None:
    assert await store.ledger_rows([]) == {}
    found = await store.identities([], [], since=NOW)
    assert (found.by_url, found.by_title, found.forgotten) == ({}, {}, {})
    assert await shared(store) == ([], frozenset())
    assert await shared(store, make_sketch()) == ([[]], frozenset())
    assert await store.artifact("df") is None


async def test_a_time_without_a_zone_is_refused(store: Any) -> None:
    naive = make_article(first_seen_at=datetime(2026, 11, 22, 7))
    with pytest.raises(StoreError):
        await store.commit_intake(Intake(articles=(naive,)))
    assert (await store.counts())["article"] == 0


async def test_the_same_intake_kept_twice_is_kept_once(store: Any) -> None:
    article = make_article(url_key=7)
    revised = Revision(article_id=article.id, seen_at=NOW, title="b", summary="", text="t", body_digest=2)
    intake = Intake(
        feed_states=(make_feed_state(),),
        ledger=(make_row(),),
        articles=(article,),
        verdicts=(make_verdict(article),),
        aliases={7: article.id},
        sketches={article.id: make_sketch(8, 16, 24)},
        stop_hashes=frozenset({16}),
        revisions=(revised,),
        matches=(make_match(article),),
        stories=(make_story(article),),
        joinings=(Joining(article_id=article.id, story_id=article.id, is_first=True),),
        decisions=(make_decision(article), make_decision(article, stage="story")),
        artifacts={"df": b"\x00\xff"},
    )
    answers = []
    for _ in range(2):
        await store.commit_intake(intake)
        answers.append(
            [
                await store.counts(),
                await store.identities([7], [article.title_key], since=NOW - DAY),
                await store.ledger_rows([("antara-dunia", 1)]),
                await store.revisions(article.id),
                await store.decisions(article.id),
                await store.matched_articles("analyst", ["russia-north-korea"], since=NOW - DAY),
                await store.open_stories(since=NOW - DAY),
                await store.artifact("df"),
                await shared(store, make_sketch(8, 16, 24), min_shared=1),
            ]
        )
    assert answers[0] == answers[1]
    assert len(answers[0][3]) == 2
    assert len(answers[0][4]) == 2


async def test_ledger_rows_are_found_by_feed_and_entry(store: Any) -> None:
    rows = [
        make_row(1),
        make_row(LARGEST),
        make_row(1, "kcna", state=LedgerState.DROPPED, reason="old", article_id=None),
    ]
    await store.commit_intake(Intake(ledger=tuple(rows)))
    asked = [("antara-dunia", 1), ("antara-dunia", LARGEST), ("kcna", 1), ("kcna", 2), ("unknown", 1)]
    assert await store.ledger_rows(asked) == {(row.feed_id, row.entry_key): row for row in rows}


async def test_a_later_state_of_an_entry_replaces_the_earlier_and_never_the_other_way(store: Any) -> None:
    first = make_row()
    later = make_row(entry_digest=12, state=LedgerState.REVISION, reason="text", seen_at=NOW + DAY)
    for row in (first, later, first):
        await store.commit_intake(Intake(ledger=(row,)))
    assert await store.ledger_rows([("antara-dunia", 1)]) == {("antara-dunia", 1): later}


async def test_thousands_of_keys_are_one_question(store: Any) -> None:
    rows = tuple(make_row(n) for n in range(3000))
    await store.commit_intake(Intake(ledger=rows))
    asked = [("antara-dunia", n) for n in range(70_000)]
    assert len(await store.ledger_rows(asked)) == 3000


async def test_the_first_article_to_claim_an_address_keeps_it(store: Any) -> None:
    first, second = make_article("a"), make_article("b")
    await store.commit_intake(Intake(articles=(first,), aliases={7: first.id}))
    await store.commit_intake(Intake(articles=(second,), aliases={7: second.id, 8: second.id}))
    assert (await store.identities([7, 8, 9], [], since=NOW)).by_url == {7: first, 8: second}
    assert await store.find_article(8) == second
    assert await store.find_article(9) is None


async def test_twin_commits_of_one_article_keep_it_once(store: Any) -> None:
    one = make_article(url_key=7)
    other = dataclasses.replace(one, title="the same, seen by another check")
    await asyncio.gather(
        *(store.commit_intake(Intake(articles=(twin,), aliases={7: twin.id})) for twin in (one, other))
    )
    assert (await store.counts())["article"] == 1
    assert await stored(store, one) == await store.article(one.id)


async def test_titles_are_looked_up_within_the_look_back_and_addresses_for_ever(store: Any) -> None:
    old = make_article("same", url="https://example.org/1", first_seen_at=NOW - 8 * DAY)
    edge = make_article("same", url="https://example.org/2", first_seen_at=NOW - 7 * DAY)
    new = make_article("same", url="https://example.org/3", first_seen_at=NOW)
    await store.commit_intake(Intake(articles=(new, old, edge), aliases={7: old.id}))
    found = await store.identities([7], [new.title_key, 1], since=NOW - 7 * DAY)
    assert found.by_title == {new.title_key: (edge, new)}
    assert found.by_url == {7: old}


async def test_an_article_keeps_its_first_verdict(store: Any) -> None:
    original, copy = make_article("a"), make_article("b")
    verdict = make_verdict(copy, VerdictKind.COPY, of=original.id, similarity=0.91, level="shingles", reason="91 %")
    match = make_match(copy)
    await store.commit_intake(Intake(articles=(copy,), verdicts=(verdict,), matches=(match,)))
    known = make_verdict(copy, VerdictKind.KNOWN, of=copy.id)
    await store.commit_intake(Intake(articles=(copy,), verdicts=(known,)))
    found = await store.matched_articles("analyst", [match.watchlist], since=NOW - DAY)
    assert [matched.verdict for matched in found] == [verdict]


async def test_candidates_share_enough_hashes_and_come_best_first(store: Any) -> None:
    close, near, far = (make_article(title) for title in ("close", "near", "far"))
    copied = make_verdict(close, VerdictKind.COPY, of=far.id)
    await store.commit_intake(holding(close, 8, 16, 24, 32, verdicts=(copied,)))
    await store.commit_intake(holding(near, 8, 16, 24))
    await store.commit_intake(holding(far, 8, 16))
    (found, none), common = await shared(store, make_sketch(8, 16, 24, 32, 40), make_sketch(48, 56, 64))
    assert [(c.article, c.shared, c.verdict_of) for c in found] == [(close, 4, far.id), (near, 3, None)]
    assert (none, common) == ([], frozenset())


async def test_equally_good_candidates_come_oldest_first_up_to_the_limit(store: Any) -> None:
    articles = [make_article(f"a{n}", first_seen_at=NOW - n * DAY) for n in range(4)]
    for article in articles:
        await store.commit_intake(holding(article, 8, 16, 24))
    (found,), _ = await shared(store, make_sketch(8, 16, 24), limit=2)
    assert [candidate.article for candidate in found] == [articles[3], articles[2]]


async def test_candidates_before_the_look_back_do_not_use_up_the_limit(store: Any) -> None:
    old = make_article("old", first_seen_at=NOW - 91 * DAY)
    new = make_article("new", first_seen_at=NOW)
    await store.commit_intake(holding(old, 8, 16, 24, 32))
    await store.commit_intake(holding(new, 8, 16, 24))
    (found,), _ = await shared(store, make_sketch(8, 16, 24, 32), limit=1)
    assert [candidate.article for candidate in found] == [new]


async def test_sketches_of_different_moduli_meet_in_the_coarser_one(store: Any) -> None:
    fine, coarse = make_article("fine"), make_article("coarse")
    await store.commit_intake(Intake(articles=(fine,), sketches={fine.id: make_sketch(2, 4, 8, 16, 24, modulus=2)}))
    await store.commit_intake(holding(coarse, 8, 16, 24))
    (for_coarse, for_fine), _ = await shared(store, make_sketch(8, 16, 24), make_sketch(2, 4, 8, 16, 24, modulus=2))
    assert {c.article.title: c.shared for c in for_coarse} == {"fine": 3, "coarse": 3}
    assert {c.article.title: c.shared for c in for_fine} == {"fine": 5, "coarse": 3}


async def test_a_hash_in_too_many_articles_is_reported_and_tells_nothing(store: Any) -> None:
    for n in range(4):
        await store.commit_intake(holding(make_article(f"a{n}"), 8, 16, 24, 1000 + 8 * n))
    (found,), common = await shared(store, make_sketch(8, 16, 24, 1000), stop_count=3, min_shared=1)
    assert common == frozenset({8, 16, 24})
    assert [(c.article.title, c.shared) for c in found] == [("a0", 1)]
    _, at_the_limit = await shared(store, make_sketch(8), stop_count=4)
    assert at_the_limit == frozenset()


async def test_a_stop_hash_is_neither_reported_nor_compared_again(store: Any) -> None:
    first, second = make_article("first"), make_article("second")
    await store.commit_intake(holding(first, 8, 16, 24, 32))
    await store.commit_intake(holding(second, 8, 16, 24, 40, stop_hashes=frozenset({8})))
    (found,), common = await shared(store, make_sketch(8, 16, 24, 40), stop_count=1)
    assert common == frozenset({16, 24})
    assert found == []
    (found,), _ = await shared(store, make_sketch(8, 16, 24, 40), min_shared=1)
    assert sorted((c.article.title, c.shared) for c in found) == [("first", 2), ("second", 3)]


async def test_a_changed_article_is_found_by_its_new_wording_only(store: Any) -> None:
    article = make_article()
    await store.commit_intake(holding(article, 8, 16, 24))
    await store.commit_intake(Intake(sketches={article.id: make_sketch(24, 32, 40), 99: make_sketch(8, 16, 24)}))
    (by_old, by_new), _ = await shared(store, make_sketch(8, 16, 24), make_sketch(24, 32, 40), min_shared=2)
    assert by_old == []
    assert [(c.article.id, c.shared) for c in by_new] == [(article.id, 3)]


async def test_hashes_of_62_bits_and_sketches_of_thousands_are_compared(store: Any) -> None:
    hashes = [2**62 - 8 * (n + 1) for n in range(4000)]
    article = make_article()
    await store.commit_intake(holding(article, *hashes))
    (found,), _ = await shared(store, make_sketch(*hashes[1000:]))
    assert [(c.article.id, c.shared) for c in found] == [(article.id, 3000)]


async def test_revisions_are_numbered_from_the_first_state_and_the_article_shows_the_last(store: Any) -> None:
    article = make_article("first title", url_key=7)
    await store.commit_intake(Intake(articles=(article,), aliases={7: article.id}))
    states = [
        Revision(
            article_id=article.id,
            seen_at=NOW + n * DAY,
            title=f"title {n}",
            summary="s",
            text=f"text {n}",
            body_digest=n,
            change=f"title: … → {n}",
        )
        for n in (1, 2, 3)
    ]
    await store.commit_intake(Intake(revisions=tuple(states[:2])))
    await store.commit_intake(Intake(revisions=(states[2],)))
    first, *rest = await store.revisions(article.id)
    assert (first.title, first.text, first.body_digest, first.seen_at) == (
        article.title,
        article.text,
        article.body_digest,
        article.first_seen_at,
    )
    assert rest == states
    shown = await stored(store, article)
    assert (shown.title, shown.summary, shown.text, shown.body_digest) == ("title 3", "s", "text 3", 3)
    assert (shown.id, shown.published_at, shown.title_key) == (article.id, article.published_at, article.title_key)


async def test_a_revision_of_an_article_that_is_gone_is_left_out(store: Any) -> None:
    gone = Revision(article_id=12345, seen_at=NOW, title="t", summary="", text="", body_digest=1)
    await store.commit_intake(Intake(revisions=(gone,)))
    assert await store.revisions(12345) == []
    assert await store.article(12345) is None


async def test_decisions_come_back_in_the_order_of_deciding(store: Any) -> None:
    article = make_article()
    given = (
        make_decision(article, stage="dedupe", level="shingles", other_id=LARGEST, measure=0.25, version="d1"),
        make_decision(article, stage="story", outcome="joined", features={"cos": 0.5, "days": 2, "why": "같은 사건"}),
        make_decision(article, stage="score", at=NOW + DAY),
    )
    await store.commit_intake(Intake(decisions=given[2:]))
    await store.commit_intake(Intake(decisions=given[:2]))
    assert await store.decisions(article.id) == list(given)
    assert await store.decisions(number("nobody")) == []


async def test_an_artifact_is_replaced_by_the_latest(store: Any) -> None:
    for content in (b"one", b"", bytes(range(256)) * 1000):
        await store.commit_intake(Intake(artifacts={"df": content}))
        assert await store.artifact("df") == content


@pytest.mark.parametrize("at_first", [None, b"one"])
async def test_a_batch_that_rests_on_what_changed_since_is_refused_whole(
    intake_store: Any, at_first: bytes | None
) -> None:
    if at_first is not None:
        await intake_store.commit_intake(Intake(artifacts={"mark": at_first}))
    article = make_article(url_key=7)
    batch = Intake(
        articles=(article,),
        aliases={7: article.id},
        ledger=(make_row(),),
        artifacts={"df": b"counts"},
        rests_on={"mark": at_first},
    )
    await intake_store.commit_intake(Intake(artifacts={"mark": b"two"}))
    with pytest.raises(StoreChangedError, match="mark"):
        await intake_store.commit_intake(batch)
    assert (await intake_store.identities([7], [], since=NOW)).by_url == {}
    assert await intake_store.ledger_rows([("antara-dunia", 1)]) == {}
    assert await intake_store.artifact("df") is None


@pytest.mark.parametrize("mark", [None, b"", b"one"])
async def test_a_batch_that_rests_on_what_still_stands_is_kept(intake_store: Any, mark: bytes | None) -> None:
    if mark is not None:
        await intake_store.commit_intake(Intake(artifacts={"mark": mark}))
    await intake_store.commit_intake(
        Intake(ledger=(make_row(),), artifacts={"mark": b"two"}, rests_on={"mark": mark, "another": None})
    )
    assert await intake_store.ledger_rows([("antara-dunia", 1)])
    assert await intake_store.artifact("mark") == b"two"


async def test_a_batch_decided_on_a_story_that_grew_since_is_refused_whole(intake_store: Any) -> None:
    first, second = make_article("one", url_key=1), make_article("two", url_key=2)
    story = make_story(first, centroid={3: 0.6, 5: 0.8}, facts={"members": (f"{first.id:016x}",)})
    await intake_store.commit_intake(Intake(articles=(first, second), stories=(story,)))
    (read,) = await intake_store.open_stories(since=NOW - DAY)
    grown = dataclasses.replace(read, size=2)
    batch = Intake(ledger=(make_row(),), stories=(dataclasses.replace(read, title="by hand"),), stories_read=(read,))
    await intake_store.commit_intake(Intake(stories=(grown,)))
    with pytest.raises(StoreChangedError, match=story.title):
        await intake_store.commit_intake(batch)
    assert await intake_store.ledger_rows([("antara-dunia", 1)]) == {}
    assert await intake_store.open_stories(since=NOW - DAY) == [grown]
    await intake_store.commit_intake(dataclasses.replace(batch, stories_read=(grown,)))
    assert [story.title for story in await intake_store.open_stories(since=NOW - DAY)] == ["by hand"]


async def test_a_batch_decided_on_a_story_that_is_gone_is_refused(intake_store: Any) -> None:
    with pytest.raises(StoreChangedError):
        await intake_store.commit_intake(Intake(stories_read=(make_story(make_article()),)))
