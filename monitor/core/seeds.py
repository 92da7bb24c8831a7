"""Seed documents → articles: their junk is recognised and taken out, their words stay as they are.

A seed is a page as somebody saved it: headline, byline, captions, links to other items, now and then the headline of
an unrelated item spliced between two paragraphs. Cleaning takes out the margins (`core.margins`) and such foreign
headlines; every other line stays, in order. A clean text passes unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.core.documents import to_document
from monitor.core.margins import Line, ends_sentence, lines_of, margins
from monitor.core.sites import NO_SITES, Sites
from monitor.errors import SeedError
from monitor.model.articles import DATE_ONLY, Article
from monitor.model.seeds import SeedEntry

SEED_FEED = "seeds"
"""The feed id of articles that came from seed documents."""

MIN_HEADLINE_WORDS = 6
"""Shorter lines are section headings ("Latar Belakang"), not another item's headline."""
TITLE_CASE_SHARE = 0.6
MAX_TITLE = 200

_CAPITALISED = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:…]|[\"“”«(])\W*$")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A document without its junk; `removed` are the stretches taken out, in order, each with its kind."""

    title: str
    text: str = field(repr=False)
    removed: tuple[tuple[str, str], ...] = ()


def clean_document(raw: str, *, title: str | None = None) -> CleanText:
    """Headline and body of a saved page.

    Without a `title` the first line is the headline when it looks like one: short, followed by a blank line, no end
    of a sentence. A known title is taken off the body where the body begins with it.
    """
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip("\n\ufeff ")
    first, _, rest = text.partition("\n")
    if title is None:
        is_headline = 0 < len(first.strip()) <= MAX_TITLE and not ends_sentence(first) and rest.startswith("\n")
        title = first.strip() if is_headline else ""
    if title and first.strip() == title.strip():
        text = rest.strip("\n")
    spans = [(margin.start, margin.end, str(margin.kind)) for margin in margins(text)]
    spans += [(line.start, line.end, "foreign headline") for line in foreign_headlines(text, title)]
    return CleanText(title, *_without(text, sorted(spans)))


def foreign_headlines(text: str, title: str = "") -> list[Line]:
    """Lines that are another item's headline.

    Such a line stands alone between blank lines, has six words or more, most of them capitalised, does not end as a
    sentence does (a question mark may), and shares no name with the rest: no capitalised word that stands inside a
    sentence of the body or in the title. Scripts without capitals have none.
    """
    lines = lines_of(text)
    alone = [
        line
        for index, line in enumerate(lines)
        if line.gap_before and (index + 1 == len(lines) or lines[index + 1].gap_before) and _is_title_case(line.text)
    ]
    if not alone:
        return []
    names = _names(title, is_title=True)
    for line in lines:
        if ends_sentence(line.text) and line not in alone:
            names |= _names(line.text)
    return [line for line in alone if not names & _names(line.text, is_title=True)]


def _is_title_case(line: str) -> bool:
    if ends_sentence(line.rstrip(" ?")) or len(line) > MAX_TITLE:
        return False
    words = _CAPITALISED.findall(line)
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= MIN_HEADLINE_WORDS and capitals >= TITLE_CASE_SHARE * len(words)


def _names(text: str, *, is_title: bool = False) -> set[str]:
    """Capitalised words, without those that are so only because a sentence begins."""
    return {
        word.group().casefold()
        for word in _CAPITALISED.finditer(text)
        if word.group()[0].isupper() and (is_title or not _SENTENCE_START.search(text[: word.start()][-8:] or ""))
    }


def _without(text: str, spans: list[tuple[int, int, str]]) -> tuple[str, tuple[tuple[str, str], ...]]:
    kept: list[str] = []
    removed: list[tuple[str, str]] = []
    position = 0
    for start, end, kind in spans:
        if start < position:
            continue
        kept.append(text[position:start])
        removed.append((kind, text[start:end].strip()))
        position = end
    kept.append(text[position:])
    if not removed:
        return text, ()
    return re.sub(r"\n[ \t]*(?:\n[ \t]*)+", "\n\n", "".join(kept)).strip(), tuple(removed)


def to_seed_articles(entries: Sequence[SeedEntry], now: datetime, sites: Sites = NO_SITES) -> list[Article]:
    """The seeds as articles, in order, cleaned, first seen `now`; ids follow from address or file name.

    Raises:
        SeedError: A document holds no text once it is cleaned.
    """
    return [_to_article(entry, now, sites) for entry in entries]


def _to_article(entry: SeedEntry, now: datetime, sites: Sites) -> Article:
    document = clean_document(entry.raw_text, title=entry.title)
    text = re.sub(r"\n\s*\n", "\n", document.text)
    if not text.strip():
        raise SeedError(
            f"the seed {entry.file} holds no text besides captions and links. Put the article's text into it."
        )
    return to_document(
        source=SEED_FEED,
        identity=entry.file,
        title=entry.title,
        text=text,
        url=entry.url or "",
        outlet=entry.outlet,
        language=entry.language,
        published_at=entry.published_at,
        first_seen_at=now,
        flags=(DATE_ONLY,) if entry.is_day_only else (),
        sites=sites,
    )
