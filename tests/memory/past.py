"""What is stored, read through in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.model.articles import Article, ArticleId, Verdict
from monitor.model.stories import Story
from tests.factories import make_verdict
from tests.memory.digests import Digests


class Past(Digests):
    async def seen_span(self) -> tuple[datetime, datetime] | None:
        times = [article.first_seen_at for article in self.articles.values()]
        return (min(times), max(times)) if times else None

    async def articles_seen(
        self, *, after: tuple[datetime, ArticleId], until: datetime, limit: int
    ) -> list[tuple[Article, Verdict]]:
        found = sorted(
            (article.first_seen_at, article.id)
            for article in self.articles.values()
            if after < (article.first_seen_at, article.id) and article.first_seen_at <= until
        )
        return [
            (self.articles[of], self.verdicts.get(of) or make_verdict(self.articles[of], reason=""))
            for _, of in found[:limit]
        ]

    async def placings(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, tuple[Story, ...]]:
        found = {of: self._story_of(of) for of in article_ids}
        return {of: (story, *self._lineage(of)) for of, story in found.items() if story is not None}
