"""What an operator is told of feeds, and how far each has been told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_UNSOUGHT = sa.text("sought_at IS NULL AND kind = 'outage'")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("number", _BIG_ID, nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("from_at", _TIME, nullable=True),
        sa.Column("until_at", _TIME, nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sought_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_notice")),
    )
    op.create_index("uq_notice_feed_id_kind_at", "notice", ["feed_id", "kind", "at"], unique=True)
    op.create_index(
        "ix_notice_number_unsought", "notice", ["number"], sqlite_where=_UNSOUGHT, postgresql_where=_UNSOUGHT
    )
    op.create_index("ix_notice_at", "notice", ["at"])
    op.add_column("digest_slot", sa.Column("told_notice", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("digest_slot", "told_notice")
    op.drop_table("notice")
