"""Judging a batch: what is known of its articles is gathered, then they are judged, scored and placed in stories.

Collecting and the offline replay share this, so that a replayed day is judged as it was lived. The caller says whether
a batch was kept: a commit that fails loses nothing and leaves nothing behind (`memory`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from monitor.core.dedupe import Judgement, Outcome, judge_batch
from monitor.core.features import Features, Frequencies, Gazetteer, features, weighted
from monitor.core.frames import without_frames
from monitor.core.gists import stems_of_names
from monitor.core.likeness import LINES
from monitor.core.repair import mergers
from monitor.core.similarity import Readings, read
from monitor.core.stories import Assignment, Wording, assign, order_for_grouping
from monitor.core.storylines import LINES as LINKS
from monitor.core.storylines import decision_of, links, with_links
from monitor.model.articles import Article, ArticleId, Candidate, Sketch, VerdictKind
from monitor.model.commits import Identities, Intake
from monitor.model.stories import StoryId
from monitor.model.watchlists import Score
from monitor.pipeline.memory import Memory
from monitor.pipeline.thinking import at_once, off_loop
from monitor.ports import IntakeStore, StoryStore

FEW = 8
"""Articles thought over in about 30 ms, which the loop can wait; a thread for each would cost a replay a tenth."""
FEW_CHARS = 6_000
"""Of all their texts together: so many ideographs take 30 ms, too (a hundred thousand of them half a second)."""

Scorer = Callable[[Article], Sequence[Score]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """How far back is compared. `stories` None never closes a story (a replay of undated or unordered articles)."""

    wording: timedelta = timedelta(days=90)
    titles: timedelta = timedelta(days=8)
    stories: timedelta | None = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A judged batch.

    `intake` holds all that judging decided; the caller adds feed states, ledger and matches, keeps it, and confirms.
    `outcomes` are in the order of the articles given; `scores` cover what is stored and what was revised (by the
    stored article's id), as the scorer gives them; `story_ids` what was placed by this batch.
    """

    intake: Intake
    outcomes: tuple[Outcome, ...]
    scores: Mapping[ArticleId, tuple[Score, ...]]
    story_ids: Mapping[ArticleId, StoryId]


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An article to be placed, without the frame that it shares with others, and what deduplication knows of it."""

    article: Article
    copy_of: ArticleId | None = None
    wordings: tuple[Wording, ...] = ()


class Judge:
    """Judges batches one after the other against a store and the open stories.

    Args:
        score: Measures an article against every watchlist; only the scores that match are needed.
        group: Which articles are placed in stories: those that match a watchlist, or all.
        gazetteer: Known actors by spelling; see `monitor.core.features.gazetteer_of`.
    """

    def __init__(
        self,
        intake: IntakeStore,
        stories: StoryStore,
        *,
        score: Scorer,
        group: Literal["matched", "all"] = "matched",
        gazetteer: Gazetteer | None = None,
        look_back: LookBack | None = None,
    ) -> None:
        self._intake = intake
        self._score = score
        self._group = group
        self._gazetteer = gazetteer or Gazetteer({})
        self._known_names = stems_of_names(self._gazetteer.names)
        self._look_back = look_back or LookBack()
        self._readings = Readings()
        self._memory = Memory(intake, stories, span=self._look_back.stories)
        self.turn = asyncio.Lock()
        """Held from before a batch is judged or placed until it is confirmed or discarded: one batch at a time."""

    def configure(self, score: Scorer, gazetteer: Gazetteer) -> None:
        """Take other watchlists from the next batch on (a reload); open stories stay."""
        self._score = score
        self._gazetteer = gazetteer
        self._known_names = stems_of_names(gazetteer.names)

    async def load(self, now: datetime) -> None:
        """Fill the memory from the store; to be called once before the first batch, and after a reopened store."""
        await self._memory.load(now)
        await off_loop(self._warm_up)

    def _warm_up(self) -> None:
        """Think about an article that is none: the first would stop the loop for 0.1 s, for tables of characters."""
        text = "Pyongyang, Пхеньян, 평양, 平壌. " * 20
        article = Article(
            id=0,
            feed_id="",
            outlet="",
            url="",
            url_key=None,
            host="",
            title=text[:40],
            title_key=0,
            text=text,
            first_seen_at=datetime(2020, 1, 1, tzinfo=UTC),
            body_digest=0,
        )
        read(article)
        weighted(features(article, self._gazetteer), Frequencies())
        self._score(article)

    async def judge(
        self, articles: Sequence[Article], *, now: datetime, entries: Mapping[ArticleId, ArticleId] | None = None
    ) -> Judged:
        """Judge a batch; nothing is kept until the caller commits `Judged.intake` and calls `confirm`.

        Args:
            entries: New article → the stored one that the same entry of the same feed led to before (a known guid
                with changed content).
        """
        await self._begin(now)
        try:
            think = at_once if _are_few(articles) else off_loop
            # The sketches are many small values, and not held any longer than they are asked with.
            identities, candidates, common = await self._gather(
                articles, await think(lambda: [reading.sample for reading in self._readings.of_all(articles)]), now
            )
            judgement, scores = await think(
                lambda: self._decide(articles, identities, candidates, common, entries or {})
            )
            arrivals = await self._arrivals(judgement.outcomes, scores)
            originals = {one.article.id: one.article for found in candidates.values() for one in found}
            await self._reopen(arrivals, originals)
            placed = await think(lambda: self._place(arrivals, now))
        except BaseException:
            self.discard()
            raise
        return Judged(
            intake=self._intake_of(judgement, placed),
            outcomes=judgement.outcomes,
            scores=scores,
            story_ids={one.joining.article_id: one.joining.story_id for one in placed},
        )

    def _decide(
        self,
        articles: Sequence[Article],
        identities: Identities,
        candidates: Mapping[ArticleId, Sequence[Candidate]],
        common: frozenset[int],
        entries: Mapping[ArticleId, ArticleId],
    ) -> tuple[Judgement, dict[ArticleId, tuple[Score, ...]]]:
        judgement = judge_batch(
            articles,
            identities=identities,
            candidates=candidates,
            entries=entries,
            common_hashes=common,
            readings=self._readings,
        )
        return judgement, self._scores(judgement)

    async def _begin(self, now: datetime) -> None:
        """Begin a batch; the open stories are read anew if a person changed some beside the running daemon."""
        if await self._memory.is_stale():
            await self.load(now)
        self._memory.begin(now)

    async def place(self, articles: Sequence[Article], *, now: datetime) -> Intake:
        """Place stored articles that match only now (a changed watchlist); those in a story stay where they are.

        The result holds stories, joinings, decisions, artifacts and what they rest on; it is confirmed or discarded
        like a batch.
        """
        await self._begin(now)
        try:
            unplaced = await self._memory.unplaced(article.id for article in articles)
            missing = [_Arrival(article) for article in articles if article.id in unplaced]
            return self._grouping(self._place(missing, now))
        except BaseException:
            self.discard()
            raise

    async def repair(self, *, now: datetime) -> Intake:
        """Merge open stories that turned out to be one; confirmed or discarded like a batch.

        Each is held against those near it, about a millisecond a story: in a thread.
        """
        await self._begin(now)
        try:
            found = await off_loop(lambda: mergers(self._memory.stories, now=now))
            for merger in found:
                self._memory.drop(merger.gone.id)
                self._memory.keep(merger.kept)
        except BaseException:
            self.discard()
            raise
        return Intake(
            stories=tuple(story for merger in found for story in (merger.kept, merger.gone)),
            decisions=tuple(merger.decision for merger in found),
            rests_on=self._memory.rests_on if found else {},
        )

    def confirm(self) -> None:
        """The batch was kept: the memory stands."""
        self._memory.confirm()

    def discard(self) -> None:
        """The batch was not kept: the memory goes back to where it was."""
        self._memory.discard()

    async def _gather(
        self, articles: Sequence[Article], sketches: Sequence[Sketch], now: datetime
    ) -> tuple[Identities, Mapping[ArticleId, Sequence[Candidate]], frozenset[int]]:
        identities = await self._intake.identities(
            sorted({article.url_key for article in articles if article.url_key is not None}),
            sorted({article.title_key for article in articles}),
            since=now - self._look_back.titles,
        )
        found, common = await self._intake.candidates(
            sketches,
            since=now - self._look_back.wording,
            min_shared=LINES.min_shared,
            limit=LINES.candidates,
            stop_count=LINES.stop_count,
        )
        candidates: dict[ArticleId, Sequence[Candidate]] = {}
        for article, near in zip(articles, found, strict=True):
            # Entries of one page share an id but not a text: each must meet what resembles any of them.
            candidates[article.id] = [*candidates.get(article.id, ()), *near]
        return identities, candidates, common

    def _scores(self, judgement: Judgement) -> dict[ArticleId, tuple[Score, ...]]:
        scores: dict[ArticleId, tuple[Score, ...]] = {}
        for outcome in judgement.outcomes:
            if outcome.is_stored:
                scores[outcome.article.id] = tuple(self._score(outcome.article))
            elif outcome.revised is not None:
                scores[outcome.revised.id] = tuple(self._score(outcome.revised))
        return scores

    async def _arrivals(
        self, outcomes: Sequence[Outcome], scores: Mapping[ArticleId, Sequence[Score]]
    ) -> list[_Arrival]:
        new = {outcome.article.id for outcome in outcomes if outcome.is_stored}
        known = {outcome.revised.id for outcome in outcomes if outcome.revised is not None} - new
        unplaced = new | await self._memory.unplaced(of for of in known if self._is_grouped(scores[of]))
        arrivals: dict[ArticleId, _Arrival] = {}
        for outcome in outcomes:
            article = outcome.article if outcome.is_stored else outcome.revised
            if article is None or article.id not in unplaced or not self._is_grouped(scores[article.id]):
                continue
            if article.id in arrivals:
                # Stored and revised in one batch: its latest text, its first verdict.
                arrivals[article.id] = replace(arrivals[article.id], article=article)
                continue
            copy_of = outcome.verdict.of if outcome.verdict.kind is VerdictKind.COPY else None
            arrivals[article.id] = _Arrival(without_frames(article, outcome.frames), copy_of, outcome.wordings)
        return list(arrivals.values())

    async def _reopen(self, arrivals: Sequence[_Arrival], originals: Mapping[ArticleId, Article]) -> None:
        """Bring back the closed stories of which a copy arrives: it belongs there however old they are."""
        copied = {arrival.copy_of for arrival in arrivals if arrival.copy_of is not None} & originals.keys()
        wanted = {of for of in copied if self._memory.stories.story_of(of) is None}
        if wanted:
            await self._memory.reopen(wanted)

    def _is_grouped(self, scores: Sequence[Score]) -> bool:
        return self._group == "all" or any(score.is_match for score in scores)

    def _place(self, arrivals: Sequence[_Arrival], now: datetime) -> list[Assignment]:
        """Originals first, in the order for grouping; then copies, which follow their original."""
        read = {arrival.article.id: features(arrival.article, self._gazetteer) for arrival in arrivals}
        ordered = sorted(
            arrivals,
            key=lambda one: (one.copy_of is not None, *order_for_grouping(one.article, read[one.article.id])),
        )
        return [self._place_one(arrival, read[arrival.article.id], now) for arrival in ordered]

    def _place_one(self, arrival: _Arrival, read: Features, now: datetime) -> Assignment:
        placed = assign(
            arrival.article,
            read,
            stories=self._memory.stories,
            frequencies=self._memory.frequencies,
            now=now,
            copy_of=arrival.copy_of,
            wordings=arrival.wordings,
        )
        self._memory.keep(placed.story)
        if placed.joining.is_first:
            placed = self._linked(placed, now)
        if arrival.copy_of is None:
            self._memory.count(read.terms)
        return placed

    def _linked(self, placed: Assignment, now: datetime) -> Assignment:
        """A new story with its links to earlier ones: its storyline, and the same event in another language."""
        stories = self._memory.stories
        terms, weights = stories.centroid(placed.story.id)
        cosines = {near.story.id: near.cosine for near in stories.near(terms, weights, least=LINKS.likeness / 2)}
        found = links(placed.story, stories, cosines=cosines, known_names=self._known_names)
        if not found:
            return placed
        story = with_links(placed.story, found)
        self._memory.keep(story)
        return replace(placed, story=story, links=tuple(decision_of(story, link, now) for link in found))

    def _intake_of(self, judgement: Judgement, placed: Sequence[Assignment]) -> Intake:
        stored = [outcome for outcome in judgement.outcomes if outcome.is_stored]
        grouping = self._grouping(placed)
        return Intake(
            articles=tuple(outcome.article for outcome in stored),
            verdicts=tuple(outcome.verdict for outcome in stored),
            aliases=judgement.aliases,
            sketches=judgement.sketches,
            stop_hashes=judgement.stop_hashes,
            revisions=judgement.revisions,
            stories=grouping.stories,
            joinings=grouping.joinings,
            decisions=(*judgement.decisions, *grouping.decisions),
            artifacts=grouping.artifacts,
            rests_on=grouping.rests_on,
        )

    def _grouping(self, placed: Sequence[Assignment]) -> Intake:
        """What was placed, with what it rests on; nothing placed rests on nothing."""
        stories = {one.story.id: one.story for one in placed}
        return Intake(
            stories=tuple(stories.values()),
            joinings=tuple(one.joining for one in placed),
            decisions=tuple(decision for one in placed for decision in (one.decision, *one.links)),
            artifacts=self._memory.artifacts(),
            rests_on=self._memory.rests_on if stories else {},
        )

    async def settle(self, commit: Awaitable[None]) -> None:
        """Await the commit of what was judged: the memory stands or falls with it. Raises what the commit raises."""
        try:
            await commit
        except BaseException:
            self.discard()
            raise
        self.confirm()


def _are_few(articles: Sequence[Article]) -> bool:
    """Whether they may be thought over on the loop."""
    return len(articles) <= FEW and sum(len(article.text) for article in articles) <= FEW_CHARS
