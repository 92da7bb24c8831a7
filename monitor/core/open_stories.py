"""The stories that may still grow, in memory, and which of them an article resembles.

Owns: an index from terms to stories, and cosines against their centroids. Refuses: whether an article joins (see
`stories`), and any time but the one it is given. Everything it holds can be rebuilt from stored `Story` values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.core.features import TERM_BITS, Terms, Weights
from monitor.model.articles import ArticleId
from monitor.model.stories import Story, StoryId

CENTROID_TERMS = 512
"""Measured on the Telegram pairs with warm frequencies, F1 at the fixed line .35: 512 terms .829, as with all terms;
256 .785, 128 .754."""
INDEXED_TERMS = 128
"""The heaviest terms of a story and of an article by which they find each other."""
LEAST_SHARED = 3
SHARED_OF_ALL = 20
"""An article and a story meet only if they share a 20th of the article's heaviest terms, `LEAST_SHARED` at least.
On the Telegram pairs those of cosine .25 (the lowest line) share 10 of 128, those of .35 share 20."""
CANDIDATES = 50
"""Stories measured an article; those that share the most of its heaviest terms."""
DECIMALS = 5
"""Weights are kept rounded, so that a store may write them as text and give back the same story."""

MEMBERS = "members"


ENTITY_MARK = "entity "
TITLE_MARK = "title entity "
COMMON_MARK = 50
"""So many stories with a mark make it no mark: it tells nothing of any two of them."""


@dataclass(frozen=True, slots=True)
class Near:
    """An open story and its cosine with an article, in [0, 1]."""

    story: Story
    cosine: float


@dataclass(frozen=True, slots=True)
class Kept:
    """An open story as it stood at one moment, its centroid still in arrays: most are never asked for again."""

    head: Story
    terms: Terms
    weights: Weights

    def story(self) -> Story:
        """The story whole."""
        centroid = dict(zip(self.terms.tolist(), self.weights.tolist(), strict=True))
        return replace(self.head, centroid=centroid)


class OpenStories:
    """Open stories with an inverted index. Stories it returns carry no centroid, except those of `get`."""

    def __init__(self, stories: Iterable[Story] = ()) -> None:
        self._heads: dict[StoryId, Story] = {}
        self._slots: dict[StoryId, int] = {}
        self._ids: list[StoryId] = []
        self._free: list[int] = []
        self._terms = np.zeros((64, CENTROID_TERMS), np.int32)
        self._weights = np.zeros((64, CENTROID_TERMS), np.float32)
        self._indexed: dict[int, frozenset[int]] = {}
        self._index: dict[int, list[int]] = {}
        self._story_of: dict[ArticleId, StoryId] = {}
        self._marked: dict[str, set[StoryId]] = {}
        self._wide = np.zeros(1 << TERM_BITS, np.float32)
        for story in stories:
            self.keep(story)

    def __len__(self) -> int:
        return len(self._heads)

    def __contains__(self, story_id: object) -> bool:
        return story_id in self._heads

    def ids(self) -> frozenset[StoryId]:
        """The open stories."""
        return frozenset(self._heads)

    def story_of(self, article_id: ArticleId) -> StoryId | None:
        """The open story that an article belongs to."""
        return self._story_of.get(article_id)

    def head(self, story_id: StoryId) -> Story:
        """A story without its centroid. Raises `KeyError` when it is not open."""
        return self._heads[story_id]

    def get(self, story_id: StoryId) -> Story:
        """A story whole, equal to the one that was kept. Raises `KeyError` when it is not open."""
        return self.kept(story_id).story()

    def kept(self, story_id: StoryId) -> Kept:
        """A story as it stands now, to be put back by `keep` should its next state not last."""
        return Kept(self._heads[story_id], *self.centroid(story_id))

    def centroid(self, story_id: StoryId) -> tuple[Terms, Weights]:
        """The centroid of a story as terms, ascending, and their weights."""
        slot = self._slots[story_id]
        size = int(np.count_nonzero(self._weights[slot]))
        weights: Weights = self._weights[slot, :size].astype(np.float64).round(DECIMALS)
        return self._terms[slot, :size].astype(np.int64), weights

    def keep(self, story: Story) -> None:
        """Add a story, or put its new state in place of the old."""
        slot = self._slots.get(story.id)
        if slot is None:
            slot = self._free.pop() if self._free else self._grown()
        self._keep_members(self._heads.get(story.id), story)
        self._keep_marks(self._heads.get(story.id), story)
        terms = np.fromiter(story.centroid.keys(), np.int32, len(story.centroid))
        weights = np.fromiter(story.centroid.values(), np.float32, len(story.centroid))
        order = np.argsort(terms, kind="stable")[:CENTROID_TERMS]
        self._terms[slot] = 0
        self._weights[slot] = 0.0
        self._terms[slot, : len(order)] = terms[order]
        self._weights[slot, : len(order)] = weights[order]
        self._ids[slot] = story.id
        self._slots[story.id] = slot
        self._heads[story.id] = replace(story, centroid={})
        before, after = self._indexed.get(slot, frozenset()), self._heaviest(slot)
        self._indexed[slot] = after
        self._unindex(slot, before - after)
        for term in after - before:
            self._index.setdefault(term, []).append(slot)

    def drop(self, story_id: StoryId) -> None:
        """Forget a story. Raises `KeyError` when it is not open."""
        slot = self._slots.pop(story_id)
        self._unindex(slot, self._indexed.pop(slot))
        self._keep_marks(self._heads[story_id], None)
        for member in members_of(self._heads.pop(story_id)):
            if self._story_of.get(member) == story_id:
                del self._story_of[member]
        self._free.append(slot)

    def close(self, before: datetime) -> None:
        """Forget the stories whose last article is older than `before`, as a store's `open_stories` does."""
        for story_id in [story.id for story in self._heads.values() if story.last_at < before]:
            self.drop(story_id)

    def _unindex(self, slot: int, terms: Iterable[int]) -> None:
        for term in terms:
            found = self._index[term]
            found.remove(slot)
            if not found:
                del self._index[term]

    def _keep_members(self, before: Story | None, after: Story) -> None:
        old = set(before.facts.get(MEMBERS, ())) if before else set()
        new = set(after.facts.get(MEMBERS, ()))
        for member in old - new:
            self._story_of.pop(int(member, 16), None)
        for member in new - old:
            self._story_of[int(member, 16)] = after.id

    def _keep_marks(self, before: Story | None, after: Story | None) -> None:
        old = marks_of(before) if before else frozenset()
        new = marks_of(after) if after else frozenset()
        for mark in new - old:
            assert after is not None
            self._marked.setdefault(mark, set()).add(after.id)
        for mark in old - new:
            assert before is not None
            self._marked[mark].discard(before.id)
            if not self._marked[mark]:
                del self._marked[mark]

    def naming(self, entity: str) -> int:
        """How many of the stories name an entity."""
        return len(self._marked.get(ENTITY_MARK + entity, ()))

    def titled(self, entity: str) -> int:
        """How many of the stories name an entity in a title."""
        return len(self._marked.get(TITLE_MARK + entity, ()))

    def sharing(self, story: Story, *, limit: int = COMMON_MARK) -> list[Story]:
        """The other stories that share a mark with one, without centroids, by id; what many have is no mark."""
        holders = [self._marked.get(mark, set()) for mark in marks_of(story)]
        found = {other for each in holders if len(each) <= limit for other in each} - {story.id}
        return [self._heads[other] for other in sorted(found)]

    def near(self, terms: Terms, weights: Weights, *, least: float = 0.0, also: Iterable[StoryId] = ()) -> list[Near]:
        """The stories whose cosine with an article is at least `least`, nearest first.

        Looked at are those that share some of its heaviest terms, and those in `also`. Where none is near enough, the
        nearest comes alone: it tells a reader why nothing was joined.
        """
        slots = sorted({*self._found(terms, weights), *(self._slots[story_id] for story_id in also)})
        if not slots:
            return []
        self._wide[terms] = weights
        cosines = np.einsum("ij,ij->i", self._wide[self._terms[slots]], self._weights[slots])
        self._wide[terms] = 0.0
        rated = [(-cosine, self._ids[slots[at]]) for at, cosine in enumerate(cosines.tolist()) if cosine >= least]
        rated = sorted(rated) or [min((-cosine, self._ids[slot]) for slot, cosine in zip(slots, cosines, strict=True))]
        return [Near(self._heads[story_id], min(-float(negative), 1.0)) for negative, story_id in rated]

    def products(self, story_id: StoryId, terms: Terms, weights: Weights) -> Weights:
        """What each of an article's terms adds to its cosine with a story."""
        slot = self._slots[story_id]
        self._wide[self._terms[slot]] = self._weights[slot]
        added: Weights = self._wide[terms].astype(np.float64) * weights
        self._wide[self._terms[slot]] = 0.0
        return added

    def _found(self, terms: Terms, weights: Weights) -> list[int]:
        heaviest = terms[heaviest_places(weights, INDEXED_TERMS)].tolist()
        hits = [self._index[term] for term in heaviest if term in self._index]
        if not hits:
            return []
        counts = np.bincount(np.fromiter(chain.from_iterable(hits), np.int64))
        least = min(max(LEAST_SHARED, len(heaviest) // SHARED_OF_ALL), len(heaviest))
        enough = np.flatnonzero(counts >= least)
        if len(enough) > CANDIDATES:
            ranks = sorted(zip((-counts[enough]).tolist(), (self._ids[slot] for slot in enough.tolist()), strict=True))
            return [self._slots[story_id] for _, story_id in ranks[:CANDIDATES]]
        found: list[int] = enough.tolist()
        return found

    def _heaviest(self, slot: int) -> frozenset[int]:
        weights = self._weights[slot]
        size = int(np.count_nonzero(weights))
        return frozenset(self._terms[slot, heaviest_places(weights[:size], INDEXED_TERMS)].tolist())

    def _grown(self) -> int:
        if len(self._ids) == len(self._terms):
            self._terms = np.vstack([self._terms, np.zeros_like(self._terms)])
            self._weights = np.vstack([self._weights, np.zeros_like(self._weights)])
        self._ids.append(0)
        return len(self._ids) - 1


def heaviest_places(weights: NDArray[np.floating[Any]], limit: int) -> NDArray[np.intp]:
    """The places of the heaviest weights, ascending; of equal ones the first. Finding them costs less than sorting."""
    if len(weights) <= limit:
        return np.arange(len(weights))
    least = np.partition(weights, len(weights) - limit)[len(weights) - limit]
    is_kept = weights > least
    missing = limit - int(np.count_nonzero(is_kept))
    is_kept[(weights == least).nonzero()[0][:missing]] = True
    places: NDArray[np.intp] = is_kept.nonzero()[0]
    return places


def as_centroid(terms: Terms, weights: Weights) -> dict[int, float]:
    """The heaviest of distinct, ascending terms as a vector of length 1, by ascending term."""
    kept = heaviest_places(weights, CENTROID_TERMS)
    terms, weights = terms[kept], weights[kept]
    length = float(np.sqrt(weights @ weights))
    if not length:
        return {}
    rounded = np.round(weights / length, DECIMALS)
    return dict(zip(terms[rounded > 0].tolist(), rounded[rounded > 0].tolist(), strict=True))


def as_arrays(centroid: Mapping[int, float]) -> tuple[Terms, Weights]:
    """A centroid as terms, ascending, and their weights."""
    ordered = sorted(centroid.items())
    terms = np.fromiter((term for term, _ in ordered), np.int64, len(ordered))
    return terms, np.fromiter((weight for _, weight in ordered), np.float64, len(ordered))


def marks_of(story: Story) -> frozenset[str]:
    """What ties a story to others across languages: its quantities, days, title names and entities, each as a key."""
    marks = {ENTITY_MARK + actor for actor in story.facts.get("actors", ())}
    for gist in story.gists:
        marks.update(f"number {number}" for number in (*gist.numbers, *gist.lead_numbers))
        marks.update(TITLE_MARK + actor for actor in gist.title_actors)
        marks.update(f"day {day}" for day in gist.dates)
        marks.update(f"name {name}" for name in gist.title_names)
    return frozenset(marks)


def members_of(story: Story) -> tuple[ArticleId, ...]:
    """The articles that a story's facts name as its members."""
    return tuple(int(member, 16) for member in story.facts.get(MEMBERS, ()))
