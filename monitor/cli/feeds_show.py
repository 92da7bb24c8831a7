"""`monitor feeds show ID`: all that is known of one feed, from the configuration and from the store."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.config import Configuration


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("id", metavar="ID", help="the feed's id; `monitor feeds list` shows them")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    """0, or `MonitorError` for a feed that is not there."""
    from dataclasses import asdict

    from monitor.cli.feeds_list import known_states
    from monitor.config import load
    from monitor.config.feeds import read_sections
    from monitor.config.loading import FEEDS_FILE

    configuration = load(args.config, os.environ)
    sections = {section.id: section for section in read_sections(args.config / FEEDS_FILE)}
    if args.id not in sections:
        raise MonitorError(unknown(args.id, sections))
    state = known_states(configuration).get(args.id)
    known = {name: value for name, value in asdict(state).items() if not isinstance(value, bytes)} if state else None
    pages = _pages(configuration, args.id)
    facts = {"feed": sections[args.id].model_dump(), "state": known, "pages": pages}
    if args.json:
        print(json.dumps(facts, ensure_ascii=False, indent=2, default=str))
        return 0
    for name, value in _lines(facts["feed"], ""):
        print(f"{name:<24}{value}")
    print("" if state else "\nNever checked: there is no store yet, or the feed is new or paused.")
    for name, value in _lines(facts["state"] or {}, ""):
        print(f"{name:<24}{value}")
    for page in pages:
        print(f"{'page ' + page['state']:<24}{page['url']}" + (f": {page['reason']}" if page["reason"] else ""))
    return 0


def _pages(configuration: Configuration, feed_id: str) -> list[dict[str, str]]:
    """What became of the last pages of this feed's articles; nothing where there is no store yet."""
    import asyncio

    from monitor.app import read_pages
    from monitor.errors import StoreError

    try:
        pages = asyncio.run(read_pages(configuration, feed_id, limit=20))
    except StoreError:
        return []
    return [{"state": page.state.value, "url": page.url, "reason": page.reason} for page in pages]


def unknown(feed_id: str, known: Mapping[str, object]) -> str:
    """What to say of an id that is not in the file."""
    from monitor.config.wording import near_miss

    return f"there is no feed {feed_id!r}. {near_miss(feed_id, known) or '`monitor feeds list` shows them.'}"


def _lines(facts: object, prefix: str) -> Iterator[tuple[str, str]]:
    """Facts that say something, one a line; nested ones with their parents' names."""
    if isinstance(facts, Mapping):
        for name, value in facts.items():
            yield from _lines(value, f"{prefix}{name} " if isinstance(value, Mapping) else f"{prefix}{name}")
    elif facts not in (None, "", (), [], 0, 0.0):
        yield prefix, str(facts)
