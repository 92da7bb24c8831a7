"""`monitor feeds import FILE`: the feeds of an OPML file as new entries of feeds.yaml."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.errors import ConfigError, MonitorError, ParseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from monitor.config.feeds import FeedSection
    from monitor.sources.opml import Outline


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("file", metavar="FILE|-", help="the OPML file; - reads standard input")
    parser.add_argument("--paused", action="store_true", help="add them without polling them")
    parser.add_argument("--dry-run", action="store_true", help="say what would be added, and change nothing")
    parser.add_argument("--json", action="store_true", help="for programs")


@dataclass(slots=True)
class _Plan:
    """What becomes of every outline: an entry, or a reason why not."""

    sections: list[FeedSection] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def run(args: argparse.Namespace) -> int:
    """0 when every feed was added or is there already, 1 when one could not be taken over."""
    from monitor.cli.feeds_discover import read_bytes
    from monitor.config import load
    from monitor.config.feed_edits import add_feeds
    from monitor.config.feeds import read_sections
    from monitor.config.loading import FEEDS_FILE
    from monitor.sources.opml import read_opml

    load(args.config, os.environ)
    path = args.config / FEEDS_FILE
    try:
        opml = read_opml(read_bytes(args.file))
    except ParseError as error:
        raise MonitorError(f"{args.file}: {error}") from error
    plan = _plan(opml.outlines, read_sections(path), path, is_paused=args.paused)
    if not args.dry_run:
        add_feeds(path, plan.sections)
    if args.json:
        facts = {
            "added": [section.model_dump(exclude_defaults=True) for section in plan.sections],
            "skipped": [{"url": url, "reason": reason} for url, reason in plan.skipped],
            "remarks": list(opml.remarks),
        }
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        _tell(args, plan, opml.remarks, path)
    return 1 if any(not reason.startswith("already") for _, reason in plan.skipped) else 0


def _plan(outlines: Iterable[Outline], known: Sequence[FeedSection], path: Path, *, is_paused: bool) -> _Plan:
    from monitor.config.feeds import url_key

    plan = _Plan()
    taken = {section.id for section in known}
    at = {url_key(section.url): section.id for section in known}
    for outline in outlines:
        try:
            section = _section(outline, taken, path, is_paused=is_paused)
        except ConfigError as error:
            reason = "; ".join(f"{problem.key}: {problem.message} {problem.cure}".strip() for problem in error.problems)
            plan.skipped.append((outline.url, reason))
            continue
        if (same := at.get(url_key(section.url))) is not None:
            plan.skipped.append((outline.url, f"already there as {same!r}"))
            continue
        at[url_key(section.url)] = section.id
        taken.add(section.id)
        plan.sections.append(section)
    return plan


def _section(outline: Outline, taken: set[str], path: Path, *, is_paused: bool) -> FeedSection:
    from monitor.config.feed_edits import new_section, unused_id, usable_language
    from monitor.config.texts import check_url
    from monitor.sources.opml import folder_of

    host = _host(outline.url)
    name = outline.text or outline.title or host
    site = outline.site or None
    try:
        site = check_url(site) if site else None
    except ValueError:  # the page is only a convenience; the feed is worth having without it
        site = None
    facts = {
        "id": unused_id(name if name.isascii() else host, taken),
        "url": outline.url.replace("feed://", "http://", 1) if outline.url.startswith("feed://") else outline.url,
        "outlet": name[:200],
        "language": usable_language(outline.language),
        "site": site,
        "folder": "/".join(part.replace("/", "|") for part in folder_of(outline))[:200] or None,
        "enabled": False if is_paused or outline.is_comment else None,
    }
    return new_section(path, facts)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "feed").removeprefix("www.")
    except ValueError:
        return "feed"


def _tell(args: argparse.Namespace, plan: _Plan, remarks: Sequence[str], path: Path) -> None:
    word = "would add" if args.dry_run else "added"
    for section in plan.sections:
        print(f"{word}  {section.id}  {section.url}")
    for url, reason in plan.skipped:
        print(f"skipped  {url}: {reason}")
    for remark in remarks:
        print(f"{args.file}: {remark}", file=sys.stderr)
    print(f"{len(plan.sections)} {'to be added' if args.dry_run else 'added'} to {path}, {len(plan.skipped)} skipped.")
