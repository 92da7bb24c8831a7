"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "article",
        sa.Column("id", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_key", sa.BigInteger(), nullable=True),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("published_at", _TIME, nullable=True),
        sa.Column("first_seen_at", _TIME, nullable=False),
        sa.Column("body_digest", sa.BigInteger(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("verdict_kind", sa.Text(), nullable=False),
        sa.Column("verdict_of", sa.BigInteger(), nullable=True),
        sa.Column("verdict_similarity", sa.Float(), nullable=True),
        sa.Column("verdict_level", sa.Text(), nullable=False),
        sa.Column("verdict_reason", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
    )
    op.create_index("ix_article_first_seen_at", "article", ["first_seen_at"])
    op.create_index("ix_article_title_key_first_seen_at", "article", ["title_key", "first_seen_at"])

    op.create_table(
        "article_alias",
        sa.Column("url_key", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("url_key", name=op.f("pk_article_alias")),
    )
    op.create_table(
        "artifact",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_artifact")),
    )
    op.create_table(
        "decision",
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("measure", sa.Float(), nullable=True),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "content_key", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_at", "decision", ["at"])

    op.create_table(
        "delivery",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("slot_key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _TIME, nullable=False),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("composed_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.Column("last_code", sa.Integer(), nullable=False),
        sa.Column("last_reply", sa.Text(), nullable=False),
        sa.Column("was_uncertain", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_composed_at", "delivery", ["composed_at"])
    op.create_index("ix_delivery_state_next_attempt_at", "delivery", ["state", "next_attempt_at"])

    op.create_table(
        "digest",
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("slot_key", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("recipient_id", "slot_key", name=op.f("pk_digest")),
    )
    op.create_table(
        "digest_slot",
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("slot_key", sa.Text(), nullable=False),
        sa.Column("slot_at", _TIME, nullable=False),
        sa.Column("told_until", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("recipient_id", name=op.f("pk_digest_slot")),
    )
    op.create_table(
        "feed_state",
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("next_check_at", _TIME, nullable=False),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("interval_s", sa.Float(), nullable=False),
        sa.Column("validators_url", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_digest", sa.Text(), nullable=True),
        sa.Column("checked_at", _TIME, nullable=True),
        sa.Column("succeeded_at", _TIME, nullable=True),
        sa.Column("newest_at", _TIME, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("entries_seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_feed_state")),
    )
    op.create_index("ix_feed_state_is_active_next_check_at", "feed_state", ["is_active", "next_check_at"])
    op.create_index(
        "ix_feed_state_lease_until",
        "feed_state",
        ["lease_until"],
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )

    op.create_table(
        "joining",
        sa.Column("article_id", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_joining")),
    )
    op.create_index("ix_joining_story_id", "joining", ["story_id"])

    op.create_table(
        "ledger",
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("entry_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_digest", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "entry_key", name=op.f("pk_ledger")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "match",
        sa.Column("watchlist", sa.Text(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("signals", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("matched_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("watchlist", "article_id", name=op.f("pk_match")),
    )
    op.create_index("ix_match_article_id", "match", ["article_id"])

    op.create_table(
        "revision",
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("body_digest", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "n", name=op.f("pk_revision")),
    )
    op.create_table(
        "shingle",
        sa.Column("h", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("h", "article_id", name=op.f("pk_shingle")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sketch",
        sa.Column("article_id", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("first_seen_at", _TIME, nullable=False),
        sa.Column("modulus", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_sketch")),
    )
    op.create_index("ix_sketch_first_seen_at", "sketch", ["first_seen_at"])

    op.create_table(
        "stop_shingle",
        sa.Column("h", _BIG_ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("h", name=op.f("pk_stop_shingle")),
    )
    op.create_table(
        "story",
        sa.Column("id", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("first_at", _TIME, nullable=False),
        sa.Column("last_at", _TIME, nullable=False),
        sa.Column("mean_at", _TIME, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("centroid", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("storyline_id", sa.BigInteger(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
    )
    op.create_index("ix_story_last_at", "story", ["last_at"])
    op.create_index(
        "ix_story_merged_into",
        "story",
        ["merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )

    op.create_table(
        "told",
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("watchlist", sa.Text(), nullable=False),
        sa.Column("slot_key", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("recipient_id", "article_id", "watchlist", name=op.f("pk_told")),
    )
    op.create_index("ix_told_article_id", "told", ["article_id"])

    op.create_table(
        "watchlist_state",
        sa.Column("watchlist", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("rescoring", sa.Text(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("watchlist", name=op.f("pk_watchlist_state")),
    )


def downgrade() -> None:
    op.drop_table("watchlist_state")

    op.drop_table("told")

    op.drop_table("story")
    op.drop_table("stop_shingle")

    op.drop_table("sketch")
    op.drop_table("shingle")
    op.drop_table("revision")

    op.drop_table("match")
    op.drop_table("ledger")

    op.drop_table("joining")

    op.drop_table("feed_state")
    op.drop_table("digest_slot")
    op.drop_table("digest")

    op.drop_table("delivery")

    op.drop_table("decision")
    op.drop_table("artifact")
    op.drop_table("article_alias")

    op.drop_table("article")
