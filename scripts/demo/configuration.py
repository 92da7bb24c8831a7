"""Writes a configuration for a stage of our own: the default one, with other feeds, readers and mail server."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .day import REPOSITORY

DEFAULT = REPOSITORY / "config"
SEEDS = REPOSITORY / "seeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A folder with a configuration, a store and an outbox. `changes` are merged into monitor.yaml, section by section.

    `feeds` and `recipients` stand in the files as they are given here. Without `smtp_port` there is no mail server.
    """

    folder: Path
    feeds: Sequence[Mapping[str, Any]]
    recipients: Sequence[Mapping[str, Any]]
    smtp_port: int | None = None
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """What `--config` gets."""
        return self.folder / "config"

    @property
    def store(self) -> Path:
        """The SQLite file."""
        return self.folder / "var" / "monitor.db"

    @property
    def outbox(self) -> Path:
        """The Maildir."""
        return self.folder / "var" / "outbox"

    def write(self) -> None:
        """Write the configuration's folder anew; store and outbox stay."""
        shutil.rmtree(self.config, ignore_errors=True)
        shutil.copytree(DEFAULT, self.config)
        shutil.copytree(SEEDS, self.folder / "seeds", dirs_exist_ok=True)
        settings = yaml.safe_load((DEFAULT / "monitor.yaml").read_text("utf-8")) or {}
        for changes in (self._own(), self.changes):
            for section, values in changes.items():
                settings[section] = {**(settings.get(section) or {}), **values}
        self.put("monitor.yaml", settings)
        self.put("feeds.yaml", {"feeds": [dict(feed) for feed in self.feeds]})
        self.put("recipients.yaml", {"recipients": [dict(recipient) for recipient in self.recipients]})

    def put(self, name: str, content: object) -> None:
        """Write one file of the configuration."""
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
        (self.config / name).write_text(text, "utf-8")

    def _own(self) -> dict[str, dict[str, Any]]:
        mail: dict[str, Any] = {"maildir": str(self.outbox), "sender": "monitor@example.org"}
        if self.smtp_port:
            mail["smtp"] = {"host": "127.0.0.1", "port": self.smtp_port, "tls": "none", "timeout_s": 10}
        return {
            "store": {"url": f"sqlite:///{self.store}"},
            # Every demo feed comes from one host, which a polite client would not ask in such a hurry.
            "polling": {"allow_private_hosts": ["127.0.0.1"], "concurrency": 16, "per_host": 16, "timeout_s": 10},
            "log": {"format": "json"},
            "mail": mail,
        }


def make_recipient(id: str, channel: str = "smtp", language: str = "en") -> dict[str, Any]:
    """A reader of the default watchlist; the hour does not matter where digests are asked for."""
    return {
        "id": id,
        "address": f"{id}@example.org",
        "channel": channel,
        "language": language,
        "watchlists": ["russia-north-korea"],
        "zone": "Asia/Jakarta",
        "schedule": {"times": ["07:00"]},
    }
