"""Digests built once for all readers whom the same is to be told.

A morning's readers of one watchlist with one schedule differ in name and address alone; grouping, origins and reading
order are worked out for the first of them. What is equal is compared, not assumed: one who was told something else
gets a digest of his own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from monitor.core import digests
from monitor.core.archiving import without_texts
from monitor.model.digests import Digest, MatchedArticle, Recipient, Slot

MAX_BUILDS = 8


class SharedBuilds:
    """`core.digests.build` with a memory of one cycle."""

    def __init__(self) -> None:
        self._last: deque[tuple[tuple[object, ...], Digest | None]] = deque(maxlen=MAX_BUILDS)

    def build(self, recipient: Recipient, slot: Slot, matched: Sequence[MatchedArticle], **facts: Any) -> Digest | None:
        """As `core.digests.build`, without the texts of the articles."""
        asked = (replace(recipient, id="", address="", name=""), slot, facts, tuple(matched))
        for known, digest in self._last:
            if known == asked:
                return None if digest is None else replace(digest, recipient=recipient)
        digest = digests.build(recipient, slot, matched, **facts)
        if digest is not None:
            digest = without_texts(digest)
        self._last.appendleft((asked, digest))
        return digest
