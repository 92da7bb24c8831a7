"""What it costs to find out that an article is a copy, beside stores of several sizes.

A store is filled in bulk (made news, see `copies_made`, through the store's own tables, the shingle index in several
sorted portions as the daemon merges it), then opened by a process of its own as the daemon would after a restart, and
articles are put through the steps of a batch: sketch, question, and the commit of articles and index, which is what
the target speaks of; and beside it identities, verdicts, and the commit of ledger, addresses and decisions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import make_url

from benchmarks.copies_filling import fill
from benchmarks.copies_made import NewsMaker
from monitor.core.dedupe import Judgement, judge_batch
from monitor.core.likeness import LINES
from monitor.core.similarity import Readings, read_all
from monitor.model.articles import Article, LedgerRow, LedgerState
from monitor.model.commits import Intake
from monitor.store import open_store
from monitor.store.sieve import SKETCHES_A_PORTION
from monitor.store.sqlstore import SqlStore

LOOK_BACK = timedelta(days=90)
MOST_MEASURED = 8_000
MOST_BATCHES = 2_000
LEAST_MEASURED = 1_000
MOST_ROUNDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Seconds an article in one batch: wall time of each step, and wall and CPU time (all threads) of the sum."""

    sketch: float
    query: float
    insert: float
    wall: float
    cpu: float
    beside: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One size of store and of batch."""

    stored: int
    batch: int
    samples: tuple[Sample, ...]
    copies: int
    found: int
    yardstick: float
    """CPU seconds to lower and split one text: the floor in the same run."""
    sieved: float
    """Seconds until the sieve was whole after opening."""
    rss_mb: int
    own_mb: int
    """What the process took more, mapped files aside, than before it opened the store: its articles were made."""


def batched(articles: Sequence[Article], size: int) -> Iterable[Sequence[Article]]:
    """Neighbours, `size` at a time."""
    return (articles[start : start + size] for start in range(0, len(articles), size))


# Measuring


async def measure(url: str, maker: NewsMaker, *, stored: int, batch: int, first: int) -> Measured:
    """Put articles through the steps, `batch` at a time, in this process."""
    count = min(max(stored // 4, batch), MOST_MEASURED, MOST_BATCHES * batch)
    articles, originals = maker.arrivals(count, first)
    readings = Readings()
    samples: list[Sample] = []
    found = 0
    before = _memory()[1]
    async with open_store(url) as store:
        sieved = await _warmed(store, maker, stored)
        for some in batched(articles, batch):
            sample, judgement = await _step(store, list(some), readings)
            samples.append(sample)
            found += sum(originals.get(one.article.id, -1) == one.verdict.of for one in judgement.outcomes)
        rss, own = _memory()
    return Measured(
        stored=stored,
        batch=batch,
        samples=tuple(samples),
        copies=len(originals),
        found=found,
        yardstick=_yardstick(articles),
        sieved=sieved,
        rss_mb=rss,
        own_mb=own - before,
    )


async def _warmed(store: SqlStore, maker: NewsMaker, stored: int) -> float:
    """Ask until the sieve is whole, as the first batches after a start do; how long that took."""
    began = time.perf_counter()
    asked = [one.sample for one in read_all(maker.block(20_000_000, 40))]
    for _ in range(stored // SKETCHES_A_PORTION + 3):
        await _ask(store, asked[:1], maker.block(0, 1)[0])
    sieved = time.perf_counter() - began
    for start in range(0, 40, 4):
        await _ask(store, asked[start : start + 4], maker.block(0, 1)[0])
    return sieved


async def _ask(store: SqlStore, sketches: Sequence[Any], article: Article) -> Any:
    return await store.candidates(
        sketches,
        since=article.first_seen_at - LOOK_BACK,
        min_shared=LINES.min_shared,
        limit=LINES.candidates,
        stop_count=LINES.stop_count,
    )


async def _step(store: SqlStore, articles: list[Article], readings: Readings) -> tuple[Sample, Judgement]:
    """One batch through the steps. There are two commits here, to be told apart; the daemon has one."""
    size = len(articles)
    began, cpu = time.perf_counter(), time.process_time()
    sketches = [reading.sample for reading in readings.of_all(articles)]
    sketched = time.perf_counter()
    near, common = await _ask(store, sketches, articles[0])
    asked, cpu_asked = time.perf_counter(), time.process_time()
    identities = await store.identities(
        [one.url_key for one in articles if one.url_key is not None],
        [one.title_key for one in articles],
        since=articles[0].first_seen_at - timedelta(days=8),
    )
    candidates = {article.id: found for article, found in zip(articles, near, strict=True)}
    judgement = judge_batch(
        articles, identities=identities, candidates=candidates, common_hashes=common, readings=readings
    )
    await store.commit_intake(_beside(judgement))
    aside, cpu_aside = time.perf_counter(), time.process_time()
    await store.commit_intake(_index_of(judgement))
    kept, cpu_kept = time.perf_counter(), time.process_time()
    wall = (asked - began) + (kept - aside)
    sample = Sample(
        sketch=(sketched - began) / size,
        query=(asked - sketched) / size,
        insert=(kept - aside) / size,
        wall=wall / size,
        cpu=(cpu_asked - cpu + cpu_kept - cpu_aside) / size,
        beside=(aside - asked) / size,
    )
    return sample, judgement


def _index_of(judgement: Judgement) -> Intake:
    """The articles and what the index gets of them."""
    stored = [outcome for outcome in judgement.outcomes if outcome.is_stored]
    return Intake(
        articles=tuple(outcome.article for outcome in stored),
        verdicts=tuple(outcome.verdict for outcome in stored),
        sketches=judgement.sketches,
        stop_hashes=judgement.stop_hashes,
    )


def _beside(judgement: Judgement) -> Intake:
    """All else that the batch keeps."""
    ledger = [
        LedgerRow(
            feed_id=one.article.feed_id,
            entry_key=one.article.title_key,
            entry_digest=one.article.body_digest,
            state=one.state if one.is_stored else LedgerState.KNOWN,
            article_id=one.target_id,
            seen_at=one.article.first_seen_at,
        )
        for one in judgement.outcomes
    ]
    return Intake(
        aliases=judgement.aliases,
        ledger=tuple(ledger),
        decisions=judgement.decisions,
        revisions=judgement.revisions,
    )


def _yardstick(articles: Sequence[Article]) -> float:
    texts = [article.text for article in articles[:500]]
    began = time.process_time()
    for text in texts:
        text.lower().split()
    return (time.process_time() - began) / len(texts)


def _memory() -> tuple[int, int]:
    """Resident megabytes of this process: all, and without mapped files. Zero where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0, 0
    found = dict(re.findall(r"^(VmRSS|RssAnon):\s+(\d+) kB", status.read_text(), re.MULTILINE))
    return int(found["VmRSS"]) // 1024, int(found["RssAnon"]) // 1024


# The table


def scale_table(
    sizes: Sequence[int], batches: Sequence[int], *, postgres: str | None, seed: int, folder: Path | None = None
) -> None:
    """Fill and measure every size, on SQLite files and, if a server is named, in databases of its own."""
    print("\nCost of an article, ms: sketch, question, insert of article and index (the target is their sum), median /")
    print("99th percentile / mean; beside: identities, verdict, the other rows, in a commit of their own here;")
    print("floor: CPU to lower and split the text. Memory of the process, and how much of it came by the store.")
    print(
        f"{'store':11}{'stored':>9}{'batch':>6}{'batches':>8} |{'sketch':>7}{'query':>7}{'insert':>7} |"
        f"{'wall':>21} |{'CPU':>21} |{'beside':>7}{'floor':>7} | copies found | RSS / grown MB, sieve s"
    )
    for size in sizes:
        for kind in ("SQLite", "PostgreSQL")[: 2 if postgres else 1]:
            with tempfile.TemporaryDirectory(prefix="bench-copies-") as made:
                for row in _rows_of(kind, size, batches, folder or Path(made), postgres, seed):
                    print(row, flush=True)


def _rows_of(
    kind: str, size: int, batches: Sequence[int], folder: Path, postgres: str | None, seed: int
) -> Iterable[str]:
    """A small store would grow while it is measured: it is made anew for every round."""
    rounds = min(max(-(-LEAST_MEASURED // min(max(size // 4, 1), MOST_MEASURED)), 1), MOST_ROUNDS)
    is_small = rounds > 1
    url = ""
    for batch in batches:
        measured = []
        for turn in range(rounds):
            if is_small or not url:
                url = _new_store(kind, folder, f"{size}-{batch}-{turn}" if is_small else f"{size}", postgres)
                began = time.perf_counter()
                rows = _apart("fill", url, size, seed=seed)["rows"]
                if not is_small:
                    took = time.perf_counter() - began
                    yield f"{kind:11}{size:>9}  filled in {took:.0f} s, {rows} index rows, {_weight(url):.0f} MB"
            first = size + turn * MOST_MEASURED + batch * 1_000_000
            measured.append(_apart("measure", url, size, seed=seed, batch=batch, first=first))
        yield row_of(kind, size, batch, measured)


def row_of(kind: str, size: int, batch: int, measured: Sequence[dict[str, Any]]) -> str:
    """The table's row: all samples of the rounds together, memory of the last one."""
    samples = [sample for one in measured for sample in one["samples"]]

    def median(part: str) -> float:
        return statistics.median(sample[part] for sample in samples) * 1e3

    def three(part: str) -> str:
        ordered = sorted(sample[part] * 1e3 for sample in samples)
        last = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
        return f"{statistics.median(ordered):7.2f}{last:7.2f}{statistics.mean(ordered):7.2f}"

    copies, found = (sum(one[part] for one in measured) for part in ("copies", "found"))
    last = measured[-1]
    return (
        f"{kind:11}{size:>9}{batch:>6}{len(samples):>8} |{median('sketch'):7.2f}{median('query'):7.2f}"
        f"{median('insert'):7.2f} |{three('wall')} |{three('cpu')} |{median('beside'):7.2f}"
        f"{last['yardstick'] * 1e3:7.3f} | {found} of {copies} | {last['rss_mb']} / {last['own_mb']}, "
        f"{last['sieved']:.1f}"
    )


def _new_store(kind: str, folder: Path, name: str, postgres: str | None) -> str:
    if kind == "SQLite" or postgres is None:
        folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{folder / f'copies-{name}.db'}"
    server = make_url(postgres).set(drivername="postgresql+psycopg")
    database = f"bench_copies_{name.replace('-', '_')}"
    with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {database}")
        connection.exec_driver_sql(f"CREATE DATABASE {database}")
    return make_url(postgres).set(database=database).render_as_string(hide_password=False)


def _weight(url: str) -> float:
    """Megabytes of a store."""
    if not url.startswith("postgres"):
        return Path(str(make_url(url).database)).stat().st_size / 1e6
    with create_engine(make_url(url).set(drivername="postgresql+psycopg")).connect() as connection:
        size: int = connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one()
        return size / 1e6


def _apart(what: str, url: str, stored: int, **settings: int) -> dict[str, Any]:
    """Run a part in a process of its own: its memory is its own, and the store is opened as after a restart."""
    given = [f"--{name}={value}" for name, value in settings.items()]
    command = [sys.executable, "-m", "benchmarks.copies_cost", what, url, str(stored), *given]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False)
    if done.returncode:
        raise SystemExit(f"{what} of {stored} articles failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """One part, for `_apart`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("fill", "measure"))
    parser.add_argument("url")
    parser.add_argument("stored", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=40)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    maker = NewsMaker(options.seed, options.stored)
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "fill": lambda: {"rows": fill(options.url, maker, options.stored)},
        "measure": lambda: asdict(
            asyncio.run(measure(options.url, maker, stored=options.stored, batch=options.batch, first=options.first))
        ),
    }
    print(json.dumps(parts[options.what]()))


if __name__ == "__main__":
    main()
