"""How well reports of one event are grouped, and what placing an article costs.

    .venv/bin/python -m benchmarks.bench_stories
    .venv/bin/python -m benchmarks.bench_stories --seeds seeds --pairs ../shared/data/pairs/tgcontest

Five tables: the seed documents in every order of arrival, dated and undated (their events: 0, 3, 4 together, 1 and 2
alone); labelled pairs, joined or not at the fixed lines and at a threshold fitted in five folds, beside shared words of
the titles and the plain cosine; streams of headlines and full texts and the alert view (see `story_tables`), beside one
pass of character TF-IDF with decay; the cost of placing an article by the number of open stories. All is seeded.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import random
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from benchmarks.bench_dedupe import AT, NOTHING_KNOWN, labelled_pairs, made_text, make_article
from benchmarks.story_tables import alert_table, stream_table
from monitor.core.dedupe import judge_batch
from monitor.core.features import Features, Frequencies, Gazetteer, features, weighted
from monitor.core.open_stories import OpenStories
from monitor.core.similarity import spaced
from monitor.core.stories import Assignment, assign
from monitor.core.story_states import VERSION
from monitor.model.articles import Article, Decision
from monitor.model.stories import StoryId

NOBODY = Gazetteer({})
SHUFFLES = 20
"""How often the pairs are cut into five folds: one cut of 215 pairs is worth ±.01."""
SEED_TIMES = [datetime(2023, 9, 14, tzinfo=UTC), datetime(2024, 6, 15, tzinfo=UTC), datetime(2024, 6, 19, tzinfo=UTC)]
SEED_TIMES += [datetime(2023, 9, 14, 12, tzinfo=UTC), datetime(2023, 9, 14, tzinfo=UTC)]
EVENTS = "{0, 3, 4} {1} {2}"


def seed_table(folder: Path | None) -> None:
    paths = sorted(folder.glob("*.txt")) if folder else []
    if len(paths) != len(SEED_TIMES):
        print("\nSeeds: not found (give --seeds)")
        return
    print("\nSeeds: groups over the 120 orders, one article at a time")
    for is_dated in (True, False):
        articles = []
        for at, path in enumerate(paths):
            title, _, text = path.read_text("utf-8").strip().partition("\n")
            made = make_article(f"seed{at}", title, text.strip(), host="a.example")
            articles.append(replace(made, published_at=SEED_TIMES[at] if is_dated else None))
        read = [features(article, NOBODY) for article in articles]
        found = Counter(grouped(articles, read, order) for order in itertools.permutations(range(len(articles))))
        right = found.pop(EVENTS, 0)
        others = "; ".join(f"{count} × {groups}" for groups, count in found.most_common(3))
        print(f"{'dated' if is_dated else 'undated':8} {right}/120 {EVENTS}{f', but {others}' if others else ''}")


def grouped(articles: Sequence[Article], read: Sequence[Features], order: Sequence[int]) -> str:
    stories, frequencies = OpenStories(), Frequencies()
    groups: dict[StoryId, set[int]] = {}
    for at in order:
        placed = assign(articles[at], read[at], stories=stories, frequencies=frequencies, now=AT)
        stories.keep(placed.story)
        frequencies.add(read[at].terms)
        groups.setdefault(placed.story.id, set()).add(at)
    return " ".join(str(group) for group in sorted(groups.values(), key=min))


def pair_table(folder: Path | None, seed: int) -> None:
    pairs = labelled_pairs(folder)
    if not pairs:
        print("\nLabelled pairs: none (give --pairs)")
        return
    print("\nTelegram pairs, same event or not; all in one hour, so without the help of time")
    print(f"{'language':10}{'frequencies':13}{'measure':24}{'P':>7}{'R':>7}{'F1':>7}{'5-fold F1':>17}")
    for language in sorted({pair[5] for pair in pairs}):
        chosen = [pair for pair in pairs if pair[5] == language]
        labels = [pair[4] for pair in chosen]
        sides = [
            (article(f"a{at}", *pair[:2], hosts[0]), article(f"b{at}", *pair[2:4], hosts[1], hours=1))
            for at, (pair, hosts) in enumerate(zip(chosen, hosts_of_pairs(folder, language), strict=True))
        ]
        read = [(features(one, NOBODY), features(other, NOBODY)) for one, other in sides]
        titles = [word_overlap(one.title, other.title) for one, other in sides]
        print_row(language, "-", "title words (floor)", [value >= 0.35 for value in titles], titles, labels, seed)
        for name, frequencies in (("cold", Frequencies()), ("warm", counted(itertools.chain.from_iterable(read)))):
            cosines = [cosine(one, other, frequencies) for one, other in read]
            placed = [place(*side, *pair, frequencies) for side, pair in zip(sides, read, strict=True)]
            scores = [certainty(one.decision) for one in placed]
            print_row(language, name, "cosine ≥ .35", [value >= 0.35 for value in cosines], cosines, labels, seed)
            joined = [not one.joining.is_first for one in placed]
            print_row(language, name, "placed in one story", joined, scores, labels, seed)


def hosts_of_pairs(folder: Path | None, language: str) -> list[tuple[str, str]]:
    """The hosts of the labelled pairs of a language, in their order; outlets are told apart by them."""
    found = []
    for path in sorted(folder.glob(f"{language}*.tsv")) if folder else ():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["GOLDEN:quality"] in ("OK", "BAD"):
                    one, other = (urlsplit(row[f"INPUT:{side}_url"]).hostname or "" for side in ("first", "second"))
                    found.append((one, other))
    return found


def article(name: str, title: str, text: str, host: str, *, hours: int = 0) -> Article:
    return make_article(name, title, text, host=host, at=AT + timedelta(hours=hours))


def place(
    one: Article, other: Article, read_one: Features, read_other: Features, frequencies: Frequencies
) -> Assignment:
    """The place of the second beside the first one's story, its wording judged before, as the judge does it."""
    _, outcome = judge_batch([one, other], identities=NOTHING_KNOWN, candidates={}).outcomes
    stories = OpenStories()
    stories.keep(assign(one, read_one, stories=stories, frequencies=frequencies, now=AT).story)
    copy_of = outcome.verdict.of if outcome.verdict.kind.value == "copy" else None
    return assign(
        other,
        read_other,
        stories=stories,
        frequencies=frequencies,
        now=AT,
        copy_of=copy_of,
        wordings=outcome.wordings,
    )


def certainty(decision: Decision) -> float:
    """The score by which an article was placed: 1 for a copy, 0 where a veto speaks."""
    return {"copy": 1.0, "veto": 0.0}.get(decision.level, decision.measure or 0.0)


def cosine(one: Features, other: Features, frequencies: Frequencies) -> float:
    _, left, right = np.intersect1d(one.terms, other.terms, assume_unique=True, return_indices=True)
    return float(weighted(one, frequencies)[left] @ weighted(other, frequencies)[right])


def counted(read: Iterable[Features]) -> Frequencies:
    frequencies = Frequencies()
    for one in read:
        frequencies.add(one.terms)
    return frequencies


def word_overlap(one: str, other: str) -> float:
    left, right = set(spaced(one).split()), set(spaced(other).split())
    return len(left & right) / max(min(len(left), len(right)), 1)


def print_row(
    language: str,
    frequencies: str,
    name: str,
    said: Sequence[bool],
    values: Sequence[float],
    labels: Sequence[bool],
    seed: int,
) -> None:
    precision, recall, f1 = quality(said, labels)
    folds = [five_fold(values, labels, seed + at) for at in range(SHUFFLES)]
    spread = f"{statistics.mean(folds):9.3f} ± {statistics.stdev(folds):.3f}"
    print(f"{language:10}{frequencies:13}{name:24}{precision:7.3f}{recall:7.3f}{f1:7.3f}{spread}")


def quality(said: Sequence[bool], labels: Sequence[bool]) -> tuple[float, float, float]:
    hits = sum(one and other for one, other in zip(said, labels, strict=True))
    precision, recall = hits / max(sum(said), 1), hits / max(sum(labels), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def five_fold(values: Sequence[float], labels: Sequence[bool], seed: int) -> float:
    """F1 over all pairs, each judged by a threshold fitted on the other four fifths."""
    places = list(range(len(values)))
    random.Random(seed).shuffle(places)
    said = [False] * len(values)
    for fold in range(5):
        test = set(places[fold::5])
        train = [at for at in places if at not in test]
        best = max(
            (step / 100 for step in range(5, 95)),
            key=lambda line: quality([values[at] >= line for at in train], [labels[at] for at in train])[2],
        )
        for at in test:
            said[at] = values[at] >= best
    return quality(said, labels)[2]


def cost_table(sizes: Sequence[int], seed: int) -> None:
    print("\nCost of placing an article of made text, by open stories (median of 50, µs)")
    print(f"{'stories':>9}{'read':>8}{'place':>8}{'keep':>8}{'reopen all, ms':>16}")
    rng = random.Random(seed)
    for size in sizes:
        stories, frequencies = OpenStories(), Frequencies()
        for at in range(size):
            own = ["".join(rng.choices("abdegiklmnoprstu", k=rng.randint(3, 9))) for _ in range(200)]
            made = article(f"s{at}", " ".join(own[:6]), made_text(rng, own), "a.example")
            read = features(made, NOBODY)
            stories.keep(assign(made, read, stories=stories, frequencies=frequencies, now=AT).story)
            frequencies.add(read.terms)
        took: dict[str, list[float]] = {"read": [], "place": [], "keep": []}
        for at in range(50):
            made = article(f"n{at}", " ".join(own[6:12]), made_text(rng, own), "b.example", hours=1)
            marks = [time.perf_counter()]
            read = features(made, NOBODY)
            marks.append(time.perf_counter())
            placed = assign(made, read, stories=stories, frequencies=frequencies, now=AT)
            marks.append(time.perf_counter())
            stories.keep(placed.story)
            marks.append(time.perf_counter())
            for name, (begin, end) in zip(took, itertools.pairwise(marks), strict=True):
                took[name].append((end - begin) * 1e6)
        whole = [stories.get(story_id) for story_id in sorted(stories.ids())]
        began = time.perf_counter()
        OpenStories(whole)
        reopened = (time.perf_counter() - began) * 1e3
        print(f"{size:9}{''.join(f'{statistics.median(took[name]):8.0f}' for name in took)}{reopened:16.1f}")


def header(options: argparse.Namespace) -> None:
    """The commit and the data that the figures belong to."""
    asked = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "unknown"
    print(
        f"commit {commit}; grouping {VERSION}; pairs {options.pairs}, seeds {options.seeds}; random seed {options.seed}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, help="folder with the five seed documents")
    parser.add_argument("--pairs", type=Path, help="folder of the Telegram pairs")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, default=30, help="events of a made stream; 0 leaves the streams out")
    options = parser.parse_args()
    header(options)
    seed_table(options.seeds)
    pair_table(options.pairs, options.seed)
    if options.events:
        pairs = labelled_pairs(options.pairs)
        stream_table(pairs, events=options.events, seeds=(options.seed, options.seed + 1))
        alert_table(pairs, events=options.events, seeds=(options.seed,))
    cost_table(options.sizes, options.seed)


if __name__ == "__main__":
    main()
