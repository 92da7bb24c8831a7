"""The shipped spellings hold what CLDR calls each country, in every language that the program is made for."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel import Locale

from monitor.config.watchlists import load_watchlist
from monitor.core.matching import Matcher
from monitor.core.words import Prepared

LANGUAGES = (
    *("id", "en", "ko", "ru", "zh", "zh_Hant", "ja", "ar", "fr", "de", "es", "vi"),
    *("pl", "uk", "pt", "it", "nl", "tr", "fa", "hi", "th"),
)
THIRD_COUNTRIES = (
    *("CN", "US", "KR", "JP", "IR", "BY", "SY", "CU", "VE", "IN", "PK", "IL", "FR", "GB", "DE", "TR", "VN", "LA", "MM"),
    *("AF", "MN", "IQ", "LY", "SA", "BR", "ZA", "NI", "ER", "YE", "ID", "PL", "CA", "AU", "IT", "TW", "KZ", "EG", "KH"),
    *("MX", "SD", "LB", "PS"),
)
SIDES = {"russia": ("RU",), "north_korea": ("KP",), "third_countries": THIRD_COUNTRIES}
EXCEPTIONS: frozenset[tuple[str, str]] = frozenset()
"""(language, country) whose name in CLDR no newspaper writes; none so far."""


@pytest.fixture(scope="module")
def watchlist():
    return load_watchlist(Path("config/watchlists/russia-north-korea.yaml"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("entity", SIDES)
def test_the_name_that_cldr_gives_a_country_is_found(watchlist, entity, language):
    matcher = Matcher(watchlist.entities[entity].aliases)
    names = Locale.parse(language).territories
    missing = [
        f"{country}: {names[country]}"
        for country in SIDES[entity]
        if (language, country) not in EXCEPTIONS and not matcher.find(Prepared(names[country]))
    ]
    assert missing == [], f"add them to config/aliases, under {language.partition('_')[0]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_side_is_found_in_another_countrys_name(watchlist, language):
    names = Locale.parse(language).territories
    for side, own in (("russia", "RU"), ("north_korea", "KP")):
        matcher = Matcher(watchlist.entities[side].aliases)
        others = [names[country] for country in ("RU", "KP", *THIRD_COUNTRIES) if country != own]
        assert [name for name in others if matcher.find(Prepared(name))] == []


def test_every_third_country_is_asked_for(watchlist):
    groups = {alias.group for alias in watchlist.entities["third_countries"].aliases}
    assert len(groups - {"european_union"}) == len(THIRD_COUNTRIES)
