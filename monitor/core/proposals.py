"""Votes → a proposed edit of the watchlist: what is tried, what it must not do, and the order of its steps.

Nothing here changes a watchlist that is live: a proposal is an edit of a file that a person reads and takes or leaves
(the other way, weights that learn by themselves, drifts and cannot be explained). Owns: the search for edits that agree
better with the votes. Refuses: any edit that lowers the average precision on the stored votes or fails one of the
watchlist's own tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from types import MappingProxyType

from monitor.core.ballots import Ballot, average_precision, count
from monitor.core.pages import in_full
from monitor.core.scoring import ExampleFailure, compile_watchlists, run_examples
from monitor.core.vote_candidates import Candidate, candidates
from monitor.model.articles import Article, ArticleId
from monitor.model.proposals import AddException, AddRule, Edit, IgnoreOutlet, Proposal, SetPoints, SetThreshold, Step
from monitor.model.votes import VotedArticle
from monitor.model.watchlists import Alias, Entity, Field, Rule, Score, Term, Watchlist

MIN_VOTES = 10
"""Articles of each kind; fewer say more about chance than about readers (relevance.md C5)."""
MAX_STEPS = 5
MIN_GAIN = 0.01
"""Average precision that is worth an edit that mends no single article."""
THRESHOLD_STEP = 10.0
"""Points by which one proposal may move the threshold: what was not voted on hangs on it, too."""
THRESHOLD_GAIN = 2
"""Articles that another threshold must mend, on balance: one alone can always be had."""
FIXED_A_BREACH = 2
"""Articles mended for each one broken."""


def propose(
    watchlist: Watchlist,
    votes: Sequence[VotedArticle],
    *,
    own_aliases: Collection[tuple[str, str]] = (),
    refused: Iterable[tuple[Edit, str]] = (),
    stored: Mapping[str, Article] = MappingProxyType({}),
) -> Proposal:
    """What the votes come to.

    Args:
        watchlist: The one that they were cast on, as it is now.
        votes: Those that count.
        own_aliases: (entity, alias) pairs that may get an exception: those written in the watchlist's own file.
        refused: Edits that cannot be made, with why; they are declined without a trial.
        stored: The articles that the watchlist's own tests name by address.
    """
    counted = count(votes)
    more = sum(ballot.is_wanted for ballot in counted.ballots)
    less = len(counted.ballots) - more
    facts = Proposal(
        watchlist=watchlist.name,
        more=more,
        less=less,
        contested=counted.contested,
        left_out=counted.left_out,
        missing_more=max(0, MIN_VOTES - more),
        missing_less=max(0, MIN_VOTES - less),
    )
    if facts.missing_more or facts.missing_less:
        return facts
    return _Search(watchlist, counted.ballots, dict(refused), stored).proposal(facts, own_aliases)


def applied(watchlist: Watchlist, edit: Edit) -> Watchlist:
    """The watchlist with an edit made; its version is that of before."""
    match edit:
        case SetThreshold():
            return replace(watchlist, threshold=edit.threshold)
        case AddRule():
            when = Term(aliases=(Alias(text=edit.term),), fields=(Field.TITLE, Field.LEAD))
            rule = Rule(name=edit.name, when=when, points=edit.points)
            rules = sorted((*watchlist.rules, rule), key=lambda rule: rule.points < 0)
            return replace(watchlist, rules=tuple(rules))
        case SetPoints():
            changed = (
                replace(rule, points=edit.points) if rule.name == edit.name else rule for rule in watchlist.rules
            )
            return replace(watchlist, rules=tuple(changed))
        case IgnoreOutlet():
            return replace(watchlist, ignored_outlets=(*watchlist.ignored_outlets, edit.outlet))
        case AddException():
            entities = {name: _with_exception(entity, edit) for name, entity in watchlist.entities.items()}
            return replace(watchlist, entities=entities)


def _with_exception(entity: Entity, edit: AddException) -> Entity:
    def changed(alias: Alias) -> Alias:
        is_meant = alias.text == edit.alias and (alias.group or entity.id) == edit.entity
        return replace(alias, excluding=(*alias.excluding, edit.phrase)) if is_meant else alias

    return replace(entity, aliases=tuple(map(changed, entity.aliases)))


@dataclass(frozen=True, slots=True)
class _Standing:
    """A watchlist beside the votes: its scores of the ballots, in their order."""

    watchlist: Watchlist
    scores: tuple[Score, ...]
    ballots: tuple[Ballot, ...]

    @property
    def right(self) -> list[bool]:
        """Which come out as the votes want it."""
        return [score.is_match == ballot.is_wanted for score, ballot in zip(self.scores, self.ballots, strict=True)]

    @property
    def precision(self) -> float:
        """The average precision."""
        points = [-inf if score.is_gated else score.points for score in self.scores]
        return average_precision(points, [ballot.is_wanted for ballot in self.ballots])


@dataclass(frozen=True, slots=True)
class _Trial:
    """An edit made on top of others."""

    candidate: Candidate | None
    edit: Edit
    after: _Standing
    fixed: tuple[ArticleId, ...]
    broken: tuple[ArticleId, ...]
    gain: float

    @property
    def net(self) -> int:
        """Articles mended less articles broken."""
        return len(self.fixed) - len(self.broken)

    @property
    def is_worth_it(self) -> bool:
        """Whether it mends enough, and lowers no precision."""
        if self.gain < -1e-9 or len(self.fixed) < FIXED_A_BREACH * len(self.broken):
            return False
        if isinstance(self.edit, SetThreshold):
            return self.net >= THRESHOLD_GAIN
        return self.net > 0 or self.gain >= MIN_GAIN


class _Search:
    """Greedy: the edit that mends most, then what mends most on top of it."""

    def __init__(
        self,
        watchlist: Watchlist,
        ballots: tuple[Ballot, ...],
        refused: dict[Edit, str],
        stored: Mapping[str, Article],
    ) -> None:
        self._ballots = ballots
        self._stored = stored
        self._refused = refused
        self._declined: dict[Edit, str] = {}
        everything = range(len(ballots))
        self._start = _Standing(watchlist, tuple(_scored(watchlist, ballots, everything).values()), ballots)
        self._failing = {failure.example for failure in self._failures(watchlist)}

    def proposal(self, facts: Proposal, own_aliases: Collection[tuple[str, str]]) -> Proposal:
        """The facts with what the search found."""
        here = self._start
        left = candidates(here.watchlist, self._ballots, here.scores, own_aliases)
        steps: list[Step] = []
        while len(steps) < MAX_STEPS and (best := self._best(here, left)) is not None:
            steps.append(
                Step(
                    edit=best.edit,
                    evidence=best.candidate.evidence if best.candidate else None,
                    fixed=best.fixed,
                    broken=best.broken,
                    precision_before=here.precision,
                    precision_after=best.after.precision,
                )
            )
            here = best.after
            left = [one for one in left if not _is_same_place(one.edit, best.edit)]
        named = {article_id for step in steps for article_id in (*step.fixed, *step.broken)}
        return replace(
            facts,
            right_before=sum(self._start.right),
            right_after=sum(here.right),
            precision_before=self._start.precision,
            precision_after=here.precision,
            steps=tuple(steps),
            declined=tuple(self._declined.items()),
            articles=tuple(ballot.article for ballot in self._ballots if ballot.article.id in named),
        )

    def _best(self, here: _Standing, left: Sequence[Candidate]) -> _Trial | None:
        """The most useful edit that passes the watchlist's tests; what does not is declined."""
        trials = [self._try(here, candidate) for candidate in left if self._is_open(candidate.edit)]
        threshold = self._threshold(here)
        trials += [threshold] if threshold and self._is_open(threshold.edit) else []
        worth = [trial for trial in trials if trial.is_worth_it]
        for rough in sorted(worth, key=lambda trial: (-trial.net, -trial.gain, repr(trial.edit))):
            trial = self._whole(here, rough)
            if not trial.is_worth_it:
                continue
            failures = [one for one in self._failures(trial.after.watchlist) if one.example not in self._failing]
            if not failures:
                return trial
            self._declined[trial.edit] = f"it fails the watchlist's own test {failures[0]}"
        return None

    def _failures(self, watchlist: Watchlist) -> Sequence[ExampleFailure]:
        return run_examples(watchlist, compile_watchlists([watchlist]), self._stored)

    def _is_open(self, edit: Edit) -> bool:
        if edit in self._refused:
            self._declined[edit] = self._refused[edit]
        return edit not in self._declined

    def _try(self, here: _Standing, candidate: Candidate) -> _Trial:
        changed = applied(here.watchlist, candidate.edit)
        fresh = _scored(changed, self._ballots, sorted(candidate.touched))
        scores = tuple(fresh.get(index, score) for index, score in enumerate(here.scores))
        return self._trial(here, candidate, candidate.edit, _Standing(changed, scores, self._ballots))

    def _whole(self, here: _Standing, rough: _Trial) -> _Trial:
        """The trial with every ballot scored anew: the better of an article's two texts may be another one now."""
        scores = tuple(_scored(rough.after.watchlist, self._ballots, range(len(self._ballots))).values())
        after = _Standing(rough.after.watchlist, scores, self._ballots)
        return self._trial(here, rough.candidate, rough.edit, after)

    def _trial(self, here: _Standing, candidate: Candidate | None, edit: Edit, after: _Standing) -> _Trial:
        pairs = list(zip(self._ballots, here.right, after.right, strict=True))
        return _Trial(
            candidate,
            edit,
            after,
            fixed=tuple(ballot.article.id for ballot, was, now in pairs if now and not was),
            broken=tuple(ballot.article.id for ballot, was, now in pairs if was and not now),
            gain=after.precision - here.precision,
        )

    def _threshold(self, here: _Standing) -> _Trial | None:
        """The threshold that agrees with most votes; among equals the nearest, halfway between two articles."""
        levels = sorted({score.points for score in here.scores if not score.is_gated})
        present = here.watchlist.threshold
        highest = here.watchlist.alert_threshold
        least, most = present - THRESHOLD_STEP, min(present + THRESHOLD_STEP, inf if highest is None else highest)
        nearest = ((low, high, min(max(_between(low, high), least), most)) for low, high in pairwise(levels))
        possible = {threshold for low, high, threshold in nearest if low < threshold <= high and threshold != present}
        best: _Trial | None = None
        for threshold in sorted(possible, key=lambda one: (abs(one - present), one)):
            scores = tuple(replace(score, threshold=threshold) for score in here.scores)
            after = _Standing(replace(here.watchlist, threshold=threshold), scores, self._ballots)
            trial = self._trial(here, None, SetThreshold(threshold=threshold), after)
            if best is None or trial.net > best.net:
                best = trial
        return best


def _between(low: float, high: float) -> float:
    """A roundish number above `low`, at most `high`: half a point, where there is room for one."""
    middle = round(low + high) / 2
    return middle if low < middle <= high else high


def _scored(watchlist: Watchlist, ballots: Sequence[Ballot], indices: Iterable[int]) -> dict[int, Score]:
    """The scores of some ballots; of an article whose page was read, the better one of both texts."""
    scorer = compile_watchlists([watchlist])
    found = {}
    for index in indices:
        ballot = ballots[index]
        (best,) = scorer.score(ballot.article)
        if ballot.page_text:
            (of_page,) = scorer.score(in_full(ballot.article, ballot.page_text))
            best = max(best, of_page, key=lambda score: (not score.is_gated, score.points))
        found[index] = best
    return found


def _is_same_place(one: Edit, other: Edit) -> bool:
    """Whether two edits change the same thing, so that the one makes the other void."""
    if isinstance(one, SetPoints) and isinstance(other, SetPoints):
        return one.name == other.name
    return one == other
