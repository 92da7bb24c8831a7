"""Pieces that all of a digest is made of: foreign words with their language and direction, outlets, dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitor.channels.email.languages import Language
from monitor.channels.email.text import clean, direction, language_tag, safe_link
from monitor.model.articles import Article
from monitor.model.seeds import UNKNOWN_OUTLET

MAX_TITLE = 200
MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Phrase:
    """Foreign words with their language ("und" when unknown) and direction; `href` when they lead somewhere."""

    text: str
    lang: str = "und"
    dir: str = "ltr"
    href: str | None = None


def phrase(text: str, limit: int, *, lang: str = "und", href: str | None = None) -> Phrase:
    """A text made harmless, of at most `limit` characters."""
    cleaned = clean(text, limit)
    return Phrase(cleaned, lang, direction(cleaned), href)


def title_of(article: Article, words: Language) -> Phrase:
    """The headline, linked."""
    text = clean(article.title, MAX_TITLE) or words.gettext("(no title)")
    return Phrase(text, language_tag(article.language), direction(text), safe_link(article.url))


def outlet_of(article: Article, words: Language) -> Phrase:
    """The outlet's name, linked to its article."""
    return phrase(outlet_name(article.outlet, words), MAX_NAME, href=safe_link(article.url))


def outlet_name(name: str, words: Language) -> str:
    """The name as it is; that there is none, in the reader's language."""
    return words.gettext("unknown outlet") if name == UNKNOWN_OUTLET else name


def when(article: Article, words: Language, zone: tzinfo, until: datetime) -> str:
    """When it was published as far as that is known: no time that nobody gave."""
    year = until.astimezone(zone).year
    if article.day is not None:
        return words.day(article.day, year=year)
    if article.year is not None:
        return str(article.year)
    moment = words.moment(article.at, zone, year=year)
    return moment if article.is_dated else words.gettext("undated, seen {moment}").format(moment=moment)
