"""A sieve before the shingle index: of a new article's hashes nine in ten stand nowhere, and need not be asked for.

A Bloom filter (Bloom 1970) of two bits a hash: what it keeps back is certainly not in the index, what it lets through
has to be looked up. It lives as long as its store and only ever gains bits, which makes it right without any care
for order: the writer adds before it commits, so that whatever a reader can see is in it; hashes taken out of the index
or rolled back only let a question through. What stood in the index before is read a portion at a time from the packed
sketches, which name every hash that the index has; until that is done everything is let through.

Sound only where nobody else fills the index: the store that holds the lock (see `sqlstore`).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, select

from monitor.model.articles import ArticleId
from monitor.store.tables import SKETCH

SIEVE_BITS = 27
"""2^27 bits are 16 MB: 1 hash in 30 passes in vain at 13 million rows, 1 in 5 at 40 million, and nothing is lost."""
SKETCHES_A_PORTION = 4_000

_Numbers = np.typing.NDArray[np.uint64]
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: sampled hashes end in zeros
_BYTE, _IN_BYTE, _ONE = np.uint64(3), np.uint64(7), np.uint8(1)


class Sieve:
    """Which hashes may be in the index. Safe to use from several threads."""

    def __init__(self, bits: int = SIEVE_BITS, portion: int = SKETCHES_A_PORTION) -> None:
        self._bits = np.zeros(1 << (bits - 3), np.uint8)
        self._shifts = (np.uint64(64 - bits), np.uint64(64 - 2 * bits))
        self._mask = np.uint64((1 << bits) - 1)
        self._portion = portion
        self._adding = threading.Lock()
        self._filling = threading.Lock()
        self._cursor: ArticleId = -1
        self._is_whole = False

    def add(self, hashes: Sequence[int]) -> None:
        """Let hashes through from now on; before the transaction commits that puts them into the index."""
        self._add(np.array(hashes, np.int64).view(np.uint64))

    def fill(self, connection: Connection) -> None:
        """Read one more portion of what was in the index before; nothing to do once all is read, or another reads."""
        if self._is_whole or not self._filling.acquire(blocking=False):
            return
        try:
            c = SKETCH.c
            after = select(c.article_id, c.hashes).where(c.article_id > self._cursor)
            query = after.order_by(c.article_id).limit(self._portion)
            found = connection.execute(query).all()
            self._add(np.frombuffer(b"".join(row.hashes for row in found), "<u8").astype(np.uint64))
            if found:
                self._cursor = found[-1].article_id
            self._is_whole = len(found) < self._portion
        finally:
            self._filling.release()

    def passed(self, hashes: Sequence[int]) -> list[int]:
        """The different hashes that may be in the index, ascending; all of them while the sieve is being filled."""
        numbers = np.array(hashes, np.int64)
        if self._is_whole and len(numbers):
            passes = np.ones(len(numbers), np.bool_)
            for places, marks in self._marks(numbers.view(np.uint64)):
                passes &= (self._bits[places] & marks) != 0
            numbers = numbers[passes]
        passing: list[int] = np.unique(numbers).tolist()
        return passing

    def _add(self, numbers: _Numbers) -> None:
        with self._adding:
            for places, marks in self._marks(numbers):
                np.bitwise_or.at(self._bits, places, marks)

    def _marks(self, numbers: _Numbers) -> list[tuple[np.typing.NDArray[np.intp], np.typing.NDArray[np.uint8]]]:
        """For each probe the byte and the bit in it."""
        mixed = numbers * _MIX
        found = ((mixed >> shift) & self._mask for shift in self._shifts)
        return [((at >> _BYTE).astype(np.intp), _ONE << (at & _IN_BYTE).astype(np.uint8)) for at in found]
