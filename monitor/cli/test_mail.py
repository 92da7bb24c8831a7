"""`monitor test-mail`: send a small mail and print what the server really says, step by step."""

from __future__ import annotations

import argparse
import asyncio
import os


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--recipient", metavar="R", help="whose mail is tried (default: the operator's)")
    parser.add_argument("--to", metavar="ADDRESS", help="send it there instead, by SMTP where that is configured")
    parser.add_argument("--channel", choices=("smtp", "sendmail", "maildir"), help="default: the recipient's first")
    parser.add_argument("--fallback", action="store_true", help="try the second relay (mail.smtp_fallback)")
    parser.epilog = (
        "A real mail is sent, and nothing of it is kept. Passwords are never printed. "
        "Ends with 0 when the mail was taken, 1 when not, 2 when the configuration is wrong."
    )


def run(args: argparse.Namespace) -> int:
    """0 when the receiver took the mail, 1 when not."""
    from monitor.app.mail_trial import place_of, plan_trial, try_mail
    from monitor.config import load

    configuration = load(args.config, os.environ)
    trial = plan_trial(
        configuration, recipient=args.recipient, to=args.to, channel=args.channel, fallback=args.fallback
    )
    print(f"{trial.channel}: a test mail to {trial.address} ({place_of(configuration, trial)})")
    result = asyncio.run(try_mail(configuration, trial, _print_step))
    if result.error is None:
        print(f"Taken: {result.reply}")
    else:
        print(f"Not taken{', perhaps' if result.error.uncertain else ''}: {result.error}")
    for line in result.advice:
        print(f"  {line}")
    return 0 if result.error is None else 1


def _print_step(step: str, said: str) -> None:
    print(f"  {step:<9}{said}", flush=True)
