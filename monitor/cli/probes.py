"""A look at feeds, asked and shown: for `monitor check --online` and `monitor feeds poll`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from monitor.app import Probes
    from monitor.config import Configuration
    from monitor.pipeline.probe import Probe

KEYS = {
    "id": "the feed's id",
    "url": "its address as configured",
    "condition": "healthy, slow, moved, undated, failing, gone, html, challenged, empty, frozen, silent, new",
    "reason": "why, in a sentence; empty where it is simply healthy",
    "is_good": "it gave something to read",
    "is_well": "it brings its news: healthy, slow, moved or undated",
    "is_own_outage": "no feed at all was reached, so that none is blamed",
    "has_history": "it was judged with what the daemon remembers of it",
    "likely_address": "where it may be now, or null",
    "answer": "status and kind of what it answered, or what failed",
    "entries": "how many it holds",
    "undated": "how many of them have no readable date",
    "newest_at": "the date of the newest in ISO 8601 UTC, or null",
    "window_s": "seconds between the oldest and the newest, or null",
}
"""What is told of a feed for programs, in this order."""


def ask(configuration: Configuration, ids: Collection[str] = ()) -> Probes:
    """Ask the feeds with these ids, or all that are enabled; a bar on standard error when a person is looking."""
    import asyncio

    from rich.console import Console
    from rich.progress import Progress

    from monitor.app import probe_feeds

    total = len(set(ids)) or sum(feed.is_enabled for feed in configuration.feeds)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal or total < 2, transient=True) as progress:
        task = progress.add_task("asking feeds", total=total)
        return asyncio.run(
            probe_feeds(configuration, lambda: progress.advance(task), ids=frozenset(ids) if ids else None)
        )


def keys_told(keys: dict[str, str]) -> str:
    """A table of keys for a command's help."""
    return "\n".join(f"  {key:<16}{meaning}" for key, meaning in keys.items())


def plain(found: Probe, address: str | None) -> dict[str, object]:
    """The same as `show` tells, by `KEYS`."""
    facts = (
        found.feed.id,
        found.feed.url,
        found.health.condition.value,
        found.health.reason,
        found.has_entries,
        found.is_well,
        found.is_own_outage,
        found.has_history,
        address,
        found.answer,
        found.entries,
        found.undated,
        found.newest_at.isoformat() if found.newest_at else None,
        found.window.total_seconds() if found.window is not None else None,
    )
    return dict(zip(KEYS, facts, strict=True))


def show(found: Probes, now: datetime) -> None:
    """A line a feed, the reasons of those that are not simply healthy, and a summary."""
    from monitor.cli.tables import make_console, make_table, span

    rows = [
        (
            one.feed.id,
            "not reached" if one.is_own_outage else one.health.condition.value,
            str(one.entries or "–"),
            str(one.undated or ""),
            span(now - one.newest_at if one.newest_at else None),
            span(one.window),
            one.answer,
        )
        for one in found.probes
    ]
    console = make_console()
    console.print(make_table(("feed", "is", "entries", "undated", "newest", "window", "answer"), rows))
    for one in found.probes:
        if one.health.reason and not one.is_own_outage:
            console.print(f"  {one.feed.id}: {one.health.reason}", markup=False)
        if address := found.addresses.get(one.feed.id):
            console.print(f"  {one.feed.id}: its likely new address: {address}", markup=False)
    if any(one.is_own_outage for one in found.probes):
        console.print("No feed could be reached: our own line seems to be down, and no feed is blamed.")
    readable, well = (sum(marks) for marks in zip(*((p.has_entries, p.is_well) for p in found.probes), strict=True))
    console.print(f"{readable} of {len(found.probes)} feeds gave something to read, well: {well}; nothing was kept.")
    if found.problem:
        console.print(
            "Judged by this one look: silence, moves that last and gaps show once the daemon has run for a while.\n"
            f"({found.problem})",
            markup=False,
        )
    else:
        past = sum(one.has_history for one in found.probes)
        console.print(f"Judged with what the daemon remembers of {past} of them.")
