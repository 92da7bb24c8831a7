"""What can be told of a watchlist without an article: expressions that RE2 refuses, gates that no article passes,
thresholds that none reaches.

One-sided: what is called impossible is; not all that is impossible is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.core.patterns import Expression, PatternError
from monitor.core.scoring import weights as w
from monitor.core.scoring.conditions import leaves
from monitor.core.scoring.contradictions import contradiction
from monitor.errors import Problem
from monitor.model.watchlists import Pattern, Published, Watchlist

MAX_PATTERNS = 50
"""Expressions of one watchlist: each may hold `patterns.MAX_MEMORY` bytes."""


def unsound(watchlists: Sequence[Watchlist]) -> list[Problem]:
    """What is wrong with watchlists, each problem at its place; nothing of it may go live."""
    return [problem for watchlist in watchlists for problem in (*refused(watchlist), *_impossible(watchlist))]


def refused(watchlist: Watchlist) -> Iterator[Problem]:
    """Expressions that cannot be compiled; with one of them nothing can be scored."""
    conditions = (watchlist.match, *(rule.when for rule in watchlist.rules))
    patterns = [leaf for condition in conditions for leaf in leaves(condition) if isinstance(leaf, Pattern)]
    for pattern in patterns[MAX_PATTERNS : MAX_PATTERNS + 1]:
        message = f"is one of {len(patterns)} expressions; a watchlist may have {MAX_PATTERNS}."
        yield problem(pattern.place, "regex", message, "Write plain words as `terms`, or join some by `|`.")
    for pattern in patterns[:MAX_PATTERNS]:
        try:
            Expression(pattern.regex, is_cased=pattern.is_cased)
        except PatternError as error:
            yield problem(pattern.place, "regex", f"/{pattern.regex[:80]}/ {error.message}", error.cure)


def _impossible(watchlist: Watchlist) -> Iterator[Problem]:
    places, entities = watchlist.places, watchlist.entities
    filters = Published(outlets=watchlist.outlets, languages=watchlist.languages, countries=watchlist.countries)
    if reason := contradiction([watchlist.match], entities, filters):
        yield problem(
            places.get("match", watchlist.name), "match", f"no article can pass: {reason}.", "Drop one of them."
        )
    for rule in watchlist.rules:
        if reason := contradiction([rule.when], entities):
            key = f"{'boost' if rule.points > 0 else 'penalty'}.{rule.name}"
            yield problem(places.get(key, watchlist.name), key, f"can never fire: {reason}.", "Drop one of them.")
    for key in ("outlets", "languages", "countries"):
        wanted, ignored = getattr(watchlist, key), getattr(watchlist, f"ignored_{key}")
        if wanted and set(wanted) <= set(ignored):
            message = f"every one of them is among ignored_{key} as well."
            yield problem(places.get(key, watchlist.name), key, message, "Drop one of the two lists.")
    most = highest_points(watchlist)
    if watchlist.threshold > most:
        message = f"no article can reach {watchlist.threshold:g} points: {most:g} is the most that there is here."
        yield problem(places.get("threshold", watchlist.name), "threshold", message, f"Choose one well below {most:g}.")


def problem(place: str, key: str, message: str, cure: str = "") -> Problem:
    """A problem at a "file:line:column" place; at the whole of anything else."""
    file, line, column = place.rsplit(":", 2) if place.count(":") > 1 else (place, "0", "0")
    return Problem(file=file, line=int(line), column=int(column), key=key, message=message, cure=cure)


# --- thresholds --------------------------------------------------------------------------------------------------


def highest_points(watchlist: Watchlist) -> float:
    """A bound that no article's points exceed; an article that has all of it at once may not exist."""
    is_of_words = watchlist.sides or any(leaves(watchlist.match, positive_only=True))
    structure = _highest_of_a_topic() if is_of_words else 0.0
    if len(watchlist.sides) > 1:  # a loose gate may let one side through, which is scored as a topic
        structure = max(structure, _highest_of_a_relation())
    boosts = sum(w.quarters(rule.points) for rule in watchlist.rules if rule.points > 0)
    if watchlist.boost_cap is not None:
        boosts = min(boosts, w.quarters(watchlist.boost_cap))
    return structure + boosts + (w.PROFILE_MAX if watchlist.profile else 0.0)


_EACH = ("MENTION", "PAIR_SENTENCE", "QUARTER")
"""Points for each of several, whose sum has a limit of its own, and no points at all."""


def _highest_of_a_relation() -> float:
    """The most that the signals of a relation add up to; one that is new in the table of points counts by itself."""
    points = {
        name: value
        for name, value in vars(w).items()
        if isinstance(value, float) and value > 0 and not name.startswith(("TOPIC_", "PROFILE_")) and name not in _EACH
    }
    nearness = max(points.pop(name) for name in tuple(points) if name.startswith("NEAR_"))
    headline = max(points.pop("ALL_IN_TITLE"), points.pop("TITLE_X_LEAD"))
    # What a side earns alone, two sides earn.
    return nearness + headline + sum(2 * value if name.startswith("SIDE_") else value for name, value in points.items())


def _highest_of_a_topic() -> float:
    """The most that the signals of a topic add up to."""
    return w.TOPIC_NAMED + w.TOPIC_IN_TITLE + w.TOPIC_IN_LEAD + w.TOPIC_MENTIONS_MAX
