"""Votes → proposals: what is proposed of made votes, and what never is."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.ballots import average_precision, count, evidence
from monitor.core.proposals import applied, propose
from monitor.core.scoring import compile_watchlists
from monitor.core.vote_candidates import terms_of
from monitor.model.proposals import AddException, AddRule, IgnoreOutlet, SetPoints, SetThreshold
from monitor.model.votes import Vote, VotedArticle, VoteKind
from monitor.model.watchlists import Alias, Entity, Example, Field, Mention, Rule, Term
from tests.factories import NOW, make_article, make_watchlist

TOPIC = make_watchlist(
    "palm-oil",
    entities={"palm_oil": Entity(id="palm_oil", aliases=(Alias(text="palm oil"), Alias(text="sawit")))},
    match=Mention(entity="palm_oil"),
    sides=("palm_oil",),
    threshold=60.0,
)
MINISTERS = ("Brussels", "Jakarta", "Medan", "Riau", "Sumatra", "Kalimantan", "Strasbourg", "Geneva", "Paris", "Bonn")

NAMES = ("Adi", "Budi", "Citra", "Dewi", "Eko", "Fitri", "Gita", "Hadi")


def voted(title: str, kind: str = "more", *, text: str = "", story_id: int | None = None, **facts: Any) -> VotedArticle:
    recipient = facts.pop("recipient_id", "analyst")
    page = facts.pop("page_text", "")
    article = make_article(title, text=text or f"{title}. Nothing further.", **{"language": "en", **facts})
    vote = Vote(article_id=article.id, watchlist="palm-oil", recipient_id=recipient, kind=VoteKind(kind), at=NOW)
    return VotedArticle(vote=vote, article=article, story_id=story_id, page_text=page)


def wanted(n: int = 12) -> list[VotedArticle]:
    return [voted(f"Minister {k} speaks in {MINISTERS[k % 10]} of palm oil exports") for k in range(n)]


def unwanted(n: int = 12, words: str = "in a cake recipe") -> list[VotedArticle]:
    return [voted(f"{MINISTERS[k % 10]} no {k}: palm oil {words}", "less") for k in range(n)]


@pytest.mark.parametrize(("more", "less"), [(9, 12), (12, 9), (0, 0)])
def test_with_fewer_than_ten_votes_of_a_kind_it_says_how_many_are_missing(more: int, less: int) -> None:
    found = propose(TOPIC, [*wanted(more), *unwanted(less)])
    assert (found.missing_more, found.missing_less) == (max(0, 10 - more), max(0, 10 - less))
    assert found.steps == ()


def test_a_term_that_stands_only_in_what_is_not_wanted_becomes_a_penalty() -> None:
    found = propose(TOPIC, [*wanted(), *unwanted()])
    step = found.steps[0]
    assert isinstance(step.edit, AddRule)
    assert step.edit.term in ("cake recipe", "cake", "recipe")
    assert step.edit.points < 0
    assert step.evidence is not None
    assert (step.evidence.more_with, step.evidence.less_with, step.evidence.less) == (0, 12, 12)
    assert found.precision_after > found.precision_before


def test_what_a_proposal_promises_is_what_the_edited_watchlist_does() -> None:
    votes = [*wanted(), *unwanted()]
    found = propose(TOPIC, votes)
    edited = TOPIC
    for edit in found.edits:
        edited = applied(edited, edit)
    scorer = compile_watchlists([edited])
    right = [scorer.score(one.article)[0].is_match == (one.vote.kind is VoteKind.MORE) for one in votes]
    assert found.right_after == sum(right) > found.right_before == 12
    assert found.edits


def test_copies_of_one_story_are_one_piece_of_evidence() -> None:
    copies = [
        voted(f"{MINISTERS[k]} no {k}: palm oil in a cake recipe", "less", story_id=7, outlet=f"O{k}")
        for k in range(10)
    ]
    assert not [edit for edit in propose(TOPIC, [*wanted(), *copies]).edits if isinstance(edit, AddRule)]


def test_a_language_that_is_voted_down_makes_no_penalty_of_its_common_words() -> None:
    cities = ("Berlin", "Hamburg", "Köln", "Essen", "Mainz", "Trier", "Worms", "Ulm", "Jena", "Kiel")
    german = [voted(f"{city} redet über sawit", "less", language="de") for city in cities]
    assert not [edit for edit in propose(TOPIC, [*wanted(), *german]).edits if isinstance(edit, AddRule)]


def test_an_outlet_that_only_gets_votes_for_less_is_proposed_to_be_ignored() -> None:
    words = "abcdefghijkl"
    spam = [voted(f"Palm oil {letter * 5}", "less", outlet="Bargains") for letter in words]
    edits = propose(TOPIC, [*wanted(), *spam]).edits
    assert edits[0] == IgnoreOutlet(outlet="Bargains")


def test_a_longer_phrase_around_an_alias_becomes_an_exception_where_the_file_holds_the_alias() -> None:
    towns = [voted(f"{name} wins at Sawit Seberang", "less") for name in NAMES]
    towns += [voted(f"Roads of {name} near Sawit Seberang", "less") for name in ("Jambi", "Deli", "Binjai", "Langkat")]
    own = [("palm_oil", "sawit")]
    ours = propose(TOPIC, [*wanted(), *towns], own_aliases=own)
    assert ours.edits[0] == AddException(entity="palm_oil", alias="sawit", phrase="sawit seberang")
    assert len(ours.steps[0].fixed) == 12
    shared = propose(TOPIC, [*wanted(), *towns])
    assert not [edit for edit in shared.edits if isinstance(edit, AddException)]


def test_a_boost_that_fires_on_what_is_not_wanted_loses_points() -> None:
    boost = Rule(name="cake", when=Term(aliases=(Alias(text="cake"),), fields=(Field.TITLE,)), points=8.0)
    watchlist = dataclasses.replace(TOPIC, rules=(boost,), threshold=66.0)
    found = propose(watchlist, [*wanted(), *unwanted(words="cake of the day")])
    changed = [edit for edit in found.edits if isinstance(edit, SetPoints)]
    others = [edit for edit in found.edits if not isinstance(edit, SetPoints)]
    assert changed or others
    assert all(0 < edit.points < 8 for edit in changed)


def test_a_threshold_is_moved_where_it_alone_mends_most() -> None:
    passing = [voted(f"{'abcdefghijkl'[k] * 5}", "less", text="One. " * 100 + "palm oil") for k in range(12)]
    found = propose(dataclasses.replace(TOPIC, threshold=14.0), [*wanted(), *passing])
    assert [type(edit) for edit in found.edits] == [SetThreshold]
    assert found.right_after == 24


def test_nothing_is_proposed_that_fails_the_watchlists_own_tests() -> None:
    test = Example(title="Palm oil in a cake recipe of the minister", must_match=True)
    watchlist = dataclasses.replace(TOPIC, examples=(test,), threshold=48.0)
    found = propose(watchlist, [*wanted(), *unwanted()])
    for edit in found.edits:
        watchlist = applied(watchlist, edit)
    (score,) = compile_watchlists([watchlist]).score(make_article(test.title, text=""))
    assert score.is_match
    assert [why for _, why in found.declined if "own test" in why]


def test_what_cannot_be_written_is_declined_with_its_reason_and_the_rest_still_proposed() -> None:
    votes = [*wanted(), *unwanted()]
    first = propose(TOPIC, votes).edits[0]
    again = propose(TOPIC, votes, refused=[(first, "its list stands on one line")])
    assert (first, "its list stands on one line") in again.declined
    assert first not in again.edits
    assert again.edits


def test_where_readers_disagree_most_of_them_decide_and_a_tie_is_left_out() -> None:
    one, other = "Palm oil rises", "Palm oil falls"
    votes = [voted(one), voted(one, recipient_id="b"), voted(one, "less", recipient_id="c")]
    votes += [voted(other), voted(other, "less", recipient_id="b")]
    counted = count(votes)
    assert [(ballot.article.title, ballot.is_wanted) for ballot in counted.ballots] == [(one, True)]
    assert counted.contested == 1


def test_the_text_of_an_articles_page_counts_where_it_scores_better() -> None:
    pages = [
        voted(
            f"Minister {k} speaks in {MINISTERS[k]}",
            page_text="Palm oil is what he spoke of.",
            text="More at our site.",
        )
        for k in range(10)
    ]
    found = propose(dataclasses.replace(TOPIC, threshold=15.0), [*pages, *unwanted(10, "none")])
    assert found.right_before >= 10


def test_only_so_many_articles_are_looked_at_and_the_newest_first() -> None:
    votes = wanted(450)
    votes = [
        dataclasses.replace(one, vote=dataclasses.replace(one.vote, at=NOW + timedelta(seconds=n)))
        for n, one in enumerate(votes)
    ]
    counted = count(votes)
    assert (len(counted.ballots), counted.left_out) == (400, 50)
    assert {ballot.article.id for ballot in counted.ballots} == {one.article.id for one in votes[50:]}


def test_terms_are_words_pairs_beginnings_and_runs() -> None:
    assert terms_of("The palm-oil price") == {"palm", "oil", "palm oil", "price", "oil price"}
    assert terms_of("북한의 포탄") == {"북한", "북한의", "포탄"}
    assert terms_of("棕榈油") == {"棕榈", "榈油", "棕榈油"}


def test_evidence_is_symmetric_and_grows_with_stories() -> None:
    ballots = count([*wanted(10), *unwanted(10)]).ballots
    less = frozenset(index for index, ballot in enumerate(ballots) if not ballot.is_wanted)
    more = frozenset(range(20)) - less
    assert evidence(ballots, less).log_odds == pytest.approx(-evidence(ballots, more).log_odds)
    few = frozenset(sorted(less)[:5])
    assert abs(evidence(ballots, few).log_odds) < abs(evidence(ballots, less).log_odds)


def test_average_precision_is_the_area_under_the_levels() -> None:
    assert average_precision([3, 2, 1], [True, True, False]) == 1.0
    assert average_precision([3, 2, 1], [False, True, True]) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert average_precision([1, 1, 1, 1], [True, False, False, False]) == 0.25
    assert average_precision([1, 2], [False, False]) == 0.0


WORDS = st.lists(
    st.sampled_from(["export", "minister", "cake", "recipe", "ban", "price", "road", "town"]), min_size=1, max_size=4
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(WORDS, st.booleans(), st.sampled_from("ABC")), min_size=24, max_size=40), st.integers(10, 80))
def test_no_step_lowers_the_precision_and_the_same_votes_give_the_same_proposal(
    cast: list[tuple[list[str], bool, str]], threshold: int
) -> None:
    votes = [
        voted(f"Palm oil {n}: {' '.join(words)}", "more" if is_wanted else "less", outlet=outlet)
        for n, (words, is_wanted, outlet) in enumerate(cast)
    ]
    watchlist = dataclasses.replace(TOPIC, threshold=float(threshold))
    found = propose(watchlist, votes)
    assert found == propose(watchlist, votes[::-1])
    for step in found.steps:
        assert step.precision_after >= step.precision_before - 1e-9
        assert len(step.fixed) >= 2 * len(step.broken)
    if found.steps:
        assert found.right_after >= found.right_before


def test_an_exception_needs_a_name_beside_the_alias() -> None:
    own = [("palm_oil", "palm oil"), ("palm_oil", "sawit")]
    found = propose(TOPIC, [*wanted(), *unwanted(words="puts on weight")], own_aliases=own)
    assert not [edit for edit in found.edits if isinstance(edit, AddException)]
