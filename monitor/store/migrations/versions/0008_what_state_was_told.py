"""Which state of an article a recipient was told, and the feed that each state came from."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("revision", sa.Column("feed_id", sa.Text(), nullable=False, server_default=""))
    op.add_column("told", sa.Column("state", sa.Integer(), nullable=False, server_default="0"))
    # What was told before this was noted is taken as the state of that moment.
    op.execute(
        "UPDATE told SET state = (SELECT coalesce(max(revision.n), 0) FROM revision"
        " WHERE revision.article_id = told.article_id AND revision.seen_at <= told.at)"
    )


def downgrade() -> None:
    op.drop_column("told", "state")
    op.drop_column("revision", "feed_id")
