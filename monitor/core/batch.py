"""What a batch has accepted so far, findable by address, title and wording: the fold's memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from monitor.core.likeness import CopyLines
from monitor.core.similarity import Readings
from monitor.model.articles import Article, ArticleId, Sketch


@dataclass(slots=True)
class Batch:
    """Articles judged so far in this batch, revised ones in their new state.

    `shared` are the sampled hashes that stand in more than one of its texts: only those can lead from one to another.
    """

    readings: Readings
    lines: CopyLines
    stop_hashes: set[int]
    shared: set[int]
    articles: dict[ArticleId, Article] = field(default_factory=dict)
    by_url: dict[int, ArticleId] = field(default_factory=dict)
    by_title: dict[int, list[ArticleId]] = field(default_factory=dict)
    aliases: dict[int, ArticleId] = field(default_factory=dict)
    _by_hash: dict[int, list[ArticleId]] = field(default_factory=dict)
    _indexed: dict[ArticleId, Sketch] = field(default_factory=dict)
    _samples: dict[tuple[ArticleId, int], Sketch] = field(default_factory=dict)

    def sample_of(self, article: Article) -> Sketch:
        """An article's sketch; made once a batch, as its hashes are many small values."""
        key = (article.id, article.body_digest)
        if (known := self._samples.get(key)) is None:
            known = self._samples[key] = self.readings.of(article).sample
        return known

    def current(self, article: Article) -> Article:
        """A stored article, in its new state if this batch revised it."""
        return self.articles.get(article.id, article)

    def resembling(self, own: Sketch) -> list[Article]:
        """Articles of this batch that share enough sampled shingles, best first."""
        counts: dict[ArticleId, int] = {}
        for value in self._by_hash.keys() & own.hashes:
            if value not in self.stop_hashes:
                for found in self._by_hash[value]:
                    counts[found] = counts.get(found, 0) + 1
        enough = sorted((-count, found) for found, count in counts.items() if count >= self.lines.min_shared)
        return [self.articles[found] for _, found in enough[: self.lines.candidates]]

    def index(self, article: Article) -> None:
        """Make an article's wording findable; hashes that stand in too many articles stop counting."""
        own = self.sample_of(article)
        before = self._indexed.get(article.id)
        self._indexed[article.id] = own
        found = self.shared.intersection(own.hashes)
        for value in found if before is None else found.difference(before.hashes):
            holders = self._by_hash.setdefault(value, [])
            holders.append(article.id)
            if len(holders) > self.lines.stop_count:
                self.stop_hashes.add(value)

    def sketches(self) -> Mapping[ArticleId, Sketch]:
        """What the index should hold of this batch, stop hashes left out."""
        return {of: self._without_stops(own) for of, own in self._indexed.items()}

    def _without_stops(self, own: Sketch) -> Sketch:
        if self.stop_hashes.isdisjoint(own.hashes):
            return own
        return replace(own, hashes=tuple(value for value in own.hashes if value not in self.stop_hashes))


def shared_hashes(sketches: Iterable[Sketch]) -> set[int]:
    """The hashes that stand in more than one of the sketches."""
    seen: set[int] = set()
    shared: set[int] = set()
    for own in sketches:
        shared.update(seen.intersection(own.hashes))
        seen.update(own.hashes)
    return shared
