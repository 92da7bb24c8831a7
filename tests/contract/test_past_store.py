"""What every store promises to whoever reads it through: each article once, in the order of time, with its story."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from monitor.model.articles import VerdictKind
from monitor.model.commits import Intake
from monitor.model.stories import Joining
from tests.factories import NOW, make_article, make_story, make_verdict

HOUR = timedelta(hours=1)


async def read_through(store: Any, *, since: datetime, until: datetime, limit: int) -> list[Any]:
    found: list[Any] = []
    after = (since, 0)
    while page := await store.articles_seen(after=after, until=until, limit=limit):
        assert len(page) <= limit
        found += page
        after = (page[-1][0].first_seen_at, page[-1][0].id)
    return found


async def test_pages_of_any_size_bring_each_article_once_by_time_then_id_with_its_verdict(store: Any) -> None:
    hours = {9: 0, 3: 1, 7: 1, 5: 1, 4: 2, 8: 3}
    articles = [make_article(f"a{id}", id=id, first_seen_at=NOW - hour * HOUR) for id, hour in hours.items()]
    verdicts = [make_verdict(article) for article in articles]
    verdicts[1] = make_verdict(articles[1], VerdictKind.COPY, of=4, similarity=0.5, level="shingles")
    await store.commit_intake(Intake(articles=tuple(articles), verdicts=tuple(verdicts)))
    whole = sorted(zip(articles, verdicts, strict=True), key=lambda one: (one[0].first_seen_at, one[0].id))
    for limit in (1, 2, 3, 100):
        assert await read_through(store, since=NOW - 9 * HOUR, until=NOW, limit=limit) == whole
    found = await read_through(store, since=NOW - 2 * HOUR, until=NOW - HOUR, limit=2)
    assert [article.id for article, _ in found] == [4, 3, 5, 7]


async def test_the_span_is_that_of_first_sights(store: Any) -> None:
    assert await store.seen_span() is None
    articles = tuple(make_article(f"a{n}", first_seen_at=NOW - n * HOUR) for n in (4, 2, 9))
    await store.commit_intake(Intake(articles=articles))
    assert await store.seen_span() == (NOW - 9 * HOUR, NOW - 2 * HOUR)


async def test_an_article_is_placed_in_the_story_that_its_own_became_with_the_whole_lineage(store: Any) -> None:
    articles = [make_article(f"a{n}", id=n) for n in (10, 11, 12, 13)]
    root = make_story(articles[0], id=1)
    gone = make_story(articles[1], id=2, merged_into=1, merged_at=NOW)
    other = make_story(articles[2], id=3, event_id=1)
    joinings = tuple(Joining(article_id=of, story_id=story, is_first=True) for of, story in ((10, 1), (11, 2), (12, 3)))
    intake = Intake(articles=tuple(articles), stories=(root, gone, other), joinings=joinings)
    await store.commit_intake(intake)
    assert await store.placings([10, 11, 12, 13]) == {
        10: (root, root, gone),
        11: (root, gone, root),
        12: (other, other, root, gone),
    }
    assert await store.placings([]) == {}
