"""Stores of made news, filled in bulk: articles, addresses, sketches, and the index as the daemon would leave it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import Connection, make_url

from benchmarks.copies_made import BLOCK, NewsMaker
from monitor.core.likeness import LINES
from monitor.store import open_store
from monitor.store.columns import keep
from monitor.store.mapping import from_article, from_sketch
from monitor.store.tables import ARTICLE, ARTICLE_ALIAS, SHINGLE, SKETCH, STOP_SHINGLE

PORTION = 100_000
"""So many articles' index rows go into the table at once, sorted: as they do when the small table is merged."""
ROWS_A_STATEMENT = 50_000

_Numbers = np.typing.NDArray[np.int64]


def fill(url: str, maker: NewsMaker, stored: int) -> int:
    """Put `stored` articles and their index into an empty store; how many rows the index got."""
    open_store(url).close_now()
    if (there := _index_rows(url)) is not None:
        return there
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg") if url.startswith("postgres") else url)
    hashes: list[_Numbers] = []
    holders: list[_Numbers] = []
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for pragma in ("journal_mode=DELETE", "journal_mode=OFF", "synchronous=OFF", "cache_size=-1048576"):
                connection.exec_driver_sql(f"PRAGMA {pragma}").close()
        for number in range((stored + BLOCK - 1) // BLOCK):
            made = maker.sketched_block(number, min(BLOCK, stored - number * BLOCK))
            _bulk(connection, ARTICLE, [from_article(article, None) for article, _ in made])
            _bulk(connection, ARTICLE_ALIAS, [{"url_key": one.url_key, "article_id": one.id} for one, _ in made])
            _bulk(connection, SKETCH, [from_sketch(one.id, drawn, one.first_seen_at) for one, drawn in made])
            hashes.append(np.array([value for _, drawn in made for value in drawn.hashes], np.int64))
            holders.append(np.repeat(np.array([one.id for one, _ in made]), [len(drawn.hashes) for _, drawn in made]))
        rows = _fill_index(connection, np.concatenate(hashes), np.concatenate(holders), stored)
    _settle(url)
    engine.dispose()
    return rows


def _index_rows(url: str) -> int | None:
    """The rows of a store's index; None of an empty store."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg") if url.startswith("postgres") else url)
    try:
        with engine.connect() as connection:
            if connection.execute(select(ARTICLE.c.id).limit(1)).first() is None:
                return None
            rows: int = connection.execute(select(func.count()).select_from(SHINGLE)).scalar_one()
            return rows
    finally:
        engine.dispose()


def _fill_index(connection: Connection, hashes: _Numbers, holders: _Numbers, stored: int) -> int:
    """The index as the daemon would have left it: what stands in too many articles is out of it."""
    distinct, counts = np.unique(hashes, return_counts=True)
    stops = distinct[counts > LINES.stop_count]
    _bulk(connection, STOP_SHINGLE, [{"h": value} for value in stops.tolist()])
    kept = ~np.isin(hashes, stops)
    hashes, holders = hashes[kept], holders[kept]
    width = max(len(hashes) * PORTION // stored, 1)
    for start in range(0, len(hashes), width):
        some, their = hashes[start : start + width], holders[start : start + width]
        order = np.lexsort((their, some))
        for at in range(0, len(order), ROWS_A_STATEMENT):
            chosen = order[at : at + ROWS_A_STATEMENT]
            _pairs(connection, some[chosen].tolist(), their[chosen].tolist())
    return len(hashes)


def _pairs(connection: Connection, hashes: list[int], holders: list[int]) -> None:
    pairs = list(zip(hashes, holders, strict=True))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO shingle (h, article_id) VALUES (?, ?)", pairs)
    else:
        _copy_in(connection, SHINGLE.name, ("h", "article_id"), pairs)


def _bulk(connection: Connection, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        keep(connection, table, rows, replacing=())
    else:
        _copy_in(connection, table.name, tuple(rows[0]), [tuple(row.values()) for row in rows])


def _copy_in(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = connection.connection.dbapi_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copying:
        for row in rows:
            copying.write_row(row)


def _settle(url: str) -> None:
    """What the database does after a bulk load and would have done by itself in the days of a real one."""
    if url.startswith("postgres"):
        made = make_url(url).set(drivername="postgresql+psycopg")
        with create_engine(made, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
    else:
        with create_engine(url).connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
