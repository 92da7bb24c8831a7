"""What a command line names of the configuration, and what it says of a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.config import Configuration
from monitor.errors import UsageError
from monitor.model.digests import Recipient
from monitor.model.watchlists import Watchlist


def watchlist_named(configuration: Configuration, name: str) -> Watchlist:
    """The live watchlist of a name. Raises `UsageError` with those that there are."""
    found = {one.name: one for one in configuration.watchlists}
    require("watchlist", name, found)
    return found[name]


def recipient_named(configuration: Configuration, id: str) -> Recipient:
    """The configured recipient of an id. Raises `UsageError` with those that there are."""
    found = {one.id: one for one in configuration.recipients}
    require("recipient", id, found)
    return found[id]


def require(kind: str, name: str, known: Iterable[str]) -> None:
    """Raise `UsageError` unless a name is among the known ones of its kind ("watchlist", "recipient")."""
    names = list(known)
    if name not in names:
        raise UsageError(f"There is no {kind} {name}; there are: {', '.join(names) or 'none'}.")
