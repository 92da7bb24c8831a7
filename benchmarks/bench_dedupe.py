"""How well copies are told from other texts, and what it costs.

    .venv/bin/python -m benchmarks.bench_dedupe
    … --texts seeds --pairs ../shared/data/pairs/tgcontest --corpus corpus.jsonl

Three tables: recall per class of noise over mutated originals (noise of our own making, see `NOISE`), labelled pairs
of events called copy, and a corpus with known copies through the whole judge. The floor beside the noise table is
exact equality of the folded text. Everything is seeded.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

from monitor.core.dedupe import judge_batch
from monitor.core.similarity import Readings, read, sketch, spaced
from monitor.model.articles import Article, Candidate, VerdictKind
from monitor.model.commits import Identities
from monitor.pipeline.judging import Judge, LookBack
from monitor.pipeline.scratch import ScratchStore

AT = datetime(2024, 6, 19, tzinfo=UTC)
LEAST_WORDS = 150
NOTHING_KNOWN = Identities(by_url={}, by_title={})


def number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 2


def make_article(name: str, title: str, text: str, *, host: str, at: datetime = AT) -> Article:
    return Article(
        id=number(name),
        feed_id=host,
        outlet=host,
        url=f"https://{host}/{name}",
        url_key=number(f"{host}/{name}"),
        host=host,
        title=title,
        title_key=number(f"{host} {spaced(title)}"),
        text=text,
        published_at=at,
        first_seen_at=at,
        body_digest=number(f"{title} {text}"),
    )


# Texts


def made_text(rng: random.Random, vocabulary: Sequence[str]) -> str:
    words = rng.choices(vocabulary, k=rng.randint(LEAST_WORDS, 400))
    return ". ".join(" ".join(words[at : at + 12]) for at in range(0, len(words), 12)) + "."


def originals(rng: random.Random, folder: Path | None, pairs: Path | None, count: int) -> list[str]:
    """Real texts where there are any, made ones to fill up; all of `LEAST_WORDS` words or more."""
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))] if folder else []
    texts += [text for pair in labelled_pairs(pairs) for text in (pair[1], pair[3])]
    texts = distinct(sorted({text for text in texts if len(text.split()) >= LEAST_WORDS}, key=number))
    vocabulary = ["".join(rng.choices("abdegiklmnoprstu", k=rng.randint(2, 9))) for _ in range(3000)]
    return [*texts, *(made_text(rng, vocabulary) for _ in range(max(count - len(texts), 0)))]


def distinct(texts: Sequence[str]) -> list[str]:
    """Without texts that are copies of each other: a mutation of one would rightly be tied to the other."""
    articles = [make_article(f"t{at}", text[:40], text, host=f"{at}.example") for at, text in enumerate(texts)]
    outcomes = judge_batch(articles, identities=NOTHING_KNOWN, candidates={}).outcomes
    return [outcome.article.text for outcome in outcomes if outcome.verdict.kind is VerdictKind.NEW]


def labelled_pairs(folder: Path | None) -> list[tuple[str, str, str, str, bool, str]]:
    """(title, text, title, text, same event, language) of the Telegram pairs."""
    found = []
    csv.field_size_limit(10**9)
    for path in sorted(folder.glob("*.tsv")) if folder and folder.is_dir() else ():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if (label := row["GOLDEN:quality"]) in ("OK", "BAD"):
                    sides = (row[f"INPUT:{side}_{part}"] for side in ("first", "second") for part in ("title", "text"))
                    one, its_text, other, others_text = sides
                    found.append((one, its_text, other, others_text, label == "OK", path.name[:2]))
    return found


# Noise


def edited(words: Sequence[str], rng: random.Random, share: float, foreign: Sequence[str]) -> list[str]:
    return [rng.choice(foreign) if rng.random() < share else word for word in words]


def spliced(words: Sequence[str], rng: random.Random, foreign: Sequence[str]) -> list[str]:
    """A dateline, three foreign headlines inside, and forty words of footer."""
    found = ["JAKARTA,", "KOMPAS", "-", *words]
    for _ in range(3):
        at, start = rng.randrange(len(found)), rng.randrange(max(len(foreign) - 10, 1))
        found[at:at] = foreign[start : start + 10]
    return [*found, *(f"ikuti{at}" for at in range(40))]


Noise = Callable[[list[str], random.Random, Sequence[str]], list[str]]
NOISE: dict[str, Noise] = {
    "dateline, 3 headlines, footer": spliced,
    "cut to 60 %": lambda words, rng, foreign: words[: int(len(words) * 0.6)],
    "8 % of the words changed": lambda words, rng, foreign: edited(words, rng, 0.08, foreign),
    "new 60-word lead, first 10 % gone": lambda words, rng, foreign: [*foreign[:60], *words[len(words) // 10 :]],
    "cut 50 %, 5 % changed, footer": lambda words, rng, foreign: [
        *edited(words[: len(words) // 2], rng, 0.05, foreign),
        *(f"ikuti{at}" for at in range(40)),
    ],
    "cut to 30 %": lambda words, rng, foreign: words[: int(len(words) * 0.3)],
}


def noise_table(texts: Sequence[str], seed: int) -> None:
    print(f"\nNear-duplicates: {len(texts)} originals, each mutated; % of mutations")
    print(f"{'noise':36}{'found':>8}{'copy':>8}{'revision':>10}{'attached':>10}{'exact':>8}{'false':>8}")
    for name, mutate in NOISE.items():
        rng = random.Random(seed)
        tally: Counter[str] = Counter()
        known = [make_article(f"original{at}", f"Judul {at}", text, host="a.example") for at, text in enumerate(texts)]
        index = holders(known)
        readings = Readings(capacity=len(texts) * 2)
        for at, text in enumerate(texts):
            foreign = texts[(at + rng.randrange(1, len(texts))) % len(texts)].split()
            mutation = " ".join(mutate(text.split(), rng, foreign))
            article = make_article(f"{name}{at}", f"Kabar {at}", mutation, host="b.example", at=AT + timedelta(hours=1))
            near = candidates(article, index)
            judged = judge_batch([article], identities=NOTHING_KNOWN, candidates={article.id: near}, readings=readings)
            verdict = judged.outcomes[0].verdict
            tally["found"] += known[at].id in {one.article.id for one in near}
            tally["exact"] += spaced(mutation) == spaced(text)
            if verdict.of is not None:
                tally[verdict.kind.value if verdict.of == known[at].id else "false"] += 1
        shares = {key: 100 * tally[key] / len(texts) for key in ("found", "copy", "revision", "exact", "false")}
        print(
            f"{name:36}{shares['found']:8.1f}{shares['copy']:8.1f}{shares['revision']:10.1f}"
            f"{shares['copy'] + shares['revision']:10.1f}{shares['exact']:8.1f}{shares['false']:8.1f}"
        )


def holders(known: Iterable[Article]) -> dict[int, list[Article]]:
    index: dict[int, list[Article]] = {}
    for article in known:
        for value in sketch(read(article).shingles).hashes:
            index.setdefault(value, []).append(article)
    return index


def candidates(article: Article, index: dict[int, list[Article]]) -> list[Candidate]:
    counts: Counter[int] = Counter()
    found: dict[int, Article] = {}
    for value in sketch(read(article).shingles).hashes:
        for holder in index.get(value, ()):
            counts[holder.id] += 1
            found[holder.id] = holder
    return [Candidate(article=found[of], shared=shared) for of, shared in counts.most_common(20) if shared >= 3]


# Labelled pairs


def pair_table(folder: Path | None) -> None:
    pairs = labelled_pairs(folder)
    if not pairs:
        print("\nLabelled pairs: none (give --pairs)")
        return
    print("\nTelegram pairs: what the second text is to the first")
    print(f"{'language':10}{'label':8}{'pairs':>8}{'copy':>8}{'revision':>10}{'wire edge':>11}{'new':>8}")
    for language in sorted({pair[5] for pair in pairs}):
        for is_same in (True, False):
            tally: Counter[str] = Counter()
            chosen = [pair for pair in pairs if pair[5] == language and pair[4] is is_same]
            for at, (title, text, other, others_text, _, _) in enumerate(chosen):
                one = make_article(f"one{at}", title, text, host="a.example")
                two = make_article(f"two{at}", other, others_text, host="b.example", at=AT + timedelta(hours=1))
                _, outcome = judge_batch([one, two], identities=NOTHING_KNOWN, candidates={}).outcomes
                kind = outcome.verdict.kind
                tally["wire" if kind is VerdictKind.NEW and outcome.wordings else kind.value] += 1
            print(
                f"{language:10}{'same' if is_same else 'other':8}{len(chosen):8}{tally['copy']:8}{tally['revision']:10}"
                f"{tally['wire']:11}{tally['new']:8}"
            )


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, help="folder of .txt originals")
    parser.add_argument("--pairs", type=Path, help="folder of the Telegram pairs")
    parser.add_argument("--corpus", type=Path, help="JSON lines with known groups of copies")
    parser.add_argument("--originals", type=int, default=300, help="fill up with made texts to so many")
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    texts = originals(random.Random(options.seed), options.texts, options.pairs, options.originals)
    noise_table(texts, options.seed)
    pair_table(options.pairs)
    corpus_table(options.corpus, options.batch)
    cost_table(texts)


if __name__ == "__main__":
    main()
