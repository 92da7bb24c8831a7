"""What `monitor backtest` and `monitor budget` share: which stretch of the past, and how points are told."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path


def configure_past(parser: argparse.ArgumentParser, *, shown: int) -> None:
    """The arguments that choose the articles, and how much of a list is printed."""
    parser.add_argument("--days", type=days, default=30, metavar="N", help="so many days back (default: 30)")
    parser.add_argument(
        "--until",
        type=_moment,
        metavar="TIME",
        help="the end, ISO 8601, UTC unless it says otherwise (default: when the newest article was seen)",
    )
    parser.add_argument(
        "--articles", type=Path, metavar="FILE", help="JSON lines as for `monitor replay`, in place of the store"
    )
    parser.add_argument(
        "--limit", type=_lines, default=shown, metavar="N", help=f"lines shown of a list (default: {shown})"
    )
    parser.add_argument("--json", action="store_true", help="one document for programs")


def days(text: str) -> int:
    """A number of days, as an argument."""
    try:
        count = int(text)
    except ValueError:
        count = 0
    if not 1 <= count <= 3660:
        raise argparse.ArgumentTypeError(f"{text} is no number of days: write a whole number from 1 to 3660")
    return count


def _lines(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number of lines: write a whole number")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no time: write 2026-11-22 or 2026-11-22T07:00+07:00") from None
    if not 1970 <= at.year < 9000:  # no calendar goes on for ever
        raise argparse.ArgumentTypeError(f"{text} is out of reach: write a time after 1970 and before 9000")
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def share(points: float | None) -> str:
    """How relevant an article of so many points is, as digests say it; of one without points nothing."""
    from monitor.core.scoring import relevance

    return "" if points is None else f"{relevance(points):.0%}"


def moment(at: datetime) -> str:
    """A time in UTC, so that what is printed does not depend on where."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
