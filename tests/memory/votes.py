"""What readers say of articles."""

from __future__ import annotations

from datetime import datetime

from monitor.model.articles import ArticleId
from monitor.model.votes import Vote, VotedArticle, VoteKind
from tests.memory.held import Held


class Votes(Held):
    async def keep_vote(self, vote: Vote) -> None:
        vote = self._writing(vote)
        key = (vote.article_id, vote.watchlist, vote.recipient_id)
        if key not in self.votes or self.votes[key].at <= vote.at:
            self.votes[key] = vote

    async def vote_on(self, article_id: ArticleId, watchlist: str, recipient_id: str) -> Vote | None:
        return self.votes.get((article_id, watchlist, recipient_id))

    async def voted_articles(self, watchlist: str, *, since: datetime) -> list[VotedArticle]:
        counting = [
            vote
            for vote in self.votes.values()
            if vote.watchlist == watchlist
            and vote.at >= since
            and vote.kind is not VoteKind.NONE
            and vote.article_id in self.articles
        ]
        found = []
        for vote in sorted(counting, key=lambda vote: (vote.at, vote.article_id, vote.recipient_id)):
            story, page = self._story_of(vote.article_id), self.pages.get(vote.article_id)
            found.append(
                VotedArticle(
                    vote=vote,
                    article=self.articles[vote.article_id],
                    story_id=story.id if story else None,
                    page_text=page.text if page else "",
                )
            )
        return found
