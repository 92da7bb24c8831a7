"""The index's two levels: asked as one, merged when the small one is full, counted no more often than needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.pool import StaticPool

from monitor.store import shingles
from monitor.store.tables import FRESH_SHINGLE, SHINGLE, Row


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Row.metadata.create_all(engine, tables=[SHINGLE, FRESH_SHINGLE])
    with engine.connect() as made:
        yield made
    engine.dispose()


def levels(connection: Connection) -> tuple[int, int]:
    """Rows of the large table and of the small one."""
    large, small = (
        connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (SHINGLE, FRESH_SHINGLE)
    )
    return large, small


def test_a_hash_is_found_on_both_levels_and_by_short_and_long_questions(connection: Connection) -> None:
    shingles.insert(connection, [(value, 1) for value in range(600)])
    shingles.merge(connection)
    shingles.insert(connection, [(value, 2) for value in range(0, 600, 2)])
    assert levels(connection) == (600, 300)
    for wanted in (list(range(10)), list(range(600))):
        expected = sorted([(value, 1) for value in wanted] + [(value, 2) for value in wanted if value % 2 == 0])
        assert sorted(shingles.rows(connection, wanted)) == expected
    assert list(shingles.rows(connection, [])) == []


def test_the_small_level_goes_into_the_large_one_when_it_is_full_and_every_row_stays(connection: Connection) -> None:
    step = shingles.FRESH_ROWS // 4
    for at in range(5):
        shingles.insert(connection, [(value, 7) for value in range(at * step, (at + 1) * step)])
        large, small = levels(connection)
        assert large + small == (at + 1) * step
        assert small < shingles.FRESH_ROWS + step
    assert large >= shingles.FRESH_ROWS


def test_rows_are_not_counted_with_every_insert(connection: Connection) -> None:
    asked: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for at in range(50):
        shingles.insert(connection, [(at, 1)])
    assert sum("count(" in statement for statement in asked) == 1


def test_what_was_taken_back_or_came_from_elsewhere_only_moves_the_next_merge(connection: Connection) -> None:
    connection.commit()
    shingles.insert(connection, [(value, 1) for value in range(shingles.FRESH_ROWS)])
    connection.rollback()
    assert levels(connection) == (0, 0)
    for at in range(11):
        many = range(at * 30_000, (at + 1) * 30_000)
        shingles.insert(connection, [(value, 1) for value in many])
        assert levels(connection)[1] <= shingles.FRESH_ROWS * 2
    assert sum(levels(connection)) == 330_000
    assert levels(connection)[0] >= shingles.FRESH_ROWS
