"""Feeds, their state between checks, and the outcomes of a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One polled address as the user configured it.

    `id` is a slug, unique and stable: state is kept under it. `language` is a BCP 47 tag, `country` ISO 3166-1
    alpha-2; both are what the outlet is known to publish, not a guess. `min_interval_s` is the user's floor.
    `zone` is an IANA time zone for dates that name none. `source` names the adapter ("feed").
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask "changed since?" with: verbatim, and only for the URL that gave it."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of a feed between checks. `outcome` is the last one's word, `detail` its reason.

    `body_digest` is a digest of the last body that was parsed, without volatile tags.
    `newest_at` is the latest date of any entry seen; `failures` counts failed checks in a row.
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
    "too_large", "encoding", "refused" (our own rules), "html", "empty", "unknown", "crash". `retry_after_s` is the
    server's wish. `status` is 0 when no answer came.
    """

    url: str
    kind: str
    message: str
    status: int = 0
    retry_after_s: float | None = None
    elapsed_s: float = 0.0


FetchOutcome = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as the feed gave it: untrusted, partial, text fields possibly HTML.

    `published_raw` and `updated_raw` are the strings of the document, unparsed.
    `outlet` is the item's own <source> (aggregators), if it names one.
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
