"""The `publish` section of monitor.yaml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from monitor.config.texts import Host, Line
from monitor.config.yaml_nodes import Many, Strict


class PublishSection(Strict):
    """Feeds of the watchlists (Atom and JSON Feed), for feed readers and other programs."""

    folder: Line | None = Field(
        default=None, description="Where WATCHLIST.atom and WATCHLIST.json are written, like var/feeds; null: nowhere."
    )
    watchlists: Many[str] = Field(default=(), description="Names of watchlists; empty: all.")
    entries: int = Field(default=50, ge=1, le=500, description="Stories in a feed, those updated last.")
    days: int = Field(default=14, ge=1, le=90, description="How long a story stays there at most.")
    language: Literal["id", "en"] = Field(default="en", description="Language of the feeds' own words.")
    authority: Host | None = Field(
        default=None,
        description="A domain of yours that names the entries; changed, readers see all as new. Default: the sender's.",
    )
