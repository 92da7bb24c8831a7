"""Feeds, their state between checks, and the outcomes of a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One polled address as the user configured it.

    `id` is a slug, unique and stable: state is kept under it. `language` is a BCP 47 tag, `country` ISO 3166-1
    alpha-2; both are what the outlet is known to publish, not a guess. `min_interval_s` is the user's floor.
    `heeds_wishes`: whether what the server and the document ask of pollers (max-age, ttl, skipHours …) is obeyed;
    Retry-After always is. `site` is the page that the feed belongs to, if the user said so. `zone` is an IANA time zone
    for dates that name none. `source` names the adapter ("feed").
    `wants_full_text`: the pages of its articles are read where these match a watchlist.
    """

    id: str
    url: str
    outlet: str
    language: str | None = None
    country: str | None = None
    source: str = "feed"
    zone: str | None = None
    min_interval_s: int | None = None
    is_enabled: bool = True
    heeds_wishes: bool = True
    site: str | None = None
    wants_full_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask "changed since?" with: verbatim, and only for the URL that gave it."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a server and its document ask of pollers; seconds. Hours count in UTC, days from Monday = 0.

    `max_age_s` is the lifetime that the last whole answer named (a 304 may shorten it). `period_s` is the longer of
    the document's ttl and its sy:updatePeriod.
    """

    max_age_s: float | None = None
    period_s: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A permanent redirect: watched first, adopted later. The configured address stays what it is.

    `target` was seen `sightings` times from `first_at` to `last_at`; `has_overlap`: it served entries known from here.
    `adopted_url` is asked instead of the configured address since `adopted_at`.
    """

    target: str = ""
    first_at: datetime | None = None
    last_at: datetime | None = None
    sightings: int = 0
    has_overlap: bool = False
    adopted_url: str = ""
    adopted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How a feed brings news, as far as it was watched. Counts and times fade: half a year ago counts a third.

    `news_at` is the last check that brought new entries, `bursts` counts such checks, `arrived` their entries, over
    `watched_s` seconds; `longest_quiet_s` is the longest wait between two of them. `spacing_s` is the mean distance
    of the dates in the first window. A gap is a window that shares nothing with the one before: `gaps` counts them,
    the last was found at `gap_at`; at least `gap_missed` entries stood between `gap_from` and `gap_until` unseen
    (a bound, 0 where the dates prove nothing). `ceiling_s` is the interval that gaps have taught not to exceed.
    """

    news_at: datetime | None = None
    watched_s: float = 0.0
    bursts: float = 0.0
    arrived: float = 0.0
    longest_quiet_s: float = 0.0
    spacing_s: float | None = None
    is_undated: bool = False
    gaps: int = 0
    gap_at: datetime | None = None
    gap_missed: int = 0
    gap_from: datetime | None = None
    gap_until: datetime | None = None
    ceiling_s: float | None = None


class Condition(StrEnum):
    """What a feed's health is, in one word."""

    NEW = "new"
    HEALTHY = "healthy"
    SLOW = "slow"
    FAILING = "failing"
    MOVED = "moved"
    GONE = "gone"
    HTML = "html"
    FROZEN = "frozen"
    EMPTY = "empty"
    UNDATED = "undated"
    SILENT = "silent"
    CHALLENGED = "challenged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A feed's condition since `since_at`, with its reason.

    An outage is a bad condition that lasted long enough to be told: `outage` names it since `outage_at`, and keeps
    naming it after its end at `recovered_at`, until the next one. `remarked` is a mild condition (moved, undated, slow)
    that was told as an outage and has not been left for good health since: it is not told again.
    """

    condition: Condition = Condition.NEW
    reason: str = ""
    since_at: datetime | None = None
    outage: str = ""
    outage_at: datetime | None = None
    recovered_at: datetime | None = None
    remarked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of a feed between checks. `outcome` is the last one's word, `detail` its reason.

    `url` is the configured address, whatever `move` says. `interval_s` is the feed's own rhythm, before wishes.
    `body_digest` is a digest of the last body that was parsed, without volatile tags.
    `newest_at` is the latest date of any entry seen; `failures` counts failed checks in a row. `body_at` is the last
    200, `whole_at` the last time that a body was asked for without a condition. Before `retry_at` the server wants
    no request. `elapsed_s` is how long answers take, smoothed.
    """

    feed_id: str
    url: str
    next_check_at: datetime
    interval_s: float
    validators: Validators | None = None
    body_digest: str | None = None
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    newest_at: datetime | None = None
    failures: int = 0
    outcome: str = "unchecked"
    detail: str = ""
    entries_seen: int = 0
    body_at: datetime | None = None
    whole_at: datetime | None = None
    retry_at: datetime | None = None
    elapsed_s: float = 0.0
    wishes: Wishes = Wishes()
    move: Move = Move()
    rhythm: Rhythm = Rhythm()
    health: Health = Health()
    known_items: bytes = field(default=b"", repr=False)
    """A record of the items of the last body that was read (`core.known`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One conditional GET. `validators` are sent only if their URL is the one asked."""

    url: str
    validators: Validators | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A 200 with its whole body, decompressed and within the cap. Header names are lower-case.

    `url` is the address that answered, after redirects; `validators` are this answer's.
    """

    url: str
    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    validators: Validators | None
    elapsed_s: float = 0.0
    moved_to: str | None = None
    """The end of the unbroken run of permanent redirects from the asked address, None without one."""
    known: frozenset[int] = field(default=frozenset(), repr=False)
    """Digests of items that need not be read again (`ParsedFeed.digests` of an earlier body): the asker's knowledge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304. `validators` hold what this answer renewed, falling back to what was sent."""

    url: str
    headers: Mapping[str, str]
    validators: Validators | None
    elapsed_s: float = 0.0
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """A check that brought nothing.

    `kind` is one of: "network" (our own side seems down), "dns", "connect", "tls", "timeout", "status", "redirect",
    "too_large", "encoding", "type" (not the asked kind of document), "refused" (our own rules), "busy" (a best-effort
    service sheds load), "html", "empty", "unknown", "crash". `retry_after_s` is the server's wish. `status` is 0 when
    no answer came. `is_challenge`: a bot wall answered instead of the feed.
    `page` is a mark of the web page that came instead of it (kind "html"), equal for pages that are one.
    """

    url: str
    kind: str
    message: str
    status: int = 0
    retry_after_s: float | None = None
    elapsed_s: float = 0.0
    is_challenge: bool = False
    page: str = ""


FetchOutcome = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as the feed gave it: untrusted, partial, text fields possibly HTML.

    `published_raw` and `updated_raw` are the strings of the document, unparsed.
    `outlet` is the item's own <source> (aggregators), if it names one. `original_link` is where a feed service says
    that its counting `link` leads.
    """

    guid: str | None = None
    link: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    published_raw: str | None = None
    updated_raw: str | None = None
    author: str | None = None
    language: str | None = None
    outlet: str | None = None
    original_link: str | None = None
    is_permalink: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What a body held. `is_bozo` says that it was not well-formed, which is health, not failure."""

    kind: str
    title: str = ""
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    is_bozo: bool = False
    bozo_reason: str = ""
    remarks: tuple[str, ...] = ()
    """What a limit cut, one printable line each."""
    already_read: int = 0
    """Entries left out of `entries` because their bytes stood in the body read before."""
    digests: tuple[int, ...] = ()
    """Of the bytes of each entry, one by one, to recognise them in the next body; 0: not to be. () when unknown."""
    known: tuple[int, ...] = ()
    """The digests of the `already_read`, in the document's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a body held, held against what was known of its feed.

    `entries` = `known` + `new`; `recent` are the known ones among those that came with the last news. `newest_at`,
    `oldest_at` and `dated` speak of the new ones.
    """

    entries: int = 0
    known: int = 0
    recent: int = 0
    new: int = 0
    dated: int = 0
    newest_at: datetime | None = None
    oldest_at: datetime | None = None
