"""The mail of a past that did not happen: recipients' digests composed at each of their slots, and only counted.

Owns: the few things that composing asks of a store, for matches as they are fed in the order of time. What goes into a
digest is compose's own decision (`pipeline.compose`): its backlog, its copies, its room. Refuses: to send or keep any
of it. Corrections of what was told and notices about feeds are no part of it, and stories stand as they do today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core import schedules
from monitor.core.preferences import Wanted
from monitor.model.articles import ArticleId
from monitor.model.backtests import Mail
from monitor.model.commits import DigestCommit, DigestSlot
from monitor.model.digests import Digest, MatchedArticle, Message, Recipient, Slot, StoryState
from monitor.model.notices import Notice
from monitor.model.preferences import Preference
from monitor.model.stories import StoryId
from monitor.model.suspensions import Suspension
from monitor.pipeline.compose import ComposeRules, keep_plan, plan_digest, planned_slot
from monitor.ports import ComposeStore, Renderer

REMEMBERED = 100
"""Messages: how far one mailbox may run ahead of the other, in digests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRules:
    """What composing needs, as the daemon has it."""

    compose: ComposeRules
    renderers: Mapping[str, Renderer]


class Remembering(Renderer):
    """A renderer for two mailboxes side by side: an edit leaves most digests as they were, to be rendered once."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._last: dict[str, tuple[Digest, Message]] = {}

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        """See `Renderer`."""
        known = self._last.pop(delivery_id, None)
        if known is not None and known[0] == digest:
            return known[1]
        message = self._renderer.render(digest, delivery_id=delivery_id, composed_at=composed_at)
        self._last[delivery_id] = digest, message
        if len(self._last) > REMEMBERED:
            del self._last[next(iter(self._last))]
        return message


class TrialMail(ComposeStore):
    """The digests of some recipients from `since` on, for matches given in the order of first sight.

    Recipients who differ in nothing that shapes a digest are composed for once.
    """

    def __init__(self, readers: Sequence[Recipient], *, since: datetime, rules: TrialRules) -> None:
        self._rules = rules
        alike: dict[Recipient, list[Recipient]] = defaultdict(list)
        for reader in readers:
            alike[replace(reader, id="", address="", name="", is_operator=False)].append(reader)
        self._alike = {one.id: same[0].id for same in alike.values() for one in same}
        self._readers = {same[0].id: replace(same[0], is_operator=False) for same in alike.values()}
        self._slots = {of: self._first_slot(reader, since) for of, reader in self._readers.items()}
        self._mail = dict.fromkeys(self._readers, Mail())
        self._rows: list[MatchedArticle] = []
        self._told = {of: _Told() for of in self._readers}

    def _first_slot(self, reader: Recipient, since: datetime) -> DigestSlot:
        slot = schedules.next_slot(reader.schedule, after=since, tz=self._rules.compose.zones(reader.schedule.zone))
        return DigestSlot(recipient_id=reader.id, slot=slot, told_until=since)

    async def take(self, rows: Iterable[MatchedArticle]) -> None:
        """Compose what is due before each match is seen, then have it."""
        for row in rows:
            await self._compose(row.article.first_seen_at, is_over=False)
            self._rows.append(row)

    async def close(self, until: datetime) -> dict[str, Mail]:
        """Compose what is due up to the end; recipient id → what that and all before came to."""
        await self._compose(until, is_over=True)
        return {of: self._mail[one] for of, one in self._alike.items()}

    async def _compose(self, at: datetime, *, is_over: bool) -> None:
        while self._slots:
            due = min(known.slot.at for known in self._slots.values())
            if due > at or (due == at and not is_over):
                return
            self._forget(due)
            for of, known in list(self._slots.items()):
                if known.slot.at <= due:
                    await self._compose_for(self._readers[of], known, due)

    async def _compose_for(self, reader: Recipient, known: DigestSlot, now: datetime) -> None:
        rules = self._rules.compose
        wanted, renderers = Wanted(recipient=reader), self._rules.renderers
        slot = planned_slot(wanted, known, rules=rules, now=now)
        plan = await plan_digest(wanted, slot, known, store=self, renderers=renderers, rules=rules, now=now)
        await keep_plan(plan, store=self)
        if plan.digest is not None:
            so_far = self._mail[reader.id]
            self._mail[reader.id] = Mail(digests=so_far.digests + 1, stories=so_far.stories + _told(plan.digest))

    def _forget(self, now: datetime) -> None:
        """Let go of what can be told no more."""
        told_until = (known.told_until for known in self._slots.values() if known.told_until is not None)
        oldest = min((now - self._rules.compose.look_back, *told_until))
        kept = 0
        while kept < len(self._rows) and self._rows[kept].article.first_seen_at < oldest:
            kept += 1
        del self._rows[:kept]

    # --- what composing asks ---

    async def digest_slots(self) -> dict[str, DigestSlot]:
        """The slots waited for."""
        return dict(self._slots)

    async def preferences(self, *, at: datetime | None = None) -> list[Preference]:
        """None: what a watchlist would bring is asked for, whatever its readers want less of."""
        return []

    async def set_digest_slot(self, recipient_id: str, slot: Slot) -> None:
        """Wait for another slot."""
        self._slots[recipient_id] = replace(self._slots[recipient_id], slot=slot)

    async def matched_articles(
        self, recipient_id: str, watchlists: Sequence[str], *, since: datetime
    ) -> list[MatchedArticle]:
        """What was seen since and not told, and what of its stories this recipient had, however long ago.

        Of stories that bring nothing new there is nothing: they make no digest.
        """
        told = self._told[recipient_id]
        rows = [
            row
            for row in self._rows
            if row.article.id not in told.at
            and row.article.first_seen_at >= since
            and row.match.watchlist in watchlists
        ]
        return sorted((*rows, *told.of(rows)), key=_contract_order)

    async def told_in_full(self, recipient_id: str, *, since: datetime) -> frozenset[ArticleId]:
        """The heads of what was told in full since."""
        return frozenset(of for of, at in self._told[recipient_id].in_full.items() if at >= since)

    async def suspensions(self) -> list[Suspension]:
        """None: a past that did not happen has no mail servers."""
        return []

    async def notices(self, *, after: int) -> list[Notice]:
        """None: what became of feeds is no watchlist's doing."""
        return []

    async def commit_digest(self, commit: DigestCommit) -> bool:
        """Note what was told, and the next slot."""
        told = self._told[commit.recipient_id]
        told.note(self._rows, {article_id for _, article_id in commit.told}, commit.at)
        told.in_full |= dict.fromkeys(commit.in_full, commit.at)
        assert commit.next_slot is not None  # a trial mails no alerts
        self._slots[commit.recipient_id] = DigestSlot(
            recipient_id=commit.recipient_id, slot=commit.next_slot, told_until=commit.at
        )
        return True


def _told(digest: Digest) -> int:
    return sum(story.state is not StoryState.CARRIED for story in digest.stories)


class _Told:
    """What a recipient was told: when, and by story, without what only a first telling needs."""

    def __init__(self) -> None:
        self.at: dict[ArticleId, datetime] = {}
        self.in_full: dict[ArticleId, datetime] = {}
        self._rows: dict[StoryId, dict[tuple[ArticleId, str], MatchedArticle]] = defaultdict(dict)

    def note(self, rows: Iterable[MatchedArticle], told: Set[ArticleId], at: datetime) -> None:
        """Note that of these matches those of these articles were told."""
        for row in rows if told else ():
            if row.article.id in told:
                self.at.setdefault(row.article.id, at)
                bare = replace(row.match, signals=(), quote="")
                known = replace(row, match=bare, was_told=True, told_at=self.at[row.article.id])
                for story_id in _stories(row):
                    self._rows[story_id][row.article.id, row.match.watchlist] = known

    def of(self, rows: Iterable[MatchedArticle]) -> Iterable[MatchedArticle]:
        """What was told of the stories of these matches."""
        found: dict[tuple[ArticleId, str], MatchedArticle] = {}
        for story_id in sorted({story_id for row in rows for story_id in _stories(row)} & self._rows.keys()):
            found |= self._rows[story_id]
        return found.values()


def _stories(row: MatchedArticle) -> set[StoryId]:
    """The stories that a match has to do with; an article in none is one with its copies."""
    return {row.article.id, *(story.id for story in row.lineage)}


def _contract_order(row: MatchedArticle) -> tuple[bool, StoryId, datetime, ArticleId, str]:
    story_id = row.story.id if row.story else 0
    return (row.story is None, story_id, row.article.at, row.article.id, row.match.watchlist)
