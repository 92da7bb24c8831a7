"""`monitor profile DOCS…`: the weighted terms that some example documents share, for review, with a score card."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.app.profiles import MadeProfile
    from monitor.model.profiles import ScoreCard, Standing


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add = parser.add_argument
    add("documents", nargs="+", type=Path, metavar="DOC", help="a text, a .jsonl file of articles, or a folder of them")
    add("--language", metavar="L", help="take documents in this language only (default: that of most of them)")
    add("--top", type=_whole, default=60, metavar="N", help="so many terms at most (default: 60)")
    add("--min-df", type=_whole, default=3, metavar="N", help="a term stands in so many documents (default: 3)")
    add("--background", nargs="+", type=Path, default=[], metavar="FILE", help="other articles, to compare with")
    add("--shipped", action="store_true", help="compare with the shipped word lists only, not with stored articles")
    add("--watchlist", metavar="W", help="leave out what names the sides of W, and rank the examples by W as well")
    add("--out", type=Path, metavar="FILE", help="write the profile here (default: to standard output)")
    add("--force", action="store_true", help="with --out: replace the file, and what was edited in it")
    parser.epilog = (
        "Name the file in a watchlist as `profile: profiles/FILE.yaml`. The score card says where each example comes "
        "among other articles when the profile is made without it. docs/watchlists.md tells more."
    )


def run(args: argparse.Namespace) -> int:
    """0; `MonitorError` for documents that nothing can be learned from."""
    from monitor.app.profiles import ProfileWish, make_profile
    from monitor.config.profile_files import profile_text

    if args.out is not None and args.out.exists() and not args.force:
        raise MonitorError(f"{args.out} is there already, perhaps edited: name another file, or write --force")
    made = make_profile(
        ProfileWish(
            documents=args.documents,
            background=args.background,
            language=args.language,
            top=args.top,
            min_documents=args.min_df,
            watchlist=args.watchlist,
            config_dir=args.config,
            env=os.environ,
            is_shipped_only=args.shipped,
        )
    )
    text = profile_text(made.profile)
    if args.out is None:
        print(text, end="")
    else:
        try:
            args.out.parent.mkdir(parents=True, exist_ok=True)
            args.out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise MonitorError(f"{args.out} cannot be written ({error.strerror})") from error
        print(f"{args.out}: {len(made.profile.terms)} terms of {made.profile.documents} documents", file=sys.stderr)
    _tell(made)
    return 0


def _tell(made: MadeProfile) -> None:
    """Remarks and score card on standard error: standard output is the profile's."""
    for remark in made.remarks:
        print(f"note  {remark}", file=sys.stderr)
    for line in card_lines(made.card):
        print(line, file=sys.stderr)


def card_lines(card: ScoreCard) -> list[str]:
    """The score card in lines."""
    if not card.by_profile:
        return ["One example alone has no score card: nothing is left when it is left out."]
    if not card.sets:
        return ["No other articles to rank the examples among: name some with --background."]
    total = sum(count for _, count in card.sets)
    lines = [f"Each example, left out of the profile, among {total:,} other articles:"]
    lines += [f"  {count:>6,}  {name}" for name, count in card.sets]
    width = max(len(one.name) for one in card.by_profile)
    by_watchlist = card.by_watchlist or (None,) * len(card.by_profile)
    for by_profile, by_points in zip(card.by_profile, by_watchlist, strict=True):
        points = f"   by the whole watchlist {_place(by_points)}" if by_points else ""
        lines.append(f"  {by_profile.name:<{width}}  by profile {_place(by_profile)}{points}")
    return lines


def _place(standing: Standing) -> str:
    return f"{standing.ahead + 1:>4}., above {standing.below:.1%}"


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)
