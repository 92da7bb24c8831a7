"""The store on SQLite and PostgreSQL: an async face over one writing thread and a few reading ones.

Longer than 400 lines because it is a list: a line or two for each method of the ports, what they do stands elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine

from monitor.errors import StoreError
from monitor.model.archives import Archive
from monitor.model.articles import Article, ArticleId, Candidate, Decision, LedgerRow, Revision, Sketch, Verdict
from monitor.model.commits import DigestCommit, DigestSlot, Identities, Intake, Rematch
from monitor.model.digests import Delivery, DeliveryOutcome, MatchedArticle, Slot
from monitor.model.feeds import FeedState
from monitor.model.notices import Notice
from monitor.model.pages import ClaimedPage, OtherAddress, Page, PageWish, Unweighed, Weighing
from monitor.model.preferences import Preference
from monitor.model.stories import Story, StoryId
from monitor.model.suspensions import Suspension
from monitor.model.volumes import Sighting
from monitor.model.votes import Vote, VotedArticle
from monitor.ports import (
    ArchiveStore,
    ComposeStore,
    DeliverStore,
    DeskStore,
    FeedStore,
    IntakeStore,
    MatchStore,
    PageStore,
    PastStore,
    PreferenceStore,
    PruneStore,
    SeekStore,
    StoryStore,
    SurveyStore,
    VoteStore,
)
from monitor.store import (
    archives,
    feeds,
    inspection,
    intakes,
    lookups,
    matches,
    notices,
    outbox,
    pages,
    past,
    preferences,
    retention,
    surveys,
    suspensions,
    votes,
)
from monitor.store.alerting import AlertingStore
from monitor.store.failures import Place, store_error
from monitor.store.locks import FileLock
from monitor.store.publishing import PublishingStore
from monitor.store.sieve import Sieve
from monitor.store.writer import Writer

_Result = TypeVar("_Result")


class SqlStore(
    AlertingStore,
    PublishingStore,
    FeedStore,
    IntakeStore,
    StoryStore,
    MatchStore,
    PastStore,
    ComposeStore,
    SurveyStore,
    DeliverStore,
    PruneStore,
    SeekStore,
    PageStore,
    ArchiveStore,
    VoteStore,
    PreferenceStore,
    DeskStore,
):
    """All that the stages ask and keep. Made by `monitor.store.open_store`.

    Writes run on the writer's thread, several waiting ones in one transaction; reads each see one state of the store.
    Every method raises `StoreError`; a write that raised kept nothing and can be tried again.

    Args:
        place: Where the store is, for messages.
        writer: The started writer, None for a store that is only read.
        readers: The engine for reading, None to read on the writer's connection (a store in memory).
        reader_threads: How many reads run at once.
        lock: The file lock, if one is held.
    """

    def __init__(
        self, place: Place, *, writer: Writer | None, readers: Engine | None, reader_threads: int, lock: FileLock | None
    ) -> None:
        self.place = place
        self.writer = writer
        self._readers = readers
        self._pool = ThreadPoolExecutor(reader_threads, thread_name_prefix="store-reader")
        self._lock = lock
        # Only who holds the lock of a file knows of all that goes into the index.
        self._sieve = Sieve() if lock is not None else None
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Commit what is queued, close the connections and let go of the lock. A second call does nothing."""
        await asyncio.get_running_loop().run_in_executor(None, self.close_now)

    def close_now(self) -> None:
        """The same, blocking."""
        self._is_closed = True
        self._pool.shutdown()
        if self._readers is not None:
            self._readers.dispose()
        if self.writer is not None:
            self.writer.close()
        if self._lock is not None:
            self._lock.free()

    async def sync_feeds(self, states: Sequence[FeedState]) -> None:
        """See `FeedStore`."""
        await self._write(partial(feeds.sync_feeds, states=states))

    async def claim_due_feeds(self, now: datetime, *, limit: int, lease_s: float) -> list[FeedState]:
        """See `FeedStore`."""
        return await self._write(partial(feeds.claim_due_feeds, now=now, limit=limit, lease_s=lease_s))

    async def feed_states(self, *, after: str = "", limit: int | None = None) -> list[FeedState]:
        """See `FeedStore`."""
        return await self._read(partial(feeds.feed_states, after=after, limit=limit))

    async def leased_feeds(self, now: datetime) -> frozenset[str]:
        """See `FeedStore`."""
        return await self._read(partial(feeds.leased_feeds, now=now))

    async def next_due_at(self) -> datetime | None:
        """When the next active feed can be claimed: it is due, and no lease holds it."""
        return await self._read(feeds.next_due_at)

    async def ledger_rows(self, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], LedgerRow]:
        """See `IntakeStore`."""
        return await self._read(partial(lookups.ledger_rows, keys=keys))

    async def identities(self, url_keys: Sequence[int], title_keys: Sequence[int], *, since: datetime) -> Identities:
        """See `IntakeStore`."""
        return await self._read(partial(lookups.identities, url_keys=url_keys, title_keys=title_keys, since=since))

    async def candidates(
        self, sketches: Sequence[Sketch], *, since: datetime, min_shared: int, limit: int, stop_count: int
    ) -> tuple[list[list[Candidate]], frozenset[int]]:
        """See `IntakeStore`."""
        asked = partial(
            lookups.candidates,
            sketches=sketches,
            since=since,
            min_shared=min_shared,
            limit=limit,
            stop_count=stop_count,
            sieve=self._sieve,
        )
        return await self._read(asked)

    async def commit_intake(self, intake: Intake) -> None:
        """See `IntakeStore`; kept twice is kept once."""
        await self._write(partial(intakes.commit_intake, intake=intake, sieve=self._sieve))

    async def artifact(self, name: str) -> bytes | None:
        """See `IntakeStore`."""
        return await self._read(partial(lookups.artifact, name=name))

    async def open_stories(self, *, since: datetime) -> list[Story]:
        """See `StoryStore`."""
        return await self._read(partial(matches.open_stories, since=since))

    async def watchlist_versions(self) -> dict[str, tuple[str, ArticleId]]:
        """See `MatchStore`."""
        return await self._read(matches.watchlist_versions)

    async def articles_after(self, cursor: ArticleId, *, since: datetime, limit: int) -> list[Article]:
        """See `MatchStore`."""
        return await self._read(partial(matches.articles_after, cursor=cursor, since=since, limit=limit))

    async def story_ids(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, StoryId]:
        """See `MatchStore`."""
        return await self._read(partial(matches.story_ids, article_ids=article_ids))

    async def stories_of(self, article_ids: Sequence[ArticleId]) -> list[Story]:
        """See `StoryStore`."""
        return await self._read(partial(matches.stories_of, article_ids=article_ids))

    async def commit_rematch(self, rematch: Rematch) -> None:
        """See `MatchStore`; a pass that another version began is followed by one from the start."""
        await self._write(partial(matches.commit_rematch, rematch=rematch))

    async def set_watchlist_versions(self, versions: Mapping[str, str]) -> None:
        """See `MatchStore`."""
        await self._write(partial(matches.set_watchlist_versions, versions=versions))

    async def seen_span(self) -> tuple[datetime, datetime] | None:
        """See `PastStore`."""
        return await self._read(past.seen_span)

    async def articles_seen(
        self, *, after: tuple[datetime, ArticleId], until: datetime, limit: int
    ) -> list[tuple[Article, Verdict]]:
        """See `PastStore`."""
        return await self._read(partial(past.articles_seen, after=after, until=until, limit=limit))

    async def placings(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, tuple[Story, ...]]:
        """See `PastStore`."""
        return await self._read(partial(past.placings, article_ids=article_ids))

    async def digest_slots(self) -> dict[str, DigestSlot]:
        """See `ComposeStore`."""
        return await self._read(outbox.digest_slots)

    async def set_digest_slot(self, recipient_id: str, slot: Slot) -> None:
        """See `ComposeStore`."""
        await self._write(partial(outbox.set_digest_slot, recipient_id=recipient_id, slot=slot))

    async def matched_articles(
        self, recipient_id: str, watchlists: Sequence[str], *, since: datetime
    ) -> list[MatchedArticle]:
        """See `ComposeStore`; merged stories are named by the one they were merged into."""
        asked = partial(matches.matched_articles, recipient_id=recipient_id, watchlists=watchlists, since=since)
        return await self._read(asked)

    async def told_in_full(self, recipient_id: str, *, since: datetime) -> frozenset[ArticleId]:
        """See `ComposeStore`."""
        return await self._read(partial(outbox.told_in_full, recipient_id=recipient_id, since=since))

    async def notices(self, *, after: int) -> list[Notice]:
        """See `ComposeStore`."""
        return await self._read(partial(notices.notices, after=after))

    async def sightings(self, watchlists: Sequence[str], *, since: datetime) -> list[Sighting]:
        """See `SurveyStore`."""
        return await self._read(partial(surveys.sightings, watchlists=watchlists, since=since))

    async def matched_before(self, watchlists: Sequence[str], *, before: datetime) -> frozenset[str]:
        """See `SurveyStore`."""
        return await self._read(partial(surveys.matched_before, watchlists=watchlists, before=before))

    async def last_digest_at(self, recipient_id: str) -> datetime | None:
        """See `SurveyStore`."""
        return await self._read(partial(surveys.last_digest_at, recipient_id=recipient_id))

    async def unsought(self, *, limit: int) -> list[Notice]:
        """See `SeekStore`."""
        return await self._read(partial(notices.unsought, limit=limit))

    async def keep_sought(self, number: int, *, address: str, at: datetime) -> None:
        """See `SeekStore`."""
        await self._write(partial(notices.keep_sought, number=number, address=address, at=at))

    async def outage_addresses(self) -> dict[tuple[str, datetime], str]:
        """(feed id, the outage's beginning) → the likely new address, for outages that have one."""
        return await self._read(notices.outage_addresses)

    async def feed_notices(self, feed_id: str, *, limit: int) -> list[Notice]:
        """What was told or is to be told of a feed, newest first."""
        return await self._read(partial(notices.feed_notices, feed_id=feed_id, limit=limit))

    async def commit_digest(self, commit: DigestCommit) -> bool:
        """See `ComposeStore`; outlives a loss of power."""
        return await self._write(partial(outbox.commit_digest, commit=commit), is_durable=True)

    async def wished_pages(self, feed_ids: Sequence[str], *, since: datetime, limit: int) -> list[PageWish]:
        """See `PageStore`."""
        return await self._read(partial(pages.wished_pages, feed_ids=feed_ids, since=since, limit=limit))

    async def keep_pages(self, found: Sequence[Page], addresses: Sequence[OtherAddress] = ()) -> None:
        """See `PageStore`; pages of articles that are gone are left out."""
        await self._write(partial(pages.keep_pages, found=found, addresses=addresses))

    async def claim_due_pages(self, now: datetime, *, limit: int, lease_s: float) -> list[ClaimedPage]:
        """See `PageStore`."""
        return await self._write(partial(pages.claim_due_pages, now=now, limit=limit, lease_s=lease_s))

    async def free_pages(self) -> int:
        """See `PageStore`."""
        return await self._write(pages.free_pages)

    async def unweighed(self, versions: Mapping[str, str], *, since: datetime, limit: int) -> list[Unweighed]:
        """See `PageStore`."""
        return await self._read(partial(pages.unweighed, versions=versions, since=since, limit=limit))

    async def keep_weighing(self, weighing: Weighing) -> None:
        """See `PageStore`."""
        await self._write(partial(pages.keep_weighing, weighing=weighing))

    async def claim_deliveries(
        self,
        now: datetime,
        *,
        limit: int,
        lease_s: float,
        at: datetime | None = None,
        channel: str | None = None,
        besides: Collection[str] = (),
    ) -> list[Delivery]:
        """See `DeliverStore`."""
        taken = partial(outbox.claim_deliveries, now=now, limit=limit, lease_s=lease_s)
        return await self._write(partial(taken, at=at, channel=channel, besides=besides))

    async def mark_phase(self, delivery_id: str, phase: str) -> None:
        """See `DeliverStore`; outlives a loss of power. Raises `StoreError` when the delivery is in other hands."""
        await self._write(partial(outbox.mark_phase, delivery_id=delivery_id, phase=phase), is_durable=True)

    async def commit_outcome(self, outcome: DeliveryOutcome) -> None:
        """See `DeliverStore`; outlives a loss of power. What was sent stays sent."""
        await self._write(partial(outbox.commit_outcome, outcome=outcome), is_durable=True)

    async def delivery_named(self, message_id: str) -> Delivery | None:
        """See `ReturnStore`."""
        return await self._read(partial(outbox.delivery_named, message_id=message_id))

    async def suspensions(self) -> list[Suspension]:
        """See `DeliverStore`."""
        return await self._read(suspensions.suspensions)

    async def lift_suspensions(self, recipient_id: str, *, at: datetime) -> list[Suspension]:
        """End what is in force for a recipient; which these were."""
        return await self._write(partial(suspensions.lift_suspensions, recipient_id=recipient_id, at=at))

    async def refused_in_a_row(self, recipient_id: str, channel: str, address: str) -> int:
        """See `DeliverStore`."""
        asked = partial(suspensions.refusals, recipient_id=recipient_id, channel=channel, address=address)
        return await self._read(asked)

    async def waiting(self, channel: str, *, due_by: datetime) -> tuple[int, datetime | None]:
        """See `DeliverStore`."""
        return await self._read(partial(outbox.waiting, channel=channel, due_by=due_by))

    async def deliveries(self, *, limit: int) -> list[Delivery]:
        """The newest deliveries, newest first."""
        return await self._read(partial(outbox.deliveries, limit=limit))

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """See `DeskStore`."""
        return await self._read(partial(outbox.delivery, delivery_id=delivery_id))

    async def archive(self, recipient_id: str, slot_key: str) -> Archive | None:
        """See `ArchiveStore`."""
        return await self._read(partial(archives.archive, recipient_id=recipient_id, slot_key=slot_key))

    async def deliveries_like(self, prefix: str) -> list[Delivery]:
        """See `ArchiveStore`."""
        return await self._read(partial(archives.deliveries_like, prefix=prefix))

    async def deliveries_to(self, recipient_id: str | None, *, limit: int) -> list[Delivery]:
        """See `ArchiveStore`."""
        return await self._read(partial(archives.deliveries_to, recipient_id=recipient_id, limit=limit))

    async def resent(self, delivery_id: str) -> list[Delivery]:
        """See `ArchiveStore`."""
        return await self._read(partial(archives.resent, delivery_id=delivery_id))

    async def told_until(self, recipient_id: str, *, at: datetime) -> datetime | None:
        """See `ArchiveStore`."""
        return await self._read(partial(archives.told_until, recipient_id=recipient_id, at=at))

    async def keep_resend(self, again: Delivery) -> None:
        """See `ArchiveStore`; outlives a loss of power."""
        await self._write(partial(archives.keep_resend, again=again), is_durable=True)

    async def keep_vote(self, vote: Vote) -> None:
        """See `VoteStore`."""
        await self._write(partial(votes.keep_vote, vote=vote))

    async def vote_on(self, article_id: ArticleId, watchlist: str, recipient_id: str) -> Vote | None:
        """See `DeskStore`."""
        asked = partial(votes.vote_on, article_id=article_id, watchlist=watchlist, recipient_id=recipient_id)
        return await self._read(asked)

    async def voted_articles(self, watchlist: str, *, since: datetime) -> list[VotedArticle]:
        """See `VoteStore`."""
        return await self._read(partial(votes.voted_articles, watchlist=watchlist, since=since))

    async def keep_preference(self, preference: Preference) -> bool:
        """See `PreferenceStore`; outlives a loss of power."""
        return await self._write(partial(preferences.keep_preference, preference=preference), is_durable=True)

    async def preferences(self, *, at: datetime | None = None) -> list[Preference]:
        """See `StandingPreferences`."""
        return await self._read(partial(preferences.preferences, at=at))

    async def preference_history(self, recipient_id: str) -> list[Preference]:
        """See `PreferenceStore`."""
        return await self._read(partial(preferences.preference_history, recipient_id=recipient_id))

    async def prune(self, *, articles_before: datetime, index_before: datetime, limit: int) -> dict[str, int]:
        """See `PruneStore`; also what hangs on the articles, and settled deliveries. Counts rows per table."""
        asked = partial(retention.prune, articles_before=articles_before, index_before=index_before, limit=limit)
        return await self._write(asked)

    async def counts(self) -> dict[str, int]:
        """Rows per table."""
        return await self._read(inspection.counts)

    async def article(self, article_id: ArticleId) -> Article | None:
        """A stored article, as it stands now."""
        return await self._read(partial(inspection.article, article_id=article_id))

    async def judged_article(self, article_id: ArticleId) -> tuple[Article | None, Verdict | None]:
        """A stored article with its verdict; (None, None) where there is none."""
        return await self._read(partial(inspection.judged_article, article_id=article_id))

    async def tellings(self, article_id: ArticleId) -> list[tuple[str, str, datetime]]:
        """Who had an article: (recipient, watchlist, when), oldest first."""
        return await self._read(partial(inspection.tellings, article_id=article_id))

    async def find_article(self, url_key: int) -> Article | None:
        """The article that a URL key leads to."""
        return await self._read(partial(inspection.find_article, url_key=url_key))

    async def host_feeds(self, host: str) -> dict[str, datetime]:
        """Feed id → when an article of a host was last first seen in it; reads the whole table."""
        return await self._read(partial(inspection.host_feeds, host=host))

    async def latest_articles(self, since: datetime, *, limit: int) -> list[Article]:
        """Articles first seen since, the newest first, without their texts."""
        return await self._read(partial(inspection.latest_articles, since=since, limit=limit))

    async def decisions(self, article_id: ArticleId) -> list[Decision]:
        """What was decided of an article and why, in the order of deciding."""
        return await self._read(partial(inspection.decisions, article_id=article_id))

    async def story(self, story_id: StoryId) -> Story | None:
        """A story; of one that went into another, that one."""
        return await self._read(partial(inspection.story, story_id=story_id))

    async def story_articles(self, story_id: StoryId) -> list[tuple[Article, Verdict, str]]:
        """The articles of a story and of those that went into it, by time, with verdicts and why they are there."""
        return await self._read(partial(inspection.story_articles, story_id=story_id))

    async def tied_stories(self, story_id: StoryId) -> list[Story]:
        """A story and all that are tied to it by redirects, events or storylines, oldest first."""
        return await self._read(partial(inspection.tied, of=story_id))

    async def feed_pages(self, feed_id: str, *, limit: int) -> list[Page]:
        """The pages of a feed's articles that were wanted last, the newest first."""
        return await self._read(partial(inspection.feed_pages, feed_id=feed_id, limit=limit))

    async def revisions(self, article_id: ArticleId) -> list[Revision]:
        """An article's states, the first one first; empty for one that never changed."""
        return await self._read(partial(inspection.revisions, article_id=article_id))

    async def _write(self, work: Callable[[Connection], _Result], *, is_durable: bool = False) -> _Result:
        if self.writer is None:
            raise StoreError(f"The store {self.place} was opened for reading only. Nothing was written.")
        return await asyncio.wrap_future(self.writer.submit(work, is_durable=is_durable))

    async def _read(self, work: Callable[[Connection], _Result]) -> _Result:
        if self._readers is None:
            return await self._write(work)
        if self._is_closed:
            raise StoreError(f"The store {self.place} is closed.")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, _reading, self._readers, work)
        except Exception as error:
            raise store_error(error, self.place) from error


def _reading(engine: Engine, work: Callable[[Connection], Any]) -> Any:
    with engine.connect() as connection:
        return work(connection)
