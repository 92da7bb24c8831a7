"""Column types, and the two spellings of SQL that SQLite and PostgreSQL do not share.

Lists of keys travel as one parameter (a JSON text on SQLite, an array on PostgreSQL): no limit on variables is
ever met, and the statement stays the same text whatever the number of keys, so both drivers keep it prepared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import StatementError
from sqlalchemy.types import TypeEngine

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


def among_bound(dialect: str, column: ColumnElement[Any], name: str) -> Any:
    """The condition of `among` for a statement that is made once; its keys are bound by `bindable` under `name`."""
    if dialect == "sqlite":
        listed = func.json_each(bindparam(name, type_=Text())).table_valued("value", name=name)
        return column.in_(select(listed.c.value))
    kind = Text() if isinstance(column.type, Text | PlainText) else BigInteger()
    return column == any_(cast(bindparam(name, type_=ARRAY(kind)), ARRAY(kind)))


def bindable(connection: Connection, keys: Collection[int] | Collection[str]) -> Any:
    """Keys as `among_bound` takes them."""
    return json.dumps(list(keys)) if connection.dialect.name == "sqlite" else list(keys)


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
    rule = _Rule(tuple(replacing), guard)
    if connection.dialect.name == "sqlite":
        prepared = _prepared(table, rule, tuple(rows[0]))
        connection.exec_driver_sql(prepared.statement, prepared.bound(rows))
    else:
        connection.execute(_upsert(connection.dialect.name, table, rule), rows)


_SQLITE = sqlite.dialect()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An insert as SQLite's driver takes it, and for each of its places the column and what its type does to a value.

    The statement compiler would work through the rows one by one, which costs more than SQLite does; here a column is
    worked through at a time.
    """

    statement: str
    places: tuple[tuple[str, TypeEngine[Any], Callable[[Any], Any] | None], ...]

    def bound(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """The rows in the statement's order; raises `StatementError` for a value that its column cannot hold."""
        try:
            return list(zip(*(self._column(rows, *place) for place in self.places), strict=True))
        except (TypeError, ValueError, AttributeError) as error:
            raise StatementError(str(error), self.statement, None, error, hide_parameters=True) from error

    @staticmethod
    def _column(
        rows: Sequence[Mapping[str, Any]], name: str, kind: TypeEngine[Any], bind: Callable[[Any], Any] | None
    ) -> list[Any]:
        values = [row[name] for row in rows]
        if isinstance(kind, PlainText):
            return [text if text is None or (text.isascii() and "\0" not in text) else plain(text) for text in values]
        if bind is None:
            return values
        # Times and truths: few different ones in a batch.
        known = {value: bind(value) for value in set(values)}
        return [known[value] for value in values]


@cache
def _prepared(table: Table, rule: _Rule, names: tuple[str, ...]) -> _Prepared:
    compiled = _upsert("sqlite", table, rule).compile(dialect=_SQLITE, column_keys=list(names))
    kinds = {name: table.c[name].type for name in names}
    return _Prepared(
        str(compiled),
        tuple(
            (name, kinds[name], kinds[name].dialect_impl(_SQLITE).bind_processor(_SQLITE))
            for name in compiled.positiontup
        ),
    )


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert one row; False, changing nothing, when its primary key stands already."""
    statement = _upsert(connection.dialect.name, table, _Rule(())).returning(*table.primary_key)
    return connection.execute(statement, row).first() is not None
