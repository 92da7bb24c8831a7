"""The part of the shingle index that came last, in a table of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fresh_shingle",
        sa.Column("h", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("h", "article_id", name="pk_fresh_shingle"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.execute("INSERT INTO shingle SELECT * FROM fresh_shingle WHERE true ON CONFLICT DO NOTHING")
    op.drop_table("fresh_shingle")
