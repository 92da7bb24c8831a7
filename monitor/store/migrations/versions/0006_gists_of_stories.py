"""What the first and the latest article of a story say, and when a story went into another."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("story", sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("story", sa.Column("parted_from", sa.BigInteger(), nullable=True))
    op.add_column("story", sa.Column("parted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("story", sa.Column("event_id", sa.BigInteger(), nullable=True))
    op.add_column("story", sa.Column("gists", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("story", "gists")
    op.drop_column("story", "event_id")
    op.drop_column("story", "parted_at")
    op.drop_column("story", "parted_from")
    op.drop_column("story", "merged_at")
