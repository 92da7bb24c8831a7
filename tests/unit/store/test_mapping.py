"""Rows and values: nothing of a value is forgotten at the border."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import StaticPool, create_engine, select

from monitor.model.articles import Article, Decision, LedgerRow, LedgerState, Revision, Verdict, VerdictKind
from monitor.model.digests import Delivery, DeliveryState
from monitor.model.feeds import Condition, FeedState, Health, Move, Rhythm, Validators, Wishes
from monitor.model.pages import Page, PageState
from monitor.model.stories import Gist, Joining, Story
from monitor.model.watchlists import Field, Hit, Match, Signal
from monitor.store import mapping, tables
from tests.factories import NOW, make_message

LATER = NOW + timedelta(microseconds=1)
MESSAGE = make_message()

# Every field has a value of its own, other than its default: a field that is forgotten shows.
FEED_STATE = FeedState(
    feed_id="f",
    url="u",
    next_check_at=NOW,
    interval_s=1.5,
    validators=Validators(url="v", etag="e", last_modified="l"),
    body_digest="b",
    checked_at=LATER,
    succeeded_at=NOW,
    newest_at=LATER,
    failures=1,
    outcome="o",
    detail="d",
    entries_seen=2,
    body_at=NOW,
    whole_at=LATER,
    retry_at=NOW,
    elapsed_s=0.5,
    known_items=b"\x00\x01",
    wishes=Wishes(max_age_s=1.5, period_s=2.0, skip_hours=(0, 23), skip_days=(5, 6)),
    move=Move(
        target="t",
        first_at=NOW,
        last_at=LATER,
        sightings=2,
        has_overlap=True,
        adopted_url="a",
        adopted_at=LATER,
    ),
    rhythm=Rhythm(
        news_at=LATER,
        watched_s=1.5,
        bursts=2.5,
        arrived=3.5,
        longest_quiet_s=4.5,
        spacing_s=5.5,
        is_undated=True,
        gaps=1,
        gap_at=NOW,
        gap_missed=3,
        gap_from=NOW,
        gap_until=LATER,
        ceiling_s=6.5,
    ),
    health=Health(
        condition=Condition.SILENT,
        reason="é",
        since_at=NOW,
        outage="failing",
        outage_at=LATER,
        recovered_at=NOW,
        remarked="moved",
    ),
)
LEDGER_ROW = LedgerRow(
    feed_id="f", entry_key=1, entry_digest=2, state=LedgerState.DROPPED, reason="r", article_id=3, seen_at=NOW
)
ARTICLE = Article(
    id=1,
    feed_id="f",
    outlet="o",
    url="u",
    url_key=2,
    host="h",
    title="t",
    title_key=3,
    summary="s",
    text="x",
    language="id",
    country="ID",
    published_at=NOW,
    first_seen_at=LATER,
    body_digest=4,
    flags=("a", "b"),
)
VERDICT = Verdict(article_id=1, kind=VerdictKind.COPY, of=9, similarity=0.1, level="url", reason="r")
REVISION = Revision(article_id=1, seen_at=NOW, title="t", summary="s", text="x", body_digest=4, change="c", feed_id="f")
STORY = Story(
    id=1,
    title="t",
    lead_id=2,
    first_at=NOW,
    last_at=LATER,
    mean_at=NOW,
    size=3,
    centroid={1: 0.1, -5: 0.2},
    facts={"actors": ("a", "b")},
    gists=(
        Gist(
            title_names=("a",),
            opening={"b": 0.5},
            mentions=" c d ",
            dates=("e",),
            numbers=(100,),
            title_numbers=(24,),
            lead_numbers=(24, 30),
            title_actors=("g", "h"),
            language="id",
            outlet="f",
            has_body=True,
        ),
    ),
    storyline_id=4,
    event_id=6,
    merged_into=5,
    merged_at=LATER,
    parted_from=7,
    parted_at=LATER,
    version="v",
)
DECISION = Decision(
    article_id=1,
    stage="s",
    outcome="o",
    level="l",
    other_id=2,
    measure=0.5,
    features={"a": 1, "b": 0.5, "c": "d"},
    version="v",
    at=NOW,
)
MATCH = Match(
    article_id=1,
    watchlist="w",
    version="v",
    points=1.5,
    threshold=1.0,
    signals=(
        Signal(
            name="n",
            points=0.1,
            evidence="e",
            hits=(Hit(field=Field.LEAD, start=1, end=2, text="t"),),
            label={"en": "l"},
        ),
    ),
    quote="q",
    matched_at=NOW,
    is_of_page=True,
)
PAGE = Page(
    article_id=1,
    feed_id="f",
    url="http://a.example/1",
    body_digest=7,
    state=PageState.READ,
    reason="r",
    attempts=1,
    reads=2,
    wanted_at=NOW,
    next_attempt_at=NOW,
    read_at=NOW,
    text="t",
)
DELIVERY = Delivery(
    id="d",
    recipient_id="r",
    slot_key="s",
    channel="smtp",
    message=MESSAGE,
    state=DeliveryState.UNCERTAIN,
    phase="data",
    attempts=2,
    next_attempt_at=NOW,
    composed_at=LATER,
    sent_at=NOW,
    last_code=250,
    last_reply="ok",
    was_uncertain=True,
    resend_of="d0",
)


def through_a_row(table: Any, columns: dict[str, Any], asked: Any) -> Any:
    """Write a row into SQLite in memory and read it back."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [columns])
        row = connection.execute(select(*asked)).one()
    engine.dispose()
    return row


def test_what_was_learnt_by_another_version_is_read_as_far_as_it_is_known() -> None:
    assert mapping._learnt('{"period_s": 60.0, "mood": "calm"}', Wishes) == Wishes(period_s=60.0)
    assert mapping._learnt(None, Rhythm) == Rhythm()


@pytest.mark.parametrize(
    ("value", "table", "columns", "asked", "back"),
    [
        (
            FEED_STATE,
            tables.FEED_STATE,
            {**mapping.from_feed_state(FEED_STATE), "is_active": True, "lease_until": None},
            mapping.FEED_STATE_COLUMNS,
            mapping.to_feed_state,
        ),
        (LEDGER_ROW, tables.LEDGER, mapping.from_ledger_row(LEDGER_ROW), tables.LEDGER.c, mapping.to_ledger_row),
        (ARTICLE, tables.ARTICLE, mapping.from_article(ARTICLE, None), mapping.ARTICLE_COLUMNS, mapping.to_article),
        (
            VERDICT,
            tables.ARTICLE,
            mapping.from_article(ARTICLE, VERDICT),
            mapping.VERDICT_COLUMNS,
            lambda row: mapping.to_verdict(1, row),
        ),
        (REVISION, tables.REVISION, mapping.from_revision(REVISION, 1), tables.REVISION.c, mapping.to_revision),
        (STORY, tables.STORY, mapping.from_story(STORY), mapping.STORY_COLUMNS, mapping.to_story),
        (DECISION, tables.DECISION, mapping.from_decision(DECISION, 0), tables.DECISION.c, mapping.to_decision),
        (MATCH, tables.MATCH, mapping.from_match(MATCH), mapping.MATCH_COLUMNS, mapping.to_match),
        (PAGE, tables.PAGE, {**mapping.from_page(PAGE), "lease_until": None}, mapping.PAGE_COLUMNS, mapping.to_page),
        (
            DELIVERY,
            tables.DELIVERY,
            {**mapping.from_delivery(DELIVERY), "lease_until": None},
            mapping.DELIVERY_COLUMNS,
            mapping.to_delivery,
        ),
    ],
    ids=lambda value: type(value).__name__ if dataclasses.is_dataclass(value) else "",
)
def test_every_field_comes_back(value: Any, table: Any, columns: Any, asked: Any, back: Any) -> None:
    for field in dataclasses.fields(value):
        given = getattr(value, field.name)
        assert given != field.default, f"give {field.name} a value here: it is new"
        for inner in dataclasses.fields(given) if field.name in ("wishes", "move", "rhythm", "health") else ():
            assert getattr(given, inner.name) != inner.default, (
                f"give {field.name}.{inner.name} a value here: it is new"
            )
    assert back(through_a_row(table, columns, asked)) == value


def test_a_joining_has_a_column_for_every_field() -> None:
    assert set(mapping.from_joining(Joining(article_id=1, story_id=2, is_first=True))) == {
        field.name for field in dataclasses.fields(Joining)
    }


def test_validators_without_values_are_not_no_validators() -> None:
    state = dataclasses.replace(FEED_STATE, validators=Validators(url="v"))
    columns = {**mapping.from_feed_state(state), "is_active": True, "lease_until": None}
    assert mapping.to_feed_state(through_a_row(tables.FEED_STATE, columns, mapping.FEED_STATE_COLUMNS)) == state


@given(st.lists(st.integers(min_value=-(2**63), max_value=2**63 - 1)))
def test_packed_hashes_come_back(hashes: list[int]) -> None:
    assert mapping.unpack_hashes(mapping.pack_hashes(hashes)) == tuple(hashes)


def test_decisions_that_differ_in_anything_have_different_keys_and_equal_ones_the_same() -> None:
    others = [
        dataclasses.replace(DECISION, **{name: value})
        for name, value in {"stage": "x", "other_id": None, "measure": None, "at": LATER, "features": {}}.items()
    ]
    keys = [mapping.from_decision(decision, n)["content_key"] for n, decision in enumerate([DECISION, *others])]
    assert len(set(keys)) == len(keys)
    assert mapping.from_decision(DECISION, 99)["content_key"] == keys[0]


@pytest.mark.parametrize(("merged_into", "root"), [({}, 3), ({3: 2}, 2), ({3: 2, 2: 1}, 1), ({3: 2, 2: 3}, 2)])
def test_a_chain_of_merges_is_followed_to_its_end(merged_into: dict[int, int], root: int) -> None:
    assert mapping.root_of(3, merged_into) == root
