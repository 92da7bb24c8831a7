"""What the pipeline needs from the world: small Protocols, one per need.

All store methods may raise `StoreError`; a method that writes is one transaction.

Longer than 400 lines because it is the one page on which a reader finds what is asked of the world.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model.alerts import AlertThread, VolumeAlarm
from monitor.model.archives import Archive
from monitor.model.articles import Article, ArticleId, Candidate, LedgerRow, Sketch, Verdict
from monitor.model.calls import Answer, Call
from monitor.model.commits import DigestCommit, DigestSlot, Identities, Intake, Rematch
from monitor.model.digests import Delivery, DeliveryOutcome, Digest, MatchedArticle, Message, Slot
from monitor.model.errands import Errand
from monitor.model.feeds import Feed, FeedState, Fetched, FetchFailed, FetchOutcome, FetchRequest, ParsedFeed
from monitor.model.links import LinkClaim
from monitor.model.notices import Notice
from monitor.model.pages import (
    ClaimedPage,
    OtherAddress,
    Page,
    PageRequest,
    PageText,
    PageWish,
    Redirected,
    RobotsAnswer,
    Unweighed,
    Weighing,
)
from monitor.model.preferences import Preference, Way
from monitor.model.publications import Publication
from monitor.model.returns import ReturnedMail
from monitor.model.stories import Story, StoryId
from monitor.model.suspensions import Suspension
from monitor.model.volumes import Sighting, WatchedHour
from monitor.model.votes import Vote, VotedArticle


class Clock(Protocol):
    """The time, as an argument."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


class Source(Protocol):
    """A kind of origin."""

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """One conditional GET; never raises for what the world does, only for bugs and cancellation."""
        ...

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        """Entries of a body, outside the event loop. Raises `ParseError` when it is no feed."""
        ...


class Turn(Protocol):
    """Turns at hosts for requests that no check's own turn covers: redirects to another host, a sitemap's children."""

    async def __call__(self, url: str, *, outlet: str = "") -> float:
        """0.0 once a request for this address may start; else at once the seconds for which its host wants quiet.

        With `outlet` it takes that outlet's turn, too.
        """
        ...


class PageSource(Protocol):
    """Web pages, and what sites say to programs that read them."""

    async def hop(self, request: PageRequest) -> Fetched | Redirected | FetchFailed:
        """One GET that follows nothing; never raises for what the world does, only for bugs and cancellation."""
        ...

    async def read(self, fetched: Fetched) -> PageText:
        """The main text of a page, outside the event loop. Raises `ParseError`."""
        ...

    async def ask_robots(self, body: bytes, agent: str, url: str) -> RobotsAnswer:
        """What a robots.txt says to an agent of an address, outside the event loop. Raises `ParseError`."""
        ...


class FeedStore(Protocol):
    """Feeds and their due times."""

    async def sync_feeds(self, states: Sequence[FeedState]) -> None:
        """Make exactly these feeds active; known ones keep their state unless the URL changed."""
        ...

    async def claim_due_feeds(self, now: datetime, *, limit: int, lease_s: float) -> list[FeedState]:
        """Up to `limit` active feeds due by `now`, oldest due first; leased so that nobody else gets them."""
        ...

    async def feed_states(self, *, after: str = "", limit: int | None = None) -> list[FeedState]:
        """All active feeds, by id; or the next `limit` behind the last one given, in an order that stays the same."""
        ...

    async def leased_feeds(self, now: datetime) -> frozenset[str]:
        """The ids of the active feeds whose lease has not lapsed: of a process that was killed, too."""
        ...

    async def next_due_at(self) -> datetime | None:
        """When the next active, unleased feed is due."""
        ...

    async def commit_intake(self, intake: Intake) -> None:
        """Keep feed states that changed without a check (a later turn, a pause); ends their leases."""
        ...


class IntakeStore(Protocol):
    """What collecting asks and keeps."""

    async def ledger_rows(self, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], LedgerRow]:
        """The rows of (feed id, entry key) pairs that are known."""
        ...

    async def identities(self, url_keys: Sequence[int], title_keys: Sequence[int], *, since: datetime) -> Identities:
        """The articles behind URL keys (of any age) and title keys (first seen since)."""
        ...

    async def candidates(
        self, sketches: Sequence[Sketch], *, since: datetime, min_shared: int, limit: int, stop_count: int
    ) -> tuple[list[list[Candidate]], frozenset[int]]:
        """For each sketch the stored articles (first seen since) sharing ≥ `min_shared` of its hashes, best first.

        Also the hashes found in more than `stop_count` articles (not counted as shared): the caller may make them
        stop hashes through `Intake`.
        """
        ...

    async def commit_intake(self, intake: Intake) -> None:
        """Keep a batch, whole or not at all. Raises `StoreChangedError` when what it rests on changed meanwhile."""
        ...

    async def artifact(self, name: str) -> bytes | None:
        """A named byte string kept with an intake."""
        ...


class StoryStore(Protocol):
    """Stories that may still grow, and which articles stand in one."""

    async def open_stories(self, *, since: datetime) -> list[Story]:
        """Stories not merged away whose last article is not older than `since`, oldest first."""
        ...

    async def story_ids(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, StoryId]:
        """The stories, open or closed, of those articles that are in one, redirects of merged stories followed."""
        ...

    async def stories_of(self, article_ids: Sequence[ArticleId]) -> list[Story]:
        """The same stories whole, each once, oldest first."""
        ...


class MatchStore(Protocol):
    """What matching a changed watchlist asks and keeps."""

    async def watchlist_versions(self) -> dict[str, tuple[str, ArticleId]]:
        """Watchlist → (version fully scored, cursor of a rescoring under way or 0)."""
        ...

    async def articles_after(self, cursor: ArticleId, *, since: datetime, limit: int) -> list[Article]:
        """Stored articles with a larger id, first seen since, by id."""
        ...

    async def commit_rematch(self, rematch: Rematch) -> None:
        """Replace the matches of one watchlist for some articles. Raises `StoreChangedError` as `commit_intake`."""
        ...

    async def set_watchlist_versions(self, versions: Mapping[str, str]) -> None:
        """Take these versions as fully scored (a store without articles)."""
        ...


class PastStore(Protocol):
    """What is stored, read through once in the order of time: to try a watchlist on. Nothing is kept."""

    async def seen_span(self) -> tuple[datetime, datetime] | None:
        """When the first and the last of the stored articles were first seen; None without any."""
        ...

    async def articles_seen(
        self, *, after: tuple[datetime, ArticleId], until: datetime, limit: int
    ) -> list[tuple[Article, Verdict]]:
        """The next stored articles behind (first seen at, id), first seen until then, in that order."""
        ...

    async def placings(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, tuple[Story, ...]]:
        """Of those articles that are in a story: what that is part of now, then its lineage (see `MatchedArticle`)."""
        ...


class StandingPreferences(Protocol):
    """What readers asked for, as composing reads it."""

    async def preferences(self, *, at: datetime | None = None) -> list[Preference]:
        """What stands (or stood at a moment) of all recipients: each one's last words, where they are on, by time."""
        ...


class StandingSuspensions(Protocol):
    """For whom nothing is composed or sent."""

    async def suspensions(self) -> list[Suspension]:
        """The last suspension of every recipient and channel that had one, lifted ones too."""
        ...


class ComposeStore(StandingPreferences, StandingSuspensions, Protocol):
    """What composing asks and keeps."""

    async def digest_slots(self) -> dict[str, DigestSlot]:
        """Recipient id → the slot waited for."""
        ...

    async def set_digest_slot(self, recipient_id: str, slot: Slot) -> None:
        """Plan a recipient's slot (first start, changed schedule); what was told stays told."""
        ...

    async def matched_articles(
        self, recipient_id: str, watchlists: Sequence[str], *, since: datetime
    ) -> list[MatchedArticle]:
        """Matches of articles first seen since, by story then time.

        Told ones too, and of stories that changed since (or since the last telling) however old: a story that grows is
        told as an update of what the recipient had, and what became of it is said.
        """
        ...

    async def told_in_full(self, recipient_id: str, *, since: datetime) -> frozenset[ArticleId]:
        """The articles that head stories which this recipient was told in full since (`DigestCommit.in_full`)."""
        ...

    async def notices(self, *, after: int) -> list[Notice]:
        """What operators are told of feeds: those with a number larger than `after`, by number."""
        ...

    async def commit_digest(self, commit: DigestCommit) -> bool:
        """Keep a digest; False when this slot was already kept (then nothing changed)."""
        ...


class AlertStore(Protocol):
    """What alerting asks beside what composing does."""

    async def alert_marks(
        self, recipient_id: str, lines: Mapping[str, float], *, since: datetime
    ) -> frozenset[tuple[ArticleId, int]]:
        """What may call for an alert, to see cheaply whether anything does and whether that is new.

        Untold articles first seen since with a match at or over its watchlist's line (with 0), and what alerts told
        that changed since (with 1).
        """
        ...

    async def alert_times(self, recipient_id: str, *, since: datetime) -> list[datetime]:
        """When alerts of a recipient were kept since, by time."""
        ...

    async def alert_threads(self, recipient_id: str) -> list[AlertThread]:
        """The threads of a recipient's alerts, one a story, by story."""
        ...

    async def waiting_alarms(self, recipient_id: str) -> list[VolumeAlarm]:
        """The alarms about volume that a recipient was not told yet, oldest first."""
        ...


class VolumeStore(Protocol):
    """What alarms about the volume of news ask and keep."""

    async def keep_watch(self, hour: datetime, *, now: datetime) -> None:
        """Note that we are awake in a UTC hour, and the share of feeds that are well; an hour's best note stays."""
        ...

    async def watched_hours(self, *, since: datetime) -> list[WatchedHour]:
        """The hours that were noted since, by time."""
        ...

    async def known_alarms(self, *, since: datetime) -> list[VolumeAlarm]:
        """All alarms kept since, told or not, oldest first."""
        ...

    async def keep_alarms(self, alarms: Sequence[VolumeAlarm], *, going_on: Sequence[VolumeAlarm] = ()) -> None:
        """Keep alarms that wait to be told, and those that go on with an earlier one (never told); known ones stay."""
        ...


class PreferenceStore(StandingPreferences, Protocol):
    """What readers ask for of their digests."""

    async def keep_preference(self, preference: Preference) -> bool:
        """Keep a word that changes what stands; False, changing nothing, for any other and for one older than that."""
        ...

    async def preference_history(self, recipient_id: str) -> list[Preference]:
        """Every word of a recipient that was kept, by time."""
        ...


class SurveyStore(Protocol):
    """What a digest says of the past beside its stories."""

    async def sightings(self, watchlists: Sequence[str], *, since: datetime) -> list[Sighting]:
        """The matches of these watchlists whose article was first seen since, in no order."""
        ...

    async def matched_before(self, watchlists: Sequence[str], *, before: datetime) -> frozenset[str]:
        """Those of these watchlists that matched an article which was first seen earlier."""
        ...

    async def last_digest_at(self, recipient_id: str) -> datetime | None:
        """When the last digest that went into the outbox was composed for a recipient; None without any."""
        ...


class SeekStore(Protocol):
    """Outages whose feed may have a new address."""

    async def unsought(self, *, limit: int) -> list[Notice]:
        """Notices of outages that were not searched for yet, oldest first."""
        ...

    async def keep_sought(self, number: int, *, address: str, at: datetime) -> None:
        """Note what the search for a notice's feed found ("": nothing): it is not searched for again."""
        ...


class PageStore(Protocol):
    """Pages of matched articles: which are wanted, what was read, what it changed."""

    async def wished_pages(self, feed_ids: Sequence[str], *, since: datetime, limit: int) -> list[PageWish]:
        """Untold articles of these feeds, seen and matched since, whose page was not asked for in this state."""
        ...

    async def keep_pages(self, pages: Sequence[Page], addresses: Sequence[OtherAddress] = ()) -> None:
        """Keep pages as they are now and end their leases; what a page just read says of its matches is unweighed.

        `addresses` are kept with their decisions. A key that leads to another article stays that one's, its decision is
        kept as "elsewhere"; of one that leads to the same article already, nothing is kept.
        """
        ...

    async def claim_due_pages(self, now: datetime, *, limit: int, lease_s: float) -> list[ClaimedPage]:
        """Up to `limit` wanted pages due by `now`, oldest due first; leased, with one more attempt."""
        ...

    async def free_pages(self) -> int:
        """End all leases, at a start: who held them lives no more. The attempts stay counted; how many there were."""
        ...

    async def unweighed(self, versions: Mapping[str, str], *, since: datetime, limit: int) -> list[Unweighed]:
        """Untold matches of these versions (watchlist → version) whose page was read since and not yet weighed."""
        ...

    async def keep_weighing(self, weighing: Weighing) -> None:
        """Keep what became of an article's matches, unless it changed, was matched anew or told meanwhile."""
        ...


class DeliverStore(StandingPreferences, StandingSuspensions, Protocol):
    """The outbox."""

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
        """Deliveries due by `now` (pending or uncertain), now `sending` with one more attempt, leased from `at` on.

        Of one channel, or of all but those named `besides`. Rows whose lease lapsed come back first: as pending, or as
        uncertain when found in phase "data" (a crash in that phase), due 15 minutes later; dead when that was their one
        repeat. A delivery that was ever uncertain says so (`was_uncertain`). `at` is `now` where it is not given.
        """
        ...

    async def mark_phase(self, delivery_id: str, phase: str) -> None:
        """Record durably that the channel is about to hand over the last byte."""
        ...

    async def commit_outcome(self, outcome: DeliveryOutcome) -> None:
        """Keep what became of an attempt, with all that follows from it; clears phase and lease."""
        ...

    async def refused_in_a_row(self, recipient_id: str, channel: str, address: str) -> int:
        """How many of the newest settled deliveries to an address were refused for good, in a row.

        Those composed before a suspension was lifted do not count; ten at most are looked at.
        """
        ...

    async def waiting(self, channel: str, *, due_by: datetime) -> tuple[int, datetime | None]:
        """How many deliveries of a channel are due by then, and when an attempt on it was last begun."""
        ...


class ReturnStore(Protocol):
    """What mail that comes back asks and keeps."""

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """One delivery."""
        ...

    async def delivery_named(self, message_id: str) -> Delivery | None:
        """The delivery whose mail has this Message-ID; of several the last."""
        ...

    async def refused_in_a_row(self, recipient_id: str, channel: str, address: str) -> int:
        """As in `DeliverStore`."""
        ...

    async def commit_outcome(self, outcome: DeliveryOutcome) -> None:
        """As in `DeliverStore`; one that is being sent at the moment is left alone."""
        ...


class ReturnsBox(Protocol):
    """The mailbox that refusals come back to. Nothing in it is deleted."""

    async def unread(self, *, since: datetime, limit: int) -> list[ReturnedMail]:
        """Up to `limit` unread mails that arrived since and were not looked at before. Raises `MailboxError`."""
        ...

    async def mark_read(self, uids: Sequence[int]) -> None:
        """Mark mails as read. Raises `MailboxError`."""
        ...

    def forget(self, uids: Sequence[int]) -> None:
        """Look at mails again next time."""
        ...


class ArchiveStore(Protocol):
    """What was sent, and what it was composed from."""

    async def deliveries_to(self, recipient_id: str | None, *, limit: int) -> list[Delivery]:
        """The newest deliveries, newest first; of one recipient, or of all."""
        ...

    async def deliveries_like(self, prefix: str) -> list[Delivery]:
        """The deliveries whose id begins so, by id, two at most: more than one answers nothing."""
        ...

    async def archive(self, recipient_id: str, slot_key: str) -> Archive | None:
        """What a slot's digest was composed from; None where nothing was kept, or it was pruned.

        Raises `StoreError` for one that this program cannot read.
        """
        ...

    async def told_until(self, recipient_id: str, *, at: datetime) -> datetime | None:
        """When the last of a recipient's slots was done by then; None before the first."""
        ...

    async def resent(self, delivery_id: str) -> list[Delivery]:
        """The deliveries that bear the message of this one once more, oldest first."""
        ...

    async def keep_resend(self, again: Delivery) -> None:
        """Put a message into the outbox once more, as a person asked. Raises `StoreError` for an id that stands."""
        ...


class PruneStore(Protocol):
    """Retention."""

    async def prune(self, *, articles_before: datetime, index_before: datetime, limit: int) -> dict[str, int]:
        """Delete at most `limit` rows of each kind past its time; counts per table. Identity keys outlive articles.

        What hangs on an article goes with it; one that a counting vote is cast on stays.
        """
        ...


class VoteStore(Protocol):
    """What readers say of articles."""

    async def keep_vote(self, vote: Vote) -> None:
        """Keep a vote in place of the same reader's earlier one; an older one than that changes nothing."""
        ...

    async def voted_articles(self, watchlist: str, *, since: datetime) -> list[VotedArticle]:
        """The votes on a watchlist that count, cast since, by time, with their articles.

        An article that is voted on outlives its time (see `PruneStore`); of one that is gone there is nothing.
        """
        ...


class DeskStore(Protocol):
    """What answering readers' links asks and keeps, beside `PreferenceStore`."""

    async def keep_vote(self, vote: Vote) -> None:
        """See `VoteStore`."""
        ...

    async def vote_on(self, article_id: ArticleId, watchlist: str, recipient_id: str) -> Vote | None:
        """A reader's last word on an article for a watchlist, taken back ones included."""
        ...

    async def article(self, article_id: ArticleId) -> Article | None:
        """A stored article, as it stands now."""
        ...

    async def story(self, story_id: StoryId) -> Story | None:
        """A story; of one that went into another, that one."""
        ...

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """A delivery that is still kept."""
        ...


class Desk(Protocol):
    """Where readers' links are answered."""

    def claim_of(self, token: str) -> LinkClaim | None:
        """What a token claims; None for one that this installation did not sign."""
        ...

    async def look(self, claim: LinkClaim) -> Errand:
        """What the link is for, as it stands; changes nothing."""
        ...

    async def act(self, claim: LinkClaim, *, way: Way, is_on: bool = True) -> Errand:
        """Do what is claimed, or take it back (`is_on` False), and how it stands then; twice is once."""
        ...

    async def archived(self, claim: LinkClaim) -> str | None:
        """The HTML of the digest that a VIEW link shows; None once it is not kept any more."""
        ...


class Links(Protocol):
    """Addresses of this installation that stand in digests; the same claim always gives the same address."""

    def url(self, claim: LinkClaim) -> str | None:
        """A page where the recipient can do what is claimed; None where readers cannot reach this installation."""
        ...

    def one_click(self, claim: LinkClaim) -> str | None:
        """Where a POST alone does it (RFC 8058); None without a reachable https base."""
        ...

    def subject(self, claim: LinkClaim) -> str:
        """The subject of a mail that does it: for readers who cannot reach this installation by the web."""
        ...


class Renderer(Protocol):
    """Digest → message; pure but for reading its templates."""

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        """Raises `RenderError`."""
        ...


class PhaseMark(Protocol):
    """Called by a channel right before it hands over the last byte; must have returned before it does."""

    async def __call__(self) -> None:
        """Return when the mark is durable."""
        ...


class PublishStore(Protocol):
    """What publishing asks."""

    async def matched_articles(
        self, recipient_id: str, watchlists: Sequence[str], *, since: datetime
    ) -> list[MatchedArticle]:
        """See `ComposeStore`; of the recipient "" nothing was ever told."""
        ...

    async def revised_at(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, datetime]:
        """When articles were last seen changed; those that never were are left out."""
        ...


class Publisher(Protocol):
    """Where feeds of watchlists lie."""

    async def put(self, publication: Publication) -> bool:
        """Put it in place of what is there, if it differs; whether it did. Raises `RenderError`, `DeliveryError`."""
        ...


class Caller(Protocol):
    """Web addresses of other programs, called by POST."""

    async def call(self, call: Call, mark: PhaseMark) -> Answer:
        """One POST that follows nothing; `mark` is awaited before its body leaves.

        Any status is an answer; raises `DeliveryError` where none came, uncertain once the body may have arrived.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; calling again opens new ones."""
        ...


class Channel(Protocol):
    """A way to deliver."""

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """Deliver; returns the receiver's reply. Raises `DeliveryError`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
