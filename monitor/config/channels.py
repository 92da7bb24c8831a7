"""The channels that a configuration has: their names, and the section that each needs in monitor.yaml."""

from __future__ import annotations

from monitor.config.settings import Settings


def channel_names(settings: Settings) -> tuple[frozenset[str], dict[str, str]]:
    """The names that deliver as configured; and those that would, each with the section that it lacks."""
    wanting = {"smtp": "mail.smtp"} if settings.mail.smtp is None else {}
    return frozenset({"maildir", "smtp"} - wanting.keys()), wanting
