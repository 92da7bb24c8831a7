"""Term lint: what is odd in a watchlist is found at its place, and what is well is left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitor.core.lint import Finding, Tally, lint
from monitor.model.articles import Article
from monitor.model.watchlists import (
    Alias,
    AllOf,
    AnyOf,
    Condition,
    Entity,
    Field,
    Mention,
    Near,
    NoneOf,
    Published,
    Rule,
    Term,
    Watchlist,
)
from tests.factories import make_article, make_feed, make_watchlist

ENGLISH = make_feed(language="en")


def alias(text: str, language: str | None = None, **facts: Any) -> Alias:
    return Alias(text=text, language=language, place=f"w.yaml:{len(text)}:7", **facts)


def watchlist(*palm: Alias, europe: tuple[Alias, ...] = (), others: tuple[Alias, ...] = (), **facts: Any) -> Watchlist:
    entities = {
        "palm": Entity(id="palm", aliases=palm or (alias("palm oil", "en"),)),
        "europe": Entity(id="europe", aliases=europe or (alias("European Union", "en"),)),
        "others": Entity(id="others", aliases=others or (alias("Japan", "en"),)),
    }
    return make_watchlist(
        "palm-oil",
        **{
            "entities": entities,
            "match": AllOf(children=(Mention(entity="palm"), Mention(entity="europe"))),
            "sides": ("palm", "europe"),
            "others": "others",
            "places": {"match": "w.yaml:2:1", "name": "w.yaml:1:1"},
            **facts,
        },
    )


def kinds(*palm: Alias, **facts: Any) -> list[tuple[str, str]]:
    """(kind, the first quoted spelling or "") of each finding."""
    return [told(finding) for finding in lint(watchlist(*palm, **facts), [])]


def told(finding: Finding) -> tuple[str, str]:
    return finding.kind, finding.what.partition("“")[2].partition("”")[0]


def test_a_sound_watchlist_has_no_findings() -> None:
    assert kinds() == []


@pytest.mark.parametrize(
    ("spelling", "is_common"),
    [
        (alias("pemerintah", "id"), True),
        (alias("Government", "en"), True),
        (alias("EU", "en"), True),
        (alias("EU", "en", is_cased=True), False),
        (alias("油"), True),
        (alias("油", fields=(Field.TITLE,)), False),
        (alias("油", excluding=("石油",)), False),
        (alias("유", "ko"), True),
        (alias("팜유", "ko"), False),
        (alias("palm government", "en"), False),
    ],
)
def test_a_spelling_that_is_found_everywhere_is_told(spelling: Alias, is_common: bool) -> None:
    found = lint(watchlist(spelling), [])
    assert [told(finding) for finding in found] == ([("common", spelling.text)] if is_common else [])
    assert all(finding.place == spelling.place for finding in found)


def test_a_spelling_that_another_one_finds_is_told_and_one_of_another_language_is_not() -> None:
    assert kinds(alias("palm oil", "en"), alias("Palm-Oil", "en"), alias("palm oil", "ms")) == [
        ("redundant", "Palm-Oil")
    ]
    assert kinds(alias("palm*", "en"), alias("palmoil", "en"), alias("pal oil", "en")) == [("redundant", "palmoil")]
    assert kinds(alias("palm", "en"), alias("palm*", "en"), alias("palm oil", "en")) == [("redundant", "palm")]
    assert kinds(alias("palm"), alias("palm", "en", is_cased=True, excluding=("palm tree",))) == []


def test_an_exception_that_excludes_nothing_or_everything_is_told() -> None:
    assert kinds(alias("palm", excluding=("palmtree", "napalm", "palm tree"))) == [("no-effect", "palm")]
    (finding,) = lint(watchlist(alias("palm", excluding=("palmtree", "palm tree"))), [ENGLISH])
    assert "never found in “palmtree”." in finding.what
    assert kinds(alias("平壤", excluding=("太平壤",))) == []
    assert kinds(alias("palm", excluding=("Palm",))) == [("never", "palm")]


def test_a_spelling_of_both_sides_is_told_unless_it_names_both() -> None:
    both = alias("Brussels", "en")
    assert kinds(alias("palm"), both, europe=(alias("European Union"), both)) == [("two-sides", "Brussels")]
    assert kinds(alias("palm"), others=(alias("palm"),)) == [("two-sides", "palm")]
    two = (alias("러시아", "ko"), alias("북러", "ko")), (alias("북한", "ko"), alias("북러", "ko"))
    assert kinds(*two[0], europe=two[1]) == []


def test_a_name_in_one_form_only_is_told_where_the_language_inflects_names() -> None:
    assert kinds(alias("Брюссель", "ru")) == [("inflection", "Брюссель")]
    assert kinds(alias("Брюссел*", "ru")) == []
    assert kinds(alias("Брюссель", "ru"), alias("Брюсселя", "ru")) == []
    assert kinds(alias("Шойгу", "ru"), alias("КНДР", "ru"), alias("Токио", "ru")) == []
    assert kinds(alias("olej palmowy", "pl"), alias("Bruksela", "pl")) == [("inflection", "Bruksela")]
    assert kinds(alias("Brussel", "nl")) == []


def test_a_language_of_the_feeds_without_a_spelling_is_told() -> None:
    feeds = [ENGLISH, make_feed("kbs", language="ko"), make_feed("ntv", language="tr", is_enabled=False)]
    found = lint(watchlist(alias("palm oil", "en"), alias("팜유", "ko")), feeds)
    assert {(finding.kind, finding.what) for finding in found} == {
        ("script", "europe has no spelling in ko."),
        ("script", "others has no spelling in ko."),
    }
    lists = (alias("palm oil", "en"), alias("Palmöl", "de"), alias("huile de palme", "fr"))
    found = lint(watchlist(*lists), [make_feed(language="id")])
    assert [finding.what for finding in found] == ["palm has no spelling in id."]
    assert lint(watchlist(*lists, alias("CPO")), [make_feed(language="id")]) == [], "names alike everywhere"


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (Published(outlets=("Kompas",)), "asks for outlet Kompas"),
        (AllOf(children=(Published(languages=("id",)), Mention(entity="palm"))), "asks for language id"),
        (Published(outlets=("antara-dunia",)), ""),
        (Published(languages=("en",)), ""),
        (Published(countries=("ID",)), ""),
        (Mention(entity="palm", fields=(Field.BODY,)), "asks for palm in the body"),
        (Mention(entity="palm", fields=(Field.TITLE,)), ""),
    ],
)
def test_a_rule_that_no_feed_or_field_can_fulfil_is_told(when: Condition, reason: str) -> None:
    rule = Rule(name="local", when=when, points=3.0)
    spelling = alias("palm oil", fields=(Field.TITLE,))
    found = lint(watchlist(spelling, rules=(rule,), places={"boost.local": "w.yaml:9:5"}), [ENGLISH])
    assert [finding.kind for finding in found] == (["never"] if reason else [])
    assert all(reason in finding.what and finding.place == "w.yaml:9:5" for finding in found)


# --- by what is stored ---


def tally(one: Watchlist, articles: list[Article]) -> list[tuple[str, str]]:
    counts = Tally(one)
    for article in articles:
        counts.add(article)
    return [told(finding) for finding in lint(one, [], counts)]


def stories(count: int, text: str, language: str = "en") -> list[Article]:
    return [make_article("Title", text=text, language=language) for _ in range(count)]


def test_what_enough_articles_never_hold_is_dead() -> None:
    one = watchlist(alias("palm oil", "en"), alias("sawit", "id"), alias("CPO", "en"))
    articles = stories(100, "Palm oil and the European Union") + stories(100, "Japan") + stories(400, "News")
    assert tally(one, articles) == [("dead", "CPO")], "of Indonesian nothing is known"
    assert tally(one, articles[:400]) == []
    assert ("dead", "sawit") in tally(one, articles + stories(500, "Beras", "id"))


def test_what_stands_in_many_articles_is_told_with_its_share() -> None:
    articles = stories(200, "The European Union, Japan") + stories(400, "Palm oil") + stories(400, "News")
    assert tally(watchlist(), articles) == [("everywhere", "palm oil")]
    counts = Tally(watchlist())
    for article in articles:
        counts.add(article)
    (finding,) = counts.findings()
    assert "stands in 40% of 1,000 stored articles" in finding.what
    assert tally(watchlist(alias("palm oil", "en", fields=(Field.TITLE,))), articles) == [], "a limit was thought of"


def test_a_spelling_inside_one_longer_word_is_a_trap_unless_that_is_known() -> None:
    articles = stories(12, "台風は太平洋で発生した。", "ja") + stories(3, "平洋市")
    assert ("trap", "平洋") in tally(watchlist(alias("平洋")), articles)
    assert ("trap", "平洋") not in tally(watchlist(alias("平洋"), alias("太平洋")), articles)
    assert ("trap", "平洋") not in tally(watchlist(alias("平洋", excluding=("太平洋",))), articles)
    spread = [*stories(6, "在平洋"), *stories(6, "去平洋")]
    assert ("trap", "平洋") not in tally(watchlist(alias("平洋")), spread)


def test_a_rule_that_never_fires_past_the_gate_is_told() -> None:
    rules = tuple(Rule(name=name, when=Mention(entity="others"), points=3.0) for name in ("asia",))
    one = watchlist(rules=rules, places={"boost.asia": "w.yaml:9:5"})
    passing = stories(60, "Palm oil: the European Union decides")
    assert [kind for kind, _ in tally(one, passing)] == ["idle"]
    assert tally(one, passing[:40]) == []
    assert tally(one, [*passing, *stories(1, "Palm oil: the European Union and Japan")]) == []


def word(text: str, **facts: Any) -> Term:
    return Term(aliases=(alias(text),), **facts)


@pytest.mark.parametrize(
    ("condition", "is_told"),
    [
        (word("palm"), True),
        (word("Palm"), True),
        (AnyOf(children=(NoneOf(children=(word("europe"),)), Mention(entity="palm"))), True),
        (Near(children=(word("palm"), Mention(entity="europe"))), True),
        (word("palm oil"), False),
        (word("palm", fields=(Field.TITLE,)), False),
        (Term(aliases=(alias("palm"), alias("palms"))), False),
        (Mention(entity="palm"), False),
    ],
)
def test_a_word_that_is_an_entitys_name_is_told_to_be_none(condition: Condition, is_told: bool) -> None:
    every = (condition, *(Mention(entity=name) for name in ("palm", "europe")))
    found = [one for one in lint(watchlist(match=AllOf(children=every)), []) if one.kind == "bare-name"]
    assert bool(found) is is_told
    of_rule = watchlist(rules=(Rule(name="extra", when=condition, points=5),))
    assert [one.kind for one in lint(of_rule, [])] == ["bare-name"] * is_told


def test_a_name_with_a_stroke_is_told_when_it_is_written_with_a_blank() -> None:
    entities = {
        name: Entity(id=name, aliases=(alias(text),)) for name, text in (("palm_oil", "sawit"), ("others", "x1y"))
    }
    (finding,) = lint(watchlist(entities=entities, match=word("Palm Oil"), sides=("palm_oil",)), [])
    assert (finding.kind, finding.place) == ("bare-name", "w.yaml:8:7")
    assert "{entity: palm_oil}" in finding.suggestion


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("sawit AND Eropa", True),
        ("sawit OR minyak", True),
        ("sawit NOT resep", True),
        ("NOT resep", True),
        ("sawit and Eropa", False),
        ("BED BATH AND BEYOND", False),
        ("Andorra", False),
    ],
)
def test_operators_inside_a_text_are_told_to_be_words(text: str, is_told: bool) -> None:
    assert [kind for kind, _ in kinds(match=AnyOf(children=(word(text), Mention(entity="palm"))))] == (
        ["operator"] * is_told
    )
    assert ("operator", text) in kinds(alias(text)) or not is_told


def test_an_entity_that_nothing_asks_for_is_told_at_its_first_spelling() -> None:
    made = watchlist()
    extra = {"japan": Entity(id="japan", aliases=(alias("Tokyo", "en"), alias("Japan", "en")))}
    (finding,) = lint(watchlist(entities={**made.entities, **extra}), [])
    assert (finding.kind, finding.place) == ("unused", "w.yaml:5:7")
    assert "japan" in finding.what


def test_an_entity_that_another_one_includes_or_a_rule_asks_for_is_used() -> None:
    made = watchlist()
    brussels = alias("Brussels", "en")
    entities = {
        **made.entities,
        "europe": Entity(id="europe", aliases=(alias("EC", is_cased=True), replace(brussels, group="capital"))),
        "capital": Entity(id="capital", aliases=(brussels,)),
        "tax": Entity(id="tax", aliases=(alias("tariff"),)),
    }
    rules = (Rule(name="tax", when=Mention(entity="tax"), points=5),)
    assert lint(watchlist(entities=entities, rules=rules), []) == []
