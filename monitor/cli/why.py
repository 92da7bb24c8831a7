"""`monitor why URL|ID`: what was decided of an article, and its score signal by signal."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.app.why import Reasons
    from monitor.model.articles import Article, Change
    from monitor.model.watchlists import Score


_ADDRESS = {"accepted": "also at", "refused": "not at", "elsewhere": "another article stands at"}


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("article", metavar="URL|ID", help="an article's address, or its id as a digest prints it")
    parser.add_argument("--watchlist", metavar="NAME", help="only this one (default: all)")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    """0; `MonitorError` for what is not stored."""
    from monitor.app.why import read_reasons
    from monitor.config import load

    found = asyncio.run(read_reasons(load(args.config, os.environ), args.article, args.watchlist))
    if args.json:
        print(json.dumps(_plain(found), ensure_ascii=False, indent=2, default=str))
    else:
        _show(found)
    return 0


def _plain(found: Reasons) -> dict[str, object]:
    from monitor.core.identity import format_id
    from monitor.core.scoring import relevance_of

    article = found.article
    return {
        "id": format_id(article.id),
        "title": article.title,
        "url": article.url,
        "outlet": article.outlet,
        "feed": article.feed_id,
        "published_at": article.published_at,
        "first_seen_at": article.first_seen_at,
        "flags": list(article.flags),
        "verdict": {
            "kind": found.verdict.kind.value,
            "of": None if found.verdict.of is None else format_id(found.verdict.of),
            "reason": found.verdict.reason,
        },
        "story": None if found.story is None else {"id": format_id(found.story.id), "title": found.story.title},
        "decisions": [
            {"stage": one.stage, "outcome": one.outcome, "level": one.level, "at": one.at, **dict(one.features)}
            for one in found.decisions
        ],
        "revisions": [
            {
                "seen_at": revision.seen_at,
                "feed": revision.feed_id,
                "change": revision.change,
                "matters": [
                    {"kind": one.kind.value, "before": one.before, "after": one.after, "reason": one.reason}
                    for one in changes
                ],
            }
            for revision, changes in zip(found.revisions, found.changes, strict=True)
        ],
        "is_backlog": found.is_backlog,
        "told": [{"recipient": to, "watchlist": watchlist, "at": at} for to, watchlist, at in found.told],
        "watchlists": {
            score.watchlist: {
                "score": score.points,
                "relevance": relevance_of(score),
                "threshold": score.threshold,
                "is_match": score.is_match,
                **({"gate": score.gate_reason} if score.is_gated else {}),
                "signals": [
                    {"name": one.name, "points": one.points, "evidence": one.evidence} for one in score.signals
                ],
            }
            for score in found.scores
        },
    }


def _show(found: Reasons) -> None:
    from monitor.cli.feed_facts import clock, zone_name
    from monitor.cli.tables import make_console
    from monitor.core.identity import format_id

    console, article = make_console(), found.article

    def say(line: str) -> None:
        console.print(line, markup=False)

    say(f"{article.title}  ({format_id(article.id)})")
    seen = f"first seen {clock(article.first_seen_at)} ({zone_name()})"
    say(f"{article.outlet}, feed {article.feed_id}, {_dated(article)}, {seen}")
    say(article.url)
    if article.flags:
        say(f"remarks: {', '.join(article.flags)}")
    say(f"\nSeen before?  {found.verdict.kind.value}: {found.verdict.reason or 'no reason kept'}")
    if found.original is not None:
        say(f"  of “{found.original.title}”, {found.original.outlet}  ({format_id(found.original.id)})")
    for line in (*_changes(found), *_addresses(found)):
        say(line)
    for score in found.scores:
        _show_score(score, console)
    if found.story is None:
        say("\nStory: none; only what matches a watchlist is grouped")
    else:
        say(f"\nStory: “{found.story.title}”  (monitor story show {format_id(found.story.id)})")
        for one in found.decisions:
            if one.stage == "story":
                say(f"  {one.features.get('reason', one.outcome)}")
    if found.told:
        for to, watchlist, at in found.told:
            say(f"Told: {to} had it in the digest of {clock(at)} ({watchlist})")
    elif any(score.is_match for score in found.scores):
        old = "; it was older when first seen than what is told (digests.max_age_hours)" if found.is_backlog else ""
        say(f"Told: nobody yet{old}")


def _addresses(found: Reasons) -> list[str]:
    """What the article's page said of its addresses."""
    told = [one for one in found.decisions if one.stage == "address"]
    return [f"  {_ADDRESS[one.outcome]} {one.features['address']}  ({one.features['reason']})" for one in told]


def _dated(article: Article) -> str:
    from monitor.cli.feed_facts import clock

    if article.published_at is None:
        return "publication time unknown"
    return f"published {article.day or article.year or clock(article.published_at)}"


def _changes(found: Reasons) -> list[str]:
    """Its later states, each with what of it matters to who was told the one before."""
    from monitor.cli.feed_facts import clock

    lines = []
    for revision, changes in zip(found.revisions, found.changes, strict=True):
        feed = f" in the feed {revision.feed_id}" if revision.feed_id not in ("", found.article.feed_id) else ""
        if revision.change:
            lines.append(f"  changed {clock(revision.seen_at)}{feed}: {revision.change}")
        lines += [f"    {_told_as(change)}" for change in changes]
    return lines


def _told_as(change: Change) -> str:
    """What matters of it to who was told the earlier state, and why."""
    passages = [f"“{passage}”" for passage in (change.before, change.after) if passage]
    return f"{change.kind.value}: {' → '.join(passages)} ({change.reason})"


def _show_score(score: Score, console: Console) -> None:
    from monitor.core.scoring import relevance_of

    sign = "over" if score.is_match else "not over"
    console.print(
        f"\n{score.watchlist}: {score.points:g} points (relevance {relevance_of(score):.0%}), {sign} the threshold of "
        f"{score.threshold:g}",
        markup=False,
    )
    if score.is_gated:
        console.print(f"  the gate is shut: {score.gate_reason}", markup=False)
    for one in sorted(score.signals, key=lambda signal: -abs(signal.points)):
        console.print(f"  {one.points:+7.1f}  {one.name}: {one.evidence}", markup=False)
    if not score.signals:
        console.print("  no signal fired", markup=False)
