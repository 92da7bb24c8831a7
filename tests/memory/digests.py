"""What composing asks and keeps."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.core.kinship import Kinship
from monitor.errors import StoreError
from monitor.model.alerts import ALERT_SLOT, VolumeAlarm
from monitor.model.articles import ArticleId
from monitor.model.commits import DigestCommit, DigestSlot
from monitor.model.digests import MatchedArticle, Slot
from monitor.model.stories import Place, Story
from tests.memory.held import Held


class Digests(Held):
    async def digest_slots(self) -> dict[str, DigestSlot]:
        return dict(self.slots)

    async def set_digest_slot(self, recipient_id: str, slot: Slot) -> None:
        slot = self._writing(slot)
        known = self.slots.get(recipient_id)
        new = DigestSlot(recipient_id=recipient_id, slot=slot, told_until=None)
        self.slots[recipient_id] = dataclasses.replace(known or new, slot=slot)

    async def matched_articles(
        self, recipient_id: str, watchlists: Sequence[str], *, since: datetime
    ) -> list[MatchedArticle]:
        had = {article_id for of, article_id, _ in self.told if of == recipient_id}
        found = [
            MatchedArticle(
                article=article,
                verdict=self.verdicts[article_id],
                match=match,
                story=self._story_of(article_id),
                was_told=article_id in had,
                told_at=self.told_at.get((recipient_id, article_id)),
                had_in=self.told_in.get((recipient_id, article_id)),
                lineage=self._lineage(article_id, recipient_id),
                **self._states(recipient_id, article_id),
            )
            for (watchlist, article_id), match in self.matches.items()
            if watchlist in watchlists
            and (article := self.articles.get(article_id)) is not None
            and (
                article.first_seen_at >= since
                or article_id in self._told_of_changed(recipient_id, watchlists, since)
                or (self._states(recipient_id, article_id).get("had") and self.states[article_id][-1].seen_at >= since)
            )
        ]
        return sorted(
            found,
            key=lambda m: (
                m.story is None,
                m.story.id if m.story else 0,
                m.article.at,
                m.article.id,
                m.match.watchlist,
            ),
        )

    async def told_in_full(self, recipient_id: str, *, since: datetime) -> frozenset[ArticleId]:
        return frozenset(
            article_id for (of, article_id), at in self.told_in_full_at.items() if of == recipient_id and at >= since
        )

    def _states(self, recipient_id: str, article_id: ArticleId) -> dict[str, Any]:
        """The number of the present state, and the state that was told where it is an earlier one."""
        states = self.states.get(article_id, [])
        told = self.told_states.get((recipient_id, article_id))
        now = max(len(states) - 1, 0)
        return {
            "state": now,
            **({"had": states[told], "latest": states[now]} if told is not None and told < now else {}),
        }

    def _lineage(self, article_id: ArticleId, recipient_id: str = "") -> tuple[Story, ...]:
        """The story of its joining, then all that this leads to, one mark after the other, and what it was told in."""
        joining = self.joinings.get(article_id)
        if joining is None or joining.story_id not in self.stories:
            return ()
        found = [joining.story_id]
        for of in found:
            story = self.stories[of]
            ties = {story.merged_into, story.event_id, story.parted_from}
            ties |= {other.id for other in self.stories.values() if other.merged_into == of}
            found += sorted(tie for tie in ties if tie in self.stories and tie not in found)
        had = self.told_in.get((recipient_id, article_id))
        also = {had.story_id, had.event_id} & self.stories.keys() if had else set()
        return (self.stories[found[0]], *(self.stories[of] for of in sorted({*found[1:], *also} - {found[0]})))

    def _told_of_changed(self, recipient_id: str, watchlists: Sequence[str], since: datetime) -> set[ArticleId]:
        """As the core reads the marks."""
        told = {article_id: at for (of, article_id), at in self.told_at.items() if of == recipient_id}
        had = {article_id: place for (of, article_id), place in self.told_in.items() if of == recipient_id}
        placed = {of: self.joinings[of].story_id for of in told if of in self.joinings}
        last = max(told.values(), default=since)
        kinship = Kinship(self.stories.values())
        changed = {
            placed[of]
            for of, place in had.items()
            if of in placed
            and placed[of] in self.stories
            and place != Place(story_id=kinship.story_of(placed[of]), event_id=kinship.event_of(placed[of]))
        }
        if not placed.keys() <= had.keys():
            changed |= {
                story.id
                for story in self.stories.values()
                if any(at is not None and at >= min(since, last) for at in (story.merged_at, story.parted_at))
            }
        changed |= {
            self.joinings[of].story_id
            for watchlist, of in self.matches
            if watchlist in watchlists
            and of in self.joinings
            and (article := self.articles.get(of)) is not None
            and article.first_seen_at >= since
        }
        ties = [
            {story.id, other}
            for story in self.stories.values()
            for other in (story.merged_into, story.event_id, story.parted_from)
            if other is not None
        ]
        ties += [{placed[of], at} for of, in_ in had.items() if of in placed for at in (in_.story_id, in_.event_id)]
        while fresh := {of for tie in ties if tie & changed for of in tie} - changed:
            changed |= fresh
        return {of for of, at in told.items() if at == last or placed.get(of) in changed}

    async def commit_digest(self, commit: DigestCommit) -> bool:
        commit = self._writing(commit)
        if (commit.recipient_id, commit.slot.key) in self.digests:
            return False
        for delivery in commit.deliveries:
            if delivery.id in self.outbox:
                raise StoreError(f"a delivery {delivery.id} exists already")
        self.outbox |= {delivery.id: delivery for delivery in commit.deliveries}
        if commit.archive is not None and commit.deliveries:
            self.archives[commit.recipient_id, commit.slot.key] = commit.archive
        self.digests_at[commit.recipient_id, commit.slot.key] = commit.at
        self.digests.add((commit.recipient_id, commit.slot.key))
        had = {
            article_id: (self.told_states[key], self.told_in.get(key))
            for article_id in {*(of for of, state in commit.states.items() if state), *commit.places}
            if (key := (commit.recipient_id, article_id)) in self.told_states
        }
        moves = commit.next_slot is not None
        self.former[commit.recipient_id, commit.slot.key] = (self.slots.get(commit.recipient_id), had, commit.at, moves)
        for watchlist, article_id in commit.told:
            self.told.setdefault((commit.recipient_id, article_id, watchlist), commit.slot.key)
            self.told_at.setdefault((commit.recipient_id, article_id), commit.at)
            self.told_states.setdefault((commit.recipient_id, article_id), 0)
        for article_id in commit.in_full:
            self.told_in_full_at.setdefault((commit.recipient_id, article_id), commit.at)
        for article_id, state in commit.states.items():
            if (known_state := self.told_states.get((commit.recipient_id, article_id))) is not None:
                self.told_states[commit.recipient_id, article_id] = max(known_state, state)
        for article_id, place in commit.places.items():
            if (commit.recipient_id, article_id) in self.told_at:
                self.told_in[commit.recipient_id, article_id] = place
        for alarm in commit.alarms:
            if self.alarm_slots.get(alarm_key(alarm), "") is None:
                self.alarm_slots[alarm_key(alarm)] = commit.slot.key
        self.threads |= {(thread.recipient_id, thread.story_id): thread for thread in commit.threads}
        if commit.slot.key.startswith(ALERT_SLOT):
            self.alert_times_by.setdefault(commit.recipient_id, []).append(commit.at)
        if commit.next_slot is None:
            return True
        known = self.slots.get(commit.recipient_id)
        told_notice = known.told_notice if known and commit.told_notice is None else commit.told_notice
        self.slots[commit.recipient_id] = DigestSlot(
            recipient_id=commit.recipient_id, slot=commit.next_slot, told_until=commit.at, told_notice=told_notice
        )
        return True


def alarm_key(alarm: VolumeAlarm) -> tuple[str, str, str, str]:
    return (alarm.recipient_id, alarm.watchlist, alarm.kind.value, alarm.episode)
