"""Backtest: a changed watchlist over the stored past, beside the one that it would replace. Nothing is kept.

Articles are read in pages, by the time of their first sight, and scored once against all watchlists that matter; what
matches is placed in its stored story, compared, and fed to the two mailboxes. Memory grows with what matches, not with
what is stored. The clock is the articles' own, so the same store and files give the same answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.backtest import Account, Place, make_shift, shift_kind
from monitor.core.scoring import Scorer, compile_watchlists
from monitor.model.articles import Article, ArticleId, Verdict
from monitor.model.backtests import Backtest, Mail, MailShift
from monitor.model.digests import MatchedArticle, Recipient
from monitor.model.stories import Story, StoryId
from monitor.model.watchlists import Score, Watchlist
from monitor.pipeline.matches import as_match
from monitor.pipeline.trial_mail import Remembering, TrialMail, TrialRules
from monitor.ports import PastStore

PAGE = 500
_BEFORE, _AFTER = "0", "1"
_LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is compared, over the articles first seen in (`since`, `until`]; the very first was seen at `first_at`.

    `before` is the live watchlist of the name of `after`, None where there is none. `readers` are the recipients whose
    mail is counted, as they are with `after` live; `beside` are the other watchlists that they read. With
    `is_supposed` the readers do not read it yet: their mail before is without it.
    """

    before: Watchlist | None
    after: Watchlist
    since: datetime
    until: datetime
    first_at: datetime
    readers: tuple[Recipient, ...] = ()
    beside: tuple[Watchlist, ...] = ()
    is_supposed: bool = False


async def backtest(trial: Trial, *, past: PastStore, rules: TrialRules, page: int = PAGE) -> Backtest:
    """What `trial.after` gains, loses and moves, and what that makes of the readers' mail."""
    scoring = _Scoring(trial)
    account = Account()
    rules = replace(rules, renderers={name: Remembering(one) for name, one in rules.renderers.items()})
    mail = tuple(TrialMail(readers, since=trial.since, rules=rules) for readers in _readers(trial))
    placer = _Placer(past)
    async for found in pages(past, since=trial.since, until=trial.until, limit=page):
        account.count(len(found))
        matched = [(*one, scores) for one in found if (scores := scoring.matches(one[0]))]
        placings = await placer.place([(article, verdict) for article, verdict, _ in matched])
        for article, verdict, scores in matched:
            place, lineage = placings[article.id]
            _note(account, scoring, article, place, scores)
            row = _Row(article=_bare(article), verdict=verdict, lineage=lineage)
            for side, box in zip((_BEFORE, _AFTER), mail, strict=True):
                await box.take(
                    row.matched(score, scoring.names) for name, score in scores.items() if _is_of(name, side)
                )
    before, after = [await box.close(trial.until) for box in mail]
    return account.close(
        before=trial.before,
        after=trial.after,
        since=trial.since,
        until=trial.until,
        first_at=trial.first_at,
        mail=[_mail_shift(reader, before, after) for reader in trial.readers],
        is_supposed=trial.is_supposed,
    )


async def pages(
    past: PastStore, *, since: datetime, until: datetime, limit: int = PAGE
) -> AsyncIterator[list[tuple[Article, Verdict]]]:
    """The articles first seen in (`since`, `until`], in the order of time, so many at once."""
    after = (since, _LAST_ID)
    while found := await past.articles_seen(after=after, until=until, limit=limit):
        yield found
        after = (found[-1][0].first_seen_at, found[-1][0].id)


class _Scoring:
    """All watchlists that matter, under names of their own: the one before and the one after share theirs.

    Where these two give every article the same points (only thresholds differ), one of them is scored for both.
    """

    def __init__(self, trial: Trial) -> None:
        before, after = trial.before, trial.after
        self._sides = {_AFTER: after} if before is None else {_BEFORE: before, _AFTER: after}
        self.alerts = (before.alert_threshold if before else None, after.alert_threshold)
        self._is_one = before is not None and _unscored(before) == _unscored(after)
        least = min(one.threshold for one in self._sides.values())
        scored = {_AFTER: replace(after, threshold=least)} if self._is_one else self._sides
        beside = {str(place): watchlist for place, watchlist in enumerate(trial.beside, 2)}
        self.names = {name: watchlist.name for name, watchlist in (self._sides | beside).items()}
        self._all = _compiled(scored | beside)
        self._alone = {name: _compiled({name: watchlist}) for name, watchlist in scored.items()}

    def matches(self, article: Article) -> dict[str, Score]:
        """The scores at or over their thresholds."""
        scores = {score.watchlist: score for score in self._all.matches(article)}
        if self._is_one and (score := scores.pop(_AFTER, None)):
            scores |= {side: one for side in self._sides if (one := self._as_of(side, score)).is_match}
        return scores

    def whole(self, article: Article, scores: Mapping[str, Score]) -> tuple[Score | None, Score | None]:
        """The scores before and after, matches or not: that of a side which does not match is worked out here."""
        before, after = (scores.get(side) or self._unmatched(side, article, scores) for side in (_BEFORE, _AFTER))
        return before, after

    def _unmatched(self, side: str, article: Article, scores: Mapping[str, Score]) -> Score | None:
        if side not in self._sides:
            return None
        if self._is_one:
            return self._as_of(side, scores[_BEFORE if side == _AFTER else _AFTER])
        return self._alone[side].score(article)[0]

    def _as_of(self, side: str, score: Score) -> Score:
        watchlist = self._sides[side]
        return replace(score, watchlist=side, version=watchlist.version, threshold=watchlist.threshold)


def _unscored(watchlist: Watchlist) -> Watchlist:
    """A watchlist without what changes no points."""
    return replace(
        watchlist,
        name="",
        version="",
        title={},
        threshold=0.0,
        alert_threshold=None,
        examples=(),
        stories_per_day=None,
    )


def _compiled(watchlists: Mapping[str, Watchlist]) -> Scorer:
    return compile_watchlists([replace(watchlist, name=name) for name, watchlist in watchlists.items()])


def _note(account: Account, scoring: _Scoring, article: Article, place: Place, scores: Mapping[str, Score]) -> None:
    """Count an article that matches one of the two, and tell what is worth a line."""
    before, after = scores.get(_BEFORE), scores.get(_AFTER)
    account.note(article.id, place, sides=[side for side, score in enumerate((before, after)) if score is not None])
    if shift_kind(before, after, alerts=scoring.alerts) is not None:
        story_id = None if place.is_alone else place.id
        account.note_shift(make_shift(article, story_id, *scoring.whole(article, scores), alerts=scoring.alerts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """An article as it goes into the mailboxes."""

    article: Article
    verdict: Verdict
    lineage: tuple[Story, ...]

    def matched(self, score: Score, names: Mapping[str, str]) -> MatchedArticle:
        match = as_match(self.article.id, score, now=self.article.first_seen_at)
        return MatchedArticle(
            article=self.article,
            verdict=self.verdict,
            # Without its version, so that digests before and after can be the same.
            match=replace(match, watchlist=names[score.watchlist], version=""),
            story=self.lineage[0] if self.lineage else None,
            lineage=self.lineage[1:],
        )


class _Placer:
    """The stored stories of articles, without what only grouping needs.

    Only what matched was grouped. What was not is alone, a copy of it with it: the mail would tell them as one.
    """

    def __init__(self, past: PastStore) -> None:
        self._past = past
        self._bare: dict[StoryId, Story] = {}
        self._alone: dict[ArticleId, StoryId] = {}

    async def place(
        self, matched: Sequence[tuple[Article, Verdict]]
    ) -> dict[ArticleId, tuple[Place, tuple[Story, ...]]]:
        """What each article counts to, and its lineage as in `PastStore.placings`."""
        asked = {of for article, verdict in matched for of in (article.id, verdict.of) if of is not None}
        found = await self._past.placings(sorted(asked)) if asked else {}
        return {article.id: self._place(article, verdict, found) for article, verdict in matched}

    def _place(
        self, article: Article, verdict: Verdict, found: Mapping[ArticleId, tuple[Story, ...]]
    ) -> tuple[Place, tuple[Story, ...]]:
        original = article.id if verdict.of is None else verdict.of
        if stories := found.get(article.id) or found.get(original):
            lineage = tuple(self._bared(story) for story in stories)
            return Place(lineage[0].id, is_alone=False), lineage
        alone = self._alone[article.id] = self._alone.get(original, original)
        if alone == article.id:
            return Place(alone, is_alone=True), ()
        story = self._bare.setdefault(alone, _story_of(article, alone))
        return Place(alone, is_alone=True), (story, story)

    def _bared(self, story: Story) -> Story:
        if story.id not in self._bare:
            self._bare[story.id] = replace(story, centroid={}, gists=())
        return self._bare[story.id]


def _story_of(article: Article, id: StoryId) -> Story:
    return Story(
        id=id,
        title=article.title,
        lead_id=id,
        first_at=article.at,
        last_at=article.at,
        mean_at=article.at,
        size=1,
    )


def _bare(article: Article) -> Article:
    """Without its text: a mailbox counts stories, and their sentences are in the matches."""
    return replace(article, text="", summary="")


def _is_of(name: str, side: str) -> bool:
    """Whether a watchlist is live on this side: its own version, or one of those beside it."""
    return name == side or name not in (_BEFORE, _AFTER)


def _readers(trial: Trial) -> tuple[tuple[Recipient, ...], tuple[Recipient, ...]]:
    """The recipients before and after."""
    if not trial.is_supposed:
        return trial.readers, trial.readers
    without = tuple(
        replace(reader, watchlists=tuple(name for name in reader.watchlists if name != trial.after.name))
        for reader in trial.readers
    )
    return without, trial.readers


def _mail_shift(reader: Recipient, before: Mapping[str, Mail], after: Mapping[str, Mail]) -> MailShift:
    return MailShift(recipient_id=reader.id, before=before[reader.id], after=after[reader.id])
