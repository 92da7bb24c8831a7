from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.core.link_tokens import link_key, write_token
from monitor.model.commits import Intake
from monitor.model.links import LinkAction, LinkClaim
from monitor.model.preferences import Preference, PreferenceKind, Way
from monitor.model.votes import VoteKind
from monitor.pipeline.desk import Names, ReaderDesk
from tests.factories import NOW, make_article, make_delivery, make_recipient, make_story
from tests.fakes import MemoryStore

HOUR = timedelta(hours=1)
KEY = link_key(b"k" * 32)
ARTICLE = make_article("Kim bertemu Putin")
WATCHLIST = "russia-north-korea"
NAMES = Names(
    recipients=(make_recipient(language="id"),), titles={WATCHLIST: {"en": "Russia–North Korea", "id": "Rusia"}}
)


class StoppedClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


def claim(action: LinkAction, target: str = "", **facts: Any) -> LinkClaim:
    return LinkClaim(**{"action": action, "recipient_id": "analyst", "target": target, **facts})


def desk_over(store: MemoryStore) -> tuple[ReaderDesk, StoppedClock]:
    clock = StoppedClock()
    return ReaderDesk(preferences=store, store=store, clock=clock, keys=(KEY,), names=NAMES), clock


CHANGING = [
    claim(LinkAction.UNSUBSCRIBE),
    claim(LinkAction.UNSUBSCRIBE, WATCHLIST),
    claim(LinkAction.LESS_OFTEN),
    claim(LinkAction.MUTE_STORY, str(ARTICLE.id)),
    claim(LinkAction.MUTE_OUTLET, "Antara"),
    claim(LinkAction.MORE, str(ARTICLE.id), watchlist=WATCHLIST),
    claim(LinkAction.LESS, str(ARTICLE.id), watchlist=WATCHLIST),
]


@pytest.mark.parametrize("wish", CHANGING, ids=lambda wish: wish.action.value)
async def test_looking_changes_nothing_acting_twice_is_once_and_all_can_be_taken_back(wish: LinkClaim) -> None:
    store = MemoryStore()
    desk, clock = desk_over(store)
    assert not (await desk.look(wish)).is_done
    assert (store.votes, store.said) == ({}, {})
    assert (await desk.act(wish, way=Way.ONE_CLICK)).is_done
    kept = (dict(store.votes), {key: list(said) for key, said in store.said.items()})
    clock.at += HOUR
    assert (await desk.act(wish, way=Way.PAGE)).is_done
    assert (dict(store.votes), {key: list(said) for key, said in store.said.items()}) == kept
    assert not (await desk.act(wish, way=Way.PAGE, is_on=False)).is_done
    assert await store.preferences() == []
    assert all(vote.kind is VoteKind.NONE for vote in store.votes.values())


async def test_what_was_asked_for_is_kept_with_who_when_and_how() -> None:
    store = MemoryStore()
    desk, _ = desk_over(store)
    await desk.act(claim(LinkAction.LESS_OFTEN, WATCHLIST), way=Way.MAIL)
    wanted = Preference(recipient_id="analyst", kind=PreferenceKind.LESS_OFTEN, target=WATCHLIST, at=NOW, way=Way.MAIL)
    assert await store.preferences() == [wanted]


async def test_a_vote_against_takes_the_place_of_one_for_and_only_the_one_that_stands_is_taken_back() -> None:
    store = MemoryStore()
    desk, clock = desk_over(store)
    more, less = CHANGING[-2:]
    await desk.act(more, way=Way.PAGE)
    clock.at += HOUR
    assert (await desk.act(less, way=Way.PAGE)).is_done
    assert not (await desk.look(more)).is_done
    await desk.act(more, way=Way.PAGE, is_on=False)
    (vote,) = store.votes.values()
    assert vote.kind is VoteKind.LESS


async def test_pages_name_things_as_the_reader_knows_them() -> None:
    store = MemoryStore()
    story = make_story(ARTICLE, id=77, title="Kim dan Putin")
    await store.commit_intake(Intake(articles=(ARTICLE,), stories=(story,)))
    desk, _ = desk_over(store)
    found = [await desk.look(wish) for wish in (*CHANGING, claim(LinkAction.MUTE_STORY, "77"))]
    title = ARTICLE.title
    assert [one.subject for one in found] == ["", "Rusia", "", title, "Antara", title, title, "Kim dan Putin"]
    assert {one.language for one in found} == {"id"}


async def test_who_is_no_recipient_any_more_can_still_unsubscribe() -> None:
    store = MemoryStore()
    desk, _ = desk_over(store)
    errand = await desk.act(claim(LinkAction.UNSUBSCRIBE, "gone", recipient_id="former"), way=Way.ONE_CLICK)
    assert (errand.language, errand.subject, errand.is_done) == ("en", "gone", True)


async def test_only_tokens_of_our_keys_say_anything_also_in_a_mails_subject() -> None:
    desk, _ = desk_over(MemoryStore())
    wish = claim(LinkAction.UNSUBSCRIBE)
    ours, theirs = write_token(wish, KEY), write_token(wish, link_key(b"o" * 32))
    assert (desk.claim_of(ours), desk.claim_of(theirs)) == (wish, None)
    assert (desk.claim_of_subject(f"Re: unsubscribe {ours}"), desk.claim_of_subject(f"unsubscribe {theirs}")) == (
        wish,
        None,
    )


async def test_a_digest_is_shown_to_whom_it_was_sent_and_to_nobody_else() -> None:
    store = MemoryStore()
    delivery = make_delivery("d" + "ab" * 10)
    store.outbox[delivery.id] = delivery
    desk, _ = desk_over(store)
    assert await desk.archived(claim(LinkAction.VIEW, delivery.id)) == delivery.message.html
    assert await desk.archived(claim(LinkAction.VIEW, delivery.id, recipient_id="desk")) is None
    assert await desk.archived(claim(LinkAction.VIEW, "d" + "0" * 20)) is None
