"""The shingle index: which articles have a sampled hash, in two tables that are asked as one.

Hashes are random, so in a large index every new row lies on another page, and a commit of some thousand articles would
write the whole index anew (measured: 10 GB of writes for the first 70,000 articles of 2,000 feeds). Rows therefore go
into a small table, which stays in memory, and from there in one go into the large one: a log-structured merge of two
levels (O'Neil et al. 1996). A transaction holds both, so that nothing is ever seen twice or missed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, text

from monitor.model.articles import ArticleId
from monitor.store.columns import among
from monitor.store.tables import FRESH_SHINGLE, SHINGLE, SKETCH, STOP_SHINGLE

FRESH_ROWS = 200_000
"""From so many rows the small table is merged into the large one: some 4 MB, and half a second of the writer's time, or
three where a million articles are stored."""

_LEFT = "rows until the fresh shingles are counted"
HASHES_A_QUESTION = 250
PAIRS_A_STATEMENT = 100

_LEVELS = (SHINGLE, FRESH_SHINGLE)
_ASK_MANY = {
    table.name: (
        f"WITH wanted (h) AS (VALUES {', '.join(['(?)'] * HASHES_A_QUESTION)})"  # noqa: S608 - no more than marks
        f" SELECT {table.name}.h, {table.name}.article_id FROM wanted"
        f" CROSS JOIN {table.name} ON {table.name}.h = wanted.h"
    )
    for table in _LEVELS
}
_ASK_FEW = " UNION ALL ".join(
    f"SELECT {table.name}.h, {table.name}.article_id FROM json_each(?1) AS wanted"  # noqa: S608 - our own names
    f" CROSS JOIN {table.name} ON {table.name}.h = wanted.value"
    for table in _LEVELS
)
"""Word by word as the driver takes it: to build and compile a statement costs more than a usual question."""
_ASK_ON_POSTGRESQL = text(
    " UNION ALL ".join(
        "SELECT found.h, found.article_id FROM unnest(CAST(:wanted AS bigint[])) AS wanted (h)"  # noqa: S608
        f" CROSS JOIN LATERAL (SELECT h, article_id FROM {table.name} WHERE h = wanted.h OFFSET 0) AS found"
        for table in _LEVELS
    )
)
"""One look-up by the key for each hash, whatever the planner thinks of the tables: what it knows of the small one is
never of today, and it would read it whole."""
_MERGE = (
    "INSERT INTO shingle (h, article_id) SELECT h, article_id FROM fresh_shingle ORDER BY h, article_id"
    " ON CONFLICT DO NOTHING"
)
_MERGE_ON_SQLITE = (
    "INSERT OR IGNORE INTO shingle (h, article_id) SELECT h, article_id FROM fresh_shingle ORDER BY h, article_id"
)
"""Not ON CONFLICT: such a statement could fail halfway for another reason, so SQLite keeps every page that it changes
in memory until it ends (400 MB for a million articles)."""
_ASK_PACKED = f"SELECT article_id, hashes FROM {SKETCH.name} WHERE article_id IN (SELECT value FROM json_each(?))"  # noqa: S608
_ALL_STOPS = f"SELECT h FROM {STOP_SHINGLE.name} LIMIT ?"  # noqa: S608
_ASK_STOPS = f"SELECT h FROM {STOP_SHINGLE.name} WHERE h IN (SELECT value FROM json_each(?))"  # noqa: S608
_INSERT_ONE = "INSERT INTO fresh_shingle (h, article_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
_INSERT_MANY = _INSERT_ONE.replace("(?, ?)", ", ".join(["(?, ?)"] * PAIRS_A_STATEMENT))


def rows(connection: Connection, wanted: Sequence[int]) -> Iterator[tuple[int, ArticleId]]:
    """(hash, article) for some hashes, each pair once."""
    if not wanted:
        return
    if connection.dialect.name != "sqlite":
        yield from connection.execute(_ASK_ON_POSTGRESQL, {"wanted": list(wanted)}).all()
        return
    # Tens of thousands a batch: SQLite takes twice as long to read them from a JSON text as to look them up.
    whole = len(wanted) // HASHES_A_QUESTION * HASHES_A_QUESTION
    for start in range(0, whole, HASHES_A_QUESTION):
        asked = tuple(wanted[start : start + HASHES_A_QUESTION])
        for table in _LEVELS:
            yield from connection.exec_driver_sql(_ASK_MANY[table.name], asked).all()
    if whole < len(wanted):
        yield from connection.exec_driver_sql(_ASK_FEW, (json.dumps(wanted[whole:]),)).all()


def packed_of(connection: Connection, ids: Collection[ArticleId]) -> list[tuple[ArticleId, bytes]]:
    """(article, its packed hashes) of those of some articles that were sketched before."""
    if connection.dialect.name == "sqlite":
        found: Any = connection.exec_driver_sql(_ASK_PACKED, (json.dumps(list(ids)),))
    else:
        c = SKETCH.c
        found = connection.execute(select(c.article_id, c.hashes).where(among(connection, c.article_id, ids)))
    return [(article_id, packed) for article_id, packed in found]


def stops_among(connection: Connection, hashes: Collection[int]) -> set[int]:
    """Those of the hashes that are known to be too common."""
    c = STOP_SHINGLE.c
    if connection.dialect.name != "sqlite":
        found = select(c.h).where(among(connection, c.h, set(hashes)))
        return set(connection.execute(found).scalars())
    known = {h for (h,) in connection.exec_driver_sql(_ALL_STOPS, (len(hashes) + 1,)).all()}
    if len(known) <= len(hashes):
        # Fewer than were asked for: to read them costs less than to ask.
        return known.intersection(hashes)
    return {h for (h,) in connection.exec_driver_sql(_ASK_STOPS, (json.dumps(list(hashes)),)).all()}


def insert(connection: Connection, pairs: Sequence[tuple[int, ArticleId]]) -> None:
    """Put (hash, article) pairs into the index; those in it already may not be among them."""
    if not pairs:
        return
    # In the order of the key, so that neighbours in the tree are written together.
    ordered = sorted(pairs)
    # The bulk of all rows by number: on PostgreSQL two arrays are a third of the work of row after row, on SQLite many
    # rows a statement save a quarter of it.
    if connection.dialect.name == "sqlite":
        whole = len(ordered) // PAIRS_A_STATEMENT * PAIRS_A_STATEMENT
        if whole:
            numbers = list(chain.from_iterable(ordered[:whole]))
            width = 2 * PAIRS_A_STATEMENT
            many = [tuple(numbers[start : start + width]) for start in range(0, len(numbers), width)]
            connection.exec_driver_sql(_INSERT_MANY, many)
        if whole < len(ordered):
            connection.exec_driver_sql(_INSERT_ONE, ordered[whole:])
    else:
        connection.execute(
            text(
                "INSERT INTO fresh_shingle (h, article_id)"
                " SELECT * FROM unnest(CAST(:hashes AS bigint[]), CAST(:ids AS bigint[])) ON CONFLICT DO NOTHING"
            ),
            {"hashes": [pair[0] for pair in ordered], "ids": [pair[1] for pair in ordered]},
        )
    _merge_when_full(connection, len(ordered))


def _merge_when_full(connection: Connection, added: int) -> None:
    """Merge from `FRESH_ROWS` on; the rows are counted when there may be so many, not with every batch.

    To count walks the whole table. How many may still come is remembered with the connection: the one writer of this
    process has only one, and a new one counts first. What a rollback took back is counted as there, which only brings
    the next count sooner; what other processes add is seen after a tenth of the rows at the latest.
    """
    left: int = connection.info.get(_LEFT, 0) - added
    if left <= 0:
        there: int = connection.execute(select(func.count()).select_from(FRESH_SHINGLE)).scalar_one()
        if there >= FRESH_ROWS:
            merge(connection)
            there = 0
        left = min(FRESH_ROWS - there, max(FRESH_ROWS // 10, 1))
    connection.info[_LEFT] = left


def merge(connection: Connection) -> None:
    """Move the small table's rows into the large one."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql(_MERGE_ON_SQLITE if is_sqlite else _MERGE)
    connection.execute(delete(FRESH_SHINGLE))


def drop(connection: Connection, pairs: Sequence[tuple[int, ArticleId]]) -> None:
    """Take (hash, article) pairs out of the index, each by its key."""
    if not pairs:
        return
    gone = [{"of_h": value, "of_article": article_id} for value, article_id in sorted(pairs)]
    for table in _LEVELS:
        c = table.c
        connection.execute(delete(table).where(c.h == bindparam("of_h"), c.article_id == bindparam("of_article")), gone)


def drop_hashes(connection: Connection, hashes: Collection[int]) -> None:
    """Take hashes out of the index, whichever articles have them."""
    for table in _LEVELS:
        connection.execute(delete(table).where(among(connection, table.c.h, hashes)))
