"""Laws of scoring, for any text: exact sums, determinism, independence, valid places, hostile input."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.scoring import compile_watchlists
from monitor.core.words import normalise
from monitor.model.articles import Article
from monitor.model.watchlists import (
    Alias,
    AllOf,
    AnyOf,
    Condition,
    Field,
    Hit,
    Mention,
    Near,
    NoneOf,
    Pattern,
    Published,
    Rule,
    Term,
)
from tests.factories import make_article, make_entity, make_watchlist

SIDES = [
    "Putin",
    "Rusia",
    "Korea Utara",
    "Kim Jong-un",
    "KimJongUn",
    "Pyongyang",
    "Moskow",
    "북한",
    "러시아",
    "プーチン",
]
PHRASES = ["China, Rusia dan Korea Utara", "seperti Korea Utara", "朝鲜", "Россия", "amunisi", "sepak bola", "cuaca"]
SHAPES = [".", ". ", ", ", "\n", "Baca juga: ", "Foto: ", "(AP Photo/x)", "SEOUL - ", "\xad", "\u0301", "İ", "№", "🚀"]
PIECES = st.sampled_from(SIDES + PHRASES + SHAPES)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=24).map(" ".join)
WATCHLIST = make_watchlist(
    entities={
        "russia": make_entity("russia", "Rusia", "Putin", "Moskow", "Росси*", "러시아", "プーチン"),
        "north_korea": make_entity("north_korea", "Korea Utara", "Kim Jong Un", "Pyongyang", "북한", "朝鲜"),
        "third": make_entity("third", "China", "Iran"),
    },
    others="third",
    rules=(
        Rule(name="arms", when=Term(aliases=(Alias(text="amunisi"),)), points=3.25),
        Rule(name="sport", when=Term(aliases=(Alias(text="sepak bola"),)), points=-20.1),
        Rule(name="third", when=Mention(entity="third"), points=0.1),
    ),
    profile={"cuaca": 0.7, "amunisi": 1.3},
    boost_cap=3.5,
)
OTHER = make_watchlist(
    "weather", entities={"sky": make_entity("sky", "cuaca", "Putin")}, match=Mention(entity="sky"), sides=("sky",)
)
SCORER = compile_watchlists([WATCHLIST])


def stored(article: Article, hit: Hit) -> str:
    field = {Field.TITLE: article.title, Field.SUMMARY: article.summary, Field.URL: article.url}.get(
        hit.field, article.text
    )
    return field[hit.start : hit.end]


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_signals_sum_to_the_score_exactly_and_their_places_are_real(title: str, summary: str, text: str) -> None:
    article = make_article(title, summary=summary, text=text)
    (score,) = SCORER.score(article)
    assert score.points == sum(signal.points for signal in score.signals)
    assert score.points == sum(signal.points for signal in reversed(score.signals))
    assert all(signal.points * 4 == int(signal.points * 4) for signal in score.signals)
    for signal in score.signals:
        for hit in signal.hits:
            assert hit.text == stored(article, hit)
            assert normalise(hit.text)[0].strip()
    assert len(score.quote) <= 400
    assert any(score.quote in field for field in (article.title, article.summary, article.text))


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_a_score_does_not_depend_on_time_or_company(title: str, text: str) -> None:
    article = make_article(title, text=text)
    (alone,) = compile_watchlists([WATCHLIST]).score(article)
    first, _ = compile_watchlists([WATCHLIST, OTHER]).score(article)
    _, last = compile_watchlists([OTHER, WATCHLIST]).score(article)
    assert alone == first == last == SCORER.score(article)[0]


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(["Harga beras naik.", "Timnas kalah di Lyon", "새 영화 개봉", "(foto) lain …"]))
def test_an_unrelated_paragraph_never_closes_the_gate(title: str, text: str, unrelated: str) -> None:
    (before,) = SCORER.score(make_article(title, text=text))
    (after,) = SCORER.score(make_article(title, text=f"{text}\n{unrelated}"))
    assert before.is_gated or not after.is_gated


@pytest.mark.parametrize(
    "piece",
    [
        "Putin Korea Utara ",
        "Putin seperti Korea Utara. ",
        "China, Rusia, Korea Utara, ",
        "Putin\n(",
        "Foto: Putin (\n",
        "Baca juga: Putin\n",
        "Putin\u0301\u0301Korea Utara",
        "북한러시아",
        "Putin朝鲜",
        "Rusia. " * 3 + "Pyongyang ",
    ],
)
def test_a_hostile_article_costs_time_in_proportion_to_its_length(piece: str) -> None:
    def seconds(size: int) -> float:
        article = make_article("Putin Korea Utara", text=(piece * (size // len(piece) + 1))[:size])
        best = 1e9
        for _ in range(2):
            start = time.process_time()
            SCORER.score(article)
            best = min(best, time.process_time() - start)
        return best

    small, large = seconds(12_500), seconds(100_000)
    assert large < 20 * max(small, 0.004)


LEAVES = st.builds(Mention, entity=st.sampled_from(["russia", "north_korea"]), min_count=st.integers(1, 2)) | st.builds(
    Term, aliases=st.lists(st.sampled_from(SIDES).map(lambda text: Alias(text=text)), min_size=1, max_size=2).map(tuple)
)
LEAVES |= st.builds(Pattern, regex=st.sampled_from(["putin", "korea.utara", r"\d+"]), min_count=st.integers(1, 2))
PUBLISHED = st.builds(Published, languages=st.just(("id",))) | st.builds(Published, outlets=st.just(("Antara", "TASS")))
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES | PUBLISHED | st.builds(Near, children=st.tuples(LEAVES, LEAVES)),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        .map(tuple)
        .flatmap(lambda children: st.sampled_from([kind(children=children) for kind in (AllOf, AnyOf, NoneOf)]))
    ),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(CONDITIONS, TEXTS, TEXTS, st.sampled_from(["id", "ru"]))
def test_the_matches_are_the_scores_over_the_threshold(
    condition: Condition, title: str, text: str, language: str
) -> None:
    entities = WATCHLIST.entities
    watchlists = [
        make_watchlist(entities=entities, match=condition, sides=(), threshold=10.0, languages=("id",)),
        make_watchlist("all", entities=entities, match=condition, threshold=-100.0),
        WATCHLIST,
    ]
    scorer, article = compile_watchlists(watchlists), make_article(title=title, text=text, language=language)
    assert scorer.matches(article) == tuple(score for score in scorer.score(article) if score.is_match)
