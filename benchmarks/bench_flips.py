"""Flips: of so many misses, how many does the named smallest change turn, and what does naming it cost?

Usage: python benchmarks/bench_flips.py [MISSES] [ARTICLES.jsonl]

The misses are those of the shipped watchlist among articles made from a fixed seed, and among ARTICLES (JSON lines with
"title", "text", "lang"), whose own come first. Each named flip is applied and rescored by a scorer compiled for it,
apart from the one that named it. Prints a table; exit code 1 where a flip did not turn the result.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import Scorer, compile_watchlists
from monitor.core.scoring.flips import Flip, FlipFinder
from monitor.model.articles import Article
from monitor.model.watchlists import Watchlist

DEFAULT = Path(__file__).parents[1] / "config" / "watchlists" / "russia-north-korea.yaml"
PIECES = {
    "id": "Rusia|Putin|Korea Utara|Pyongyang|China|Iran|sepak bola|amunisi|menteri|bertemu|harga|kemarin|seperti|dan",
    "en": "Russia|Moscow|North Korea|Kim Jong Un|China|Iran|football|ammunition|minister|talks|prices|like|and|said",
    "ru": "Россия|Путин|КНДР|Пхеньян|Китай|Иран|футбол|боеприпасы|министр|переговоры|цены|как|и|сообщил",
    "ko": "러시아|푸틴|북한|평양|중국|이란|축구|탄약|장관|회담|가격|어제|처럼|및",
    "zh": "俄罗斯|普京|朝鲜|平壤|中国|伊朗|足球|弹药|部长|会谈|价格|昨天|像|和",
    "pl": "Rosja|Putina|Korea Północna|Pjongjang|Chiny|Iran|piłka nożna|amunicja|minister|rozmowy|ceny|jak|i|wczoraj",
}


def made(seed: int = 11) -> Iterator[Article]:
    """Word salad in six languages: both sides, one or none, in lists, comparisons and passing."""
    rng = random.Random(seed)
    while True:
        language = rng.choice(list(PIECES))
        pieces = PIECES[language].split("|")
        title = " ".join(rng.choices(pieces, k=rng.choice((3, 5, 7))))
        yield _article(title, " ".join(rng.choices(pieces, k=rng.choice((0, 15, 60, 200)))), language)


def read(path: Path) -> Iterator[Article]:
    """The articles of a file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        yield _article(values["title"], values.get("text") or "", values.get("lang"))


def _article(title: str, text: str, language: str | None) -> Article:
    return Article(
        id=0, feed_id="", outlet="", url="", url_key=None, host="", title=title, title_key=0, text=text,
        language=language, first_seen_at=datetime(2026, 1, 1, tzinfo=UTC), body_digest=0,
    )  # fmt: skip


def turns(flip: Flip, article: Article, watchlist: Watchlist, scorer: Scorer) -> bool:
    """Whether applying it makes the article match; `scorer` is that of the watchlist as it was."""
    changed, rewritten = flip.apply(article, watchlist)
    rescorer = scorer if rewritten is watchlist else compile_watchlists([rewritten])
    return rescorer.score(changed)[0].is_match


def measure(count: int, articles: Iterator[Article]) -> tuple[int, list[list[str]]]:
    """How many misses were not turned, and the rows of the table."""
    watchlist = load_watchlist(DEFAULT)
    scorer, finder = compile_watchlists([watchlist]), FlipFinder(watchlist)
    sizes: Counter[int] = Counter()
    kinds: Counter[str] = Counter()
    misses = unturned = 0
    spent = 0.0
    for article in articles:
        if scorer.score(article)[0].is_match:
            continue
        misses += 1
        started = time.process_time()
        flips = finder.flips(article, limit=1)
        spent += time.process_time() - started
        sizes[len(flips[0].edits) if flips else 0] += 1
        kinds.update({edit.kind for flip in flips for edit in flip.edits})
        unturned += not (flips and turns(flips[0], article, watchlist, scorer))
        if misses == count:
            break
    rows = [["misses", f"{misses:,}"], ["turned by the named change", f"{misses - unturned:,}"]]
    rows += [[f"of {size} change{'s' * (size > 1)}", f"{number:,}"] for size, number in sorted(sizes.items())]
    rows += [[f"with {kind}", f"{number:,}"] for kind, number in kinds.most_common()]
    rows.append(["CPU for one", f"{1000 * spent / max(misses, 1):.0f} ms"])
    return unturned, rows


def chained(path: Path | None) -> Iterator[Article]:
    """The file's articles, then made ones."""
    if path is not None:
        yield from read(path)
    yield from made()


def main(argv: list[str]) -> int:
    """Print the table."""
    count = int(argv[0]) if argv else 1000
    unturned, rows = measure(count, chained(Path(argv[1]) if len(argv) > 1 else None))
    for name, value in rows:
        print(f"{name:<30}{value:>10}")
    return 1 if unturned else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
