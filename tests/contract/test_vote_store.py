"""What every store promises of readers' votes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from monitor.model.commits import Intake
from monitor.model.pages import PageState
from monitor.model.stories import Joining
from monitor.model.votes import Vote, VoteKind
from tests.factories import NOW, make_article, make_page, make_story

HOUR = timedelta(hours=1)
WATCHLIST = "russia-north-korea"
ARTICLE = make_article()


def vote(kind: str = "more", **facts: Any) -> Vote:
    return Vote(
        **{"article_id": ARTICLE.id, "watchlist": WATCHLIST, "recipient_id": "analyst", "at": NOW, **facts},
        kind=VoteKind(kind),
    )


async def voted(store: Any, watchlist: str = WATCHLIST, since: Any = NOW - HOUR) -> list[Vote]:
    return [found.vote for found in await store.voted_articles(watchlist, since=since)]


async def test_a_vote_comes_back_with_its_article(store: Any) -> None:
    await store.commit_intake(Intake(articles=(ARTICLE,)))
    await store.keep_vote(vote())
    (found,) = await store.voted_articles(WATCHLIST, since=NOW)
    assert (found.vote, found.article, found.story_id, found.page_text) == (vote(), ARTICLE, None, "")


async def test_the_story_and_the_page_of_a_voted_article_come_along(store: Any) -> None:
    kept, gone = make_story(ARTICLE, id=1), make_story(ARTICLE, id=2, merged_into=1)
    joining = Joining(article_id=ARTICLE.id, story_id=2, is_first=True)
    await store.commit_intake(Intake(articles=(ARTICLE,), stories=(kept, gone), joinings=(joining,)))
    await store.keep_pages([make_page(ARTICLE, state=PageState.READ, text="All of it.", read_at=NOW)])
    await store.keep_vote(vote())
    (found,) = await store.voted_articles(WATCHLIST, since=NOW)
    assert (found.story_id, found.page_text) == (1, "All of it.")


async def test_of_two_votes_of_one_reader_the_last_counts_in_whatever_order_they_come(store: Any) -> None:
    await store.commit_intake(Intake(articles=(ARTICLE,)))
    later = vote("less", at=NOW + HOUR)
    await store.keep_vote(later)
    await store.keep_vote(vote())
    assert await voted(store) == [later]
    await store.keep_vote(vote(at=NOW + 2 * HOUR))
    assert await voted(store) == [vote(at=NOW + 2 * HOUR)]


async def test_a_vote_that_was_taken_back_does_not_count_even_when_it_comes_again(store: Any) -> None:
    await store.commit_intake(Intake(articles=(ARTICLE,)))
    await store.keep_vote(vote())
    await store.keep_vote(vote("none", at=NOW + HOUR))
    await store.keep_vote(vote())
    assert await voted(store) == []


async def test_readers_and_watchlists_vote_apart_and_what_is_older_is_left_out(store: Any) -> None:
    other = make_article("Other")
    await store.commit_intake(Intake(articles=(ARTICLE, other)))
    cast = [vote(), vote("less", recipient_id="", at=NOW + HOUR), vote(article_id=other.id, at=NOW - 2 * HOUR)]
    for one in (*cast, vote(watchlist="asean")):
        await store.keep_vote(one)
    assert await voted(store) == cast[:2]
    assert await voted(store, since=NOW - 2 * HOUR) == [cast[2], *cast[:2]]
    assert await voted(store, "asean") == [vote(watchlist="asean")]


async def test_a_vote_on_what_is_not_stored_counts_for_nothing(store: Any) -> None:
    await store.keep_vote(vote())
    assert await voted(store) == []


async def test_an_article_that_is_voted_on_outlives_its_time_until_the_vote_is_taken_back(store: Any) -> None:
    old = make_article(first_seen_at=NOW - 900 * 24 * HOUR)
    await store.commit_intake(Intake(articles=(old,)))

    async def pruned() -> int:
        gone = await store.prune(articles_before=NOW - 365 * 24 * HOUR, index_before=NOW, limit=10)
        return int(gone.get("article", 0))

    await store.keep_vote(vote(article_id=old.id))
    assert await pruned() == 0
    assert len(await voted(store)) == 1
    await store.keep_vote(vote("none", article_id=old.id, at=NOW + HOUR))
    assert await pruned() == 1
