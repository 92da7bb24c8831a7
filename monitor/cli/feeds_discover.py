"""`monitor feeds discover FILE|URL`: the feed addresses of a page, best first."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.web_addresses import is_web_address, meant
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model.discovery import FoundFeed


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("page", metavar="FILE|URL", help="a saved page (- reads standard input), or an http(s) address")
    parser.add_argument("--url", default="", metavar="U", help="where a saved page comes from, for relative addresses")
    parser.add_argument("--json", action="store_true", help="a list of addresses, for programs")
    parser.add_argument("--long", action="store_true", help="with --json: objects with url, title, kind and why")
    parser.epilog = (
        "A saved page is only read. For an address, the page is fetched; where it points to no feed, the usual places "
        "are tried, and the news sitemaps that robots.txt names."
    )


def run(args: argparse.Namespace) -> int:
    """0; 1 when nothing was found."""
    found, problem = _online(args) if is_web_address(args.page) else _saved(args)
    if args.json:
        plain = [asdict(feed) if args.long else feed.url for feed in found]
        print(json.dumps(plain, ensure_ascii=False, indent=2))
    elif found:
        from monitor.cli.tables import make_console, make_table

        rows = [(feed.url, feed.kind, feed.title, feed.why) for feed in found]
        make_console().print(make_table(("address", "kind", "title", "why"), rows))
    if not found:
        print(f"No feed found: {problem}.", file=sys.stderr)
    return 0 if found else 1


def _saved(args: argparse.Namespace) -> tuple[Sequence[FoundFeed], str]:
    from monitor.core.discovery import discover

    if args.page != "-" and not Path(args.page).exists():
        raise MonitorError(f"{args.page}: no such file, and no web address (https://…).{meant(args.page)}")
    return discover(read_bytes(args.page), args.url), f"{args.page} points to none"


def _online(args: argparse.Namespace) -> tuple[Sequence[FoundFeed], str]:
    import asyncio

    from monitor.app.feeds import find_feeds
    from monitor.config import load

    # Looking for feeds comes before having a configuration: without one, the usual manners do.
    configuration = load(args.config, os.environ) if args.config.is_dir() else None
    discovery = asyncio.run(find_feeds(args.page, configuration))
    return discovery.feeds, discovery.problem


def read_bytes(name: str) -> bytes:
    """A file's bytes, or those of standard input for "-"."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise MonitorError(f"{name} cannot be read: {error.strerror}") from error
