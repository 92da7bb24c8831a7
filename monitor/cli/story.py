"""`monitor story show|join|split`: what a story holds and why, and a person's word about it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.app.stories import StoryFile
    from monitor.model.stories import Story


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-commands, each with its own arguments."""
    children = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    name = "id of a story or of one of its articles, or an article's address"
    show = children.add_parser("show", help="a story's articles, why they are in it, and whose voices they are")
    show.add_argument("story", metavar="STORY", help=name)
    show.add_argument("--json", action="store_true", help="for programs")
    join = children.add_parser("join", help="make two stories one; it stays so")
    join.add_argument("story", metavar="STORY", help=name)
    join.add_argument("other", metavar="OTHER", help="likewise")
    split = children.add_parser(
        "split", help="part articles from a story, or stories that tell it in other languages; they stay apart"
    )
    split.add_argument("story", metavar="STORY", help=name)
    split.add_argument("articles", metavar="ARTICLE", nargs="+", help="what goes: ids or addresses")
    for child in (show, join, split):
        child.add_argument(
            "--config", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="folder of the configuration"
        )


def run(args: argparse.Namespace) -> int:
    """0; `MonitorError` for a story that is not there or a word that cannot be followed."""
    from monitor.app import stories
    from monitor.config import load

    configuration = load(args.config, os.environ)
    if args.subcommand == "join":
        kept, gone = asyncio.run(stories.join_stories(configuration, args.story, args.other))
        print(f"“{gone.title}” is part of “{kept.title}” now ({kept.size} articles).")
    elif args.subcommand == "split":
        left, parted = asyncio.run(stories.split_story(configuration, args.story, args.articles))
        print(f"“{parted.title}” ({_id(parted)}) is a story of its own now, with {_articles(parted.size)}.")
        print(f"“{left.title}” ({_id(left)}) keeps {_articles(left.size)}.")
    else:
        found = asyncio.run(stories.read_story(configuration, args.story))
        if not found.members:
            raise MonitorError(f"story “{found.story.title}” has no articles left: they were pruned")
        if args.json:
            print(json.dumps(_plain(found), ensure_ascii=False, indent=2, default=str))
        else:
            _show(found)
    return 0


def _id(story: Story) -> str:
    from monitor.model.ids import format_id

    return format_id(story.id)


def _articles(count: int) -> str:
    return f"{count} article{'s' * (count != 1)}"


def _plain(found: StoryFile) -> dict[str, object]:
    from monitor.model.ids import format_id

    return {
        "id": _id(found.story),
        "title": found.story.title,
        "first_at": found.story.first_at.isoformat(),
        "last_at": found.story.last_at.isoformat(),
        "storyline": format_id(found.storyline_id),
        "event": format_id(found.event_id),
        "articles": [
            {
                "id": format_id(member.article.id),
                "outlet": member.article.outlet,
                "title": member.article.title,
                "url": member.article.url,
                "at": member.article.at.isoformat(),
                "language": member.article.language,
                "verdict": member.verdict.kind.value,
                "reason": member.reason,
            }
            for member in found.members
        ],
        "origins": [
            {"name": origin.name, "is_agency": origin.is_agency, "evidence": [one.line for one in origin.evidence]}
            for origin in found.origins
        ],
        "kin": [{"id": _id(kin.story), "title": kin.story.title, "is_event": kin.is_event} for kin in found.kin],
        "decisions": [
            {"article": format_id(one.article_id), "outcome": one.outcome, "level": one.level, **dict(one.features)}
            for one in found.decisions
        ],
    }


def _show(found: StoryFile) -> None:
    from monitor.cli.feed_facts import clock, zone_name
    from monitor.cli.tables import make_console
    from monitor.model.ids import format_id
    from monitor.model.seeds import count_outlets

    console = make_console()
    story = found.story
    console.print(f"[bold]{_plain_text(story.title)}[/bold]  ({_id(story)})")
    outlets = count_outlets(member.article.outlet for member in found.members)
    voices = len(found.origins)
    console.print(
        f"{_articles(len(found.members))}, {outlets} outlet{'s' * (outlets != 1)}, "
        f"{voices} origin{'s' * (voices != 1)}; {clock(story.first_at)} to {clock(story.last_at)} ({zone_name()})"
    )
    for member in found.members:
        article = member.article
        console.print(
            f"\n  {article.outlet}, {clock(article.at)}, {article.language or 'language unknown'}", markup=False
        )
        console.print(f"  {article.title}  ({format_id(article.id)})", markup=False)
        console.print(f"  {article.url}", markup=False)
        console.print(f"    {member.reason or 'no reason kept'}", markup=False)
    console.print("\nOrigins")
    for origin in found.origins:
        console.print(f"  {origin.name}: {_articles(len(origin.evidence))}", markup=False)
        for evidence in origin.evidence:
            console.print(f"    {evidence.line}", markup=False)
    if found.kin:
        console.print("\nBelongs together with")
        for kin in found.kin:
            what = "the same event" if kin.is_event else "the same storyline"
            console.print(f"  {kin.story.title}  ({_id(kin.story)}, {what}, {clock(kin.story.first_at)})", markup=False)
    if links := [one for one in found.decisions if one.outcome in ("linked", "merged", "parted")]:
        console.print("\nDecided of the story")
        for one in links:
            console.print(f"  {clock(one.at)}: {one.features.get('reason', one.outcome)}", markup=False)


def _plain_text(text: str) -> str:
    from rich.markup import escape

    return escape(text)
