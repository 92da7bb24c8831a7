"""`monitor preview [--recipient R] [--at TIME | --sample] [--out FILE]`: the digest that a recipient would get."""

from __future__ import annotations

import argparse
import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import MonitorError, UsageError

if TYPE_CHECKING:
    from monitor.app.preview import Preview

FORMS = (".html", ".txt", ".eml")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--recipient", metavar="R", help="whose digest (default: the first recipient's)")
    when = parser.add_mutually_exclusive_group()
    when.add_argument(
        "--at",
        type=_moment,
        metavar="TIME",
        help="as it would be then, ISO 8601, on this machine's clock unless it says otherwise (default: now)",
    )
    when.add_argument(
        "--sample",
        action="store_true",
        help="a made-up digest with something in every section, by the templates as they are now",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write it there: .html, .txt or .eml (default: the plain text, to standard output)",
    )
    parser.epilog = (
        "Nothing is sent or marked as told, and a running daemon is not disturbed. With nothing new to tell, the last "
        "digest is shown as it was sent, by the templates of then; --sample shows those of now. A time that is past "
        "leaves out what came later, by the watchlists of today."
    )


def run(args: argparse.Namespace) -> int:
    """0; `MonitorError` without a store, for a recipient that is not there, or a file that cannot be written."""
    from monitor.app.preview import preview, sample
    from monitor.config import load

    if args.out is not None and args.out.suffix.lower() not in FORMS:
        raise UsageError(f"{args.out} says no form that a digest has: end the name in {', '.join(FORMS)}.")
    configuration = load(args.config, os.environ)
    if args.sample:
        found = sample(configuration, args.recipient)
    else:
        found = asyncio.run(preview(configuration, args.recipient, args.at))
    if args.out is None:
        print(found.message.text)
    else:
        write(args.out, found.message.html, found.message.text, found.message.content)
    _say(found, args.out)
    return 0


def write(path: Path, html: str, text: str, content: bytes) -> None:
    """Write a message in the form that the file's name asks for. Raises `MonitorError`."""
    wanted = {".html": html.encode(), ".txt": text.encode(), ".eml": content}[path.suffix.lower()]
    try:
        path.write_bytes(wanted)
    except OSError as error:
        raise MonitorError(f"{path} cannot be written ({error.strerror}).") from error


def _say(found: Preview, path: Path | None) -> None:
    """What this was, on standard error where the digest itself went to standard output."""
    import sys

    from monitor.cli.feed_facts import clock

    message, to = found.message, found.recipient.id
    if found.is_sample:
        what = f"a made-up digest in the language of {to}"
    elif found.last is not None:
        what = (
            f"nothing new to tell {to} at {clock(found.at)}, by what is known now; this is the last digest, "
            f"of {clock(found.last.composed_at)}, as it was sent"
        )
    else:
        stories = len(found.digest.stories) if found.digest else 0
        what = f"what {to} would get at {clock(found.at)}: {stories} {'story' if stories == 1 else 'stories'}"
    size = f"{len(message.html.encode()):,} bytes of HTML, {len(message.content):,} on the wire"
    where = f" → {path}" if path else ""
    if found.last is None and message.stationery is not None:
        size += "".join(f"\nyour template was not used: {fault}" for fault in message.stationery.faults)
    print(f"{what}{where}\n{message.subject}\n{size}", file=sys.stderr if path is None else sys.stdout)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text} is no time: write 2026-11-22T07:00 or 2026-11-22T07:00+07:00"
        ) from None
    if not 1971 <= at.year < 9000:
        raise argparse.ArgumentTypeError(f"{text} is out of reach: write a time after 1970 and before 9000")
    return at.astimezone()
