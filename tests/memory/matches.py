"""Open stories, and the matching of a changed watchlist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.model.articles import Article, ArticleId
from monitor.model.commits import Rematch
from monitor.model.stories import Story
from tests.memory.held import Held


class Matches(Held):
    async def open_stories(self, *, since: datetime) -> list[Story]:
        found = [story for story in self.stories.values() if story.merged_into is None and story.last_at >= since]
        return sorted(found, key=lambda story: (story.first_at, story.id))

    async def watchlist_versions(self) -> dict[str, tuple[str, ArticleId]]:
        return dict(self.watchlists)

    async def set_watchlist_versions(self, versions: Mapping[str, str]) -> None:
        for name, version in self._writing(versions).items():
            self.watchlists[name] = (version, 0)
            self.passes.pop(name, None)

    async def articles_after(self, cursor: ArticleId, *, since: datetime, limit: int) -> list[Article]:
        found = [
            article for article in self.articles.values() if article.id > cursor and article.first_seen_at >= since
        ]
        return sorted(found, key=lambda article: article.id)[:limit]

    async def story_ids(self, article_ids: Sequence[int]) -> dict[int, int]:
        found = {article_id: self._story_of(article_id) for article_id in article_ids}
        return {article_id: story.id for article_id, story in found.items() if story is not None}

    async def stories_of(self, article_ids: Sequence[int]) -> list[Story]:
        found = {story.id: story for of in article_ids if (story := self._story_of(of)) is not None}
        return sorted(found.values(), key=lambda story: (story.first_at, story.id))

    async def commit_rematch(self, rematch: Rematch) -> None:
        self._refuse_if_changed(rematch.rests_on)
        rematch = self._writing(rematch)
        for article_id in rematch.scored_ids:
            self.matches.pop((rematch.watchlist, article_id), None)
        self.matches |= {(match.watchlist, match.article_id): match for match in rematch.matches}
        self._keep_grouping(rematch.stories, rematch.joinings, rematch.decisions)
        version, cursor = self.watchlists.get(rematch.watchlist, ("", 0))
        is_whole = cursor == 0 or self.passes.get(rematch.watchlist) == (rematch.version, True)
        if rematch.is_complete:
            self.watchlists[rematch.watchlist] = (rematch.version if is_whole else version, 0)
        else:
            self.watchlists[rematch.watchlist] = (version, rematch.cursor)
            self.passes[rematch.watchlist] = (rematch.version, is_whole)
