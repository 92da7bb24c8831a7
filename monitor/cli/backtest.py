"""`monitor backtest NEW.yaml`: what a changed watchlist would have gained, lost and moved, beside the live one."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.past import configure_past, moment, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.config import Configuration
    from monitor.model.backtests import Backtest, Mail, MailShift, Reach, Shift
    from monitor.model.watchlists import Watchlist

SHOWN = 20
LISTS = ("gained", "lost", "moved")
_LIST = (
    "a list: id, story, title, outlet, url, seen_at, before and after (points, null: the gate is shut), "
    "relevance_before and relevance_after (a share of 1, null likewise), reasons, alert (gained, lost or empty)"
)

KEYS = {
    "watchlist": "its name",
    "beside": "what it is held against: the name of the live one, a file, or null",
    "since": "the articles first seen after this …",
    "until": "… and not after this are looked at",
    "days": "for how many days there are articles",
    "articles": "how many were scored",
    "before": "what matches before: articles, stories, alone (articles in no story, each counted as one), or null",
    "after": "what matches after, likewise",
    "stories_gained": "stories that match only after",
    "stories_lost": "stories that match only before",
    **dict.fromkeys(LISTS, _LIST),
    "mail": "of each recipient, digests and stories in all these days: recipient, before, after",
    "is_supposed": "nobody reads it yet: the mail is what it would be if everybody did",
    "failed_tests": "its own tests that it fails",
    "problems": "what of the articles could not be read",
}
"""The document of `--json`."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    from monitor.cli.probes import keys_told

    parser.add_argument("file", type=Path, metavar="NEW.yaml", help="the changed or new watchlist; it stays as it is")
    beside = parser.add_mutually_exclusive_group()
    beside.add_argument("--watchlist", metavar="NAME", help="hold it against this live one (default: of the same name)")
    beside.add_argument("--against", type=Path, metavar="OLD.yaml", help="hold it against this file")
    configure_past(parser, shown=SHOWN)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = (
        "Reads beside a running daemon and changes nothing. The clock is the newest article's: the same articles and\n"
        "files give the same bytes. Ends with 1 when the watchlist fails a test of its own: it would not go live.\n\n"
        f"--json prints one object:\n{keys_told(KEYS)}"
    )


def run(args: argparse.Namespace) -> int:
    """0, or 1 when a test of its own fails; `ConfigError` for an unusable file, `MonitorError` without a past."""
    from monitor.app.backtests import failed_tests, open_past, read_watchlist, run_backtest
    from monitor.config import load

    configuration = load(args.config, os.environ)
    after = read_watchlist(args.file, args.config)
    before, beside = _before(args, configuration, after.name)
    failed = [str(problem) for problem in failed_tests(configuration, after)]

    async def look() -> tuple[Backtest, Sequence[str]]:
        async with open_past(configuration, articles=args.articles, until=args.until) as past:
            return await run_backtest(configuration, before, after, past=past, days=args.days), past.problems

    found, problems = asyncio.run(look())
    if args.json:
        document = plain(found) | {"beside": beside, "failed_tests": failed, "problems": list(problems)}
        print(json.dumps({key: document[key] for key in KEYS}, ensure_ascii=False, indent=2, default=str))
    else:
        for line in report(found, beside, failed, problems, limit=args.limit):
            print(line)
    return 1 if failed else 0


def _before(args: argparse.Namespace, live: Configuration, name: str) -> tuple[Watchlist | None, str | None]:
    """What the file is held against, and how that is called."""
    from monitor.app.backtests import read_watchlist
    from monitor.app.names import watchlist_named

    if args.against is not None:
        return read_watchlist(args.against, args.config), str(args.against)
    if args.watchlist is not None:
        return watchlist_named(live, args.watchlist), args.watchlist
    found = next((one for one in live.watchlists if one.name == name), None)
    return found, found.name if found else None


def report(
    found: Backtest, beside: str | None, failed: Sequence[str], problems: Sequence[str], *, limit: int
) -> list[str]:
    """The lines for a person."""
    against = f"beside {beside}" if beside else "beside nothing: no watchlist of this name is live"
    stretch = f"{_count(found.articles, 'article')} of {found.days:.1f} days until {moment(found.until)}"
    lines = [f"{found.watchlist} {against}; {stretch}"]
    if failed:
        lines += [f"It fails {_count(len(failed), 'test')} of its own and would not go live:", *_indented(failed)]
    counts = {name: len(getattr(found, name)) for name in LISTS}
    lines += [
        "",
        f"+{counts['gained']} gained  −{counts['lost']} lost  {counts['moved']} moved"
        f"   stories: +{found.stories_gained} −{found.stories_lost}",
        f"matches: {_reach(found.before)} → {_reach(found.after)}",
        *_mail(found),
    ]
    for name in LISTS:
        shifts = getattr(found, name)
        if shifts:
            lines += ["", f"{name}, by points:"]
            lines += [line for shift in shifts[:limit] for line in _shift(shift)]
        if len(shifts) > limit:
            lines.append(f"  … and {len(shifts) - limit} more (--limit {len(shifts)} lists all, --json has them)")
    if problems:
        lines += ["", "Not read:", *_indented(problems[:limit])]
        lines += [f"  … and {len(problems) - limit} more"] if len(problems) > limit else []
    return lines


def _mail(found: Backtest) -> list[str]:
    """A line for all recipients whose mail comes to the same."""
    days = max(found.days, 1.0)
    same: dict[tuple[Mail, Mail], list[str]] = defaultdict(list)
    for one in found.mail:
        same[one.before, one.after].append(one.recipient_id)
    lines = [
        f"mails/day {before.digests / days:.1f} → {after.digests / days:.1f}"
        f"  stories/mail {_share(before)} → {_share(after)}   {', '.join(ids)}"
        for (before, after), ids in same.items()
    ]
    if found.is_supposed:
        lines.append("(nobody reads it yet: this is what its mail would be if they did)")
    return lines


def _share(mail: Mail) -> str:
    return f"{mail.stories / mail.digests:.1f}" if mail.digests else "–"


def _reach(reach: Reach | None) -> str:
    if reach is None:
        return "none"
    alone = f" ({reach.alone:,} of them articles in no story)" if reach.alone else ""
    return f"{_count(reach.articles, 'article')}, {_count(reach.stories, 'story')}{alone}"


def _shift(shift: Shift) -> list[str]:
    from monitor.model.ids import format_id

    alert = f", alert {shift.alert}" if shift.alert else ""
    return [
        f"  {_points(shift.before):>6} → {_points(shift.after):<6} {_relevance(shift):>4}  {shift.title}  "
        f"[{shift.outlet}, {shift.seen_at:%Y-%m-%d}, {format_id(shift.article_id)}{alert}]",
        f"{'':24}{shift.reasons[0]}",
    ]


def _relevance(shift: Shift) -> str:
    """That of its points after, or before where there are none."""
    return share(shift.before if shift.after is None else shift.after)


def _points(points: float | None) -> str:
    return "–" if points is None else f"{points:g}"


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def plain(found: Backtest) -> dict[str, object]:
    """A backtest for programs."""
    return {
        "watchlist": found.watchlist,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "days": round(found.days, 3),
        "articles": found.articles,
        "before": None if found.before is None else asdict(found.before),
        "after": asdict(found.after),
        "stories_gained": found.stories_gained,
        "stories_lost": found.stories_lost,
        **{name: [_plain_shift(shift) for shift in getattr(found, name)] for name in LISTS},
        "mail": [_plain_mail(one) for one in found.mail],
        "is_supposed": found.is_supposed,
    }


def _plain_mail(one: MailShift) -> dict[str, object]:
    return {"recipient": one.recipient_id, "before": asdict(one.before), "after": asdict(one.after)}


def _plain_shift(shift: Shift) -> dict[str, object]:
    from monitor.core.scoring import relevance
    from monitor.model.ids import format_id

    return {
        "id": format_id(shift.article_id),
        "story": None if shift.story_id is None else format_id(shift.story_id),
        "title": shift.title,
        "outlet": shift.outlet,
        "url": shift.url,
        "seen_at": shift.seen_at.isoformat(),
        "before": shift.before,
        "after": shift.after,
        "relevance_before": None if shift.before is None else relevance(shift.before),
        "relevance_after": None if shift.after is None else relevance(shift.after),
        "reasons": list(shift.reasons),
        "alert": shift.alert,
    }
