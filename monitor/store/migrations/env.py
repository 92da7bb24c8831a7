"""Alembic's entry: works on the connection that `monitor.store.schema` hands over."""

from typing import Any, Literal

from alembic import context
from sqlmodel.sql.sqltypes import UTCDateTime

from monitor.store.columns import PlainText
from monitor.store.tables import Row


def _spell(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database: a migration must not change when our code does."""
    if kind == "type" and isinstance(thing, PlainText):
        return "sa.Text()"
    if kind == "type" and isinstance(thing, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_item=_spell,
    render_as_batch=True,
    compare_type=True,
    # SQLite can undo a CREATE TABLE like anything else, as long as the driver does not commit behind our back.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
