"""Which story an article tells: one pass over the open stories, with time, names and numbers as evidence.

Owns: the score of an article against a story, the vetoes, and a story's new state. Refuses: whole-corpus clustering,
and any split; an article's place, once given, stays until a person or a repair moves it with a trace.

score = (cosine + coverage) / 2 × exp(−days apart / 7) × 0.7^conflicts; of bare titles the cosine alone. The cosine is
that with the story's centroid; coverage and conflicts (see `gists`) are those with its first or its latest article,
whichever is nearer. Two announcements of one house share most words, so wording alone cannot part events; time, names
and dates can. After Miranda et al. 2018 and Linger & Hajaiej 2020 (sparse vectors with time are within three points of
neural ones in one language); own measurements in docs/adr/0004-similarity.md and 0011-events.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from monitor.core.features import Features, Frequencies, Gazetteer, Terms, Weights, features, shared_words, weighted
from monitor.core.gists import coverage, days_apart, gist, unmentioned
from monitor.core.lead_dates import LeadDate
from monitor.core.open_stories import MEMBERS, Near, OpenStories, as_arrays, as_centroid
from monitor.core.similarity import body_of, differ_in_digits_only
from monitor.model.articles import Article, ArticleId, Decision
from monitor.model.stories import Gist, Joining, Story, StoryId

VERSION = "stories-2"


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinLines:
    """The numbers of grouping.

    Origin: the design of the research report's §5, measured there on OG2021, ECB+, the Telegram pairs and the seeds.
    None of them was chosen on the seeds.
    """

    considered: float = 0.15
    """Cosine from which a story is looked at closely."""
    join: float = 0.35
    join_title_only: float = 0.40
    """Also where neither side's time is known: less evidence must agree more."""
    join_wire: float = 0.25
    """With shared wire text of at least `wire_containment`."""
    wire_containment: float = 0.30
    decay_days: float = 7.0
    conflict: float = 0.7
    """For each name of both titles that the other text never mentions, three at most."""
    veto_days: int = 10
    known_actors: int = 2
    memory: int = 8
    """A centroid counts as at most so many articles, so that a long story can still turn."""
    members_kept: int = 400
    facts_kept: int = 20


LINES = JoinLines()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Shared wording with another article: evidence for one story, not for a copy."""

    article_id: ArticleId
    containment: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An article's place, the story's new state, and why; `links` are why a new story is tied to earlier ones."""

    joining: Joining
    story: Story
    decision: Decision
    links: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rating:
    story: Story
    cosine: float
    coverage: float | None
    conflicts: tuple[str, ...]
    decay: float
    line: float
    level: str
    penalty: float = 1.0
    veto: str = ""

    @property
    def likeness(self) -> float:
        return self.cosine if self.coverage is None else (self.cosine + self.coverage) / 2

    @property
    def score(self) -> float:
        return self.likeness * self.decay * self.penalty

    @property
    def joins(self) -> bool:
        return not self.veto and self.score >= self.line

    @property
    def rank(self) -> tuple[float, datetime, StoryId]:
        """Best first; ties go to the older story."""
        return (-round(self.score, 6), self.story.first_at, self.story.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Article:
    """An article with its weighted terms; `wordings` are the containments of wire text shared with open stories."""

    article: Article
    read: Features
    weights: Weights
    gist: Gist = field(default_factory=Gist)
    wordings: Mapping[StoryId, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """Why an article stands where it stands. `nearest_id` is the story that decided, joined or not."""

    outcome: str
    level: str
    reason: str
    nearest_id: StoryId | None
    score: float | None = None
    facts: Mapping[str, str | float | int] = field(default_factory=dict)


def assign(
    article: Article,
    read: Features,
    *,
    stories: OpenStories,
    frequencies: Frequencies,
    now: datetime,
    copy_of: ArticleId | None = None,
    wordings: Sequence[Wording] = (),
    lines: JoinLines = LINES,
) -> Assignment:
    """Place an article: into its original's story if it is a copy, else into the best open story, else a new one.

    Nothing is changed: the caller keeps `story` in `stories` and counts the terms, once it may.
    """
    original_story = stories.story_of(copy_of) if copy_of is not None else None
    if original_story is not None:
        story = stories.get(original_story)
        reason = f"joined story “{story.title}” as a copy of one of its articles"
        ground = _Ground(outcome="joined", level="copy", reason=reason, nearest_id=story.id)
        copied = _Article(article=article, read=read, weights=np.zeros(0))
        return _assignment(article, _grown(story, copied, story.centroid, lines, is_copy=True), ground, now)
    shared = _wire_stories(stories, wordings, lines)
    own = gist(read, frequencies, title=article.title, body=body_of(article), language=article.language)
    seen = _Article(article=article, read=read, weights=weighted(read, frequencies), gist=own, wordings=shared)
    near = stories.near(read.terms, seen.weights, least=lines.considered, also=shared)
    ratings = sorted(_ratings(seen, near, lines), key=lambda rating: rating.rank)
    best = next((rating for rating in ratings if rating.joins), None)
    if best is None:
        return _assignment(article, _new_story(seen, lines), _refusal(ratings), now)
    words = shared_words(read, stories.products(best.story.id, read.terms, seen.weights))
    moved = _moved(best.story, stories.centroid(best.story.id), seen, lines)
    grown = _grown(best.story, seen, moved, lines, is_copy=False)
    return _assignment(article, grown, _acceptance(best, words, shared.get(best.story.id)), now)


def rebuilt(
    members: Sequence[Article], *, frequencies: Frequencies, gazetteer: Gazetteer, lines: JoinLines = LINES
) -> Story:
    """A story of exactly these articles, as if they had come in the order of their times; a person's word decides it.

    Raises:
        ValueError: There are none.
    """
    ordered = sorted(members, key=lambda article: (article.at, article.id))
    if not ordered:
        raise ValueError("a story needs an article")
    story: Story | None = None
    for article in ordered:
        read = features(article, gazetteer)
        own = gist(read, frequencies, title=article.title, body=body_of(article), language=article.language)
        seen = _Article(article=article, read=read, weights=weighted(read, frequencies), gist=own)
        if story is None:
            story = _new_story(seen, lines)
            continue
        terms, weights = as_arrays(story.centroid)
        story = _grown(story, seen, _moved(story, (terms, weights), seen, lines), lines, is_copy=False)
    assert story is not None
    return story


def order_for_grouping(article: Article, read: Features) -> tuple[bool, datetime, ArticleId]:
    """The order within a batch: those whose time is known, by publication or by their own text, go first.

    An article without any date can then choose between stories that have one, instead of drawing them to itself.
    """
    return (not article.is_dated and read.event_date is None, article.at, article.id)


def _wire_stories(stories: OpenStories, wordings: Sequence[Wording], lines: JoinLines) -> dict[StoryId, float]:
    shared: dict[StoryId, float] = {}
    for wording in wordings:
        story_id = stories.story_of(wording.article_id)
        if story_id is not None and wording.containment >= lines.wire_containment:
            shared[story_id] = max(wording.containment, shared.get(story_id, 0.0))
    return shared


def _ratings(seen: _Article, near: Sequence[Near], lines: JoinLines) -> list[_Rating]:
    """Ratings of all stories that could be the best one, by what their cosine and time allow at most."""
    bounded = []
    for one in near:
        days = _days_apart(seen, one.story)
        most = (one.cosine + 1) / 2 if seen.gist.has_body else one.cosine
        bounded.append((most * math.exp(-days / lines.decay_days), one, days))
    bounded.sort(key=lambda row: (-row[0], row[1].story.id))
    found: list[_Rating] = []
    reached = lines.join_wire
    for most, one, days in bounded:
        if found and most < reached:
            break
        rating = _rated(seen, one, days, lines)
        found.append(rating)
        if rating.joins:
            reached = max(reached, rating.score)
    return found


def _rated(seen: _Article, near: Near, days: float, lines: JoinLines) -> _Rating:
    line, level = lines.join, "text"
    if near.story.id in seen.wordings:
        line, level = lines.join_wire, "wire"
    elif not seen.read.has_body:
        line, level = lines.join_title_only, "title"
    elif _is_timeless(seen, near.story):
        line, level = lines.join_title_only, "undated"
    ratings = [_compared(seen, near, other, days, lines) for other in near.story.gists or (Gist(),)]
    rating = replace(max(ratings, key=lambda one: one.score), line=line, level=level)
    # Also where time alone keeps them apart: the reason that a person would give is the better one to print.
    return replace(rating, veto=_veto(seen, near.story, lines)) if rating.likeness >= line else rating


def _compared(seen: _Article, near: Near, other: Gist, days: float, lines: JoinLines) -> _Rating:
    """An article against a story as one of its articles shows it."""
    days = max(days, float(days_apart(seen.gist, other)))
    ours, theirs = unmentioned(seen.gist, other)
    count = min(len(ours), len(theirs), 3)
    return _Rating(
        story=near.story,
        cosine=near.cosine,
        coverage=coverage(seen.gist, other) if seen.gist.has_body and other.has_body else None,
        conflicts=(*ours[:3], *theirs[:3]) if count else (),
        decay=math.exp(-days / lines.decay_days),
        penalty=lines.conflict**count,
        line=lines.join,
        level="text",
    )


def _days_apart(seen: _Article, story: Story) -> float:
    """Between publication and the story's mean; by the dates in the texts where a publication time is missing."""
    published = seen.article.published_at
    own = seen.read.event_date
    if own is None and published is not None:
        own = LeadDate(published.month, published.day, published.year)
    if own is not None and (published is None or "undated" in story.facts) and "dates" in story.facts:
        return float(min(own.days_from(other) for other in _dates_of(story)))
    return abs((seen.article.at - story.mean_at).total_seconds()) / 86_400


def _is_timeless(seen: _Article, story: Story) -> bool:
    is_own = not seen.article.is_dated and seen.read.event_date is None
    return is_own or ("undated" in story.facts and "dates" not in story.facts)


def _veto(seen: _Article, story: Story, lines: JoinLines) -> str:
    """Why the two cannot be one event whatever they share, or nothing."""
    own = seen.read.event_date
    if own is not None:
        for other in _dates_of(story):
            if own.days_from(other) > lines.veto_days:
                return f"its date {own.key} is {own.days_from(other)} days from the story's {other.key}"
    for template in story.facts.get("templates", ()):
        if differ_in_digits_only(seen.read.template, template):
            return f"its title is “{template}” with other numbers"
    actors = frozenset(story.facts.get("actors", ()))
    if min(len(actors), len(seen.read.actors)) >= lines.known_actors and not actors & seen.read.actors:
        return f"its actors ({', '.join(sorted(seen.read.actors))}) are others ({', '.join(sorted(actors))})"
    return ""


def _dates_of(story: Story) -> list[LeadDate]:
    return [LeadDate.from_key(key) for key in story.facts.get("dates", ())]


def _measured(rating: _Rating) -> str:
    likeness = f"cosine {rating.cosine:.2f}"
    if rating.coverage is not None:
        likeness = f"(cosine {rating.cosine:.2f} + coverage {rating.coverage:.2f}) / 2"
    parts = [likeness, f"decay {rating.decay:.2f}"]
    if rating.conflicts:
        parts.append(f"{rating.penalty:.2f} for other names in the titles ({', '.join(rating.conflicts)})")
    return f"{' × '.join(parts)} = {rating.score:.2f} (line {rating.line:.2f})"


def _facts_of(rating: _Rating) -> dict[str, str | float | int]:
    facts: dict[str, str | float | int] = {"cosine": round(rating.cosine, 4), "decay": round(rating.decay, 4)}
    if rating.coverage is not None:
        facts["coverage"] = round(rating.coverage, 4)
    if rating.conflicts:
        facts["conflicts"] = ", ".join(rating.conflicts)
    return facts


def _acceptance(best: _Rating, words: Sequence[str], containment: float | None) -> _Ground:
    parts = [f"joined story “{best.story.title}” because {_measured(best)}"]
    facts = _facts_of(best)
    if words:
        parts.append(f"shared: {', '.join(words)}")
        facts["shared"] = ", ".join(words)
    if containment is not None:
        parts.append(f"shared wire text {containment:.2f}")
        facts["containment"] = round(containment, 4)
    return _Ground(
        outcome="joined",
        level=best.level,
        reason=", ".join(parts),
        nearest_id=best.story.id,
        score=best.score,
        facts=facts,
    )


def _refusal(ratings: Sequence[_Rating]) -> _Ground:
    """Why a story was opened; the nearest one is named, so that a reader sees what nearly happened."""
    if not ratings:
        reason = "opened a story: no open story resembles it"
        return _Ground(outcome="opened", level="none", reason=reason, nearest_id=None)
    nearest = ratings[0]
    return _Ground(
        outcome="opened",
        level="veto" if nearest.veto else "none",
        reason=f"opened a story: nearest “{nearest.story.title}”, but {nearest.veto or _measured(nearest)}",
        nearest_id=nearest.story.id,
        score=nearest.score,
        facts=_facts_of(nearest),
    )


def _assignment(article: Article, story: Story, ground: _Ground, now: datetime) -> Assignment:
    joining = Joining(
        article_id=article.id,
        story_id=story.id,
        is_first=ground.outcome == "opened",
        similarity=ground.score,
        reason=ground.reason,
    )
    decision = Decision(
        article_id=article.id,
        stage="story",
        outcome=ground.outcome,
        level=ground.level,
        other_id=ground.nearest_id,
        measure=ground.score,
        features={**ground.facts, "reason": ground.reason},
        version=VERSION,
        at=now,
    )
    return Assignment(joining=joining, story=story, decision=decision)


def _new_story(seen: _Article, lines: JoinLines) -> Story:
    article = seen.article
    facts = _with_facts({}, seen, lines, is_copy=False)
    return Story(
        id=article.id,
        title=article.title,
        lead_id=article.id,
        first_at=article.at,
        last_at=article.at,
        mean_at=article.at,
        size=1,
        centroid=as_centroid(seen.read.terms, seen.weights),
        facts=facts if article.is_dated else {**facts, "undated": ("yes",)},
        gists=(seen.gist,),
        version=VERSION,
    )


def _grown(story: Story, seen: _Article, centroid: Mapping[int, float], lines: JoinLines, *, is_copy: bool) -> Story:
    """The story with one more article and this centroid; a copy adds itself, but no fact."""
    at, size = seen.article.at, story.size + 1
    facts = _with_facts(story.facts, seen, lines, is_copy=is_copy)
    if seen.article.is_dated:
        facts.pop("undated", None)
    return replace(
        story,
        first_at=min(story.first_at, at),
        last_at=max(story.last_at, at),
        mean_at=story.mean_at + (at - story.mean_at) / size,
        size=size,
        centroid=centroid,
        facts=facts,
        gists=story.gists if is_copy else (*story.gists[:1], seen.gist),
    )


def _moved(story: Story, centroid: tuple[Terms, Weights], seen: _Article, lines: JoinLines) -> dict[int, float]:
    """The centroid as a decayed sum: what is older than the article counts less, `memory` articles at most."""
    days = max((seen.article.at - story.last_at) / timedelta(days=1), 0.0)
    past = min(story.size, lines.memory) * math.exp(-days / lines.decay_days)
    old_terms, old_weights = centroid
    terms, places = np.unique(np.concatenate([old_terms, seen.read.terms]), return_inverse=True)
    weights: Weights = np.bincount(places, weights=np.concatenate([old_weights * past, seen.weights])).astype(
        np.float64
    )
    return as_centroid(terms, weights)


def _with_facts(
    known: Mapping[str, tuple[str, ...]], seen: _Article, lines: JoinLines, *, is_copy: bool
) -> dict[str, tuple[str, ...]]:
    """A story's facts with those of one more article."""
    read = seen.read
    added = {MEMBERS: {f"{seen.article.id:016x}"}}
    if not is_copy:
        added["dates"] = {read.event_date.key} if read.event_date else set()
        added["templates"] = {read.template} if read.template else set()
        added["actors"] = set(read.actors)
    facts = dict(known)
    for kind, values in added.items():
        limit = lines.members_kept if kind == MEMBERS else lines.facts_kept
        if merged := tuple(sorted({*facts.get(kind, ()), *values})[-limit:]):
            facts[kind] = merged
    return facts
