"""What a watchlist says that does not mean what it looks like: names that are no names, operators, unused entities."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.core.lint.findings import Finding
from monitor.core.scoring.conditions import leaves
from monitor.model.watchlists import Alias, Condition, Mention, Term, Watchlist

_OPERATOR = re.compile(r"(?<=\S )(AND|OR|NOT)(?= \S)|^NOT(?= \S)")
_HERE = {"AND": "all: [ … ]", "OR": "any: [ … ]", "NOT": "none: [ … ]"}


def use_findings(watchlist: Watchlist) -> Iterator[Finding]:
    """Every finding on what conditions ask for."""
    for place, name, condition in _conditions(watchlist):
        for leaf in leaves(condition):
            if isinstance(leaf, Term):
                yield from _bare_name(watchlist, leaf, place, name)
                for alias in leaf.aliases:
                    yield from _operator(watchlist, alias, place)
    for entity in watchlist.entities.values():
        for alias in entity.aliases:
            yield from _operator(watchlist, alias, "")
    yield from _unused(watchlist)


def _conditions(watchlist: Watchlist) -> Iterator[tuple[str, str, Condition]]:
    yield watchlist.places.get("match", ""), "match", watchlist.match
    for rule in watchlist.rules:
        key = f"{'boost' if rule.points > 0 else 'penalty'}.{rule.name}"
        yield watchlist.places.get(key, ""), f"the rule {rule.name}", rule.when


def _bare_name(watchlist: Watchlist, leaf: Term, place: str, asker: str) -> Iterator[Finding]:
    """A word by itself that is called like an entity: it stands for that word alone, not for its spellings."""
    if len(leaf.aliases) > 1 or leaf.fields or leaf.min_count > 1:
        return
    (alias,) = leaf.aliases
    names = {_plain(name): name for name in watchlist.entities}
    if alias.is_cased or (entity := names.get(_plain(alias.text))) is None:
        return
    yield Finding(
        kind="bare-name",
        watchlist=watchlist.name,
        place=alias.place or place,
        what=f"{asker} asks for the word “{alias.text}”, which is also the name of an entity.",
        why="Without `entity:` it is that one word, and none of the entity's spellings.",
        suggestion=f"Write {{entity: {entity}}} where its spellings are meant.",
    )


def _plain(name: str) -> str:
    return name.casefold().replace("_", " ").replace("-", " ")


def _operator(watchlist: Watchlist, alias: Alias, place: str) -> Iterator[Finding]:
    """A text with an operator of other query languages in it; one in capitals throughout is a headline or a name."""
    found = _OPERATOR.search(alias.text)
    if found is None or alias.text == alias.text.upper():
        return
    word = found.group()
    yield Finding(
        kind="operator",
        watchlist=watchlist.name,
        place=alias.place or place,
        what=f"“{alias.text}” is one phrase: its words side by side, “{word.lower()}” among them.",
        why="Operators inside a text are not read.",
        suggestion=f"Write {_HERE[word]}.",
    )


def _unused(watchlist: Watchlist) -> Iterator[Finding]:
    """Entities that neither match, rules, sides nor others name, nor another entity that one of these does."""
    asked = {
        leaf.entity
        for _, _, condition in _conditions(watchlist)
        for leaf in leaves(condition)
        if isinstance(leaf, Mention)
    }
    asked |= {*watchlist.sides, *([watchlist.others] if watchlist.others else [])}
    # An entity of nothing but includes leaves no name behind: what counts is whether its spellings are asked for.
    known = {alias.text for name in asked for alias in watchlist.entities[name].aliases}
    for name, entity in watchlist.entities.items():
        if name not in asked and not known.issuperset(alias.text for alias in entity.aliases):
            yield Finding(
                kind="unused",
                watchlist=watchlist.name,
                place=entity.aliases[0].place if entity.aliases else watchlist.places.get("name", ""),
                what=f"The entity {name} is used by nothing.",
                why="Neither match, a rule, sides or others ask for it.",
                suggestion=f"Write {{entity: {name}}} where it is meant, or remove it.",
            )
