"""Pages of matched articles: which are wanted, what was read, and which matches consider them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page",
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("body_digest", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_page"),
    )
    op.create_index("ix_page_state_next_attempt_at", "page", ["state", "next_attempt_at"])
    op.create_index("ix_page_read_at", "page", ["read_at"])
    for name in ("is_of_page", "is_weighed"):
        op.add_column("match", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_match_matched_at", "match", ["matched_at"])


def downgrade() -> None:
    op.drop_index("ix_match_matched_at", "match")
    for name in ("is_weighed", "is_of_page"):
        op.drop_column("match", name)
    op.drop_table("page")
