"""Made news for the cost of copies: words by Zipf's law, phrases that recur, footers of hosts, paragraphs of agencies.

What the shingle index feels of real news is how often a run of three words comes back: never (most), now and then
(names and phrases), in every page of a host or an agency (footers, attributions), or nearly whole (copies). All four
are made here, each block of articles from its own seed, so that any stored one can be made again without the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from monitor.core.similarity import WORDS_A_SHINGLE, sketch
from monitor.core.tokens import chains, numbers_of_all
from monitor.model.articles import Article, Sketch

START = datetime(2026, 6, 1, tzinfo=UTC)
SPAN = timedelta(days=60)
"""All that is stored was first seen within so long, less than the look-back: nothing is spared by its age."""
BLOCK = 1000
WORDS = 60_000
PHRASES = 20_000
PHRASE_WORDS = 4
WORDS_A_PHRASE = 25
HOSTS = 3_000
COPIES = 0.15
"""The share of copies among the articles measured; what is stored has none, every article is in the index."""

_Ids = np.typing.NDArray[np.int64]


class NewsMaker:
    """Makes articles by number, the same for the same seed; `stored` of them fill the time of `SPAN`.

    Everything is drawn for a block at once: a million articles take two minutes, their index included.
    """

    def __init__(self, seed: int, stored: int) -> None:
        self._seed = seed
        self._stored = stored
        rng = np.random.default_rng([seed, 0])
        self._words = _vocabulary(rng)
        self._numbers = numbers_of_all(self._words)[0]
        self._cumulated = _zipf(WORDS, 2.7, 1.07)
        self._phrase_cumulated = _zipf(PHRASES, 10.0, 0.9)
        self._host_cumulated = _zipf(HOSTS, 5.0, 0.8)
        self._phrases = self._drawn(rng, PHRASES * PHRASE_WORDS).reshape(PHRASES, PHRASE_WORDS)
        self._footers = [self._drawn(rng, size) for size in rng.integers(20, 46, HOSTS // 3).tolist()]
        self._agencies = [self._drawn(rng, size) for size in rng.integers(12, 31, 40).tolist()]

    def block(self, number: int, size: int = BLOCK) -> list[Article]:
        """The first `size` articles of a block: numbers number * BLOCK and on."""
        return [article for article, _ in self._made(number, size)]

    def sketched_block(self, number: int, size: int = BLOCK) -> list[tuple[Article, Sketch]]:
        """The same with their sketches, made from the words' numbers in a fifth of the time of reading the texts."""
        made = self._made(number, size)
        ends = np.cumsum([len(ids) for _, ids in made])
        chained = chains(self._numbers[np.concatenate([ids for _, ids in made])], WORDS_A_SHINGLE) >> np.uint64(2)
        begin, found = 0, []
        for (article, _), end in zip(made, ends.tolist(), strict=True):
            found.append((article, sketch(np.unique(chained[begin : end - WORDS_A_SHINGLE + 1]))))
            begin = end
        return found

    def _made(self, number: int, size: int) -> list[tuple[Article, _Ids]]:
        rng = np.random.default_rng([self._seed, 1, number])
        lengths = np.clip(rng.lognormal(np.log(210), 0.55, size), 60, 1500).astype(int)
        hosts = np.searchsorted(self._host_cumulated, rng.random(size)).tolist()
        agencies = rng.integers(0, len(self._agencies) * 4, size).tolist()
        keys = rng.integers(1, 1 << 62, (size, 3)).tolist()
        words = self._drawn(rng, int(lengths.sum()))
        count = len(words) // WORDS_A_PHRASE
        phrases = self._phrases[np.searchsorted(self._phrase_cumulated, rng.random(count))]
        places = rng.integers(0, len(words) - PHRASE_WORDS, count)[:, None] + np.arange(PHRASE_WORDS)
        words[places] = phrases
        found, begin = [], 0
        for at, (length, host) in enumerate(zip(lengths.tolist(), hosts, strict=True)):
            parts = [words[begin : begin + length]]
            begin += length
            if agencies[at] < len(self._agencies):
                parts.insert(0, self._agencies[agencies[at]])
            if host % 3 == 0:
                parts.append(self._footers[host // 3])
            ids = np.concatenate(parts)
            found.append((self._article(number * BLOCK + at, host, self._text(ids), keys[at]), ids))
        return found

    def arrivals(self, count: int, first: int) -> tuple[list[Article], dict[int, int]]:
        """Articles that come after what is stored, from number `first` on, and the stored originals of the copies."""
        rng = np.random.default_rng([self._seed, 2, first])
        blocks = max(self._stored // BLOCK, 1)
        chosen = rng.integers(0, blocks, min(20, blocks)).tolist()
        stored = [one for at in chosen for one in self.block(at, min(BLOCK, self._stored))]
        made: list[Article] = []
        for at in range(0, count, BLOCK):
            # Blocks far behind those that are stored: their texts stand nowhere yet.
            made += self.block(10_000_000 + (first + at) // BLOCK * 10 + at // BLOCK, min(BLOCK, count - at))
        originals: dict[int, int] = {}
        arrived = []
        for at, one in enumerate(made):
            numbered = self._renumbered(one, first + at, rng)
            if rng.random() < COPIES:
                original = stored[int(rng.integers(len(stored)))]
                numbered = self._copied(numbered, original, rng)
                originals[numbered.id] = original.id
            arrived.append(numbered)
        return arrived, originals

    def _article(self, number: int, host: int, text: str, keys: Sequence[int]) -> Article:
        at = START + SPAN * (number / max(self._stored, 1)) if number < self._stored else START + SPAN
        return Article(
            id=(number << 20) | keys[0] & 0xFFFFF,
            feed_id=f"feed-{host}",
            outlet=f"Outlet {host}",
            url=f"https://site{host}.example.org/{keys[0]}",
            url_key=keys[0],
            host=f"site{host}.example.org",
            title=" ".join(text[:400].split()[30:39]),
            title_key=keys[1],
            text=text,
            language="id",
            published_at=at,
            first_seen_at=at,
            body_digest=keys[2],
        )

    def _renumbered(self, article: Article, number: int, rng: np.random.Generator) -> Article:
        at = START + SPAN + timedelta(milliseconds=number - self._stored)
        keys = rng.integers(1, 1 << 62, 2).tolist()
        return replace(
            article,
            id=(number << 20) | int(keys[0]) & 0xFFFFF,
            url_key=keys[0],
            title_key=keys[1],
            published_at=at,
            first_seen_at=at,
        )

    def _copied(self, article: Article, original: Article, rng: np.random.Generator) -> Article:
        """The original's text, cut to between 60 and 100 %, with some words before it and another host's footer."""
        words = original.text.split()
        words = words[: int(len(words) * rng.uniform(0.6, 1))]
        footer = self._text(self._footers[int(rng.integers(len(self._footers)))])
        text = " ".join([self._text(self._drawn(rng, 6)), *words, footer])
        return replace(article, title=original.title, text=text)

    def _drawn(self, rng: np.random.Generator, size: int) -> _Ids:
        return np.searchsorted(self._cumulated, rng.random(size))

    def _text(self, ids: _Ids) -> str:
        return " ".join(map(self._words.__getitem__, ids.tolist()))


def _vocabulary(rng: np.random.Generator) -> list[str]:
    """Different made words; as in any language the frequent ones are short."""
    letters = np.array(list("aaabdeeegiiiklmnnoprstuuy"))
    found: dict[str, None] = {}
    while len(found) < WORDS:
        length = int(np.clip(2 + np.log2(len(found) + 2) * 0.5 + rng.normal(0, 1.2), 2, 14))
        found.setdefault("".join(rng.choice(letters, length).tolist()))
    return list(found)


def _zipf(size: int, shift: float, power: float) -> np.typing.NDArray[np.float64]:
    """Cumulated probabilities of the ranks, Zipf and Mandelbrot's law."""
    weights = 1 / (np.arange(size) + shift) ** power
    cumulated: np.typing.NDArray[np.float64] = weights.cumsum() / weights.sum()
    cumulated[-1] = 1.0
    return cumulated
