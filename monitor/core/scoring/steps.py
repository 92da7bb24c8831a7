"""Single changes that bring one clause nearer to holding, or to failing: guesses, each to be tried by rescoring.

The kind of clause decides what can be guessed: words that name what it asks for, words left out, a weaker clause, none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from monitor.core.scoring.conditions import Reader, describe, first_window, leaves, name_of, primary
from monitor.core.scoring.edits import AddAlias, AddWords, ComeFrom, Edit, RewriteGate, TakeOut
from monitor.core.scoring.evidence import Place
from monitor.core.scoring.nearly import near_misses
from monitor.core.words import UNSPACED_CHAR
from monitor.model.articles import Article
from monitor.model.watchlists import (
    Alias,
    AllOf,
    AnyOf,
    Condition,
    Field,
    Hit,
    Leaf,
    Mention,
    Near,
    NoneOf,
    Pattern,
    Published,
    Term,
    Watchlist,
)

ELSEWHERE = "another outlet"
MAX_SPELLINGS = 2
MAX_WINDOW = 2000
MAX_GUESSED, MIN_TELLING = 2000, 4
"""The part of a text whose language is guessed, and the shortest spelling that tells one."""
FACTS = (("outlet", "outlets"), ("language", "languages"), ("country", "countries"))
"""What is known of an article's origin, and the key of a filter of it."""
_ANYWHERE = (Field.BODY, Field.LEAD, Field.TITLE)
_PLAIN = re.compile(r"[\w\s'’-]+")
_Path = tuple[int, ...] | None
"""Where a clause of `match` stands; None: in a rule, which is not rewritten."""


@dataclass(frozen=True)
class Steps:
    """Changes that bring a clause nearer to holding, or to failing."""

    reader: Reader
    article: Article
    watchlist: Watchlist

    def to_hold(self, clause: Condition, path: _Path) -> Iterator[Edit]:
        """What may make a failing clause hold."""
        match clause:
            case Mention() | Term():
                yield from self._name(clause, path)
            case Pattern():
                yield from self._write(clause, path)
            case Published():
                yield from self._publish(clause, path)
            case Near():
                yield from self._bring_near(clause, path)
            case AllOf(children=children) | AnyOf(children=children):
                for index, child in enumerate(children):
                    if not self.reader.check(child).holds:
                        yield from self.to_hold(child, _under(path, index))
            case NoneOf(children=children):
                for index, child in enumerate(children):
                    if self.reader.check(child).holds:
                        yield from self.to_fail(child, None)
                        yield from _dropped(_under(path, index), f"the exclusion of {describe(child)} taken out")

    def to_fail(self, clause: Condition, path: _Path) -> Iterator[Edit]:
        """What may make a holding clause fail."""
        match clause:
            case Mention() | Term() | Pattern():
                yield from without(self.reader, self.reader.leaf(clause), name_of(clause), "")
            case Published(outlets=outlets):
                if outlets:
                    yield ComeFrom(outlet=ELSEWHERE)
            case Near(children=children):
                each = [(self.reader.leaf(child), name_of(child)) for child in children]
                for places, name in sorted(each, key=lambda one: len(one[0]))[:1]:
                    yield from without(self.reader, places, name, "")
            case AllOf(children=children) | AnyOf(children=children):
                for index, child in enumerate(children):
                    if self.reader.check(child).holds:
                        yield from self.to_fail(child, _under(path, index))
            case NoneOf(children=children):
                for child in children:
                    yield from self.to_hold(child, None)

    def more_of_the_sides(self) -> Iterator[Edit]:
        """The sides, or what a topic asks for, named where it counts more."""
        sides: Iterable[Leaf] = [Mention(entity=side) for side in self.watchlist.sides]
        asked = list(sides) or list(leaves(self.watchlist.match, positive_only=True))
        for leaf in asked:
            for text in islice(self._spellings(leaf), MAX_SPELLINGS):
                for field in _ANYWHERE:
                    yield AddWords(field, text, name_of(leaf))
                for other in asked:
                    for place in islice(self._in_body(other if other != leaf else leaf), 1):
                        at = place.end - self.reader.evidence.text_at
                        beside = self.reader.evidence.raw[place.start : place.end]
                        if place.is_early and other != leaf:
                            yield AddWords(Field.LEAD, text, name_of(leaf), at=at, beside=beside)

    def _in_body(self, leaf: Leaf) -> list[Place]:
        return [place for place in self.reader.leaf(leaf) if place.field in (Field.LEAD, Field.BODY)]

    def _name(self, leaf: Mention | Term, path: _Path) -> Iterator[Edit]:
        places = self.reader.leaf(leaf)
        lacking = max(leaf.min_count - len(places), 1)
        if isinstance(leaf, Mention):
            yield from self._almost_named(leaf)
        for text in islice(self._spellings(leaf), MAX_SPELLINGS):
            for field in _places_of(leaf.fields):
                yield AddWords(field, text, name_of(leaf), lacking)
        yield from self._loosened(leaf, len(places), path)

    def _write(self, leaf: Pattern, path: _Path) -> Iterator[Edit]:
        """The text of an expression that is no more than a text; of others none is guessed."""
        count = len(self.reader.leaf(leaf))
        if _PLAIN.fullmatch(leaf.regex):
            for field in _places_of(leaf.fields):
                yield AddWords(field, leaf.regex, name_of(leaf), max(leaf.min_count - count, 1))
        yield from self._loosened(leaf, count, path)
        yield from _dropped(path, f"the expression {name_of(leaf)} taken out")

    def _loosened(self, leaf: Leaf, count: int, path: _Path) -> Iterator[Edit]:
        if path is None:
            return
        if count:
            told = f"`{name_of(leaf)}` asked for {count}× instead of {leaf.min_count}×"
            yield RewriteGate(path, replace(leaf, min_count=count), told)
        if leaf.fields and len(self.reader.leaf(replace(leaf, fields=()))) >= leaf.min_count:
            where = " or ".join(field.value for field in leaf.fields)
            yield RewriteGate(
                path, replace(leaf, fields=()), f"`{name_of(leaf)}` counted anywhere, not only in {where}"
            )

    def _almost_named(self, leaf: Mention) -> Iterator[Edit]:
        article = self.article
        text = "\n".join(part for part in (article.title, article.summary, article.text) if part)
        aliases = self.watchlist.entities[leaf.entity].aliases
        for miss in near_misses(text, aliases)[:MAX_SPELLINGS]:
            yield AddAlias(leaf.entity, miss.text, miss.like)

    def _publish(self, clause: Published, path: _Path) -> Iterator[Edit]:
        for fact, key in FACTS:
            wanted: tuple[str, ...] = getattr(clause, key)
            value = str(getattr(self.article, fact) or "")
            if not wanted or (value and is_among(key, value, wanted)):
                continue
            yield ComeFrom(**{fact: wanted[0]})
            if value and path is not None:
                wider = replace(clause, **{key: (*wanted, value)})
                yield RewriteGate(path, wider, f"the {fact} {value} among those of the clause {describe(clause)}")
        yield from _dropped(path, f"the clause {describe(clause)} taken out")

    def _bring_near(self, near: Near, path: _Path) -> Iterator[Edit]:
        spelled = [next(self._spellings(child), "") for child in near.children]
        name = " near ".join(name_of(child) for child in near.children)
        if all(spelled):
            fields = [field for child in near.children for field in child.fields] or list(near.fields)
            for field in _places_of(tuple(fields)):
                yield AddWords(field, " ".join(spelled), name)
        groups = [[p for p in self.reader.leaf(child) if p.is_in(near.fields)] for child in near.children]
        if path is None or not all(groups):
            return
        yield from self._wider(near, groups, path)
        if near.is_ordered:
            told = f"{name} in any order"
            yield RewriteGate(path, replace(near, is_ordered=False), told)

    def _wider(self, near: Near, groups: list[list[Place]], path: tuple[int, ...]) -> Iterator[Edit]:
        def is_close(words: int) -> bool:
            return bool(first_window(self.reader.evidence, groups, words=words, is_ordered=near.is_ordered))

        low, high = near.words or 0, MAX_WINDOW
        if not is_close(high):
            return
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if is_close(middle) else (middle + 1, high)
        before = "one sentence" if near.words is None else f"{near.words} words"
        told = f"{describe(near)} within {low} words instead of {before}"
        yield RewriteGate(path, replace(near, words=low), told)

    def _spellings(self, leaf: Leaf) -> Iterator[str]:
        """Spellings of a leaf, the likeliest to be understood first: in the article's language, without asterisks."""
        if isinstance(leaf, Pattern):
            yield from [leaf.regex] if _PLAIN.fullmatch(leaf.regex) else []
            return
        aliases = self.watchlist.entities[leaf.entity].aliases if isinstance(leaf, Mention) else leaf.aliases
        own = language_of(self.article, self.watchlist)
        ranked = sorted(aliases, key=lambda alias: _strangeness(alias, own, leaf.fields))
        if ranked and "*" not in ranked[0].text:
            # Where whole words are known, stems are no words to propose.
            ranked = [alias for alias in ranked if "*" not in alias.text]
        yield from dict.fromkeys(alias.text.replace("*", "").strip() for alias in ranked)


def language_of(article: Article, watchlist: Watchlist) -> str:
    """An article's language; unknown, that of most of the spellings that it seems to hold; else English."""
    if article.language:
        return primary(article.language)
    text = f"{article.title}\n{article.summary}\n{article.text}"[:MAX_GUESSED].casefold()
    spoken = Counter(
        primary(alias.language)
        for entity in watchlist.entities.values()
        for alias in entity.aliases
        if alias.language and len(alias.text) >= MIN_TELLING and alias.text.casefold() in text
    )
    return max(spoken, key=lambda language: spoken[language], default="en")


def _strangeness(alias: Alias, language: str, fields: tuple[Field, ...]) -> float:
    """How little an alias serves as an example of its entity."""
    spoken = primary(alias.language or "")
    rank = 0.0 if spoken == language else 1.0 if not spoken else 2.0 if spoken == "en" else 3.0
    rank += 4.0 if alias.fields and set(alias.fields) != set(fields) else 0.0
    rank += 0.4 if alias.not_near else 0.0
    rank += 0.6 if "*" in alias.text else 0.0
    return rank + (1.5 if len(alias.text) < (2 if UNSPACED_CHAR.search(alias.text) else 3) else 0.0)


def _places_of(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Where words can be put to stand in one of a condition's fields; nothing is put into a feed's summary."""
    return tuple(dict.fromkeys(Field.LEAD if f is Field.SUMMARY else f for f in fields)) or _ANYWHERE


def _under(path: _Path, index: int) -> _Path:
    return None if path is None else (*path, index)


def _dropped(path: _Path, told: str) -> Iterator[Edit]:
    if path is not None:
        yield RewriteGate(path, None, told)


def is_among(key: str, value: str, names: Sequence[str]) -> bool:
    """Whether a fact is among those of a filter or clause, by its key."""
    alike = primary if key.endswith("languages") else str.casefold
    return alike(value) in map(alike, names)


def without(reader: Reader, places: Iterable[Place], of: str, where: str) -> Iterator[Edit]:
    """The article without what stands at some places."""
    hits = [reader.evidence.hit(place) for place in places]
    yield from left_out(hits, of, where)


def left_out(hits: Iterable[Hit], of: str, where: str = "") -> Iterator[Edit]:
    """The same of hits; nothing where there are none."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.field, hit.start, -hit.end)):
        if not kept or hit.field is not kept[-1].field or hit.start >= kept[-1].end:
            kept.append(hit)
    if kept:
        spans = tuple((hit.field, hit.start, hit.end) for hit in kept)
        yield TakeOut(spans, tuple(hit.text for hit in kept), of, where)
