"""A throw-away store in memory: what a replay judges against, with the daemon's own index rules and nothing on disk.

Owns: the four questions of `IntakeStore` and the two of `StoryStore`, answered from dictionaries at the cost of the
few articles that share a hash. Refuses: to outlive the process, and everything that matching, composing and
delivering ask.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.errors import StoreChangedError
from monitor.model.articles import Article, ArticleId, Candidate, LedgerRow, Sketch
from monitor.model.commits import Identities, Intake
from monitor.model.stories import Story, StoryId


class ScratchStore:
    """`IntakeStore` and `StoryStore` over dictionaries; a batch is kept whole: what may refuse it comes first."""

    def __init__(self) -> None:
        self.articles: dict[ArticleId, Article] = {}
        self.stories: dict[StoryId, Story] = {}
        self._ledger: dict[tuple[str, int], LedgerRow] = {}
        self._verdict_of: dict[ArticleId, ArticleId | None] = {}
        self._aliases: dict[int, ArticleId] = {}
        self._by_title: dict[int, list[ArticleId]] = {}
        self._sketches: dict[ArticleId, Sketch] = {}
        self._holders: dict[int, list[ArticleId]] = {}
        self._stops: set[int] = set()
        self._story_of: dict[ArticleId, StoryId] = {}
        self._artifacts: dict[str, bytes] = {}

    async def ledger_rows(self, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], LedgerRow]:
        """The rows that are known."""
        return {key: self._ledger[key] for key in keys if key in self._ledger}

    async def identities(self, url_keys: Sequence[int], title_keys: Sequence[int], *, since: datetime) -> Identities:
        """The articles behind keys."""
        by_title = {
            key: tuple(
                sorted(
                    (found for of in self._by_title[key] if (found := self.articles[of]).first_seen_at >= since),
                    key=lambda found: (found.first_seen_at, found.id),
                )
            )
            for key in title_keys
            if key in self._by_title
        }
        return Identities(
            by_url={key: self.articles[self._aliases[key]] for key in url_keys if key in self._aliases},
            by_title=by_title,
        )

    async def candidates(
        self, sketches: Sequence[Sketch], *, since: datetime, min_shared: int, limit: int, stop_count: int
    ) -> tuple[list[list[Candidate]], frozenset[int]]:
        """The articles that share sampled hashes, best first, and the hashes found to be too common."""
        common: set[int] = set()
        found: list[list[Candidate]] = []
        for sketch in sketches:
            counts: Counter[ArticleId] = Counter()
            for value in self._holders.keys() & sketch.hashes:
                holders = self._holders[value]
                if len(holders) > stop_count:
                    common.add(value)
                else:
                    counts.update(holders)
            near = [
                Candidate(article=article, shared=shared, verdict_of=self._verdict_of.get(of))
                for of, shared in counts.items()
                if shared >= min_shared and (article := self.articles[of]).first_seen_at >= since
            ]
            near.sort(key=lambda one: (-one.shared, one.article.first_seen_at, one.article.id))
            found.append(near[:limit])
        return found, frozenset(common)

    async def commit_intake(self, intake: Intake) -> None:
        """Keep a batch; what stands already stays. Raises `StoreChangedError`."""
        for name, read in intake.rests_on.items():
            if self._artifacts.get(name) != read:
                raise StoreChangedError(name)
        for story in intake.stories_read:
            if self.stories.get(story.id) != story:
                raise StoreChangedError(story.title)
        verdicts = {verdict.article_id: verdict for verdict in intake.verdicts}
        for article in intake.articles:
            if article.id in self.articles:
                continue
            self.articles[article.id] = article
            self._by_title.setdefault(article.title_key, []).append(article.id)
            verdict = verdicts.get(article.id)
            self._verdict_of[article.id] = verdict.of if verdict else None
        for key, of in intake.aliases.items():
            self._aliases.setdefault(key, of)
        self._ledger |= {(row.feed_id, row.entry_key): row for row in intake.ledger}
        for revision in intake.revisions:
            if (old := self.articles.get(revision.article_id)) is not None:
                self.articles[old.id] = replace(
                    old,
                    title=revision.title,
                    summary=revision.summary,
                    text=revision.text,
                    body_digest=revision.body_digest,
                )
        self._stop(intake.stop_hashes)
        for of, sketch in intake.sketches.items():
            if of in self.articles:
                self._index(of, sketch)
        self.stories |= {story.id: story for story in intake.stories}
        self._story_of |= {joining.article_id: joining.story_id for joining in intake.joinings}
        self._artifacts |= intake.artifacts

    async def artifact(self, name: str) -> bytes | None:
        """A named byte string."""
        return self._artifacts.get(name)

    async def open_stories(self, *, since: datetime) -> list[Story]:
        """Stories whose last article is not older, oldest first."""
        still = (story for story in self.stories.values() if story.last_at >= since and story.merged_into is None)
        return sorted(still, key=lambda story: (story.first_at, story.id))

    async def story_ids(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, StoryId]:
        """The stories of those articles that are in one."""
        return {of: self._root_of(self._story_of[of]) for of in article_ids if of in self._story_of}

    async def stories_of(self, article_ids: Sequence[ArticleId]) -> list[Story]:
        """The stories that those articles are part of, each once, oldest first."""
        ids = set((await self.story_ids(article_ids)).values()) & self.stories.keys()
        return sorted((self.stories[of] for of in ids), key=lambda story: (story.first_at, story.id))

    def _root_of(self, story_id: StoryId) -> StoryId:
        while (story := self.stories.get(story_id)) is not None and story.merged_into is not None:
            story_id = story.merged_into
        return story_id

    def _stop(self, hashes: frozenset[int]) -> None:
        self._stops |= hashes
        for value in hashes:
            self._holders.pop(value, None)

    def _index(self, of: ArticleId, sketch: Sketch) -> None:
        before = self._sketches.get(of)
        if before is not None:
            for value in set(before.hashes).difference(sketch.hashes) - self._stops:
                self._holders[value].remove(of)
        self._sketches[of] = sketch
        new = sketch.hashes if before is None else set(sketch.hashes).difference(before.hashes)
        for value in new:
            if value not in self._stops:
                self._holders.setdefault(value, []).append(of)
