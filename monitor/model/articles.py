"""Articles and what is decided of them: identity, sketch, verdict, ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

ArticleId = int
"""63 bits: 16 bits of days since 2020-01-01 of first sight, 47 bits of identity; see `core.identity`."""

DATE_ONLY = "date-only"
"""The flag of an article whose day of publication is known, and no time."""
IMPRECISE = "imprecise-date"
"""The flag of one of which only a year, month or week is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A normalised entry.

    `url` is the address as the feed gave it (for reading), `url_key` the 63-bit key of its canonical form (for
    comparing), None without a usable link. `text` is the body as plain text (paragraphs parted by a newline),
    `summary` the feed's own short text, empty when it is the same as the body's beginning. `published_at` is None
    when unknown: then `first_seen_at` stands in, and `is_dated` is False. `title_key` compares (outlet, normalised
    title). `body_digest` covers title, summary and text after normalisation. `host` is the registrable-looking host
    of `url`, lower-case.
    """

    id: ArticleId
    feed_id: str
    outlet: str
    url: str
    url_key: int | None
    host: str
    title: str
    title_key: int
    summary: str = ""
    text: str = field(default="", repr=False)
    language: str | None = None
    country: str | None = None
    published_at: datetime | None = None
    first_seen_at: datetime
    body_digest: int
    flags: tuple[str, ...] = ()
    """Remarks worth keeping: "undated", "future-date", "truncated", …"""

    @property
    def at(self) -> datetime:
        """The best known time of publication: `published_at`, else the first sight."""
        return self.published_at or self.first_seen_at

    @property
    def is_dated(self) -> bool:
        """Whether the publication time is known, not stood in for."""
        return self.published_at is not None

    @property
    def day(self) -> date | None:
        """The day of publication where its time is not known (flag "date-only"), else None.

        A bare date is kept as the midnight that begins it where the outlet is, or as noon UTC (seeds): read back
        rightly from UTC-12 to UTC+11, a day early in the zones beyond.
        """
        if DATE_ONLY not in self.flags or self.published_at is None:
            return None
        return (self.published_at + timedelta(hours=11, minutes=59)).date()

    @property
    def year(self) -> int | None:
        """The year of publication where no day is known (flag "imprecise-date"), else None."""
        if IMPRECISE not in self.flags or self.published_at is None:
            return None
        return (self.published_at + timedelta(hours=11, minutes=59)).year


class VerdictKind(StrEnum):
    """What an article is to the store: new, known already, or another one's copy or revision."""

    NEW = "new"
    KNOWN = "known"
    COPY = "copy"
    REVISION = "revision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether an article is new, with the reason.

    `level` tells which rule spoke ("guid", "url", "title", "shingles", "short-text", "none"), `similarity` is in
    [0, 1] and None where the level measures nothing. `reason` is one printable line. `of` is the earlier article.
    """

    article_id: ArticleId
    kind: VerdictKind
    of: ArticleId | None = None
    similarity: float | None = None
    level: str = "none"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A sampled set of shingle hashes (Broder 1997, mod-p sampling).

    `hashes` are 62-bit, each divisible by `modulus`, sorted; `size` is the number of all distinct shingles.
    """

    modulus: int
    size: int
    hashes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored article that shares sampled shingles with a new one. `verdict_of` is what it is itself a copy of."""

    article: Article
    shared: int
    verdict_of: ArticleId | None = None


class LedgerState(StrEnum):
    """Where an entry ended; every entry seen ends in exactly one."""

    STORED = "stored"
    COPY = "copy"
    REVISION = "revision"
    KNOWN = "known"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """The account of one entry of one feed.

    `entry_key` identifies it in its feed, `entry_digest` its content as given. `reason` is empty only for STORED.
    """

    feed_id: str
    entry_key: int
    entry_digest: int
    state: LedgerState
    reason: str = ""
    article_id: ArticleId | None = None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An article's later state: what replaced the stored title and text, when it was seen, and in which feed."""

    article_id: ArticleId
    seen_at: datetime
    title: str
    summary: str
    text: str = field(repr=False)
    body_digest: int
    change: str = ""
    """What changed, one printable line: "title: … → …", "+2 sentences, −1"."""
    feed_id: str = ""
    """Empty where it is not known: states kept before it was noted."""


class ChangeKind(StrEnum):
    """What of a change matters to who was told the earlier state, weightiest first."""

    RETRACTION = "retraction"
    CORRECTION = "correction"
    TITLE = "title"
    FACT = "fact"
    REMOVAL = "removal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that matters between two states of an article, in the article's own words.

    `before` is what stood there (title, sentence of the lead, passage removed), `after` what stands there now (title,
    sentence, notice); one of them may be empty. `reason` is a printable line.
    """

    kind: ChangeKind
    before: str = ""
    after: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why something was decided: kept beside what was decided, for `why`, replay and proof.

    `stage` is "dedupe", "story", "score", "seed" or "address"; `measure` is in [0, 1] or None; `features` are facts
    to print.
    """

    article_id: ArticleId
    stage: str
    outcome: str
    level: str = ""
    other_id: ArticleId | None = None
    measure: float | None = None
    features: Mapping[str, str | float | int] = field(default_factory=dict)
    version: str = ""
    at: datetime
