"""The match stage: a watchlist that changed is applied to what is stored, by the same scoring as live.

New articles are scored when they are stored; this stage is for the others. It works in chunks, each committed with its
cursor, and goes on after an interruption where it was. What was told stays told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.scoring import compile_watchlists
from monitor.model.articles import Article, ArticleId
from monitor.model.commits import Rematch
from monitor.model.watchlists import Match, Watchlist
from monitor.pipeline.judging import Judge
from monitor.pipeline.matches import as_match
from monitor.pipeline.thinking import twice
from monitor.ports import MatchStore

log = logging.getLogger("monitor.match")

CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchReport:
    """Watchlist → how many stored articles were scored, and how many of them match now."""

    scored: Mapping[str, int]
    matched: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    """Stored articles scored against a changed watchlist, and how far the pass is with them."""

    watchlist: Watchlist
    articles: Sequence[Article]
    matches: tuple[Match, ...]
    cursor: ArticleId
    is_complete: bool


async def match(
    watchlists: Sequence[Watchlist],
    *,
    store: MatchStore,
    judge: Judge,
    now: datetime,
    look_back: timedelta,
    is_stopping: Callable[[], bool] = lambda: False,
    chunk: int = CHUNK,
) -> MatchReport:
    """Score stored articles, first seen within `look_back`, against every watchlist that is not the stored version."""
    known = await store.watchlist_versions()
    scored: dict[str, int] = {}
    matched: dict[str, int] = {}
    for watchlist in watchlists:
        version, cursor = known.get(watchlist.name, ("", 0))
        if version == watchlist.version:
            continue
        scorer = compile_watchlists([watchlist])
        scored[watchlist.name] = matched[watchlist.name] = 0
        is_complete = False
        while not is_complete and not is_stopping():
            articles = await store.articles_after(cursor, since=now - look_back, limit=chunk)
            is_complete = len(articles) < chunk
            cursor = articles[-1].id if articles else cursor
            matches = tuple(
                as_match(article.id, score, now=now) for article in articles for score in scorer.matches(article)
            )
            chunk_scored = _Chunk(
                watchlist=watchlist, articles=articles, matches=matches, cursor=cursor, is_complete=is_complete
            )
            await _keep(chunk_scored, store=store, judge=judge, now=now)
            scored[watchlist.name] += len(articles)
            matched[watchlist.name] += len(matches)
        if scored[watchlist.name]:
            log.info(
                "watchlist changed: stored articles scored again",
                extra={
                    "watchlist": watchlist.name,
                    "scored": scored[watchlist.name],
                    "matched": matched[watchlist.name],
                },
            )
    return MatchReport(scored=scored, matched=matched)


async def _keep(chunk: _Chunk, *, store: MatchStore, judge: Judge, now: datetime) -> None:
    """Place what matches and stands in no story yet, and commit the chunk."""
    ids = {match.article_id for match in chunk.matches}

    async def place() -> None:
        placing = await judge.place([article for article in chunk.articles if article.id in ids], now=now)
        rematch = Rematch(
            watchlist=chunk.watchlist.name,
            version=chunk.watchlist.version,
            scored_ids=tuple(article.id for article in chunk.articles),
            matches=chunk.matches,
            stories=placing.stories,
            joinings=placing.joinings,
            decisions=placing.decisions,
            rests_on=placing.rests_on,
            cursor=chunk.cursor,
            is_complete=chunk.is_complete,
        )
        await judge.settle(store.commit_rematch(rematch))

    async with judge.turn:
        await twice(place)
