"""The sieve before the shingle index: it may let a hash through in vain, and never keeps one back that stands there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from monitor.model.articles import Sketch
from monitor.model.commits import Intake
from monitor.store import open_store
from monitor.store.intakes import commit_intake
from monitor.store.sieve import Sieve
from monitor.store.tables import Row
from tests.factories import NOW, make_article

HASHES = st.lists(st.integers(0, 2**59 - 1).map(lambda n: n * 8), min_size=1, max_size=30, unique=True)
OLDER, NEWER = 1, 2


def intake(number: int, hashes: list[int]) -> Intake:
    article = make_article(f"Judul {number}", id=number)
    return Intake(articles=(article,), sketches={number: Sketch(modulus=8, size=99, hashes=tuple(sorted(hashes)))})


def filled(sieve: Sieve, connection: Connection, *, times: int) -> None:
    for _ in range(times):
        sieve.fill(connection)


@settings(max_examples=15, deadline=None)
@given(
    batches=st.lists(st.tuples(st.integers(1, 8), HASHES), max_size=12),
    known=st.integers(0, 12),
    fills=st.integers(0, 12),
    portion=st.integers(1, 3),
)
def test_no_hash_of_the_index_is_kept_back_whatever_stood_there_and_came_between(
    batches: list[tuple[int, list[int]]], known: int, fills: int, portion: int
) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        Row.metadata.create_all(connection)
        for number, hashes in batches[:known]:
            commit_intake(connection, intake(number, hashes))
        sieve = Sieve(bits=10, portion=portion)
        filled(sieve, connection, times=fills)
        for number, hashes in batches[known:]:
            commit_intake(connection, intake(number, hashes), sieve)
            sieve.fill(connection)
        for more in (0, 20):
            filled(sieve, connection, times=more)
            last = dict(batches)  # a sketch replaces the one that its article had
            standing = {value for hashes in last.values() for value in hashes}
            assert standing <= set(sieve.passed([*standing, 3, 5]))
    engine.dispose()


def test_a_whole_sieve_keeps_back_most_hashes_that_stand_nowhere() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        Row.metadata.create_all(connection)
        sieve = Sieve(bits=16)
        strange = [n * 0x1234567_89AB for n in range(1, 1001)]
        assert sieve.passed(strange) == strange
        sieve.fill(connection)
        sieve.add([n * 0xFEDCBA98_7654 for n in range(1, 1001)])
        assert len(sieve.passed(strange)) < 50
    engine.dispose()


async def test_candidates_are_found_after_a_restart_and_gone_after_a_prune(tmp_path: Path) -> None:
    url, hashes = f"sqlite:///{tmp_path}/monitor.db", [8 * n for n in range(1, 41)]
    asked = [Sketch(modulus=8, size=99, hashes=tuple(hashes))]
    lines = {"since": NOW - timedelta(days=90), "min_shared": 3, "limit": 10, "stop_count": 50}
    async with open_store(url) as store:
        await store.commit_intake(intake(OLDER, hashes))
    async with open_store(url) as store:
        for _ in range(3):
            found, _common = await store.candidates(asked, **lines)
            assert [one.article.id for one in found[0]] == [OLDER]
        await store.commit_intake(intake(NEWER, hashes[:10]))
        found, _common = await store.candidates(asked, **lines)
        assert [(one.article.id, one.shared) for one in found[0]] == [(OLDER, 40), (NEWER, 10)]
        await store.prune(articles_before=NOW, index_before=NOW, limit=10)
        found, _common = await store.candidates(asked, **lines)
        assert found == [[]]
