"""Pages of matched articles."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.model.pages import ClaimedPage, OtherAddress, Page, PageState, PageWish, Unweighed, Weighing
from tests.memory.held import Held


class Pages(Held):
    async def wished_pages(self, feed_ids: Sequence[str], *, since: datetime, limit: int) -> list[PageWish]:
        found = {
            article.id: PageWish(article=article, page=self.pages.get(article.id))
            for match in sorted(self.matches.values(), key=lambda match: (match.matched_at, match.article_id))
            if match.matched_at >= since
            and (article := self.articles.get(match.article_id)) is not None
            and article.first_seen_at >= since
            and article.feed_id in feed_ids
            and not self._is_told(article.id)
            and (article.id not in self.pages or self.pages[article.id].body_digest != article.body_digest)
        }
        return list(found.values())[:limit]

    async def keep_pages(self, found: Sequence[Page], addresses: Sequence[OtherAddress] = ()) -> None:
        for page in self._writing(tuple(found)):
            if page.article_id in self.articles:
                self.pages[page.article_id] = page
                self.page_leases.pop(page.article_id, None)
                if page.state is PageState.READ:
                    self.weighed = {key: match for key, match in self.weighed.items() if key[1] != page.article_id}
        for one in addresses:
            self._keep_address(one)

    def _keep_address(self, one: OtherAddress) -> None:
        owner = self.aliases.get(one.url_key) if one.url_key is not None else None
        if one.article_id not in self.articles or owner == one.article_id:
            return
        taken: dict[str, Any] = {} if owner is None else {"outcome": "elsewhere", "other_id": owner}
        self._keep_grouping((), (), [dataclasses.replace(one.decision, **taken)])
        if one.url_key is not None:
            self.aliases.setdefault(one.url_key, one.article_id)

    async def claim_due_pages(self, now: datetime, *, limit: int, lease_s: float) -> list[ClaimedPage]:
        self._writing(now)
        due = [
            page
            for page in self.pages.values()
            if page.state is PageState.WANTED
            and page.next_attempt_at <= now
            and self.page_leases.get(page.article_id, now) <= now
        ]
        claimed = []
        for page in sorted(due, key=lambda page: (page.next_attempt_at, page.article_id))[:limit]:
            if page.article_id not in self.articles:
                del self.pages[page.article_id]
                continue
            taken = dataclasses.replace(page, attempts=page.attempts + 1)
            self.pages[page.article_id] = taken
            self.page_leases[page.article_id] = now + timedelta(seconds=lease_s)
            article, is_told = self.articles[page.article_id], self._is_told(page.article_id)
            claimed.append(ClaimedPage(page=taken, article=article, is_told=is_told))
        return claimed

    async def free_pages(self) -> int:
        count = len(self._writing(self.page_leases))
        self.page_leases.clear()
        return count

    async def unweighed(self, versions: Mapping[str, str], *, since: datetime, limit: int) -> list[Unweighed]:
        found = []
        for page in sorted(self.pages.values(), key=lambda page: (page.read_at or page.wanted_at, page.article_id)):
            article = self.articles.get(page.article_id)
            is_read = page.state is PageState.READ and page.read_at is not None and page.read_at >= since
            if article is None or not is_read or page.body_digest != article.body_digest or self._is_told(article.id):
                continue
            matches = tuple(
                match
                for (watchlist, article_id), match in sorted(self.matches.items())
                if article_id == article.id
                and versions.get(watchlist) == match.version
                and self.weighed.get((watchlist, article_id)) is not match
            )
            if matches:
                found.append(Unweighed(article=article, text=page.text, matches=matches))
        return found[:limit]

    async def keep_weighing(self, weighing: Weighing) -> None:
        weighing = self._writing(weighing)
        article = self.articles.get(weighing.article_id)
        if article is None or article.body_digest != weighing.body_digest or self._is_told(article.id):
            return
        better = {(match.watchlist, match.version): match for match in weighing.matches}
        for watchlist, version in weighing.weighed:
            known = self.matches.get((watchlist, article.id))
            if known is not None and known.version == version:
                kept = better.get((watchlist, version), known)
                self.matches[watchlist, article.id] = self.weighed[watchlist, article.id] = kept
        self._keep_grouping((), (), weighing.decisions)
