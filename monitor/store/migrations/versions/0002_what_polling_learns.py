"""What polling learns of a feed: wishes, moves, rhythm, health, which items its last body held."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIMES = ("body_at", "whole_at", "retry_at")
_TEXTS = ("wishes", "move", "rhythm", "health")


def upgrade() -> None:
    for name in _TIMES:
        op.add_column("feed_state", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("feed_state", sa.Column("elapsed_s", sa.Float(), nullable=False, server_default="0"))
    for name in _TEXTS:
        op.add_column("feed_state", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("feed_state", sa.Column("known_items", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for name in (*_TIMES, "elapsed_s", *_TEXTS, "known_items"):
        op.drop_column("feed_state", name)
