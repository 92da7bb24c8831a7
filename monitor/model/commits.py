"""What a stage asks the store to keep, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.alerts import AlertThread, VolumeAlarm
from monitor.model.archives import Archive
from monitor.model.articles import Article, ArticleId, Decision, LedgerRow, Revision, Sketch, Verdict
from monitor.model.digests import Delivery, Slot
from monitor.model.feeds import FeedState
from monitor.model.notices import Notice
from monitor.model.stories import Joining, Place, Story
from monitor.model.watchlists import Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Everything that a batch of checks brought: all of it is kept, or nothing.

    `notices` are what the new feed states give an operator to know. `aliases` maps a URL key to the article it leads to
    (first writer wins). `sketches` are for the shingle index. `stories` are new or changed stories, whole. `artifacts`
    are named byte strings (hashed document frequencies). `rests_on` are artifacts as they were read (None: there was
    none) when the batch was decided, `stories_read` stories as they were read: a store that holds another refuses the
    batch. `articles` are new only; `verdicts` and `ledger` cover every entry that was not simply known.
    """

    feed_states: tuple[FeedState, ...] = ()
    notices: tuple[Notice, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()
    articles: tuple[Article, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    aliases: Mapping[int, ArticleId] = field(default_factory=dict)
    sketches: Mapping[ArticleId, Sketch] = field(default_factory=dict)
    stop_hashes: frozenset[int] = frozenset()
    revisions: tuple[Revision, ...] = ()
    matches: tuple[Match, ...] = ()
    stories: tuple[Story, ...] = ()
    joinings: tuple[Joining, ...] = ()
    decisions: tuple[Decision, ...] = ()
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    rests_on: Mapping[str, bytes | None] = field(default_factory=dict)
    stories_read: tuple[Story, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """What the store knows of some keys: the articles that URL keys and title keys lead to.

    `forgotten` are URL keys whose article was pruned: known, but no longer at hand to compare with.
    """

    by_url: Mapping[int, Article]
    by_title: Mapping[int, tuple[Article, ...]]
    forgotten: Mapping[int, ArticleId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rematch:
    """The result of scoring stored articles against a changed watchlist.

    `matches` replace those of `watchlist` for `scored_ids`; what was told stays told. `cursor` is the last article
    scored; with `is_complete` the watchlist's stored version becomes `version`. `rests_on`: as in `Intake`.
    """

    watchlist: str
    version: str
    scored_ids: tuple[ArticleId, ...]
    matches: tuple[Match, ...]
    stories: tuple[Story, ...] = ()
    joinings: tuple[Joining, ...] = ()
    decisions: tuple[Decision, ...] = ()
    rests_on: Mapping[str, bytes | None] = field(default_factory=dict)
    cursor: ArticleId
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCommit:
    """A composed digest: its deliveries (none when there is nothing to say), what it tells, and the next slot.

    One delivery a channel of the recipient, all kept or none.

    Unique per (recipient, slot): committing a slot again changes nothing.
    """

    recipient_id: str
    slot: Slot
    next_slot: Slot | None
    """None leaves the slot waited for and the period told as they are: an alert tells between two digests."""
    deliveries: tuple[Delivery, ...] = ()
    told: tuple[tuple[str, ArticleId], ...] = ()
    """(watchlist, article) pairs."""
    states: Mapping[ArticleId, int] = field(default_factory=dict)
    """The number of the state that is told of an article (absent: the first, 0); also of articles told before."""
    in_full: tuple[ArticleId, ...] = ()
    """Of those told, the articles that head stories told in full: each takes a place of a day's reading budget."""
    places: Mapping[ArticleId, Place] = field(default_factory=dict)
    """Where the recipient knows an article to stand now; also of articles told before."""
    told_notice: int | None = None
    """The number of the last notice about feeds that is told with it; None leaves that as it was."""
    alarms: tuple[VolumeAlarm, ...] = ()
    """The alarms about volume that are told with it."""
    threads: tuple[AlertThread, ...] = ()
    """Of an alert: its thread, by every story of it."""
    archive: Archive | None = None
    """What it was composed from; kept only with deliveries."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSlot:
    """The slot a recipient is waiting for, and the end of the last period told (None before the first).

    `told_notice` is the number of the last notice about feeds that the recipient was told (None: none yet).
    """

    recipient_id: str
    slot: Slot
    told_until: datetime | None
    told_notice: int | None = None
