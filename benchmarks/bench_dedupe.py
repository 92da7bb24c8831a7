"""How well copies are told from other texts, and what it costs.

    python -m benchmarks.bench_dedupe
    … --stored 1000 100000 1000000 --postgres postgresql://user@host/postgres --corpus corpus.jsonl

Five tables: recall per class of noise over mutated originals beside MinHash-LSH and exact equality, different articles
that are called copies (`copies_noise`), labelled pairs, a corpus with known copies through the whole judge, and the
cost of an article by the size of the store (`copies_cost`). Everything is seeded; a million stored articles take a
quarter of an hour to make.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.copies_cost import scale_table
from benchmarks.copies_noise import NOISE, different_table, noise_table
from benchmarks.copies_texts import AT, NOTHING_KNOWN, labelled_pairs, made_text, make_article, originals
from monitor.core.dedupe import judge_batch
from monitor.core.similarity import read, sketch, spaced
from monitor.model.articles import Article, VerdictKind
from monitor.pipeline.judging import Judge, LookBack
from monitor.pipeline.scratch import ScratchStore

__all__ = ["AT", "NOISE", "NOTHING_KNOWN", "labelled_pairs", "made_text", "make_article", "noise_table", "originals"]
"""What other benchmarks and the tests use."""


# Labelled pairs


def pair_table(folder: Path | None, *, is_listed: bool = False) -> None:
    """What the second text of each pair is called; listed, so that a person can look at each that is tied."""
    pairs = labelled_pairs(folder)
    if not pairs:
        print("\nLabelled pairs: none (give --pairs)")
        return
    print("\nTelegram pairs: what the second text is to the first (target: no pair of other events called copy)")
    print(f"{'language':10}{'label':8}{'pairs':>8}{'copy':>8}{'revision':>10}{'wire edge':>11}{'new':>8}")
    tied: list[str] = []
    for language in sorted({pair[5] for pair in pairs}):
        for is_same in (True, False):
            tally: Counter[str] = Counter()
            chosen = [pair for pair in pairs if pair[5] == language and pair[4] is is_same]
            for at, (title, text, other, others_text, _, _) in enumerate(chosen):
                one = make_article(f"one{at}", title, text, host="a.example")
                two = make_article(f"two{at}", other, others_text, host="b.example", at=AT + timedelta(hours=1))
                _, outcome = judge_batch([one, two], identities=NOTHING_KNOWN, candidates={}).outcomes
                verdict = outcome.verdict
                tally["wire" if verdict.kind is VerdictKind.NEW and outcome.wordings else verdict.kind.value] += 1
                if verdict.of is not None:
                    label = "same" if is_same else "OTHER"
                    tied.append(f"{language} {label} {verdict.kind.value} {verdict.similarity}: {title} | {other}")
            print(
                f"{language:10}{'same' if is_same else 'other':8}{len(chosen):8}{tally['copy']:8}{tally['revision']:10}"
                f"{tally['wire']:11}{tally['new']:8}"
            )
    if is_listed:
        print("\n".join(tied))


# A corpus with known copies


def corpus_articles(path: Path) -> tuple[list[Article], dict[int, dict[str, object]]]:
    articles, rows = [], {}
    with path.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            at = datetime.fromtimestamp(row["published"], UTC)
            article = make_article(str(row["id"]), row["title"], row["text"], host=urlsplit(row["url"]).netloc, at=at)
            articles.append(article)
            rows[article.id] = row
    return articles, rows


async def judged_corpus(
    articles: Sequence[Article], size: int, *, is_grouping: bool
) -> list[tuple[Article, int | None]]:
    store = ScratchStore()
    group = "all" if is_grouping else "matched"
    judge = Judge(store, store, score=lambda article: (), group=group, look_back=LookBack(stories=None))
    await judge.load(articles[0].at)
    found = []
    for start in range(0, len(articles), size):
        batch = articles[start : start + size]
        judged = await judge.judge(batch, now=batch[-1].at)
        await store.commit_intake(judged.intake)
        judge.confirm()
        found += [(outcome.article, outcome.verdict.of) for outcome in judged.outcomes]
    return found


def corpus_table(path: Path | None, size: int) -> None:
    if path is None:
        print("\nCorpus: none (give --corpus, JSON lines with id, group, copy, published, url, title, text)")
        return
    articles, rows = corpus_articles(path)
    times = {}
    for is_grouping in (False, True):
        began = time.process_time()
        found = asyncio.run(judged_corpus(articles, size, is_grouping=is_grouping))
        times[is_grouping] = time.process_time() - began
    attached = [(article, of) for article, of in found if of is not None]
    right = sum(rows[article.id]["group"] == rows[of]["group"] for article, of in attached if of is not None)
    wanted = sum(bool(row["copy"]) for row in rows.values())
    print(f"\nCorpus of {len(articles)} articles in batches of {size}, all in memory")
    print(f"copies: {wanted} planted, {right} attached rightly, {len(attached) - right} wrongly")
    print(f"precision {right / max(len(attached), 1):.4f}, recall {right / max(wanted, 1):.4f}")
    print(f"CPU: sketch, candidates and verdict {times[False]:.1f} s, with stories for all {times[True]:.1f} s")


# Cost


def cost_table(texts: Sequence[str]) -> None:
    def per_text(function: Callable[[str], object]) -> float:
        took = []
        for text in texts[:200]:
            began = time.perf_counter()
            function(text)
            took.append(time.perf_counter() - began)
        return statistics.median(took) * 1e6

    articles = {text: make_article("x", "Judul", text, host="a.example") for text in texts[:200]}
    words = statistics.median(len(text.split()) for text in texts[:200])
    print(f"\nCost, median µs a text of {words:.0f} words")
    print(f"{'folded and split (floor)':36}{per_text(lambda text: spaced(text).split()):8.0f}")
    print(f"{'shingles of all tokens':36}{per_text(lambda text: read(articles[text])):8.0f}")
    print(f"{'shingles and sketch':36}{per_text(lambda text: sketch(read(articles[text]).shingles)):8.0f}")


def heading(options: argparse.Namespace) -> str:
    """Which code and which data the tables are of."""
    commit = _git("rev-parse", "--short", "HEAD") or "unknown"
    changed = " with changes not committed" if _git("status", "--porcelain", "--", "monitor") else ""
    real = ", ".join(str(path) for path in (options.texts, options.pairs, options.corpus) if path) or "none"
    return f"Copies at commit {commit}{changed}; real texts: {real}; made ones from seed {options.seed}"


def _git(*words: str) -> str:
    try:
        done = subprocess.run(
            ["git", *words], capture_output=True, text=True, cwd=Path(__file__).parent, check=False, timeout=30
        )
    except OSError:
        return ""
    return done.stdout.strip()


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, default=_where("seeds"), help="folder of .txt originals")
    parser.add_argument(
        "--pairs", type=Path, default=_where("../shared/data/pairs/tgcontest"), help="folder of the Telegram pairs"
    )
    parser.add_argument("--list", action="store_true", help="name every pair that is called copy or revision")
    parser.add_argument("--corpus", type=Path, help="JSON lines with known groups of copies")
    parser.add_argument("--originals", type=int, default=900, help="fill up with made texts to so many")
    parser.add_argument("--batch", type=int, default=500, help="articles a batch of the corpus")
    parser.add_argument("--stored", type=int, nargs="*", default=[1000], help="cost beside so many stored articles")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 40], help="articles judged at once there")
    parser.add_argument("--postgres", help="URL of a server on which databases may be made")
    parser.add_argument("--folder", type=Path, help="where to keep filled SQLite stores, or to find them again")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    print(heading(options))
    texts = originals(random.Random(options.seed), options.texts, options.pairs, options.originals)
    noise_table(texts, options.seed)
    different_table(texts)
    pair_table(options.pairs, is_listed=options.list)
    corpus_table(options.corpus, options.batch)
    cost_table([one.text for one in texts])
    scale_table(options.stored, options.batches, postgres=options.postgres, seed=options.seed, folder=options.folder)


def _where(path: str) -> Path | None:
    found = Path(path)
    return found if found.is_dir() else None


if __name__ == "__main__":
    main()
