"""Scores at or over their thresholds become matches, as they are stored and as they are told in the log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from monitor.model.articles import ArticleId
from monitor.model.ids import format_id
from monitor.model.watchlists import Match, Score
from monitor.pipeline.judging import Judged

log = logging.getLogger("monitor.intake")


def log_matches(judged: Judged, matches: Sequence[Match]) -> None:
    """Tell whoever reads the log what matched, and how clearly."""
    articles = {outcome.article.id: outcome.article for outcome in judged.outcomes}
    for match in matches:
        article = articles.get(match.article_id)
        log.info(
            "matched: %s",
            article.title if article else "a revised article",
            extra={
                "outlet": article.outlet if article else "",
                "points": f"{match.points:g}/{match.threshold:g}",
                "watchlist": match.watchlist,
                "article": format_id(match.article_id),
            },
        )


def matches_of(judged: Judged, *, now: datetime) -> tuple[Match, ...]:
    """The scores at or over their thresholds, as they are stored."""
    return tuple(
        as_match(article_id, score, now=now)
        for article_id, scores in judged.scores.items()
        for score in scores
        if score.is_match
    )


def as_match(article_id: ArticleId, score: Score, *, now: datetime) -> Match:
    """One score as a match."""
    return Match(
        article_id=article_id,
        watchlist=score.watchlist,
        version=score.version,
        points=score.points,
        threshold=score.threshold,
        signals=score.signals,
        quote=score.quote,
        matched_at=now,
    )
