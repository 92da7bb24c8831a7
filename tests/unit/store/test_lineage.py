"""What is read of stories' marks in the store agrees with the core's reading of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.kinship import Kinship
from monitor.store.lineage import standing_elsewhere
from tests.factories import NOW, make_article, make_story

IDS = st.integers(min_value=1, max_value=6)
MARKS = st.dictionaries(IDS, st.tuples(st.none() | IDS, st.none() | IDS), max_size=6)


@settings(max_examples=300)
@given(MARKS, st.dictionaries(IDS, IDS), st.dictionaries(IDS, st.tuples(IDS, IDS)))
def test_an_article_stands_elsewhere_where_the_core_places_it_elsewhere(
    marks: dict[int, tuple[int | None, int | None]], placed: dict[int, int], had: dict[int, tuple[int, int]]
) -> None:
    stories = {
        of: make_story(make_article(id=of), merged_into=into, merged_at=into and NOW, event_id=event)
        for of, (into, event) in marks.items()
    }
    kinship = Kinship(stories.values())
    now = {article: (kinship.story_of(of), kinship.event_of(of)) for article, of in placed.items() if of in stories}
    moved = {placed[article] for article, place in had.items() if article in now and now[article] != place}

    assert standing_elsewhere(stories, placed, had) == moved
    assert standing_elsewhere(stories, placed, now) == set()
