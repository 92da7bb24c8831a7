"""What digests were composed from, and messages that a person asked for once more."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive",
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("slot_key", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("templates", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("recipient_id", "slot_key", name="pk_archive"),
    )
    op.create_index("ix_archive_at", "archive", ["at"])
    op.create_table(
        "template_set",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_template_set"),
    )
    op.add_column("delivery", sa.Column("resend_of", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_delivery_resend_of",
        "delivery",
        ["resend_of"],
        sqlite_where=sa.text("resend_of <> ''"),
        postgresql_where=sa.text("resend_of <> ''"),
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_resend_of", "delivery")
    op.drop_column("delivery", "resend_of")
    op.drop_table("template_set")
    op.drop_table("archive")
