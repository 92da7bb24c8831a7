"""A backtest over a month of stored articles: CPU seconds, beside merely reading them and merely scoring them.

    python -m benchmarks.bench_backtest [--articles 10000 100000] [--seed 7] [--matching 10] [--trials 300]

The store (SQLite) is made from the seed: articles of about 2 kB in six languages, seen over thirty days, one in
`--matching` about the default watchlist's topic and in stories of three. The changed watchlist has a higher threshold
and neither rules nor profile. CPU seconds of all threads; "read" and "score" are the floors, in the same run: the
same pages from the store, and the live watchlist's `Scorer.matches` on the same articles. Memory is the growth of the
process' peak over the run, beside what it had before.

Then reading budgets: made fortnights whose days vary (weekends at six tenths; Poisson, or over-dispersed with a gamma
of shape 4), a threshold chosen on thirty days before, and the share of fortnights whose mean lies within a fifth of the
budget. "known" is the same with the threshold of 7,000 days: what knowing the past better could reach.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from benchmarks.bench_scoring import ALPHABETS, DEFAULT, SENTENCES, SIZE_BYTES
from monitor.app.backtests import Past, run_backtest
from monitor.config import Configuration, load
from monitor.config.watchlists import load_watchlist
from monitor.core.budgets import threshold_for, volume
from monitor.core.identity import digest62, make_article_id
from monitor.core.scoring import compile_watchlists
from monitor.model.articles import Article, Verdict, VerdictKind
from monitor.model.backtests import Backtest, Reading
from monitor.model.commits import Intake
from monitor.model.stories import Joining, Story
from monitor.model.watchlists import Watchlist
from monitor.pipeline.backtest import pages
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore

UNTIL = datetime(2026, 11, 22, 5, tzinfo=UTC)
DAYS = 30
BATCH = 500
STORY = 3


def write_articles(count: int, seed: int, matching: int) -> Iterator[Article]:
    """Articles over thirty days, oldest first, one in `matching` about the topic."""
    rng = random.Random(seed)
    words = {
        language: ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(4000)]
        for language, letters in ALPHABETS.items()
    }
    for number in range(count):
        language = list(ALPHABETS)[number % len(ALPHABETS)]
        gap, stop = ("", "。") if language == "zh" else (" ", ". ")
        sentences = [SENTENCES[language]] * 2 if number % matching == 0 else []
        while sum(len(sentence.encode()) for sentence in sentences) < SIZE_BYTES:
            sentences.append(gap.join(rng.choices(words[language], k=14)).capitalize() + stop)
        seen_at = UNTIL - timedelta(days=DAYS) * ((count - number - 1) / count)
        url = f"https://example.org/{seed}/{number}"
        yield Article(
            id=make_article_id(url, seen_at), feed_id=f"feed-{number % 50}", outlet=f"Outlet {number % 50}", url=url,
            url_key=digest62(url), host="example.org", title=sentences[0][:80], title_key=digest62(f"{number}"),
            text="\n".join(sentences), language=language, published_at=seen_at - timedelta(hours=1),
            first_seen_at=seen_at, body_digest=number,
        )  # fmt: skip


async def fill(store: SqlStore, articles: Iterator[Article], matching: int) -> None:
    """Keep the articles, those about the topic in stories of three."""
    number = 0
    told: list[Article] = []
    while batch := tuple(islice(articles, BATCH)):
        joinings, stories = [], {}
        for article in batch:
            if number % matching == 0:
                told.append(article)
                lead = told[(len(told) - 1) // STORY * STORY]
                joinings.append(Joining(article_id=article.id, story_id=lead.id, is_first=lead is article))
                stories[lead.id] = Story(
                    id=lead.id, title=lead.title, lead_id=lead.id, first_at=lead.at, last_at=article.at,
                    mean_at=lead.at, size=STORY,
                )  # fmt: skip
            number += 1
        verdicts = tuple(Verdict(article_id=article.id, kind=VerdictKind.NEW) for article in batch)
        await store.commit_intake(
            Intake(articles=batch, verdicts=verdicts, stories=tuple(stories.values()), joinings=tuple(joinings))
        )


def changed(watchlist: Watchlist) -> Watchlist:
    """The watchlist as somebody may edit it, so that nearly all that matches moves or is lost: no rules, no profile."""
    return replace(watchlist, version="changed", threshold=watchlist.threshold + 20, rules=(), profile={})


async def measure(folder: Path, count: int, *, seed: int, matching: int, configuration: Configuration) -> Backtest:
    """Fill a store, print one line of figures, and give what was found."""
    watchlist = load_watchlist(DEFAULT)
    url = f"sqlite:///{folder}/{count}.db"
    async with open_store(url) as store:
        await fill(store, write_articles(count, seed, matching), matching)
    async with open_store(url, hold_lock=False, read_only=True) as store:
        since = UNTIL - timedelta(days=DAYS)
        start = time.process_time()
        async for _ in pages(store, since=since, until=UNTIL):
            pass
        read = time.process_time() - start
        scorer, score = compile_watchlists([watchlist]), 0.0
        async for found in pages(store, since=since, until=UNTIL):
            start = time.process_time()
            for article, _ in found:
                scorer.matches(article)
            score += time.process_time() - start
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        past = Past(store=store, first_at=since, until=UNTIL)
        result = await run_backtest(configuration, watchlist, changed(watchlist), past=past, days=DAYS)
        whole = time.process_time() - start
        grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
    digests = sum(one.before.digests + one.after.digests for one in result.mail)
    shifts = f"+{len(result.gained)} -{len(result.lost)} ~{len(result.moved)}"
    print(
        f"{count:>9} {whole:>9.1f} {read:>7.1f} {score:>7.1f} {whole / (read + score):>7.1f} "
        f"{whole / count * 1e6:>9.0f} {result.after.articles:>8} {digests:>8} {shifts:>16} "
        f"{grown_kb / 1024:>8.0f} {before_kb / 1024:>7.0f}"
    )
    return result


def fortnight(rng: random.Random, rate: float, days: int, *, is_lumpy: bool) -> list[Reading]:
    """Stories of so many days, `rate` a day on average; points in quarters, normally distributed."""
    found = []
    for day in range(days):
        mean = rate * (0.6 if day % 7 in (5, 6) else 1.16) * (rng.gammavariate(4, 0.25) if is_lumpy else 1.0)
        at, count = rng.expovariate(1.0), 0
        while at < mean:
            at, count = at + rng.expovariate(1.0), count + 1
        found += [
            Reading(day=day, story_id=n, points=round(rng.gauss(50, 20) * 4) / 4, article_id=n, title="", outlet="")
            for n in range(len(found), len(found) + count)
        ]
    return found


def budget_table(trials: int, seed: int) -> None:
    """How often a budget holds in the fortnight after."""
    print(f"\n{'stories past the gate, budget':>32} {'days':>14} {'within 20 %':>12} {'known':>6}   {trials} trials")
    for rate, budget in ((20, 3), (20, 10), (60, 10), (60, 30)):
        for is_lumpy in (False, True):
            rng = random.Random(seed)
            limit = volume_threshold(fortnight(rng, rate, 7000, is_lumpy=is_lumpy), budget, 7000)
            held = known = 0
            for _ in range(trials):
                chosen = volume_threshold(fortnight(rng, rate, DAYS, is_lumpy=is_lumpy), budget, DAYS)
                later = fortnight(rng, rate, 14, is_lumpy=is_lumpy)
                held += is_within(later, chosen, budget)
                known += is_within(later, limit, budget)
            kind = "over-dispersed" if is_lumpy else "Poisson"
            print(f"{rate:>23} a day, {budget:>7} {kind:>14} {held / trials:>12.2f} {known / trials:>6.2f}")


def volume_threshold(readings: list[Reading], budget: float, days: int) -> float:
    """The threshold that the program chooses."""
    return threshold_for(readings, budget, days=days, present=50.0)


def is_within(readings: list[Reading], threshold: float, budget: float) -> bool:
    """Whether a fortnight's mean lies within a fifth of the budget."""
    return abs(volume(readings, threshold, days=range(14)).mean / budget - 1) <= 0.2


def main(arguments: list[str] | None = None) -> list[Backtest]:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--matching", type=int, default=10)
    parser.add_argument("--trials", type=int, default=300)
    args = parser.parse_args(arguments)
    configuration = load(DEFAULT.parents[1], {})
    print(
        f"{'articles':>9} {'backtest':>9} {'read':>7} {'score':>7} {'ratio':>7} {'µs/art.':>9} {'matching':>8} "
        f"{'digests':>8} {'shifts':>16} {'grown MB':>8} {'had MB':>7}"
    )
    found = []
    for count in args.articles:
        with tempfile.TemporaryDirectory() as folder:
            wanted = measure(Path(folder), count, seed=args.seed, matching=args.matching, configuration=configuration)
            found.append(asyncio.run(wanted))
    budget_table(args.trials, args.seed)
    return found


if __name__ == "__main__":
    main()
