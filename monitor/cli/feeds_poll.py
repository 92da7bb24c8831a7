"""`monitor feeds poll [ID…]`: look at feeds now, as a check would, and keep nothing."""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from monitor.config import Configuration
    from monitor.pipeline.probe import Probe


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="which feeds, paused ones as well (default: all that run)")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.epilog = (
        "Fetches and reads as the daemon's check does, and only looks: nothing is stored, no validator and no due time "
        "changes, no article is taken in, and a running daemon may go on. `monitor once` takes in."
    )


def run(args: argparse.Namespace) -> int:
    """0 when every feed gave something to read, else 1."""
    from datetime import UTC, datetime

    from monitor.cli.feeds_show import unknown
    from monitor.config import load

    configuration = load(args.config, os.environ)
    known = {feed.id: feed for feed in configuration.feeds}
    for feed_id in args.ids:
        if feed_id not in known:
            raise MonitorError(unknown(feed_id, known))
    found = _ask(configuration, args.ids)
    if args.json:
        print(json.dumps([_plain(one) for one in found], ensure_ascii=False, indent=2))
    else:
        _show(found, datetime.now(UTC))
    return 0 if all(one.is_good for one in found) else 1


def _ask(configuration: Configuration, ids: Sequence[str]) -> list[Probe]:
    """Ask them, with a bar on standard error when a person is looking."""
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


def _plain(found: Probe) -> dict[str, object]:
    return {
        "id": found.feed.id,
        "url": found.feed.url,
        "is_good": found.is_good,
        "answer": found.status,
        "entries": found.entries,
        "undated": found.undated,
        "newest_at": found.newest_at.isoformat() if found.newest_at else None,
        "window_s": found.window.total_seconds() if found.window is not None else None,
    }


def _show(probes: Sequence[Probe], now: datetime) -> None:
    from monitor.cli.tables import make_console, make_table, span

    def age(at: datetime | None) -> timedelta | None:
        return now - at if at else None

    rows = [
        (
            one.feed.id,
            str(one.entries or "–"),
            str(one.undated or ""),
            span(age(one.newest_at)),
            span(one.window),
            one.status,
        )
        for one in probes
    ]
    console = make_console()
    console.print(make_table(("feed", "entries", "undated", "newest", "window", "answer"), rows))
    bad = sum(not one.is_good for one in probes)
    console.print(f"{len(probes) - bad} of {len(probes)} feeds gave something to read; nothing was kept.")
