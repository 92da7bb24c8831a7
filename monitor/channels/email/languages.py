"""The languages digests are written in: one gettext catalogue each (`catalogs/<language>.po`), read at run time.

Adding a language is adding its file: the msgids are the English texts, the patterns of dates among them. Names of
languages, countries and months come from CLDR through Babel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

from monitor.errors import RenderError

_CATALOGS = files("monitor.channels.email").joinpath("catalogs")


class Language:
    """Texts, numbers, dates and names in one language."""

    def __init__(self, tag: str, translations: Translations) -> None:
        self.tag = tag
        self.translations = translations
        self.locale = Locale.parse(tag, sep="-")

    def gettext(self, text: str) -> str:
        """The text in this language."""
        return str(self.translations.ugettext(text))

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The text for a count, with the count's form; `%(num)s` stands for the count as in templates."""
        return str(self.translations.ungettext(one, many, count))

    def number(self, value: float) -> str:
        """A number with at most two decimals: points come in quarters, and what is shown has to add up."""
        return _number(round(value, 2), self.locale)

    def share(self, value: float) -> str:
        """A share of 1 as whole percents."""
        return _share(value, self.locale)

    def signed(self, value: float) -> str:
        """A number with its sign, always shown."""
        return ("+" if value >= 0 else "−") + self.number(abs(value))

    def moment(self, at: datetime, zone: tzinfo, *, year: int | None = None) -> str:
        """A day and a time on the clock of `zone`; the year only when it is not `year`."""
        local = at.astimezone(zone)
        pattern = self.gettext("d MMM, HH:mm") if local.year == year else self.gettext("d MMM y, HH:mm")
        return str(format_datetime(local, pattern, tzinfo=zone, locale=self.locale))

    def day(self, day: date, *, year: int | None = None) -> str:
        """A day; the year only when it is not `year`."""
        pattern = self.gettext("d MMM") if day.year == year else self.gettext("d MMM y")
        return str(format_date(day, pattern, locale=self.locale))

    def zone_name(self, at: datetime, zone: tzinfo) -> str:
        """The zone's usual short name (WIB, CET), "UTC+04:00" where it has none."""
        name = at.astimezone(zone).tzname() or ""
        if re.fullmatch(r"[A-Za-z]{2,6}", name):
            return name
        offset = at.astimezone(zone).strftime("%z")
        return f"UTC{offset[:3]}:{offset[3:5]}"

    def distance(self, tag: str | None) -> int:
        """How far a text's language is from the reader's: 0 his own, 1 English, 2 any other."""
        own, other = (of.partition("-")[0].lower() for of in (self.tag, tag or ""))
        return 0 if other == own else 1 if other == "en" else 2

    def language_name(self, tag: str | None) -> str:
        """The name of a language, its tag where CLDR has none, empty for none."""
        if not tag:
            return ""
        return str(self.locale.languages.get(tag.split("-")[0].lower(), ""))

    def country_name(self, code: str | None) -> str:
        """The name of a country (ISO 3166-1 alpha-2), empty for none."""
        return str(self.locale.territories.get((code or "").upper(), ""))


def language_tags() -> tuple[str, ...]:
    """The languages there are catalogues for."""
    return tuple(sorted(item.name[:-3] for item in _CATALOGS.iterdir() if item.name.endswith(".po")))


# A digest shows the same few numbers hundreds of times.
@lru_cache(maxsize=4096)
def _number(value: float, locale: Locale) -> str:
    return str(format_decimal(value, "#,##0.##", locale=locale))


@lru_cache(maxsize=1024)
def _share(value: float, locale: Locale) -> str:
    return str(format_percent(value, locale=locale))


@cache
def language(tag: str) -> Language:
    """The language of a tag. Raises `RenderError` when it has no catalogue."""
    return language_of(tag, catalogue(tag))


@cache
def catalogue(tag: str) -> str:
    """The catalogue of a language, as its file has it. Raises `RenderError` when there is none."""
    path = _CATALOGS.joinpath(catalogue_name(tag))
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]+)?", tag) or not path.is_file():
        raise RenderError(f"no digest can be written in {tag!r}: choose one of {', '.join(language_tags())}")
    try:
        return path.read_text(encoding="utf-8")
    except (ValueError, OSError) as error:
        raise RenderError(f"the catalogue {path} cannot be read: {error}") from error


def catalogue_name(tag: str) -> str:
    """The name of the file that holds a language's catalogue."""
    return f"{tag}.po"


@cache
def language_of(tag: str, content: str) -> Language:
    """The language that a catalogue's content makes. Raises `RenderError`."""
    compiled = BytesIO()
    try:
        write_mo(compiled, read_po(BytesIO(content.encode()), locale=tag))
        compiled.seek(0)
        return Language(tag, Translations(fp=compiled))
    except (UnknownLocaleError, ValueError) as error:
        raise RenderError(f"the catalogue {catalogue_name(tag)} cannot be read: {error}") from error


def in_language(texts: Mapping[str, str], tag: str, otherwise: str) -> str:
    """A text given in several languages: in `tag`, else in English, else in any, else `otherwise`."""
    return texts.get(tag) or texts.get("en") or next(iter(texts.values()), "") or otherwise
