"""What keeping articles costs: `commit_intake` beside the same rows written by the bare driver, in one run.

    python benchmarks/bench_store.py [--articles 2000 8000] [--batch 40] [--hashes 40] [--seed 7] [--url …]

CPU microseconds an article (all threads, parsing of arguments and making of texts not counted). The floors write into
SQLite with the same schema and settings; `--url` measures ours on an empty PostgreSQL store, client side only.
"article" is the article's row alone; "all" adds ledger, address, shingle index and a decision, as a cycle does. "asked"
is the duplicate question: candidates for a batch of sketches, one in five of which has a copy in the store.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.model.articles import Article, Decision, LedgerRow, LedgerState, Sketch
from monitor.model.commits import Intake
from monitor.store import open_store
from monitor.store.mapping import pack_hashes

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
WORDS = ("rusia", "korea", "utara", "presiden", "menteri", "kunjungan", "senjata", "pelabuhan", "kapal", "sidang")


def make_intake(rng: random.Random, first: int, count: int, hashes: int) -> Intake:
    """A batch of articles of about 1.5 kB, each with everything that a cycle keeps of it."""
    articles, ledger, decisions, sketches = [], [], [], {}
    for number in range(first, first + count):
        text = " ".join(rng.choices(WORDS, k=200))
        key = rng.getrandbits(62)
        article = Article(
            id=(number << 20) | rng.getrandbits(20),
            feed_id=f"feed-{number % 50}",
            outlet="Outlet",
            url=f"https://example.org/{key}",
            url_key=key,
            host="example.org",
            title=" ".join(rng.choices(WORDS, k=9)),
            title_key=rng.getrandbits(62),
            text=text,
            language="id",
            published_at=NOW - timedelta(seconds=number),
            first_seen_at=NOW + timedelta(milliseconds=number),
            body_digest=rng.getrandbits(62),
        )
        articles.append(article)
        ledger.append(
            LedgerRow(
                feed_id=article.feed_id,
                entry_key=key,
                entry_digest=article.body_digest,
                state=LedgerState.STORED,
                article_id=article.id,
                seen_at=NOW,
            )
        )
        decisions.append(Decision(article_id=article.id, stage="dedupe", outcome="new", at=NOW))
        sketches[article.id] = Sketch(
            modulus=8, size=hashes * 8, hashes=tuple(sorted(rng.getrandbits(59) * 8 for _ in range(hashes)))
        )
    return Intake(
        articles=tuple(articles),
        ledger=tuple(ledger),
        aliases={article.url_key: article.id for article in articles if article.url_key},
        sketches=sketches,
        decisions=tuple(decisions),
    )


def only_articles(intake: Intake) -> Intake:
    """The articles of a batch without what goes with them."""
    return Intake(articles=intake.articles)


def floor(path: Path, intakes: Sequence[Intake], *, in_full: bool) -> None:
    """The same rows by the bare driver: tuples, prepared statements, one transaction a batch."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint=2000")
    for intake in intakes:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            f"INSERT INTO article VALUES ({','.join('?' * 21)}) ON CONFLICT DO NOTHING",
            [
                (a.id, a.feed_id, a.outlet, a.url, a.url_key, a.host, a.title, a.title_key, a.language, a.country,
                 str(a.published_at), str(a.first_seen_at), a.body_digest, "[]", "new", None, None, "none", "",
                 a.summary, a.text)
                for a in intake.articles
            ],
        )  # fmt: skip
        if in_full:
            _floor_beside(connection, intake)
        connection.execute("COMMIT")
    connection.close()


def _floor_beside(connection: sqlite3.Connection, intake: Intake) -> None:
    connection.executemany(
        "INSERT INTO ledger VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        [(r.feed_id, r.entry_key, r.entry_digest, r.state.value, r.reason, r.article_id, str(r.seen_at))
         for r in intake.ledger],
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO article_alias VALUES (?,?) ON CONFLICT DO NOTHING", list(intake.aliases.items())
    )
    connection.executemany(
        "INSERT INTO sketch VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING",
        [
            (of, str(NOW), sketch.modulus, sketch.size, pack_hashes(sketch.hashes))
            for of, sketch in intake.sketches.items()
        ],
    )
    connection.executemany(
        "INSERT INTO shingle VALUES (?,?) ON CONFLICT DO NOTHING",
        sorted((value, of) for of, sketch in intake.sketches.items() for value in sketch.hashes),
    )
    connection.executemany(
        "INSERT INTO decision VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        [(d.article_id, n, n, d.stage, d.outcome, "", None, None, "{}", "", str(d.at))
         for n, d in enumerate(intake.decisions)],
    )  # fmt: skip


async def ours(url: str, intakes: Sequence[Intake]) -> None:
    """The batches through the store, as the collect stage hands them over."""
    async with open_store(url) as store:
        for intake in intakes:
            await store.commit_intake(intake)


async def ask(url: str, intakes: Sequence[Intake], rng: random.Random, batch: int) -> tuple[float, int]:
    """CPU microseconds a sketch of the duplicate question on what was kept; and how many copies were found."""
    kept = [sketch for intake in intakes for sketch in intake.sketches.values()]
    asked = [
        rng.choice(kept)
        if n % 5 == 0
        else Sketch(modulus=8, size=320, hashes=tuple(rng.getrandbits(59) * 8 for _ in range(40)))
        for n in range(batch * 10)
    ]
    found = 0
    async with open_store(url) as store:
        begun = time.process_time()
        for start in range(0, len(asked), batch):
            answers, _ = await store.candidates(
                asked[start : start + batch], since=NOW - timedelta(days=90), min_shared=3, limit=10, stop_count=50
            )
            found += sum(map(bool, answers))
        return (time.process_time() - begun) / len(asked) * 1e6, found


def cpu_us(work: Callable[[], object], articles: int) -> float:
    """CPU microseconds an article."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) / articles * 1e6


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[2000, 6000])
    parser.add_argument("--batch", type=int, default=40)
    parser.add_argument("--hashes", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--url", help="an empty PostgreSQL store for ours")
    options = parser.parse_args(argv)
    print(f"{'articles':>9} {'rows':>8} {'bare driver':>12} {'store':>8} {'ratio':>6}   CPU µs an article")
    for size in options.articles:
        # Sizes share a store when one is given: each has identities of its own.
        rng = random.Random(options.seed + size)
        intakes = [
            make_intake(rng, first, min(options.batch, size - first), options.hashes)
            for first in range(0, size, options.batch)
        ]
        with tempfile.TemporaryDirectory() as folder:
            for rows, chosen in (("article", list(map(only_articles, intakes))), ("all", intakes))[bool(options.url) :]:
                bare, path = Path(folder) / f"bare-{rows}.db", Path(folder) / f"store-{rows}.db"
                url = options.url or f"sqlite:///{path}"
                for made in {f"sqlite:///{bare}", url}:
                    open_store(made).close_now()
                at_floor = cpu_us(lambda b=bare, c=chosen, f=rows == "all": floor(b, c, in_full=f), size)
                in_store = cpu_us(lambda u=url, c=chosen: asyncio.run(ours(u, c)), size)
                print(f"{size:>9} {rows:>8} {at_floor:>12.0f} {in_store:>8.0f} {in_store / at_floor:>6.1f}")
            per_sketch, found = asyncio.run(ask(url, intakes, rng, options.batch))
            print(
                f"{size:>9} {'asked':>8} {'':>12} {per_sketch:>8.0f}          CPU µs a sketch, {found} with candidates"
            )


if __name__ == "__main__":
    main()
