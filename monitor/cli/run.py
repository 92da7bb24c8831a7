"""`monitor run`: the daemon, until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.config import Configuration


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--dry-run", action="store_true", help="poll and score, but compose and mail nothing")


def run(args: argparse.Namespace) -> int:
    """0 after a clean stop; 1 when stages had to be cut off, 2 when the configuration cannot be used."""
    from monitor.app import load_configuration, open_runtime
    from monitor.cli import logs
    from monitor.daemon import Daemon

    def read() -> Configuration:
        with _to_stay():
            return load_configuration(args.config, os.environ)

    configuration = read()
    settings = configuration.settings
    logs.set_up(settings.log.level, settings.log.format)
    for warning in configuration.warnings:
        logging.getLogger("monitor.config").warning("%s", warning)

    async def live() -> int:
        async with open_runtime(configuration, reread=read, is_dry=args.dry_run) as runtime:
            gc.freeze()  # what the watchlists were made into
            return await Daemon(
                runtime, heartbeat=settings.heartbeat, notify_socket=os.environ.get("NOTIFY_SOCKET", "")
            ).run()

    return asyncio.run(live())


@contextmanager
def _to_stay() -> Iterator[None]:
    """What is made here lives long: garbage collection shall not go through it again and again.

    It would stop the event loop for a tenth of a second each time with 100,000 feeds, and while they are read, too.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
