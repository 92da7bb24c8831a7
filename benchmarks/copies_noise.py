"""Are mutated copies found, and are different articles left alone? Beside MinHash-LSH and exact equality.

The six classes of noise are those of the design's own measurement; the three classes of different articles are what
welds news in practice: a common footer, a common background, a template. The lines between copy, revision and neither
are the core's (`CopyLines`), drawn before this table was made; nothing here is fitted.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from benchmarks.copies_texts import AT, NOTHING_KNOWN, Original, make_article
from monitor.core.dedupe import judge_batch
from monitor.core.likeness import LINES
from monitor.core.similarity import Readings, read, shingles, sketch, spaced
from monitor.model.articles import Article, Candidate, Verdict, VerdictKind

FOOTER = [f"ikuti{at}" for at in range(40)]
TITLE_WORDS = 9
_Signature = np.typing.NDArray[np.uint64]


def edited(words: Sequence[str], rng: random.Random, share: float, foreign: Sequence[str]) -> list[str]:
    return [rng.choice(foreign) if rng.random() < share else word for word in words]


def spliced(words: Sequence[str], rng: random.Random, foreign: Sequence[str]) -> list[str]:
    """A dateline, three foreign headlines inside, and forty words of footer."""
    found = ["JAKARTA,", "KOMPAS", "-", *words]
    for _ in range(3):
        at, start = rng.randrange(len(found)), rng.randrange(max(len(foreign) - 10, 1))
        found[at:at] = foreign[start : start + 10]
    return [*found, *FOOTER]


Noise = Callable[[list[str], random.Random, Sequence[str]], list[str]]
LIGHT: dict[str, Noise] = {
    "dateline, 3 headlines, footer": spliced,
    "cut to 60 %": lambda words, rng, foreign: words[: int(len(words) * 0.6)],
    "8 % of the words changed": lambda words, rng, foreign: edited(words, rng, 0.08, foreign),
    "new 60-word lead, first 10 % gone": lambda words, rng, foreign: [*foreign[:60], *words[len(words) // 10 :]],
}
HEAVY: dict[str, Noise] = {
    "cut 50 %, 5 % changed, footer": lambda words, rng, foreign: [
        *edited(words[: len(words) // 2], rng, 0.05, foreign),
        *FOOTER,
    ],
    "cut to 30 %": lambda words, rng, foreign: words[: int(len(words) * 0.3)],
}
NOISE = LIGHT | HEAVY


class MinHashIndex:
    """The peer: MinHash (Broder 1997) in bands (Indyk, Motwani 1998) over the same shingles."""

    def __init__(self, bands: int, rows: int) -> None:
        rng = np.random.default_rng(bands * 100 + rows)
        self._bands, self._rows = bands, rows
        self._factors = rng.integers(0, 1 << 63, bands * rows, dtype=np.uint64) * 2 + 1
        self._offsets = rng.integers(0, 1 << 63, bands * rows, dtype=np.uint64)
        self._holders: dict[tuple[int, bytes], list[int]] = {}

    def add(self, number: int, text: str) -> None:
        """Make a text findable by its number."""
        for key in self._keys(text):
            self._holders.setdefault(key, []).append(number)

    def near(self, text: str) -> set[int]:
        """The numbers of the texts that agree with this one in a band."""
        return {number for key in self._keys(text) for number in self._holders.get(key, ())}

    def _keys(self, text: str) -> Iterator[tuple[int, bytes]]:
        hashes: _Signature = shingles(text)
        if not len(hashes):
            return
        least = (hashes[:, None] * self._factors + self._offsets).min(axis=0)
        for band in range(self._bands):
            yield band, least[band * self._rows : (band + 1) * self._rows].tobytes()


@dataclass(slots=True)
class Stored:
    """The originals as ours and the peers know them."""

    articles: list[Article]
    readings: Readings
    holders: dict[int, list[Article]] = field(default_factory=dict)
    peers: dict[str, MinHashIndex] = field(default_factory=dict)

    def verdict(self, article: Article) -> tuple[Verdict, set[int]]:
        """What the article is to the originals, and which of them were candidates."""
        near = self._candidates(article)
        judged = judge_batch([article], identities=NOTHING_KNOWN, candidates={article.id: near}, readings=self.readings)
        return judged.outcomes[0].verdict, {one.article.id for one in near}

    def _candidates(self, article: Article) -> list[Candidate]:
        """As the store finds them: the best few that share enough sampled hashes."""
        counts: Counter[int] = Counter()
        found: dict[int, Article] = {}
        for value in sketch(read(article).shingles).hashes:
            for holder in self.holders.get(value, ()):
                counts[holder.id] += 1
                found[holder.id] = holder
        best = counts.most_common(LINES.candidates)
        return [Candidate(article=found[of], shared=shared) for of, shared in best if shared >= LINES.min_shared]


def store(texts: Sequence[Original], *, with_peers: bool) -> Stored:
    known = [
        make_article(f"original{at}", " ".join(one.text.split()[:TITLE_WORDS]), one.text, host="a.example")
        for at, one in enumerate(texts)
    ]
    stored = Stored(known, Readings(capacity=len(texts) * 2))
    if with_peers:
        stored.peers = {"LSH 42x3": MinHashIndex(42, 3), "LSH 32x4": MinHashIndex(32, 4)}
    for at, article in enumerate(known):
        for value in sketch(read(article).shingles).hashes:
            stored.holders.setdefault(value, []).append(article)
        for peer in stored.peers.values():
            peer.add(at, article.text)
    return stored


def noise_table(texts: Sequence[Original], seed: int) -> None:
    """Per class of noise, which share of the mutations is found, called what, and tied to the wrong text."""
    real = sum(one.is_real for one in texts)
    print(f"\nNear-duplicates: {len(texts)} originals ({real} real, {len(texts) - real} made), each mutated; %")
    print("found: among the candidates; tied = copy + revision of the right text (target 99, heavy 90); half: of each")
    print("half of the originals; wrong: tied to another text; LSH: MinHash in bands, candidates; equal: folded text")
    print(
        f"{'noise':36}{'found':>7}{'copy':>7}{'revis.':>7}{'tied':>7}{'real':>7}{'made':>7}{'halves':>13}{'wrong':>7}"
        f"{'LSH 42x3':>10}{'LSH 32x4':>10}{'equal':>7}"
    )
    stored = store(texts, with_peers=True)
    for name, mutate in NOISE.items():
        tally = mutated(texts, stored, name, mutate, random.Random(seed))
        print(_noise_row(name, tally, texts))


def mutated(texts: Sequence[Original], stored: Stored, name: str, mutate: Noise, rng: random.Random) -> Counter[str]:
    """Each original once with this noise, at another outlet under a title of its own, an hour later."""
    tally: Counter[str] = Counter()
    for at, one in enumerate(texts):
        foreign = texts[(at + rng.randrange(1, len(texts))) % len(texts)].text.split()
        words = one.text.split()
        text = " ".join(mutate(words, rng, foreign))
        # The outlet's own headline, made of words that every mutation keeps.
        title = " ".join(words[len(words) // 8 :][:TITLE_WORDS])
        article = make_article(f"{name}{at}", title, text, host="b.example", at=AT + timedelta(hours=1))
        verdict, near = stored.verdict(article)
        tally["found"] += stored.articles[at].id in near
        tally["equal"] += spaced(text) == spaced(one.text)
        for label, peer in stored.peers.items():
            tally[label] += at in peer.near(text)
        if verdict.of == stored.articles[at].id:
            half = "first" if at < len(texts) // 2 else "second"
            tally.update([verdict.kind.value, "tied", "real" if one.is_real else "made", half])
        else:
            tally["wrong"] += verdict.of is not None
    return tally


def _noise_row(name: str, tally: Counter[str], texts: Sequence[Original]) -> str:
    real, half = sum(one.is_real for one in texts), len(texts) // 2
    bases = {"real": real, "made": len(texts) - real, "first": half, "second": len(texts) - half}

    def share(key: str) -> str:
        base = bases.get(key, len(texts))
        return f"{100 * tally[key] / base:.1f}" if base else "-"

    columns = "".join(f"{share(key):>7}" for key in ("found", "copy", "revision", "tied", "real", "made"))
    halves = f"{share('first')} {share('second')}"
    peers = f"{share('LSH 42x3'):>10}{share('LSH 32x4'):>10}"
    return f"{name:36}{columns}{halves:>13}{share('wrong'):>7}{peers}{share('equal'):>7}"


# Different articles


def framed(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], list[str]]:
    """Two articles of an agency: its line above, the same hundred words of footer below."""
    line, footer = [f"kantor{at}" for at in range(15)], [f"baca{at}" for at in range(85)]
    return [*line, *one, *footer], [*line, *other, *footer]


def with_background(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], list[str]]:
    """Two articles of one matter: own news above, and below the same background, 45 % of the shorter one."""
    news = int(min(len(one), len(other)) * 0.55)
    background = [f"latar{at}" for at in range(int(news * 0.45 / 0.55))]
    return [*one[:news], *background], [*other[:news], *background]


def instalments(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], list[str]]:
    """One template on two days: every word the same, every number another."""
    return (
        ["Harga", "hari", "12", *(word if at % 9 else str(at * 7) for at, word in enumerate(one))],
        ["Harga", "hari", "13", *(word if at % 9 else str(at * 7 + 3) for at, word in enumerate(one))],
    )


DIFFERENT: dict[str, Callable[[Sequence[str], Sequence[str]], tuple[list[str], list[str]]]] = {
    "100 words of frame in common": framed,
    "45 % of background in common": with_background,
    "one template, other numbers": instalments,
}


def different_table(texts: Sequence[Original]) -> None:
    """Pairs of articles that are no copies; any that are called so are wrong."""
    print(f"\nDifferent articles: {len(texts)} pairs a class at two outlets; how many are called")
    print(f"{'what they share':36}{'copy':>7}{'revis.':>7}{'new':>7}")
    for name, pair in DIFFERENT.items():
        tally = Counter(verdict.kind for verdict in _judged_pairs(texts, pair))
        print(
            f"{name:36}"
            + "".join(f"{tally[kind]:7}" for kind in (VerdictKind.COPY, VerdictKind.REVISION, VerdictKind.NEW))
        )


def _judged_pairs(
    texts: Sequence[Original], pair: Callable[[Sequence[str], Sequence[str]], tuple[list[str], list[str]]]
) -> Iterable[Verdict]:
    for at, one in enumerate(texts):
        sides = pair(one.text.split(), texts[at - 1].text.split())
        articles = [
            make_article(f"{side}{at}", " ".join(words[:TITLE_WORDS]), " ".join(words), host=f"{side}.example", at=when)
            for side, words, when in zip("ab", sides, (AT, AT + timedelta(days=1)), strict=True)
        ]
        yield judge_batch(articles, identities=NOTHING_KNOWN, candidates={}).outcomes[1].verdict
