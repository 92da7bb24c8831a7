"""Score cards: is each example told from other news by what the other examples say?

Each example in turn is left out, the profile is made of the rest, and the example takes its place among other
articles: by the weights of the terms that it holds, and by a watchlist's points with this profile where one is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from monitor.core.documents import to_document
from monitor.core.made_news import made_news
from monitor.core.matching import Matcher
from monitor.core.profiles import MIN_DOCUMENTS, TOP, Background, Text, derive, matcher_of, terms_in
from monitor.core.scoring import compile_watchlists
from monitor.model.articles import Article
from monitor.model.profiles import ScoreCard, Standing
from monitor.model.watchlists import Watchlist

MADE_ARTICLES = 1_000
_SEEN_AT = datetime(2000, 1, 1, tzinfo=UTC)

_Values = Callable[[Text], Sequence[float]]
"""A text's value by each of several measures."""


def names_of(watchlist: Watchlist) -> Matcher:
    """The spellings of a watchlist's sides and third parties: they earn their points elsewhere."""
    entities = [name for name in (*watchlist.sides, watchlist.others) if name is not None]
    # Spellings that count in headlines only are single letters of Han or Hangul; in a body they mean anything.
    return Matcher(alias for name in entities for alias in watchlist.entities[name].aliases if not alias.fields)


def made_texts(language: str, *, seed: int = 0) -> list[Text]:
    """The made-up news of a language, if there is any."""
    return [Text(made.name, made.title, made.text) for made in made_news(language, MADE_ARTICLES, seed=seed)]


def negatives_of(watchlist: Watchlist) -> list[Text]:
    """What a watchlist itself says that it must not match, in whatever languages."""
    return [
        Text(example.place or example.title, example.title, example.text)
        for example in watchlist.examples
        if not example.must_match and not example.file and (example.title or example.text)
    ]


def score_card(
    documents: Sequence[Text],
    background: Background,
    sets: Mapping[str, Sequence[Text]],
    *,
    top: int = TOP,
    min_documents: int = MIN_DOCUMENTS,
    names: Matcher | None = None,
    watchlist: Watchlist | None = None,
) -> ScoreCard:
    """Where each document comes among the others of `sets`, left out of the profile that ranks it.

    Of articles that serve as background as well, those at even places count words and those at odd ones are ranked:
    none is held against words that it brought itself. One document alone has no card: nothing is left without it.
    """
    if len(documents) < 2:
        return ScoreCard(sets=(), by_profile=())
    counted = replace(background, articles=background.articles[::2])
    ranked = {name: kept for name, texts in sets.items() if (kept := [text for text in texts if text.size])}
    if background.articles:
        ranked[f"background of {background.language}"] = list(background.articles[1::2])
    others = [text for texts in ranked.values() for text in texts]
    profiles = [
        derive(
            [text for place, text in enumerate(documents) if place != left_out],
            counted,
            top=top,
            min_documents=min_documents,
            names=names,
        )
        for left_out in range(len(documents))
    ]
    weights = [{term.text: term.weight for term in profile.terms} for profile in profiles]
    return ScoreCard(
        sets=tuple((name, len(texts)) for name, texts in ranked.items()),
        by_profile=_standings(documents, others, _by_weights(weights)),
        by_watchlist=_standings(documents, others, points_by(watchlist, weights)) if watchlist else (),
    )


def _standings(documents: Sequence[Text], others: Sequence[Text], values: _Values) -> tuple[Standing, ...]:
    """Each document by its own measure, the one at its place."""
    own = [values(text)[place] for place, text in enumerate(documents)]
    theirs = [values(text) for text in others]
    return tuple(
        Standing(
            name=text.name,
            value=own[place],
            ahead=sum(value[place] >= own[place] for value in theirs),
            others=len(others),
        )
        for place, text in enumerate(documents)
    )


def points_by(watchlist: Watchlist, profiles: Sequence[Mapping[str, float]]) -> _Values:
    """The points of a watchlist with each profile instead of its own; below all others where its gate is shut."""
    scorer = compile_watchlists([replace(watchlist, profile=weights) for weights in profiles])

    def points(text: Text) -> list[float]:
        return [-math.inf if score.is_gated else score.points for score in scorer.score(_article(text))]

    return points


def _by_weights(profiles: Sequence[Mapping[str, float]]) -> _Values:
    matcher = matcher_of(dict.fromkeys(term for weights in profiles for term in weights))

    def values(text: Text) -> list[float]:
        found = terms_in(text, matcher)
        return [math.fsum(weight for term, weight in weights.items() if term in found) for weights in profiles]

    return values


def without_matches(articles: Sequence[Article], watchlist: Watchlist) -> Iterator[Article]:
    """Articles that a watchlist does not match: those that it does are no background."""
    scorer = compile_watchlists([watchlist])
    return (article for article in articles if not scorer.matches(article))


def _article(text: Text) -> Article:
    return to_document(source="profile", identity=text.name, title=text.title, text=text.text, first_seen_at=_SEEN_AT)
