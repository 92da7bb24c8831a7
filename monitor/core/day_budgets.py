"""A reader's budget: so many stories a day told in full, the best ones; the others as titles, none in silence.

- A day is the calendar day of the reader's zone, the moment that of composing: a mail that comes late is read late.
- A story takes one place a day, when it is told in full. What develops in the evening of the day costs no second one,
  as `monitor budget` counts it (`core.budgets`). One of which only the title was told took none.
- The best by points take what is left of the day's places, first come, first served between the digests of a day.
  Refused: keeping places for the evening. Nobody knows in the morning what it brings, and a better story told later is
  still told, as a title with its link.
- Copies of what was told before (CARRIED) are one line in any case and take no place. Corrections take none.
- What is above the budget is told all the same, by its title, and does not come again; what no mail has room for
  stays in line (`rest`), is listed on the digest's web page (`waiting`), and is measured anew against the next news.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from monitor.model.articles import ArticleId
from monitor.model.digests import Digest, DigestStory, StoryState, Telling

MAX_TITLES = 250
"""More titles than fit into one mail (a line of HTML takes 400 bytes and more): what is beyond is not even rendered."""


def within_budget(ranked: Sequence[DigestStory], *, stories_per_day: int, spent: int) -> list[DigestStory]:
    """Stories in reading order, marked and reordered: in full, then above the budget, then carried.

    `spent` is how many places of the day are taken. What is told in full again (`is_again`) needs none.
    """
    room = stories_per_day - spent
    full: list[DigestStory] = []
    above: list[DigestStory] = []
    carried: list[DigestStory] = []
    for story in ranked:
        if story.state is StoryState.CARRIED:
            carried.append(story)
        elif story.is_again:
            full.append(story)
        elif room > 0:
            room -= 1
            full.append(story)
        else:
            above.append(replace(story, is_brief=True, is_above_budget=True))
    return [*full, *above, *carried]


def listed(ranked: Sequence[DigestStory], *, max_stories: int) -> list[DigestStory]:
    """What goes into one digest: `max_stories` of them, and titles above the budget beside these."""
    above = [story for story in ranked if story.is_above_budget][:MAX_TITLES]
    others = [story for story in ranked if not story.is_above_budget][:max_stories]
    kept = {story.story_id for story in (*above, *others)}
    return [story for story in ranked if story.story_id in kept]


def waiting(stories: Iterable[DigestStory]) -> tuple[DigestStory, ...]:
    """Stories for which no mail had room, in reading order: no more of them than a list of titles shows."""
    return tuple(map(_by_title, islice(stories, MAX_TITLES)))


def _by_title(story: DigestStory) -> DigestStory:
    return replace(story, lead=_bare(story.lead), others=tuple(map(_bare, story.others)), origins=(), is_brief=True)


def _bare(telling: Telling) -> Telling:
    return replace(telling, match=replace(telling.match, signals=(), quote=""))


def places_taken(digest: Digest) -> tuple[ArticleId, ...]:
    """The articles that head the stories which take a place of the day's budget: one a story."""
    return tuple(
        story.lead.article.id
        for story in digest.stories
        if not (story.is_brief or story.is_again or story.state is StoryState.CARRIED)
    )
