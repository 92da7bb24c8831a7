"""Which story an article tells: one pass over the open stories, with time, names and numbers as evidence.

Owns: the score of an article against a story, the vetoes, and a story's new state. Refuses: whole-corpus clustering,
and any split; an article's place, once given, stays until a person or a repair moves it with a trace.

score = (cosine + coverage) / 2 × exp(−days apart / 7) × 0.7^conflicts, halved for the next report of one outlet; of
bare titles the cosine alone. The cosine is
that with the story's centroid; coverage and conflicts (see `gists`) are those with its first or its latest article,
whichever is nearer. Two announcements of one house share most words, so wording alone cannot part events; time, names
and dates can. After Miranda et al. 2018 and Linger & Hajaiej 2020 (sparse vectors with time are within three points of
neural ones in one language); own measurements in docs/adr/0004-similarity.md and 0011-events.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.core.features import Features, Frequencies, shared_words
from monitor.core.gists import coverage, days_apart, is_next_report, unmentioned
from monitor.core.lead_dates import LeadDate
from monitor.core.open_stories import Near, OpenStories
from monitor.core.story_lines import LINES, StoryLines
from monitor.core.story_pairs import (
    actors_of,
    days_between,
    decay,
    likeness,
    other_actors,
    other_names,
    other_numbers,
    templates_of,
)
from monitor.core.story_states import VERSION, SeenArticle, grown, grown_by_copy, opened, seen, seen_copy
from monitor.model.articles import Article, ArticleId, Decision
from monitor.model.stories import Gist, Joining, Story, StoryId


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
    days: float
    decay: float
    line: float
    level: str
    penalty: float = 1.0
    is_next_report: bool = False
    veto: str = ""

    @property
    def likeness(self) -> float:
        return likeness(self.cosine, self.coverage)

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
    lines: StoryLines = LINES,
) -> Assignment:
    """Place an article: into its original's story if it is a copy, else into the best open story, else a new one.

    Nothing is changed: the caller keeps `story` in `stories` and counts the terms, once it may.
    """
    original_story = stories.story_of(copy_of) if copy_of is not None else None
    if original_story is not None:
        story = stories.get(original_story)
        reason = f"joined story “{story.title}” as a copy of one of its articles"
        ground = _Ground(outcome="joined", level="copy", reason=reason, nearest_id=story.id)
        return _assignment(article, grown_by_copy(story, seen_copy(article, read), lines), ground, now)
    shared = _wire_stories(stories, wordings, lines)
    fresh = seen(article, read, frequencies, shared)
    near = stories.near(read.terms, fresh.weights, least=lines.considered, also=shared)
    ratings = sorted(_ratings(fresh, near, lines), key=lambda rating: rating.rank)
    best = next((rating for rating in ratings if rating.joins), None)
    if best is None:
        return _assignment(article, opened(fresh, lines), _refusal(ratings), now)
    words = shared_words(read, stories.products(best.story.id, read.terms, fresh.weights))
    story = grown(best.story, stories.centroid(best.story.id), fresh, lines)
    return _assignment(article, story, _acceptance(best, words, shared.get(best.story.id)), now)


def order_for_grouping(article: Article, read: Features) -> tuple[bool, datetime, ArticleId]:
    """The order within a batch: those whose time is known, by publication or by their own text, go first.

    An article without any date can then choose between stories that have one, instead of drawing them to itself.
    """
    return (not article.is_dated and read.event_date is None, article.at, article.id)


def _wire_stories(stories: OpenStories, wordings: Sequence[Wording], lines: StoryLines) -> dict[StoryId, float]:
    shared: dict[StoryId, float] = {}
    for wording in wordings:
        story_id = stories.story_of(wording.article_id)
        if story_id is not None and wording.containment >= lines.wire_containment:
            shared[story_id] = max(wording.containment, shared.get(story_id, 0.0))
    return shared


def _ratings(fresh: SeenArticle, near: Sequence[Near], lines: StoryLines) -> list[_Rating]:
    """Ratings of all stories that could be the best one, by what their cosine and time allow at most."""
    bounded = []
    for one in near:
        days = _days_apart(fresh, one.story)
        most = likeness(one.cosine, 1.0 if fresh.gist.has_body else None)
        bounded.append((most * decay(days, lines), one, days))
    bounded.sort(key=lambda row: (-row[0], row[1].story.id))
    found: list[_Rating] = []
    reached = lines.join_wire
    for most, one, days in bounded:
        if found and most < reached:
            break
        rating = _rated(fresh, one, days, lines)
        found.append(rating)
        if rating.joins:
            reached = max(reached, rating.score)
    return found


def _rated(fresh: SeenArticle, near: Near, days: float, lines: StoryLines) -> _Rating:
    line, level = lines.join, "text"
    if near.story.id in fresh.wordings:
        line, level = lines.join_wire, "wire"
    elif not fresh.read.has_body:
        line, level = lines.join_title_only, "title"
    elif _is_timeless(fresh, near.story):
        line, level = lines.join_title_only, "undated"
    ratings = [_compared(fresh, near, other, days, lines) for other in near.story.gists or (Gist(),)]
    rating = replace(max(ratings, key=lambda one: one.score), line=line, level=level)
    # Also where time alone keeps them apart: the reason that a person would give is the better one to print.
    return replace(rating, veto=_veto(fresh, near.story, lines)) if rating.likeness >= line else rating


def _compared(fresh: SeenArticle, near: Near, other: Gist, days: float, lines: StoryLines) -> _Rating:
    """An article against a story as one of its articles shows it."""
    days = max(days, float(days_apart(fresh.gist, other)))
    ours, theirs = unmentioned(fresh.gist, other)
    count = min(len(ours), len(theirs), 3)
    # What shares a passage is the same report, grown.
    is_next = near.story.id not in fresh.wordings and is_next_report(fresh.gist, other)
    return _Rating(
        story=near.story,
        cosine=near.cosine,
        coverage=coverage(fresh.gist, other) if fresh.gist.has_body and other.has_body else None,
        conflicts=(*ours[:3], *theirs[:3]) if count else (),
        days=days,
        decay=decay(days, lines),
        penalty=lines.conflict**count * (lines.next_report if is_next else 1.0),
        is_next_report=is_next,
        line=lines.join,
        level="text",
    )


def _days_apart(fresh: SeenArticle, story: Story) -> float:
    """Between publication and the story's mean; by the dates in the texts where a publication time is missing."""
    published = fresh.article.published_at
    own = fresh.read.event_date
    if own is None and published is not None:
        own = LeadDate(published.month, published.day, published.year)
    if own is not None and (published is None or "undated" in story.facts) and "dates" in story.facts:
        return float(min(own.days_from(other) for other in _dates_of(story)))
    return days_between(fresh.article.at, story.mean_at)


def _is_timeless(fresh: SeenArticle, story: Story) -> bool:
    is_own = not fresh.article.is_dated and fresh.read.event_date is None
    return is_own or ("undated" in story.facts and "dates" not in story.facts)


def _veto(fresh: SeenArticle, story: Story, lines: StoryLines) -> str:
    """Why the two cannot be one event whatever they share, or nothing."""
    own = fresh.read.event_date
    if own is not None:
        for other in _dates_of(story):
            if own.days_from(other) > lines.join_veto_days:
                return f"it names {own.shown}, {own.days_from(other)} days from the story's {other.shown}"
    return (
        other_numbers((fresh.read.template,), templates_of(story))
        or other_names(fresh.article.title, story.title, fresh.article.language)
        or other_actors(fresh.read.actors, actors_of(story), lines)
    )


def _dates_of(story: Story) -> list[LeadDate]:
    return [LeadDate.from_key(key) for key in story.facts.get("dates", ())]


def _measured(rating: _Rating) -> str:
    likeness = f"cosine {rating.cosine:.2f}"
    if rating.coverage is not None:
        likeness = f"(cosine {rating.cosine:.2f} + coverage {rating.coverage:.2f}) / 2"
    apart = f" ({rating.days:.0f} days apart)" if rating.days >= 1 else ""
    parts = [likeness, f"decay {rating.decay:.2f}{apart}"]
    if rating.conflicts:
        parts.append(f"{rating.penalty:.2f} for other names in the titles ({', '.join(rating.conflicts)})")
    elif rating.is_next_report:
        parts.append(f"{rating.penalty:.2f} for names that only one report of this outlet holds")
    return f"{' × '.join(parts)} = {rating.score:.2f} (line {rating.line:.2f})"


def _facts_of(rating: _Rating) -> dict[str, str | float | int]:
    facts: dict[str, str | float | int] = {"cosine": round(rating.cosine, 4), "decay": round(rating.decay, 4)}
    if rating.coverage is not None:
        facts["coverage"] = round(rating.coverage, 4)
    if rating.conflicts:
        facts["conflicts"] = ", ".join(rating.conflicts)
    if rating.is_next_report:
        facts["outlet"] = "another report of one outlet"
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
