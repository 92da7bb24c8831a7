"""Two articles side by side: how much wording they share, and what that much means.

Owns: the lines between copy, revision, shared wire text and mere frame. Refuses: identity by address or title, and
the order in which earlier articles are considered (see `dedupe`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.core.frames import names_apart, opens_alike, tells_neither
from monitor.core.similarity import (
    Reading,
    Readings,
    body_of,
    containment,
    differ_in_digits_only,
    jaccard,
    trigram_jaccard,
)
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
    repeated: int = 20
    """A longer text of fewer distinct shingles repeats itself; whatever quotes its one sentence holds it all."""
    excerpt: float = 4.0
    """A text so many times as long is cut for no reprint (the research report's deepest cut keeps 30 %)."""
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
    """An earlier article with its measure.

    `is_frame`: what it shares is the host's frame, not news. `is_other`: it tells of something else, so that what both
    have is no evidence for one event either.
    """

    old: Article
    theirs: Reading
    level: str
    measure: float
    kind: VerdictKind | None = None
    note: str = ""
    is_edge: bool = False
    is_frame: bool = False
    is_other: bool = False


def compare(article: Article, old: Article, readings: Readings, lines: CopyLines) -> Likeness:
    """Measure an earlier article beside a new one, and say what the lines make of it."""
    mine, theirs = readings.of(article), readings.of(old)
    is_short = mine.is_short and theirs.is_short
    level = "short-text" if is_short else "shingles"
    measure = _measure(mine, theirs, lines)
    is_house = bool(article.host) and article.host == old.host
    like = Likeness(old=old, theirs=theirs, level=level, measure=measure)
    if differ_in_digits_only(mine.title, theirs.title) or (is_short and differ_in_digits_only(mine.text, theirs.text)):
        return replace(like, note="differs in numbers only: another instalment", is_other=True)
    if mine.is_short != theirs.is_short:
        return replace(like, note="a teaser beside a full text")
    is_retitled = trigram_jaccard(mine.title, theirs.title) < lines.title
    if is_house and measure >= lines.wire and (found := _instalment(like, article)):
        return found
    if is_house and is_retitled:
        is_frame = measure < lines.revision or _is_boilerplate(article, old)
        is_edge = measure >= lines.same_host_copy and not is_short and not is_frame
        return replace(like, note="same host, other title", is_frame=is_frame, is_edge=is_edge, is_other=not is_edge)
    copy_line = lines.same_host_copy if is_house else lines.short_copy if is_short else lines.copy
    kind = VerdictKind.COPY if measure >= copy_line else None
    if kind is None and not is_short and measure >= lines.revision:
        kind = VerdictKind.REVISION
    is_doubtful = kind is not None or (is_short and is_retitled)
    if is_doubtful and (found := _contradicted(like, article, mine, is_retitled=is_retitled, lines=lines)):
        return found
    # Within one host less than a revision is the frame of a series, not an agency's text.
    is_edge = kind is not None or (not is_short and not is_house and measure >= lines.wire)
    return replace(like, kind=kind, is_edge=is_edge)


def _measure(mine: Reading, theirs: Reading, lines: CopyLines) -> float:
    if mine.is_short and theirs.is_short:
        return trigram_jaccard(mine.text, theirs.text)
    if min(len(mine.shingles), len(theirs.shingles)) < lines.repeated:
        return jaccard(mine.shingles, theirs.shingles)
    return containment(mine.shingles, theirs.shingles)


def _contradicted(
    like: Likeness, article: Article, mine: Reading, *, is_retitled: bool, lines: CopyLines
) -> Likeness | None:
    """What speaks against taking two texts of so much common wording for one piece, or None."""
    if found := _instalment(like, article):
        return found
    old, body, other = like.old, body_of(article), body_of(like.old)
    if is_retitled and _is_boilerplate(article, old):
        return replace(like, note="its text says nothing of either title", is_frame=True, is_other=True)
    sizes = sorted((len(mine.shingles), len(like.theirs.shingles)))
    if sizes[1] > lines.excerpt * sizes[0] and is_retitled:
        longer, shorter = (body, other) if len(body) > len(other) else (other, body)
        is_excerpt = opens_alike(longer, shorter)
        return replace(like, note="an item of a much longer text", is_edge=is_excerpt, is_other=not is_excerpt)
    return None


def _instalment(like: Likeness, article: Article) -> Likeness | None:
    old = like.old
    is_house = bool(article.host) and article.host == old.host
    apart = names_apart(article.title, body_of(article), old.title, body_of(old), numbers_only=not is_house)
    if not apart:
        return None
    note = f"each title has a word of its text that the other article lacks: {apart[0]}; {apart[1]}"
    return replace(like, note=note, is_other=True)


def _is_boilerplate(one: Article, other: Article) -> bool:
    return tells_neither(one.title, body_of(one), other.title, body_of(other))


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
