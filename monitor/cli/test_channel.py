"""`monitor test-channel`: send a small digest by any channel and print what its receiver really says."""

from __future__ import annotations

import argparse
import asyncio
import os


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("channel", nargs="?", metavar="CHANNEL", help="such as webhook:desk (default: the recipient's)")
    parser.add_argument("--recipient", metavar="R", help="for whom it is written (default: who has the channel)")
    parser.epilog = (
        "A real message is sent that says that it is a test, and nothing of it is kept. Secrets are never printed. "
        "Ends with 0 when it was taken, 1 when not, 2 when the configuration is wrong. Of a mail server's steps "
        "`monitor test-mail` tells more."
    )


def run(args: argparse.Namespace) -> int:
    """0 when the receiver took it, 1 when not."""
    from monitor.app.channel_trial import plan_channel_trial, try_channel
    from monitor.config import load
    from monitor.errors import DeliveryError

    configuration = load(args.config, os.environ)
    trial = plan_channel_trial(configuration, args.channel, args.recipient)
    print(f"{trial.channel}: a test digest for {trial.recipient.id}")
    try:
        print(f"Taken: {asyncio.run(try_channel(configuration, trial))}")
    except DeliveryError as error:
        print(f"Not taken{', perhaps' if error.uncertain else ''}: {error}")
        return 1
    return 0
