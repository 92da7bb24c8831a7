"""Bare titles that are one frame around other names."""

from __future__ import annotations

import pytest

from monitor.core.features import Frequencies, Gazetteer, features
from monitor.core.open_stories import OpenStories
from monitor.core.repair import veto
from monitor.core.stories import Assignment, assign
from tests.factories import NOW, make_article


def placed(*titles: str, language: str) -> list[Assignment]:
    """The places of bare titles of several outlets, one after the other."""
    stories, frequencies, found = OpenStories(), Frequencies(), []
    for at, title in enumerate(titles):
        article = make_article(title, text="", language=language, host=f"h{at}.example", url=f"https://h{at}.example/")
        read = features(article, Gazetteer({}))
        found.append(assign(article, read, stories=stories, frequencies=frequencies, now=NOW))
        stories.keep(found[-1].story)
        frequencies.add(read.terms)
    return found


def test_a_flood_elsewhere_in_the_same_words_is_another_story() -> None:
    first, elsewhere, again = placed(
        "Banjir rendam ratusan rumah warga di Bogor",
        "Banjir rendam ratusan rumah warga di Depok",
        "Ratusan rumah warga di Bogor terendam banjir",
        language="id",
    )
    assert elsewhere.joining.is_first
    assert elsewhere.decision.level == "veto"
    assert "“Banjir rendam ratusan rumah warga di Bogor” around other names" in elsewhere.joining.reason
    assert again.story.id == first.story.id
    assert "around other names" in veto(first.story, elsewhere.story)


@pytest.mark.parametrize(("language", "is_first"), [("de", False), ("da", True)])
def test_where_nouns_have_capitals_two_words_for_one_thing_are_no_names(language: str, is_first: bool) -> None:
    _, other = placed(
        "Zahl der Toten steigt noch immer weiter an", "Zahl der Opfer steigt noch immer weiter an", language=language
    )
    assert other.joining.is_first is is_first
