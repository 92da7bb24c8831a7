"""Tables on a terminal: narrow ones lose the end of their last column, files and pipes lose nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

# What no terminal shows: wide enough for the longest message in a file or a pipe.
UNBOUNDED = 400


def make_console() -> Console:
    """Standard output, as wide as the terminal, or without bound."""
    console = Console(highlight=False, emoji=False)
    return console if console.is_terminal else Console(width=UNBOUNDED, highlight=False, emoji=False)


def make_table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Columns as wide as what they hold, but for the last one, which gives way."""
    table = Table(box=None)
    for place, name in enumerate(names[:-1]):
        table.add_column(name, no_wrap=True, min_width=max(map(cell_len, (name, *(row[place] for row in rows)))))
    table.add_column(names[-1], no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def span(length: timedelta | None) -> str:
    """A length of time in its largest fitting unit: 42 min, 5 h, 3 d."""
    if length is None:
        return "–"
    minutes = length.total_seconds() / 60
    if minutes < 100:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} d"
