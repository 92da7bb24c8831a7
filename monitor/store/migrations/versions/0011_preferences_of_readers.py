"""What readers ask for of the digests: none, fewer, nothing further of a story, no outlet in front."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preference",
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recipient_id", "kind", "target", "at", name="pk_preference"),
    )


def downgrade() -> None:
    op.drop_table("preference")
