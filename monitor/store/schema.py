"""The schema's version: known without loading Alembic, brought to the head by it when needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from monitor.errors import StoreVersionError
from monitor.store.failures import Place

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0015"
"""The newest revision in `migrations/versions` (a test compares)."""

MIGRATIONS = Path(__file__).parent / "migrations"


def version_of(connection: Connection) -> str | None:
    """The revision that a database is at, None when it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def check_version(connection: Connection, place: Place) -> None:
    """Raise `StoreVersionError` unless the schema is the one this program works with."""
    version = version_of(connection)
    if version == HEAD:
        return
    if version is None:
        _refuse_strangers(connection, place)
        raise StoreVersionError(f"The store {place} is empty. Start the daemon once (monitor once), it will set it up.")
    if version in _known_versions():
        raise StoreVersionError(
            f"The store {place} has the older schema {version}, this program needs {HEAD}. "
            "Start the daemon once, it will bring it up to date."
        )
    raise _too_new(place, version)


def bring_to_head(connection: Connection, place: Place) -> None:
    """Create or upgrade the schema, all in the connection's transaction. Raises `StoreVersionError`."""
    version = version_of(connection)
    if version == HEAD:
        return
    if version is None:
        _refuse_strangers(connection, place)
    elif version not in _known_versions():
        raise _too_new(place, version)
    # Loading Alembic takes longer than all the rest of a start, and nearly every start finds the schema at its head.
    from alembic import command  # noqa: PLC0415

    command.upgrade(alembic_settings(connection), "head")


def alembic_settings(connection: Connection) -> Config:
    """Alembic's configuration for our migrations on a connection; no file of its own is needed.

    A developer drafts a migration with it: `alembic.command.revision(settings, "Subject", autogenerate=True)`.
    """
    from alembic.config import Config  # noqa: PLC0415 - as above

    settings = Config()
    # Alembic reads % in this option as the beginning of an interpolation.
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def _known_versions() -> frozenset[str]:
    return frozenset(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _too_new(place: Place, version: str) -> StoreVersionError:
    return StoreVersionError(
        f"The store {place} has the schema {version}, which this program ({HEAD}) does not know: a newer one wrote it. "
        "Update this program, or restore the backup from before that update."
    )


def _refuse_strangers(connection: Connection, place: Place) -> None:
    """A database without our version but with tables like ours (SQLite: with any) belongs to somebody else."""
    from monitor.store.tables import Row  # noqa: PLC0415 - only a new store comes here

    found = set(inspect(connection).get_table_names())
    ours = found & set(Row.metadata.tables)
    foreign = found if connection.dialect.name == "sqlite" else ours
    if foreign:
        raise StoreVersionError(
            f"The database {place} holds tables of another program ({', '.join(sorted(foreign)[:3])}). "
            "Name another file or database for the store."
        )
