"""What of a watchlist the configured feeds cannot bring, or bring in languages that it has no words for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from monitor.core.lint.findings import Finding, TermList, term_lists
from monitor.core.scoring.conditions import describe, leaves, primary
from monitor.model.feeds import Feed
from monitor.model.watchlists import (
    AllOf,
    AnyOf,
    Condition,
    Entity,
    Field,
    Mention,
    Near,
    Published,
    Watchlist,
)

_SCRIPTS = {
    "ko": {"HANGUL"},
    "zh": {"CJK"},
    "ja": {"HIRAGANA", "KATAKANA", "CJK"},
    "th": {"THAI"},
    "el": {"GREEK"},
    "he": {"HEBREW"},
    "hy": {"ARMENIAN"},
    "ka": {"GEORGIAN"},
    "bn": {"BENGALI"},
    "ta": {"TAMIL"},
    "my": {"MYANMAR"},
    "km": {"KHMER"},
    "lo": {"LAO"},
    **{language: {"CYRILLIC"} for language in ("ru", "uk", "be", "bg", "mk", "kk", "ky", "mn", "tg")},
    **{language: {"ARABIC"} for language in ("ar", "fa", "ur", "ps", "ug")},
    **{language: {"DEVANAGARI"} for language in ("hi", "mr", "ne")},
}
_LATIN = {"LATIN"}
_MANY = 3
"""An entity with lists for so many languages is meant to be known in each that is read."""


def coverage_findings(watchlist: Watchlist, feeds: Sequence[Feed]) -> Iterator[Finding]:
    """Every finding that rests on what the enabled feeds are of."""
    enabled = [feed for feed in feeds if feed.is_enabled]
    languages = {primary(feed.language) for feed in enabled if feed.language and feed.language != "mul"}
    yield from _missing(watchlist, languages)
    yield from _unfed(watchlist, enabled)
    yield from _out_of_place(watchlist)


def _scripts_of(text: str) -> set[str]:
    return {unicodedata.name(char, "?").split()[0].split("-")[0] for char in text if char.isalpha()}


def _missing(watchlist: Watchlist, languages: set[str]) -> Iterator[Finding]:
    """Entities without a word in a language that feeds are in: not its script, or no list of it among several."""
    by_entity: dict[str, list[TermList]] = {}
    for one in term_lists(watchlist):
        by_entity.setdefault(one.entity, []).append(one)
    for entity, lists in by_entity.items():
        scripts = set().union(*(_scripts_of(alias.text) for one in lists for alias in one.aliases))
        known = {primary(one.language) for one in lists if one.language}
        is_alike = None in {one.language for one in lists}
        foreign = sorted(language for language in languages if not scripts & _SCRIPTS.get(language, _LATIN))
        unlisted = sorted(languages - known - set(foreign)) if len(known) >= _MANY and not is_alike else []
        for kind, missing, why in (
            ("script", foreign, "Feeds in it are polled, and none of their articles can be found by this entity."),
            ("language", unlisted, "Feeds in it are polled; other languages have a list of their own."),
        ):
            if missing:
                yield Finding(
                    kind=kind,
                    watchlist=watchlist.name,
                    place=lists[0].place,
                    what=f"{entity} has no spelling in {', '.join(missing)}.",
                    why=why,
                    suggestion=f"Add {', '.join(f'`{language}:`' for language in missing)} with its names there.",
                )


def _unfed(watchlist: Watchlist, feeds: Sequence[Feed]) -> Iterator[Finding]:
    """Conditions and filters on outlets, languages and countries of which no feed is."""
    if not feeds:
        return
    wanted = [(watchlist.places.get("match", ""), "match", watchlist.match)]
    wanted += [(_rule_place(watchlist, rule.name), f"the rule {rule.name}", rule.when) for rule in watchlist.rules]
    filters = Published(outlets=watchlist.outlets, languages=watchlist.languages, countries=watchlist.countries)
    wanted.append((watchlist.places.get("name", ""), "the filter", filters))
    for place, name, condition in wanted:
        for published in _published(condition):
            if missing := _strange(published, feeds):
                yield Finding(
                    kind="never",
                    watchlist=watchlist.name,
                    place=place,
                    what=f"{name} asks for {missing}, of which no enabled feed is.",
                    why="Nothing can fulfil it.",
                    suggestion="Correct the name, or the feed's own entry in feeds.yaml.",
                )


def _published(condition: Condition) -> Iterator[Published]:
    match condition:
        case Published():
            yield condition
        case AllOf() | AnyOf():
            for child in condition.children:
                yield from _published(child)
        case _:
            return


def _strange(wanted: Published, feeds: Sequence[Feed]) -> str:
    """What of a condition no feed can fulfil; "" where one can, or where a feed does not say."""
    outlets = {feed.outlet.casefold() for feed in feeds}
    languages = {primary(feed.language) for feed in feeds if feed.language}
    countries = {feed.country for feed in feeds if feed.country}
    if wanted.outlets and not outlets & set(map(str.casefold, wanted.outlets)):
        return f"outlet {' or '.join(wanted.outlets)}"
    is_any = any(not feed.language or feed.language == "mul" for feed in feeds)
    if wanted.languages and not is_any and not languages & set(map(primary, wanted.languages)):
        return f"language {' or '.join(wanted.languages)}"
    if wanted.countries and all(feed.country for feed in feeds) and not countries & set(wanted.countries):
        return f"country {' or '.join(wanted.countries)}"
    return ""


def _out_of_place(watchlist: Watchlist) -> Iterator[Finding]:
    """Entities asked for in fields where none of their spellings counts."""
    asked = [(watchlist.places.get("match", ""), "match", watchlist.match)]
    asked += [(_rule_place(watchlist, rule.name), f"the rule {rule.name}", rule.when) for rule in watchlist.rules]
    for place, name, condition in asked:
        near = condition.fields if isinstance(condition, Near) else ()
        for leaf in leaves(condition, positive_only=True):
            if not isinstance(leaf, Mention):
                continue
            fields = leaf.fields or near
            if fields and not _counts_in(watchlist.entities[leaf.entity], fields):
                yield Finding(
                    kind="never",
                    watchlist=watchlist.name,
                    place=place,
                    what=f"{name} asks for {describe(leaf)}, where none of its spellings counts (`in`).",
                    why="It can never fire.",
                    suggestion="Widen `in`, here or at the spellings.",
                )


def _counts_in(entity: Entity, fields: tuple[Field, ...]) -> bool:
    wanted = _widened(fields)
    return any(not alias.fields or wanted & _widened(alias.fields) for alias in entity.aliases)


def _widened(fields: tuple[Field, ...]) -> set[Field]:
    """The lead is a part of the body."""
    return set(fields) | ({Field.LEAD} if Field.BODY in fields else set())


def _rule_place(watchlist: Watchlist, name: str) -> str:
    for key in ("boost", "penalty"):
        if place := watchlist.places.get(f"{key}.{name}"):
            return place
    return ""
