"""What came and what was mailed over the last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.model.articles import ArticleId
from monitor.model.volumes import Sighting
from tests.memory.held import Held


class Surveys(Held):
    async def sightings(self, watchlists: Sequence[str], *, since: datetime) -> list[Sighting]:
        return [
            Sighting(
                watchlist=watchlist,
                seen_at=article.first_seen_at,
                published_at=article.published_at,
                story=self._counted_as(article_id),
            )
            for (watchlist, article_id) in self.matches
            if watchlist in watchlists
            and (article := self.articles.get(article_id)) is not None
            and article.first_seen_at >= since
        ]

    async def matched_before(self, watchlists: Sequence[str], *, before: datetime) -> frozenset[str]:
        return frozenset(
            watchlist
            for (watchlist, article_id) in self.matches
            if watchlist in watchlists
            and (article := self.articles.get(article_id)) is not None
            and article.first_seen_at < before
        )

    async def last_digest_at(self, recipient_id: str) -> datetime | None:
        times = [one.composed_at for one in self.outbox.values() if one.recipient_id == recipient_id]
        return max(times, default=None)

    def _counted_as(self, article_id: ArticleId) -> int:
        joining = self.joinings.get(article_id)
        if joining is None:
            return article_id
        story = self.stories.get(joining.story_id)
        ties = (story.event_id, story.merged_into) if story is not None else ()
        return next((of for of in ties if of is not None), joining.story_id)
