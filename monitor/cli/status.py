"""`monitor status`: what the store holds, while the daemon runs or not."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from monitor.cli import feed_facts

if TYPE_CHECKING:
    from monitor.app import Status


_TOLD = {"article": "articles", "story": "stories", "match": "matches", "delivery": "mails in the outbox"}
"""The tables that mean something to a person; --json counts all."""


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
            {"id": state.feed_id, **feed_facts.plain(state, status.addresses.get(state.feed_id))}
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
        "suspended": [
            {"recipient": one.recipient_id, "channel": one.channel, "address": one.address, "reason": one.reason}
            for one in status.suspended
        ],
        "outbox": status.outbox,
        "preferences": [
            {"recipient": one.recipient_id, "kind": one.kind.value, "target": one.target, "at": one.at.isoformat()}
            for one in status.preferences
        ],
        "next_digests": {slot.recipient_id: slot.slot.at.isoformat() for slot in status.slots},
    }


def _outbox_lines(status: Status) -> Iterator[str]:
    """How many deliveries each channel has, and what keeps those that wait."""
    for channel, states in status.outbox.items():
        yield f"by {channel}: {', '.join(f'{count:,} {state}' for state, count in states.items())}"
    for delivery in status.deliveries:
        if delivery.state.value != "sent" and delivery.last_reply:
            yield f"{delivery.id} {delivery.state.value}: {delivery.last_reply}"


def _show(status: Status) -> None:
    from monitor.cli.feed_facts import clock, zone_name
    from monitor.cli.recipients import words
    from monitor.cli.tables import make_console, make_table

    console = make_console()
    told = [f"{status.counts[table]:,} {words}" for table, words in _TOLD.items() if status.counts.get(table)]
    console.print(", ".join(told) + "." if told else "Nothing is stored yet.")
    feeds = [(state.feed_id, *feed_facts.cells(state), clock(state.newest_at)) for state in status.feeds]
    console.print(make_table(("feed", *feed_facts.COLUMNS, "newest entry"), feeds))
    for line in feed_facts.explanations(status.feeds, status.addresses):
        console.print(line, markup=False)
    if status.feeds:
        console.print(f"Times are of {zone_name()}.")
    outbox = [
        (
            delivery.id,
            delivery.recipient_id,
            delivery.slot_key,
            delivery.channel,
            delivery.state.value,
            str(delivery.attempts),
            delivery.message.subject,
        )
        for delivery in status.deliveries
    ]
    console.print(make_table(("delivery", "recipient", "slot", "channel", "state", "attempts", "subject"), outbox))
    for line in _outbox_lines(status):
        console.print(line, markup=False)
    for one in status.suspended:
        refused = f"{one.recipient_id}: no mail to {one.address} since {clock(one.at)}: {one.reason}."
        cure = f"Correct the address, or: monitor recipients resume {one.recipient_id}"
        console.print(f"{refused} {cure}", markup=False)
    for said in status.preferences:
        cure = f"Take it back with: monitor recipients resume {said.recipient_id}"
        console.print(f"{said.recipient_id}: {words(said, status.titles)} since {clock(said.at)}. {cure}", markup=False)
    for slot in status.slots:
        console.print(f"next digest for {slot.recipient_id}: {clock(slot.slot.at)}")
