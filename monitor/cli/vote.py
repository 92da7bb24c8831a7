"""`monitor vote URL|ID more|less|none`: what a reader says of an article."""

from __future__ import annotations

import argparse
import asyncio
import os

KINDS = ("more", "less", "none")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "article", metavar="URL|ID", help="an article's address, or its id as `monitor story show` prints it"
    )
    parser.add_argument("kind", choices=KINDS, help="more like this, less like this, or none: take the vote back")
    parser.add_argument("--watchlist", metavar="W", help="the one that is meant (default: the only one that matches)")
    parser.add_argument("--recipient", metavar="R", default="", help="whose vote it is (default: the operator's)")
    parser.epilog = (
        "Of an article, watchlist and recipient the last vote counts. Votes change nothing by themselves: "
        "`monitor propose` shows what they speak for."
    )


def run(args: argparse.Namespace) -> int:
    """0; `MonitorError` for what is not there."""
    from monitor.app.votes import cast_vote
    from monitor.config import load
    from monitor.model.votes import VoteKind

    kind = VoteKind(args.kind)
    vote, article = asyncio.run(
        cast_vote(load(args.config, os.environ), args.article, kind, watchlist=args.watchlist, recipient=args.recipient)
    )
    said = "no vote" if kind is VoteKind.NONE else f"{kind.value} like"
    print(f"{vote.watchlist}: {said} “{article.title}” [{article.outlet}]")
    return 0
