"""Hand-made stand-ins for adapters; each passes the same contract suite as what it stands in for.

Longer than 400 lines because one class answers all seven store Protocols: they share their dictionaries.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from monitor.errors import StoreChangedError, StoreError
from monitor.model.articles import Article, ArticleId, Candidate, Decision, LedgerRow, Revision, Sketch, Verdict
from monitor.model.articles import VerdictKind as Kind
from monitor.model.commits import DigestCommit, DigestSlot, Identities, Intake, Rematch
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState, MatchedArticle, Slot
from monitor.model.feeds import FeedState
from monitor.model.notices import Notice, NoticeKind
from monitor.model.pages import ClaimedPage, OtherAddress, Page, PageState, PageWish, Unweighed, Weighing
from monitor.model.stories import Joining, Story
from monitor.model.watchlists import Match

_UNSETTLED = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNCERTAIN)


def storable(value: Any) -> Any:
    """The value as a database gives it back: NUL and lone surrogates replaced; a time without a zone is refused."""
    if isinstance(value, StrEnum):
        return value
    if isinstance(value, str):
        return "".join("\ufffd" if char == "\x00" or "\ud800" <= char <= "\udfff" else char for char in value)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise StoreError(f"{value} has no time zone")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: storable(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    if isinstance(value, Mapping):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return type(value)(storable(inner) for inner in value)
    return value


class MemoryStore:
    """All store Protocols over dictionaries.

    `refusals` are errors that the next writes raise, one each, keeping nothing: a full disk, a locked file.
    `commits` counts the writes that were kept.
    """

    def __init__(self) -> None:
        self.refusals: list[StoreError] = []
        self.commits = 0
        self.feeds: dict[str, FeedState] = {}
        self.active: set[str] = set()
        self.leases: dict[str, datetime] = {}
        self.ledger: dict[tuple[str, int], LedgerRow] = {}
        self.articles: dict[ArticleId, Article] = {}
        self.verdicts: dict[ArticleId, Verdict] = {}
        self.aliases: dict[int, ArticleId] = {}
        self.sketches: dict[ArticleId, Sketch] = {}
        self.stops: set[int] = set()
        self.states: dict[ArticleId, list[Revision]] = {}
        self.stories: dict[int, Story] = {}
        self.joinings: dict[ArticleId, Joining] = {}
        self.reasons: dict[ArticleId, list[Decision]] = {}
        self.matches: dict[tuple[str, ArticleId], Match] = {}
        self.watchlists: dict[str, tuple[str, ArticleId]] = {}
        self.passes: dict[str, tuple[str, bool]] = {}
        self.slots: dict[str, DigestSlot] = {}
        self.digests: set[tuple[str, str]] = set()
        self.told: dict[tuple[str, ArticleId, str], str] = {}
        self.told_at: dict[tuple[str, ArticleId], datetime] = {}
        self.told_states: dict[tuple[str, ArticleId], int] = {}
        self.outbox: dict[str, Delivery] = {}
        self.delivery_leases: dict[str, datetime] = {}
        self.artifacts: dict[str, bytes] = {}
        self.pages: dict[ArticleId, Page] = {}
        self.page_leases: dict[ArticleId, datetime] = {}
        self.weighed: dict[tuple[str, ArticleId], Match] = {}
        self.kept_notices: list[Notice] = []

    def _writing(self, value: Any = None) -> Any:
        if self.refusals:
            raise self.refusals.pop(0)
        value = storable(value)
        self.commits += 1
        return value

    async def close(self) -> None:
        """Nothing to let go of."""

    # Feeds

    async def sync_feeds(self, states: Sequence[FeedState]) -> None:
        states = self._writing(tuple(states))
        self.active = {state.feed_id for state in states}
        for state in states:
            known = self.feeds.get(state.feed_id)
            if known is None or known.url != state.url:
                self.feeds[state.feed_id] = state
                self.leases.pop(state.feed_id, None)

    async def claim_due_feeds(self, now: datetime, *, limit: int, lease_s: float) -> list[FeedState]:
        self._writing(now)
        due = [
            state
            for state in map(self.feeds.__getitem__, self.active)
            if state.next_check_at <= now and self.leases.get(state.feed_id, now) <= now
        ]
        claimed = sorted(due, key=lambda state: (state.next_check_at, state.feed_id))[:limit]
        self.leases |= {state.feed_id: now + timedelta(seconds=lease_s) for state in claimed}
        return claimed

    async def feed_states(self, *, after: str = "", limit: int | None = None) -> list[FeedState]:
        return [self.feeds[feed_id] for feed_id in sorted(self.active) if feed_id > after][:limit]

    async def leased_feeds(self, now: datetime) -> frozenset[str]:
        return frozenset(i for i in self.active if i in self.leases and self.leases[i] > now)

    async def next_due_at(self) -> datetime | None:
        due = [self.feeds[feed_id].next_check_at for feed_id in self.active if feed_id not in self.leases]
        leased = [max(self.leases[i], self.feeds[i].next_check_at) for i in self.active if i in self.leases]
        return min(due + leased, default=None)

    # Collecting

    async def ledger_rows(self, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], LedgerRow]:
        return {key: self.ledger[key] for key in keys if key in self.ledger}

    async def identities(self, url_keys: Sequence[int], title_keys: Sequence[int], *, since: datetime) -> Identities:
        aliases = {key: self.aliases[key] for key in url_keys if key in self.aliases}
        by_title: dict[int, tuple[Article, ...]] = {}
        for article in sorted(self.articles.values(), key=lambda article: (article.first_seen_at, article.id)):
            if article.title_key in title_keys and article.first_seen_at >= since:
                by_title[article.title_key] = (*by_title.get(article.title_key, ()), article)
        return Identities(
            by_url={key: self.articles[of] for key, of in aliases.items() if of in self.articles},
            by_title=by_title,
            forgotten={key: of for key, of in aliases.items() if of not in self.articles},
        )

    async def candidates(
        self, sketches: Sequence[Sketch], *, since: datetime, min_shared: int, limit: int, stop_count: int
    ) -> tuple[list[list[Candidate]], frozenset[int]]:
        wanted = {value for sketch in sketches for value in sketch.hashes} - self.stops
        counts = Counter(value for sketch in self.sketches.values() for value in set(sketch.hashes) & wanted)
        common = frozenset(value for value, count in counts.items() if count > stop_count)
        return [self._sharing(set(s.hashes) & wanted - common, since, min_shared)[:limit] for s in sketches], common

    def _sharing(self, hashes: set[int], since: datetime, min_shared: int) -> list[Candidate]:
        found = [
            Candidate(article=article, shared=shared, verdict_of=self.verdicts[of].of)
            for of, sketch in self.sketches.items()
            if (shared := len(hashes.intersection(sketch.hashes))) >= min_shared
            and (article := self.articles[of]).first_seen_at >= since
        ]
        return sorted(found, key=lambda c: (-c.shared, c.article.first_seen_at, c.article.id))

    async def commit_intake(self, intake: Intake) -> None:
        self._refuse_if_changed(intake.rests_on)
        intake = self._writing(intake)
        for state in intake.feed_states:
            self._keep_feed_state(state)
        for notice in intake.notices:
            if (notice.feed_id, notice.kind, notice.at) not in [(n.feed_id, n.kind, n.at) for n in self.kept_notices]:
                last = self.kept_notices[-1].number if self.kept_notices else 0
                self.kept_notices.append(dataclasses.replace(notice, number=last + 1))
        verdicts = {verdict.article_id: verdict for verdict in intake.verdicts}
        for article in intake.articles:
            if article.id not in self.articles:
                self.articles[article.id] = article
                self.verdicts[article.id] = verdicts.get(article.id, Verdict(article_id=article.id, kind=Kind.NEW))
        self.aliases = {**intake.aliases, **self.aliases}
        for row in intake.ledger:
            known = self.ledger.get((row.feed_id, row.entry_key))
            if known is None or known.seen_at <= row.seen_at:
                self.ledger[row.feed_id, row.entry_key] = row
        for revision in intake.revisions:
            self._keep_revision(revision)
        self.stops |= intake.stop_hashes
        self.sketches |= {of: sketch for of, sketch in intake.sketches.items() if of in self.articles}
        self.matches |= {(match.watchlist, match.article_id): match for match in intake.matches}
        self._keep_grouping(intake.stories, intake.joinings, intake.decisions)
        self.artifacts |= intake.artifacts

    def _keep_feed_state(self, state: FeedState) -> None:
        known = self.feeds.get(state.feed_id)
        if known is None or known.url == state.url:
            self.feeds[state.feed_id] = state
            self.leases.pop(state.feed_id, None)

    def _keep_revision(self, revision: Revision) -> None:
        article = self.articles.get(revision.article_id)
        if article is None:
            return
        shown = {name: getattr(revision, name) for name in ("title", "summary", "text", "body_digest")}
        original = Revision(
            article_id=article.id,
            seen_at=article.first_seen_at,
            feed_id=article.feed_id,
            **{name: getattr(article, name) for name in shown},
        )
        states = self.states.setdefault(article.id, [original])
        if (revision.seen_at, revision.body_digest) not in [(known.seen_at, known.body_digest) for known in states]:
            states.append(revision)
            self.articles[article.id] = dataclasses.replace(article, **shown)

    def _keep_grouping(
        self, stories: Sequence[Story], joinings: Sequence[Joining], decisions: Sequence[Decision]
    ) -> None:
        self.stories |= {story.id: story for story in stories}
        self.joinings |= {joining.article_id: joining for joining in joinings}
        for decision in decisions:
            known = self.reasons.setdefault(decision.article_id, [])
            if decision not in known:
                known.append(decision)

    def _refuse_if_changed(self, rests_on: Mapping[str, bytes | None]) -> None:
        for name, read in rests_on.items():
            if self.artifacts.get(name) != read:
                raise StoreChangedError(name)

    async def artifact(self, name: str) -> bytes | None:
        return self.artifacts.get(name)

    # Stories and matches

    async def open_stories(self, *, since: datetime) -> list[Story]:
        found = [story for story in self.stories.values() if story.merged_into is None and story.last_at >= since]
        return sorted(found, key=lambda story: (story.first_at, story.id))

    async def watchlist_versions(self) -> dict[str, tuple[str, ArticleId]]:
        return dict(self.watchlists)

    async def set_watchlist_versions(self, versions: Mapping[str, str]) -> None:
        for name, version in self._writing(versions).items():
            self.watchlists[name] = (version, 0)
            self.passes.pop(name, None)

    async def articles_after(self, cursor: ArticleId, *, since: datetime, limit: int) -> list[Article]:
        found = [
            article for article in self.articles.values() if article.id > cursor and article.first_seen_at >= since
        ]
        return sorted(found, key=lambda article: article.id)[:limit]

    async def story_ids(self, article_ids: Sequence[int]) -> dict[int, int]:
        found = {article_id: self._story_of(article_id) for article_id in article_ids}
        return {article_id: story.id for article_id, story in found.items() if story is not None}

    async def commit_rematch(self, rematch: Rematch) -> None:
        self._refuse_if_changed(rematch.rests_on)
        rematch = self._writing(rematch)
        for article_id in rematch.scored_ids:
            self.matches.pop((rematch.watchlist, article_id), None)
        self.matches |= {(match.watchlist, match.article_id): match for match in rematch.matches}
        self._keep_grouping(rematch.stories, rematch.joinings, rematch.decisions)
        version, cursor = self.watchlists.get(rematch.watchlist, ("", 0))
        is_whole = cursor == 0 or self.passes.get(rematch.watchlist) == (rematch.version, True)
        if rematch.is_complete:
            self.watchlists[rematch.watchlist] = (rematch.version if is_whole else version, 0)
        else:
            self.watchlists[rematch.watchlist] = (version, rematch.cursor)
            self.passes[rematch.watchlist] = (rematch.version, is_whole)

    # Digests and deliveries

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
                lineage=self._lineage(article_id),
                **self._states(recipient_id, article_id),
            )
            for (watchlist, article_id), match in self.matches.items()
            if watchlist in watchlists
            and (article := self.articles.get(article_id)) is not None
            and (
                article.first_seen_at >= since
                or article_id in self._told_of_changed(recipient_id, since)
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

    def _states(self, recipient_id: str, article_id: ArticleId) -> dict[str, Any]:
        """The number of the present state, and the state that was told where it is an earlier one."""
        states = self.states.get(article_id, [])
        told = self.told_states.get((recipient_id, article_id))
        now = max(len(states) - 1, 0)
        return {
            "state": now,
            **({"had": states[told], "latest": states[now]} if told is not None and told < now else {}),
        }

    def _lineage(self, article_id: ArticleId) -> tuple[Story, ...]:
        """The story of its joining, then all that this leads to, one mark after the other."""
        joining = self.joinings.get(article_id)
        if joining is None or joining.story_id not in self.stories:
            return ()
        found = [joining.story_id]
        for of in found:
            story = self.stories[of]
            ties = {story.merged_into, story.event_id, story.parted_from}
            ties |= {other.id for other in self.stories.values() if other.merged_into == of}
            found += sorted(tie for tie in ties if tie in self.stories and tie not in found)
        return (self.stories[found[0]], *(self.stories[of] for of in sorted(found[1:])))

    def _told_of_changed(self, recipient_id: str, since: datetime) -> set[ArticleId]:
        told = {article_id: at for (of, article_id), at in self.told_at.items() if of == recipient_id}
        since = min(since, max(told.values(), default=since))
        changed = {
            story.id
            for story in self.stories.values()
            if any(at is not None and at >= since for at in (story.last_at, story.merged_at, story.parted_at))
        }
        ties = [
            {story.id, other}
            for story in self.stories.values()
            for other in (story.merged_into, story.event_id, story.parted_from)
            if other is not None
        ]
        while fresh := {of for tie in ties if tie & changed for of in tie} - changed:
            changed |= fresh
        return {of for of in told if of in self.joinings and self.joinings[of].story_id in changed}

    def _story_of(self, article_id: ArticleId) -> Story | None:
        joining = self.joinings.get(article_id)
        story = self.stories.get(joining.story_id) if joining else None
        while story is not None and story.merged_into in self.stories:
            story = self.stories[story.merged_into]
        return story

    async def commit_digest(self, commit: DigestCommit) -> bool:
        commit = self._writing(commit)
        if (commit.recipient_id, commit.slot.key) in self.digests:
            return False
        if commit.delivery is not None:
            if commit.delivery.id in self.outbox:
                raise StoreError(f"a delivery {commit.delivery.id} exists already")
            self.outbox[commit.delivery.id] = commit.delivery
        self.digests.add((commit.recipient_id, commit.slot.key))
        for watchlist, article_id in commit.told:
            self.told.setdefault((commit.recipient_id, article_id, watchlist), commit.slot.key)
            self.told_at.setdefault((commit.recipient_id, article_id), commit.at)
            self.told_states.setdefault((commit.recipient_id, article_id), 0)
        for article_id, state in commit.states.items():
            if (known_state := self.told_states.get((commit.recipient_id, article_id))) is not None:
                self.told_states[commit.recipient_id, article_id] = max(known_state, state)
        known = self.slots.get(commit.recipient_id)
        told_notice = known.told_notice if known and commit.told_notice is None else commit.told_notice
        self.slots[commit.recipient_id] = DigestSlot(
            recipient_id=commit.recipient_id, slot=commit.next_slot, told_until=commit.at, told_notice=told_notice
        )
        return True

    async def notices(self, *, after: int) -> list[Notice]:
        return [notice for notice in self.kept_notices if notice.number > after]

    async def unsought(self, *, limit: int) -> list[Notice]:
        outages = [notice for notice in self.kept_notices if notice.kind is NoticeKind.OUTAGE]
        return [notice for notice in outages if notice.sought_at is None][:limit]

    async def keep_sought(self, number: int, *, address: str, at: datetime) -> None:
        address, at = self._writing((address, at))
        self.kept_notices = [
            dataclasses.replace(notice, address=address, sought_at=at) if notice.number == number else notice
            for notice in self.kept_notices
        ]

    async def feed_notices(self, feed_id: str, *, limit: int) -> list[Notice]:
        found = [notice for notice in self.kept_notices if notice.feed_id == feed_id]
        return sorted(found, key=lambda notice: (notice.at, notice.number), reverse=True)[:limit]

    async def outage_addresses(self) -> dict[tuple[str, datetime], str]:
        outages = [notice for notice in self.kept_notices if notice.kind is NoticeKind.OUTAGE and notice.address]
        return {(notice.feed_id, notice.at): notice.address for notice in outages}

    async def claim_deliveries(self, now: datetime, *, limit: int, lease_s: float) -> list[Delivery]:
        self._writing(now)
        for delivery in list(self.outbox.values()):
            if delivery.state is DeliveryState.SENDING and self.delivery_leases.get(delivery.id, now) <= now:
                self.outbox[delivery.id] = _lapsed(delivery, now)
        waiting = (DeliveryState.PENDING, DeliveryState.UNCERTAIN)
        due = [d for d in self.outbox.values() if d.state in waiting and d.next_attempt_at <= now]
        claimed = [
            dataclasses.replace(delivery, state=DeliveryState.SENDING, phase="", attempts=delivery.attempts + 1)
            for delivery in sorted(due, key=lambda delivery: (delivery.next_attempt_at, delivery.id))[:limit]
        ]
        self.outbox |= {delivery.id: delivery for delivery in claimed}
        self.delivery_leases |= {delivery.id: now + timedelta(seconds=lease_s) for delivery in claimed}
        return claimed

    async def mark_phase(self, delivery_id: str, phase: str) -> None:
        phase = self._writing(phase)
        delivery = self.outbox.get(delivery_id)
        if delivery is None or delivery.state is not DeliveryState.SENDING or delivery.phase == phase:
            raise StoreError(f"the delivery {delivery_id} is in other hands")
        self.outbox[delivery_id] = dataclasses.replace(delivery, phase=phase)

    async def commit_outcome(self, outcome: DeliveryOutcome) -> None:
        outcome = self._writing(outcome)
        delivery = self.outbox.get(outcome.delivery_id)
        if delivery is None:
            raise StoreError(f"there is no delivery {outcome.delivery_id}")
        if delivery.state is DeliveryState.SENT:
            return
        self.delivery_leases.pop(delivery.id, None)
        self.outbox[delivery.id] = dataclasses.replace(
            delivery,
            state=outcome.state,
            phase="",
            sent_at=outcome.at if outcome.state is DeliveryState.SENT else None,
            next_attempt_at=outcome.next_attempt_at or delivery.next_attempt_at,
            last_code=outcome.code,
            last_reply=outcome.reply,
            was_uncertain=delivery.was_uncertain or outcome.state is DeliveryState.UNCERTAIN,
        )

    async def deliveries(self, *, limit: int) -> list[Delivery]:
        return sorted(self.outbox.values(), key=lambda d: (d.composed_at, d.id), reverse=True)[:limit]

    # Pages

    async def wished_pages(self, feed_ids: Sequence[str], *, since: datetime, limit: int) -> list[PageWish]:
        found = {
            article.id: PageWish(article=article, page=self.pages.get(article.id))
            for match in sorted(self.matches.values(), key=lambda match: (match.matched_at, match.article_id))
            if match.matched_at >= since
            and (article := self.articles.get(match.article_id)) is not None
            and article.first_seen_at >= since
            and article.feed_id in feed_ids
            and not self._is_told(article.id)
            and (article.id not in self.pages or self.pages[article.id].body_digest != article.body_digest)
        }
        return list(found.values())[:limit]

    async def keep_pages(self, found: Sequence[Page], addresses: Sequence[OtherAddress] = ()) -> None:
        for page in self._writing(tuple(found)):
            if page.article_id in self.articles:
                self.pages[page.article_id] = page
                self.page_leases.pop(page.article_id, None)
                if page.state is PageState.READ:
                    self.weighed = {key: match for key, match in self.weighed.items() if key[1] != page.article_id}
        for one in addresses:
            self._keep_address(one)

    def _keep_address(self, one: OtherAddress) -> None:
        owner = self.aliases.get(one.url_key) if one.url_key is not None else None
        if one.article_id not in self.articles or owner == one.article_id:
            return
        taken: dict[str, Any] = {} if owner is None else {"outcome": "elsewhere", "other_id": owner}
        self._keep_grouping((), (), [dataclasses.replace(one.decision, **taken)])
        if one.url_key is not None:
            self.aliases.setdefault(one.url_key, one.article_id)

    async def claim_due_pages(self, now: datetime, *, limit: int, lease_s: float) -> list[ClaimedPage]:
        self._writing(now)
        due = [
            page
            for page in self.pages.values()
            if page.state is PageState.WANTED
            and page.next_attempt_at <= now
            and self.page_leases.get(page.article_id, now) <= now
        ]
        claimed = []
        for page in sorted(due, key=lambda page: (page.next_attempt_at, page.article_id))[:limit]:
            if page.article_id not in self.articles:
                del self.pages[page.article_id]
                continue
            taken = dataclasses.replace(page, attempts=page.attempts + 1)
            self.pages[page.article_id] = taken
            self.page_leases[page.article_id] = now + timedelta(seconds=lease_s)
            article, is_told = self.articles[page.article_id], self._is_told(page.article_id)
            claimed.append(ClaimedPage(page=taken, article=article, is_told=is_told))
        return claimed

    async def free_pages(self) -> int:
        count = len(self._writing(self.page_leases))
        self.page_leases.clear()
        return count

    async def unweighed(self, versions: Mapping[str, str], *, since: datetime, limit: int) -> list[Unweighed]:
        found = []
        for page in sorted(self.pages.values(), key=lambda page: (page.read_at or page.wanted_at, page.article_id)):
            article = self.articles.get(page.article_id)
            is_read = page.state is PageState.READ and page.read_at is not None and page.read_at >= since
            if article is None or not is_read or page.body_digest != article.body_digest or self._is_told(article.id):
                continue
            matches = tuple(
                match
                for (watchlist, article_id), match in sorted(self.matches.items())
                if article_id == article.id
                and versions.get(watchlist) == match.version
                and self.weighed.get((watchlist, article_id)) is not match
            )
            if matches:
                found.append(Unweighed(article=article, text=page.text, matches=matches))
        return found[:limit]

    async def keep_weighing(self, weighing: Weighing) -> None:
        weighing = self._writing(weighing)
        article = self.articles.get(weighing.article_id)
        if article is None or article.body_digest != weighing.body_digest or self._is_told(article.id):
            return
        better = {(match.watchlist, match.version): match for match in weighing.matches}
        for watchlist, version in weighing.weighed:
            known = self.matches.get((watchlist, article.id))
            if known is not None and known.version == version:
                kept = better.get((watchlist, version), known)
                self.matches[watchlist, article.id] = self.weighed[watchlist, article.id] = kept
        self._keep_grouping((), (), weighing.decisions)

    def _is_told(self, article_id: ArticleId) -> bool:
        return any(told == article_id for _, told, _ in self.told)

    # Retention

    async def prune(self, *, articles_before: datetime, index_before: datetime, limit: int) -> dict[str, int]:
        self._writing((articles_before, index_before))
        oldest = sorted(self.articles.values(), key=lambda article: (article.first_seen_at, article.id))
        indexed = [a.id for a in oldest if a.id in self.sketches and a.first_seen_at < index_before][:limit]
        gone = Counter({"sketch": len(indexed)})
        for article_id in indexed:
            del self.sketches[article_id]
        old = [a.id for a in oldest if a.first_seen_at < articles_before and not self._is_needed(a.id, articles_before)]
        for article_id in old[:limit]:
            gone["article"] += 1
            del self.articles[article_id], self.verdicts[article_id]
            for table in (self.sketches, self.states, self.joinings, self.reasons, self.pages):
                table.pop(article_id, None)
            self.matches = {key: match for key, match in self.matches.items() if key[1] != article_id}
            self.told = {key: slot for key, slot in self.told.items() if key[1] != article_id}
        needed = {joining.story_id for joining in self.joinings.values()}
        needed |= {story.merged_into for story in self.stories.values() if story.merged_into is not None}
        for story in [s for s in self.stories.values() if s.last_at < articles_before and s.id not in needed][:limit]:
            gone["story"] += 1
            del self.stories[story.id]
        past = [n for n in self.kept_notices[:-1] if n.at < articles_before][:limit]
        self.kept_notices = [notice for notice in self.kept_notices if notice not in past]
        gone["notice"] += len(past)
        settled = [d for d in self.outbox.values() if d.composed_at < articles_before and d.state not in _UNSETTLED]
        for delivery in sorted(settled, key=lambda d: d.composed_at)[:limit]:
            gone["delivery"] += 1
            del self.outbox[delivery.id]
        return dict(gone)

    def _is_needed(self, article_id: ArticleId, before: datetime) -> bool:
        joining = self.joinings.get(article_id)
        stories = [self.stories.get(joining.story_id) if joining else None, self._story_of(article_id)]
        unsettled = {(d.recipient_id, d.slot_key) for d in self.outbox.values() if d.state in _UNSETTLED}
        tells = {(recipient_id, slot) for (recipient_id, of, _), slot in self.told.items() if of == article_id}
        return any(story is not None and story.last_at >= before for story in stories) or bool(unsettled & tells)

    # What a person asks

    async def counts(self) -> dict[str, int]:
        return {"article": len(self.articles), "ledger": len(self.ledger), "story": len(self.stories)}

    async def article(self, article_id: ArticleId) -> Article | None:
        return self.articles.get(article_id)

    async def find_article(self, url_key: int) -> Article | None:
        return self.articles.get(self.aliases.get(url_key, 0))

    async def decisions(self, article_id: ArticleId) -> list[Decision]:
        return sorted(self.reasons.get(article_id, []), key=lambda decision: decision.at)

    async def revisions(self, article_id: ArticleId) -> list[Revision]:
        return list(self.states.get(article_id, []))


def _lapsed(delivery: Delivery, now: datetime) -> Delivery:
    if delivery.phase == "data":
        return dataclasses.replace(
            delivery,
            state=DeliveryState.UNCERTAIN,
            phase="",
            next_attempt_at=now + timedelta(minutes=15),
            last_reply="the receiver may have this message",
            was_uncertain=True,
        )
    return dataclasses.replace(delivery, state=DeliveryState.PENDING, phase="", next_attempt_at=now)
