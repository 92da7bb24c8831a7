"""`monitor feeds poll [ID…]`: look at feeds now, as a check would, and keep nothing."""

from __future__ import annotations

import argparse
import json
import os

from monitor.cli.probes import KEYS, keys_told
from monitor.errors import MonitorError, UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="which feeds, paused ones as well (default: all that run)")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = (
        "Fetches and reads as the daemon's check does, and only looks: nothing is stored, no validator and no due\n"
        "time changes, no article is taken in, and a running daemon may go on. `monitor once` takes in.\n\n"
        f"--json prints a list of objects:\n{keys_told(KEYS)}"
    )


def run(args: argparse.Namespace) -> int:
    """0 when every feed gave something to read, else 1."""
    from datetime import UTC, datetime

    from monitor.cli.feeds_show import unknown
    from monitor.cli.probes import ask, plain, show
    from monitor.config import load

    configuration = load(args.config, os.environ)
    known = {feed.id: feed for feed in configuration.feeds}
    for feed_id in args.ids:
        if feed_id not in known:
            raise UsageError(unknown(feed_id, known))
    if not args.ids and not any(feed.is_enabled for feed in configuration.feeds):
        raise MonitorError("no feed is switched on. `monitor feeds resume ID` switches one on.")
    found = ask(configuration, args.ids)
    if args.json:
        told = [plain(one, found.addresses.get(one.feed.id)) for one in found.probes]
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        show(found, datetime.now(UTC))
    return 0 if all(one.has_entries for one in found.probes) else 1
