"""In which story, and of which event, a recipient was told an article."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was told before this was noted stays without: the marks of stories tell of it by their times.
    op.add_column("told", sa.Column("story_id", sa.BigInteger(), nullable=True))
    op.add_column("told", sa.Column("event_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("told", "event_id")
    op.drop_column("told", "story_id")
