"""Offline replay: articles in the given order through the daemon's own judging and scoring, kept in nothing.

It is a user's backfill and the way quality is measured: what it prints is what the daemon would have decided.
One article is judged at a time, so that the order given is the order judged; the clock is the articles' own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.core.dates import parse_date
from monitor.core.documents import to_document
from monitor.core.scoring import excluded, relevance_of
from monitor.core.sites import NO_SITES, Sites
from monitor.errors import MonitorError
from monitor.model.articles import Article, ArticleId, Decision
from monitor.model.ids import format_id
from monitor.model.stories import StoryId
from monitor.model.watchlists import Score
from monitor.pipeline.judging import Judge, Judged
from monitor.pipeline.repair import merge_all
from monitor.pipeline.scratch import ScratchStore

SOURCE = "replay"
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
"""The clock before the first dated article."""
REPAIRED_EVERY = timedelta(hours=1)
"""As in the daemon."""
_REQUIRED = ("id", "url", "title", "text")
_OPTIONAL = ("summary", "lang", "published", "outlet")


class LineError(MonitorError):
    """A line of the input is no article; `name` is its id where it has one."""

    def __init__(self, message: str, *, name: object = None) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One line of the input."""

    name: object
    """The input's own id, given back as it came."""
    url: str
    title: str
    text: str
    summary: str = ""
    language: str | None = None
    published: str | None = None
    outlet: str = ""


def read_line(line: str) -> Document:
    """A document from a line of JSON; raises `LineError` naming the key and what it should be."""
    try:
        values = json.loads(line)
    except ValueError as error:
        raise LineError(f"this is not JSON: {error}") from None
    except RecursionError:
        raise LineError("this is nested too deep") from None
    if not isinstance(values, dict):
        raise LineError("a line must hold one JSON object")
    name = values.get("id")
    if halves := [key for key in ("id", "url", "lang", "outlet", "published") if not _is_whole(values.get(key))]:
        raise LineError(f"{', '.join(halves)}: half of a character (a lone surrogate)")
    if missing := [key for key in _REQUIRED if values.get(key) is None]:
        raise LineError(f"{', '.join(missing)} missing", name=name)
    texts = {key: values[key] for key in (*_REQUIRED[1:], *_OPTIONAL) if values.get(key) is not None}
    if isinstance(texts.get("published"), int | float) and not isinstance(texts["published"], bool):
        seconds = texts["published"]
        texts["published"] = str(seconds) if isinstance(seconds, int) else f"{seconds:.0f}"
    if wrong := [key for key, value in texts.items() if not isinstance(value, str)]:
        raise LineError(f"{', '.join(wrong)} must be text", name=name)
    if not isinstance(name, str | int):
        raise LineError("id must be text or a whole number", name=None)
    return Document(
        name=name,
        url=texts["url"],
        title=texts["title"],
        text=texts["text"],
        summary=texts.get("summary", ""),
        language=texts.get("lang"),
        published=texts.get("published"),
        outlet=texts.get("outlet", ""),
    )


def _is_whole(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def article_of(document: Document, *, undated_at: datetime, now: datetime, sites: Sites) -> Article:
    """The article of a line, first seen when it was published, else at `undated_at`; the same line gets the same id.

    Args:
        now: What a date in the future is held against.
    """
    date = parse_date(document.published, zone=None, now=now)
    return to_document(
        source=SOURCE,
        identity=str(document.name),
        url=document.url,
        title=document.title,
        text=document.text,
        summary=document.summary,
        outlet=document.outlet,
        language=document.language,
        published_at=date.at,
        first_seen_at=date.at or undated_at,
        flags=date.flags,
        sites=sites,
    )


@dataclass(slots=True)
class Replay:
    """Judges documents one by one.

    Args:
        judge: Grouping all articles, over `store`.
        score: The watchlists' scorer, also used for what is known already.
        now: The latest time an article may claim; a later one is clamped to it.
        sites: The user's rules of addresses.
        is_repairing: Whether stories are merged as the daemon does it, every hour of the clock. Lines already given
            keep their story; the next one says what went into what. Costs about a millisecond a story each time, and
            stories never close here.
    """

    judge: Judge
    store: ScratchStore
    score: Callable[[Article], Sequence[Score]]
    now: datetime
    sites: Sites = NO_SITES
    is_repairing: bool = False
    _names: dict[ArticleId, object] = field(default_factory=dict)
    _clock: datetime = _BEGINNING
    _repaired_at: datetime = _BEGINNING

    async def judge_document(self, document: Document) -> dict[str, object]:
        """What the daemon makes of a document, as the line to be printed."""
        article = article_of(document, undated_at=self._clock, now=self.now, sites=self.sites)
        self._clock = max(self._clock, article.first_seen_at)
        merged = await self._repaired()
        judged = await self.judge.judge([article], now=article.first_seen_at)
        await self.store.commit_intake(judged.intake)
        self.judge.confirm()
        (outcome,) = judged.outcomes
        story_id = (await self.store.story_ids([outcome.target_id])).get(outcome.target_id)
        line = self._line(document, article, judged, story_id)
        return {**line, "mergers": merged} if self.is_repairing else line

    async def _repaired(self) -> list[dict[str, object]]:
        """What went into what before this article, if it is time: the decisions, with the ids of both stories."""
        if not self.is_repairing or self._clock - self._repaired_at < REPAIRED_EVERY:
            return []
        self._repaired_at = self._clock
        merged = await merge_all(self.judge, store=self.store, clock=_Standing(self._clock))
        return [
            {
                "story": format_id(gone.id),
                "into": format_id(decision.other_id or gone.id),
                "at": decision.at.isoformat(),
                **self._decision(decision),
            }
            for decision, gone in merged
        ]

    def _line(
        self, document: Document, article: Article, judged: Judged, story_id: StoryId | None
    ) -> dict[str, object]:
        (outcome,) = judged.outcomes
        verdict = outcome.verdict
        if outcome.is_stored:
            self._names.setdefault(article.id, document.name)
        story = self.store.stories.get(story_id) if story_id is not None else None
        scores = judged.scores.get(article.id) if outcome.is_stored else None
        return {
            "id": document.name,
            "verdict": verdict.kind.value,
            "of": self._names.get(verdict.of) if verdict.of is not None else None,
            "similarity": None if verdict.similarity is None else round(verdict.similarity, 4),
            "reason": verdict.reason,
            "story": None if story_id is None else format_id(story_id),
            "storyline": None if story is None else format_id(story.storyline_id or story.id),
            "event": None if story is None or story.event_id is None else format_id(story.event_id),
            "decisions": [self._decision(decision) for decision in judged.intake.decisions],
            "matches": {score.watchlist: _score(score) for score in (scores or self.score(article))},
        }

    def _decision(self, decision: Decision) -> dict[str, object]:
        """One decision; `other` is the input's id of the earlier article, or of the one that opened the other story."""
        of = decision.other_id
        if of is None and decision.stage == "dedupe" and decision.outcome in {"known", "revision"}:
            of = decision.article_id  # the earlier article bears the decision: this one is not stored
        other = self._names.get(of) if of is not None else None
        return {
            "stage": decision.stage,
            "outcome": decision.outcome,
            "level": decision.level,
            "other": other,
            "measure": None if decision.measure is None else round(decision.measure, 4),
            "features": dict(decision.features),
            "version": decision.version,
        }


@dataclass(frozen=True, slots=True)
class _Standing:
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        """Aware UTC."""
        return self.at


def _score(score: Score) -> dict[str, object]:
    return {
        "score": score.points,
        "relevance": relevance_of(score),
        "threshold": score.threshold,
        "matched": score.is_match,
        "signals": [
            {"name": signal.name, "points": signal.points, "evidence": signal.evidence} for signal in score.signals
        ],
        "excluded": list(excluded(score)),
        **({"gate": score.gate_reason} if score.is_gated else {}),
    }
