"""What can be told of spellings without an article: too common, twice there, of no effect, in both sides, inflected."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from functools import cache
from itertools import combinations

from monitor.core.common_words import ALMOST_EVERYWHERE, OFTEN
from monitor.core.lint.findings import Finding, TermList, covering, is_limited, normal_of, quoted, stretched, term_lists
from monitor.core.matching import Matcher, is_unspaced
from monitor.core.words import HANGUL_CHAR, Prepared, normalise
from monitor.model.watchlists import Alias, Entity, Watchlist

MIN_LETTERS = 3
"""Shorter words of an alphabet are abbreviations of many things, or words of some language."""
_INFLECTED = {"ru", "uk", "be", "bg", "pl", "cs", "sk", "sr", "hr", "sl"}
# Names that end so keep one form: Шойгу, Токио, КНДР; Szojgu.
_FIXED_CYRILLIC = re.compile(r"[оеиуюэёіїє]$|уа$|^[A-ZА-ЯЁІЇЄ]{2,6}$")
_FIXED_LATIN = re.compile(r"[iuy]$|^[A-ZĄĆĘŁŃÓŚŹŻČĎĚŇŘŠŤŮŽ]{2,6}$")
_SHARED_STEM, _LONGEST_STEM = 3, 4
"""Letters at the start that sister forms share: Niemcy, Niemczech."""


def spelling_findings(watchlist: Watchlist) -> Iterator[Finding]:
    """Every finding on single spellings and on lists of them."""
    lists = term_lists(watchlist)
    for one in lists:
        for alias in one.aliases:
            yield from _common(watchlist, one, alias)
            yield from _exceptions(watchlist, one, alias)
        yield from _inflections(watchlist, one, lists)
    for entity in watchlist.entities.values():
        yield from _redundant(watchlist, entity)
    yield from _shared(watchlist)


# --- too common ---


@cache
def _common_words() -> frozenset[str]:
    return frozenset(word for word in f"{ALMOST_EVERYWHERE} {OFTEN}".split() if "-" not in word)


def _common(watchlist: Watchlist, one: TermList, alias: Alias) -> Iterator[Finding]:
    normal = normal_of(alias)
    if is_limited(alias) or " " in normal:
        return
    letters = len(normal.removesuffix("*"))
    if normal in _common_words():
        what, suggestion = "is a word that most news texts hold.", "Write more of the phrase, or limit it."
    elif is_unspaced(alias.text) or HANGUL_CHAR.match(normal):
        if letters > 1:
            return
        what = "is one syllable or character."
        suggestion = "Limit it with `in: [title]`, or name under `not` the longer words that it stands in."
    elif letters < MIN_LETTERS:
        what, suggestion = f"has {letters} letters only.", "Write `cased: true`, or more of the name."
    else:
        return
    yield Finding(
        kind="common",
        watchlist=watchlist.name,
        place=alias.place,
        what=f"“{alias.text}” ({one.name}) {what}",
        why="It is found where nobody speaks of this.",
        suggestion=suggestion,
    )


# --- of no effect ---


def _exceptions(watchlist: Watchlist, one: TermList, alias: Alias) -> Iterator[Finding]:
    if not alias.excluding:
        return
    matcher = Matcher([Alias(text=alias.text)])
    if any(normalise(longer)[0] == normalise(alias.text)[0] for longer in alias.excluding):
        yield Finding(
            kind="never",
            watchlist=watchlist.name,
            place=alias.place,
            what=f"“{alias.text}” ({one.name}) stands in its own `not`.",
            why="It never counts.",
            suggestion="Take it out of the `not`.",
        )
    idle = [longer for longer in alias.excluding if not matcher.find(Prepared(longer))]
    if idle:
        yield Finding(
            kind="no-effect",
            watchlist=watchlist.name,
            place=alias.place,
            what=f"“{alias.text}” ({one.name}) is never found in {quoted(idle)}.",
            why="It is not in there, or only as a part of a word: that part of its `not` excludes nothing.",
            suggestion="Take it out.",
        )


def _redundant(watchlist: Watchlist, entity: Entity) -> Iterator[Finding]:
    """Spellings that another one of the same language, or of every language, finds wholly."""
    matcher = Matcher([alias for alias in entity.aliases if not is_limited(alias)])
    seen: set[tuple[str, str | None]] = set()
    for alias in entity.aliases:
        normal = normal_of(alias)
        twin = (normal, alias.language) in seen and not is_limited(alias)
        seen.add((normal, alias.language))
        others = [
            other
            for other in covering(matcher, stretched(alias.text))
            if other.text != alias.text and other.language in (None, alias.language) and normal_of(other) != normal
        ]
        if twin:
            first = next(one for one in entity.aliases if normal_of(one) == normal and one.language == alias.language)
            found = f"“{first.text}” already (hyphens, blanks, apostrophes and capitals are alike)"
        elif others:
            found = f"“{others[0].text}” as well"
        else:
            continue
        yield Finding(
            kind="redundant",
            watchlist=watchlist.name,
            place=alias.place,
            what=f"“{alias.text}” ({alias.group or entity.id}) is found by {found}.",
            why="It adds nothing.",
            suggestion="Take it out.",
        )


# --- in two places ---


def _shared(watchlist: Watchlist) -> Iterator[Finding]:
    """Spellings that two sides share, or a side and the third parties; names of both at once ("북러") are meant."""
    names = [*watchlist.sides, *([watchlist.others] if watchlist.others else [])]
    for one, other in combinations(names, 2):
        by_normal = {normal_of(alias): alias for alias in watchlist.entities[one].aliases}
        for alias in watchlist.entities[other].aliases:
            twin = by_normal.get(normal_of(alias))
            if twin is None or (other != watchlist.others and _names_both(watchlist, alias)):
                continue
            is_third = other == watchlist.others
            why = "It is counted as a third party beside itself." if is_third else "Alone it passes for both of them."
            yield Finding(
                kind="two-sides",
                watchlist=watchlist.name,
                place=alias.place,
                what=f"“{alias.text}” stands in {one} ({twin.group or one}) and in {other} ({alias.group or other}).",
                why=why,
                suggestion="Keep it in one of them.",
            )


def _names_both(watchlist: Watchlist, alias: Alias) -> bool:
    """Whether a spelling is put together from names of two sides: its parts begin names of one and of the other."""
    text = normal_of(alias)
    short = is_unspaced(alias.text) or HANGUL_CHAR.match(text) is not None
    parts = list(text[:2]) if short else text.split()
    begun = {
        side
        for side in watchlist.sides
        for other in watchlist.entities[side].aliases
        if other.text != alias.text and any(normal_of(other).startswith(part) for part in parts)
    }
    return len(begun) > 1


# --- inflected ---


def _inflections(watchlist: Watchlist, one: TermList, lists: list[TermList]) -> Iterator[Finding]:
    """Bare nouns of languages that inflect them, without a star and without a sister form."""
    if one.language not in _INFLECTED:
        return
    kin: defaultdict[str, set[str]] = defaultdict(set)
    for text in (_bare(alias.text) for other in lists if other.entity == one.entity for alias in other.aliases):
        kin[text[:_SHARED_STEM]].add(text)
    bare = [alias.text for alias in one.aliases if _is_bare(alias, kin)]
    if bare:
        yield Finding(
            kind="inflection",
            watchlist=watchlist.name,
            place=next(alias.place for alias in one.aliases if alias.text == bare[0]),
            what=f"{quoted(bare)} ({one.name}) stand{'s' if len(bare) == 1 else ''} in one form only.",
            why="The language inflects nouns and names: most of their places end otherwise.",
            suggestion=f"Write a * behind the stem, as in “{bare[0][:-1] if _ends_open(bare[0]) else bare[0]}*”, "
            "or list the other forms.",
        )


def _ends_open(text: str) -> bool:
    return text[-1] in "аяьйaeo"


def _is_bare(alias: Alias, kin: Mapping[str, Set[str]]) -> bool:
    """`kin` has the entity's spellings by their first letters."""
    words = alias.text.split()
    last = words[-1]
    is_cyrillic = re.match("[А-Яа-яЁёІіЇїЄєЎў]", last) is not None
    fixed = _FIXED_CYRILLIC if is_cyrillic else _FIXED_LATIN
    if any("*" in word for word in words) or fixed.search(last) or "." in alias.text:
        return False
    if len(words) > 1 and alias.text == alias.text.lower():
        return False  # a set phrase, in the case that it is used in
    size = min(max(_SHARED_STEM, len(last) - 2), _LONGEST_STEM)
    start = _bare(alias.text[: len(alias.text) - len(last) + size])
    sisters = kin.get(start[:_SHARED_STEM], frozenset()) - {_bare(alias.text)}
    return not any(_is_sister(text, start) for text in sisters)


def _bare(text: str) -> str:
    """Without case and marks: endings change the consonant before them (ruský, ruští)."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def _is_sister(text: str, start: str) -> bool:
    return text.startswith(start) or ("*" in text and start.startswith(text.partition("*")[0]))
