"""What is published of a watchlist: the latest stories, by when they last changed, whatever the time is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.publishing import publication, window_start
from monitor.model.digests import MatchedArticle
from monitor.model.publications import Publication
from tests.factories import NOW, make_article, make_matched, make_story

HOUR = timedelta(hours=1)


def row(n: int, hours: int, **facts: Any) -> MatchedArticle:
    at = NOW + hours * HOUR
    article = make_article(f"Kabar {n}", url=f"https://a.example.org/{n}", first_seen_at=at, published_at=at)
    return make_matched(article, **facts)


def published(*rows: MatchedArticle, **facts: Any) -> Publication:
    given = {"title": "Russia–North Korea", "language": "en", "revised_at": {}, "limit": 50, **facts}
    return publication("russia-north-korea", rows, **given)


def titles(made: Publication) -> list[str]:
    return [one.story.lead.article.title for one in made.stories]


def test_stories_come_by_their_last_change_and_no_more_than_wanted() -> None:
    rows = [row(1, 1), row(2, 3), row(3, 2)]
    assert titles(published(*rows)) == ["Kabar 2", "Kabar 3", "Kabar 1"]
    assert titles(published(*rows, limit=2)) == ["Kabar 2", "Kabar 3"]
    assert published().stories == ()


def test_a_story_that_grows_keeps_its_id_and_its_birth_and_moves_its_update() -> None:
    first = row(1, 0)
    story = make_story(first.article)
    before = published(make_matched(first.article, story=story))
    joined = row(2, 5, story=story)
    after = published(make_matched(first.article, story=story), joined)
    (old,), (new,) = before.stories, after.stories
    assert (new.story.story_id, new.published_at) == (old.story.story_id, old.published_at)
    assert (old.updated_at, new.updated_at) == (NOW, NOW + 5 * HOUR)


def test_an_article_that_changed_moves_the_update_of_its_story_only() -> None:
    first, second = row(1, 0), row(2, 1)
    made = published(first, second, revised_at={first.article.id: NOW + 9 * HOUR})
    assert [(one.story.lead.article.title, one.updated_at) for one in made.stories] == [
        ("Kabar 1", NOW + 9 * HOUR),
        ("Kabar 2", NOW + HOUR),
    ]


def test_an_old_article_seen_today_is_updated_today_and_never_before_it_was_published() -> None:
    article = make_article("Arsip", published_at=NOW - 900 * HOUR, first_seen_at=NOW)
    ahead = make_article("Besok", url="https://a.example.org/x", published_at=NOW + 9 * HOUR, first_seen_at=NOW)
    made = published(make_matched(article), make_matched(ahead))
    assert {one.updated_at for one in made.stories} == {NOW}
    assert {one.published_at for one in made.stories} == {NOW - 900 * HOUR, NOW}


@given(st.permutations(range(6)))
def test_the_order_of_the_rows_does_not_matter(order: list[int]) -> None:
    rows = [row(n, n % 3) for n in range(6)]
    assert published(*(rows[n] for n in order)) == published(*rows)


def test_the_window_moves_by_whole_days() -> None:
    assert window_start(NOW, 14) == window_start(NOW + timedelta(minutes=1), 14)
    assert window_start(NOW + timedelta(days=1), 14) - window_start(NOW, 14) == timedelta(days=1)
    assert NOW - timedelta(days=15) < window_start(NOW, 14) <= NOW - timedelta(days=14)
