"""A file of articles (JSON lines, as `monitor replay` reads them) as a past to read through.

Owns: putting the lines in the order of their time, in two passes, so that only the places of lines are held in memory.
Refuses: to judge them: every line is taken for new and for a story of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self

from monitor.core.sites import NO_SITES, Sites
from monitor.errors import MonitorError
from monitor.model.articles import Article, ArticleId, Verdict, VerdictKind
from monitor.model.stories import Story
from monitor.pipeline.replay import Document, LineError, article_of, read_line
from monitor.ports import PastStore

_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
"""When undated lines before the first dated one were seen."""
_END = datetime(2100, 1, 1, tzinfo=UTC)
"""Dates are not held against the wall clock, but for such as nobody means."""


@dataclass(slots=True)
class ArticlesFile(PastStore):
    """Lines in the order of (time, id); of lines with one id the first counts.

    `problems` are the lines that could not be read, `repeated` counts lines whose article was there before.
    """

    stream: BinaryIO
    sites: Sites = NO_SITES
    problems: list[str] = field(default_factory=list)
    repeated: int = 0
    _places: list[tuple[datetime, ArticleId, int]] = field(default_factory=list)
    _next: int = 0

    @classmethod
    def open(cls, path: Path, sites: Sites = NO_SITES) -> Self:
        """Read the file through once. Raises `MonitorError` where there is no such file, or no article in it."""
        try:
            found = cls(path.open("rb"), sites)
            found._index(str(path))
        except OSError as error:
            raise MonitorError(f"{path} cannot be read: {error.strerror}") from error
        if not found._places:
            found.stream.close()
            told = f" {found.problems[0]}" if found.problems else ""
            raise MonitorError(f"{path} holds no article.{told}")
        return found

    def close(self) -> None:
        """Close the file."""
        self.stream.close()

    def _index(self, name: str) -> None:
        clock, known = _BEGINNING, set[ArticleId]()
        place = 0
        for number, raw in enumerate(self.stream, 1):
            if raw.strip():
                try:
                    document = _document(raw)
                except LineError as error:
                    self.problems.append(f"{name}:{number}: {error}")
                else:
                    article = self._article(document, clock)
                    clock = max(clock, article.first_seen_at)
                    if article.id in known:
                        self.repeated += 1
                    else:
                        known.add(article.id)
                        self._places.append((article.first_seen_at, article.id, place))
            place += len(raw)
        self._places.sort()

    def _article(self, document: Document, seen_at: datetime) -> Article:
        return article_of(document, undated_at=seen_at, now=_END, sites=self.sites)

    async def seen_span(self) -> tuple[datetime, datetime] | None:
        """See `PastStore`."""
        return self._places[0][0], self._places[-1][0]

    async def articles_seen(
        self, *, after: tuple[datetime, ArticleId], until: datetime, limit: int
    ) -> list[tuple[Article, Verdict]]:
        """See `PastStore`; meant to be read through in order."""
        if self._next and self._places[self._next - 1][:2] > after:
            self._next = 0
        while self._next < len(self._places) and self._places[self._next][:2] <= after:
            self._next += 1
        found = [one for one in self._places[self._next : self._next + limit] if one[0] <= until]
        articles = []
        for seen_at, article_id, place in found:
            self.stream.seek(place)
            article = self._article(_document(self.stream.readline()), seen_at)
            articles.append((article, Verdict(article_id=article_id, kind=VerdictKind.NEW)))
        return articles

    async def placings(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, tuple[Story, ...]]:
        """None: a file knows of no stories."""
        return {}


def _document(raw: bytes) -> Document:
    return read_line(raw.decode("utf-8", "replace"))
