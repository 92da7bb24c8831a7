"""So many stories a day: which are told in full, which as titles, and what the day's earlier digests leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.day_budgets import MAX_TITLES, places_taken
from monitor.core.digests import MAX_HTML_BYTES, build, shrink
from monitor.model.articles import Article, ArticleId, VerdictKind
from monitor.model.digests import Digest, MatchedArticle
from monitor.model.stories import Story
from tests.factories import NOW, make_article, make_match, make_matched, make_recipient, make_slot, make_story
from tests.factories import make_verdict as verdict_on


def row(article: Article, points: float, story: Story | None = None, **facts: Any) -> MatchedArticle:
    return make_matched(article, match=make_match(article, points=points), story=story or make_story(article), **facts)


def rows(*points: float) -> list[MatchedArticle]:
    return [row(make_article(f"Kabar {value:g}"), value) for value in points]


def told_to(
    matched: Sequence[MatchedArticle], *, budget: int | None, today: Sequence[ArticleId] = (), **facts: Any
) -> Digest:
    recipient = make_recipient(stories_per_day=budget, **facts)
    titles = {"russia-north-korea": "Russia–North Korea"}
    digest = build(
        recipient,
        make_slot(),
        matched,
        since=NOW - timedelta(days=1),
        until=NOW,
        titles=titles,
        told_today=frozenset(today),
    )
    assert digest is not None
    return digest


def after(matched: Sequence[MatchedArticle], digest: Digest) -> list[MatchedArticle]:
    told = set(digest.article_ids)
    return [replace(one, was_told=one.was_told or one.article.id in told, told_at=NOW) for one in matched]


def titles(digest: Digest, *, above: bool) -> list[str]:
    return [story.lead.article.title for story in digest.stories if story.is_above_budget is above]


def test_the_best_by_points_are_told_in_full_and_the_others_as_titles_that_count_as_told() -> None:
    matched = rows(61, 75, 50, 68)
    digest = told_to(matched, budget=2)
    assert titles(digest, above=False) == ["Kabar 75", "Kabar 68"]
    assert titles(digest, above=True) == ["Kabar 61", "Kabar 50"]
    assert [story.is_brief for story in digest.stories] == [False, False, True, True]
    assert set(digest.article_ids) == {one.article.id for one in matched}
    assert digest.rest == 0


def test_what_earlier_digests_of_the_day_told_counts() -> None:
    morning = told_to(rows(60, 70), budget=3)
    taken = places_taken(morning)
    assert taken == tuple(story.lead.article.id for story in morning.stories)
    evening = told_to(rows(55, 66, 52), budget=3, today=taken)
    assert titles(evening, above=False) == ["Kabar 66"]
    assert len(places_taken(evening)) == 1
    late = told_to(rows(99), budget=3, today=[*taken, *places_taken(evening)])
    assert titles(late, above=True) == ["Kabar 99"]
    assert places_taken(late) == ()


def test_a_story_told_in_full_this_morning_takes_no_second_place_when_it_develops() -> None:
    first = row(make_article("Putin tiba"), 70)
    morning = told_to([first], budget=1)
    more = row(make_article("Putin pulang"), 60, first.story)
    evening = told_to([*after([first], morning), more, *rows(80)], budget=1, today=places_taken(morning))
    assert titles(evening, above=False) == ["Putin pulang"]
    assert titles(evening, above=True) == ["Kabar 80"]
    assert places_taken(evening) == ()
    tomorrow = told_to([*after([first], morning), more], budget=1)
    assert places_taken(tomorrow) == (more.article.id,)


def test_a_story_of_which_only_the_title_was_told_takes_a_place_when_it_is_told_in_full() -> None:
    first = row(make_article("Putin tiba"), 50)
    morning = told_to([first, *rows(70)], budget=1)
    assert titles(morning, above=True) == ["Putin tiba"]
    more = row(make_article("Putin pulang"), 60, first.story)
    evening = told_to([*after([first], morning), more], budget=2, today=places_taken(morning))
    assert places_taken(evening) == (more.article.id,)


def test_copies_of_what_was_told_take_no_place_and_keep_their_line() -> None:
    had = row(make_article("Putin tiba"), 70, was_told=True, told_at=NOW - timedelta(days=2))
    copy = make_article("Putin tiba", outlet="Tempo")
    carried = row(copy, 90, had.story, verdict=verdict_on(copy, VerdictKind.COPY, of=had.article.id))
    digest = told_to([had, carried, *rows(50)], budget=1)
    assert [story.is_brief for story in digest.stories] == [False, False]
    assert len(places_taken(digest)) == 1


def test_who_has_no_budget_is_held_to_none() -> None:
    digest = told_to(rows(*range(50, 60)), budget=None, today=[1, 2, 3])
    assert titles(digest, above=True) == []
    assert len(places_taken(digest)) == 10


def test_titles_above_the_budget_stand_beside_the_most_that_one_digest_tells() -> None:
    """What is told in full is bounded by `max_stories`, titles by the size of the mail alone."""
    digest = told_to(rows(*range(50, 60)), budget=4, max_stories=3)
    assert titles(digest, above=False) == ["Kabar 59", "Kabar 58", "Kabar 57"]
    assert len(titles(digest, above=True)) == 6
    assert digest.rest == 1


def test_more_titles_than_any_mail_holds_stay_in_line_and_are_counted() -> None:
    matched = [row(make_article(f"Kabar {n}"), 50) for n in range(MAX_TITLES + 12)]
    digest = told_to(matched, budget=2)
    assert len(digest.stories) == MAX_TITLES + 2
    assert digest.rest == 10
    assert [story.is_brief for story in digest.waiting] == [True] * 10
    told = {story.story_id for story in digest.stories}
    assert not told & {story.story_id for story in digest.waiting}
    assert not set(digest.article_ids) & {story.lead.article.id for story in digest.waiting}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(50, 70), min_size=1, max_size=40), st.integers(1, 12), st.integers(0, 12), st.data())
def test_nothing_is_lost_the_budget_holds_and_no_title_is_better_than_what_took_its_place(
    points: list[int], budget: int, spent: int, draw: st.DataObject
) -> None:
    matched = [row(make_article(f"Kabar {n}"), value) for n, value in enumerate(points)]
    digest = told_to(matched, budget=budget, today=range(1, spent + 1))
    full = [story for story in digest.stories if not story.is_brief]
    brief = [story for story in digest.stories if story.is_above_budget]
    assert len(full) == max(0, min(budget - spent, len(points), digest.recipient.max_stories))
    assert len(full) + len(brief) + digest.rest == len(points)
    if full and brief:
        assert min(story.points for story in full) >= max(story.points for story in brief)
    # Whatever a mail is shrunk to, what is told and what waits are all there is.
    smaller: Digest | None = digest
    while smaller is not None:
        digest = smaller
        assert len(digest.stories) + digest.rest == len(points)
        assert len(digest.waiting) == digest.rest
        order = [story.points for story in (*digest.stories, *digest.waiting)]
        assert order == sorted(order, reverse=True)
        assert set(places_taken(digest)) <= {story.lead.article.id for story in full}
        size = draw.draw(st.integers(MAX_HTML_BYTES // 2, MAX_HTML_BYTES * 3))
        smaller = shrink(digest, html_bytes=size, wire_bytes=1)
