"""What is deleted in the end, and what a person asks."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from monitor.model.articles import Article, ArticleId, Decision, Revision
from monitor.model.digests import DeliveryState
from monitor.model.stories import Story
from monitor.model.votes import VoteKind
from tests.memory.held import Held

_UNSETTLED = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNCERTAIN)


class Retention(Held):
    async def prune(self, *, articles_before: datetime, index_before: datetime, limit: int) -> dict[str, int]:
        self._writing((articles_before, index_before))
        oldest = sorted(self.articles.values(), key=lambda article: (article.first_seen_at, article.id))
        indexed = [a.id for a in oldest if a.id in self.sketches and a.first_seen_at < index_before][:limit]
        gone = Counter({"sketch": len(indexed)})
        for article_id in indexed:
            del self.sketches[article_id]
        old = [a.id for a in oldest if a.first_seen_at < articles_before and not self._is_needed(a.id, articles_before)]
        for article_id in old[:limit]:
            gone["article"] += 1
            del self.articles[article_id], self.verdicts[article_id]
            for table in (self.sketches, self.states, self.joinings, self.reasons, self.pages):
                table.pop(article_id, None)
            self.matches = {key: match for key, match in self.matches.items() if key[1] != article_id}
            self.told = {key: slot for key, slot in self.told.items() if key[1] != article_id}
            self.votes = {key: vote for key, vote in self.votes.items() if key[0] != article_id}
        needed = {joining.story_id for joining in self.joinings.values()}
        needed |= {story.merged_into for story in self.stories.values() if story.merged_into is not None}
        for story in [s for s in self.stories.values() if s.last_at < articles_before and s.id not in needed][:limit]:
            gone["story"] += 1
            del self.stories[story.id]
        past = [n for n in self.kept_notices[:-1] if n.at < articles_before][:limit]
        self.kept_notices = [notice for notice in self.kept_notices if notice not in past]
        gone["notice"] += len(past)
        threads = [key for key, thread in self.threads.items() if thread.told_at < articles_before][:limit]
        alarms = [key for key, alarm in self.alarms.items() if alarm.at < articles_before][:limit]
        hours = [at for at in self.hours if at < articles_before][:limit]
        gone["alert_thread"] = len(threads) + len(alarms) + len(hours)
        self.threads = {key: thread for key, thread in self.threads.items() if key not in threads}
        self.alarms = {key: alarm for key, alarm in self.alarms.items() if key not in alarms}
        self.hours = {at: share for at, share in self.hours.items() if at not in hours}
        settled = [d for d in self.outbox.values() if d.composed_at < articles_before and d.state not in _UNSETTLED]
        for delivery in sorted(settled, key=lambda d: d.composed_at)[:limit]:
            gone["delivery"] += 1
            del self.outbox[delivery.id]
        stand = {(d.recipient_id, d.slot_key) for d in self.outbox.values()}
        past_digests = [of for of, one in self.archives.items() if one.composed_at < articles_before]
        for of in [of for of in past_digests if of not in stand][:limit]:
            gone["archive"] += 1
            del self.archives[of]
        return dict(gone)

    def _is_needed(self, article_id: ArticleId, before: datetime) -> bool:
        joining = self.joinings.get(article_id)
        stories = [self.stories.get(joining.story_id) if joining else None, self._story_of(article_id)]
        unsettled = {(d.recipient_id, d.slot_key) for d in self.outbox.values() if d.state in _UNSETTLED}
        tells = {(recipient_id, slot) for (recipient_id, of, _), slot in self.told.items() if of == article_id}
        is_voted_on = any(of == article_id and vote.kind is not VoteKind.NONE for (of, *_), vote in self.votes.items())
        is_growing = any(story is not None and story.last_at >= before for story in stories)
        return is_growing or is_voted_on or bool(unsettled & tells)

    async def counts(self) -> dict[str, int]:
        return {"article": len(self.articles), "ledger": len(self.ledger), "story": len(self.stories)}

    async def story(self, story_id: int) -> Story | None:
        story = self.stories.get(story_id)
        while story is not None and story.merged_into in self.stories:
            story = self.stories[story.merged_into]
        return story

    async def article(self, article_id: ArticleId) -> Article | None:
        return self.articles.get(article_id)

    async def find_article(self, url_key: int) -> Article | None:
        return self.articles.get(self.aliases.get(url_key, 0))

    async def decisions(self, article_id: ArticleId) -> list[Decision]:
        return sorted(self.reasons.get(article_id, []), key=lambda decision: decision.at)

    async def revisions(self, article_id: ArticleId) -> list[Revision]:
        return list(self.states.get(article_id, []))
