"""`monitor feeds add URL`: a new entry at the end of feeds.yaml, for a feed or for the best feed of a page."""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.cli.web_addresses import require_web_address
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.app.feeds import FirstLook
    from monitor.config import Configuration
    from monitor.config.feeds import FeedSection


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("url", metavar="URL", help="address of a feed, a news sitemap or a web page")
    parser.add_argument("--id", help="short name (default: from the outlet's name)")
    parser.add_argument("--outlet", help="the news brand (default: the feed's own title)")
    parser.add_argument("--language", metavar="TAG", help="what it publishes in (default: what the feed says)")
    parser.add_argument("--country", metavar="CC", help="ISO 3166 code of the outlet")
    parser.add_argument("--zone", help="time zone of dates that name none, like Asia/Jakarta")
    parser.add_argument("--folder", help="where OPML files put it")
    parser.add_argument("--source", choices=("feed", "sitemap", "gdelt"), help="kind of origin (default: found out)")
    parser.add_argument("--unchecked", action="store_true", help="write it as given, without asking the network")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    """0, or an error that names why nothing was added."""
    from monitor.config import load
    from monitor.config.feed_edits import add_feeds
    from monitor.config.feeds import read_sections
    from monitor.config.loading import FEEDS_FILE

    configuration = load(args.config, os.environ)
    path = args.config / FEEDS_FILE
    known = read_sections(path)
    require_web_address(args.url)
    _refuse_double(args.url, known)
    look = _unchecked(args) if args.unchecked else _look(args, configuration)
    _refuse_double(look.url, known)
    section = _section(args, look, [one.id for one in known])
    add_feeds(path, [section])
    others = [other.url for other in look.others]
    if args.json:
        facts = section.model_dump(exclude_defaults=True)
        print(json.dumps({"added": facts, "entries": look.entries, "others": others}, ensure_ascii=False, indent=2))
        return 0
    seen = "" if args.unchecked else f" ({look.entries} entries now)"
    print(f"added  {section.id}  {section.url}{seen} to {path}")
    for url in others[:5]:
        print(f"  the page also has {url}")
    print("A running daemon takes it over on SIGHUP (kill -HUP).")
    return 0


def _refuse_double(url: str, known: Sequence[FeedSection]) -> None:
    from monitor.config.feeds import url_key

    for section in known:
        if url_key(section.url) == url_key(url):
            raise MonitorError(f"{url} is already there as {section.id!r}; nothing was added")


def _look(args: argparse.Namespace, configuration: Configuration) -> FirstLook:
    import asyncio

    from monitor.app.feeds import look_at_feed

    if args.source == "gdelt":
        raise MonitorError("GDELT is slow to answer and easily offended; add it with --unchecked --source gdelt")
    return asyncio.run(look_at_feed(args.url, configuration))


def _unchecked(args: argparse.Namespace) -> FirstLook:
    from monitor.app.feeds import FirstLook

    return FirstLook(url=args.url, source=args.source or "feed", title="", language=None, entries=0)


def _section(args: argparse.Namespace, look: FirstLook, taken: list[str]) -> FeedSection:
    """The new entry; what the feed says of itself is used where it is usable, what the user says must be right."""
    from monitor.config.feed_edits import new_section, unused_id, usable_language
    from monitor.config.loading import FEEDS_FILE

    host = (urlsplit(look.url).hostname or "feed").removeprefix("www.")
    outlet = args.outlet or look.title[:200] or host
    wish = args.outlet or (look.title if look.title.isascii() else "") or host
    facts = {
        "id": args.id or unused_id(wish, taken),
        "url": look.url,
        "outlet": outlet,
        "language": args.language or usable_language(look.language),
        "country": args.country,
        "zone": args.zone,
        "folder": args.folder,
        "source": args.source or look.source,
    }
    return new_section(args.config / FEEDS_FILE, facts)
