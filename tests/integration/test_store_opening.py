"""Opening a store: the lock, the schema's version, and every way in which a place can be wrong."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from monitor.errors import (
    StoreAccessError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreLockedError,
    StoreVersionError,
)
from monitor.model.commits import Intake
from monitor.store import open_store
from tests.databases import execute
from tests.factories import NOW, make_article, make_feed_state

HOLDER = """
import sys
from monitor.store import open_store
store = open_store(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def holder(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the store open; killed at the end."""
    command = [sys.executable, "-c", HOLDER, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


async def test_missing_folders_are_made_and_what_was_kept_is_there_again(tmp_path: Path) -> None:
    url = url_of(tmp_path / "var" / "lib" / "monitor.db")
    async with open_store(url) as store:
        await store.sync_feeds([make_feed_state("a")])
    async with open_store(url) as store:
        assert await store.feed_states() == [make_feed_state("a")]


async def test_a_store_in_memory_is_a_store_of_its_own(tmp_path: Path) -> None:
    async with open_store("sqlite://") as one, open_store("sqlite://") as other:
        await one.sync_feeds([make_feed_state("a")])
        assert await one.feed_states() == [make_feed_state("a")]
        assert await other.feed_states() == []


def test_a_second_daemon_is_refused_and_told_who_holds_the_store(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    with holder(url_of(path)) as first:
        with pytest.raises(StoreBusyError) as refused:
            open_store(url_of(path))
        assert str(path) in str(refused.value)
        assert f"process {first.pid}" in str(refused.value)
        first.kill()
        first.wait()
        open_store(url_of(path)).close_now()


def test_one_process_cannot_open_a_store_twice_but_again_after_closing(tmp_path: Path) -> None:
    url = url_of(tmp_path / "monitor.db")
    store = open_store(url)
    with pytest.raises(StoreBusyError, match=f"process {os.getpid()}"):
        open_store(url)
    store.close_now()
    store.close_now()
    open_store(url).close_now()


def test_a_forked_worker_does_not_keep_the_lock_of_a_daemon_that_is_gone(tmp_path: Path) -> None:
    url = url_of(tmp_path / "monitor.db")
    worker = (
        "import multiprocessing, os, sys\n"
        "from monitor.store import open_store\n"
        "store = open_store(sys.argv[1])\n"
        "if os.fork() == 0:\n"
        "    print(os.getpid(), flush=True)\n"
        "    sys.stdin.read()\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    )
    command = [sys.executable, "-c", worker, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        child = int(daemon.stdout.readline())
        daemon.kill()
        daemon.wait()
        os.kill(child, 0)
        open_store(url).close_now()


def test_readers_need_no_lock_and_leave_no_mark(tmp_path: Path) -> None:
    daemon = open_store(url_of(tmp_path / "monitor.db"))
    before = sorted(tmp_path.iterdir())
    open_store(url_of(tmp_path / "monitor.db"), read_only=True).close_now()
    open_store(url_of(tmp_path / "monitor.db"), read_only=True).close_now()
    assert sorted(tmp_path.iterdir()) == before
    daemon.close_now()


async def test_a_store_for_reading_refuses_to_write(tmp_path: Path) -> None:
    url = url_of(tmp_path / "monitor.db")
    async with open_store(url) as store:
        await store.sync_feeds([make_feed_state("a")])
    async with open_store(url, read_only=True) as store:
        assert await store.feed_states() == [make_feed_state("a")]
        with pytest.raises(StoreError, match="for reading only"):
            await store.sync_feeds([])


def test_a_store_that_is_not_there_cannot_be_read_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "monitor.db"
    with pytest.raises(StoreAccessError, match=str(path)):
        open_store(url_of(path), read_only=True)
    assert not path.parent.exists()


@pytest.mark.parametrize("version", ["0000_from_the_future", "9999"])
def test_a_newer_schema_is_refused_with_both_versions_named(tmp_path: Path, version: str) -> None:
    path = tmp_path / "monitor.db"
    open_store(url_of(path)).close_now()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()
    for read_only in (False, True):
        with pytest.raises(StoreVersionError, match=version):
            open_store(url_of(path), read_only=read_only)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    with pytest.raises(StoreVersionError, match="bookmarks"):
        open_store(url_of(path))
    with sqlite3.connect(path) as connection:
        assert [name for (name,) in connection.execute("SELECT name FROM sqlite_master")] == ["bookmarks"]
    connection.close()


def test_an_empty_file_becomes_a_store_but_not_by_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    path.touch()
    with pytest.raises(StoreVersionError, match="empty"):
        open_store(url_of(path), read_only=True)
    open_store(url_of(path)).close_now()
    open_store(url_of(path), read_only=True).close_now()


def test_a_file_that_is_no_database_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    path.write_text("feeds:\n  - https://example.org/rss\n" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreCorruptError, match=str(path)):
        open_store(url_of(path))
    assert path.read_bytes() == before


async def test_a_damaged_page_is_reported_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    async with open_store(url_of(path)) as store:
        await store.commit_intake(Intake(articles=tuple(make_article(f"a{n}", id=n) for n in range(1, 400))))
    with path.open("r+b") as file:
        file.seek(4096 * 40)
        file.write(b"\xff" * 4096 * 20)
    # Met on opening or on reading, whichever touches the page first.
    with pytest.raises(StoreCorruptError, match="restore a backup"):
        async with open_store(url_of(path)) as store:
            await store.articles_after(0, since=NOW.replace(year=2000), limit=1000)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    with pytest.raises(StoreAccessError, match=str(tmp_path / "var")):
        open_store(url_of(tmp_path / "var" / "monitor.db"))


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").mkdir()
    with pytest.raises(StoreAccessError, match=str(tmp_path / "monitor.db")):
        open_store(url_of(tmp_path / "monitor.db"))


def test_a_folder_without_write_permission_is_named(unwritable_folder: Path) -> None:
    with pytest.raises(StoreAccessError, match=str(unwritable_folder)):
        open_store(url_of(unwritable_folder / "monitor.db"))


def test_a_failed_start_leaves_no_lock_behind(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    path.write_text("no database " * 100)
    with pytest.raises(StoreCorruptError):
        open_store(url_of(path))
    path.unlink()
    open_store(url_of(path)).close_now()


def test_a_start_waits_for_a_locked_database_and_then_says_so(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    open_store(url_of(path)).close_now()
    browser = sqlite3.connect(path, isolation_level=None)
    browser.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreLockedError, match=str(path)):
        open_store(url_of(path), busy_timeout_s=0.01)
    browser.execute("ROLLBACK")
    browser.close()
    open_store(url_of(path)).close_now()


@pytest.mark.parametrize(
    "url", ["", "monitor.db", "mysql://example.org/x", "sqlite://var/monitor.db", "http://[", "postgres"]
)
def test_a_url_that_names_no_store_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(StoreAccessError, match="sqlite:///path"):
        open_store(url)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StoreAccessError) as refused:
        open_store("postgresql://monitor:hunter2@127.0.0.1:1/news")
    assert "127.0.0.1" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_database_that_is_not_there_is_an_access_error(postgres_url: str) -> None:
    with pytest.raises(StoreAccessError, match="does not exist"):
        open_store(make_url(postgres_url).set(database="no_such").render_as_string(hide_password=False))


def test_a_second_daemon_on_postgresql_is_refused_and_told_who_holds_it(postgres_store_url: str) -> None:
    with holder(postgres_store_url) as first:
        with pytest.raises(StoreBusyError, match=f"process {first.pid} on "):
            open_store(postgres_store_url)
        open_store(postgres_store_url, hold_lock=False).close_now()
        open_store(postgres_store_url, read_only=True).close_now()
        first.kill()
        first.wait()
        # The server notices a dead client when it next looks at the connection.
        wait_for_no_holder(postgres_store_url)
        open_store(postgres_store_url).close_now()


def wait_for_no_holder(url: str) -> None:
    execute(
        url,
        "DO $$ BEGIN FOR n IN 1..500 LOOP"
        " EXIT WHEN NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()));"
        " PERFORM pg_sleep(0.01); END LOOP; END $$",
    )


async def test_a_store_on_postgresql_that_is_only_read_cannot_be_written(postgres_store_url: str) -> None:
    async with open_store(postgres_store_url, read_only=True) as store:
        assert await store.feed_states() == []
        with pytest.raises(StoreError, match="for reading only"):
            await store.sync_feeds([])


def test_an_empty_database_on_postgresql_becomes_a_store(empty_postgres_url: str) -> None:
    with pytest.raises(StoreVersionError, match="empty"):
        open_store(empty_postgres_url, read_only=True)
    open_store(empty_postgres_url).close_now()
    open_store(empty_postgres_url, read_only=True).close_now()


def test_tables_of_the_same_name_on_postgresql_are_left_alone(empty_postgres_url: str) -> None:
    execute(empty_postgres_url, "CREATE TABLE article (id int)")
    with pytest.raises(StoreVersionError, match="article"):
        open_store(empty_postgres_url)


async def test_reading_sees_what_was_written_just_before(tmp_path: Path, postgres_store_url: str) -> None:
    for url in (url_of(tmp_path / "monitor.db"), postgres_store_url):
        async with open_store(url, pool_size=1) as store:
            for n in range(20):
                await store.commit_intake(Intake(artifacts={"df": bytes([n])}))
                assert await store.artifact("df") == bytes([n])


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store: Any = open_store(url_of(tmp_path / "monitor.db"))
    await store.close()
    await store.close()
    for call in (store.feed_states(), store.sync_feeds([])):
        with pytest.raises(StoreError, match="is closed"):
            await call
