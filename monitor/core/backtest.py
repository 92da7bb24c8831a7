"""What a changed watchlist makes of an article, beside the one that it would replace, and why.

Owns: what counts as gained, lost and moved, the order in which reasons are given, and the account of a whole backtest.
Refuses: scoring (`core.scoring`), and what becomes of it in the mail (`core.digests`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model.articles import Article, ArticleId
from monitor.model.backtests import Backtest, MailShift, Reach, Shift, ShiftKind
from monitor.model.stories import StoryId
from monitor.model.watchlists import Score, Watchlist

MOVED_POINTS = 5.0
"""Fewer points more or less, on the same side of all thresholds, are not worth a line."""

NOTHING_BEFORE = "no watchlist of this name before"
NOTHING_AFTER = "the watchlist is gone"
SAME_REASON = "the same points by other signals"


@dataclass(frozen=True, slots=True)
class Place:
    """What an article counts to: a stored story, or (`is_alone`) the article itself, with its copies."""

    id: StoryId
    is_alone: bool


_ORDER = {kind: place for place, kind in enumerate(ShiftKind)}


def shift_kind(before: Score | None, after: Score | None, *, alerts: tuple[float | None, float | None]) -> str | None:
    """GAINED, LOST or MOVED; None where nothing worth a line changed. `alerts` are the alert thresholds of both."""
    matched = before is not None and before.is_match
    if after is None or not after.is_match:
        return ShiftKind.LOST if matched else None
    if before is None or not matched:
        return ShiftKind.GAINED
    is_far = abs(after.points - before.points) >= MOVED_POINTS
    return ShiftKind.MOVED if is_far or _alert(before, after, alerts) else None


def make_shift(
    article: Article,
    story_id: StoryId | None,
    before: Score | None,
    after: Score | None,
    *,
    alerts: tuple[float | None, float | None] = (None, None),
) -> Shift:
    """A shift with its reasons; of scores that `shift_kind` calls none, a move."""
    alert, reasons = _alert(before, after, alerts), reasons_of(before, after)
    if alert and alerts[0] != alerts[1]:
        line = f"alert threshold {_or_none(alerts[0])} → {_or_none(alerts[1])}"
        reasons = (line,) if reasons == (SAME_REASON,) else (*reasons, line)
    return Shift(
        kind=ShiftKind(shift_kind(before, after, alerts=alerts) or ShiftKind.MOVED),
        article_id=article.id,
        story_id=story_id,
        title=article.title,
        outlet=article.outlet,
        url=article.url,
        seen_at=article.first_seen_at,
        before=_points(before),
        after=_points(after),
        reasons=reasons,
        alert=alert,
    )


def reasons_of(before: Score | None, after: Score | None) -> tuple[str, ...]:
    """What differs between two scores of one article, the weightiest first; one line at least.

    A gate that opens or shuts says it all. Else the signals by how far they moved, and the threshold: first where it
    alone decides, since the points of before would have been enough (or too few) for it.
    """
    if before is None or after is None:
        return (NOTHING_BEFORE if before is None else NOTHING_AFTER,)
    if before.is_gated and after.is_gated:
        return (f"gate: {before.gate_reason} → {after.gate_reason}",)
    if before.is_gated:
        return (f"gate: {before.gate_reason} → open", *_named(after, "+"))
    if after.is_gated:
        return (f"gate: open → {after.gate_reason}",)
    lines = list(_differences(before, after))
    if before.threshold != after.threshold:
        line = f"threshold {before.threshold:g} → {after.threshold:g}"
        decides = (before.points >= after.threshold) == after.is_match != before.is_match
        lines.insert(0 if decides else len(lines), line)
    return tuple(lines) or (SAME_REASON,)


def _differences(before: Score, after: Score) -> Iterator[str]:
    """The signals that moved, farthest first, with the evidence of the one that there is."""
    old, new = _by_name(before), _by_name(after)
    moved = sorted(
        (name for name in {*old, *new} if old.get(name, (0.0, ""))[0] != new.get(name, (0.0, ""))[0]),
        key=lambda name: (-abs(new.get(name, (0.0, ""))[0] - old.get(name, (0.0, ""))[0]), name),
    )
    for name in moved:
        was, had = old.get(name, (0.0, ""))
        now, has = new.get(name, (0.0, ""))
        evidence = has or had
        yield f"{name} {_signed(was)} → {_signed(now)}" + (f" ({evidence})" if evidence else "")


def _named(score: Score, sign: str) -> Iterator[str]:
    """The signals of an article that was not scored before, most points first."""
    found = sorted(_by_name(score).items(), key=lambda item: (-abs(item[1][0]), item[0]))
    for name, (points, evidence) in found:
        if points:
            yield f"{name} {sign}{points:g}".replace(f"{sign}-", "-") + (f" ({evidence})" if evidence else "")


def _by_name(score: Score) -> dict[str, tuple[float, str]]:
    """Signals of one name are one: their points together, the first one's evidence."""
    found: dict[str, tuple[float, str]] = {}
    for signal in score.signals:
        points, evidence = found.get(signal.name, (0.0, ""))
        found[signal.name] = points + signal.points, evidence or signal.evidence
    return found


def _signed(points: float) -> str:
    return f"{points:+g}" if points else "0"


def _or_none(threshold: float | None) -> str:
    return "none" if threshold is None else f"{threshold:g}"


def _points(score: Score | None) -> float | None:
    return None if score is None or score.is_gated else score.points


def _alert(before: Score | None, after: Score | None, alerts: tuple[float | None, float | None]) -> str:
    was, now = (
        score is not None and score.is_match and line is not None and score.points >= line
        for score, line in zip((before, after), alerts, strict=True)
    )
    return "" if was == now else "gained" if now else "lost"


class Account:
    """What a backtest comes to, article by article in any order; the same articles give the same account."""

    def __init__(self) -> None:
        self._shifts: list[Shift] = []
        self._matched: tuple[dict[ArticleId, Place], ...] = ({}, {})
        self._articles = 0

    def count(self, articles: int) -> None:
        """Note so many articles that were scored."""
        self._articles += articles

    def note(self, article_id: ArticleId, place: Place, *, sides: Iterable[int]) -> None:
        """Note an article that matches before (side 0), after (side 1), or both."""
        for side in sides:
            self._matched[side][article_id] = place

    def note_shift(self, shift: Shift) -> None:
        """Note what is worth a line."""
        self._shifts.append(shift)

    def close(
        self,
        *,
        before: Watchlist | None,
        after: Watchlist,
        since: datetime,
        until: datetime,
        first_at: datetime,
        mail: Sequence[MailShift],
        is_supposed: bool,
    ) -> Backtest:
        """The whole, in an order that depends on nothing but the articles."""
        was, now = (frozenset(side.values()) for side in self._matched)
        return Backtest(
            watchlist=after.name,
            since=since,
            until=until,
            first_at=first_at,
            articles=self._articles,
            before=None if before is None else _reach(self._matched[0]),
            after=_reach(self._matched[1]),
            shifts=tuple(sorted(self._shifts, key=_reading_order)),
            stories_gained=len(now - was),
            stories_lost=len(was - now),
            mail=tuple(mail),
            is_supposed=is_supposed,
        )


def _reading_order(shift: Shift) -> tuple[int, float, datetime, ArticleId]:
    points = shift.after if shift.kind is not ShiftKind.LOST else shift.before
    return (_ORDER[shift.kind], -(points or 0.0), shift.seen_at, shift.article_id)


def _reach(matched: dict[ArticleId, Place]) -> Reach:
    places = set(matched.values())
    return Reach(articles=len(matched), stories=len(places), alone=sum(place.is_alone for place in places))
