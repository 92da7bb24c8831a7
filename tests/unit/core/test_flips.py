"""The smallest changes that flip a result: named for any watchlist, and true whenever they are applied and rescored."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import bench_flips
from monitor.config import load
from monitor.core.scoring import compile_watchlists
from monitor.core.scoring.edits import (
    AddAlias,
    AddWords,
    DropAlias,
    Edit,
    RewriteGate,
    SetFilter,
    SetThreshold,
    TakeOut,
    WithoutRule,
    apply_all,
    rewrite,
)
from monitor.core.scoring.flips import Flip, FlipFinder
from monitor.core.scoring.nearly import near_misses
from monitor.model.articles import Article
from monitor.model.watchlists import (
    Alias,
    AllOf,
    AnyOf,
    Entity,
    Field,
    Mention,
    Near,
    NoneOf,
    Pattern,
    Published,
    Rule,
    Term,
    Watchlist,
)
from tests.factories import make_article, make_entity, make_watchlist

RUSSIA, KOREA, CHINA = (Mention(entity=name) for name in ("russia", "north_korea", "third"))
ENTITIES = {
    "russia": make_entity("russia", "Rusia", "Putin", "Moskow", "Росси*", "러시아"),
    "north_korea": make_entity("north_korea", "Korea Utara", "Kim Jong Un", "Pyongyang", "북한"),
    "third": make_entity("third", "China", "Iran"),
}


def term(*texts: str, **facts: object) -> Term:
    return Term(aliases=tuple(Alias(text=text) for text in texts), **facts)  # type: ignore[arg-type]


def gate(name: str, match: object, **facts: object) -> Watchlist:
    return make_watchlist(name, entities=ENTITIES, match=match, **{"sides": (), **facts})


SPORT = Rule(name="sport", when=term("sepak bola", "liga"), points=-20.0)
ARMS = Rule(name="arms", when=term("amunisi", fields=(Field.TITLE, Field.LEAD)), points=12.0)
WATCHLISTS = [
    make_watchlist("relation", entities=ENTITIES, others="third", rules=(SPORT, ARMS), boost_cap=10.0),
    make_watchlist("strict", entities=ENTITIES, others="third", threshold=95.0, alert_threshold=100.0),
    gate("topic", RUSSIA, sides=("russia",)),
    gate("sideless", AnyOf(children=(term("hujan lebat"), term("banjir", min_count=3)))),
    gate("nested", AllOf(children=(AnyOf(children=(AllOf(children=(RUSSIA, KOREA, CHINA)), term("cuaca"))), KOREA))),
    gate("near", Near(children=(RUSSIA, term("gas", "minyak")), words=4, is_ordered=True)),
    gate("sentence", Near(children=(KOREA, CHINA)), threshold=20.0),
    gate("often", Mention(entity="third", min_count=4, fields=(Field.LEAD, Field.BODY))),
    gate("titled", AllOf(children=(Mention(entity="russia", fields=(Field.TITLE,)), NoneOf(children=(term("liga"),))))),
    gate("clean", AllOf(children=(RUSSIA, NoneOf(children=(AllOf(children=(CHINA, KOREA)), term("gol")))))),
    gate("pattern", AllOf(children=(Pattern(regex=r"S-\d{3,4}"), RUSSIA)), threshold=15.0),
    gate("published", AllOf(children=(Published(outlets=("Tempo",), languages=("en",)), RUSSIA))),
    gate("addressed", AllOf(children=(term("opinion", fields=(Field.URL,)), RUSSIA)), threshold=30.0),
    gate("filtered", KOREA, languages=("ko",), outlets=("Yonhap",), ignored_countries=("ID",)),
    gate("ignoring", KOREA, ignored_outlets=("Antara",), ignored_languages=("id",)),
    gate("contradicting", AllOf(children=(RUSSIA, NoneOf(children=(RUSSIA,)))), threshold=30.0),
    gate("hopeless", RUSSIA, sides=("russia",), threshold=900.0),
]
PIECES = [
    "Putin", "Rusia", "Korea Utara", "Pyongyang", "Kim Jong Un", "China", "Iran", "gas", "minyak", "cuaca", "banjir",
    "hujan lebat", "sepak bola", "liga", "gol", "amunisi", "S-400", "menteri", "berkata", "kemarin", "di Jakarta",
    "Pyongyan", "seperti", "dan", "北", "북한", "러시아", ". ", ".\n", ", ", "Foto: ", "Baca juga: ",
]  # fmt: skip


def some_article(rng: Random) -> Article:
    def words(most: int) -> str:
        return " ".join(rng.choices(PIECES, k=rng.randint(0, most)))

    return make_article(
        words(6),
        summary=words(5) if rng.random() < 0.3 else "",
        text=words(rng.choice([0, 12, 60])),
        outlet=rng.choice(["Antara", "Tempo", "Yonhap", ""]),
        language=rng.choice(["id", "ko", "en", None]),
        country=rng.choice(["ID", "KR", None]),
    )


def flips_again(flip: Flip, article: Article, watchlist: Watchlist) -> bool:
    """Whether applying a flip turns the answer of freshly compiled watchlists."""
    (before,) = compile_watchlists([watchlist]).score(article)
    changed, rewritten = flip.apply(article, watchlist)
    (after,) = compile_watchlists([rewritten]).score(changed)
    assert after == flip.score
    assert after.points == sum(signal.points for signal in after.signals)
    return after.is_match is not before.is_match


def test_for_a_thousand_misses_the_smallest_change_flips_the_result_every_time() -> None:
    rng = Random(5)
    finders = [FlipFinder(watchlist) for watchlist in WATCHLISTS]
    scorer = compile_watchlists(WATCHLISTS)
    misses = 0
    while misses < 1000:
        article = some_article(rng)
        for watchlist, finder, score in zip(WATCHLISTS, finders, scorer.score(article), strict=True):
            if not score.is_match:
                misses += 1
                (flip,) = finder.flips(article, limit=1)
                assert flips_again(flip, article, watchlist), (watchlist.name, flip.words)


@pytest.fixture(scope="module")
def shipped() -> Watchlist:
    (watchlist,) = load(Path("config"), os.environ).watchlists
    return watchlist


def test_the_benchmark_turns_all_of_its_misses(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_flips.main(["8"]) == 0
    assert "turned by the named change" in capsys.readouterr().out


def test_the_shipped_watchlist_says_for_each_of_its_negatives_what_would_make_it_match(shipped: Watchlist) -> None:
    finder = FlipFinder(shipped)
    negatives = [one for one in shipped.examples if not one.must_match and not one.file][:12]
    assert len(negatives) == 12
    for example in negatives:
        article = make_article(example.title, text=example.text)
        (flip, *_) = finder.flips(article, limit=1)
        assert flips_again(flip, article, shipped), (example.title, flip.words)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(WATCHLISTS))
def test_every_flip_that_is_named_holds_no_change_that_is_not_needed(seed: int, watchlist: Watchlist) -> None:
    article = some_article(Random(seed))
    flips = FlipFinder(watchlist).flips(article)
    (before,) = compile_watchlists([watchlist]).score(article)
    assert flips or (before.is_match and watchlist.threshold > 500)
    assert len({flip.words for flip in flips}) == len(flips)
    for flip in flips:
        assert flips_again(flip, article, watchlist)
        for index in range(len(flip.edits)):
            fewer = flip.edits[:index] + flip.edits[index + 1 :]
            if fewer and not any(isinstance(edit, TakeOut) or getattr(edit, "at", None) for edit in fewer):
                changed, rewritten = apply_all(fewer, article, watchlist)
                assert compile_watchlists([rewritten]).score(changed)[0].is_match is before.is_match


def named(article: Article, watchlist: Watchlist) -> list[str]:
    return [flip.words for flip in FlipFinder(watchlist).flips(article)]


def edits_of(article: Article, watchlist: Watchlist) -> list[Edit]:
    return [edit for flip in FlipFinder(watchlist).flips(article) for edit in flip.edits]


def test_a_missing_side_is_to_be_named_in_the_articles_language() -> None:
    korea = Entity(
        id="north_korea",
        aliases=(Alias(text="North Korea", language="en"), Alias(text="Korea Utara", language="id")),
    )
    watchlist = make_watchlist(entities={**ENTITIES, "north_korea": korea})
    assert named(make_article("Rusia serang Kharkiv", text=""), watchlist) == [
        "naming north_korea (“Korea Utara”) in the title"
    ]


def test_a_few_points_short_is_a_lower_threshold_and_what_took_points() -> None:
    article = make_article("Rusia kalah dari Korea Utara di sepak bola", text="")
    watchlist = make_watchlist(entities=ENTITIES, rules=(replace(SPORT, points=-30.0),))
    (score,) = compile_watchlists([watchlist]).score(article)
    told = named(article, watchlist)
    assert f"a threshold of {score.points:g} instead of 50" in told
    assert "the penalty `sport` (-30) taken out" in told
    assert "“sepak bola” (sport) left out" in told


def test_a_word_written_almost_as_a_known_one_is_proposed_as_an_alias() -> None:
    article = make_article("Putin tiba di Pyongyan", text="")
    assert named(article, make_watchlist(entities=ENTITIES))[0] == (
        "the alias “Pyongyan” added to `north_korea` (it is written almost as “Pyongyang”)"
    )


def test_an_ignored_outlet_is_the_thing_to_change() -> None:
    watchlist = gate("ignoring", KOREA, ignored_outlets=("Antara", "Tempo"))
    edits = edits_of(make_article("Korea Utara bangun kapal", text=""), watchlist)
    assert edits[0] == SetFilter("ignored_outlets", ("Tempo",), "the outlet Antara no longer ignored")


def test_a_match_is_lost_by_its_points_its_spellings_and_its_exclusions() -> None:
    watchlist = gate("clean", AllOf(children=(KOREA, NoneOf(children=(term("liga"),)))))
    article = make_article("Korea Utara bangun kapal", text="")
    edits = edits_of(article, watchlist)
    assert SetThreshold(50.25, 50.0) in edits
    assert DropAlias("north_korea", "Korea Utara") in edits
    assert any(isinstance(edit, AddWords) and edit.text == "liga" for edit in edits)
    assert TakeOut(((Field.TITLE, 0, 11),), ("Korea Utara",), "north_korea", "") in edits


def test_words_too_far_apart_ask_for_a_wider_window() -> None:
    watchlist = gate("near", Near(children=(RUSSIA, term("gas")), words=2))
    article = make_article("Rusia tetap mau menjual gas", text="")
    rewritten = [edit for edit in edits_of(article, watchlist) if isinstance(edit, RewriteGate)]
    assert [edit.words for edit in rewritten] == ["russia near “gas” within 3 words instead of 2 words"]


def test_a_clause_of_which_nothing_can_be_guessed_is_to_be_taken_out() -> None:
    (told,) = named(make_article("Rusia tembakkan rudal", text=""), gate("pattern", Pattern(regex=r"S-\d+")))
    assert "the expression /S-" in told or "the condition taken out" in told


def test_a_contradiction_ends_in_the_clause_that_must_go() -> None:
    watchlist = gate("contradicting", AllOf(children=(RUSSIA, NoneOf(children=(RUSSIA,)))), threshold=30.0)
    assert "the exclusion of russia taken out" in named(make_article("Rusia", text=""), watchlist)


def test_every_change_can_be_told_to_programs() -> None:
    edits = [
        AddWords(Field.TITLE, "Rusia", "russia"),
        TakeOut(((Field.BODY, 0, 3),), ("gol",), "sport"),
        SetThreshold(40.0, 50.0),
        WithoutRule("sport", -20.0),
        AddAlias("russia", "Rusja", "Rusia"),
        RewriteGate((0,), None, "told"),
    ]
    for edit in edits:
        plain = edit.plain()
        assert plain["kind"] == edit.kind
        assert plain["in"] in {"article", "watchlist"}
        assert plain["words"] == edit.words


def test_a_clause_left_without_children_goes_with_them() -> None:
    condition = AllOf(children=(AnyOf(children=(RUSSIA,)), KOREA))
    assert rewrite(condition, (0, 0), None) == AllOf(children=(KOREA,))
    assert rewrite(condition, (1,), CHINA) == AllOf(children=(AnyOf(children=(RUSSIA,)), CHINA))
    assert rewrite(condition, (), None) is None


@pytest.mark.parametrize(
    ("text", "like"),
    [("Wizyta Putina w Moskwie", "Putin"), ("kota Pyongyan", "Pyongyang"), ("Pyongjang ramai", "Pyongyang")],
)
def test_other_endings_and_single_letters_are_near(text: str, like: str) -> None:
    (miss,) = near_misses(text, [Alias(text="Putin"), Alias(text="Pyongyang")])
    assert miss.like == like
    assert miss.text in text


@pytest.mark.parametrize("text", ["angin puting beliung", "Jakarta", "Putin", "Bandung Pontianak", ""])
def test_other_words_are_not(text: str) -> None:
    assert near_misses(text, [Alias(text="Putin"), Alias(text="Pyongyang"), Alias(text="DPRK")]) == []
