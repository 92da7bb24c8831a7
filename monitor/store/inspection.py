"""Questions that a person asks of a store, through the command line."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from monitor.model.articles import Article, ArticleId, Decision, Revision
from monitor.model.pages import Page
from monitor.store.mapping import ARTICLE_COLUMNS, PAGE_COLUMNS, to_article, to_decision, to_page, to_revision
from monitor.store.tables import ARTICLE, ARTICLE_ALIAS, DECISION, PAGE, REVISION, Row


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


def find_article(connection: Connection, url_key: int) -> Article | None:
    """The article that a URL key leads to."""
    wanted = select(*ARTICLE_COLUMNS).join(ARTICLE_ALIAS, ARTICLE_ALIAS.c.article_id == ARTICLE.c.id)
    row = connection.execute(wanted.where(ARTICLE_ALIAS.c.url_key == url_key)).first()
    return to_article(row) if row else None


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


def feed_pages(connection: Connection, feed_id: str, limit: int) -> list[Page]:
    """The pages of a feed's articles that were wanted last, the newest first."""
    c = PAGE.c
    wanted = select(*PAGE_COLUMNS).where(c.feed_id == feed_id).order_by(c.wanted_at.desc(), c.article_id).limit(limit)
    return [to_page(row) for row in connection.execute(wanted)]
