"""Threads of alerts, and alarms about the volume of news."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_thread",
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message_ids", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recipient_id", "story_id", name="pk_alert_thread"),
    )
    op.create_index("ix_alert_thread_told_at", "alert_thread", ["told_at"])
    op.create_table(
        "volume_alarm",
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("watchlist", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("episode", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Float(), nullable=False),
        sa.Column("false_alarm_days", sa.Float(), nullable=False),
        sa.Column("drivers", sa.Text(), nullable=False),
        sa.Column("told_slot", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("recipient_id", "watchlist", "kind", "episode", name="pk_volume_alarm"),
    )
    op.create_index("ix_volume_alarm_at", "volume_alarm", ["at"])
    op.create_table(
        "watch_hour",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("at", name="pk_watch_hour"),
    )


def downgrade() -> None:
    op.drop_table("watch_hour")
    op.drop_table("volume_alarm")
    op.drop_table("alert_thread")
