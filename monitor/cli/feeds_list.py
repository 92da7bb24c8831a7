"""`monitor feeds list`: the feeds of the configuration, with how their last checks went where a store tells."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.cli import feed_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.config import Configuration
    from monitor.model.feeds import Feed, FeedState


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    """0."""
    from monitor.cli.tables import make_console, make_table
    from monitor.config import load

    configuration = load(args.config, os.environ)
    remembered = remember(configuration)
    states, addresses = remembered.states, remembered.addresses
    if args.json:
        listed = [_plain(feed, states.get(feed.id), addresses.get(feed.id)) for feed in configuration.feeds]
        print(json.dumps(listed, ensure_ascii=False, indent=2))
        return 0
    rows = [
        (
            feed.id,
            feed.outlet,
            feed.language or "",
            feed.source,
            *feed_facts.cells(states.get(feed.id), is_enabled=feed.is_enabled),
            feed.url,
        )
        for feed in configuration.feeds
    ]
    console = make_console()
    console.print(make_table(("feed", "outlet", "lang", "source", *feed_facts.COLUMNS, "address"), rows))
    polled = [states[feed.id] for feed in configuration.feeds if feed.is_enabled and feed.id in states]
    for line in feed_facts.explanations(polled, addresses):
        console.print(line, markup=False)
    paused = sum(not feed.is_enabled for feed in configuration.feeds)
    console.print(f"{len(rows)} feeds, {paused} of them paused. Times are of {feed_facts.zone_name()}.")
    if remembered.problem:
        console.print(f"How they are is not known: {remembered.problem}", markup=False)
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the store remembers of feeds, by id; `problem` says why it cannot be asked."""

    states: Mapping[str, FeedState] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def remember(configuration: Configuration) -> Remembered:
    """Ask the store beside a running daemon; nothing where there is no store yet."""
    import asyncio

    from monitor.app import read_status
    from monitor.errors import StoreError

    try:
        status = asyncio.run(read_status(configuration, deliveries=0))
    except StoreError as error:
        return Remembered(problem=str(error))
    return Remembered(states={state.feed_id: state for state in status.feeds}, addresses=status.addresses)


def _plain(feed: Feed, state: FeedState | None, address: str | None) -> dict[str, object]:
    from dataclasses import asdict

    return {**asdict(feed), **feed_facts.plain(state, address)}
