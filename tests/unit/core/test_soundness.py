"""Watchlists that cannot work are told so: refused expressions, gates that nothing passes, thresholds out of reach."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.scoring import compile_watchlists
from monitor.core.scoring.contradictions import contradiction
from monitor.core.scoring.soundness import highest_points, unsound
from monitor.model.watchlists import (
    Alias,
    AllOf,
    AnyOf,
    Condition,
    Field,
    Mention,
    Near,
    NoneOf,
    Pattern,
    Published,
    Rule,
    Term,
)
from tests.factories import make_article, make_entity, make_watchlist

RUSSIA, KOREA = Mention(entity="russia"), Mention(entity="north_korea")
ENTITIES = make_watchlist().entities
TITLE, LEAD, BODY = Field.TITLE, Field.LEAD, Field.BODY


def terms(*texts: str, **facts: Any) -> Term:
    return Term(aliases=tuple(Alias(text=text) for text in texts), **facts)


def all_of(*children: Condition) -> AllOf:
    return AllOf(children=children)


def any_of(*children: Condition) -> AnyOf:
    return AnyOf(children=children)


def none_of(*children: Condition) -> NoneOf:
    return NoneOf(children=children)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (all_of(RUSSIA, none_of(RUSSIA)), "russia is demanded and at the same time excluded"),
        (
            all_of(none_of(terms("sawit")), terms("Sawit")),
            "“Sawit” is demanded and at the same time excluded with “sawit”",
        ),
        (
            all_of(Mention(entity="russia", fields=(TITLE,)), none_of(RUSSIA)),
            "russia in the title is demanded and at the same time excluded with russia",
        ),
        (all_of(Mention(entity="russia", min_count=3), none_of(Mention(entity="russia", min_count=2))), "russia is "),
        (all_of(terms("Putin"), none_of(RUSSIA)), "“Putin” is demanded and at the same time excluded with russia"),
        (all_of(Near(children=(RUSSIA, KOREA)), none_of(KOREA)), "north_korea is demanded"),
        (all_of(any_of(RUSSIA, KOREA), none_of(RUSSIA), none_of(KOREA)), "russia is demanded and at the same time "),
        (all_of(any_of(RUSSIA, KOREA), none_of(RUSSIA), none_of(all_of(KOREA, KOREA))), "north_korea is demanded"),
        (all_of(RUSSIA, none_of(any_of(KOREA, RUSSIA))), "russia is demanded"),
        (none_of(none_of(none_of(RUSSIA)), none_of(RUSSIA)), "russia is demanded"),
        (all_of(Pattern(regex="kn-?23"), none_of(Pattern(regex="kn-?23"))), "/kn-?23/ is demanded"),
        (
            all_of(Published(languages=("id",)), Published(languages=("ko", "en"))),
            "language ko or en is demanded and at the same time language id",
        ),
        (all_of(Published(countries=("ID",)), none_of(Published(countries=("ID", "MY")))), "country ID is demanded"),
        (all_of(Published(outlets=("Antara",)), none_of(Published(outlets=("ANTARA",)))), "outlet Antara is demanded"),
    ],
)
def test_what_is_demanded_and_excluded_at_once_is_told(condition: Condition, reason: str) -> None:
    assert contradiction([condition], ENTITIES).startswith(reason)


@pytest.mark.parametrize(
    "condition",
    [
        all_of(RUSSIA, KOREA),
        all_of(RUSSIA, none_of(KOREA)),
        all_of(RUSSIA, none_of(Mention(entity="russia", fields=(TITLE,)))),
        all_of(RUSSIA, none_of(Mention(entity="russia", min_count=5))),
        all_of(RUSSIA, none_of(terms("Putin"))),
        all_of(Mention(entity="russia", fields=(Field.URL,)), none_of(RUSSIA)),
        all_of(Mention(entity="russia", fields=(BODY,)), none_of(Mention(entity="russia", fields=(LEAD,)))),
        all_of(any_of(RUSSIA, KOREA), none_of(RUSSIA)),
        all_of(RUSSIA, KOREA, none_of(Near(children=(RUSSIA, KOREA)))),
        all_of(Pattern(regex="WHO"), none_of(Pattern(regex="WHO", is_cased=True))),
        all_of(Published(languages=("id", "en")), none_of(Published(languages=("id",)))),
        all_of(Published(languages=("id",)), Published(countries=("ID",))),
        all_of(terms("x"), none_of(Term(aliases=(Alias(text="x", not_near=("y",)),)))),
    ],
)
def test_what_can_be_fulfilled_is_no_contradiction(condition: Condition) -> None:
    assert contradiction([condition], ENTITIES) == ""


TITLES = ("Putin", "Rusia", "Korea Utara", "Putin di Korea Utara", "Putin dan Rusia", "Harga beras")
LEAVES = (RUSSIA, KOREA, terms("Putin"), Mention(entity="russia", min_count=2), Published(languages=("id",)))
CONDITIONS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.builds(
        lambda join, children: join(children=tuple(children)),
        st.sampled_from((AllOf, AnyOf, NoneOf)),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(CONDITIONS)
def test_no_article_passes_what_is_called_a_contradiction(condition: Condition) -> None:
    articles = [make_article(title, text="", language=tag) for title in TITLES for tag in ("id", "ko", None)]
    scorer = compile_watchlists([make_watchlist(match=condition, sides=())])
    passes = any(not scorer.score(article)[0].is_gated for article in articles)
    assert not (passes and contradiction([condition], ENTITIES))


def test_each_problem_stands_at_its_place() -> None:
    broken = make_watchlist(
        match=all_of(RUSSIA, none_of(RUSSIA), Pattern(regex="(", place="w.yaml:7:3")),
        rules=(Rule(name="odd", when=all_of(KOREA, none_of(KOREA)), points=2),),
        threshold=500.0,
        outlets=("Antara",),
        ignored_outlets=("Antara", "TASS"),
        places={"match": "w.yaml:5:1", "threshold": "w.yaml:9:12", "boost.odd": "w.yaml:8:5", "outlets": "w.yaml:4:2"},
    )
    assert [str(problem) for problem in unsound([broken])] == [
        "w.yaml:7:3: regex: /(/ cannot be read: missing ): (. Close it, or write \\ before a bracket that stands for "
        "itself.",
        "w.yaml:5:1: match: no article can pass: russia is demanded and at the same time excluded. Drop one of them.",
        "w.yaml:8:5: boost.odd: can never fire: north_korea is demanded and at the same time excluded. Drop one of "
        "them.",
        "w.yaml:4:2: outlets: every one of them is among ignored_outlets as well. Drop one of the two lists.",
        f"w.yaml:9:12: threshold: no article can reach 500 points: {highest_points(broken):g} is the most that there "
        f"is here. Choose one well below {highest_points(broken):g}.",
    ]


def test_a_gate_that_the_filters_shut_is_told() -> None:
    shut = make_watchlist(match=all_of(RUSSIA, Published(languages=("ko",))), languages=("id",))
    (problem,) = unsound([shut])
    assert problem.message == "no article can pass: language ko is demanded and at the same time language id."


def test_a_gate_that_asks_for_no_wording_gives_no_points() -> None:
    everything = make_watchlist(match=Published(outlets=("Antara",)), sides=(), threshold=0.0)
    (score,) = compile_watchlists([everything]).score(make_article("Harga beras naik"))
    assert (score.is_match, score.points, score.signals) == (True, 0, ())
    (problem,) = unsound([make_watchlist(match=Published(outlets=("Antara",)), sides=(), threshold=1.0)])
    assert problem.message == "no article can reach 1 points: 0 is the most that there is here."


def test_more_expressions_than_memory_is_there_for_are_refused() -> None:
    patterns = tuple(Pattern(regex=f"a{number}", place=f"w.yaml:{number}:1") for number in range(60))
    (problem,) = unsound([make_watchlist(match=any_of(*patterns), sides=())])
    assert str(problem).startswith("w.yaml:50:1: regex: is one of 60 expressions; a watchlist may have 50.")


def test_a_sound_watchlist_has_no_problem() -> None:
    assert unsound([make_watchlist()]) == []


SIDES = ("Rusia", "Putin", "Korea Utara", "Kim Jong Un", "Pyongyang bertemu Moskow")
PARTS = st.lists(st.sampled_from((*SIDES, "dan", ".", "\n", "senjata", "beras")), max_size=60).map(" ".join)


@settings(max_examples=80)
@given(title=PARTS, summary=PARTS, text=PARTS, is_topic=st.booleans())
def test_no_article_has_more_points_than_the_highest(title: str, summary: str, text: str, is_topic: bool) -> None:
    weapons = make_entity("arms", "senjata")
    watchlist = make_watchlist(
        entities={**ENTITIES, "arms": weapons},
        match=any_of(RUSSIA, KOREA),
        sides=("russia",) if is_topic else ("russia", "north_korea"),
        rules=(
            Rule(name="arms", when=Mention(entity="arms"), points=6),
            Rule(name="rice", when=terms("beras"), points=-6),
        ),
        profile={"senjata": 1.0},
        boost_cap=5.0,
    )
    (score,) = compile_watchlists([watchlist]).score(make_article(title, summary=summary, text=text))
    assert score.points <= highest_points(watchlist)
