"""Column types, and the two spellings of SQL that SQLite and PostgreSQL do not share.

Lists of keys travel as one parameter (a JSON text on SQLite, an array on PostgreSQL): no limit on variables is
ever met, and the statement stays the same text whatever the number of keys, so both drivers keep it prepared.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Table,
    Text,
    TypeDecorator,
    any_,
    cast,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

from monitor.store.text import plain


class PlainText(TypeDecorator[str]):
    """Text of any length; what no database can hold is replaced on the way in (see `monitor.store.text`)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean a value."""
        return None if value is None else plain(value)


# SQLite keeps a table by its INTEGER primary key, and only by a column of exactly this type name; its INTEGER has
# 64 bits all the same.
BigId = BigInteger().with_variant(Integer(), "sqlite")


def among(connection: Connection, column: ColumnElement[Any], keys: Collection[int] | Collection[str]) -> Any:
    """The condition that `column` is one of `keys`: one bound parameter, however many keys."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(json.dumps(list(keys))).table_valued("value")
        return column.in_(select(listed.c.value))
    kind = Text() if isinstance(column.type, Text | PlainText) else BigInteger()
    return column == any_(cast(list(keys), ARRAY(kind)))


@dataclass(frozen=True, slots=True)
class _Rule:
    """What an insert does where its primary key stands already; `guard` (column, "<=" or "=") keeps a row from it."""

    replaced: tuple[str, ...]
    guard: tuple[str, str] | None = None


@cache
def _upsert(dialect: str, table: Table, rule: _Rule) -> Any:
    statement: Any = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    keys = [column.name for column in table.primary_key]
    if not rule.replaced:
        return statement.on_conflict_do_nothing(index_elements=keys)
    given, where = statement.excluded, None
    if rule.guard is not None:
        name, relation = rule.guard
        where = table.c[name] <= given[name] if relation == "<=" else table.c[name] == given[name]
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: given[name] for name in rule.replaced}, where=where
    )


def keep(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    replacing: Iterable[str] | None = None,
    newer: str | None = None,
    same: str | None = None,
) -> None:
    """Insert rows by one prepared statement; where the primary key stands already, replace the columns `replacing`.

    None replaces every other column, () leaves the standing row alone. With `newer` a row is only replaced by one
    that is not older by that column, with `same` only by one that is equal in it. All rows name the same columns.
    """
    if not rows:
        return
    if replacing is None:
        keys = {column.name for column in table.primary_key}
        replacing = (name for name in rows[0] if name not in keys)
    guard = (newer, "<=") if newer else (same, "=") if same else None
    connection.execute(_upsert(connection.dialect.name, table, _Rule(tuple(replacing), guard)), rows)


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert one row; False, changing nothing, when its primary key stands already."""
    statement = _upsert(connection.dialect.name, table, _Rule(())).returning(*table.primary_key)
    return connection.execute(statement, row).first() is not None
