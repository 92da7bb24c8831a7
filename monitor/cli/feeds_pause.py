"""`monitor feeds pause ID…` and `resume ID…`: one word in feeds.yaml, its comments kept."""

from __future__ import annotations

import argparse
import json


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-commands' arguments."""
    parser.add_argument("ids", nargs="+", metavar="ID", help="which feeds; `monitor feeds list` shows them")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    """0; `ConfigError` for a feed that is not there, and then nothing is changed."""
    from monitor.config.feed_edits import set_enabled
    from monitor.config.loading import FEEDS_FILE

    is_enabled = args.subcommand == "resume"
    changed = set_enabled(args.config / FEEDS_FILE, args.ids, is_enabled)
    if args.json:
        print(json.dumps({"changed": changed, "enabled": is_enabled}))
        return 0
    word = "polled again" if is_enabled else "paused"
    for feed_id in args.ids:
        print(f"{feed_id}  {word}" if feed_id in changed else f"{feed_id}  was {word} already")
    if changed:
        print("A running daemon takes it over on SIGHUP (kill -HUP).")
    return 0
