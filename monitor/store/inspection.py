"""Questions that a person asks of a store, through the command line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, literal, or_, select

from monitor.model.articles import Article, ArticleId, Decision, Revision, Verdict
from monitor.model.pages import Page
from monitor.model.stories import Story, StoryId
from monitor.store.columns import among
from monitor.store.mapping import (
    ARTICLE_COLUMNS,
    PAGE_COLUMNS,
    STORY_COLUMNS,
    VERDICT_COLUMNS,
    to_article,
    to_decision,
    to_page,
    to_revision,
    to_story,
    to_verdict,
)
from monitor.store.matches import roots_of
from monitor.store.tables import ARTICLE, ARTICLE_ALIAS, DECISION, JOINING, PAGE, REVISION, STORY, TOLD, Row


def counts(connection: Connection) -> dict[str, int]:
    """Rows per table."""
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in sorted(Row.metadata.tables.items())
    }


def article(connection: Connection, article_id: ArticleId) -> Article | None:
    """A stored article, as it stands now."""
    row = connection.execute(select(*ARTICLE_COLUMNS).where(ARTICLE.c.id == article_id)).first()
    return to_article(row) if row else None


def judged_article(connection: Connection, article_id: ArticleId) -> tuple[Article | None, Verdict | None]:
    """A stored article with its verdict."""
    wanted = select(*ARTICLE_COLUMNS, *VERDICT_COLUMNS).where(ARTICLE.c.id == article_id)
    row = connection.execute(wanted).first()
    n = len(ARTICLE_COLUMNS)
    return (to_article(row[:n]), to_verdict(row[0], row[n:])) if row else (None, None)


def tellings(connection: Connection, article_id: ArticleId) -> list[tuple[str, str, datetime]]:
    """Who had an article: (recipient, watchlist, when), oldest first."""
    c = TOLD.c
    rows = connection.execute(select(c.recipient_id, c.watchlist, c.at).where(c.article_id == article_id))
    return sorted(((row.recipient_id, row.watchlist, row.at) for row in rows), key=lambda one: (one[2], one[0], one[1]))


def find_article(connection: Connection, url_key: int) -> Article | None:
    """The article that a URL key leads to."""
    wanted = select(*ARTICLE_COLUMNS).join(ARTICLE_ALIAS, ARTICLE_ALIAS.c.article_id == ARTICLE.c.id)
    row = connection.execute(wanted.where(ARTICLE_ALIAS.c.url_key == url_key)).first()
    return to_article(row) if row else None


def host_feeds(connection: Connection, host: str) -> dict[str, datetime]:
    """Feed id → when an article of a host was last first seen in it; reads the whole table."""
    c = ARTICLE.c
    wanted = select(c.feed_id, func.max(c.first_seen_at)).where(c.host == host).group_by(c.feed_id)
    return {row[0]: row[1] for row in connection.execute(wanted)}


def latest_articles(connection: Connection, since: datetime, limit: int) -> list[Article]:
    """Articles first seen since, the newest first, without their texts."""
    bare = [literal("").label(c.name) if c.name in {"summary", "text"} else c for c in ARTICLE_COLUMNS]
    wanted = select(*bare).where(ARTICLE.c.first_seen_at >= since).order_by(ARTICLE.c.first_seen_at.desc()).limit(limit)
    return [to_article(row) for row in connection.execute(wanted)]


def decisions(connection: Connection, article_id: ArticleId) -> list[Decision]:
    """What was decided of an article and why, in the order of deciding."""
    c = DECISION.c
    rows = connection.execute(select(DECISION).where(c.article_id == article_id).order_by(c.at, c.n, c.content_key))
    return [to_decision(row) for row in rows]


def revisions(connection: Connection, article_id: ArticleId) -> list[Revision]:
    """An article's states, the first one first; empty for one that never changed."""
    c = REVISION.c
    rows = connection.execute(select(REVISION).where(c.article_id == article_id).order_by(c.n))
    return [to_revision(row) for row in rows]


def story(connection: Connection, story_id: StoryId) -> Story | None:
    """A story; of one that went into another, that one."""
    _, roots = roots_of(connection, {story_id})
    return roots.get(story_id)


def story_articles(connection: Connection, story_id: StoryId) -> list[tuple[Article, Verdict, str]]:
    """The articles of a story and of those that went into it, by time, with their verdicts and why they are there."""
    ids, fresh = {story_id}, {story_id}
    while fresh:
        wanted = select(STORY.c.id).where(among(connection, STORY.c.merged_into, fresh))
        fresh = set(connection.execute(wanted).scalars()) - ids
        ids |= fresh
    n = len(ARTICLE_COLUMNS)
    wanted = (
        select(*ARTICLE_COLUMNS, *VERDICT_COLUMNS, JOINING.c.reason)
        .select_from(JOINING.join(ARTICLE, ARTICLE.c.id == JOINING.c.article_id))
        .where(among(connection, JOINING.c.story_id, ids))
    )
    found = [(to_article(row[:n]), to_verdict(row[0], row[n:-1]), row[-1]) for row in connection.execute(wanted)]
    return sorted(found, key=lambda one: (one[0].at, one[0].id))


def tied(connection: Connection, of: StoryId) -> list[Story]:
    """A story and all that are tied to it by redirects, events or storylines, through others too, oldest first."""
    c = STORY.c
    found: dict[StoryId, Story] = {}
    asked: set[StoryId] = set()
    missing = {of}
    while missing:
        asked |= missing
        either = or_(
            *(among(connection, column, missing) for column in (c.id, c.merged_into, c.event_id, c.storyline_id))
        )
        fresh = [to_story(row) for row in connection.execute(select(*STORY_COLUMNS).where(either))]
        found |= {story.id: story for story in fresh}
        marks = {of for story in fresh for of in (story.id, story.merged_into, story.event_id, story.storyline_id)}
        missing = {of for of in marks if of is not None} - asked
    return sorted(found.values(), key=lambda story: (story.first_at, story.id))


def feed_pages(connection: Connection, feed_id: str, limit: int) -> list[Page]:
    """The pages of a feed's articles that were wanted last, the newest first."""
    c = PAGE.c
    wanted = select(*PAGE_COLUMNS).where(c.feed_id == feed_id).order_by(c.wanted_at.desc(), c.article_id).limit(limit)
    return [to_page(row) for row in connection.execute(wanted)]
