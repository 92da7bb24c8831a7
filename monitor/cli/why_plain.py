"""What `monitor why` says, as plain values for programs; docs/watchlists.md lists the keys."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.app.absence import Absence, NearFeed
from monitor.app.trial import Trial
from monitor.app.why import Answer, Reasons
from monitor.cli.feed_facts import plain
from monitor.core.scoring import excluded, relevance_of
from monitor.core.scoring.flips import Flip
from monitor.model.articles import Article
from monitor.model.ids import format_id
from monitor.model.watchlists import Hit, Score, Signal

Plain = dict[str, object]


def of_reasons(found: Reasons) -> Plain:
    """A stored article with all that was decided of it."""
    article = found.article
    return {
        "stored": True,
        "id": format_id(article.id),
        **_article(article),
        "feed": article.feed_id,
        "first_seen_at": article.first_seen_at,
        "flags": list(article.flags),
        "verdict": {
            "kind": found.verdict.kind.value,
            "of": None if found.verdict.of is None else format_id(found.verdict.of),
            "reason": found.verdict.reason,
        },
        "story": None if found.story is None else {"id": format_id(found.story.id), "title": found.story.title},
        "decisions": [
            {"stage": one.stage, "outcome": one.outcome, "level": one.level, "at": one.at, **dict(one.features)}
            for one in found.decisions
        ],
        "revisions": [
            {
                "seen_at": revision.seen_at,
                "feed": revision.feed_id,
                "change": revision.change,
                "matters": [
                    {"kind": one.kind.value, "before": one.before, "after": one.after, "reason": one.reason}
                    for one in changes
                ],
            }
            for revision, changes in zip(found.revisions, found.changes, strict=True)
        ],
        "is_backlog": found.is_backlog,
        "told": [{"recipient": to, "watchlist": watchlist, "at": at} for to, watchlist, at in found.told],
        "watchlists": _answers(found.answers),
    }


def of_trial(trial: Trial, answers: Sequence[Answer]) -> Plain:
    """A text that no feed brought."""
    return {
        "stored": False,
        "read_as": trial.form,
        **_article(trial.article),
        "text": trial.article.text,
        "removed": [{"kind": kind, "text": text} for kind, text in trial.removed],
        "feed": trial.feed.id if trial.feed else None,
        "watchlists": _answers(answers),
    }


def of_absence(absence: Absence) -> Plain:
    """An address that is not stored."""
    return {
        "stored": False,
        "url": absence.url,
        "host": absence.host,
        "is_readable": absence.is_readable,
        "is_pruned": absence.is_pruned,
        "ledger": [
            {"feed": row.feed_id, "state": row.state.value, "reason": row.reason, "seen_at": row.seen_at}
            for row in absence.ledger
        ],
        "feeds": [_near(near) for near in absence.feeds],
        "feed_count": absence.feed_count,
        "alike": [
            {"id": format_id(one.id), "title": one.title, "url": one.url, "outlet": one.outlet} for one in absence.alike
        ],
    }


def _near(near: NearFeed) -> Plain:
    return {
        "id": near.feed.id,
        "outlet": near.feed.outlet,
        "enabled": near.feed.is_enabled,
        "same_host": near.is_same_host,
        "brought_at": near.brought_at,
        **plain(near.state, None),
    }


def _article(article: Article) -> Plain:
    return {
        "title": article.title,
        "url": article.url,
        "outlet": article.outlet,
        "language": article.language,
        "country": article.country,
        "published_at": article.published_at,
    }


def _answers(answers: Sequence[Answer]) -> Plain:
    return {answer.score.watchlist: _answer(answer.score, answer.flips) for answer in answers}


def _answer(score: Score, flips: Sequence[Flip]) -> Plain:
    return {
        "score": score.points,
        "relevance": relevance_of(score),
        "threshold": score.threshold,
        "is_match": score.is_match,
        **({"gate": score.gate_reason} if score.is_gated else {}),
        "signals": [_signal(one) for one in score.signals],
        "excluded": list(excluded(score)),
        "quote": score.quote,
        "flips": [
            {
                "words": flip.words,
                "score": flip.score.points,
                "is_match": flip.score.is_match,
                "changes": [edit.plain() for edit in flip.edits],
            }
            for flip in flips
        ],
    }


def _signal(signal: Signal) -> Plain:
    return {
        "name": signal.name,
        "points": signal.points,
        "evidence": signal.evidence,
        "label": dict(signal.label),
        "hits": [_hit(hit) for hit in signal.hits],
    }


def _hit(hit: Hit) -> Plain:
    return {"field": hit.field.value, "start": hit.start, "end": hit.end, "text": hit.text}
