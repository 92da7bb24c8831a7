"""Term lint: what in a watchlist is odd and works all the same. It suggests and never edits.

Some is told from the watchlist and the list of feeds alone (`uses`, `spellings`, `coverage`), some by
stored articles (`tally`). What cannot work at all is an error of the configuration instead (`scoring.soundness`).
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.core.lint.coverage import coverage_findings
from monitor.core.lint.findings import Finding
from monitor.core.lint.spellings import spelling_findings
from monitor.core.lint.tally import MIN_ARTICLES, Tally
from monitor.core.lint.uses import use_findings
from monitor.model.feeds import Feed
from monitor.model.watchlists import Watchlist

__all__ = ["MIN_ARTICLES", "Finding", "Tally", "lint"]


def lint(watchlist: Watchlist, feeds: Sequence[Feed], tally: Tally | None = None) -> list[Finding]:
    """The findings, by place; those of a tally's counts too."""
    told = [*use_findings(watchlist), *spelling_findings(watchlist), *coverage_findings(watchlist, feeds)]
    found = [*told, *(tally.findings() if tally else ())]
    return sorted(dict.fromkeys(found), key=_order)


def _order(finding: Finding) -> tuple[str, int, int, str]:
    file, *numbers = finding.place.rsplit(":", 2)
    line, column = map(int, numbers) if len(numbers) == 2 else (0, 0)
    return file, line, column, finding.kind
