"""`monitor run`: the daemon, until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--dry-run", action="store_true", help="poll and score, but compose and mail nothing")


def run(args: argparse.Namespace) -> int:
    """0 after a clean stop; 1 when stages had to be cut off, 2 when the configuration cannot be used."""
    from monitor.app import load_configuration, open_runtime
    from monitor.cli import logs
    from monitor.daemon import Daemon

    configuration = load_configuration(args.config, os.environ)
    settings = configuration.settings
    logs.set_up(settings.log.level, settings.log.format)
    for warning in configuration.warnings:
        logging.getLogger("monitor.config").warning("%s", warning)

    async def live() -> int:
        async with open_runtime(
            configuration, reread=lambda: load_configuration(args.config, os.environ), is_dry=args.dry_run
        ) as runtime:
            return await Daemon(
                runtime, heartbeat=settings.heartbeat, notify_socket=os.environ.get("NOTIFY_SOCKET", "")
            ).run()

    return asyncio.run(live())
