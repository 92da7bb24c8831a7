"""`monitor feeds export`: the feeds as an OPML file for other readers."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.config.feeds import FeedSection
    from monitor.sources.opml import Outline


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("file", nargs="?", default="-", metavar="FILE|-", help="where to (default: standard output)")
    parser.add_argument("--all", action="store_true", help="paused feeds, too, marked as comments")


def run(args: argparse.Namespace) -> int:
    """0; news sitemaps and GDELT are left out, because no reader can read them, and that is said."""
    from monitor.config import load
    from monitor.config.feeds import read_sections
    from monitor.config.loading import FEEDS_FILE
    from monitor.sources.opml import write_opml

    load(args.config, os.environ)
    known = read_sections(args.config / FEEDS_FILE)
    sections = [one for one in known if one.enabled or args.all]
    readable = [section for section in sections if section.source == "feed"]
    document = write_opml(
        [_outline(section) for section in readable], title="monitor", created=format_datetime(datetime.now(UTC))
    )
    if args.file == "-":
        sys.stdout.write(document.decode())
    else:
        try:
            Path(args.file).write_bytes(document)
        except OSError as error:
            raise MonitorError(f"{args.file} cannot be written: {error.strerror}") from error
    left_out = [section.id for section in sections if section.source != "feed"]
    told = f"; left out, being no feeds: {', '.join(left_out)}" if left_out else ""
    if paused := len(known) - len(sections):
        told += f"; {paused} paused ones left out (--all takes them along)"
    print(f"{len(readable)} feeds written{told}", file=sys.stderr)
    return 0


def _outline(section: FeedSection) -> Outline:
    from monitor.sources.opml import Outline

    return Outline(
        url=section.url,
        text=section.outlet,
        title=section.outlet,
        site=section.site or "",
        language=section.language or "",
        folder=tuple(part for part in (section.folder or "").split("/") if part),
        is_comment=not section.enabled,
    )
