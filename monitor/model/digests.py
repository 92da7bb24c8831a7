"""Recipients, digests, messages, deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from monitor.model.alerts import AlertFacts, AlertRules, VolumeAlarm
from monitor.model.articles import Article, ArticleId, Change, ChangeKind, Revision, Verdict
from monitor.model.notices import Notice
from monitor.model.stationery import Stationery
from monitor.model.stories import Origin, Place, Story, StoryId
from monitor.model.suspensions import Suspension
from monitor.model.volumes import Volume
from monitor.model.watchlists import Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a recipient gets digests, on the wall clock of `zone` (IANA).

    `times` are minutes since local midnight, sorted and distinct; `weekdays` are 0 = Monday … 6 = Sunday.
    Cron lines are reduced to this form by the configuration (`minutes` × `hours` × days); `monthdays` empty = any.
    """

    zone: str
    times: tuple[int, ...]
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    monthdays: tuple[int, ...] = ()
    months: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One planned digest: the moment, and the key that makes it unique (local wall time, "2026-11-22T07:00")."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who gets digests, by each of `channels` (names of the configuration, such as "maildir"), one delivery each.

    `language` is one of those that digests are written in. `stories_per_day`: how many are told in full on a day, the
    best, the others as titles; None: no such bound. `is_operator`: who runs this, and is told of feeds that fail.
    `heartbeat_after`: when nothing was mailed for so long, a digest says just that; None: silence is kept.
    `alerts`: how to tell at once; None tells nothing so.
    """

    id: str
    address: str
    name: str = ""
    watchlists: tuple[str, ...]
    schedule: Schedule
    language: str = "en"
    channels: tuple[str, ...] = ("maildir",)
    max_stories: int = 35
    stories_per_day: int | None = None
    is_operator: bool = False
    heartbeat_after: timedelta | None = None
    alerts: AlertRules | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedArticle:
    """A match with what is known of its article, as gathered for a digest.

    `was_told`: this recipient has had this article, at `told_at`, and knows it to stand at `had_in` (None: told before
    this was noted, or in no story). `story` is the one that it is part of now, None when it was not grouped.
    `lineage` is the story that it was placed in, then all that tell what this belongs to or once belonged to (what it
    went into or was parted from, what went into these, the first stories of their events, those of `had_in`), by id;
    empty stands for `story` alone. `state` numbers the article's present state (0: it never changed). Where the
    recipient had an earlier one, `had` is that and `latest` the present one.
    """

    article: Article
    verdict: Verdict
    match: Match
    story: Story | None
    was_told: bool = False
    told_at: datetime | None = None
    had_in: Place | None = None
    lineage: tuple[Story, ...] = ()
    state: int = 0
    had: Revision | None = None
    latest: Revision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One article inside a digest's story."""

    article: Article
    match: Match
    verdict: Verdict


class StoryState(StrEnum):
    """What a story is to this recipient.

    NEW: nothing of it was told before. DEVELOPING: some of it was, and this is more. CARRIED: some of it was, and
    all that came since are copies of what was told: only worth a line that says where.
    """

    NEW = "new"
    DEVELOPING = "developing"
    CARRIED = "carried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """What a recipient was told before, in the words of then; `at` is None where that was not kept."""

    title: str
    language: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestStory:
    """One story as it will be told.

    `lead` carries title, quote and reasons; `others` are the further articles, oldest first. `points` is the best of
    its matches, `relevance` what the lead's points say as a share of 1 (`core.scoring.calibration`). `told_before`
    counts its articles that this recipient already had (they are not told again), `had` is the last of them.
    `first_day` tells that no time of the first article is known. `origins` are the independent voices behind what is
    told and new; of the articles told, `repeats` are copies of what the recipient had. `is_corrected`: an outlet took
    back or corrected what the recipient had of it, as `Digest.changed` tells. `is_brief`: only its title is told; the
    mail has no room for more, or (`is_above_budget`) the recipient's stories of the day are told.
    `is_again`: it was told in full before on the same day, which leaves the day's budget as it is.
    """

    story_id: StoryId
    watchlist: str
    state: StoryState
    lead: Telling
    others: tuple[Telling, ...]
    points: float
    threshold: float
    relevance: float
    first_at: datetime
    first_day: date | None = None
    told_before: int = 0
    had: Had | None = None
    origins: tuple[Origin, ...] = ()
    repeats: int = 0
    is_corrected: bool = False
    is_brief: bool = False
    is_above_budget: bool = False
    is_again: bool = False

    @property
    def tellings(self) -> tuple[Telling, ...]:
        """Lead and others."""
        return (self.lead, *self.others)

    @property
    def outlets(self) -> tuple[str, ...]:
        """The distinct outlets that carried it, the lead's first, then as they came."""
        return tuple(dict.fromkeys(telling.article.outlet for telling in self.tellings))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedArticle:
    """An article that says something else than when this recipient was told of it, and what; seen changed at `at`.

    `state` numbers the state that is told now.
    """

    article: Article
    at: datetime
    changes: tuple[Change, ...]
    state: int

    @property
    def is_withdrawal(self) -> bool:
        """Whether the outlet itself says that something was wrong."""
        return any(one.kind in (ChangeKind.RETRACTION, ChangeKind.CORRECTION) for one in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """That nothing matched since the last digest at `since` (None: ever), while so many feeds are polled."""

    since: datetime | None
    feeds: int
    failing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerted:
    """A story that an alert told at `at`, by the article that led there."""

    article: Article
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The matches of one recipient for one slot, unformatted. Stories are in reading order: points, then time;
    those above the recipient's budget of the day behind those within it.

    `rest` counts stories that did not fit (they stay untold and come next time, none is lost); `waiting` are the best
    of these, by title, for where there is more room than in a mail.
    `mergers` are stories that this recipient had under the first title and that turned out to be part of the second.
    `partings` are stories that a person parted from the second title, under which this recipient had them.
    `changed` are articles that changed since this recipient was told of them; `more_changed` counts those for which
    there was no room (they come next time).
    `held_back` counts stories that were old when first seen (a new feed's backlog): kept, never told.
    `muted` counts stories with news that the reader muted, or all of whose outlets (they stay untold).
    `notices` are what an operator is told of feeds, `more_notices` how many of them are counted and not listed. A
    digest may have notices or alarms and no stories. `alarms` say that a watchlist has far more or fewer stories than
    usual. `alerted` are stories that an alert told since the last digest: not told again, only named. `alert` makes it
    an alert: a digest of cadence "now". `volume` is what came against what comes usually, None without a history;
    `heartbeat` says that there is nothing to tell.
    """

    recipient: Recipient
    slot: Slot
    since: datetime | None
    until: datetime
    titles: Mapping[str, str]
    """Watchlist name → its title in the recipient's language."""
    stories: tuple[DigestStory, ...]
    rest: int = 0
    waiting: tuple[DigestStory, ...] = ()
    held_back: int = 0
    mergers: tuple[tuple[str, str], ...] = ()
    partings: tuple[tuple[str, str], ...] = ()
    changed: tuple[ChangedArticle, ...] = ()
    more_changed: int = 0
    notices: tuple[Notice, ...] = ()
    more_notices: int = 0
    muted: int = 0
    volume: Volume | None = None
    heartbeat: Heartbeat | None = None
    alarms: tuple[VolumeAlarm, ...] = ()
    alerted: tuple[Alerted, ...] = ()
    alert: AlertFacts | None = None

    @property
    def article_ids(self) -> tuple[ArticleId, ...]:
        """Every article told in this digest."""
        return tuple(telling.article.id for story in self.stories for telling in story.tellings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A rendered digest. `content` is what goes over the wire, byte for byte: of a mail with CRLF line ends.

    What is no mail has its payload there (JSON in UTF-8, mostly), its own id and a title as `subject`, and neither
    `sender`, `recipient` nor `html`; `text` is what of it a person would read. A mail that was just written says with
    what (`stationery`); the outbox does not keep that, the archive does.
    """

    message_id: str
    sender: str
    recipient: str
    subject: str
    html: str = field(repr=False)
    text: str = field(repr=False)
    content: bytes = field(repr=False)
    stationery: Stationery | None = field(default=None, repr=False, compare=False)


class DeliveryState(StrEnum):
    """The life of a delivery: pending → sending → sent | pending (later) | uncertain | dead."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one recipient, as it stands in the outbox.

    `id` is short, printable and derived from (recipient, slot, channel). `phase` is "" until the channel is about to
    hand over the last byte, then "data": a delivery found in that phase after a crash is uncertain.
    `attempts` counts tries begun. `was_uncertain` stays true once an attempt has ended uncertain: the next one is the
    single repeat that law 5 allows. `resend_of`: a person asked for this one, which bears the message of that earlier
    delivery once more.
    """

    id: str
    recipient_id: str
    slot_key: str
    channel: str
    message: Message
    state: DeliveryState = DeliveryState.PENDING
    phase: str = ""
    attempts: int = 0
    next_attempt_at: datetime
    composed_at: datetime
    sent_at: datetime | None = None
    last_code: int = 0
    last_reply: str = ""
    was_uncertain: bool = False
    resend_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOutcome:
    """What became of one attempt: the next state and, for pending and uncertain, when to try again.

    `is_untold`: it certainly never arrived and will not be sent again, so that what it told is to be told anew, unless
    the same digest may have come another way. `suspension` begins with it; `notices` are for the operators.
    `is_bounce`: it was sent, and came back.
    """

    delivery_id: str
    state: DeliveryState
    at: datetime
    next_attempt_at: datetime | None = None
    code: int = 0
    reply: str = ""
    is_untold: bool = False
    is_bounce: bool = False
    suspension: Suspension | None = None
    notices: tuple[Notice, ...] = ()
