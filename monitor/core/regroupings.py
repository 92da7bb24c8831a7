"""What changed in the grouping of what a recipient was told: stories that became one, stories that were parted.

Owns: the comparison of how the told articles stand together as the recipient knows it with how they stand now. What the
recipient knows was kept with the digest that told it (`MatchedArticle.had_in`), so that no moment comes into it: a
merger that was kept while a digest was being written is a change like any other. Of what was told before that was kept,
the marks of stories are read as of the last telling. Refuses: the grouping itself (see `kinship`, `repair`,
`handiwork`), and changes that this recipient cannot see, because only one side of them was told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from monitor.core.kinship import Kinship
from monitor.model.articles import ArticleId, VerdictKind
from monitor.model.digests import MatchedArticle
from monitor.model.stories import Place, Story, StoryId

Pair = tuple[str, str]


def kinship_of(matched: Iterable[MatchedArticle]) -> Kinship:
    """The stories of matched articles, with all that says what they belong to."""
    return Kinship({story.id: story for row in matched for story in _lineage(row)}.values())


def placed_in(row: MatchedArticle) -> StoryId | None:
    """The story that an article was placed in, whatever became of that."""
    lineage = _lineage(row)
    return lineage[0].id if lineage else None


def places_now(matched: Iterable[MatchedArticle], kinship: Kinship) -> dict[ArticleId, Place]:
    """Where each article that is in a story stands now."""
    placed = {row.article.id: of for row in matched if (of := placed_in(row)) is not None}
    return {
        article_id: Place(story_id=kinship.story_of(of), event_id=kinship.event_of(of))
        for article_id, of in placed.items()
    }


class Regroupings:
    """How what was told is grouped differently since the last telling.

    `mergers` are (title had, title of what it is part of now); `partings` are (title of what stands alone now, title of
    what it was told with). Each by the title of the article that was told first and best.
    """

    def __init__(self, matched: Iterable[MatchedArticle], kinship: Kinship) -> None:
        self._kinship = kinship
        told = sorted((row for row in matched if row.was_told), key=_telling_order)
        rows: Mapping[ArticleId, MatchedArticle] = {row.article.id: row for row in reversed(told)}
        last = max((row.told_at for row in told if row.told_at is not None), default=None)
        self._now = places_now(rows.values(), kinship)
        self._then: dict[ArticleId, Place] = {}
        self._parts: dict[tuple[StoryId, StoryId], list[MatchedArticle]] = defaultdict(list)
        for row in sorted(rows.values(), key=_telling_order):
            of = row.article.id
            if of in self._now and (then := row.had_in or self._read_from_marks(row, last)) is not None:
                self._then[of] = then
                self._parts[then.event_id, self._now[of].event_id].append(row)

    @property
    def mergers(self) -> tuple[Pair, ...]:
        """What came together, in the order in which it was told."""
        found: list[Pair] = []
        for now, parts in self._by_side(1):
            main = next((then for then, _ in parts if then == now), parts[0][0])
            if len(parts) == 1 and main != now and (title := self._went_into(parts[0][1])):
                found.append((_title(parts[0][1]), title))
            whole = next(rows for then, rows in parts if then == main)
            found += [(_title(rows), _title(whole)) for then, rows in parts if then != main]
        return tuple(found)

    @property
    def partings(self) -> tuple[Pair, ...]:
        """What came apart, likewise."""
        found: list[Pair] = []
        for then, parts in self._by_side(0):
            main = next((now for now, _ in parts if now == then), parts[0][0])
            if len(parts) == 1 and main != then and (had := self._parted_from(parts[0][1])):
                found.append((_title(parts[0][1]), had))
            whole = next(rows for now, rows in parts if now == main)
            found += [(_title(rows), _title(whole)) for now, rows in parts if now != main]
        return tuple(found)

    def _by_side(self, side: int) -> Iterable[tuple[StoryId, list[tuple[StoryId, list[MatchedArticle]]]]]:
        """What was one group then (0) or is one now (1), each with its parts by the other side."""
        sides: dict[StoryId, list[tuple[StoryId, list[MatchedArticle]]]] = defaultdict(list)
        for key, rows in self._parts.items():
            sides[key[side]].append((key[1 - side], rows))
        return sides.items()

    def _read_from_marks(self, row: MatchedArticle, at: datetime | None) -> Place | None:
        """Where an article stood at a moment, as far as the times at the marks tell."""
        placed, kinship = placed_in(row), self._kinship
        if at is None or placed is None:
            return None
        then = kinship.before(placed, at, article_id=row.article.id)
        return Place(story_id=kinship.story_of(then, at), event_id=kinship.event_of(then, at))

    def _went_into(self, rows: Sequence[MatchedArticle]) -> str:
        """The title of the story that all of them went into, of which nothing was told; empty where they did not."""
        now = self._now[rows[0].article.id].story_id
        if any(then.story_id == now for then in self._then.values()) or any(map(self._was_moved, rows)):
            return ""
        return self._kinship.title_of(now)

    def _parted_from(self, rows: Sequence[MatchedArticle]) -> str:
        """The title of the story that all of them were parted from, likewise."""
        if not all(map(self._was_moved, rows)):
            return ""
        title = self._kinship.title_of(self._then[rows[0].article.id].story_id)
        return title if title != _title(rows) else ""

    def _was_moved(self, row: MatchedArticle) -> bool:
        """Whether a person took the article out of the story that it was told in; a redirect never ends."""
        placed = placed_in(row)
        assert placed is not None
        return self._then[row.article.id].story_id not in self._kinship.way_of(placed)


def _lineage(row: MatchedArticle) -> tuple[Story, ...]:
    return row.lineage or (() if row.story is None else (row.story,))


def _title(rows: Sequence[MatchedArticle]) -> str:
    return rows[0].article.title


def _telling_order(row: MatchedArticle) -> tuple[bool, datetime, bool, float, datetime, ArticleId]:
    """As a reader met them: what was told first, and of one digest what led."""
    is_copy = row.verdict.kind is VerdictKind.COPY
    at = row.told_at or row.article.at
    return (row.told_at is None, at, is_copy, -row.match.points, row.article.at, row.article.id)
