"""What the daemon made of it all, read from its SQLite store by a connection that cannot write.

A demo and a judge look from outside: plain SQL over the documented tables, none of the daemon's own code.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A match: its points and the signals (words, points, evidence) that sum to them."""

    points: float
    threshold: float
    signals: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An article as stored. `of` is the id of the article that it copies, `told_to` the recipients that had it."""

    id: int
    feed_id: str
    outlet: str
    url: str
    title: str
    verdict: str
    of: int | None
    level: str
    similarity: float | None
    reason: str
    story_id: int | None
    match: Scored | None
    told_to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A row of the outbox."""

    id: str
    recipient_id: str
    slot_key: str
    channel: str
    state: str
    phase: str
    attempts: int
    message_id: str
    subject: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The store at one moment. `ledger` counts (feed id, state); `checks` is each feed's last outcome and reason."""

    articles: dict[int, Stored]
    ledger: Counter[tuple[str, str]]
    reasons: dict[str, list[tuple[str, str]]]
    checks: dict[str, tuple[str, str, int]]
    revisions: dict[int, list[str]]
    outbox: tuple[Posted, ...]

    def find(self, feed_id: str, url: str) -> Stored | None:
        """The article that a feed brought under an address."""
        return next((row for row in self.articles.values() if row.feed_id == feed_id and row.url == url), None)

    def at(self, url: str) -> Stored | None:
        """The article at an address, whoever brought it and with whatever query."""
        address = url.partition("?")[0]
        return next((row for row in self.articles.values() if row.url.partition("?")[0] == address), None)


EMPTY = Account(articles={}, ledger=Counter(), reasons={}, checks={}, revisions={}, outbox=())


def read_account(store: Path) -> Account:
    """Read the store; empty when there is none yet, or when a killed daemon had not yet made its tables."""
    if not store.exists():
        return EMPTY
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"article", "delivery", "ledger"} <= tables:
            return EMPTY
        connection.execute("BEGIN")  # one snapshot for all the questions
        return Account(
            articles=_articles(connection),
            ledger=Counter((row["feed_id"], row["state"]) for row in connection.execute("SELECT * FROM ledger")),
            reasons=_reasons(connection),
            checks={
                row["feed_id"]: (row["outcome"], row["detail"], row["failures"])
                for row in connection.execute("SELECT feed_id, outcome, detail, failures FROM feed_state")
            },
            revisions=_revisions(connection),
            outbox=tuple(_posted(row) for row in connection.execute("SELECT * FROM delivery ORDER BY composed_at, id")),
        )


def _articles(connection: sqlite3.Connection) -> dict[int, Stored]:
    scored = {row["article_id"]: _scored(row) for row in connection.execute("SELECT * FROM match")}
    stories = {row[0]: row[1] for row in connection.execute("SELECT article_id, story_id FROM joining")}
    told: dict[int, list[str]] = {}
    for article_id, recipient in connection.execute("SELECT article_id, recipient_id FROM told ORDER BY 2"):
        told.setdefault(article_id, []).append(recipient)
    return {
        row["id"]: Stored(
            id=row["id"],
            feed_id=row["feed_id"],
            outlet=row["outlet"],
            url=row["url"],
            title=row["title"],
            verdict=row["verdict_kind"],
            of=row["verdict_of"],
            level=row["verdict_level"],
            similarity=row["verdict_similarity"],
            reason=row["verdict_reason"],
            story_id=stories.get(row["id"]),
            match=scored.get(row["id"]),
            told_to=tuple(told.get(row["id"], ())),
        )
        for row in connection.execute("SELECT * FROM article ORDER BY first_seen_at, id")
    }


def _scored(row: sqlite3.Row) -> Scored:
    signals = tuple(
        (signal.get("label", {}).get("en", signal["name"]), float(signal["points"]), signal.get("evidence", ""))
        for signal in json.loads(row["signals"])
    )
    return Scored(points=row["points"], threshold=row["threshold"], signals=signals)


def _reasons(connection: sqlite3.Connection) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute("SELECT feed_id, state, reason FROM ledger WHERE reason <> '' ORDER BY seen_at"):
        found.setdefault(row["feed_id"], []).append((row["state"], row["reason"]))
    return found


def _revisions(connection: sqlite3.Connection) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in connection.execute("SELECT article_id, change FROM revision WHERE n > 0 ORDER BY n"):
        found.setdefault(row["article_id"], []).append(row["change"])
    return found


def _posted(row: sqlite3.Row) -> Posted:
    return Posted(
        id=row["id"],
        recipient_id=row["recipient_id"],
        slot_key=row["slot_key"],
        channel=row["channel"],
        state=row["state"],
        phase=row["phase"],
        attempts=row["attempts"],
        message_id=row["message_id"],
        subject=row["subject"],
        content=bytes(row["content"]),
    )
