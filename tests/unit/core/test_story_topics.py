"""What a watchlist is about is in all that it matches, and ties no two reports, also in a store that is new."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.core.features import TOPIC_SHARE, Frequencies, Gazetteer, features, gazetteer_of, weighted
from monitor.core.open_stories import OpenStories
from monitor.core.stories import assign
from monitor.model.articles import Article
from monitor.model.watchlists import Alias, Entity, Watchlist
from tests.factories import NOW, make_article, make_entity, make_watchlist

PALM = make_entity("palm", "palm oil", "sawit*")
EU = make_entity("eu", "EU", "European Union", "Uni Eropa")


def watchlist(**facts: object) -> Watchlist:
    return make_watchlist(
        **{"name": "palm-oil", "entities": {"palm": PALM, "eu": EU}, "sides": ("palm", "eu"), **facts}
    )


def report(title: str, text: str = "") -> Article:
    return make_article(title, text=text, language="en", url=f"https://example.org/{title}")


def stories_of(gazetteer: Gazetteer, *reports: Article) -> int:
    stories, frequencies = OpenStories(), Frequencies()
    for article in reports:
        read = features(article, gazetteer)
        stories.keep(assign(article, read, stories=stories, frequencies=frequencies, now=NOW).story)
        frequencies.add(read.terms)
    return len(stories)


EVENTS = tuple(
    report(title, text)
    for title, text in (
        ("EU delays palm oil import rule", "The EU said on Monday palm oil was on the table."),
        ("Palm oil growers sue EU over tariff", "Palm oil and the EU: more soon."),
        ("EU and Indonesia reopen palm oil talks", "A report on palm oil and the European Union."),
        ("Malaysia warns EU on palm oil ban", "The EU said on Monday palm oil was on the table."),
        ("Palm oil price rises as EU demand grows", "A report on palm oil and the European Union."),
    )
)


def test_one_line_reports_of_several_events_are_not_joined_by_the_watchlists_own_words() -> None:
    assert stories_of(gazetteer_of([watchlist()]), *EVENTS) == len(EVENTS)
    # Without a word of what it is about they were one story, or nearly.
    assert stories_of(Gazetteer({}), *EVENTS) < 3


def test_one_line_reports_of_one_event_still_are() -> None:
    first, again = "EU delays palm oil import rule by a year", "EU delays palm oil rule on imports by one year"
    assert stories_of(gazetteer_of([watchlist()]), report(first), report(again)) == 1


def weight(gazetteer: Gazetteer, word: str, *, beside: str = "kosmodrom") -> float:
    """The weight of a word's n-grams in an empty store, as a share of another word's."""
    read = features(report(f"{word} {beside}"), gazetteer)
    weights, every = weighted(read, Frequencies()), features(report(word), Gazetteer({})).terms
    is_its = np.isin(read.terms, every)
    return float(weights[is_its].mean() / weights[~is_its].mean())


@pytest.mark.parametrize(("spelling", "text"), [("palm oil", "palm oil"), ("sawit*", "sawitnya"), ("북한", "북한이")])
def test_a_spelling_of_a_side_weighs_little_in_whatever_script(spelling: str, text: str) -> None:
    side = Entity(id="palm", aliases=(Alias(text=spelling),))
    topical = gazetteer_of([watchlist(entities={"palm": side, "eu": EU})])
    assert weight(topical, text) < 0.6 * weight(Gazetteer({}), text)


def test_whom_a_side_includes_tells_events_apart_as_before() -> None:
    included = replace(EU, aliases=(*EU.aliases, Alias(text="Ursula von der Leyen", group="commission")))
    one, both = (gazetteer_of([watchlist(entities={"palm": PALM, "eu": side})]) for side in (EU, included))
    assert weight(both, "Leyen") == pytest.approx(weight(one, "Leyen"))


def test_beside_other_watchlists_a_side_is_in_fewer_articles() -> None:
    alone = weight(gazetteer_of([watchlist()]), "palm oil")
    among = weight(gazetteer_of([watchlist(), *(watchlist(name=f"w{n}", sides=()) for n in range(9))]), "palm oil")
    assert alone < among < weight(Gazetteer({}), "palm oil")


def test_in_a_full_store_the_counts_say_so_themselves() -> None:
    read = features(EVENTS[0], gazetteer_of([watchlist()]))
    assert read.shares is not None
    frequencies = Frequencies()
    for _ in range(5000):
        frequencies.add(read.terms)
    bare = frequencies.weights(read.terms)
    assert np.allclose(frequencies.weights(read.terms, read.shares), bare, atol=0.1)
    assert 0 < TOPIC_SHARE < 1
