"""Edits that readers' votes might speak for: each with its evidence and with the ballots that it can touch.

Owns: which terms are tried, how strong evidence must be, and how many points it is worth. Refuses: what comes of an
edit (`proposals` tries each one).

A term is compared only among articles in languages in which it stands at all: else every word of a language that
readers happen to vote down would tell the votes apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.core.ballots import Ballot, evidence
from monitor.core.common_words import ALMOST_EVERYWHERE, OFTEN
from monitor.core.language import guess_language
from monitor.core.scoring.calibration import POINTS_A_LOGIT
from monitor.core.scoring.evidence import lead_length
from monitor.core.scoring.weights import quarters
from monitor.core.words import HANGUL_CHAR, UNSPACED_CHAR, Prepared, normalise, pattern_words
from monitor.model.proposals import AddException, AddRule, Edit, IgnoreOutlet, SetPoints, VoteEvidence
from monitor.model.watchlists import Alias, Score, Term, Watchlist

MIN_STORIES = 5
"""Stories on the side that an edit speaks for; fewer are an anecdote."""
MIN_ERRORS = 2.5
"""Standard errors that the log-odds lie away from 0: terms are many, and some tell any votes apart by chance."""
MIN_ERRORS_OF_RULE = 2.0
"""The same of rules that a person wrote: they are few."""
MOST_POINTS = 20.0
"""Points that one new rule may give or take, and by which one that stands may change: what look-alikes cost."""
MAX_TERMS = 12
"""Terms that are tried: those with the strongest evidence."""

_COMMON = frozenset(word for word in f"{ALMOST_EVERYWHERE} {OFTEN}".split() if "-" not in word)
_MIN_LETTERS = 3
_LONGEST_RUN = 4
_SLUG = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edit with what speaks for it; only the ballots in `touched` can come out otherwise."""

    edit: Edit
    evidence: VoteEvidence
    touched: frozenset[int]


def candidates(
    watchlist: Watchlist, ballots: Sequence[Ballot], scores: Sequence[Score], own_aliases: Collection[tuple[str, str]]
) -> list[Candidate]:
    """All edits but thresholds that are worth a trial. `scores` are those of the ballots; `own_aliases` are the
    (entity, alias) pairs that are written in the watchlist's own file."""
    return [
        *_terms(watchlist, ballots, scores),
        *_rules(watchlist, ballots, scores),
        *_outlets(watchlist, ballots),
        *_exceptions(watchlist, ballots, own_aliases),
    ]


# --- terms ------------------------------------------------------------------------------------------------------


def _terms(watchlist: Watchlist, ballots: Sequence[Ballot], scores: Sequence[Score]) -> list[Candidate]:
    """New boosts and penalties for terms in title and lead of what passes the gate."""
    holders: dict[str, set[int]] = defaultdict(set)
    languages = [ballot.article.language or guess_language(_head(ballot)) or "" for ballot in ballots]
    for index, ballot in enumerate(ballots):
        if not scores[index].is_gated:
            for term in terms_of(_head(ballot)):
                holders[term].add(index)
    spelled = [tuple(pattern_words(alias.text)) for entity in watchlist.entities.values() for alias in entity.aliases]
    spelled += [tuple(pattern_words(alias.text)) for alias in _rule_aliases(watchlist)]
    known = frozenset(spelled)
    found: dict[frozenset[int], tuple[float, int, str, VoteEvidence]] = {}
    for term, having in holders.items():
        if len(having) < MIN_STORIES or tuple(pattern_words(term)) in known:
            continue
        spoken = {languages[index] for index in having}
        among = [index for index, language in enumerate(languages) if language in spoken and not scores[index].is_gated]
        seen = evidence(ballots, having, among)
        if not is_strong(seen):
            continue
        # Terms that stand in the same articles say the same: the longest one says it best.
        rank = (abs(seen.log_odds) / seen.error, len(term), term)
        key = frozenset(having)
        if key not in found or rank > found[key][:3]:
            found[key] = (*rank, seen)
    best = sorted(found.items(), key=lambda item: (-item[1][0], item[1][2]))[:MAX_TERMS]
    taken = {rule.name for rule in watchlist.rules}
    return [
        Candidate(AddRule(name=_name(term, taken), term=term, points=points_for(seen)), seen, having)
        for having, (_, _, term, seen) in best
    ]


def _head(ballot: Ballot) -> str:
    article = ballot.article
    leads = (text[: lead_length(text)] for text in (article.summary, article.text, ballot.page_text))
    return "\n".join((article.title, *leads))


def terms_of(text: str) -> set[str]:
    """What of a text a term could match: words and pairs of them, beginnings of Hangul words, runs of Han and kana."""
    prepared = Prepared(text)
    found: set[str] = set()
    previous = ""
    for index, word in enumerate(prepared.words):
        if UNSPACED_CHAR.match(word):
            found.update(_runs(word))
            previous = ""
        elif HANGUL_CHAR.match(word):
            found.update(word[:end] for end in range(2, min(len(word), _LONGEST_RUN) + 1))
            previous = ""
        else:
            is_telling = len(word) >= _MIN_LETTERS and word not in _COMMON and not word.isdigit()
            if is_telling:
                found.add(word)
                if previous and prepared.gap(index) in (" ", "-"):
                    found.add(f"{previous} {word}")
            previous = word if is_telling else ""
    return found


def _runs(word: str) -> Iterator[str]:
    for start in range(len(word) - 1):
        for end in range(start + 2, min(len(word), start + _LONGEST_RUN) + 1):
            yield word[start:end]


def is_strong(seen: VoteEvidence, errors: float = MIN_ERRORS) -> bool:
    """Whether there is enough of it, and clear enough."""
    speaking = seen.more_with if seen.log_odds > 0 else seen.less_with
    return speaking >= MIN_STORIES and abs(seen.log_odds) >= errors * seen.error


def points_for(seen: VoteEvidence) -> float:
    """Points that evidence is worth: what of it is left one standard error nearer to nothing, in whole points."""
    sure = max(0.0, abs(seen.log_odds) - seen.error)
    return min(MOST_POINTS, max(1.0, float(round(sure * POINTS_A_LOGIT)))) * (1 if seen.log_odds > 0 else -1)


def _name(term: str, taken: set[str]) -> str:
    """A free name for a rule, which is taken then."""
    stem = f"votes-{_SLUG.sub('-', term)}".strip("-")[:56]
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name)
    return name


def _rule_aliases(watchlist: Watchlist) -> Iterator[Alias]:
    for rule in watchlist.rules:
        if isinstance(rule.when, Term):
            yield from rule.when.aliases


# --- what stands already ----------------------------------------------------------------------------------------


def _rules(watchlist: Watchlist, ballots: Sequence[Ballot], scores: Sequence[Score]) -> Iterator[Candidate]:
    """Other points for rules that fire on one kind of votes more than on the other."""
    open_ones = [index for index, score in enumerate(scores) if not score.is_gated]
    fired: dict[str, set[int]] = defaultdict(set)
    for index in open_ones:
        for signal in scores[index].signals:
            fired[signal.name].add(index)
    for rule in watchlist.rules:
        having = frozenset(fired[rule.name])
        seen = evidence(ballots, having, open_ones)
        if not is_strong(seen, MIN_ERRORS_OF_RULE):
            continue
        agrees = (seen.log_odds > 0) == (rule.points > 0)
        shift = min(MOST_POINTS, abs(rule.points))
        for share in (1.0, 0.5) if agrees else (-0.5, -0.75):
            points = quarters(rule.points + share * shift * (1 if rule.points > 0 else -1))
            if points and points != rule.points:
                yield Candidate(SetPoints(name=rule.name, points=points), seen, having)


def _outlets(watchlist: Watchlist, ballots: Sequence[Ballot]) -> Iterator[Candidate]:
    """Outlets that only get votes for less."""
    by_outlet: dict[str, set[int]] = defaultdict(set)
    spelled: dict[str, str] = {}
    for index, ballot in enumerate(ballots):
        key = ballot.article.outlet.casefold()
        by_outlet[key].add(index)
        spelled.setdefault(key, ballot.article.outlet)
    ignored = set(map(str.casefold, watchlist.ignored_outlets))
    for key, having in sorted(by_outlet.items()):
        seen = evidence(ballots, having)
        if key and key not in ignored and seen.more_with == 0 and is_strong(seen):
            yield Candidate(IgnoreOutlet(outlet=spelled[key]), seen, frozenset(having))


def _exceptions(
    watchlist: Watchlist, ballots: Sequence[Ballot], own_aliases: Collection[tuple[str, str]]
) -> Iterator[Candidate]:
    """Longer strings around an alias that stand in no article that is wanted."""
    wanted: Mapping[tuple[str, str], Alias] = {
        (entity.id, alias.text): alias
        for entity in watchlist.entities.values()
        for alias in entity.aliases
        if not alias.group and (entity.id, alias.text) in own_aliases
    }
    holders: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for index, ballot in enumerate(ballots):
        article = ballot.article
        prepared = Prepared("\n".join((article.title, article.summary, article.text, ballot.page_text)))
        for (entity, text), alias in wanted.items():
            for phrase in _around(prepared, alias):
                holders[entity, text, phrase].add(index)
    for (entity, text, phrase), having in sorted(holders.items()):
        excluded = {normalise(one)[0] for one in wanted[entity, text].excluding}
        seen = evidence(ballots, having)
        if phrase not in excluded and seen.more_with == 0 and is_strong(seen):
            yield Candidate(AddException(entity=entity, alias=text, phrase=phrase), seen, frozenset(having))


def _around(prepared: Prepared, alias: Alias) -> set[str]:
    """An alias with the name (in scripts without spaces: the one or two characters) before or behind it."""
    spelling = normalise(alias.text)[0].replace("*", "")
    found: set[str] = set()
    if UNSPACED_CHAR.search(spelling):
        for place in re.finditer(re.escape(spelling), prepared.normal):
            for more in (1, 2):
                found.add(prepared.normal[max(0, place.start() - more) : place.end()])
                found.add(prepared.normal[place.start() : place.end() + more])
        return {phrase for phrase in found if UNSPACED_CHAR.sub("", phrase) == "" and phrase != spelling}
    steps = pattern_words(alias.text)
    words = prepared.words
    for start in range(len(words) - len(steps) + 1):
        if not all(_is_step(word, step) for word, step in zip(words[start:], steps, strict=False)):
            continue
        end = start + len(steps)
        if start and prepared.gap(start) in (" ", "-") and _is_name(prepared, start - 1):
            found.add(" ".join(words[start - 1 : end]))
        if end < len(words) and prepared.gap(end) in (" ", "-") and _is_name(prepared, end):
            found.add(" ".join(words[start : end + 1]))
    return found


def _is_name(prepared: Prepared, index: int) -> bool:
    """Whether a word looks like part of a name: a capital, where the script has any; no word that is everywhere."""
    start, _ = prepared.raw_span(prepared.starts[index], prepared.ends[index])
    word = prepared.words[index]
    return word not in _COMMON and not prepared.raw[start : start + 1].islower() and not word.isdigit()


def _is_step(word: str, step: str) -> bool:
    return word.startswith(step[:-1]) if step.endswith("*") or HANGUL_CHAR.match(step) else word == step
