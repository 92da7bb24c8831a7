"""The states of a story: opened by an article, grown by more, made one of two, made anew from its articles.

Owns: what a story holds after each of these (times, size, centroid, facts, gists). Refuses: whether it comes to that
(see `stories`, `repair`, `handiwork`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np

from monitor.core.features import Features, Frequencies, Gazetteer, Terms, Weights, features, weighted
from monitor.core.gists import gist
from monitor.core.open_stories import MEMBERS, as_arrays, as_centroid
from monitor.core.similarity import body_of
from monitor.core.story_lines import LINES, StoryLines
from monitor.core.story_pairs import decay
from monitor.model.articles import Article
from monitor.model.stories import APART, NAMES, Gist, Story, StoryId

VERSION = "stories-4"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenArticle:
    """An article with its weighted terms; `wordings` are the containments of wire text shared with open stories."""

    article: Article
    read: Features
    weights: Weights
    gist: Gist = field(default_factory=Gist)
    wordings: Mapping[StoryId, float] = field(default_factory=dict)


def seen(
    article: Article, read: Features, frequencies: Frequencies, wordings: Mapping[StoryId, float] | None = None
) -> SeenArticle:
    """An article weighed by what is frequent at the moment."""
    return SeenArticle(
        article=article,
        read=read,
        weights=weighted(read, frequencies),
        gist=gist(
            read,
            frequencies,
            title=article.title,
            body=body_of(article),
            language=article.language,
            # Many outlets share a portal's host; a name alone may be a word for "unknown".
            outlet=f"{article.outlet} {article.host}" if article.host else "",
        ),
        wordings=wordings or {},
    )


def seen_copy(article: Article, read: Features) -> SeenArticle:
    """A copy, which adds no words."""
    return SeenArticle(article=article, read=read, weights=np.zeros(0))


def opened(first: SeenArticle, lines: StoryLines = LINES) -> Story:
    """A story of one article."""
    article = first.article
    facts = _with_facts({}, first, lines, is_copy=False)
    return Story(
        id=article.id,
        title=article.title,
        lead_id=article.id,
        first_at=article.at,
        last_at=article.at,
        mean_at=article.at,
        size=1,
        centroid=as_centroid(first.read.terms, first.weights),
        facts=facts if article.is_dated else {**facts, "undated": ("yes",)},
        gists=(first.gist,),
        version=VERSION,
    )


def grown(story: Story, centroid: tuple[Terms, Weights], more: SeenArticle, lines: StoryLines = LINES) -> Story:
    """The story with one more article that adds its words to this centroid."""
    with_one = _with_member(story, more, lines, is_copy=False)
    moved = _moved(story, centroid, more, lines)
    return replace(with_one, centroid=moved, gists=(*story.gists[:1], more.gist))


def grown_by_copy(story: Story, copied: SeenArticle, lines: StoryLines = LINES) -> Story:
    """The story with one more article that tells nothing new: it adds itself, but no words and no facts."""
    return _with_member(story, copied, lines, is_copy=True)


def rebuilt(
    members: Sequence[Article], *, frequencies: Frequencies, gazetteer: Gazetteer, lines: StoryLines = LINES
) -> Story:
    """A story of exactly these articles, as if they had come in the order of their times; a person's word decides it.

    Raises:
        ValueError: There are none.
    """
    ordered = sorted(members, key=lambda article: (article.at, article.id))
    if not ordered:
        raise ValueError("a story needs an article")
    first, *others = (seen(article, features(article, gazetteer), frequencies) for article in ordered)
    story = opened(first, lines)
    for other in others:
        story = grown(story, as_arrays(story.centroid), other, lines)
    return story


def united(kept: Story, gone: Story, lines: StoryLines = LINES) -> Story:
    """The story that two make, under the name of the first."""
    size = kept.size + gone.size
    latest = max((kept, gone), key=lambda story: (story.last_at, story.id))
    facts: dict[str, tuple[str, ...]] = {}
    for kind in sorted({*kept.facts, *gone.facts} - {"undated"}):
        values = sorted({*kept.facts.get(kind, ()), *gone.facts.get(kind, ())})
        facts[kind] = tuple(values if kind in (APART, NAMES) else values[-_limit(kind, lines) :])
    facts[NAMES] = tuple(sorted({*facts.get(NAMES, ()), f"{gone.id:016x}"}))
    if "undated" in kept.facts and "undated" in gone.facts:
        facts["undated"] = kept.facts["undated"]
    sides = [(*as_arrays(story.centroid), min(story.size, lines.memory)) for story in (kept, gone)]
    return replace(
        kept,
        last_at=latest.last_at,
        mean_at=kept.mean_at + (gone.mean_at - kept.mean_at) * (gone.size / size),
        size=size,
        centroid=_sum([(terms, weights * share) for terms, weights, share in sides]),
        facts=facts,
        gists=(*kept.gists[:1], *latest.gists[-1:]),
    )


def _with_member(story: Story, more: SeenArticle, lines: StoryLines, *, is_copy: bool) -> Story:
    at, size = more.article.at, story.size + 1
    facts = _with_facts(story.facts, more, lines, is_copy=is_copy)
    if more.article.is_dated:
        facts.pop("undated", None)
    return replace(
        story,
        first_at=min(story.first_at, at),
        last_at=max(story.last_at, at),
        mean_at=story.mean_at + (at - story.mean_at) / size,
        size=size,
        facts=facts,
    )


def _moved(story: Story, centroid: tuple[Terms, Weights], more: SeenArticle, lines: StoryLines) -> dict[int, float]:
    """The centroid as a decayed sum: what is older than the article counts less, `memory` articles at most."""
    days = max((more.article.at - story.last_at) / timedelta(days=1), 0.0)
    past = min(story.size, lines.memory) * decay(days, lines)
    terms, weights = centroid
    return _sum([(terms, weights * past), (more.read.terms, more.weights)])


def _sum(vectors: Sequence[tuple[Terms, Weights]]) -> dict[int, float]:
    terms, places = np.unique(np.concatenate([one for one, _ in vectors]), return_inverse=True)
    weights: Weights = np.bincount(places, weights=np.concatenate([one for _, one in vectors])).astype(np.float64)
    return as_centroid(terms, weights)


def _with_facts(
    known: Mapping[str, tuple[str, ...]], more: SeenArticle, lines: StoryLines, *, is_copy: bool
) -> dict[str, tuple[str, ...]]:
    """A story's facts with those of one more article."""
    read = more.read
    added = {MEMBERS: {f"{more.article.id:016x}"}}
    if not is_copy:
        added["dates"] = {read.event_date.key} if read.event_date else set()
        added["templates"] = {read.template} if read.template else set()
        added["actors"] = set(read.actors)
    facts = dict(known)
    for kind, values in added.items():
        if merged := tuple(sorted({*facts.get(kind, ()), *values})[-_limit(kind, lines) :]):
            facts[kind] = merged
    return facts


def _limit(kind: str, lines: StoryLines) -> int:
    return lines.members_kept if kind == MEMBERS else lines.facts_kept
