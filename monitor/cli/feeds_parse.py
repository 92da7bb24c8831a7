"""`monitor feeds parse FILE|-`: what the real path makes of bytes, before anything is judged."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.errors import MonitorError, ParseError, UsageError

if TYPE_CHECKING:
    from monitor.model.feeds import ParsedFeed


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("file", metavar="FILE|-", help="the body of an answer; - reads standard input")
    parser.add_argument("--url", default="", metavar="U", help="where it comes from, for relative links")
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="'Name: value'",
        help="a header of the answer (Content-Type may name a charset); may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="kind, title, bozo and entries, for programs")


def run(args: argparse.Namespace) -> int:
    """0; a body that is no feed is an error."""
    from monitor.cli.feeds_discover import read_bytes
    from monitor.sources.kinds import parse_any

    headers = dict(_header(line) for line in args.header)
    try:
        parsed = parse_any(read_bytes(args.file), headers.get("content-type", ""), args.url)
    except ParseError as error:
        raise MonitorError(str(error) if args.url else f"{args.file}{error}") from error
    document = as_document(parsed, args.url, now=datetime.now(UTC))
    if args.json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return 0
    from monitor.cli.tables import make_console, make_table

    rows = [(entry["published"] or "", entry["title"], entry["link"] or "") for entry in document["entries"]]
    make_console().print(make_table(("published", "title", "link"), rows))
    print(f"{parsed.kind}: {parsed.title or 'without a title'}, {len(rows):,} entries", file=sys.stderr)
    for remark in (*([f"not well-formed: {parsed.bozo_reason}"] if parsed.is_bozo else []), *parsed.remarks):
        print(remark, file=sys.stderr)
    return 0


def as_document(parsed: ParsedFeed, url: str, *, now: datetime) -> dict[str, Any]:
    """The feed as plain values: each entry as the article that it would become."""
    from monitor.core.articles import is_aggregator, read_entries
    from monitor.core.dates import parse_date, zone_of_language
    from monitor.core.text import clean_line, title_text
    from monitor.core.urls import host_of
    from monitor.model.articles import Article
    from monitor.model.feeds import Feed

    def title_line(title: str) -> str:
        return clean_line(title_text(title), max_chars=4000)[0]

    is_search = is_aggregator(host_of(url))
    feed = Feed(id="parse", url=url, outlet="", language=parsed.language)
    entries = []
    for entry, reading in zip(parsed.entries, read_entries(parsed.entries, feed, now=now, zone=None), strict=True):
        article = reading.result if isinstance(reading.result, Article) else None
        zone = zone_of_language(entry.language or parsed.language)
        entries.append(
            {
                "guid": entry.guid,
                "title": article.title if article and entry.title and is_search else title_line(entry.title),
                "link": entry.link,
                "published": _iso(parse_date(entry.published_raw, zone=zone, now=now).at),
                "updated": _iso(parse_date(entry.updated_raw, zone=zone, now=now).at),
                "lang": article.language if article else None,
                "text": article.text if article else "",
            }
        )
    return {"kind": parsed.kind, "title": title_line(parsed.title), "bozo": parsed.is_bozo, "entries": entries}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise UsageError(f"--header {line!r} is no header. Write it as 'Name: value'.")
    return name.strip().lower(), value.strip()
