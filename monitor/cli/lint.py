"""`monitor lint`: what in the watchlists is odd and works all the same. It suggests; nothing is changed."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.app.lint import Lint

KINDS = {
    "bare-name": "a word in `match` or a rule that is an entity's name, and does not stand for it",
    "operator": "AND, OR or NOT inside a text, where it is a word like any other",
    "unused": "an entity that nothing asks for",
    "common": "a spelling that is a common word, or one letter or syllable",
    "redundant": "a spelling that another one finds as well",
    "no-effect": "a part of a `not` that excludes nothing",
    "two-sides": "a spelling in both sides, or in a side and the third parties",
    "inflection": "a name in one form only, in a language that inflects names",
    "script": "no spelling in the script of a language in which feeds are polled",
    "language": "no list for a language in which feeds are polled",
    "never": "what can never be found, or never fire",
    "dead": "spellings that no stored article holds",
    "everywhere": "a spelling in more than three of ten stored articles",
    "trap": "a spelling that stands inside one longer word at most of its places",
    "idle": "a rule that never fired on the stored articles past the gate",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--watchlist", metavar="NAME", help="only this one (default: all)")
    parser.add_argument("--days", type=_days, default=30, metavar="N", help="read so many days back (default: 30)")
    parser.add_argument("--strict", action="store_true", help="end with 1 when there are findings")
    parser.add_argument("--json", action="store_true", help="one document for programs")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    width = max(map(len, KINDS))
    parser.epilog = (
        "Findings are suggestions: a watchlist that has them works. What cannot work is told by `monitor check`.\n"
        "dead, everywhere, trap and idle need some hundred stored articles.\n\n"
        + "\n".join(f"  {kind:<{width}}  {words}" for kind, words in KINDS.items())
    )


def run(args: argparse.Namespace) -> int:
    """0, or 1 with `--strict` and findings; problems of the configuration leave as `ConfigError` (exit code 2)."""
    from monitor.app import load_configuration
    from monitor.app.lint import read_lint

    configuration = load_configuration(args.config, os.environ)
    found = asyncio.run(read_lint(configuration, days=args.days, watchlist=args.watchlist))
    if args.json:
        document = {
            "days": args.days,
            "articles": found.articles,
            "unread": found.problem or None,
            "findings": [asdict(finding) for finding in found.findings],
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _show(found, args.days)
    return 1 if args.strict and found.findings else 0


def _show(found: Lint, days: int) -> None:
    for finding in found.findings:
        print(finding)
    counts = Counter(finding.kind for finding in found.findings)
    by_kind = ", ".join(f"{count} {kind}" for kind, count in counts.most_common()) or "none"
    print(f"Findings: {by_kind}. Read: {found.articles:,} stored articles of the last {days} days.")
    if found.problem:
        print(f"Nothing is said of dead terms and the like: {found.problem}")


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 3660:
        raise argparse.ArgumentTypeError(f"{text} is no number of days: write a whole number from 1 to 3660")
    return int(text)
