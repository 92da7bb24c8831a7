"""A story is never split or merged after it was told without the digest saying so.

Reports arrive, stories are repaired, joined and split by a person, digests go out, in any order. What a reader had is
remembered by the test: which of the told articles stood together when the last digest went out. The next one must
account for every difference.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from monitor.core import handiwork
from monitor.core.features import Frequencies
from monitor.core.kinship import Kinship
from monitor.core.open_stories import members_of
from monitor.core.preferences import Wanted
from monitor.model.articles import Article, ArticleId
from monitor.model.commits import Intake
from monitor.model.digests import Digest, Message, Recipient, Slot, StoryState
from monitor.model.stories import StoryId
from monitor.pipeline.compose import ComposeRules, Plan, keep_plan, plan_digest
from monitor.pipeline.judging import Judge
from monitor.pipeline.memory import HAND
from monitor.pipeline.repair import repair
from tests.factories import NOW, make_match, make_message, make_recipient
from tests.fakes import MemoryStore
from tests.story_streams import GAZETTEER, Drawn, drawn, report

RULES = ComposeRules(titles={}, look_back=timedelta(days=7))
REPORTS = drawn((("troops", "id"), ("troops", "ru"), ("visit", "id")))
WATCHLISTS = ("russia-north-korea", "asean")


class Titles:
    """Renders a digest as nothing: only what it tells counts here."""

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        return make_message(message_id=f"<{delivery_id}@example.org>")


class Reader:
    """A recipient, and how the told articles stood together as the last digest was written.

    `written` is a digest that is not kept yet, with how everything stood together when it was written.
    """

    def __init__(self, recipient: Recipient) -> None:
        self.recipient = recipient
        self.had: dict[ArticleId, StoryId] = {}
        self.written: tuple[Plan, dict[ArticleId, StoryId]] | None = None


class Ticking:
    """The newsroom's clock."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom

    def now(self) -> datetime:
        return self._newsroom.decided_at()


class Newsroom(RuleBasedStateMachine):
    """A daemon's judge, a person beside it, two readers: one of all, one of half and of two stories a digest."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.now = NOW
        self.count = 0
        self.parted: set[tuple[ArticleId, ArticleId]] = set()
        self.untied: set[tuple[ArticleId, ArticleId]] = set()
        self.judge = Judge(self.store, self.store, score=lambda article: (), group="all", gazetteer=GAZETTEER)
        self.readers = (
            Reader(make_recipient("all", watchlists=WATCHLISTS)),
            Reader(make_recipient("half", watchlists=WATCHLISTS[1:], max_stories=2)),
        )

    # What happens

    @initialize()
    def open(self) -> None:
        asyncio.run(self.judge.load(self.now))

    @rule(these=st.lists(REPORTS, min_size=1, max_size=4))
    def reports_arrive(self, these: list[Drawn]) -> None:
        batch = [self._report(each) for each in these]
        asyncio.run(self._take(self.judge, batch))

    @rule(these=st.lists(REPORTS, min_size=1, max_size=2))
    def reports_are_placed_as_if_nothing_was_known(self, these: list[Drawn]) -> None:
        """What repair is for: reports that met in an order that parted them."""
        blind = MemoryStore()
        judge = Judge(blind, blind, score=lambda article: (), group="all", gazetteer=GAZETTEER)
        asyncio.run(self._take(judge, [self._report(each) for each in these]))
        self._mark()

    @rule()
    def stories_are_repaired(self) -> None:
        asyncio.run(repair(self.judge, store=self.store, clock=Ticking(self)))

    @precondition(lambda self: len(self._whole()) > 1)
    @rule(data=st.data())
    def a_person_joins_two(self, data: st.DataObject) -> None:
        one, other = data.draw(st.lists(st.sampled_from(self._whole()), min_size=2, max_size=2, unique=True))
        sides = [{article.id for article in self._members(of)} for of in (one, other)]
        self.parted -= {pair for a in sides[0] for b in sides[1] for pair in ((a, b), (b, a))}
        groups = self._groups()
        events = [{of for of in groups if groups[of] in {groups[one] for one in side}} for side in sides]
        self.untied -= {pair for a in events[0] for b in events[1] for pair in ((a, b), (b, a))}
        merger = handiwork.join(self.store.stories[one], self.store.stories[other], now=self.decided_at())
        self._keep(Intake(stories=(merger.kept, merger.gone), decisions=(merger.decision,)))

    @precondition(lambda self: any(len(self._members(of)) > 1 for of in self._whole()))
    @rule(data=st.data())
    def a_person_splits_one(self, data: st.DataObject) -> None:
        of = data.draw(st.sampled_from([of for of in self._whole() if len(self._members(of)) > 1]))
        members = self._members(of)
        ids = sorted(article.id for article in members)
        going = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=len(ids) - 1, unique=True))
        split = handiwork.split(
            self.store.stories[of],
            members,
            going,
            frequencies=Frequencies(),
            gazetteer=GAZETTEER,
            now=self.decided_at(),
        )
        assert split.parted.id not in self.store.stories, "a story's row was taken by another"
        self.parted |= {(a, b) for a in going for b in ids if b not in going}
        self._keep(Intake(stories=(split.left, split.parted), joinings=split.joinings, decisions=split.decisions))

    @precondition(lambda self: self._events())
    @rule(data=st.data())
    def a_person_cuts_what_ties_two_languages(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(self._events()))
        story, *others = data.draw(st.permutations(event))
        going = set(data.draw(st.lists(st.sampled_from(others), min_size=1, unique=True)))
        tied = list(self.store.stories.values())
        cut = handiwork.cut(tied, self.store.stories[story], going, now=self.decided_at())
        gone = {article.id for of in going for article in self._members(of)}
        left = {article.id for of in set(event) - going for article in self._members(of)}
        self.untied |= {(a, b) for a in gone for b in left}
        self._keep(Intake(stories=cut.changed, decisions=cut.decisions))

    @rule(days=st.sampled_from((0, 0, 0, 8)))
    def digests_go_out(self, days: int) -> None:
        self.now += timedelta(days=days)
        for reader in self.readers:
            asyncio.run(self._tell(reader))

    @rule()
    def digests_are_written_and_not_kept_yet(self) -> None:
        """What comes now was decided before, and kept after they were written."""
        for reader in self.readers:
            reader.written = reader.written or asyncio.run(self._write(reader))

    @precondition(lambda self: len(self._whole()) > 1)
    @rule(data=st.data(), what=REPORTS)
    def a_person_joins_two_while_a_digest_is_written(self, data: st.DataObject, what: Drawn) -> None:
        """With news before and after, so that both digests go out."""
        self.digests_go_out(0)
        self.reports_arrive([what])
        self.digests_are_written_and_not_kept_yet()
        self.a_person_joins_two(data)
        self.digests_go_out(0)
        self.reports_arrive([what])
        self.digests_go_out(0)

    # What must hold

    @invariant()
    def every_article_is_in_the_story_that_names_it_a_member(self) -> None:
        kinship = Kinship(self.store.stories.values())
        for story in self.store.stories.values():
            if story.merged_into is None:
                placed = {of for of, one in self.store.joinings.items() if kinship.story_of(one.story_id) == story.id}
                assert placed == set(members_of(story))

    @invariant()
    def what_a_person_told_apart_is_no_longer_one_event(self) -> None:
        groups = self._groups()
        assert all(groups[one] != groups[other] for one, other in self.untied)

    @invariant()
    def what_a_person_parted_stays_apart_until_a_person_joins_it(self) -> None:
        kinship = Kinship(self.store.stories.values())
        for one, other in self.parted:
            ours, theirs = (kinship.story_of(self.store.joinings[of].story_id) for of in (one, other))
            assert ours != theirs

    async def _write(self, reader: Reader) -> tuple[Plan, dict[ArticleId, StoryId]]:
        now = self.later()
        slots = await self.store.digest_slots()
        plan = await plan_digest(
            Wanted(recipient=reader.recipient),
            Slot(key=now.isoformat(), at=now),
            slots.get(reader.recipient.id),
            store=self.store,
            renderers={"maildir": Titles()},
            rules=RULES,
            now=now,
        )
        return plan, self._groups()

    async def _tell(self, reader: Reader) -> None:
        plan, groups = reader.written or await self._write(reader)
        reader.written = None
        assert await keep_plan(plan, store=self.store)
        if plan.digest is None:
            return
        _check_accounts(plan.digest, reader.had, groups, self.store.articles)
        for story in plan.digest.stories:
            assert {groups[telling.article.id] for telling in story.tellings} == {story.story_id}
            had_of_it = [of for of in reader.had if groups[of] == story.story_id]
            assert story.told_before == len(had_of_it)
            assert (story.state is StoryState.NEW) == (not had_of_it)
        told = {*reader.had, *plan.digest.article_ids}
        reader.had = {of: groups[of] for of in told}

    def _groups(self) -> dict[ArticleId, StoryId]:
        kinship = Kinship(self.store.stories.values())
        return {of: kinship.event_of(joining.story_id) for of, joining in self.store.joinings.items()}

    # How it is done

    def later(self) -> datetime:
        self.now += timedelta(minutes=10)
        return self.now

    def decided_at(self) -> datetime:
        """The time that a merger or a parting names."""
        written = [reader.written[0].at for reader in self.readers if reader.written]
        return min([self.later(), *(at - timedelta(minutes=1) for at in written)])

    def _report(self, each: Drawn) -> Article:
        self.count += 1
        hours = int((self.later() - NOW) / timedelta(hours=1))
        what, title, sentences, late, is_dated = each
        made = report(self.count, (what, title, sentences, hours - late, is_dated))
        return replace(made, first_seen_at=self.now)

    async def _take(self, judge: Judge, batch: Sequence[Article]) -> None:
        judged = await judge.judge(batch, now=self.now)
        matches = tuple(
            make_match(article, watchlist=watchlist)
            for article in judged.intake.articles
            for at, watchlist in enumerate(WATCHLISTS)
            if at == 0 or article.id % 2
        )
        artifacts = judged.intake.artifacts if judge is self.judge else {}
        kept = replace(judged.intake, matches=matches, artifacts=artifacts, rests_on={})
        await self.store.commit_intake(kept)
        judge.confirm()

    def _events(self) -> list[list[StoryId]]:
        """The events that several stories tell, each by these."""
        kinship = Kinship(self.store.stories.values())
        events: dict[StoryId, list[StoryId]] = {}
        for of in self._whole():
            events.setdefault(kinship.event_of(of), []).append(of)
        return sorted(stories for stories in events.values() if len(stories) > 1)

    def _whole(self) -> list[StoryId]:
        return sorted(story.id for story in self.store.stories.values() if story.merged_into is None)

    def _members(self, of: StoryId) -> list[Article]:
        kinship = Kinship(self.store.stories.values())
        return [
            self.store.articles[article_id]
            for article_id, joining in self.store.joinings.items()
            if kinship.story_of(joining.story_id) == of
        ]

    def _keep(self, intake: Intake) -> None:
        asyncio.run(self.store.commit_intake(intake))
        self._mark()

    def _mark(self) -> None:
        self.store.artifacts[HAND] = self.later().isoformat().encode()


def _check_accounts(
    digest: Digest, had: Mapping[ArticleId, StoryId], now: Mapping[ArticleId, StoryId], articles: Mapping[int, Article]
) -> None:
    """Every two told articles that stood together and do not, or did not and do, are accounted for by their titles."""

    def titles(of: ArticleId) -> set[str]:
        """Of what stood with an article then and stands with it now."""
        return {articles[one].title for one in had if had[one] == had[of] and now[one] == now[of]}

    for one in had:
        for other in had:
            if one >= other:
                continue
            if had[one] == had[other] and now[one] != now[other]:
                assert _are_tied(digest.partings, titles(one), titles(other)), "split, and nothing said"
            if had[one] != had[other] and now[one] == now[other]:
                assert _are_tied(digest.mergers, titles(one), titles(other)), "merged, and nothing said"
    if had and {one: had[one] for one in had} == {one: now[one] for one in had}:
        assert (digest.mergers, digest.partings) == ((), ()), "said, though nothing changed"


def _are_tied(pairs: Sequence[tuple[str, str]], ours: set[str], theirs: set[str]) -> bool:
    """Whether the pairs lead from one of ours to one of theirs."""
    reached = set(ours)
    while fresh := {title for pair in pairs if not reached.isdisjoint(pair) for title in pair} - reached:
        reached |= fresh
    return not reached.isdisjoint(theirs)


TestNewsroom = Newsroom.TestCase
TestNewsroom.settings = settings(max_examples=25, stateful_step_count=16, deadline=None)
