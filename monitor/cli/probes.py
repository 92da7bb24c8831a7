"""A look at feeds, asked and shown: for `monitor check --online` and `monitor feeds poll`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from monitor.app import Probes
    from monitor.config import Configuration


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
