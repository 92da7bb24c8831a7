"""`monitor budget WATCHLIST --stories-per-day N`: the threshold for a reading budget; it suggests, edits nothing."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.past import configure_past, moment, share
from monitor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.config import Configuration
    from monitor.model.backtests import Budget, Reading, Volume
    from monitor.model.watchlists import Watchlist

SHOWN = 10
MOST_A_DAY = 500
"""What recipients.yaml takes."""
FEW_DAYS = 7
"""Of fewer days the news of one week day would pass for that of all."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("watchlist", metavar="WATCHLIST", help="the name of a live one, or a file (NEW.yaml)")
    parser.add_argument(
        "--stories-per-day",
        type=float,
        metavar="N",
        help="so many you want to read (default: stories_per_day of the watchlist)",
    )
    configure_past(parser, shown=SHOWN)
    parser.epilog = (
        "A story counts on every day that brings news of it; copies, and what was old when first seen, do not. The "
        "threshold is the least one whose mean keeps the budget. A busy day may bring more: look at p90."
    )


def run(args: argparse.Namespace) -> int:
    """0; `MonitorError` without a past, `UsageError` without a budget."""
    from monitor.app.backtests import open_past, run_budget
    from monitor.config import load

    configuration = load(args.config, os.environ)
    watchlist = _watchlist(args, configuration)
    wanted = args.stories_per_day if args.stories_per_day is not None else watchlist.stories_per_day
    if wanted is None:
        raise UsageError("say how much you want to read: --stories-per-day 10, or stories_per_day in the watchlist")
    if not 0 < wanted <= 100_000:
        raise UsageError(f"--stories-per-day {wanted:g} is no budget: write a number over 0, and 100000 at most")

    async def look() -> tuple[Budget, Sequence[str]]:
        async with open_past(configuration, articles=args.articles, until=args.until) as past:
            found = await run_budget(configuration, watchlist, stories_per_day=wanted, past=past, days=args.days)
            return found, past.problems

    found, problems = asyncio.run(look())
    if args.json:
        print(json.dumps(_plain(found, problems), ensure_ascii=False, indent=2))
    else:
        for line in report(found, problems, limit=args.limit):
            print(line)
    return 0


def _watchlist(args: argparse.Namespace, live: Configuration) -> Watchlist:
    from monitor.app.backtests import read_watchlist
    from monitor.app.names import watchlist_named

    name = args.watchlist
    is_file = name.endswith((".yaml", ".yml")) or "/" in name
    return read_watchlist(Path(name), args.config) if is_file else watchlist_named(live, name)


def report(found: Budget, problems: Sequence[str], *, limit: int) -> list[str]:
    """The lines for a person."""
    lines = [
        f"{found.watchlist}: {found.stories_per_day:g} stories a day, from {_count(found.articles, 'article')} of "
        f"{_count(found.days, 'whole day')} until {moment(found.until)}",
        *_cautions(found),
        "",
        "              threshold  relevance   mean/day   p90   most",
        _row("suggested", found.chosen),
        *([_row("next lower", found.lower)] if found.lower else []),
        _row("present", found.present),
        "",
        *_said_of(found),
        *_differences(found, limit),
        "",
        *_advice(found),
    ]
    if problems:
        lines += ["", "Not read:", *(f"  {line}" for line in problems[:limit])]
        lines += [f"  … and {len(problems) - limit} more"] if len(problems) > limit else []
    return lines


def _cautions(found: Budget) -> list[str]:
    lines = []
    if found.days < FEW_DAYS:
        are = "is" if found.days == 1 else "are"
        lines.append(f"Only {_count(found.days, 'whole day')} {are} stored: take this for a rough estimate.")
    if found.left_out:
        lines.append(f"Left out: {_count(found.left_out, 'article')} of the first day, which is not whole.")
    return lines


def _said_of(found: Budget) -> list[str]:
    if not found.readings:
        return ["Nothing passed the gate: there is nothing to choose by. `monitor why` tells what an article lacks."]
    lines = [f"Past the gate: {found.readings / found.days:.1f} stories a day; {found.cut} of {found.readings} cut."]
    if not found.cut:
        lines.append("Nothing is cut: all that passes the gate keeps the budget.")
    elif found.cut == found.readings:
        lines.append("Everything is cut: of the best points there are more stories than the budget, and nothing above.")
    elif found.chosen.mean < found.stories_per_day / 2:
        lines.append(f"No threshold gives about {found.stories_per_day:g}: many have the points of the next lower one.")
    if found.held_out is not None:
        held = found.held_out
        lines.append(
            f"Tried out: chosen on the earlier half of the days ({held.threshold:g}), it gives {held.mean:.1f} a day "
            "in the later half."
        )
    return lines


def _differences(found: Budget, limit: int) -> list[str]:
    """What of the present reading goes, or what comes in, the best first."""
    between, is_stricter = found.between, found.chosen.threshold > found.present.threshold
    if not between or found.cut == found.readings:
        return []
    told = (
        f"Cut of what is told now ({len(between)}):" if is_stricter else f"Told that is not told now ({len(between)}):"
    )
    lines = ["", told, *(_reading(one) for one in between[:limit])]
    return [*lines, f"  … and {len(between) - limit} more"] if len(between) > limit else lines


def _advice(found: Budget) -> list[str]:
    """What to write where; a threshold that cuts everything is no advice."""
    count = min(MOST_A_DAY, max(1, round(found.stories_per_day)))
    day = f"  stories_per_day: {count}  # the best of each day in full, the others by title"
    if found.cut == found.readings:
        return ["Leave the threshold as it is, and hold each day of a reader to the budget, in recipients.yaml:", day]
    return [
        "In the watchlist:",
        f"  threshold: {found.chosen.threshold:g}",
        f"  stories_per_day: {found.stories_per_day:g}  # what the threshold was chosen for; changes nothing",
        "Or, whatever the threshold, for a reader in recipients.yaml:",
        day,
    ]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _reading(one: Reading) -> str:
    return f"  {one.points:>7g} {share(one.points):>4}  {one.title}  [{one.outlet}]"


def _row(name: str, volume: Volume) -> str:
    told = f"{volume.threshold:>9g}  {share(volume.threshold):>9}   {volume.mean:>8.1f}"
    return f"  {name:<11} {told}   {volume.p90:>3}   {volume.most:>4}"


def _plain(found: Budget, problems: Sequence[str]) -> dict[str, object]:
    from monitor.model.ids import format_id

    return {
        "watchlist": found.watchlist,
        "stories_per_day": found.stories_per_day,
        "until": found.until.isoformat(),
        "days": found.days,
        "articles": found.articles,
        "left_out": found.left_out,
        "past_the_gate": found.readings,
        "suggested": asdict(found.chosen),
        "next_lower": asdict(found.lower) if found.lower else None,
        "present": asdict(found.present),
        "held_out": asdict(found.held_out) if found.held_out else None,
        "cut": found.cut,
        "between": [
            {"id": format_id(one.article_id), "points": one.points, "title": one.title, "outlet": one.outlet}
            for one in found.between
        ],
        "problems": list(problems),
    }
