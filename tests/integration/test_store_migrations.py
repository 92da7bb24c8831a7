"""The schema: migrations and tables say the same, and the queries that run all day use the indexes made for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, inspect

from monitor.model.articles import Sketch
from monitor.model.commits import Intake
from monitor.model.pages import PageState, Weighing
from monitor.store import open_store
from monitor.store.engines import place_of
from monitor.store.schema import HEAD, alembic_settings, bring_to_head
from monitor.store.tables import Row
from tests.factories import NOW, make_article, make_feed_state, make_match, make_page


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    """A connection to an empty database."""
    url = f"sqlite:///{tmp_path}/monitor.db"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("empty_postgres_url"))
    engine = create_engine(place_of(url).url)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


def test_the_migrations_lead_to_the_tables_and_autogenerate_finds_nothing_to_add(connection: Connection) -> None:
    bring_to_head(connection, place_of("sqlite://"))
    context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
    assert compare_metadata(context, Row.metadata) == []


def test_a_difference_would_be_found(connection: Connection) -> None:
    bring_to_head(connection, place_of("sqlite://"))
    connection.exec_driver_sql("ALTER TABLE story ADD COLUMN mood TEXT")
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    ((kind, _, table, column),) = compare_metadata(context, Row.metadata)
    assert (kind, table, column.name) == ("remove_column", "story", "mood")


def test_the_way_down_leaves_nothing_of_ours(connection: Connection) -> None:
    bring_to_head(connection, place_of("sqlite://"))
    command.downgrade(alembic_settings(connection), "base")
    assert set(inspect(connection).get_table_names()) <= {"alembic_version"}


def test_the_head_that_a_start_compares_with_is_the_newest_migration(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")
    with engine.begin() as opened:
        assert ScriptDirectory.from_config(alembic_settings(opened)).get_current_head() == HEAD
    engine.dispose()


def test_a_migration_that_is_broken_off_leaves_an_empty_database(tmp_path: Path) -> None:
    from monitor.store.engines import writer_engine

    place = place_of(f"sqlite:///{tmp_path}/monitor.db")
    engine = writer_engine(place, hold_lock=False, busy_timeout_s=1.0)

    def stop_at_told(*call: Any) -> None:
        if "CREATE TABLE told" in call[2]:
            raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", stop_at_told)
    with pytest.raises(KeyboardInterrupt), engine.begin() as opened:
        bring_to_head(opened, place)
    event.remove(engine, "before_cursor_execute", stop_at_told)
    with engine.begin() as opened:
        assert inspect(opened).get_table_names() == []
        bring_to_head(opened, place)
    engine.dispose()


def test_a_new_store_is_made_in_well_under_a_second(tmp_path: Path) -> None:
    """CPU time of this thread, Alembic being loaded: on a busy machine the wall clock tells of the neighbours."""
    open_store(f"sqlite:///{tmp_path}/warm.db").close_now()
    begun = time.thread_time()
    open_store(f"sqlite:///{tmp_path}/monitor.db").close_now()
    assert time.thread_time() - begun < 0.5


async def test_the_queries_of_every_cycle_use_their_indexes(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path}/monitor.db") as store:
        articles = tuple(make_article(f"a{n}", id=n) for n in range(1, 30))
        sketch = Sketch(modulus=8, size=9, hashes=(8, 16, 24))
        await store.commit_intake(Intake(articles=articles, sketches={article.id: sketch for article in articles}))
        await store.commit_intake(Intake(matches=(make_match(articles[0], points=60.0),)))
        await store.sync_feeds([make_feed_state(f"f{n}") for n in range(30)])
        asked: list[tuple[str, Any]] = []
        assert store.writer is not None

        def listen(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
            asked.append((statement, values))

        engines = [store._readers, store.writer._engine]
        for engine in engines:
            event.listen(engine, "before_cursor_execute", listen)
        await store.candidates([sketch], since=NOW, min_shared=3, limit=5, stop_count=50)
        await store.identities([1, 2], [3, 4], since=NOW)
        await store.ledger_rows([("f1", 1), ("f1", 2)])
        await store.claim_due_feeds(NOW, limit=5, lease_s=60)
        await store.next_due_at()
        await store.feed_states(after="f1", limit=5)
        await store.open_stories(since=NOW)
        await store.claim_deliveries(NOW, limit=5, lease_s=60)
        await store.articles_after(5, since=NOW, limit=5)
        await store.wished_pages(["f1"], since=NOW, limit=5)
        await store.keep_pages([make_page(articles[0], state=PageState.READ)])
        await store.claim_due_pages(NOW, limit=5, lease_s=60)
        await store.unweighed({"w": "v"}, since=NOW, limit=5)
        weighed = Weighing(article_id=1, body_digest=articles[0].body_digest, weighed=(("w", "v"),))
        await store.keep_weighing(weighed)
        await store.notices(after=3)
        await store.voted_articles("w", since=NOW)
        assert await store.alert_marks("r", {"russia-north-korea": 60.0}, since=NOW - timedelta(days=1)) == {(1, 0)}
        await store.alert_times("r", since=NOW)
        await store.alert_threads("r")
        await store.waiting_alarms("r")
        await store.known_alarms(since=NOW)
        await store.watched_hours(since=NOW)
        await store.unsought(limit=5)
        await store.keep_sought(1, address="", at=NOW)
        await store.feed_notices("f1", limit=5)
        await store.prune(articles_before=NOW, index_before=NOW, limit=5)
        for engine in engines:
            event.remove(engine, "before_cursor_execute", listen)

        def plans(connection: Connection) -> list[str]:
            found = []
            for statement, values in asked:
                if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                    given = values[0] if isinstance(values, list) else values
                    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
                    found += [f"{row[3]} <- {statement}" for row in rows]
            return found

        whole_tables = [
            plan
            for plan in store.writer.submit(plans).result()
            if plan.startswith("SCAN")
            and not plan.startswith(("SCAN json_each", "SCAN anon", "SCAN CONSTANT"))
            and "VIRTUAL TABLE" not in plan.partition("<-")[0]  # a list of keys under another name
            and "USING" not in plan.partition("<-")[0]
        ]
        assert len(asked) > 20
        assert whole_tables == []


def test_what_was_told_before_states_were_noted_counts_as_the_state_of_that_moment(connection: Connection) -> None:
    settings = alembic_settings(connection)
    command.upgrade(settings, "0007")
    state = "title, summary, text, body_digest, change"
    for n, day in ((0, "2026-11-20"), (1, "2026-11-21"), (2, "2026-11-23")):
        at = f"{day} 00:00:00.000000" + ("" if connection.dialect.name == "sqlite" else "+00")
        values = f"7, {n}, '{at}', 't', '', '', {n}, ''"
        connection.exec_driver_sql(f"INSERT INTO revision (article_id, n, seen_at, {state}) VALUES ({values})")
    told_at = "2026-11-22 00:00:00.000000" + ("" if connection.dialect.name == "sqlite" else "+00")
    for article in (7, 8):
        told = f"('analyst', {article}, 'w', 's', '{told_at}')"
        connection.exec_driver_sql(
            f"INSERT INTO told (recipient_id, article_id, watchlist, slot_key, at) VALUES {told}"
        )
    command.upgrade(settings, "head")
    rows = connection.exec_driver_sql("SELECT article_id, state FROM told ORDER BY article_id").all()
    assert [tuple(row) for row in rows] == [(7, 1), (8, 0)]
