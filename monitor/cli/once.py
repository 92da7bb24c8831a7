"""`monitor once`: one cycle of everything, for cron and for looking."""

from __future__ import annotations

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.app import CycleReport


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--digest", action="store_true", help="compose for every recipient now, due or not")
    parser.add_argument("--dry-run", action="store_true", help="mark and mail nothing")


def run(args: argparse.Namespace) -> int:
    """0 when the cycle went through, also with feeds that failed; 1 when a stage did."""
    from monitor.app import load_configuration, open_runtime
    from monitor.cli import logs

    configuration = load_configuration(args.config, os.environ)
    settings = configuration.settings
    logs.set_up(settings.log.level, settings.log.format)

    async def cycle() -> CycleReport:
        async with open_runtime(configuration, is_dry=args.dry_run) as runtime:
            return await runtime.cycle(is_digest_forced=args.digest)

    report = asyncio.run(cycle())
    for line in report.lines():
        print(line)
    return 1 if report.has_failed else 0
