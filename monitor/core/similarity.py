"""How alike two texts are: shingles, their samples, and the measures built on them.

Owns: what a shingle is, which ones are sampled for the index, and measures in [0, 1]. Refuses: any line above which
something counts as a copy (see `dedupe`), any storage.

Shingles and containment: Broder 1997, "On the resemblance and containment of documents". The sample keeps the hashes
that a modulus divides; moduli are powers of two, so samples of long and short texts stay comparable at the coarser
one. Signature schemes of fixed length (MinHash bands, SimHash) were measured and lose the short half of an abridged
copy; see docs/adr/0004-similarity.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from monitor.core.text import as_ascii
from monitor.core.tokens import Numbers, chains, fold, numbers_of_all, tokens
from monitor.model.articles import Article, ArticleId, Sketch

WORDS_A_SHINGLE = 3
CHARACTERS_A_SHINGLE = 6
"""For scripts without spaces."""
SAMPLE_STEPS = ((200, 8), (100, 4), (50, 2))
"""(from this many shingles, this modulus), coarsest first; below the last, every shingle is kept."""
SAMPLE_LIMIT = 512
"""Longer texts double the modulus until so many hashes are expected: a megabyte must not flood the index."""
SHORT_TOKENS = 40
"""Texts below are compared by characters: too few shingles to count on."""
TINY_TOKENS = 5
"""Texts below say nothing of identity."""
PORTION = 32_000
"""Characters read at once: the arrays of so many stay in the processor's cache."""

_TWO = np.array(2, np.uint64)
_FIRST = np.ones(1, np.bool_)
_GAP = re.compile(r"[\W_]+")
_ASCII_WORDS = bytes(code if chr(code).isalnum() else ord(" ") for code in range(128)) + bytes(128)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Reading:
    """What comparing needs of an article, read once.

    `size` counts the tokens of the body; `shingles` are those of the body, or of title and body when it is short, and
    `sampled` those of them that `modulus` divides.
    """

    size: int
    shingles: Numbers
    modulus: int
    sampled: Numbers
    title: str
    """Folded, gaps as one space."""
    text: str
    """Title and body alike, only for short ones; empty for long ones."""

    @property
    def sample(self) -> Sketch:
        """The sketch of the shingles, made each time: thousands of readings are remembered, and come and go, whose
        sampled hashes would be the most of all small values that live (a quarter of a million) and scatter the rest.
        """
        return Sketch(modulus=self.modulus, size=len(self.shingles), hashes=tuple(self.sampled.tolist()))

    @property
    def is_short(self) -> bool:
        """Whether the body is too short for shingles."""
        return self.size < SHORT_TOKENS


class Readings:
    """A bounded memo of readings by (article, body digest). It changes no answer, only what it costs.

    Args:
        capacity: How many are kept.
        shingles: How many shingles they may have together (8 bytes each): some texts are a thousand times as long.
    """

    def __init__(self, capacity: int = 4096, shingles: int = 1_000_000) -> None:
        self._capacity = capacity
        self._room = shingles
        self._held = 0
        self._kept: dict[tuple[ArticleId, int], Reading] = {}

    def of(self, article: Article) -> Reading:
        """The article's reading; the oldest ones are forgotten when there are too many."""
        key = (article.id, article.body_digest)
        known = self._kept.get(key)
        return known or self._keep(key, read(article))

    def of_all(self, articles: Iterable[Article]) -> Iterator[Reading]:
        """`of` each in turn, for half the cost where many are not known yet."""
        for some in _portions(articles):
            known = [self._kept.get((article.id, article.body_digest)) for article in some]
            new = iter(read_all([article for article, one in zip(some, known, strict=True) if one is None]))
            for article, one in zip(some, known, strict=True):
                yield one or self._keep((article.id, article.body_digest), next(new))

    def _keep(self, key: tuple[ArticleId, int], reading: Reading) -> Reading:
        kept = self._kept.setdefault(key, reading)
        if kept is reading:
            self._held += len(reading.shingles)
            if len(self._kept) > self._capacity or self._held > self._room:
                self._forget(but=key)
        return kept

    def _forget(self, *, but: tuple[ArticleId, int]) -> None:
        """A quarter at least goes at once: to forget one at a time would cost every article the walk."""
        for key in [key for key in self._kept if key != but]:
            if len(self._kept) <= self._capacity * 3 // 4 and self._held <= self._room * 3 // 4:
                return
            self._held -= len(self._kept.pop(key).shingles)


def body_of(article: Article) -> str:
    """The text an article is compared by: its body, or the feed's summary where there is no body."""
    return article.text or article.summary


def read(article: Article) -> Reading:
    """An article's tokens and shingles."""
    body = body_of(article)
    found = tokens(body)
    size = len(found)
    text = ""
    if size < SHORT_TOKENS:
        joined = f"{article.title}\n{body}"
        found = tokens(joined)
        text = spaced(joined)
    own = _shingled(found.numbers, found.is_single)
    return Reading(size, own, *_sampled(own), spaced(article.title), text)


def read_all(articles: Sequence[Article]) -> list[Reading]:
    """`read` each, the usual ones all at once: most of what a text costs is the calls, not the characters."""
    if not articles:
        return []
    bodies = [body_of(article) for article in articles]
    texts = [text for article, body in zip(articles, bodies, strict=True) for text in (article.title, body)]
    numbers, places, is_right = numbers_of_all(texts)
    chained = chains(numbers, WORDS_A_SHINGLE)
    chained >>= _TWO
    usual: list[int] = []
    parts: list[Numbers] = []
    for at in range(len(articles)):
        begin, middle, end = places[2 * at : 2 * at + 3]
        is_short = end - middle < SHORT_TOKENS
        last = end - WORDS_A_SHINGLE + 1
        part = chained[begin if is_short else middle : max(last, 0)]
        if len(part) and is_right[2 * at + 1] and (is_right[2 * at] or not is_short):
            part.sort()
            usual.append(at)
            parts.append(part)
    found: dict[int, Reading] = {}
    for at, (own, modulus, sampled) in zip(usual, _all_sampled(parts), strict=True):
        article, size = articles[at], places[2 * at + 2] - places[2 * at + 1]
        text = spaced(f"{article.title}\n{bodies[at]}") if size < SHORT_TOKENS else ""
        found[at] = Reading(size, own, modulus, sampled, spaced(article.title), text)
    return [found.get(at) or read(article) for at, article in enumerate(articles)]


def _all_sampled(parts: Sequence[Numbers]) -> Iterator[tuple[Numbers, int, Numbers]]:
    """The distinct ones of each of several ascending, non-empty arrays, and what `_sampled` takes of them."""
    if not parts:
        return
    joined = np.concatenate(parts)
    starts = np.array([0, *accumulate(map(len, parts))])[:-1]
    is_new = np.concatenate([_FIRST, joined[1:] != joined[:-1]])
    is_new[starts] = True
    sizes = np.add.reduceat(is_new, starts, dtype=np.intp)
    distinct = joined if is_new.all() else joined[is_new]
    moduli = [_modulus(size) for size in sizes.tolist()]
    is_sampled = distinct & np.repeat(np.array(moduli, np.uint64) - np.uint64(1), sizes) == 0
    ends = sizes.cumsum()
    sampled_ends = is_sampled.cumsum()[ends - 1].tolist()
    sampled = distinct[is_sampled]
    begin = sampled_begin = 0
    for modulus, end, sampled_end in zip(moduli, ends.tolist(), sampled_ends, strict=True):
        # Copies: a view would keep all others' in memory as long as it is remembered.
        yield distinct[begin:end].copy(), modulus, sampled[sampled_begin:sampled_end].copy()
        begin, sampled_begin = end, sampled_end


def _portions(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Some `PORTION` characters at a time, and at least one article."""
    some: list[Article] = []
    size = 0
    for article in articles:
        some.append(article)
        size += len(article.title) + len(body_of(article))
        if size >= PORTION:
            yield some
            some, size = [], 0
    if some:
        yield some


def shingles(text: str) -> Numbers:
    """The distinct shingle hashes of a text, 62-bit, ascending.

    Three words; six characters from where a script without spaces stands. A text of fewer tokens is one shingle, a
    text without any has none.
    """
    found = tokens(text)
    return _shingled(found.numbers, found.is_single)


def sketch(hashes: Numbers) -> Sketch:
    """The sample of a text's shingles that is kept in the index."""
    modulus, sampled = _sampled(hashes)
    return Sketch(modulus=modulus, size=len(hashes), hashes=tuple(sampled.tolist()))


def _sampled(hashes: Numbers) -> tuple[int, Numbers]:
    """A modulus that fits so many hashes, and those that it divides."""
    modulus = _modulus(len(hashes))
    return modulus, hashes[hashes & np.uint64(modulus - 1) == 0]


def _modulus(size: int) -> int:
    """Of how many shingles one is kept: a power of two."""
    modulus = next((modulus for least, modulus in SAMPLE_STEPS if size >= least), 1)
    while size > SAMPLE_LIMIT * modulus:
        modulus *= 2
    return modulus


def containment(one: Numbers, other: Numbers) -> float:
    """The share of the smaller set that the larger one holds (Broder's containment, made symmetric)."""
    least = min(len(one), len(other))
    return _shared(one, other) / least if least else 0.0


def jaccard(one: Numbers, other: Numbers) -> float:
    """The share of all shingles that both hold; 0 for two empty sets, which have nothing in common."""
    shared = _shared(one, other)
    total = len(one) + len(other) - shared
    return shared / total if total else 0.0


def trigram_jaccard(one: str, other: str) -> float:
    """Weighted Jaccard of the character trigrams of two texts, borders counted as spaces; for short texts."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    left, right = _trigrams(one), _trigrams(other)
    shared = sum((left & right).values())
    return shared / (left.total() + right.total() - shared)


def title_similarity(one: str, other: str) -> float:
    """How alike two titles are: `trigram_jaccard` of their folded words."""
    return trigram_jaccard(spaced(one), spaced(other))


def differ_in_digits_only(one: str, other: str) -> bool:
    """Whether two texts are one template with other numbers ("Day 2" and "Day 21"): then they tell of two things."""
    if one == other:
        return False
    digits = _DIGITS.findall(one)
    return bool(digits) and digits != _DIGITS.findall(other) and _DIGITS.sub("#", one) == _DIGITS.sub("#", other)


def spaced(text: str) -> str:
    """The folded words of a text with one space between."""
    plain = as_ascii(text)
    if plain is not None:
        return b" ".join(plain.lower().translate(_ASCII_WORDS).split()).decode()
    return _GAP.sub(" ", fold(text)).strip()


def _shingled(numbers: Numbers, is_single: np.typing.NDArray[np.bool_]) -> Numbers:
    if not len(numbers):
        return numbers
    words = chains(numbers, WORDS_A_SHINGLE)
    if is_single.any():
        characters = chains(numbers, CHARACTERS_A_SHINGLE)
        words = np.concatenate([words[~is_single[: len(words)]], characters[is_single[: len(characters)]]])
    if not len(words):
        words = chains(numbers, len(numbers))
    words >>= _TWO
    words.sort()
    is_new = words[1:] != words[:-1]
    return words if is_new.all() else words[np.concatenate([_FIRST, is_new])]


def _shared(one: Numbers, other: Numbers) -> int:
    if not len(one) or not len(other):
        return 0
    if len(one) > len(other):
        one, other = other, one
    # What is beyond the last is compared with the last, which is less.
    return int(np.count_nonzero(other.take(other.searchsorted(one), mode="clip") == one))


def _trigrams(text: str) -> Counter[str]:
    padded = f" {text} "
    return Counter(padded[at : at + 3] for at in range(len(padded) - 2))
