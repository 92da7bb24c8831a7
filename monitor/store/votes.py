"""Votes of readers: one an article, watchlist and recipient, the last one counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from monitor.model.articles import ArticleId
from monitor.model.votes import Vote, VotedArticle, VoteKind
from monitor.store.columns import keep
from monitor.store.mapping import ARTICLE_COLUMNS, to_article
from monitor.store.matches import story_ids
from monitor.store.tables import ARTICLE, PAGE, VOTE

_C = VOTE.c
_VOTE_COLUMNS = list(_C)


def keep_vote(connection: Connection, vote: Vote) -> None:
    """Keep a vote; one that is older than what stands changes nothing."""
    row = {
        "article_id": vote.article_id,
        "watchlist": vote.watchlist,
        "recipient_id": vote.recipient_id,
        "kind": vote.kind.value,
        "at": vote.at,
    }
    # What is taken back stays as a row: else an older vote that comes again would count again.
    keep(connection, VOTE, [row], newer="at")


def vote_on(connection: Connection, article_id: ArticleId, watchlist: str, recipient_id: str) -> Vote | None:
    """A reader's last word on an article for a watchlist."""
    is_it = (_C.article_id == article_id, _C.watchlist == watchlist, _C.recipient_id == recipient_id)
    row = connection.execute(select(*_VOTE_COLUMNS).where(*is_it)).first()
    return _to_vote(row) if row is not None else None


def voted_articles(connection: Connection, watchlist: str, since: datetime) -> list[VotedArticle]:
    """The votes on a watchlist that count, cast since, by time; those whose article is gone left out."""
    n = len(ARTICLE_COLUMNS)
    wanted = (
        select(*ARTICLE_COLUMNS, PAGE.c.text, *_VOTE_COLUMNS)
        .select_from(
            VOTE.join(ARTICLE, ARTICLE.c.id == _C.article_id).outerjoin(PAGE, PAGE.c.article_id == ARTICLE.c.id)
        )
        .where(_C.watchlist == watchlist, _C.at >= since, _C.kind != VoteKind.NONE.value)
        .order_by(_C.at, _C.article_id, _C.recipient_id)
    )
    rows = connection.execute(wanted).all()
    stories = story_ids(connection, list({row[0] for row in rows}))
    return [
        VotedArticle(
            vote=_to_vote(row[n + 1 :]),
            article=to_article(row[:n]),
            story_id=stories.get(row[0]),
            page_text=row[n] or "",
        )
        for row in rows
    ]


def _to_vote(row: Sequence[Any]) -> Vote:
    article_id, watchlist, recipient_id, kind, at = row
    return Vote(article_id=article_id, watchlist=watchlist, recipient_id=recipient_id, kind=VoteKind(kind), at=at)
