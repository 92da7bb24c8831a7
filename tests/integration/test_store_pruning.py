"""What pruning takes of the process: the rows go in chunks, and what a chunk takes in memory is small."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from pathlib import Path

from monitor.model.articles import Sketch
from monitor.model.commits import Intake
from monitor.pipeline.prune import Retention, prune
from monitor.store import open_store
from tests.factories import NOW, make_article

DAY = timedelta(days=1)


async def test_taking_a_chunk_out_of_the_index_takes_little_memory(tmp_path: Path) -> None:
    """Thirty thousand hashes were 20 MB at once, and scattered over Python's memory what came to live meanwhile."""
    articles = tuple(make_article(f"Kabar {n}", first_seen_at=NOW - 100 * DAY) for n in range(60))
    sketches = {
        one.id: Sketch(modulus=1, size=500, hashes=tuple(range(at * 500 + 1, at * 500 + 501)))
        for at, one in enumerate(articles)
    }
    async with open_store(f"sqlite:///{tmp_path}/monitor.db") as store:
        await store.commit_intake(Intake(articles=articles, sketches=sketches))
        retention = Retention(articles=365 * DAY, index=90 * DAY)
        tracemalloc.start()
        try:
            gone = await prune(store=store, now=NOW, retention=retention)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert (gone["shingle"], gone["sketch"]) == (30_000, 60)
    assert peak < 6_000_000
