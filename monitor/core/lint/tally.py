"""What stored articles say of a watchlist: which spellings are found, in how many, inside what; which rules fired."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from monitor.core.lint.findings import Finding, TermList, normal_of, quoted, term_lists
from monitor.core.matching import Found, Matcher, is_unspaced
from monitor.core.scoring import compile_watchlists
from monitor.core.scoring.conditions import primary
from monitor.core.words import UNSPACED_CHAR, Prepared
from monitor.model.articles import Article
from monitor.model.watchlists import Alias, Watchlist

MIN_ARTICLES = 500
"""Fewer articles, of all languages or of one, say nothing of what is rare in them."""
MIN_PASSED = 50
"""Fewer articles past the gate say nothing of a rule."""
EVERYWHERE = 0.3
"""A spelling found in a larger share of the articles tells them apart no more."""
MIN_HITS, TRAP = 10, 0.7
"""So many places, and such a share of them inside one longer word, make a spelling suspect."""


class Tally:
    """Counts of one watchlist's spellings over articles, which are added one by one."""

    def __init__(self, watchlist: Watchlist) -> None:
        self._watchlist = watchlist
        self._lists = term_lists(watchlist)
        self._matcher = Matcher(alias for one in self._lists for alias in one.aliases)
        self._scorer = compile_watchlists([watchlist])
        self._unspaced = {number for number, atom in enumerate(self._matcher.atoms) if is_unspaced(atom.alias.text)}
        self.articles = 0
        self.passed = 0
        self._by_language: Counter[str] = Counter()
        self._found: Counter[int] = Counter()
        self._found_in: Counter[tuple[int, str]] = Counter()
        self._places: Counter[int] = Counter()
        self._longer: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._fired: Counter[str] = Counter()

    def add(self, article: Article) -> None:
        """Count one article."""
        text = Prepared("\n".join((article.title, article.summary, article.text)))
        language = primary(article.language or "")
        self.articles += 1
        self._by_language[language] += 1
        for number, places in self._matcher.find(text).items():
            self._found[number] += 1
            self._found_in[number, language] += 1
            if number in self._unspaced:
                self._surroundings(number, text.normal, places)
        (score,) = self._scorer.score(article)
        if not score.is_gated:
            self.passed += 1
            self._fired.update(signal.name for signal in score.signals)

    def _surroundings(self, number: int, normal: str, places: list[Found]) -> None:
        for place in places:
            self._places[number] += 1
            before, after = normal[max(0, place.start - 1) : place.start], normal[place.end : place.end + 1]
            word = normal[place.start : place.end]
            if UNSPACED_CHAR.match(before):
                self._longer[number][before + word] += 1
            if UNSPACED_CHAR.match(after):
                self._longer[number][word + after] += 1

    def findings(self) -> Iterator[Finding]:
        """What the counts say; nothing of what too few articles were seen."""
        for one in self._lists:
            yield from self._dead(one)
            for alias in one.aliases:
                yield from self._everywhere(one, alias)
                yield from self._trap(one, alias)
        yield from self._idle()

    def _articles_in(self, language: str | None) -> int:
        """The articles that may hold spellings of a language: those in it."""
        return self.articles if language is None else self._by_language[primary(language)]

    def _dead(self, one: TermList) -> Iterator[Finding]:
        seen = self._articles_in(one.language)
        if seen < MIN_ARTICLES:
            return
        dead = [alias for alias in one.aliases if not self._found[self._matcher.atom_of(alias)]]
        if dead:
            share = "None" if len(dead) == len(one.aliases) else f"{len(dead)} of {len(one.aliases)}"
            yield Finding(
                kind="dead",
                watchlist=self._watchlist.name,
                place=dead[0].place,
                what=f"{share} of the spellings of {one.name} {'was' if share == 'None' else 'were never'} found: "
                f"{quoted([alias.text for alias in dead])}.",
                why=f"{seen:,} stored articles {f'in {one.language} ' if one.language else ''}were read.",
                suggestion="Look for typing errors and for the form that is really written; rare names may stay.",
            )

    def _everywhere(self, one: TermList, alias: Alias) -> Iterator[Finding]:
        number = self._matcher.atom_of(alias)
        seen = self._articles_in(one.language)
        found = self._found[number] if one.language is None else self._found_in[number, primary(one.language)]
        if seen >= MIN_ARTICLES and found > EVERYWHERE * seen and not alias.fields:
            yield Finding(
                kind="everywhere",
                watchlist=self._watchlist.name,
                place=alias.place,
                what=f"“{alias.text}” ({one.name}) stands in {found / seen:.0%} of {seen:,} stored articles.",
                why="It tells hardly any article from the others.",
                suggestion="Write more of the phrase, limit it with `in`, or take it out.",
            )

    def _trap(self, one: TermList, alias: Alias) -> Iterator[Finding]:
        number = self._matcher.atom_of(alias)
        places = self._places[number]
        if places < MIN_HITS:
            return
        (longer, count), *_ = self._longer[number].most_common(1) or [("", 0)]
        if count >= TRAP * places and not self._is_known(alias, longer):
            yield Finding(
                kind="trap",
                watchlist=self._watchlist.name,
                place=alias.place,
                what=f"“{alias.text}” ({one.name}) stands inside “{longer}” at {count} of its {places} places.",
                why="It is matched as a part of longer words.",
                suggestion=f"If that is another word, write {{term: {alias.text}, not: [{longer}]}}; "
                "if it is the same, all is well.",
            )

    def _is_known(self, alias: Alias, longer: str) -> bool:
        """Whether the longer word is a spelling itself, or holds one that is longer than this."""
        size = len(normal_of(alias))
        return any(
            place.end - place.start > size
            for places in self._matcher.find(Prepared(longer)).values()
            for place in places
        )

    def _idle(self) -> Iterator[Finding]:
        if self.passed < MIN_PASSED:
            return
        for rule in self._watchlist.rules:
            if not self._fired[rule.name]:
                key = f"{'boost' if rule.points > 0 else 'penalty'}.{rule.name}"
                yield Finding(
                    kind="idle",
                    watchlist=self._watchlist.name,
                    place=self._watchlist.places.get(key, ""),
                    what=f"The rule {rule.name} never fired.",
                    why=f"{self.passed:,} stored articles passed the gate.",
                    suggestion="Look whether its words and fields are meant so; a rule for what is rare may stay.",
                )
