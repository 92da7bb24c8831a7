"""`monitor status`: what the store holds, while the daemon runs or not."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.app import Status


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    """0; 1 when there is no store yet."""
    from monitor.app import read_status
    from monitor.config import load

    status = asyncio.run(read_status(load(args.config, os.environ)))
    if args.json:
        print(json.dumps(_plain(status), ensure_ascii=False, indent=2, default=str))
    else:
        _show(status)
    return 0


def _plain(status: Status) -> dict[str, object]:
    return {
        "rows": status.counts,
        "feeds": [
            {
                "id": state.feed_id,
                "condition": state.health.condition.value,
                "reason": state.health.reason,
                "since": state.health.since_at and state.health.since_at.isoformat(),
                "interval_s": round(state.interval_s),
                "gaps": state.rhythm.gaps,
                "likely_address": status.addresses.get(state.feed_id),
                "succeeded_at": state.succeeded_at and state.succeeded_at.isoformat(),
                "asked_url": state.move.adopted_url or state.url,
                "outcome": state.outcome,
                "detail": state.detail,
                "failures": state.failures,
                "checked_at": state.checked_at and state.checked_at.isoformat(),
                "next_check_at": state.next_check_at.isoformat(),
                "newest_at": state.newest_at and state.newest_at.isoformat(),
            }
            for state in status.feeds
        ],
        "deliveries": [
            {
                "id": delivery.id,
                "recipient": delivery.recipient_id,
                "slot": delivery.slot_key,
                "channel": delivery.channel,
                "state": delivery.state.value,
                "attempts": delivery.attempts,
                "subject": delivery.message.subject,
                "last_reply": delivery.last_reply,
            }
            for delivery in status.deliveries
        ],
        "next_digests": {slot.recipient_id: slot.slot.at.isoformat() for slot in status.slots},
    }


def _show(status: Status) -> None:
    from monitor.cli.tables import make_console, make_table

    console = make_console()
    rows = "  ".join(f"{count} {name}" for name, count in status.counts.items() if count)
    console.print(rows or "nothing stored yet")
    feeds = [
        (
            state.feed_id,
            state.health.condition.value,
            _clock(state.checked_at),
            state.outcome,
            str(state.failures or ""),
            _clock(state.newest_at),
            _clock(state.next_check_at),
        )
        for state in status.feeds
    ]
    console.print(make_table(("feed", "is", "checked", "outcome", "failures", "newest", "next check"), feeds))
    for state in status.feeds:
        if told := state.health.reason or state.detail:
            console.print(f"  {state.feed_id}: {told}", markup=False)
    outbox = [
        (
            delivery.id,
            delivery.recipient_id,
            delivery.slot_key,
            delivery.state.value,
            str(delivery.attempts),
            delivery.message.subject,
        )
        for delivery in status.deliveries
    ]
    console.print(make_table(("delivery", "recipient", "slot", "state", "attempts", "subject"), outbox))
    for slot in status.slots:
        console.print(f"next digest for {slot.recipient_id}: {_clock(slot.slot.at)}")


def _clock(at: datetime | None) -> str:
    return at.astimezone().strftime("%d %b %H:%M %Z") if at else "–"
