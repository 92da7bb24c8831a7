"""What a lint says, and the spellings of a watchlist as a person wrote them: by entity and language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.core.matching import Matcher, is_unspaced
from monitor.core.words import Prepared, normalise, pattern_words
from monitor.model.watchlists import Alias, Watchlist

MAX_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing odd in a watchlist, at "file:line:column": what it is, why it matters, what to do about it."""

    kind: str
    watchlist: str
    place: str
    what: str
    why: str
    suggestion: str

    def __str__(self) -> str:
        return f"{self.place or self.watchlist}: {self.kind}: {self.what} {self.why} {self.suggestion}"


@dataclass(frozen=True, slots=True)
class TermList:
    """The spellings of one entity in one language, as they stand together in a file."""

    entity: str
    language: str | None
    aliases: tuple[Alias, ...]

    @property
    def place(self) -> str:
        """Where the first of them is written."""
        return self.aliases[0].place

    @property
    def name(self) -> str:
        """As it is called in findings."""
        return f"{self.entity}, {self.language or 'every language'}"


def term_lists(watchlist: Watchlist) -> list[TermList]:
    """Every list of spellings of a watchlist's entities, an included one once."""
    lists: dict[tuple[str, str | None], dict[Alias, None]] = {}
    for entity in watchlist.entities.values():
        for alias in entity.aliases:
            lists.setdefault((alias.group or entity.id, alias.language), {})[alias] = None
    return [TermList(entity, language, tuple(aliases)) for (entity, language), aliases in lists.items()]


def normal_of(alias: Alias) -> str:
    """A spelling in normal form, its words parted by blanks, stars kept: what "Kim Jong-un" and "Kim Jong Un" share.

    What is matched as a substring keeps its signs and blanks: there they matter.
    """
    return normalise(alias.text)[0] if is_unspaced(alias.text) else " ".join(pattern_words(alias.text))


def stretched(text: str) -> str:
    """A text that a spelling matches only by its stars: each stands for one more letter."""
    return "".join(text[index - 1] if char == "*" and index else char for index, char in enumerate(text))


def covering(matcher: Matcher, text: str) -> Iterator[Alias]:
    """The spellings that match the whole of a text."""
    prepared = Prepared(text)
    whole = len(normalise(text)[0].rstrip())
    for number, places in matcher.find(prepared).items():
        if any(place.start == 0 and place.end >= whole for place in places):
            yield matcher.atoms[number].alias


def is_limited(alias: Alias) -> bool:
    """Whether some of its places do not count."""
    return bool(alias.is_cased or alias.fields or alias.excluding or alias.not_near)


def quoted(texts: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    """Some texts in quotation marks, the first few of them."""
    every = list(texts)
    more = f" and {len(every) - MAX_SHOWN} more" if len(every) > MAX_SHOWN else ""
    return ", ".join(f"“{text}”" for text in every[:MAX_SHOWN]) + more
