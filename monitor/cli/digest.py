"""`monitor digest list|show|rebuild|resend`: what was sent, why it says what it says, and once more."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import MonitorError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.app.sent import Sent
    from monitor.model.digests import Delivery


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-commands, each with its own arguments."""
    children = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    listed = children.add_parser("list", help="the newest deliveries, with what became of them")
    listed.add_argument("--recipient", metavar="R", help="only those to this recipient")
    listed.add_argument("--limit", type=_count, default=20, metavar="N", help="so many (default: 20)")
    listed.add_argument("--json", action="store_true", help="for programs")
    show = children.add_parser("show", help="one delivery: its facts and its text")
    form = show.add_mutually_exclusive_group()
    form.add_argument("--html", action="store_true", help="only its HTML, as sent")
    form.add_argument("--text", action="store_true", help="only its plain text, as sent")
    form.add_argument("--eml", action="store_true", help="the very bytes, as sent")
    form.add_argument("--json", action="store_true", help="its facts and all that was told, with the reasons")
    rebuild = children.add_parser(
        "rebuild",
        help="write it again from what it was composed from, and compare",
        description="Write a digest again from what is kept of it (stories, language, sender, templates, links), "
        "whatever the configuration says now, and compare it with what was sent.",
    )
    rebuild.add_argument("--out", type=Path, metavar="FILE", help="where to write it: .html, .txt or .eml")
    resend = children.add_parser(
        "resend",
        help="queue the same message once more",
        description="Queue the very bytes once more, with their Message-ID, as a delivery of their own. "
        "This is never done by itself. What a digest told that never arrived comes with the next one all the same.",
    )
    for child in (listed, show, rebuild, resend):
        if child is not listed:
            child.add_argument("delivery", metavar="ID", help="its id, or the beginning of it")
        child.add_argument(
            "--config", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="folder of the configuration"
        )


def run(args: argparse.Namespace) -> int:
    """0; 1 for a rebuilt digest that differs; `MonitorError` for what is not there."""
    return {"list": _list, "show": _show, "rebuild": _rebuild, "resend": _resend}[args.subcommand](args)


def _list(args: argparse.Namespace) -> int:
    from monitor.app.sent import read_deliveries
    from monitor.config import load

    found = asyncio.run(read_deliveries(load(args.config, os.environ), args.recipient, limit=args.limit))
    if args.json:
        print(json.dumps([_facts(one) for one in found], ensure_ascii=False, indent=2))
    elif found:
        _table(found)
    else:
        print("No digest was composed yet. `monitor preview` shows what one would hold.")
    return 0


def _table(found: Sequence[Delivery]) -> None:
    from monitor.cli.feed_facts import clock, zone_name
    from monitor.cli.tables import make_console, make_table

    rows = [
        (
            one.id,
            one.recipient_id,
            clock(one.composed_at),
            one.channel,
            _state(one),
            f"{one.message.subject}{f'  (resend of {one.resend_of})' if one.resend_of else ''}",
        )
        for one in found
    ]
    console = make_console()
    console.print(make_table(("delivery", "recipient", "composed", "channel", "state", "subject"), rows))
    console.print(f"Times are of {zone_name()}.")


def _state(one: Delivery) -> str:
    tries = f", {one.attempts} tries" if one.attempts > 1 else ""
    return f"{one.state.value}{tries}"


def _show(args: argparse.Namespace) -> int:
    from monitor.app.sent import read_sent
    from monitor.config import load

    found = asyncio.run(read_sent(load(args.config, os.environ), args.delivery))
    message = found.delivery.message
    if args.eml:
        sys.stdout.flush()
        sys.stdout.buffer.write(message.content)
        sys.stdout.buffer.flush()
    elif args.html or args.text:
        form = "HTML" if args.html else "text"
        if not (text := message.html if args.html else message.text):
            raise MonitorError(f"{found.delivery.id} went by {found.delivery.channel} and has no {form}.")
        print(text)
    elif args.json:
        print(json.dumps(_whole(found), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(found)))
        print(f"\n{message.text}")
    return 0


def _rebuild(args: argparse.Namespace) -> int:
    from monitor.app.sent import rebuild
    from monitor.cli.preview import FORMS, write
    from monitor.config import load

    if args.out is not None and args.out.suffix.lower() not in FORMS:
        raise UsageError(f"{args.out} says no form that a digest has: end the name in {', '.join(FORMS)}.")
    made = asyncio.run(rebuild(load(args.config, os.environ), args.delivery))
    if args.out is not None:
        write(args.out, made.message.html, made.message.text, made.message.content)
    if made.is_same:
        print(f"{made.delivery.id}: the same body and headers as sent (SHA-256 of the body {made.hash_kept}).")
        return 0
    print(f"{made.delivery.id} differs from what was sent: body {made.hash_kept} → {made.hash_made}")
    for line in made.differences:
        print(f"  {line}")
    return 1


def _resend(args: argparse.Namespace) -> int:
    from monitor.app.sent import resend
    from monitor.config import load

    again = asyncio.run(resend(load(args.config, os.environ), args.delivery))
    print(
        f"Queued once more for {again.recipient_id} by {again.channel} as {again.id}: {again.message.subject}\n"
        f"The running daemon sends it with its next round; without one, monitor once does."
    )
    return 0


def _facts(one: Delivery) -> dict[str, object]:
    return {
        "id": one.id,
        "recipient": one.recipient_id,
        "slot": one.slot_key,
        "channel": one.channel,
        "state": one.state.value,
        "attempts": one.attempts,
        "composed_at": one.composed_at.isoformat(),
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "next_attempt_at": one.next_attempt_at.isoformat(),
        "was_uncertain": one.was_uncertain,
        "resend_of": one.resend_of or None,
        "message_id": one.message.message_id,
        "subject": one.message.subject,
        "bytes": len(one.message.content),
        "last_code": one.last_code,
        "last_reply": one.last_reply,
    }


def _whole(found: Sent) -> dict[str, object]:
    from monitor.app.sent import told

    return {
        **_facts(found.delivery),
        "resent": [one.id for one in found.resent],
        "digest": told(found.archive) if found.archive else None,
    }


def _lines(found: Sent) -> list[str]:
    from monitor.cli.feed_facts import clock, zone_name

    one = found.delivery
    times = f"composed {clock(one.composed_at)}{f', sent {clock(one.sent_at)}' if one.sent_at else ''}"
    lines = [
        f"{one.id}  {one.message.subject}",
        f"to {one.recipient_id} by {one.channel}, slot {one.slot_key}; {times} ({zone_name()})",
        f"{_state(one)}{f': {one.last_reply}' if one.last_reply else ''}",
        f"{one.message.message_id}, {len(one.message.content):,} bytes",
    ]
    if one.resend_of:
        lines.append(f"asked for by a person: the message of {one.resend_of} once more")
    lines += [f"sent once more as {again.id} ({again.state.value})" for again in found.resent]
    if found.archive is None:
        lines.append("what it was composed from is not kept")
    return lines


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text} is no number of deliveries: write a whole number from 1 to 10000")
    return int(text)
