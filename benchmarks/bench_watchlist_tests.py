"""How well a watchlist's own tests hold it together: what can be taken out of it without a test that fails (mutation).

Usage: python benchmarks/bench_watchlist_tests.py [WATCHLIST.yaml]

A required term group is what a person would delete at one stroke from what `match` asks for: the spellings of one
entity in one language (those alike in all languages count as one more), and an entity that a side includes. Counted
beside them: the `not` or `not_near` list of one spelling of a side, the third parties, each penalty, each boost.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import compile_watchlists, is_passed
from monitor.core.scoring.examples import example_article
from monitor.model.watchlists import Alias, AnyOf, Entity, Example, Mention, Rule, Watchlist

DEFAULT = Path(__file__).parents[1] / "config" / "watchlists" / "russia-north-korea.yaml"

TermList = tuple[str, str, str | None]
"""A side, an entity that it includes ("" its own spellings), a language (None: every language)."""


def term_lists(watchlist: Watchlist) -> dict[TermList, tuple[Alias, ...]]:
    """The required spellings by side, entity and language."""
    lists: dict[TermList, list[Alias]] = {}
    for side in watchlist.sides:
        for alias in watchlist.entities[side].aliases:
            lists.setdefault((side, alias.group, alias.language), []).append(alias)
    return {key: tuple(aliases) for key, aliases in lists.items()}


def entities(watchlist: Watchlist) -> Iterator[tuple[str, Watchlist]]:
    """The watchlist without one entity that a side includes, for each."""
    for side in watchlist.sides:
        for group in dict.fromkeys(alias.group for alias in watchlist.entities[side].aliases):
            yield f"{side}: {group}", _without(watchlist, side, lambda alias, group=group: alias.group == group)


def exceptions(watchlist: Watchlist) -> Iterator[tuple[str, Watchlist]]:
    """The watchlist without the `not` or the `not_near` of one spelling of a side, for each."""
    for side in watchlist.sides:
        aliases = watchlist.entities[side].aliases
        for index, alias in enumerate(aliases):
            for name in ("excluding", "not_near"):
                if getattr(alias, name):
                    bare = replace(alias, **{name: ()})
                    entity = Entity(id=side, aliases=(*aliases[:index], bare, *aliases[index + 1 :]))
                    mutant = replace(watchlist, entities={**watchlist.entities, side: entity})
                    word = "not" if name == "excluding" else name
                    yield f"{side}: {word} of {alias.text} ({alias.language})", mutant


def rules(watchlist: Watchlist, *, sign: int) -> Iterator[tuple[str, Watchlist]]:
    """The watchlist without one of its boosts (sign 1) or penalties (-1), for each."""
    for rule in watchlist.rules:
        if rule.points * sign > 0:
            yield rule.name, replace(watchlist, rules=tuple(other for other in watchlist.rules if other != rule))


def without_others(watchlist: Watchlist) -> Iterator[tuple[str, Watchlist]]:
    """The watchlist without its third parties, where it has any."""
    if watchlist.others:
        yield watchlist.others, replace(watchlist, others=None)


def surviving_lists(watchlist: Watchlist) -> list[TermList]:
    """The required lists of spellings that can be taken out without a test that fails.

    A list that alone names its side in a text that must match is needed there, as the gate asks for all sides; the
    others are tried in earnest.
    """
    lists = term_lists(watchlist)
    needed = _needed(watchlist, lists)
    mutants = {
        key: _without(watchlist, key[0], lambda alias, key=key: (alias.group, alias.language) == key[1:])
        for key in lists
        if key not in needed
    }
    return [key for key, mutant in mutants.items() if _is_passed(mutant)]


def survivors(mutants: Iterable[tuple[str, Watchlist]]) -> list[str]:
    """The names of mutants that pass all their tests."""
    return [name for name, mutant in mutants if _is_passed(mutant)]


def _needed(watchlist: Watchlist, lists: Mapping[TermList, Sequence[Alias]]) -> set[TermList]:
    """The lists that alone name their side in an example that must match: each list is a rule here, and tells so."""
    names = {f"list-{index}": key for index, key in enumerate(lists)}
    probe = replace(
        watchlist,
        entities={name: Entity(id=name, aliases=tuple(lists[key])) for name, key in names.items()},
        match=AnyOf(children=tuple(Mention(entity=name) for name in names)),
        rules=tuple(Rule(name=name, when=Mention(entity=name), points=1.0) for name in names),
        sides=(),
        others=None,
        profile={},
        boost_cap=None,
    )
    scorer = compile_watchlists([probe])
    found: set[TermList] = set()
    for example in watchlist.examples:
        if example.must_match and not example.url:
            (score,) = scorer.score(example_article(example))
            hit = [names[signal.name] for signal in score.signals if signal.name in names]
            for side in watchlist.sides:
                of_side = [key for key in hit if key[0] == side]
                found.update(of_side if len(of_side) == 1 else ())
    return found


def _without(watchlist: Watchlist, side: str, is_gone: Callable[[Alias], bool]) -> Watchlist:
    rest = tuple(alias for alias in watchlist.entities[side].aliases if not is_gone(alias))
    return replace(watchlist, entities={**watchlist.entities, side: Entity(id=side, aliases=rest)})


def _is_passed(mutant: Watchlist) -> bool:
    return is_passed(mutant, compile_watchlists([mutant]), mutant.examples)


def main(argv: Sequence[str]) -> None:
    """Print the table."""
    watchlist = load_watchlist(Path(argv[0]) if argv else DEFAULT)
    written: list[Example] = [example for example in watchlist.examples if not example.file]
    positives = sum(example.must_match for example in written)
    print(
        f"{watchlist.name}: {len(watchlist.examples) - len(written)} files, {positives} texts that must match, "
        f"{len(written) - positives} that must not"
    )
    lists = [
        ": ".join(filter(None, (side, entity))) + f" in {language or 'every language'}"
        for side, entity, language in surviving_lists(watchlist)
    ]
    _row("required: spellings of an entity in a language", len(term_lists(watchlist)), lists)
    for title, mutants in (
        ("required: entities that a side includes", entities(watchlist)),
        ("third parties", without_others(watchlist)),
        ("penalties", rules(watchlist, sign=-1)),
        ("`not` and `not_near` lists of the sides", exceptions(watchlist)),
        ("boosts", rules(watchlist, sign=1)),
    ):
        every = list(mutants)
        _row(title, len(every), survivors(every))


def _row(title: str, count: int, surviving: Sequence[str]) -> None:
    print(f"{title:<48} {count:4} taken out one by one, {len(surviving):3} without a failing test")
    for name in surviving:
        print(f"    {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
