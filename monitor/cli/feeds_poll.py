"""`monitor feeds poll [ID…]`: look at feeds now, as a check would, and keep nothing."""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    from monitor.cli.probes import ask, show
    from monitor.config import load

    configuration = load(args.config, os.environ)
    known = {feed.id: feed for feed in configuration.feeds}
    for feed_id in args.ids:
        if feed_id not in known:
            raise MonitorError(unknown(feed_id, known))
    if not args.ids and not any(feed.is_enabled for feed in configuration.feeds):
        raise MonitorError("no feed is switched on. `monitor feeds resume ID` switches one on.")
    found = ask(configuration, args.ids)
    if args.json:
        print(json.dumps([_plain(one, found.addresses) for one in found.probes], ensure_ascii=False, indent=2))
    else:
        show(found, datetime.now(UTC))
    return 0 if all(one.has_entries for one in found.probes) else 1


def _plain(found: Probe, addresses: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": found.feed.id,
        "url": found.feed.url,
        "condition": found.health.condition.value,
        "reason": found.health.reason,
        "is_good": found.has_entries,
        "is_well": found.is_well,
        "is_own_outage": found.is_own_outage,
        "has_history": found.has_history,
        "likely_address": addresses.get(found.feed.id),
        "answer": found.answer,
        "entries": found.entries,
        "undated": found.undated,
        "newest_at": found.newest_at.isoformat() if found.newest_at else None,
        "window_s": found.window.total_seconds() if found.window is not None else None,
    }
