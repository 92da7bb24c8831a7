"""Matched articles → what is published of a watchlist: the latest stories, for who follows it and is told nothing else.

The stories are made as a digest's are (`core.digests.build`), for somebody who was never told anything. Refuses: any
moment but those of what is stored, so that the same store gives the same feed, and nothing is written anew for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from monitor.core.digests import build
from monitor.model.articles import ArticleId
from monitor.model.digests import DigestStory, MatchedArticle, Recipient, Schedule, Slot
from monitor.model.publications import Publication, PublishedStory

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def publication(
    watchlist: str,
    matched: Sequence[MatchedArticle],
    *,
    title: str,
    language: str,
    revised_at: Mapping[ArticleId, datetime],
    limit: int,
) -> Publication:
    """The `limit` stories of a watchlist that were updated last.

    `matched` are its matches as nobody was told of them; `revised_at` tells when an article was last seen changed.
    """
    anybody = Recipient(
        id="",
        address="",
        watchlists=(watchlist,),
        schedule=Schedule(zone="UTC", times=(0,)),
        language=language,
        channels=(),
        max_stories=len(matched) + 1,
    )
    digest = build(
        anybody,
        Slot(key="", at=_EVER),
        matched,
        since=None,
        until=_EVER,
        titles={watchlist: title},
    )
    rows = {row.article.id: row for row in matched}
    stories = [_published(story, rows, revised_at) for story in digest.stories] if digest else []
    stories.sort(key=lambda one: (one.updated_at, one.story.story_id), reverse=True)
    return Publication(watchlist=watchlist, title=title, language=language, stories=tuple(stories[:limit]))


def window_start(now: datetime, days: int) -> datetime:
    """Since when articles are published: whole days, so that what grows old leaves once a day and not all the time."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=days)


def _published(
    story: DigestStory, rows: Mapping[ArticleId, MatchedArticle], revised_at: Mapping[ArticleId, datetime]
) -> PublishedStory:
    told = [rows[telling.article.id] for telling in story.tellings]
    regrouped = [at for row in told for one in row.lineage for at in (one.merged_at, one.parted_at) if at is not None]
    revised = [revised_at[row.article.id] for row in told if row.article.id in revised_at]
    updated_at = max([row.article.first_seen_at for row in told] + revised + regrouped)
    first_at = min(row.story.first_at if row.story is not None else row.article.at for row in told)
    return PublishedStory(story=story, published_at=min(first_at, updated_at), updated_at=updated_at)
