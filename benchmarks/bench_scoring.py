"""Scoring: µs an article, against word splitting and a bare automaton, and quality on labelled items.

Usage: python -m benchmarks.bench_scoring [ARTICLES] [LABELLED.jsonl …]

The articles are written from a fixed seed: 2 kB each, in six languages, one in ten about the default watchlist's topic;
0 articles print quality alone. The bare automaton is that of ahocorasick_rs (Rust), where it can be imported: it only
finds the spellings as substrings in casefolded text, with no boundary, field or rule. It is no dependency; put a
throw-away environment's packages on PYTHONPATH. LABELLED has one JSON object a line with "title", "text", "lang",
"label" (0 or 1) and "reason"; reasons beginning with "grey" are left out.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import Scorer, compile_watchlists
from monitor.core.words import split_words
from monitor.model.articles import Article
from monitor.model.watchlists import Alias, AllOf, Entity, Mention, Watchlist

DEFAULT = Path(__file__).parents[1] / "config" / "watchlists" / "russia-north-korea.yaml"
ALPHABETS = {
    "id": "aiueonkrstmdplgbhyj",
    "en": "etaoinshrdlucmfwyp",
    "ru": "оеаинтсрвлкмдпуяы",
    "ko": "가나다라마바사아자차카타파하고노도로모보소오",
    "zh": "的一是不了人我在有他这中大来上国个到说们",
    "pl": "aioeznrwstcykdpmuł",
}
SENTENCES = {
    "id": "Putin bertemu Kim Jong Un di Pyongyang dan menyepakati pasokan amunisi.",
    "en": "Putin met Kim Jong Un in Pyongyang and agreed on shipments of ammunition.",
    "ru": "Путин встретился с Ким Чен Ыном в Пхеньяне и договорился о поставках боеприпасов.",
    "ko": "푸틴이 평양에서 김정은과 만나 탄약 공급에 합의했다.",
    "zh": "普京在平壤会见金正恩并商定供应弹药。",
    "pl": "Putin spotkał się z Kim Dzong Unem w Pjongjangu i uzgodnił dostawy amunicji.",
}
SIZE_BYTES = 2000


def write_articles(count: int, seed: int = 7) -> list[Article]:
    """Articles of about 2 kB in six languages; every tenth tells of the default watchlist's topic."""
    rng = random.Random(seed)
    vocabulary = {
        language: ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(4000)]
        for language, letters in ALPHABETS.items()
    }
    return [_write(number, rng, vocabulary) for number in range(count)]


def _write(number: int, rng: random.Random, vocabulary: dict[str, list[str]]) -> Article:
    language = list(ALPHABETS)[number % len(ALPHABETS)]
    gap = "" if language == "zh" else " "
    sentences = [SENTENCES[language]] * 2 if number // len(ALPHABETS) % 10 == 0 else []
    while sum(len(sentence.encode()) for sentence in sentences) < SIZE_BYTES:
        words = rng.choices(vocabulary[language], k=14)
        sentences.append(gap.join(words).capitalize() + ("。" if language == "zh" else ". "))
    title = sentences[0][:80]
    return Article(
        id=number, feed_id="bench", outlet="bench", url="", url_key=None, host="", title=title, title_key=0,
        text="\n".join(sentences), language=language, first_seen_at=datetime(2026, 1, 1, tzinfo=UTC), body_digest=0,
    )  # fmt: skip


def write_watchlists(count: int, terms: int, seed: int = 8) -> list[Watchlist]:
    """Watchlists of two sides with invented terms, some of which stand in the articles."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        words = ["".join(rng.choices(ALPHABETS["id"], k=rng.randint(4, 9))) for _ in range(terms)]
        sides = {
            name: Entity(id=name, aliases=tuple(Alias(text=word) for word in words[start::2]))
            for start, name in enumerate(("left", "right"))
        }
        match = AllOf(children=tuple(Mention(entity=name) for name in sides))
        facts = {"entities": sides, "match": match, "sides": ("left", "right"), "threshold": 50.0}
        made.append(Watchlist(name=f"w{number}", version="", title={}, **facts))  # type: ignore[arg-type]
    return made


def microseconds(work: Callable[[Article], object], articles: list[Article], rounds: int = 3) -> float:
    """CPU time an article, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for article in articles:
            work(article)
        best = min(best, time.process_time() - start)
    return best / len(articles) * 1e6


def speed_table(count: int) -> None:
    """µs an article of some sets of watchlists, beside the floor and an automaton of all their spellings."""
    articles = write_articles(count)
    default, hundred = load_watchlist(DEFAULT), write_watchlists(100, 100)
    sets = {
        "1 watchlist, 100 terms": write_watchlists(1, 100),
        "default watchlist": [default],
        "100 watchlists, 10,000 terms": hundred,
        "the default and these 100": [default, *hundred],
    }
    scorers = {name: compile_watchlists(watchlists) for name, watchlists in sets.items()}
    for scorer in scorers.values():  # every word was seen once, as after some minutes of the daemon
        for article in articles:
            scorer.score(article)
    gc.collect()
    gc.freeze()  # as the daemon does (app/garbage)
    print(f"{count} articles of {SIZE_BYTES} bytes, µs an article (CPU)")
    print(f"{'floor: casefold, split into words':36}all {microseconds(_floor, articles):6.0f}")
    for name, scorer in scorers.items():
        quiet = [article for article in articles if all(score.is_gated for score in scorer.score(article))]
        loud = [article for article in articles if article not in quiet]
        whole = microseconds(scorer.score, articles)
        parts = {"no match": quiet, "past a gate": loud}
        figures = [f"{part} {microseconds(scorer.score, chosen):6.0f}" for part, chosen in parts.items() if chosen]
        figures.append(f"only matches {microseconds(scorer.matches, articles):6.0f}")
        if bare := _automaton(sets[name]):
            peer = microseconds(bare, articles)
            figures.append(f"bare automaton {peer:6.0f}, ratio {whole / peer:4.1f}")
        print(f"{name:36}all {whole:6.0f}   " + "   ".join(figures))
    gc.unfreeze()


def _automaton(watchlists: list[Watchlist]) -> Callable[[Article], object] | None:
    """The peer with all spellings of some watchlists, or None where it is not installed."""
    try:
        from ahocorasick_rs import AhoCorasick, MatchKind
    except ImportError:
        return None
    entities = [entity for watchlist in watchlists for entity in watchlist.entities.values()]
    spellings = {alias.text.casefold().replace("*", "") for entity in entities for alias in entity.aliases}
    automaton = AhoCorasick(sorted(spellings), matchkind=MatchKind.LeftmostLongest)
    return lambda article: automaton.find_matches_as_indexes(f"{article.title}\n{article.text}".casefold())


def _floor(article: Article) -> object:
    return split_words(f"{article.title}\n{article.text}".casefold())


def average_precision(ranked: Iterable[tuple[float, bool]]) -> float:
    """Mean precision at each relevant item, highest points first."""
    found, total = 0, 0.0
    for place, (_, is_relevant) in enumerate(sorted(ranked, key=lambda item: -item[0]), start=1):
        if is_relevant:
            found += 1
            total += found / place
    return total / found if found else 0.0


def quality_table(path: Path, scorer: Scorer) -> None:
    """Precision, recall, F1 and average precision of the default watchlist by language."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    measured: dict[str, list[tuple[float, bool, bool]]] = defaultdict(list)
    for row in rows:
        if str(row.get("reason", "")).startswith("grey"):
            continue
        article = Article(
            id=0, feed_id="", outlet="", url="", url_key=None, host="", title=row["title"], title_key=0,
            text=row["text"], language=row["lang"], first_seen_at=datetime(2026, 1, 1, tzinfo=UTC), body_digest=0,
        )  # fmt: skip
        (score,) = scorer.score(article)
        points = float("-inf") if score.is_gated else score.points
        for group in (row["lang"], "all"):
            measured[group].append((points, score.is_match, bool(row["label"])))
    print(f"\n{path.name}: {'n':>6} {'P':>6} {'R':>6} {'F1':>6} {'AP':>6}")
    for group, items in sorted(measured.items()):
        hits = sum(is_match and label for _, is_match, label in items)
        precision = hits / max(sum(is_match for _, is_match, _ in items), 1)
        recall = hits / max(sum(label for _, _, label in items), 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        ap = average_precision((points, label) for points, _, label in items)
        print(f"{group:>9}: {len(items):6} {precision:6.3f} {recall:6.3f} {f1:6.3f} {ap:6.3f}")


def main(arguments: list[str]) -> None:
    """Print the tables."""
    count = int(arguments[0]) if arguments else 600
    if count:
        speed_table(count)
    scorer = compile_watchlists([load_watchlist(DEFAULT)])
    for path in arguments[1:]:
        quality_table(Path(path), scorer)


if __name__ == "__main__":
    main(sys.argv[1:])
