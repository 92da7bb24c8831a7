"""The watchlist language: what very long watchlists and expressions cost.

Usage: python benchmarks/bench_watchlist_language.py [TERMS …]

For each number of terms (two made-up words each, from a fixed seed): CPU seconds to read the YAML file, against the
floor of reading it as plain YAML, and to compile it, with what is held of memory afterwards; then µs to score 2 kB
without a hit. Then expressions on the same texts: a gate of one expression against a gate of one term, and those that
ruin engines which backtrack, on 200,000 letters.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.bench_scoring import write_articles
from monitor.config.watchlists import load_watchlist
from monitor.config.yaml_nodes import read_document
from monitor.core.patterns import Expression, Legible
from monitor.core.scoring import Scorer, compile_watchlists
from monitor.model.articles import Article
from monitor.model.watchlists import Alias, Condition, Pattern, Term, Watchlist

SYLLABLES = ("ka", "ri", "mo", "ta", "se", "ni", "lo", "pu", "da", "be", "gi", "wa", "ro", "mi", "su", "te")
RUINOUS = ("(a+)+$", "(x+x+)+y", "(a|aa)+$", "(.*)(.*)(.*)(.*)[^a]$", "a.*b|a", "a[^c]{200}c")
_T = TypeVar("_T")


def main(arguments: list[str]) -> None:
    """Print both tables."""
    sizes = [int(argument) for argument in arguments] or [1_000, 10_000, 100_000]
    texts = write_articles(60)
    print("terms     file kB   YAML s   read s  compile s  held MB  µs an article")
    for size in sizes:
        path = write_file(Path(tempfile.mkdtemp()), size)
        floor, _ = measured(lambda path=path: read_document(path))
        read_s, watchlist = measured(lambda path=path: load_watchlist(path))
        compile_s, scorer = measured(lambda watchlist=watchlist: compile_watchlists([watchlist]))
        held_mb = held(path)
        per_article = scoring(scorer, texts)
        kilobytes = path.stat().st_size / 1000
        print(
            f"{size:<9,} {kilobytes:7,.0f} {floor:8.2f} {read_s:8.2f} {compile_s:10.2f} {held_mb:8.0f} "
            f"{per_article:14.0f}"
        )
    print("\ngate                    µs an article")
    gates: dict[str, Condition] = {
        "a term": Term(aliases=(Alias(text="KN-23"),)),
        "an expression": Pattern(regex=r"kn-?\d{2}"),
        "one of any letter": Pattern(regex=r"\pL+ kn-?\d{2}"),
    }
    for name, gate in gates.items():
        print(f"{name:<23} {scoring(compile_watchlists([topic(gate)]), texts):14.0f}")
    print("\non 200,000 letters      ms")
    hard = Legible.of("a" * 200_000 + "!")
    for regex in RUINOUS:
        expression = Expression(regex)
        spent, _ = measured(lambda expression=expression: expression.places(hard))
        print(f"{regex:<23} {spent * 1e3:6.1f}")


def write_file(folder: Path, terms: int) -> Path:
    """A watchlist of so many terms in a configuration folder."""
    rng = random.Random(5)
    path = folder / "config" / "watchlists" / "many.yaml"
    path.parent.mkdir(parents=True)
    words = ("".join(rng.choices(SYLLABLES, k=rng.randint(3, 4))) for _ in range(2 * terms))
    listed = "".join(f"    - {first} {second}\n" for first, second in zip(words, words, strict=True))
    path.write_text(f"name: many\ntitle: {{en: Many}}\nentities:\n  many:\n{listed}match: {{entity: many}}\n")
    return path


def topic(gate: Condition) -> Watchlist:
    """A watchlist that is only a gate."""
    return Watchlist(name="gate", version="1", title={"en": "Gate"}, entities={}, match=gate, threshold=1.0)


def scoring(scorer: Scorer, texts: Sequence[Article]) -> float:
    """Microseconds an article, the second time that they are seen."""

    def score_all() -> None:
        for article in texts:
            scorer.score(article)

    score_all()
    return measured(score_all)[0] / len(texts) * 1e6


def measured(run: Callable[[], _T]) -> tuple[float, _T]:
    """CPU seconds and the result."""
    start = time.process_time()
    result = run()
    return time.process_time() - start, result


def held(path: Path) -> float:
    """Megabytes that a watchlist and its scorer keep."""
    tracemalloc.start()
    watchlist = load_watchlist(path)
    scorer = compile_watchlists([watchlist])
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del scorer
    return kept / 1e6


if __name__ == "__main__":
    main(sys.argv[1:])
