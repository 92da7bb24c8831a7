"""Laws of grouping over the real judge: the same again, in another order, after a restart, with repair in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.features import Frequencies, features
from monitor.core.gists import coverage, days_apart, unmentioned
from monitor.core.open_stories import OpenStories, members_of
from monitor.core.repair import mergers, veto
from monitor.core.story_pairs import covered
from monitor.core.story_states import opened, seen
from monitor.model.articles import Article
from monitor.model.stories import Story
from monitor.pipeline.judging import Judge
from monitor.pipeline.scratch import ScratchStore
from tests.factories import NOW
from tests.story_streams import GAZETTEER, batches


class Desk:
    """A daemon's judge that groups all articles, and what it was told to keep."""

    def __init__(self, store: ScratchStore | None = None) -> None:
        self.store = store or ScratchStore()
        self.judge = self.new_judge()
        self.placed: dict[int, int] = {}

    def new_judge(self) -> Judge:
        return Judge(self.store, self.store, score=lambda article: (), group="all", gazetteer=GAZETTEER)

    async def take(self, articles: Sequence[Article]) -> int:
        """A batch; how many articles were placed."""
        judged = await self.judge.judge(articles, now=max(article.first_seen_at for article in articles))
        await self.store.commit_intake(judged.intake)
        self.judge.confirm()
        again = self.placed.keys() & judged.story_ids.keys()
        assert not again, "an article that has its place was placed again"
        self.placed |= judged.story_ids
        return len(judged.intake.joinings)

    async def repair(self, articles: Sequence[Article]) -> None:
        """What the hourly repair does after a batch."""
        now = max(article.first_seen_at for article in articles) + timedelta(minutes=30)
        while (found := await self.judge.repair(now=now)).stories:
            await self.store.commit_intake(found)
            self.judge.confirm()
        self.judge.confirm()

    async def restart(self, articles: Sequence[Article]) -> None:
        self.judge = self.new_judge()
        await self.judge.load(max(article.first_seen_at for article in articles))


def told_of(stories: dict[int, Story]) -> dict[int, tuple[str, int, int | None, int | None]]:
    """What a reader knows a story by, and what it is tied to."""
    return {story.id: (story.title, story.lead_id, story.event_id, story.storyline_id) for story in stories.values()}


@settings(max_examples=12, deadline=None)
@given(batches(), st.booleans())
async def test_the_same_articles_again_change_nothing(stream: list[list[Article]], is_repaired: bool) -> None:
    desk = Desk()
    for batch in stream:
        await desk.take(batch)
        if is_repaired:
            await desk.repair(batch)
    stories, count = dict(desk.store.stories), len(desk.store.articles)
    for batch in stream:
        late = [replace(article, first_seen_at=article.first_seen_at + timedelta(days=9)) for article in batch]
        assert await desk.take(late) == 0
    assert desk.store.stories == stories
    assert len(desk.store.articles) == count


@settings(max_examples=12, deadline=None)
@given(batches(most=3, size=5), st.data())
async def test_the_order_of_arrival_within_a_batch_changes_nothing(
    stream: list[list[Article]], data: st.DataObject
) -> None:
    one, other = Desk(), Desk()
    for batch in stream:
        await one.take(batch)
        await other.take(data.draw(st.permutations(batch)))
        await one.repair(batch)
        await other.repair(batch)
        assert other.store.stories == one.store.stories
        assert other.placed == one.placed


@settings(max_examples=12, deadline=None)
@given(batches(most=5))
async def test_what_comes_later_changes_nothing_that_was_told(stream: list[list[Article]]) -> None:
    """Stories only grow: name, lead and ties stay, and what was in a story is in it or in what it went into."""
    desk = Desk()
    for batch in stream:
        before = dict(desk.store.stories)
        await desk.take(batch)
        await desk.repair(batch)
        after = desk.store.stories
        assert told_of(before).items() <= told_of(after).items()
        for story in before.values():
            heir = after[story.id]
            while heir.merged_into is not None:
                heir = after[heir.merged_into]
            assert set(members_of(story)) <= set(members_of(heir))
            if story.merged_into is not None:
                assert after[story.id] == story, "a redirect was changed"


@settings(max_examples=12, deadline=None)
@given(batches(most=5), st.data())
async def test_a_restart_in_mid_stream_changes_nothing(stream: list[list[Article]], data: st.DataObject) -> None:
    """Stories with their ties and centroids, events, storylines, what repair merges: all as with the memory kept.

    Twenty articles and fewer: of more, the frequencies are kept by twentieths.
    """
    kept, rebuilt = Desk(), Desk()
    for batch in stream:
        for at_rest in (kept, rebuilt):
            await at_rest.take(batch)
        if data.draw(st.booleans(), label="restarted before repair"):
            await rebuilt.restart(batch)
        for at_rest in (kept, rebuilt):
            await at_rest.repair(batch)
        if data.draw(st.booleans(), label="restarted after repair"):
            await rebuilt.restart(batch)
        assert rebuilt.store.stories == kept.store.stories


# Symmetry


def stories_of(articles: Sequence[Article]) -> list[Story]:
    """Each article as a story of its own."""
    found = {article.id: opened(seen(article, features(article, GAZETTEER), Frequencies())) for article in articles}
    return list(found.values())


@settings(max_examples=20, deadline=None)
@given(batches(most=2, size=5))
def test_measures_and_vetoes_are_the_same_from_either_side(stream: list[list[Article]]) -> None:
    stories = stories_of([article for batch in stream for article in batch])
    for one, other in pairwise(stories):
        (a,), (b,) = one.gists, other.gists
        assert coverage(a, b) == coverage(b, a)
        assert days_apart(a, b) == days_apart(b, a)
        assert unmentioned(a, b) == unmentioned(b, a)[::-1]
        assert covered(one.gists, other.gists) == covered(other.gists, one.gists)
        assert bool(veto(one, other)) == bool(veto(other, one))
        both = OpenStories([one, other])
        ours, theirs = (
            {found.story.id: found.cosine for found in both.near(*both.centroid(of.id), also=both.ids())}
            for of in (one, other)
        )
        assert ours[other.id] == pytest.approx(theirs[one.id], abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(batches(most=2, size=5), st.data())
def test_what_is_merged_does_not_depend_on_who_is_asked_first(stream: list[list[Article]], data: st.DataObject) -> None:
    stories = stories_of([article for batch in stream for article in batch])
    turned = data.draw(st.permutations(stories))
    assert mergers(OpenStories(turned), now=NOW) == mergers(OpenStories(stories), now=NOW)
