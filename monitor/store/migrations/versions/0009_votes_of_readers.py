"""What readers say of articles: more like this, less like this."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vote",
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("watchlist", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "watchlist", "recipient_id", name="pk_vote"),
    )
    op.create_index("ix_vote_watchlist_at", "vote", ["watchlist", "at"])


def downgrade() -> None:
    op.drop_table("vote")
