"""Why an article is in a digest, or is not: all that was decided of it, and its score as of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.app.stories import find_article
from monitor.config import Configuration
from monitor.core.scoring import compile_watchlists
from monitor.core.sites import Sites
from monitor.core.substance import changes_that_matter
from monitor.errors import StoreError
from monitor.model.articles import Article, Change, Decision, Revision, Verdict, VerdictKind
from monitor.model.stories import Story
from monitor.model.watchlists import Score
from monitor.store import open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """What is known of one article. `scores` are those of the present watchlists; `original` is what it copies.

    `changes` say what of each state matters to who was told the one before, in the order of `revisions`.
    `told` lists who had it: (recipient, watchlist, when).
    """

    article: Article
    verdict: Verdict
    original: Article | None
    decisions: Sequence[Decision]
    revisions: Sequence[Revision]
    changes: Sequence[tuple[Change, ...]]
    story: Story | None
    scores: Sequence[Score]
    told: Sequence[tuple[str, str, datetime]]
    is_backlog: bool
    """Older when first seen than what is told (`digests.max_age_hours`)."""


async def read_reasons(configuration: Configuration, name: str, watchlist: str | None = None) -> Reasons:
    """Everything about the article that an id or an address names, for one watchlist or all.

    Raises `StoreError` for an article that is not stored and for a watchlist that is not there.
    """
    wanted = [one for one in configuration.watchlists if watchlist in (None, one.name)]
    if not wanted:
        names = ", ".join(one.name for one in configuration.watchlists)
        raise StoreError(f"There is no watchlist {watchlist}; there are: {names}.")
    async with open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True) as store:
        article_id = await find_article(store, name, Sites(configuration.urls))
        article, verdict = await store.judged_article(article_id)
        if article is None or verdict is None:
            raise StoreError(f"There is no article {name}.")
        is_copied = verdict.kind is not VerdictKind.NEW and verdict.of is not None
        original = await store.article(verdict.of) if is_copied and verdict.of is not None else None
        story_id = (await store.story_ids([article.id])).get(article.id)
        max_age = timedelta(hours=configuration.settings.digests.max_age_hours)
        revisions = await store.revisions(article.id)
        return Reasons(
            article=article,
            verdict=verdict,
            original=original,
            decisions=await store.decisions(article.id),
            revisions=revisions,
            changes=[(), *(changes_that_matter(old, new) for old, new in pairwise(revisions))] if revisions else [],
            story=None if story_id is None else await store.story(story_id),
            scores=compile_watchlists(wanted).score(article),
            told=await store.tellings(article.id),
            is_backlog=article.is_dated and article.first_seen_at - article.at > max_age,
        )
