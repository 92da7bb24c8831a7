"""What becomes of mail that is refused: suspended addresses, digests taken back, when a channel was used last."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suspension",
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("recipient_id", "channel", name="pk_suspension"),
    )
    op.add_column("digest", sa.Column("former", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_delivery_recipient_id_composed_at", "delivery", ["recipient_id", "composed_at"])
    op.create_index("ix_delivery_channel_attempted_at", "delivery", ["channel", "attempted_at"])


def downgrade() -> None:
    op.drop_index("ix_delivery_channel_attempted_at", "delivery")
    op.drop_index("ix_delivery_recipient_id_composed_at", "delivery")
    op.drop_column("delivery", "attempted_at")
    op.drop_column("digest", "former")
    op.drop_table("suspension")
