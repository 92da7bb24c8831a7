"""Due feeds are found among those that nobody holds: a claim no longer walks past the ones that are out on a lease."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_feed_state_waiting",
        "feed_state",
        ["next_check_at", "feed_id"],
        sqlite_where=sa.text("is_active IS 1 AND lease_until IS NULL"),
        postgresql_where=sa.text("is_active IS TRUE AND lease_until IS NULL"),
    )
    op.drop_index("ix_feed_state_is_active_next_check_at", "feed_state")


def downgrade() -> None:
    op.create_index("ix_feed_state_is_active_next_check_at", "feed_state", ["is_active", "next_check_at"])
    op.drop_index("ix_feed_state_waiting", "feed_state")
