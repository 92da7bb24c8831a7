"""One article as the rules see it: its fields in one text, the places of every spelling, sentences, margins.

Title, summary, body and (where a rule asks for it) URL are joined by line breaks and walked once; everything dearer
is worked out when a rule first asks.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from monitor.core.margins import Margin, MarginKind, margins_by_line, title_margins
from monitor.core.matching import Findings, Matcher
from monitor.core.patterns import Expression, Legible
from monitor.core.scoring.weights import LEAD_CHARS, LEAD_CHARS_HAN, LEAD_CHARS_HANGUL, OPENING_SENTENCES
from monitor.core.text import sentences
from monitor.core.words import Prepared
from monitor.model.articles import Article
from monitor.model.watchlists import Alias, Field, Hit

_HAN = re.compile("[\u3041-\u30ff\u3400-\u9fff]")
_HANGUL = re.compile("[가-힣]")
_BREAK = re.compile("\n")
# Scraped pages lose the blank after a stop: "регату.Об этом".
_GLUED = re.compile("(?<=[a-zà-ÿа-яё])[.!?](?=[A-ZÀ-ÞА-ЯЁ«“])")


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a leaf's spelling: offsets into the joined raw text, and what is asked of it most.

    `is_early`: it lies in the lead of body or summary.
    """

    start: int
    end: int
    normal_start: int
    normal_end: int
    field: Field
    is_early: bool
    group: str

    def is_in(self, fields: tuple[Field, ...]) -> bool:
        """Whether it lies in one of the fields of a condition (empty = title, summary and body)."""
        field = self.field
        if not fields:
            return field is not Field.URL
        if field in fields or (self.is_early and Field.LEAD in fields):
            return True
        return Field.BODY in fields and field is not Field.TITLE and field is not Field.URL


class Spellings:
    """The spellings of all watchlists, numbered: those that open a gate, and those that matter only behind it.

    Most articles open no gate, so most texts are walked for a small part of the spellings only (the idea of Lucene's
    monitor, which looks for a query's rarest terms first).
    """

    def __init__(self, gate: Iterable[Alias], rest: Iterable[Alias], *, with_url: bool) -> None:
        self.with_url = with_url
        self.gate = Matcher(gate)
        self.rest = Matcher((alias for alias in rest if alias not in self.gate), first_number=len(self.gate))

    def number(self, alias: Alias) -> int:
        """The number of a spelling."""
        return (self.gate if alias in self.gate else self.rest).atom_of(alias)


class _Margins:
    """The margins of one field, read line by line as far as they are asked for; `base` is where the field begins."""

    def __init__(self, lines: Iterator[tuple[int, list[Margin]]], base: int) -> None:
        self._lines = lines
        self._base = base
        self._end = -1
        self._starts: list[int] = []
        self._found: list[Margin] = []

    def at(self, position: int) -> MarginKind | None:
        """The kind of margin at a raw position."""
        place = position - self._base
        while self._end < place:
            self._end, found = next(self._lines, (sys.maxsize, []))
            self._starts += [margin.start for margin in found]
            self._found += found
        index = bisect_right(self._starts, place) - 1
        return self._found[index].kind if index >= 0 and place < self._found[index].end else None


class Evidence:
    """The places of all spellings in one article."""

    def __init__(self, article: Article, spellings: Spellings) -> None:
        parts = [article.title, article.summary, article.text] + ([article.url] if spellings.with_url else [])
        self.article = article
        self.raw = "\n".join(parts)
        self.summary_at = len(article.title) + 1
        self.text_at = self.summary_at + len(article.summary) + 1
        self.url_at = self.text_at + len(article.text) + 1
        self.prepared = Prepared(self.raw)
        self._spellings = spellings
        self._opening = spellings.gate.opening(self.prepared.words)
        self._is_complete = False
        self._bases = {Field.TITLE: 0, Field.SUMMARY: self.summary_at, Field.URL: self.url_at}
        # Signals share their places, and ask for the same sentences.
        self._hits: dict[tuple[int, int], Hit] = {}
        self._sentence_at: dict[int, int] = {}
        self._known_sentences: dict[int, tuple[list[int], list[int]]] = {}

    @property
    def possible(self) -> Set[int]:
        """The gates' spellings that may have been found, before any is looked for."""
        return self._spellings.gate.possible(self.prepared, self._opening)

    @cached_property
    def found(self) -> Findings:
        """Places by number: of the gates' spellings at first, of all after `complete`."""
        return self._spellings.gate.find(self.prepared, self._opening)

    def complete(self) -> None:
        """Find the spellings that no gate asks for, too."""
        if not self._is_complete:
            self._is_complete = True
            self.found.update(self._spellings.rest.find(self.prepared))

    # --- fields ---

    @cached_property
    def lead_end(self) -> int:
        """Where the body's lead ends."""
        return self.text_at + lead_length(self.article.text)

    @cached_property
    def summary_lead_end(self) -> int:
        """Where the summary's lead ends: a feed may put a whole article into it."""
        return self.summary_at + lead_length(self.article.summary)

    def field_at(self, position: int) -> Field:
        """The field that a raw position lies in, as a hit names it."""
        if position < self.summary_at:
            return Field.TITLE
        if position < self.text_at:
            return Field.SUMMARY
        if position < self.url_at:
            return Field.LEAD if position < self.lead_end else Field.BODY
        return Field.URL

    def places(self, groups: Mapping[int, str], fields_of: Mapping[int, tuple[Field, ...]]) -> list[Place]:
        """All places of some spellings (number → group), the URL's included, in order.

        `fields_of` limits a spelling to some fields. Where places overlap, the longest counts, once.
        """
        hits = [hit for atom in groups.keys() & self.found.keys() for hit in self.found[atom]]
        hits.sort(key=lambda hit: (hit.start, -hit.end, hit.atom))
        places: list[Place] = []
        last = -1
        for hit in hits:
            if hit.start < last:
                continue
            start, end = self.prepared.raw_span(hit.start, hit.end)
            field = self.field_at(start)
            place = Place(start, end, hit.start, hit.end, field, self._is_early(start, field), groups[hit.atom])
            limits = fields_of.get(hit.atom)
            if not limits or place.is_in(limits):
                places.append(place)
                last = hit.end
        return places

    def places_of(self, expression: Expression) -> list[Place]:
        """All places of an expression, the URL's included, in order."""
        places: list[Place] = []
        for start, end in expression.places(self._legible):
            field = self.field_at(start)
            normal_start, normal_end = self.prepared.normal_span(start, end)
            places.append(Place(start, end, normal_start, normal_end, field, self._is_early(start, field), ""))
        return places

    @cached_property
    def _legible(self) -> Legible:
        return Legible.of(self.raw)

    def _is_early(self, start: int, field: Field) -> bool:
        return field is Field.LEAD or (field is Field.SUMMARY and start < self.summary_lead_end)

    def hit(self, place: Place) -> Hit:
        """A place as the article's own offsets; signals share most of theirs."""
        start, end = place.start, place.end
        hit = self._hits.get((start, end))
        if hit is None:
            base = self._bases.get(place.field, self.text_at)
            hit = Hit(field=place.field, start=start - base, end=end - base, text=self.raw[start:end])
            self._hits[start, end] = hit
        return hit

    # --- sentences and margins ---

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(stop.end() for stop in _BREAK.finditer(self.raw))]

    def _sentences(self, line: int) -> tuple[list[int], list[int]]:
        """Raw offsets at which the sentences of a line begin and end: worked out for the lines that are asked for."""
        known = self._known_sentences.get(line)
        if known is None:
            known = self._known_sentences[line] = self._split(line)
        return known

    def _split(self, line: int) -> tuple[list[int], list[int]]:
        base = self._line_starts[line]
        stop = self._line_starts[line + 1] - 1 if line + 1 < len(self._line_starts) else len(self.raw)
        starts: list[int] = []
        ends: list[int] = []
        for first, last in sentences(self.raw[base:stop]):
            begin, end = first + base, last + base
            for glued in _GLUED.finditer(self.raw, begin, end):
                starts.append(begin)
                ends.append(glued.end())
                begin = glued.end()
            starts.append(begin)
            ends.append(end)
        return starts, ends

    def sentence_at(self, position: int) -> int:
        """Where the sentence begins that a raw position lies in (or behind), which tells sentences apart.

        No sentence spans two lines. A position before all sentences lies in the first.
        """
        known = self._sentence_at.get(position)
        if known is None:
            known = self._sentence_at[position] = self._found_sentence(position)
        return known

    def _found_sentence(self, position: int) -> int:
        line = bisect_right(self._line_starts, position) - 1
        starts, _ = self._sentences(line)
        index = bisect_right(starts, position)
        if index:
            return starts[index - 1]
        for earlier in range(line - 1, -1, -1):
            if starts := self._sentences(earlier)[0]:
                return starts[-1]
        return next((starts[0] for later in range(len(self._line_starts)) if (starts := self._sentences(later)[0])), 0)

    def sentence_span(self, sentence: int) -> tuple[int, int]:
        """The raw offsets of a sentence that `sentence_at` gave, without the blanks around it."""
        starts, ends = self._sentences(bisect_right(self._line_starts, sentence) - 1)
        return sentence, ends[bisect_right(starts, sentence) - 1]

    @cached_property
    def _margins(self) -> tuple[_Margins, _Margins, _Margins]:
        article = self.article
        of_title = [(len(article.title), list(title_margins(article.title)))]
        return (
            _Margins(iter(of_title), 0),
            _Margins(margins_by_line(article.summary), self.summary_at),
            _Margins(margins_by_line(article.text), self.text_at),
        )

    def margin_at(self, position: int) -> MarginKind | None:
        """The kind of margin that a raw position lies in: caption, dateline, byline, link or widget."""
        field = (position >= self.summary_at) + (position >= self.text_at)
        return self._margins[field].at(position)

    def is_marginal(self, position: int) -> bool:
        """Whether a raw position lies in a margin."""
        return self.margin_at(position) is not None

    @cached_property
    def opening(self) -> frozenset[int]:
        """The title's sentences and the first two of summary and body each, margins left out."""
        found = {start for start, _ in self._sentences_from(0, self.summary_at)}
        title = self.article.title
        for begin, stop in ((self.summary_at, self.text_at), (self.text_at, self.url_at)):
            # What is a margin up to its end is none of them, nor is the title over again.
            telling = (
                start
                for start, end in self._sentences_from(begin, stop)
                if not self.is_marginal(end - 1) and self.raw[start:end] != title
            )
            found.update(islice(telling, OPENING_SENTENCES))
        return frozenset(found)

    def _sentences_from(self, begin: int, stop: int) -> Iterator[tuple[int, int]]:
        """The sentences that begin in a stretch of whole lines."""
        line = bisect_left(self._line_starts, begin)
        while line < len(self._line_starts) and self._line_starts[line] < stop:
            yield from zip(*self._sentences(line), strict=True)
            line += 1

    def words_between(self, first: Place, second: Place) -> int:
        """Words from the end of the earlier place to the start of the later one; 0 where they touch or overlap."""
        early, late = sorted((first, second), key=lambda place: place.normal_start)
        if late.normal_start <= early.normal_end:
            return 0
        distance = self.prepared.ordinal_at(late.normal_start) - self.prepared.ordinal_at(early.normal_end - 1)
        return max(distance - 1, 0)


def lead_length(text: str) -> int:
    """How many characters of a text are its lead: as much as a few sentences say in its script."""
    start = text[:LEAD_CHARS]
    han, hangul = len(_HAN.findall(start)), len(_HANGUL.findall(start))
    if max(han, hangul) * 3 < len(start):
        return LEAD_CHARS
    return LEAD_CHARS_HAN if han > hangul else LEAD_CHARS_HANGUL
