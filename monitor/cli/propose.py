"""`monitor propose WATCHLIST`: what readers' votes speak for, as an edit of its file that nobody made yet."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.app.votes import Proposed
    from monitor.model.proposals import Edit, Proposal, Step, VoteEvidence

SHOWN = 8
"""Articles named with one edit."""

KEYS = {
    "watchlist": "its name",
    "file": "its file",
    "votes": "articles by what their readers want (more, less), contested, left_out (older than the newest 400)",
    "missing": "how many votes of each kind there are too few: more, less",
    "right": "articles that come out as the votes want it: before, after",
    "average_precision": "of the votes: before, after",
    "edits": "a list: kind, its own facts, words, evidence, fixed and broken (ids), average_precision (before, after)",
    "declined": "a list of edits that the votes speak for but that are not proposed: words, reason",
    "diff": "a unified diff of the file, empty without edits",
    "backtest": "what `monitor backtest --json` says of it, or null",
}
"""The document of `--json`."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    from monitor.cli.past import days
    from monitor.cli.probes import keys_told

    parser.add_argument("watchlist", metavar="WATCHLIST", help="its name")
    parser.add_argument("--days", type=days, metavar="N", help="only votes of the last N days (default: all)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the edited file to a new one")
    parser.add_argument("--json", action="store_true", help="one document for programs")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = (
        "Changes nothing: the edit is yours to make. It is measured on the votes that it was found by; what it does\n"
        f"to all other articles says the backtest.\n\n--json prints one object:\n{keys_told(KEYS)}"
    )


def run(args: argparse.Namespace) -> int:
    """0, with or without a proposal; `MonitorError` for a watchlist that is not there."""
    from monitor.app.votes import read_proposal, write_proposal
    from monitor.config import load

    configuration = load(args.config, os.environ)
    found = asyncio.run(read_proposal(configuration, args.watchlist, config_dir=args.config, days=args.days))
    if args.write is not None and found.text:
        write_proposal(found, args.write, config_dir=args.config)
    if args.json:
        print(json.dumps(_plain(found), ensure_ascii=False, indent=2))
        return 0
    for line in report(found):
        print(line)
    if args.write is not None:
        print(f"\nWritten to {args.write}." if found.text else f"\nNothing to write: {args.write} was not made.")
    return 0


def report(found: Proposed) -> list[str]:
    """The lines for a person."""
    proposal = found.proposal
    lines = [
        f"{proposal.watchlist}: readers want more like {_articles(proposal.more)} and less like {proposal.less}",
        *_left_out(proposal),
    ]
    if proposal.missing_more or proposal.missing_less:
        missing = ((proposal.missing_more, "more"), (proposal.missing_less, "less"))
        wanted = " and ".join(f"{count} for {kind}" for count, kind in missing if count)
        return [*lines, f"Too few to propose anything: {wanted} still wanted (10 articles of each kind)."]
    total = proposal.more + proposal.less
    lines.append(
        f"as it stands, {proposal.right_before} of {total} come out as voted; average precision "
        f"{proposal.precision_before:.3f}"
    )
    titles = {article.id: f"{article.title}  [{article.outlet}]" for article in proposal.articles}
    for number, step in enumerate(proposal.steps, start=1):
        lines += ["", f"{number}. {words(step.edit)}", *_effect(step, titles)]
    lines += ["", *(_outcome(found, total) if proposal.steps else ["No edit would agree better with the votes."])]
    if proposal.declined:
        lines += ["", "Not proposed, though votes speak for it:"]
        lines += [f"  {words(edit)}: {why}" for edit, why in proposal.declined]
    return lines


def _left_out(proposal: Proposal) -> list[str]:
    lines = []
    if proposal.contested:
        lines.append(f"left out: {_articles(proposal.contested)} with as many votes for as against")
    if proposal.left_out:
        lines.append(f"left out: {_articles(proposal.left_out)} with the oldest votes")
    return lines


def _effect(step: Step, titles: dict[int, str]) -> list[str]:
    lines = [] if step.evidence is None else [f"   {_because(step.evidence)}"]
    lines.append(
        f"   mends {len(step.fixed)}, breaks {len(step.broken)}; average precision "
        f"{step.precision_before:.3f} → {step.precision_after:.3f}"
    )
    for sign, ids in (("+", step.fixed), ("−", step.broken)):
        lines += [f"     {sign} {titles[one]}" for one in ids[:SHOWN]]
        lines += [f"     … and {len(ids) - SHOWN} more (--json has them)"] if len(ids) > SHOWN else []
    return lines


def _because(evidence: VoteEvidence) -> str:
    return (
        f"in {evidence.more_with} of {evidence.more} stories wanted, in {evidence.less_with} of {evidence.less} not "
        f"wanted (log-odds {evidence.log_odds:+.1f} ± {evidence.error:.1f})"
    )


def _outcome(found: Proposed, total: int) -> list[str]:
    from monitor.cli.backtest import report as backtest_report

    proposal = found.proposal
    lines = [
        f"With all of it, {proposal.right_after} of {total} come out as voted; average precision "
        f"{proposal.precision_after:.3f}; the watchlist's own tests pass as before.",
        "These are the votes that it was found by: the backtest shows what else changes.",
        "",
        *found.diff.splitlines(),
    ]
    if found.backtest is not None:
        lines += ["", "Backtest", *backtest_report(found.backtest, proposal.watchlist, (), (), limit=10)]
    return lines


def words(edit: Edit) -> str:
    """An edit as a person says it."""
    from monitor.model.proposals import AddException, AddRule, IgnoreOutlet, SetPoints, SetThreshold

    match edit:
        case SetThreshold():
            return f"threshold {edit.threshold:g}"
        case AddRule():
            return f"{'boost' if edit.points > 0 else 'penalty'} of {abs(edit.points):g} for “{edit.term}” at the top"
        case SetPoints():
            return f"{'boost' if edit.points > 0 else 'penalty'} {edit.name} at {abs(edit.points):g} points"
        case IgnoreOutlet():
            return f"ignore the outlet {edit.outlet}"
        case AddException():
            return f"“{edit.alias}” ({edit.entity}) does not count inside “{edit.phrase}”"


def _articles(count: int) -> str:
    return f"{count} article{'s' * (count != 1)}"


def _plain(found: Proposed) -> dict[str, object]:
    from monitor.cli.backtest import plain as plain_backtest

    proposal = found.proposal
    return {
        "watchlist": proposal.watchlist,
        "file": str(found.path),
        "votes": {
            "more": proposal.more,
            "less": proposal.less,
            "contested": proposal.contested,
            "left_out": proposal.left_out,
        },
        "missing": {"more": proposal.missing_more, "less": proposal.missing_less},
        "right": {"before": proposal.right_before, "after": proposal.right_after},
        "average_precision": {"before": proposal.precision_before, "after": proposal.precision_after},
        "edits": [_plain_step(step) for step in proposal.steps],
        "declined": [{"words": words(edit), "reason": why} for edit, why in proposal.declined],
        "diff": found.diff,
        "backtest": None if found.backtest is None else plain_backtest(found.backtest),
    }


def _plain_step(step: Step) -> dict[str, object]:
    from dataclasses import asdict

    from monitor.model.ids import format_id

    return {
        "kind": type(step.edit).__name__,
        **asdict(step.edit),
        "words": words(step.edit),
        "evidence": None if step.evidence is None else asdict(step.evidence),
        "fixed": [format_id(one) for one in step.fixed],
        "broken": [format_id(one) for one in step.broken],
        "average_precision": {"before": step.precision_before, "after": step.precision_after},
    }
