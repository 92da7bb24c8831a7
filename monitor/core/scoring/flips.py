"""The smallest changes that would turn a score's answer: into a match, or out of one.

Nothing is claimed that was not tried: each flip was applied and the changed article scored against the changed
watchlist by the scorer of the daemon. Single changes are all tried; only where none turns the answer, sets of them
grow, those first that left the fewest demands open. Whatever the watchlist, something is found: at last the failing
clauses go and the threshold comes down. No flip holds a change that it does not need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.core.matching import Matcher
from monitor.core.scoring.candidates import Lens, State
from monitor.core.scoring.conditions import leaves
from monitor.core.scoring.edits import (
    AddAlias,
    AddWords,
    ComeFrom,
    DropAlias,
    Edit,
    RewriteGate,
    SetFilter,
    SetThreshold,
    TakeOut,
    WithoutRule,
    apply_all,
)
from monitor.core.scoring.nearly import near_misses
from monitor.core.scoring.scorer import Scorer, compile_watchlists
from monitor.core.scoring.steps import language_of
from monitor.core.words import Prepared
from monitor.model.articles import Article
from monitor.model.watchlists import Alias, AllOf, Field, Mention, Score, Watchlist

MAX_FLIPS = 5
MAX_EDITS = 4
BEAM = 4
"""Sets of changes that are grown further, of those that do not suffice."""
KEPT_SPELLINGS = 3
_FILTERS = ("languages", "outlets", "countries", "ignored_languages", "ignored_outlets", "ignored_countries")
_Order = tuple[type[Edit], ...]
_TOWARDS: _Order = (AddAlias, SetFilter, SetThreshold, AddWords, WithoutRule, TakeOut, RewriteGate, ComeFrom)
_AWAY: _Order = (SetThreshold, TakeOut, DropAlias, WithoutRule, AddWords, SetFilter, ComeFrom)
"""What is the most use to be told comes first."""
_FIELDS = (Field.BODY, Field.LEAD, Field.TITLE, Field.URL)


@dataclass(frozen=True, slots=True)
class Flip:
    """Changes that together turn the answer, all of them needed; `score` is what came of applying them."""

    edits: tuple[Edit, ...]
    score: Score

    @property
    def words(self) -> str:
        """The changes as they end the sentence "It would match with …"."""
        return ", and ".join(edit.words for edit in self.edits)

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """The article and the watchlist with the changes made."""
        return apply_all(self.edits, article, watchlist)


class FlipFinder:
    """Finds flips for one watchlist; compiled once, for any number of articles.

    Raises:
        PatternError: An expression of the watchlist is refused.
    """

    def __init__(self, watchlist: Watchlist) -> None:
        self._watchlist = watchlist
        self._scorer = compile_watchlists([watchlist])
        aliases = [alias for entity in watchlist.entities.values() for alias in entity.aliases]
        self._matcher = Matcher(aliases)
        self._asked = {leaf.entity for leaf in leaves(watchlist.match) if isinstance(leaf, Mention)}

    def flips(self, article: Article, *, limit: int = MAX_FLIPS) -> tuple[Flip, ...]:
        """The smallest sets of changes that turn the answer, the likeliest to be of use first; all of one size."""
        (score,) = self._scorer.score(article)
        search = _Search(article, self._narrowed(article, score), goal=not score.is_match)
        found: list[Flip] = []
        seen: set[tuple[str, ...]] = set()
        for edits in search.sets():
            if found and len(edits) > len(found[0].edits):
                break
            if _kind(edits) in seen:
                continue
            flip = self._verified(article, edits, goal=search.goal)
            if flip is None or _kind(flip.edits) in seen:
                continue
            seen |= {_kind(edits), _kind(flip.edits)}
            # One that needed fewer changes than were tried makes the others too large.
            found = [one for one in (*found, flip) if len(one.edits) <= len(flip.edits)]
            if len(found) == limit:
                break
        return tuple(found) or self._last_resort(article, score)

    def _verified(self, article: Article, edits: tuple[Edit, ...], *, goal: bool) -> Flip | None:
        """The flip, without what it does not need, if it is one by the whole watchlist."""
        score = self._score(article, edits)
        if score.is_match is not goal:
            return None
        for index in reversed(range(len(edits))):
            fewer = (*edits[:index], *edits[index + 1 :])
            # What stands at offsets stands there only after the changes before it.
            if fewer and not any(map(_is_placed, edits[index + 1 :])):
                less = self._score(article, fewer)
                if less.is_match is goal:
                    edits, score = fewer, less
        return Flip(edits, score)

    def _score(self, article: Article, edits: Iterable[Edit]) -> Score:
        changed, watchlist = apply_all(tuple(edits), article, self._watchlist)
        return _scored(changed, watchlist, self._watchlist, self._scorer)

    def _narrowed(self, article: Article, score: Score) -> Watchlist:
        """The watchlist with the spellings only that stand in an article, and some that it could name.

        It is compiled in a hundredth of the time, and answers nearly always alike; the whole one has the last word.
        """
        text = "\n".join((article.title, article.summary, article.text, article.url))
        found = self._matcher.find(Prepared(text))
        language = language_of(article, self._watchlist)
        entities = {}
        for name, entity in self._watchlist.entities.items():
            usual = [one for one in entity.aliases if one.language in (language, None)] or list(entity.aliases)
            kept = {alias.text for alias in (*usual[:KEPT_SPELLINGS], *entity.aliases[:KEPT_SPELLINGS])}
            if score.is_gated and name in self._asked:
                kept |= {miss.like for miss in near_misses(text, entity.aliases)[:KEPT_SPELLINGS]}
            entities[name] = replace(
                entity, aliases=tuple(one for one in entity.aliases if one.text in kept or self._number(one) in found)
            )
        return replace(self._watchlist, entities=entities)

    def _number(self, alias: Alias) -> int | None:
        return self._matcher.atom_of(alias) if alias in self._matcher else None

    def _last_resort(self, article: Article, score: Score) -> tuple[Flip, ...]:
        """The failing clauses of gate and filters taken out, then the threshold down; nothing for what matches."""
        if score.is_match:
            return ()
        edits: list[Edit] = [
            SetFilter(key, (), f"`{key}` taken out") for key in _FILTERS if getattr(self._watchlist, key)
        ]
        edits.append(RewriteGate((), AllOf(children=()), "the condition taken out"))
        points = self._score(article, edits).points
        edits.append(SetThreshold(min(points, self._watchlist.threshold), self._watchlist.threshold))
        flip = self._verified(article, tuple(edits), goal=True)
        return (flip,) if flip else ()


class _Search:
    """Sets of changes, smaller ones first; tried on a narrowed watchlist only."""

    def __init__(self, article: Article, watchlist: Watchlist, *, goal: bool) -> None:
        self.goal = goal
        self._article = article
        self._watchlist = watchlist
        self._scorer = compile_watchlists([watchlist])
        self._own_lens = Lens(watchlist)

    def sets(self) -> Iterator[tuple[Edit, ...]]:
        """Sets that turn the answer here: of the smallest size found all, in order of use, then larger ones."""
        beam: list[tuple[Edit, ...]] = [()]
        order = _TOWARDS if self.goal else _AWAY
        for _ in range(MAX_EDITS):
            rest: list[tuple[tuple[float, ...], tuple[Edit, ...]]] = []
            # In the order of use, so that who wants one set only waits for no other to be tried.
            for edits in sorted(self._grown(beam), key=lambda edits: _rank(edits, order)):
                state = self._state(edits)
                if state.score.is_match is self.goal:
                    yield edits
                elif self.goal:
                    rest.append(((state.missing, -state.score.points, -_strength(edits)), edits))
                else:
                    rest.append(((state.score.points,), edits))
            beam = [edits for _, edits in sorted(rest, key=lambda one: one[0])[:BEAM]]

    def _grown(self, beam: Sequence[tuple[Edit, ...]]) -> Iterator[tuple[Edit, ...]]:
        seen = set()
        for edits in beam:
            before = self._state(edits)
            for edit in before.towards() if self.goal else before.away():
                grown = (*edits, edit)
                words = frozenset(one.words for one in grown)
                if words not in seen:
                    seen.add(words)
                    yield grown

    def _state(self, edits: tuple[Edit, ...]) -> State:
        article, watchlist = apply_all(edits, self._article, self._watchlist)
        score = _scored(article, watchlist, self._watchlist, self._scorer)
        return State(article, watchlist, score, self._lens)

    def _lens(self, watchlist: Watchlist) -> Lens:
        return self._own_lens if watchlist is self._watchlist else Lens(watchlist)


def _scored(article: Article, watchlist: Watchlist, base: Watchlist, scorer: Scorer) -> Score:
    """The score against a changed watchlist; compiled anew unless it is the one that `scorer` knows."""
    if watchlist is base:
        return scorer.score(article)[0]
    return compile_watchlists([watchlist]).score(article)[0]


def _rank(edits: Sequence[Edit], order: _Order) -> tuple[float, ...]:
    """How little use changes are to be told; of one kind, weaker demands come before stronger ones."""
    ranks = []
    for edit in edits:
        rank = float(order.index(type(edit)))
        if isinstance(edit, AddWords):
            rank += _FIELDS.index(edit.field) / 8 + (edit.at is not None) / 16 + (edit.count - 1) / 32
        elif isinstance(edit, TakeOut):
            rank += min(len(edit.spans), 90) / 100
        ranks.append(rank)
    return (sum(ranks), *ranks)


def _strength(edits: Sequence[Edit]) -> int:
    """How much changes may lead to: words in the title most."""
    return sum(_FIELDS.index(edit.field) + (edit.at is not None) for edit in edits if isinstance(edit, AddWords))


def _kind(edits: Sequence[Edit]) -> tuple[str, ...]:
    """Equal for sets of which one is enough to tell: the same words put elsewhere, another spelling of the same."""
    return tuple(map(_told_once, edits))


def _told_once(edit: Edit) -> str:
    if isinstance(edit, AddWords):
        return f"add {edit.of}"
    return f"without {sorted(set(edit.texts))}" if isinstance(edit, TakeOut) else edit.words


def _is_placed(edit: Edit) -> bool:
    return isinstance(edit, TakeOut) or (isinstance(edit, AddWords) and edit.at is not None)
