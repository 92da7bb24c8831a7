"""The tables. Every class is a shape for SQL only; values are mapped to the model in `monitor.store.mapping`.

No foreign keys: identity (`ledger`, `article_alias`) outlives the articles on purpose, and every commit is one
transaction of the only writer. Times are aware UTC. Identities have 63 bits. JSON is kept as text, because
PostgreSQL's own JSON types refuse texts that feeds really send.

Longer than 400 lines because a schema is read as one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, MetaData, Table, text
from sqlmodel import Field, SQLModel

from monitor.store.columns import BigId, PlainText


class Row(SQLModel):
    """Base of all tables: their own metadata, with named constraints (a migration must be able to drop them)."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _identity(**facts: Any) -> Any:
    return Field(sa_type=BigId, sa_column_kwargs={"autoincrement": False}, **facts)


def _number(**facts: Any) -> Any:
    return Field(sa_type=BigInteger, **facts)


def _key(**facts: Any) -> Any:
    return Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False}, **facts)


def _text(**facts: Any) -> Any:
    return Field(sa_type=PlainText, **facts)


class FeedStateRow(Row, table=True):
    """What is remembered of a feed; removed feeds stay, inactive."""

    __tablename__ = "feed_state"
    __table_args__ = (
        # claim_due_feeds (due, oldest first) and next_due_at: those that nobody holds
        Index(
            "ix_feed_state_waiting",
            "next_check_at",
            "feed_id",
            sqlite_where=text("is_active IS 1 AND lease_until IS NULL"),
            postgresql_where=text("is_active IS TRUE AND lease_until IS NULL"),
        ),
        # next_due_at, and leases that lapsed: the few that are out on one
        Index(
            "ix_feed_state_lease_until",
            "lease_until",
            sqlite_where=text("lease_until IS NOT NULL"),
            postgresql_where=text("lease_until IS NOT NULL"),
        ),
    )

    feed_id: str = _text(primary_key=True)
    url: str = _text()
    is_active: bool
    next_check_at: datetime
    lease_until: datetime | None
    interval_s: float
    validators_url: str | None = _text()
    etag: str | None = _text()
    last_modified: str | None = _text()
    body_digest: str | None = _text()
    checked_at: datetime | None
    succeeded_at: datetime | None
    newest_at: datetime | None
    failures: int
    outcome: str = _text()
    detail: str = _text()
    entries_seen: int
    body_at: datetime | None
    whole_at: datetime | None
    retry_at: datetime | None
    elapsed_s: float
    # JSON of what only the pipeline reads; absent: nothing learnt yet.
    wishes: str | None = _text()
    move: str | None = _text()
    rhythm: str | None = _text()
    health: str | None = _text()
    known_items: bytes | None


class LedgerLineRow(Row, table=True):
    """The account of every entry of every feed; the key serves ledger_rows."""

    __tablename__ = "ledger"
    __table_args__ = ({"sqlite_with_rowid": False},)

    feed_id: str = _text(primary_key=True)
    entry_key: int = _key()
    entry_digest: int = _number()
    state: str = _text()
    reason: str = _text()
    article_id: int | None = _number()
    seen_at: datetime


class ArticleRow(Row, table=True):
    """An article with the verdict on it."""

    __tablename__ = "article"
    __table_args__ = (
        # identities (by title, within the look-back)
        Index("ix_article_title_key_first_seen_at", "title_key", "first_seen_at"),
        # prune (oldest first), matched_articles and articles_after (since)
        Index("ix_article_first_seen_at", "first_seen_at"),
    )

    id: int = _identity(primary_key=True)
    feed_id: str = _text()
    outlet: str = _text()
    url: str = _text()
    url_key: int | None = _number()
    host: str = _text()
    title: str = _text()
    title_key: int = _number()
    language: str | None = _text()
    country: str | None = _text()
    published_at: datetime | None
    first_seen_at: datetime
    body_digest: int = _number()
    flags: str = _text()
    verdict_kind: str = _text()
    verdict_of: int | None = _number()
    verdict_similarity: float | None
    verdict_level: str = _text()
    verdict_reason: str = _text()
    # The long ones last: SQLite reads a row from its front and leaves overflow pages alone.
    summary: str = _text()
    text: str = _text()


class ArticleAliasRow(Row, table=True):
    """A URL key and the article it leads to; outlives the article. The key serves identities and find_article."""

    __tablename__ = "article_alias"

    url_key: int = _identity(primary_key=True)
    article_id: int = _number()


class ShingleRow(Row, table=True):
    """The shingle index: a sampled hash and an article that has it; the key serves candidates."""

    __tablename__ = "shingle"
    __table_args__ = ({"sqlite_with_rowid": False},)

    h: int = _key()
    article_id: int = _key()


class FreshShingleRow(Row, table=True):
    """The part of the shingle index that came last, small enough to stay in memory; see `shingles`."""

    __tablename__ = "fresh_shingle"
    __table_args__ = ({"sqlite_with_rowid": False},)

    h: int = _key()
    article_id: int = _key()


class SketchRow(Row, table=True):
    """An article's sampled hashes, packed: what it has in the shingle index, so that it can be taken out by key."""

    __tablename__ = "sketch"
    # prune (the index, oldest first)
    __table_args__ = (Index("ix_sketch_first_seen_at", "first_seen_at"),)

    article_id: int = _identity(primary_key=True)
    first_seen_at: datetime
    modulus: int
    size: int
    hashes: bytes


class StopShingleRow(Row, table=True):
    """A hash too common to tell anything: neither stored nor compared."""

    __tablename__ = "stop_shingle"

    h: int = _identity(primary_key=True)


class RevisionRow(Row, table=True):
    """An article's states; 0 is the first one, kept when the second arrives."""

    __tablename__ = "revision"

    article_id: int = _key()
    n: int = Field(primary_key=True)
    seen_at: datetime
    title: str = _text()
    summary: str = _text()
    text: str = _text()
    body_digest: int = _number()
    change: str = _text()
    # Empty: kept before this was noted.
    feed_id: str = _text()


class StoryRow(Row, table=True):
    """A story, with its centroid packed."""

    __tablename__ = "story"
    __table_args__ = (
        # open_stories, prune
        Index("ix_story_last_at", "last_at"),
        # prune: does a redirect still lead here?
        Index(
            "ix_story_merged_into",
            "merged_into",
            sqlite_where=text("merged_into IS NOT NULL"),
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
    )

    id: int = _identity(primary_key=True)
    title: str = _text()
    lead_id: int = _number()
    first_at: datetime
    last_at: datetime
    mean_at: datetime
    size: int
    centroid: bytes
    facts: str = _text()
    gists: str = _text()
    storyline_id: int | None = _number()
    event_id: int | None = _number()
    merged_into: int | None = _number()
    merged_at: datetime | None
    parted_from: int | None = _number()
    parted_at: datetime | None
    version: str = _text()


class JoiningRow(Row, table=True):
    """An article's place in a story; the key serves matched_articles."""

    __tablename__ = "joining"
    # prune: has a story members left?
    __table_args__ = (Index("ix_joining_story_id", "story_id"),)

    article_id: int = _identity(primary_key=True)
    story_id: int = _number()
    is_first: bool
    similarity: float | None
    reason: str = _text()


class DecisionRow(Row, table=True):
    """Why something was decided. `content_key` is a digest of the row: the same decision is kept once."""

    __tablename__ = "decision"
    # prune: decisions on entries that never became articles
    __table_args__ = (Index("ix_decision_at", "at"),)

    article_id: int = _key()
    content_key: int = _key()
    n: int
    stage: str = _text()
    outcome: str = _text()
    level: str = _text()
    other_id: int | None = _number()
    measure: float | None
    features: str = _text()
    version: str = _text()
    at: datetime


class MatchRow(Row, table=True):
    """An article at or over a watchlist's threshold; the key serves commit_rematch and matched_articles."""

    __tablename__ = "match"
    __table_args__ = (
        # prune: what hangs on an article
        Index("ix_match_article_id", "article_id"),
        # wished_pages: what was matched of late
        Index("ix_match_matched_at", "matched_at"),
    )

    watchlist: str = _text(primary_key=True)
    article_id: int = _key()
    version: str = _text()
    points: float
    threshold: float
    signals: str = _text()
    quote: str = _text()
    matched_at: datetime
    is_of_page: bool = False
    # Whether the text of the article's page was considered; a match that is written anew was not.
    is_weighed: bool = False


class PageRow(Row, table=True):
    """The web page of a matched article, and how far it was read."""

    __tablename__ = "page"
    __table_args__ = (
        # claim_due_pages (due, oldest first)
        Index("ix_page_state_next_attempt_at", "state", "next_attempt_at"),
        # unweighed: what was read of late
        Index("ix_page_read_at", "read_at"),
    )

    article_id: int = _identity(primary_key=True)
    feed_id: str = _text()
    url: str = _text()
    body_digest: int = _number()
    state: str = _text()
    reason: str = _text()
    attempts: int
    reads: int
    wanted_at: datetime
    next_attempt_at: datetime
    lease_until: datetime | None
    read_at: datetime | None
    text: str = _text()


class WatchlistStateRow(Row, table=True):
    """How far a watchlist is scored.

    `rescoring` is the version of the pass under way, `is_whole` whether that pass began at the first article with it.
    """

    __tablename__ = "watchlist_state"

    watchlist: str = _text(primary_key=True)
    version: str = _text()
    cursor: int = _number()
    rescoring: str = _text()
    is_whole: bool


class DigestSlotRow(Row, table=True):
    """The slot a recipient waits for."""

    __tablename__ = "digest_slot"

    recipient_id: str = _text(primary_key=True)
    slot_key: str = _text()
    slot_at: datetime
    told_until: datetime | None
    # The number of the last notice told; NULL before the first.
    told_notice: int | None = _number()


class DigestRow(Row, table=True):
    """A slot that is done; its key makes a digest unique, also one with nothing to say."""

    __tablename__ = "digest"

    recipient_id: str = _text(primary_key=True)
    slot_key: str = _text(primary_key=True)
    delivery_id: str | None = _text()
    at: datetime
    # JSON of what it replaced (see `untelling`); absent: nothing, or kept before this was noted.
    former: str | None = _text()


class ToldRow(Row, table=True):
    """What a recipient has had; the key serves matched_articles (was it told?)."""

    __tablename__ = "told"
    # prune: what hangs on an article
    __table_args__ = (Index("ix_told_article_id", "article_id"),)

    recipient_id: str = _text(primary_key=True)
    article_id: int = _key()
    watchlist: str = _text(primary_key=True)
    slot_key: str = _text()
    at: datetime
    # Which of the article's states it was (see revision).
    state: int
    # Whether it heads a story that was told in full: such take the places of a day's reading budget.
    is_in_full: bool
    # Where the recipient knows the article to stand; NULL: told before this was noted, or in no story.
    story_id: int | None = _number()
    event_id: int | None = _number()


class AlertThreadRow(Row, table=True):
    """A story that a recipient was alerted of, and the mails of its thread (Message-IDs as JSON)."""

    __tablename__ = "alert_thread"
    # prune
    __table_args__ = (Index("ix_alert_thread_told_at", "told_at"),)

    recipient_id: str = _text(primary_key=True)
    story_id: int = _key()
    root: str = _text()
    subject: str = _text()
    message_ids: str = _text()
    times: int
    told_at: datetime


class VolumeAlarmRow(Row, table=True):
    """An alarm about a watchlist's volume; `told_slot` is NULL while it waits, empty where it goes on with another."""

    __tablename__ = "volume_alarm"
    # prune
    __table_args__ = (Index("ix_volume_alarm_at", "at"),)

    recipient_id: str = _text(primary_key=True)
    watchlist: str = _text(primary_key=True)
    kind: str = _text(primary_key=True)
    episode: str = _text(primary_key=True)
    day: str = _text()
    at: datetime
    since_at: datetime
    count: int
    usual: float
    false_alarm_days: float
    # {"terms": [[text, count], …], "outlets": […]}
    drivers: str = _text()
    told_slot: str | None = _text()


class WatchHourRow(Row, table=True):
    """An hour in which this installation was awake, with the share of its feeds that were well."""

    __tablename__ = "watch_hour"

    at: datetime = Field(primary_key=True)
    share: float


class DeliveryRow(Row, table=True):
    """The outbox."""

    __tablename__ = "delivery"
    __table_args__ = (
        # claim_deliveries (due, oldest first)
        Index("ix_delivery_state_next_attempt_at", "state", "next_attempt_at"),
        # deliveries (newest first), prune
        Index("ix_delivery_composed_at", "composed_at"),
        # refusals, untell
        Index("ix_delivery_recipient_id_composed_at", "recipient_id", "composed_at"),
        # waiting: when a channel was used last
        Index("ix_delivery_channel_attempted_at", "channel", "attempted_at"),
        # resent: the few that a person asked for
        Index(
            "ix_delivery_resend_of",
            "resend_of",
            sqlite_where=text("resend_of <> ''"),
            postgresql_where=text("resend_of <> ''"),
        ),
    )

    id: str = _text(primary_key=True)
    recipient_id: str = _text()
    slot_key: str = _text()
    channel: str = _text()
    state: str = _text()
    phase: str = _text()
    attempts: int
    next_attempt_at: datetime
    lease_until: datetime | None
    # When the last attempt began; absent: none did, or before this was noted.
    attempted_at: datetime | None
    composed_at: datetime
    sent_at: datetime | None
    last_code: int
    last_reply: str = _text()
    was_uncertain: bool
    message_id: str = _text()
    sender: str = _text()
    address: str = _text()
    subject: str = _text()
    html: str = _text()
    text: str = _text()
    content: bytes
    # Empty, or the delivery whose message a person asked for once more.
    resend_of: str = _text(default="")


class ArchiveRow(Row, table=True):
    """What a digest was composed from (see `store.archive_codec`)."""

    __tablename__ = "archive"
    # prune
    __table_args__ = (Index("ix_archive_at", "at"),)

    recipient_id: str = _text(primary_key=True)
    slot_key: str = _text(primary_key=True)
    delivery_id: str = _text()
    at: datetime
    templates: str = _text()
    content: bytes


class TemplateSetRow(Row, table=True):
    """The templates that mails were written with; many archives share one."""

    __tablename__ = "template_set"

    key: str = _text(primary_key=True)
    content: bytes


class SuspensionRow(Row, table=True):
    """The last suspension of a recipient's address on a channel."""

    __tablename__ = "suspension"

    recipient_id: str = _text(primary_key=True)
    channel: str = _text(primary_key=True)
    address: str = _text()
    at: datetime
    reason: str = _text()
    code: int
    lifted_at: datetime | None


class NoticeRow(Row, table=True):
    """What an operator is told of a feed once, numbered as it was kept."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_feed_id_kind_at", "feed_id", "kind", "at", unique=True),
        # unsought: the few whose search is still to come
        Index(
            "ix_notice_number_unsought",
            "number",
            sqlite_where=text("sought_at IS NULL AND kind = 'outage'"),
            postgresql_where=text("sought_at IS NULL AND kind = 'outage'"),
        ),
        # prune
        Index("ix_notice_at", "at"),
    )

    number: int | None = Field(default=None, sa_type=BigId, primary_key=True)
    feed_id: str = _text()
    kind: str = _text()
    at: datetime
    condition: str | None = _text()
    outcome: str = _text()
    detail: str = _text()
    url: str = _text()
    from_at: datetime | None
    until_at: datetime | None
    missed: int
    address: str = _text()
    sought_at: datetime | None


class VoteRow(Row, table=True):
    """What a reader said of an article; the key serves prune, too (is it voted on?)."""

    __tablename__ = "vote"
    # voted_articles: those of a watchlist, of late
    __table_args__ = (Index("ix_vote_watchlist_at", "watchlist", "at"),)

    article_id: int = _key()
    watchlist: str = _text(primary_key=True)
    recipient_id: str = _text(primary_key=True)
    kind: str = _text()
    at: datetime


class PreferenceRow(Row, table=True):
    """What a reader asked for, every word of it; of a recipient, kind and target the last one counts."""

    __tablename__ = "preference"

    recipient_id: str = _text(primary_key=True)
    kind: str = _text(primary_key=True)
    target: str = _text(primary_key=True)
    at: datetime = Field(primary_key=True)
    is_on: bool
    way: str = _text()


class ArtifactRow(Row, table=True):
    """A named byte string."""

    __tablename__ = "artifact"

    name: str = _text(primary_key=True)
    content: bytes


def _table(row: type[SQLModel]) -> Table:
    return Row.metadata.tables[str(row.__tablename__)]


FEED_STATE = _table(FeedStateRow)
LEDGER = _table(LedgerLineRow)
ARTICLE = _table(ArticleRow)
ARTICLE_ALIAS = _table(ArticleAliasRow)
SHINGLE = _table(ShingleRow)
FRESH_SHINGLE = _table(FreshShingleRow)
SKETCH = _table(SketchRow)
STOP_SHINGLE = _table(StopShingleRow)
REVISION = _table(RevisionRow)
STORY = _table(StoryRow)
JOINING = _table(JoiningRow)
DECISION = _table(DecisionRow)
MATCH = _table(MatchRow)
PAGE = _table(PageRow)
WATCHLIST_STATE = _table(WatchlistStateRow)
DIGEST_SLOT = _table(DigestSlotRow)
DIGEST = _table(DigestRow)
TOLD = _table(ToldRow)
ALERT_THREAD = _table(AlertThreadRow)
VOLUME_ALARM = _table(VolumeAlarmRow)
WATCH_HOUR = _table(WatchHourRow)
DELIVERY = _table(DeliveryRow)
SUSPENSION = _table(SuspensionRow)
ARCHIVE = _table(ArchiveRow)
TEMPLATE_SET = _table(TemplateSetRow)
ARTIFACT = _table(ArtifactRow)
NOTICE = _table(NoticeRow)
VOTE = _table(VoteRow)
PREFERENCE = _table(PreferenceRow)
