"""Pages of matched articles: what is wanted, what is due, what was read and what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, or_, select, update

from monitor.model.articles import ArticleId
from monitor.model.pages import ClaimedPage, OtherAddress, Page, PageState, PageWish, Unweighed, Weighing
from monitor.model.watchlists import Match
from monitor.store.columns import among, keep
from monitor.store.intakes import keep_grouping
from monitor.store.mapping import (
    ARTICLE_COLUMNS,
    MATCH_COLUMNS,
    PAGE_COLUMNS,
    from_match,
    from_page,
    to_article,
    to_match,
    to_page,
)
from monitor.store.tables import ARTICLE, ARTICLE_ALIAS, MATCH, PAGE, TOLD

_A, _M, _P = ARTICLE.c, MATCH.c, PAGE.c
_ARTICLES = len(ARTICLE_COLUMNS)


def wished_pages(connection: Connection, feed_ids: Sequence[str], since: datetime, limit: int) -> list[PageWish]:
    """Untold articles, matched since, whose page is unknown or that changed after it was; the oldest match first."""
    wanted = (
        select(*ARTICLE_COLUMNS, *PAGE_COLUMNS)
        .select_from(MATCH.join(ARTICLE, _A.id == _M.article_id).outerjoin(PAGE, _P.article_id == _A.id))
        .where(
            _M.matched_at >= since,
            _A.first_seen_at >= since,
            among(connection, _A.feed_id, list(feed_ids)),
            or_(_P.article_id.is_(None), _P.body_digest != _A.body_digest),
            ~_is_told(),
        )
        .order_by(_M.matched_at, _A.id)
        .limit(limit)
    )
    found = {}
    for row in connection.execute(wanted):
        page = to_page(row[_ARTICLES:]) if row[_ARTICLES] is not None else None
        found[row[0]] = PageWish(article=to_article(row[:_ARTICLES]), page=page)
    return list(found.values())


def keep_pages(connection: Connection, found: Sequence[Page], addresses: Sequence[OtherAddress] = ()) -> None:
    """Keep pages whose articles are there, and their further addresses. A text just read has yet to be weighed."""
    ids = [page.article_id for page in found]
    stored = set(connection.execute(select(_A.id).where(among(connection, _A.id, ids))).scalars())
    pages = [page for page in found if page.article_id in stored]
    keep(connection, PAGE, [{**from_page(page), "lease_until": None} for page in pages])
    read = [page.article_id for page in pages if page.state is PageState.READ]
    if read:
        connection.execute(update(MATCH).where(among(connection, _M.article_id, read)).values(is_weighed=False))
    _keep_addresses(connection, [one for one in addresses if one.article_id in stored])


def _keep_addresses(connection: Connection, addresses: Sequence[OtherAddress]) -> None:
    keys = [one.url_key for one in addresses if one.url_key is not None]
    wanted = select(ARTICLE_ALIAS).where(among(connection, ARTICLE_ALIAS.c.url_key, keys))
    owners = {row.url_key: row.article_id for row in connection.execute(wanted)} if keys else {}
    decisions = []
    for one in addresses:
        owner = owners.get(one.url_key) if one.url_key is not None else None
        if owner is None:
            decisions.append(one.decision)
        elif owner != one.article_id:
            decisions.append(replace(one.decision, outcome="elsewhere", other_id=owner))
    rows = [{"url_key": one.url_key, "article_id": one.article_id} for one in addresses if one.url_key is not None]
    keep(connection, ARTICLE_ALIAS, rows, replacing=())
    keep_grouping(connection, (), (), decisions)


def claim_due_pages(connection: Connection, now: datetime, limit: int, lease_s: float) -> list[ClaimedPage]:
    """Lease up to `limit` due pages, oldest due first; pages of articles that are gone go as well."""
    due = (
        select(_P.article_id)
        .where(
            _P.state == PageState.WANTED.value,
            _P.next_attempt_at <= now,
            or_(_P.lease_until.is_(None), _P.lease_until <= now),
        )
        .order_by(_P.next_attempt_at, _P.article_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = connection.execute(
        update(PAGE)
        .where(_P.article_id.in_(due))
        .values(lease_until=now + timedelta(seconds=lease_s), attempts=_P.attempts + 1)
        .returning(*PAGE_COLUMNS)
    )
    pages = sorted(map(to_page, claimed), key=lambda page: (page.next_attempt_at, page.article_id))
    ids = [page.article_id for page in pages]
    if not ids:
        return []
    wanted = select(*ARTICLE_COLUMNS, _is_told()).where(among(connection, _A.id, ids))
    articles = {row[0]: (to_article(row[:_ARTICLES]), bool(row[-1])) for row in connection.execute(wanted)}
    if gone := [article_id for article_id in ids if article_id not in articles]:
        connection.execute(delete(PAGE).where(among(connection, _P.article_id, gone)))
    return [
        ClaimedPage(page=page, article=articles[page.article_id][0], is_told=articles[page.article_id][1])
        for page in pages
        if page.article_id in articles
    ]


def free_pages(connection: Connection) -> int:
    """End all leases; how many there were. What is leased is wanted, so an index finds it."""
    leased = update(PAGE).where(_P.state == PageState.WANTED.value, _P.lease_until.is_not(None))
    return connection.execute(leased.values(lease_until=None)).rowcount


def unweighed(connection: Connection, versions: Mapping[str, str], since: datetime, limit: int) -> list[Unweighed]:
    """Articles with a page read since in the state they are in, and their matches that do not consider it."""
    wanted = (
        select(*ARTICLE_COLUMNS, _P.text.label("page_text"), *MATCH_COLUMNS)
        .select_from(PAGE.join(ARTICLE, _A.id == _P.article_id).join(MATCH, _M.article_id == _A.id))
        .where(
            _P.read_at >= since,
            _P.state == PageState.READ.value,
            _P.body_digest == _A.body_digest,
            _M.is_weighed.is_(False),
            among(connection, _M.watchlist, list(versions)),
            ~_is_told(),
        )
        .order_by(_P.read_at, _A.id)
        .limit(limit)
    )
    found: dict[ArticleId, Unweighed] = {}
    for row in connection.execute(wanted):
        match: Match = to_match(row[_ARTICLES + 1 :])
        if versions.get(match.watchlist) != match.version:
            continue
        known = found.get(row[0])
        before = known.matches if known else ()
        article = known.article if known else to_article(row[:_ARTICLES])
        found[row[0]] = Unweighed(article=article, text=row[_ARTICLES], matches=(*before, match))
    return list(found.values())


def keep_weighing(connection: Connection, weighing: Weighing) -> None:
    """Put the better scores in place and mark the matches as weighed.

    Nothing is kept of an article that was told meanwhile (what a reader had must not change behind it) or has other
    text now, nor of a match that was written by another version of its watchlist.
    """
    still = select(_A.id).where(_A.id == weighing.article_id, _A.body_digest == weighing.body_digest, ~_is_told())
    if connection.execute(still).first() is None:
        return
    better = {(match.watchlist, match.version): match for match in weighing.matches}
    for watchlist, version in weighing.weighed:
        match = better.get((watchlist, version))
        values: dict[str, Any] = from_match(match) if match is not None else {}
        same = (_M.watchlist == watchlist, _M.article_id == weighing.article_id, _M.version == version)
        connection.execute(update(MATCH).where(*same).values(**{**values, "is_weighed": True}))
    keep_grouping(connection, (), (), weighing.decisions)


def _is_told() -> Any:
    return exists().where(TOLD.c.article_id == _A.id)
