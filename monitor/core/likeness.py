"""Two articles side by side: how much wording they share, and what that much means.

Owns: the lines between copy, revision, shared wire text and mere frame. Refuses: identity by address or title, and
the order in which earlier articles are considered (see `dedupe`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.core.similarity import Reading, Readings, containment, differ_in_digits_only, trigram_jaccard
from monitor.model.articles import Article, VerdictKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLines:
    """The numbers of deduplication; shares are of the smaller text's shingles.

    Origin: the research report's §5 (927 mutated originals, 250 Telegram pairs: no pair of different events reaches
    .50). `title`, `stranger_*` and `same_day` are house rules for cases that no labelled set holds.
    """

    copy: float = 0.80
    revision: float = 0.55
    wire: float = 0.15
    same_host_copy: float = 0.90
    short_copy: float = 0.80
    title: float = 0.60
    stranger_title: float = 0.40
    stranger_text: float = 0.15
    stranger_short: float = 0.30
    min_shared: int = 3
    candidates: int = 20
    stop_count: int = 50
    boilerplate_titles: int = 3
    title_window: timedelta = timedelta(days=7)
    same_day: timedelta = timedelta(hours=20)
    """Less than the day that lies between two instalments of a daily column."""


LINES = CopyLines()


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """An earlier article with its measure. `is_frame`: what it shares is the host's frame, not news."""

    old: Article
    theirs: Reading
    level: str
    measure: float
    kind: VerdictKind | None = None
    note: str = ""
    is_edge: bool = False
    is_frame: bool = False


def compare(article: Article, old: Article, readings: Readings, lines: CopyLines) -> Likeness:
    """Measure an earlier article beside a new one, and say what the lines make of it."""
    mine, theirs = readings.of(article), readings.of(old)
    is_short = mine.is_short and theirs.is_short
    level = "short-text" if is_short else "shingles"
    measure = trigram_jaccard(mine.text, theirs.text) if is_short else containment(mine.shingles, theirs.shingles)
    is_house = bool(article.host) and article.host == old.host
    like = Likeness(old=old, theirs=theirs, level=level, measure=measure)
    if differ_in_digits_only(mine.title, theirs.title) or (is_short and differ_in_digits_only(mine.text, theirs.text)):
        return replace(like, note="differs in numbers only: another instalment")
    if mine.is_short != theirs.is_short:
        return replace(like, note="a teaser beside a full text")
    if is_house and trigram_jaccard(mine.title, theirs.title) < lines.title:
        is_frame = measure < lines.revision
        return replace(like, note="same host, other title", is_frame=is_frame, is_edge=not is_short and not is_frame)
    copy_line = lines.same_host_copy if is_house else lines.short_copy if is_short else lines.copy
    if measure >= copy_line:
        return replace(like, kind=VerdictKind.COPY, is_edge=True)
    if not is_short and measure >= lines.revision:
        return replace(like, kind=VerdictKind.REVISION, is_edge=True)
    return replace(like, is_edge=not is_short and measure >= lines.wire)


def likeness(mine: Reading, theirs: Reading) -> float:
    """The share of one text found in the other, for two texts of one page or title; excerpts count as alike."""
    shared = containment(mine.shingles, theirs.shingles)
    if mine.is_short and theirs.is_short:
        return max(shared, trigram_jaccard(mine.text, theirs.text))
    return shared


def boilerplate(mine: Reading, frames: Iterable[Reading], lines: CopyLines = LINES) -> set[int]:
    """Sampled hashes that a text shares with articles of its host under enough other titles: footers, link blocks."""
    titles: dict[int, set[str]] = {}
    own: set[int] = set()
    for theirs in frames:
        own = own or set(mine.sample.hashes)
        for value in own.intersection(theirs.sample.hashes):
            titles.setdefault(value, {mine.title}).add(theirs.title)
    return {value for value, found in titles.items() if len(found) >= lines.boilerplate_titles}
