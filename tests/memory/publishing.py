"""What publishing asks, and the outbox in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from monitor.model.articles import ArticleId
from tests.memory.held import Held


class Publishing(Held):
    async def revised_at(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, datetime]:
        return {of: states[-1].seen_at for of in article_ids if len(states := self.states.get(of, [])) > 1}

    async def outbox_counts(self) -> dict[str, dict[str, int]]:
        channels = sorted({delivery.channel for delivery in self.outbox.values()})
        return {
            channel: dict(Counter(one.state.value for one in self.outbox.values() if one.channel == channel))
            for channel in channels
        }
