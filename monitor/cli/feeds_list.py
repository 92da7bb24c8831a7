"""`monitor feeds list`: the feeds of the configuration, with how their last checks went where a store tells."""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.config import Configuration
    from monitor.model.feeds import FeedState


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    """0."""
    from monitor.cli.tables import make_console, make_table
    from monitor.config import load

    configuration = load(args.config, os.environ)
    states = known_states(configuration)
    if args.json:
        print(
            json.dumps(
                [_plain(feed, states.get(feed.id)) for feed in configuration.feeds], ensure_ascii=False, indent=2
            )
        )
        return 0
    rows = [
        (
            feed.id,
            feed.outlet,
            feed.language or "",
            feed.source,
            _condition(feed.is_enabled, states.get(feed.id)),
            _clock(states.get(feed.id)),
            feed.url,
        )
        for feed in configuration.feeds
    ]
    console = make_console()
    console.print(make_table(("feed", "outlet", "lang", "source", "state", "checked", "address"), rows))
    paused = sum(not feed.is_enabled for feed in configuration.feeds)
    console.print(f"{len(rows)} feeds, {paused} of them paused.")
    return 0


def known_states(configuration: Configuration) -> Mapping[str, FeedState]:
    """Feed id → what the store remembers; nothing where there is no store yet."""
    import asyncio

    from monitor.app import read_status
    from monitor.errors import StoreError

    try:
        status = asyncio.run(read_status(configuration, deliveries=0))
    except StoreError:
        return {}
    return {state.feed_id: state for state in status.feeds}


def _plain(feed: object, state: FeedState | None) -> dict[str, object]:
    from dataclasses import asdict

    facts = asdict(feed)  # type: ignore[call-overload]
    return {
        **facts,
        "condition": state.health.condition.value if state else None,
        "reason": state.health.reason if state else None,
        "outcome": state.outcome if state else None,
        "detail": state.detail if state else None,
        "checked_at": state.checked_at.isoformat() if state and state.checked_at else None,
        "next_check_at": state.next_check_at.isoformat() if state else None,
    }


def _condition(is_enabled: bool, state: FeedState | None) -> str:
    if not is_enabled:
        return "paused"
    return state.health.condition.value if state else ""


def _clock(state: FeedState | None) -> str:
    return state.checked_at.astimezone().strftime("%d %b %H:%M") if state and state.checked_at else ""
