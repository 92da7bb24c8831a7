"""What a person does to stories beside a daemon that judges at the same time: the person's word stands.

The store is a file; the person comes by a connection of their own, as `monitor story` does.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.app.stories import join, split
from monitor.core.features import Gazetteer
from monitor.core.open_stories import members_of
from monitor.core.repair import veto
from monitor.errors import StoreChangedError, StoreError
from monitor.model.articles import Article, ArticleId
from monitor.model.commits import Intake, Rematch
from monitor.model.ids import format_id
from monitor.model.stories import Story
from monitor.model.watchlists import Mention
from monitor.pipeline.intake import Intaker
from monitor.pipeline.judging import Judge
from monitor.pipeline.match import match
from monitor.pipeline.memory import HAND
from monitor.pipeline.repair import repair
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore
from tests.factories import NOW, make_entity, make_watchlist
from tests.unit.pipeline.test_judging import FLOOD, RETOLD, VISIT, Bench, about_putin, page
from tests.unit.pipeline.test_repair import CLOCK

Act = Callable[[], Awaitable[None]]
FIRST = page("Kim undang Putin", VISIT)
SECOND = page("Putin diundang Kim", VISIT.replace("malam", "siang"), outlet="Kompas", hours=1)
FAR = page("Putin meninjau banjir di Medan", FLOOD, outlet="Metro", hours=1)
AGAIN = page("Undangan Kim untuk Putin", RETOLD, outlet="Tempo", hours=2)
WATCHLIST = make_watchlist(
    "kim", entities={"kim": make_entity("kim", "Kim")}, match=Mention(entity="kim"), sides=("kim",), threshold=1.0
)


class Beside:
    """A store beside whose user another acts: before each of the next commits, and after the stories are read."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.acts: list[Act] = []
        self.after_stories: list[Act] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def open_stories(self, *, since: datetime) -> list[Story]:
        found = await self._store.open_stories(since=since)
        if self.after_stories:
            await self.after_stories.pop(0)()
        return found

    async def commit_intake(self, intake: Intake) -> None:
        if self.acts:
            await self.acts.pop(0)()
        await self._store.commit_intake(intake)

    async def commit_rematch(self, rematch: Rematch) -> None:
        if self.acts:
            await self.acts.pop(0)()
        await self._store.commit_rematch(rematch)


class Desk:
    """A daemon's judge over a store, and a person at the same store."""

    def __init__(self, store: SqlStore, person: SqlStore) -> None:
        self.store = Beside(store)
        self.person = Beside(person)
        self.judge = self.new_judge()

    def new_judge(self) -> Judge:
        return Judge(self.store, self.store, score=about_putin, group="matched")  # type: ignore[arg-type]

    async def take_in(self, *articles: Article) -> None:
        intaker = Intaker(store=self.store, judge=self.judge, zones={})  # type: ignore[arg-type]
        now = max(article.first_seen_at for article in articles)
        await intaker.take_in_documents(articles, name="test", now=now)

    async def join(self, one: Article, other: Article) -> None:
        await join(self.person, format_id(one.id), format_id(other.id))  # type: ignore[arg-type]

    async def split(self, going: Article) -> None:
        name = format_id(going.id)
        await split(self.person, name, [name], gazetteer=Gazetteer({}))  # type: ignore[arg-type]

    async def groups(self) -> set[frozenset[ArticleId]]:
        """The members of every open story, as it names them itself; the places of the articles say the same."""
        stories = await self.person.open_stories(since=NOW - timedelta(days=9))
        groups = [frozenset(members_of(story)) for story in stories]
        placed = await self.person.story_ids(sorted(set().union(*groups)))
        assert placed == {of: story.id for story, group in zip(stories, groups, strict=True) for of in group}
        assert [story.size for story in stories] == [len(group) for group in groups]
        return set(groups)


def ids(*articles: Article) -> frozenset[ArticleId]:
    return frozenset(article.id for article in articles)


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "monitor.db"
    open_store(f"sqlite:///{path}").close_now()
    return path


@pytest.fixture
async def desk(empty_file: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    shutil.copy(empty_file, tmp_path / "monitor.db")
    url = f"sqlite:///{tmp_path}/monitor.db"
    async with open_store(url) as store, open_store(url, hold_lock=False) as person:
        desk = Desk(store, person)
        await desk.judge.load(NOW)
        yield desk


async def match_again(desk: Desk, watchlist: Any = WATCHLIST) -> None:
    await match([watchlist], store=desk.store, judge=desk.judge, now=NOW, look_back=timedelta(days=30))  # type: ignore[arg-type]


async def unmatched(desk: Desk, *articles: Article) -> None:
    """Store articles that match nothing yet."""
    desk.judge.configure(lambda article: (), Gazetteer({}))
    await desk.take_in(*articles)
    desk.judge.configure(about_putin, Gazetteer({}))


async def one_story(desk: Desk) -> None:
    """Two reports in one story."""
    await desk.take_in(FIRST)
    await desk.take_in(SECOND)
    assert await desk.groups() == {ids(FIRST, SECOND)}


async def one_event_in_two_stories(desk: Desk) -> None:
    """Two stories of one event, as two daemons saw it, and one of another."""
    await desk.take_in(FIRST, FAR)
    elsewhere = await Bench().keep(AGAIN)
    await desk.person.commit_intake(elsewhere.intake)
    await desk.judge.load(NOW)
    assert await desk.groups() == {ids(FIRST), ids(FAR), ids(AGAIN)}


PARTED = ({ids(FIRST, AGAIN), ids(SECOND)}, {ids(FIRST), ids(SECOND, AGAIN)}, {ids(FIRST), ids(SECOND), ids(AGAIN)})
"""Wherever the third report goes, the first two stay apart."""
JOINED = ({ids(FIRST, FAR, AGAIN)}, {ids(FIRST, FAR), ids(AGAIN)})
"""Wherever the third report goes, the first two stay together."""


async def test_a_report_is_placed_among_what_a_person_left_of_a_story(desk: Desk) -> None:
    await one_story(desk)
    await desk.split(SECOND)
    await desk.take_in(AGAIN)
    assert await desk.groups() in PARTED


async def test_what_matches_only_now_is_placed_among_what_a_person_left_of_a_story(desk: Desk) -> None:
    await one_story(desk)
    await unmatched(desk, AGAIN)
    await desk.split(SECOND)
    await match_again(desk)
    assert await desk.groups() in PARTED


async def test_a_repair_leaves_together_what_a_person_joined(desk: Desk) -> None:
    await one_event_in_two_stories(desk)
    await desk.join(FIRST, FAR)
    await repair(desk.judge, store=desk.store, clock=CLOCK)  # type: ignore[arg-type]
    assert await desk.groups() in JOINED


async def test_a_batch_is_judged_anew_when_a_person_was_faster(desk: Desk) -> None:
    await one_story(desk)
    desk.store.acts = [lambda: desk.split(SECOND)]
    await desk.take_in(AGAIN)
    assert desk.store.acts == []
    assert await desk.groups() in PARTED


async def test_a_rescoring_places_anew_when_a_person_was_faster(desk: Desk) -> None:
    await one_story(desk)
    await unmatched(desk, AGAIN)
    desk.store.acts = [lambda: desk.split(SECOND)]
    await match_again(desk)
    assert desk.store.acts == []
    assert await desk.groups() in PARTED


async def test_a_repair_begins_anew_when_a_person_was_faster(desk: Desk) -> None:
    await one_event_in_two_stories(desk)
    desk.store.acts = [lambda: desk.join(FIRST, FAR)]
    await repair(desk.judge, store=desk.store, clock=CLOCK)  # type: ignore[arg-type]
    assert desk.store.acts == []
    assert await desk.groups() in JOINED


async def test_a_batch_that_a_person_outruns_twice_is_left_for_the_next_round_whole(desk: Desk) -> None:
    await one_story(desk)
    desk.store.acts = [lambda: desk.split(SECOND), lambda: desk.join(FIRST, SECOND)]
    with pytest.raises(StoreChangedError, match=HAND):
        await desk.take_in(AGAIN)
    assert await desk.person.article(AGAIN.id) is None
    assert await desk.groups() == {ids(FIRST, SECOND)}
    await desk.take_in(AGAIN)
    assert await desk.groups() == {ids(FIRST, SECOND, AGAIN)}


async def test_what_a_person_changes_while_the_stories_are_read_is_seen(desk: Desk) -> None:
    await one_story(desk)
    desk.store.after_stories = [lambda: desk.split(SECOND)]
    await desk.judge.load(NOW)
    await desk.take_in(AGAIN)
    assert await desk.groups() in PARTED


async def test_a_batch_that_touches_no_story_need_not_wait_for_a_person(desk: Desk) -> None:
    await one_story(desk)
    desk.store.acts = [lambda: desk.split(SECOND), lambda: desk.join(FIRST, SECOND)]
    await unmatched(desk, AGAIN)
    assert len(desk.store.acts) == 1
    assert await desk.person.article(AGAIN.id) is not None


async def test_a_person_splits_a_story_as_it_is_though_the_daemon_was_faster(desk: Desk) -> None:
    await one_story(desk)
    desk.person.acts = [lambda: desk.take_in(AGAIN)]
    await desk.split(SECOND)
    assert await desk.groups() == {ids(FIRST, AGAIN), ids(SECOND)}


async def test_a_person_joins_stories_as_they_are_though_the_daemon_was_faster(desk: Desk) -> None:
    await desk.take_in(FIRST, FAR)
    desk.person.acts = [lambda: desk.take_in(AGAIN)]
    await desk.join(FIRST, FAR)
    assert await desk.groups() == {ids(FIRST, FAR, AGAIN)}


async def test_a_person_outrun_twice_is_told_what_changed_and_nothing_is_done(desk: Desk) -> None:
    await one_story(desk)
    late = page("Kim menanti Putin", VISIT.replace("Rabu", "Kamis"), outlet="Kabar", hours=3)
    desk.person.acts = [lambda: desk.take_in(AGAIN), lambda: desk.take_in(late)]
    with pytest.raises(StoreChangedError, match="Kim undang Putin"):
        await desk.split(SECOND)
    assert await desk.groups() == {ids(FIRST, SECOND, AGAIN, late)}


async def test_what_ties_two_languages_is_cut_by_a_persons_word_and_not_tied_again(desk: Desk) -> None:
    await desk.take_in(FIRST, FAR)
    first, far = format_id(FIRST.id), format_id(FAR.id)
    with pytest.raises(StoreError, match=r"Nothing was split: none of these articles is in story .*\.$"):
        await split(desk.person, first, [far], gazetteer=Gazetteer({}))  # type: ignore[arg-type]
    stories = {story.id: story for story in await desk.person.open_stories(since=NOW - timedelta(days=9))}
    await desk.person.commit_intake(Intake(stories=(replace(stories[FAR.id], event_id=FIRST.id),)))

    left, parted = await split(desk.person, first, [far], gazetteer=Gazetteer({}))  # type: ignore[arg-type]

    assert (left.id, parted.id) == (FIRST.id, FAR.id)
    stories = {story.id: story for story in await desk.person.open_stories(since=NOW - timedelta(days=9))}
    assert {story.event_id for story in stories.values()} == {None}
    later = replace(stories[FIRST.id], id=7, event_id=FIRST.id, facts={})
    assert veto(later, stories[FAR.id]) == veto(stories[FIRST.id], stories[FAR.id]) == "a person parted them"
    with pytest.raises(StoreError, match="Nothing was split"):
        await split(desk.person, first, [far], gazetteer=Gazetteer({}))  # type: ignore[arg-type]
