"""What grouping reads from an article, and how much each term is worth.

Owns: the terms of an article (hashed character n-grams of title and lead), the document frequencies that weigh them,
and the facts that may veto a joining: event date, title template, known actors. Refuses: any decision (see `stories`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import filterfalse

import numpy as np
from numpy.typing import NDArray

from monitor.core.common_words import ALMOST_EVERYWHERE, OFTEN
from monitor.core.lead_dates import LEAD_LENGTH, LeadDate, event_date
from monitor.core.similarity import body_of, spaced
from monitor.core.tokens import grams, numbered_words, words_of
from monitor.model.articles import Article
from monitor.model.watchlists import Watchlist

TERM_BITS = 20
"""Terms are numbers below 2^20: 4 MB of counts, and about one chance collision in a pair of articles."""
LEAST_BODY = 60
"""Characters; a shorter body is no evidence, the article counts as a bare title."""
PRIOR_DOCUMENTS = 500.0
"""As many articles weigh as much as the built-in knowledge of common words. Enough that a story's own words are not
suppressed by its first members; on the Telegram pairs F1 at the line moves between .81 and .84 from 100 to 1,000."""
PRIOR_SHARES = ((ALMOST_EVERYWHERE, 0.8), (OFTEN, 0.3))
"""The share of news texts taken to hold a word of each list; any two such shares order the lists alike."""
DULL_WORDS = 60_000
"""Words known to begin no actor's name: news repeats its words."""
TOPIC_SHARE = 0.8
"""The share of articles taken to hold a spelling of what the only watchlist is about: only what matches is grouped, so
that each holds some of them, and none tells one event from another. In a full store the counts say so themselves."""
UNSEEN = 0.005 * PRIOR_DOCUMENTS

_FORMAT = b"df1"
# Scripts in which a name may stand inside a longer run: Thai to Myanmar, Hangul, kana and Han.
_DENSE_CHARACTER = re.compile("[\u0e00-\u11ff\u3040-\u9fff\uac00-\ud7a3\uf900-\ufaff]")

Terms = NDArray[np.int64]
Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Features:
    """An article as grouping sees it.

    `terms` ascend; `scale` is 1 + ln of how often each occurs. `template` is the folded title where it holds a digit,
    else empty. `title_actors` are the known actors of the title alone. `lead` is the text that the terms were read
    from; `spots` tells for each n-gram in it the index of its term and its place.
    """

    terms: Terms
    scale: Weights
    lead: str
    spots: tuple[NDArray[np.intp], NDArray[np.intp]]
    has_body: bool
    event_date: LeadDate | None
    template: str
    actors: frozenset[str]
    title_actors: frozenset[str] = frozenset()
    shares: Weights | None = None
    """For each term the share of articles taken to hold it since a watchlist is about it; None: no such term."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A spelling with a blank at each end that is a word's, the words that must be there whole, and whom it names."""

    padded: str
    words: frozenset[str]
    entity: str


class Gazetteer:
    """Names of known actors, found as whole words (anywhere in scripts without spaces).

    Args:
        aliases: Spelling → entity id. A trailing `*` lets the last word end in any way.
        topics: Spelling → the share of articles that hold it, because a watchlist asks each one for its kind.
    """

    def __init__(self, aliases: Mapping[str, str], topics: Mapping[str, float] | None = None) -> None:
        self._shares = _shares(topics or {})
        self._by_first: dict[str, list[_Name]] = {}
        self._inside: dict[str, list[tuple[str, str]]] = {}
        self._names = tuple(sorted({word for spelling in aliases for word in spaced(spelling.rstrip("*")).split()}))
        self._dull: set[str] = set()
        for spelling, entity in sorted(aliases.items()):
            name = spaced(spelling.rstrip("*"))
            if not name:
                continue
            if _is_dense(name):
                first_dense = next(character for character in name if _is_dense(character))
                self._inside.setdefault(first_dense, []).append((name, entity))
                continue
            is_open = spelling.endswith("*")
            words = name.split(" ")
            key = words[0][:3] if is_open and len(words) == 1 else words[0]
            whole = frozenset(words[:-1] if is_open else words)
            self._by_first.setdefault(key, []).append(_Name(f" {name}" if is_open else f" {name} ", whole, entity))

    @property
    def names(self) -> tuple[str, ...]:
        """The words of all spellings, folded, each once."""
        return self._names

    def shares(self, terms: Terms) -> Weights | None:
        """The share of articles that hold each term for a watchlist's sake; None where none of them is such."""
        if self._shares is None:
            return None
        found: Weights = self._shares[terms].astype(np.float64)
        return found if found.any() else None

    def actors(self, text: str) -> frozenset[str]:
        """The ids of the entities named in a text."""
        if not self._by_first and not self._inside:
            return frozenset()
        padded = f" {spaced(text)} "
        found: set[str] = set()
        if self._inside and not padded.isascii():
            for character in self._inside.keys() & _DENSE_CHARACTER.findall(padded):
                found |= {entity for name, entity in self._inside[character] if name in padded}
        every = padded.split()
        fresh = set(filterfalse(self._dull.__contains__, every))
        keys = self._by_first.keys() & {*fresh, *(word[:3] for word in fresh)}
        if len(self._dull) > DULL_WORDS:
            self._dull.clear()
        self._dull.update(word for word in fresh if word not in keys and word[:3] not in keys)
        words = set(every) if keys else set()
        for key in keys:
            for name in self._by_first[key]:
                # Cheapest first: an actor has many spellings, and most of their words are not there.
                if name.entity not in found and name.words <= words and name.padded in padded:
                    found.add(name.entity)
        return frozenset(found)


def gazetteer_of(watchlists: Sequence[Watchlist]) -> Gazetteer:
    """The actors that the watchlists know, by all their spellings, and which of these are what they are about."""
    return Gazetteer(
        {
            alias.text: entity.id
            for watchlist in watchlists
            for entity in watchlist.entities.values()
            for alias in entity.aliases
        },
        {
            alias.text: TOPIC_SHARE / len(watchlists)
            for watchlist in watchlists
            for side in watchlist.sides
            for alias in watchlist.entities[side].aliases
            if not alias.group  # a person or body that a side includes tells one event from another
        },
    )


class Frequencies:
    """In how many grouped articles each hashed term stood: a table of 2^20 counts with a neutral prior.

    Articles are counted, not stories: were a story ever to swallow too much, its words grow common and it stops;
    counting stories it would keep them rare and go on. Copies are not counted.
    """

    def __init__(self, counts: NDArray[np.int32] | None = None, documents: int = 0) -> None:
        self._counts = np.zeros(1 << TERM_BITS, np.int32) if counts is None else counts
        self.documents = documents

    def add(self, terms: Terms) -> None:
        """Count one more article."""
        self._counts[terms] += 1
        self.documents += 1

    def remove(self, terms: Terms) -> None:
        """Take back one `add`."""
        self._counts[terms] -= 1
        self.documents -= 1

    def weights(self, terms: Terms, shares: Weights | None = None) -> Weights:
        """Inverse document frequency of each term, at least 0 (Spärck Jones 1972, with the prior as pseudo-counts).

        `shares` are what `Features.shares` says of these terms: until enough is counted, they stand for the counts.
        """
        prior = _prior()[terms] if shares is None else np.maximum(_prior()[terms], shares)
        expected = prior * PRIOR_DOCUMENTS + self._counts[terms] + UNSEEN
        return np.maximum(np.log((PRIOR_DOCUMENTS + self.documents + 1) / expected), 0.0)

    def to_bytes(self) -> bytes:
        """The counts, sparse and compressed; the same counts always give the same bytes."""
        terms = np.flatnonzero(self._counts).astype("<u4")
        body = terms.tobytes() + self._counts[terms].astype("<i4").tobytes()
        return _FORMAT + self.documents.to_bytes(8, "little") + zlib.compress(body, 1)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Frequencies:
        """The inverse of `to_bytes`.

        Raises:
            ValueError: The bytes are of another format, or damaged.
        """
        if stored[: len(_FORMAT)] != _FORMAT:
            raise ValueError("the stored document frequencies have another format")
        head = len(_FORMAT) + 8
        try:
            body = zlib.decompress(stored[head:])
            terms, seen = np.frombuffer(body, "<u4").reshape(2, -1)
            counts = np.zeros(1 << TERM_BITS, np.int32)
            counts[terms] = seen.astype(np.int32)
        except (zlib.error, IndexError) as error:
            raise ValueError("the stored document frequencies are damaged") from error
        return cls(counts, int.from_bytes(stored[len(_FORMAT) : head], "little"))


def features(article: Article, gazetteer: Gazetteer) -> Features:
    """Read an article for grouping: title and the first 1,500 characters of its body."""
    body = body_of(article)
    lead = f"{article.title}\n{body[:LEAD_LENGTH]}"
    found, places = _terms(lead)
    terms, spots, counts = _counted(found)
    title = spaced(article.title)
    return Features(
        terms=terms,
        scale=1.0 + np.log(counts),
        lead=lead,
        spots=(spots, places),
        has_body=len(body) >= LEAST_BODY,
        event_date=event_date(lead, article.published_at),
        template=title if any(map(str.isdigit, title)) else "",
        shares=gazetteer.shares(terms),
        actors=(actors := gazetteer.actors(lead)),
        title_actors=gazetteer.actors(article.title) if actors else actors,
    )


def weighted(read: Features, frequencies: Frequencies) -> Weights:
    """The weights of an article's terms, as a vector of length 1 (or all 0 where nothing weighs)."""
    weights: Weights = read.scale * frequencies.weights(read.terms, read.shares)
    length = float(np.sqrt(weights @ weights))
    return weights / length if length else weights


def shared_words(read: Features, products: Weights, *, limit: int = 3) -> tuple[str, ...]:
    """The words behind a cosine, most telling first.

    `products` are what each of the article's terms adds to it, in the order of its terms; a term that stands in
    several words is divided among them.
    """
    at, places = read.spots
    each = (products / np.bincount(at, minlength=len(read.terms)))[at]
    words, word_at = numbered_words(read.lead)
    worth: dict[str, float] = {}
    for word, amount in zip(words, np.bincount(word_at[places + 1], weights=each).tolist(), strict=False):
        if amount and len(word) > 1:
            worth[word] = worth.get(word, 0.0) + amount
    best = sorted([(-amount, word) for word, amount in worth.items() if amount > 0])
    return tuple([word for _, word in best[:limit]])


def _counted(found: Terms) -> tuple[Terms, NDArray[np.intp], NDArray[np.intp]]:
    """The distinct terms ascending, which of them stands at each place, and how often each occurs.

    As `np.unique` has it; sorted with their places as one number each, which costs a third of sorting the places.
    """
    size = len(found)
    if not size:
        return found, np.empty(0, np.intp), np.empty(0, np.intp)
    bits = size.bit_length()
    both = found << bits
    both |= np.arange(size)
    both.sort()
    ordered = both >> bits
    is_first = np.empty(size, np.bool_)
    is_first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    spots = np.empty(size, np.intp)
    spots[both & ((1 << bits) - 1)] = is_first.cumsum() - 1
    starts = is_first.nonzero()[0]
    counts = np.empty(len(starts), np.intp)
    np.subtract(starts[1:], starts[:-1], out=counts[:-1])
    counts[-1] = size - starts[-1]
    return ordered[starts], spots, counts


def _terms(text: str) -> tuple[Terms, NDArray[np.intp]]:
    numbers, places = grams(text)
    return (numbers & np.uint64((1 << TERM_BITS) - 1)).astype(np.int64), places


def _is_dense(name: str) -> bool:
    return _DENSE_CHARACTER.search(name) is not None


@cache
def _prior() -> Weights:
    """For each term the share of news texts that the built-in lists take to hold it."""
    absent = np.ones(1 << TERM_BITS, np.float64)
    for words, share in PRIOR_SHARES:
        for word in sorted(set(words.split())):
            absent[_listed_terms(word)] *= 1.0 - share
    return 1.0 - absent


def _shares(topics: Mapping[str, float]) -> NDArray[np.float32] | None:
    """For each term the share of articles that hold it because a watchlist asks for it."""
    if not topics:
        return None
    found = np.zeros(1 << TERM_BITS, np.float32)
    for spelling, share in topics.items():
        open_end = "-" if spelling.endswith("*") else ""
        for word in (words := spaced(spelling.rstrip("*")).split()):
            terms = _listed_terms(word + open_end if word == words[-1] else word)
            found[terms] = np.maximum(found[terms], share)
    return found


def _listed_terms(word: str) -> Sequence[int]:
    """The terms of a listed word; of a beginning or an ending without those that cross its open border."""
    bare = word.strip("-")
    terms, places = _terms(bare)
    if word.startswith("-") and not _is_dense(bare):
        terms = terms[places > 0]
    elif word.endswith("-") and not _is_dense(bare):
        terms = terms[places + 4 < len(words_of(bare))]
    listed: list[int] = np.unique(terms).tolist()
    return listed
