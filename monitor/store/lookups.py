"""What collecting asks: what is known of entries, addresses, titles and wordings."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from monitor.model.articles import Article, ArticleId, Candidate, LedgerRow, Sketch
from monitor.model.commits import Identities
from monitor.store import shingles
from monitor.store.columns import among
from monitor.store.mapping import ARTICLE_COLUMNS, to_article, to_ledger_row
from monitor.store.sieve import Sieve
from monitor.store.tables import ARTICLE, ARTICLE_ALIAS, ARTIFACT, LEDGER

_LEDGER = ", ".join(f"ledger.{column.name}" for column in LEDGER.c)
_LEDGER_ON_SQLITE = text(
    f"SELECT {_LEDGER} FROM json_each(:keys) AS asked CROSS JOIN ledger"  # noqa: S608 - names of our own columns
    " ON ledger.feed_id = json_extract(asked.value, '$[0]') AND ledger.entry_key = json_extract(asked.value, '$[1]')"
).columns(*LEDGER.c)
_LEDGER_ON_POSTGRESQL = text(
    f"SELECT {_LEDGER} FROM unnest(CAST(:feeds AS text[]), CAST(:keys AS bigint[]))"  # noqa: S608
    " AS asked (feed_id, entry_key) JOIN ledger USING (feed_id, entry_key)"
).columns(*LEDGER.c)


def ledger_rows(connection: Connection, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], LedgerRow]:
    """The rows of (feed id, entry key) pairs, in one query for all of them."""
    found = connection.execute(*_pairs_asked(connection, keys))
    return {(row.feed_id, row.entry_key): to_ledger_row(row) for row in found}


def _pairs_asked(connection: Connection, keys: Sequence[tuple[str, int]]) -> tuple[Any, dict[str, Any]]:
    """The query and its parameters: the pairs lead, each looked up by the ledger's key."""
    if connection.dialect.name == "sqlite":
        return _LEDGER_ON_SQLITE, {"keys": json.dumps(keys)}
    return _LEDGER_ON_POSTGRESQL, {"feeds": [feed_id for feed_id, _ in keys], "keys": [key for _, key in keys]}


def identities(
    connection: Connection, url_keys: Collection[int], title_keys: Collection[int], since: datetime
) -> Identities:
    """The articles behind URL keys of any age, and behind title keys seen since, oldest first."""
    a, c = ARTICLE_ALIAS.c, ARTICLE.c
    aliases = {}
    by_title: dict[int, list[Article]] = defaultdict(list)
    if url_keys:
        found = connection.execute(select(a.url_key, a.article_id).where(among(connection, a.url_key, url_keys)))
        aliases = {row.url_key: row.article_id for row in found}
    articles = load_articles(connection, set(aliases.values()))
    if title_keys:
        wanted = select(*ARTICLE_COLUMNS).where(among(connection, c.title_key, title_keys), c.first_seen_at >= since)
        for row in connection.execute(wanted.order_by(c.first_seen_at, c.id)):
            by_title[row.title_key].append(to_article(row))
    return Identities(
        by_url={key: articles[of] for key, of in aliases.items() if of in articles},
        by_title={key: tuple(found) for key, found in by_title.items()},
        forgotten={key: of for key, of in aliases.items() if of not in articles},
    )


def load_articles(connection: Connection, ids: Collection[ArticleId]) -> dict[ArticleId, Article]:
    """Stored articles by id."""
    if not ids:
        return {}
    rows = connection.execute(select(*ARTICLE_COLUMNS).where(among(connection, ARTICLE.c.id, ids)))
    return {row.id: to_article(row) for row in rows}


def candidates(
    connection: Connection,
    sketches: Sequence[Sketch],
    *,
    since: datetime,
    min_shared: int,
    limit: int,
    stop_count: int,
    sieve: Sieve | None = None,
) -> tuple[list[list[Candidate]], frozenset[int]]:
    """For each sketch the articles that share the most of its hashes, and the hashes too common to tell anything.

    Moduli are nested (each hash of a coarser sketch would be in a finer one of the same text), so plain intersection
    compares sketches of different ones. The whole batch costs a handful of statements. No list of articles behind a
    hash is much longer than `stop_count`: the batch that finds it longer takes the hash out of the index.
    """
    if sieve is None:
        wanted = sorted(set().union(*(sketch.hashes for sketch in sketches)))
    else:
        sieve.fill(connection)
        wanted = sieve.passed([value for sketch in sketches for value in sketch.hashes])
    holders: dict[int, list[ArticleId]] = {}
    for value, article_id in shingles.rows(connection, wanted):
        holders.setdefault(value, []).append(article_id)
    common = frozenset(value for value, found in holders.items() if len(found) > stop_count)
    for value in common:
        del holders[value]
    shared = [_shared(sketch, holders, min_shared) for sketch in sketches]
    near = {of for counts in shared for of in counts}
    # A few are loaded at once; of many only the best, which takes another question.
    loaded = _with_originals(connection, near) if len(near) <= limit else {}
    seen = _first_seen(connection, near - loaded.keys(), since)
    seen |= {of: found.first_seen_at for of, (found, _) in loaded.items() if found.first_seen_at >= since}
    best = [
        sorted((of for of in counts if of in seen), key=lambda of: (-counts[of], seen[of], of))[:limit]
        for counts in shared
    ]
    loaded = loaded or _with_originals(connection, {of for ids in best for of in ids})
    found = [
        [Candidate(article=loaded[of][0], shared=counts[of], verdict_of=loaded[of][1]) for of in ids]
        for ids, counts in zip(best, shared, strict=True)
    ]
    return found, common


def _shared(sketch: Sketch, holders: Mapping[int, Sequence[ArticleId]], min_shared: int) -> dict[ArticleId, int]:
    """How many of a sketch's hashes each article has, where enough."""
    counts: dict[ArticleId, int] = {}
    for value in holders.keys() & sketch.hashes:
        for of in holders[value]:
            counts[of] = counts.get(of, 0) + 1
    return {of: count for of, count in counts.items() if count >= min_shared}


def _first_seen(connection: Connection, ids: Iterable[ArticleId], since: datetime) -> dict[ArticleId, datetime]:
    c, asked = ARTICLE.c, list(ids)
    if not asked:
        return {}
    wanted = select(c.id, c.first_seen_at).where(among(connection, c.id, asked), c.first_seen_at >= since)
    return {row.id: row.first_seen_at for row in connection.execute(wanted)}


def _with_originals(
    connection: Connection, ids: Collection[ArticleId]
) -> dict[ArticleId, tuple[Article, ArticleId | None]]:
    wanted = select(*ARTICLE_COLUMNS, ARTICLE.c.verdict_of).where(among(connection, ARTICLE.c.id, ids))
    rows: Any = connection.execute(wanted) if ids else ()
    return {row.id: (to_article(row), row.verdict_of) for row in rows}


def artifact(connection: Connection, name: str) -> bytes | None:
    """A named byte string."""
    found: bytes | None = connection.execute(select(ARTIFACT.c.content).where(ARTIFACT.c.name == name)).scalar()
    return found
