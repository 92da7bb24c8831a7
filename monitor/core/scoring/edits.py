"""Single changes to an article or to a watchlist, as data: each can be applied, and said in words.

They are what `flips` names: "had the title said North Korea", "were the threshold 47". Applying one gives new values
and touches nothing; what comes of it only a scorer tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from monitor.model.articles import Article
from monitor.model.watchlists import Alias, AllOf, AnyOf, Condition, Field, NoneOf, Watchlist

MAX_QUOTED = 4
_WHERE = {
    Field.TITLE: "in the title",
    Field.SUMMARY: "in the feed's summary",
    Field.LEAD: "in the lead",
    Field.BODY: "anywhere in the text",
    Field.URL: "in the address",
}
_TIMES = {1: "", 2: " twice"}


@dataclass(frozen=True, slots=True)
class _Edit:
    """What all have in common; `side` says what is changed."""

    side: ClassVar[str] = "article"
    kind: ClassVar[str] = ""

    @property
    def words(self) -> str:
        """The change as it ends the sentence "It would match with …"."""
        raise NotImplementedError

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """Both, with the change made."""
        raise NotImplementedError

    def plain(self) -> dict[str, object]:
        """The change for programs: kind, side and words, then its own facts as text and numbers."""
        facts = {one.name: _plain(getattr(self, one.name)) for one in fields(self)}
        return {"kind": self.kind, "in": self.side, "words": self.words, **facts}


@dataclass(frozen=True, slots=True)
class AddWords(_Edit):
    """Words that the article would have to say; `of` is what they name, `at` an offset in the text to put them at."""

    kind: ClassVar[str] = "add_words"
    field: Field
    text: str
    of: str
    count: int = 1
    at: int | None = None
    beside: str = ""

    @property
    def words(self) -> str:
        """See `_Edit`."""
        times = _TIMES.get(self.count, f" {self.count} times")
        where = f"beside “{self.beside}” in the lead" if self.beside else _WHERE[self.field]
        named = "" if _same(self.of, self.text) else f" (“{self.text}”)"
        return f"naming {self.of}{named}{times} {where}"

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """See `_Edit`."""
        said = "; ".join([self.text] * self.count)
        text = article.text
        if self.field is Field.TITLE:
            changed = replace(article, title=f"{article.title} – {said}" if article.title else said)
        elif self.field is Field.URL:
            changed = replace(article, url=f"{article.url}/{said.replace(' ', '-')}")
        elif self.field is Field.BODY:
            changed = replace(article, text=f"{text}\n{said}." if text else f"{said}.")
        elif self.at is not None:
            changed = replace(article, text=f"{text[: self.at]} – {said} –{text[self.at :]}")
        else:
            changed = replace(article, text=f"{said}.\n{text}")
        return changed, watchlist


@dataclass(frozen=True, slots=True)
class TakeOut(_Edit):
    """Words that the article would have to leave out: spans of its title, summary, text or URL; `of` is what for."""

    kind: ClassVar[str] = "take_out"
    spans: tuple[tuple[Field, int, int], ...]
    texts: tuple[str, ...]
    of: str
    where: str = ""

    @property
    def words(self) -> str:
        """See `_Edit`."""
        shown = list(dict.fromkeys(" ".join(text.split()) for text in self.texts))
        more = ", …" if len(shown) > MAX_QUOTED else ""
        quoted = ", ".join(f"“{text}”" for text in shown[:MAX_QUOTED]) + more
        return f"{quoted} ({self.of}) left out" + (f" {self.where}" if self.where else "")

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """See `_Edit`."""
        parts = {"title": article.title, "summary": article.summary, "text": article.text, "url": article.url}
        names = {Field.TITLE: "title", Field.SUMMARY: "summary", Field.URL: "url"}
        for field, start, end in sorted(self.spans, key=lambda span: -span[1]):
            name = names.get(field, "text")
            parts[name] = parts[name][:start] + parts[name][end:]
        changed = replace(article, title=parts["title"], summary=parts["summary"], text=parts["text"], url=parts["url"])
        return changed, watchlist


@dataclass(frozen=True, slots=True)
class ComeFrom(_Edit):
    """Another origin for the article; None leaves a fact as it is."""

    kind: ClassVar[str] = "come_from"
    outlet: str | None = None
    language: str | None = None
    country: str | None = None

    @property
    def words(self) -> str:
        """See `_Edit`."""
        told = [
            f"{what} {value}"
            for what, value in (
                ("coming from", self.outlet and f"the outlet {self.outlet}"),
                ("being in", self.language and f"the language {self.language}"),
                ("coming from", self.country and f"the country {self.country}"),
            )
            if value
        ]
        return " and ".join(told)

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """See `_Edit`."""
        changed = replace(
            article,
            outlet=article.outlet if self.outlet is None else self.outlet,
            language=article.language if self.language is None else self.language,
            country=article.country if self.country is None else self.country,
        )
        return changed, watchlist


@dataclass(frozen=True, slots=True)
class SetThreshold(_Edit):
    """Another threshold; one for alerts that would lie below it is moved along."""

    side: ClassVar[str] = "watchlist"
    kind: ClassVar[str] = "set_threshold"
    threshold: float
    instead_of: float

    @property
    def words(self) -> str:
        """See `_Edit`."""
        return f"a threshold of {self.threshold:g} instead of {self.instead_of:g}"

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """See `_Edit`."""
        alert = watchlist.alert_threshold
        return article, replace(
            watchlist,
            threshold=self.threshold,
            alert_threshold=None if alert is None else max(alert, self.threshold),
        )


@dataclass(frozen=True, slots=True)
class WithoutRule(_Edit):
    """A boost or penalty taken out, with all rules of that name."""

    side: ClassVar[str] = "watchlist"
    kind: ClassVar[str] = "without_rule"
    name: str
    points: float

    @property
    def words(self) -> str:
        """See `_Edit`."""
        return f"the {'boost' if self.points > 0 else 'penalty'} `{self.name}` ({self.points:+g}) taken out"

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """See `_Edit`."""
        return article, replace(watchlist, rules=tuple(rule for rule in watchlist.rules if rule.name != self.name))


@dataclass(frozen=True, slots=True)
class RewriteGate(_Edit):
    """Another clause at a path of `match` (indexes from the root), None: without it; `told` are its words."""

    side: ClassVar[str] = "watchlist"
    kind: ClassVar[str] = "rewrite_gate"
    path: tuple[int, ...]
    clause: Condition | None
    told: str

    @property
    def words(self) -> str:
        """See `_Edit`."""
        return self.told

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """See `_Edit`."""
        rewritten = rewrite(watchlist.match, self.path, self.clause)
        return article, replace(watchlist, match=AllOf(children=()) if rewritten is None else rewritten)

    def plain(self) -> dict[str, object]:
        """As elsewhere; the clause is told by its words only."""
        return {"kind": self.kind, "in": self.side, "words": self.words, "path": list(self.path)}


@dataclass(frozen=True, slots=True)
class SetFilter(_Edit):
    """Another list of outlets, languages or countries; `key` is that of the watchlist."""

    side: ClassVar[str] = "watchlist"
    kind: ClassVar[str] = "set_filter"
    key: str
    values: tuple[str, ...]
    told: str

    @property
    def words(self) -> str:
        """See `_Edit`."""
        return self.told

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """See `_Edit`."""
        named: dict[str, Any] = {self.key: self.values}
        return article, replace(watchlist, **named)


@dataclass(frozen=True, slots=True)
class AddAlias(_Edit):
    """A spelling that stands in the text, added to an entity; `like` is the one that it resembles."""

    side: ClassVar[str] = "watchlist"
    kind: ClassVar[str] = "add_alias"
    entity: str
    text: str
    like: str

    @property
    def words(self) -> str:
        """See `_Edit`."""
        return f"the alias “{self.text}” added to `{self.entity}` (it is written almost as “{self.like}”)"

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """See `_Edit`."""
        entity = watchlist.entities[self.entity]
        grown = replace(entity, aliases=(*entity.aliases, Alias(text=self.text)))
        return article, replace(watchlist, entities={**watchlist.entities, self.entity: grown})


@dataclass(frozen=True, slots=True)
class DropAlias(_Edit):
    """A spelling taken from an entity, in all its forms."""

    side: ClassVar[str] = "watchlist"
    kind: ClassVar[str] = "drop_alias"
    entity: str
    text: str

    @property
    def words(self) -> str:
        """See `_Edit`."""
        return f"the alias “{self.text}” of `{self.entity}` taken out"

    def apply(self, article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
        """See `_Edit`."""
        entity = watchlist.entities[self.entity]
        rest = replace(entity, aliases=tuple(alias for alias in entity.aliases if alias.text != self.text))
        return article, replace(watchlist, entities={**watchlist.entities, self.entity: rest})


Edit = AddWords | TakeOut | ComeFrom | SetThreshold | WithoutRule | RewriteGate | SetFilter | AddAlias | DropAlias


def apply_all(edits: Sequence[Edit], article: Article, watchlist: Watchlist) -> tuple[Article, Watchlist]:
    """Both after several changes, each made upon what the ones before left."""
    for edit in edits:
        article, watchlist = edit.apply(article, watchlist)
    return article, watchlist


def rewrite(condition: Condition, path: Sequence[int], clause: Condition | None) -> Condition | None:
    """A condition with the clause at `path` replaced, or taken out; a clause emptied of its children is always true."""
    if not path:
        return clause
    if not isinstance(condition, AllOf | AnyOf | NoneOf):
        raise TypeError(f"the path {tuple(path)} leads into a clause without children")
    children = list(condition.children)
    changed = rewrite(children[path[0]], path[1:], clause)
    if changed is None:
        # Under `any` an emptied clause would be one that always holds; one left without children holds for nobody.
        del children[path[0]]
        if not children:
            return None
    else:
        children[path[0]] = changed
    return replace(condition, children=tuple(children))


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _same(one: str, other: str) -> bool:
    return one.strip("“”").casefold() == other.casefold()
