"""`monitor why URL|ID|FILE|-`: what was decided of an article, its score signal by signal, and what would turn it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from pathlib import Path

from monitor.errors import MonitorError, UsageError

_FORMS = (".txt", ".html", ".htm", ".json", ".jsonl", ".md")
_ID_CHARS = 13
_EPILOG = """\
URL or ID: an article that a feed brought. FILE or - (standard input): a text whose first line is its title, one line of
JSON as `monitor replay` reads it, or a web page saved by a browser; it is scored as if it had come now, and not kept.
The text after "It would match with" names the smallest changes that turn the answer; each was tried.
--json prints the same for programs (docs/watchlists.md lists the keys). Exit codes: 0 explained, whatever the answer;
1 the article is not stored (what is known of the address is printed all the same), or the file cannot be read; 2 the
command line or a watchlist is wrong."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "article",
        metavar="URL|ID|FILE|-",
        help="an article's address, its id as `monitor story show` prints it, or a file",
    )
    parser.add_argument(
        "--watchlist", metavar="NAME|W.yaml", help="only this one, or one of a file that is not live (default: all)"
    )
    parser.add_argument("--title", metavar="T", help="of a FILE: its title (default: its first line)")
    parser.add_argument("--language", metavar="L", help="of a FILE: its language, like id or en (default: a guess)")
    parser.add_argument("--url", metavar="U", default="", help="of a FILE: its address, which may tell the outlet")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def run(args: argparse.Namespace) -> int:
    """0; 1 for an address that is not stored; `MonitorError` for an id that is not, and for what cannot be read."""
    from monitor.app.absence import Absence
    from monitor.app.why import answers, chosen, explain
    from monitor.cli import why_plain, why_shown
    from monitor.config import load

    configuration = load(args.config, os.environ)
    watchlists = chosen(configuration, args.watchlist, args.config)
    if _is_file(args.article):
        from monitor.app.trial import Given, read_trial
        from monitor.cli.feeds_discover import read_bytes

        name = "standard input" if args.article == "-" else args.article
        given = Given(name=name, title=args.title, language=args.language, url=args.url)
        trial = asyncio.run(read_trial(configuration, read_bytes(args.article), given))
        scored = answers(trial.article, watchlists)
        if args.json:
            _print(why_plain.of_trial(trial, scored))
        else:
            why_shown.show_trial(trial, scored)
        return 0
    if given_for_file := [f"--{name}" for name in ("title", "language", "url") if getattr(args, name)]:
        raise UsageError(f"{', '.join(given_for_file)} is for a FILE; {args.article} is an address or an id.")
    found = asyncio.run(explain(configuration, args.article, watchlists))
    if isinstance(found, Absence):
        if args.json:
            _print(why_plain.of_absence(found))
        else:
            why_shown.show_absence(found)
        return 1
    if args.json:
        _print(why_plain.of_reasons(found))
    else:
        why_shown.show_reasons(found, asked=args.article)
    return 0


def _is_file(name: str) -> bool:
    if not name.strip():
        raise UsageError("the address, id or file is empty: name what is to be explained, or - for standard input.")
    if name == "-":
        return True
    path = Path(name)
    if path.is_dir():
        raise MonitorError(f"{name} is a folder; name one file in it.")
    if path.exists():
        return True
    folder, slash, _ = name.rpartition("/")
    is_plain = not slash or "." not in folder.partition("/")[0]  # else it begins with a host
    is_address = "://" in name or name.startswith("//")  # an address without its scheme, as pages link to it
    is_meant = not is_address and (name.startswith((".", "/", "~")) or (is_plain and name.endswith(_FORMS)))
    if is_meant:
        raise MonitorError(f"there is no file {name}. An address begins with https://.")
    if "." not in name and len(name.replace("-", "")) != _ID_CHARS:
        raise UsageError(
            f"{name!r} is no file, and no article's id: that has {_ID_CHARS} letters and digits, as "
            "`monitor story show` prints it. An address will do as well."
        )
    return False


def _print(document: dict[str, object]) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2, default=str))
