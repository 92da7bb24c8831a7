"""`monitor check`: is the configuration right? One line a file; every problem with file, line and key."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.probes import KEYS as FEED_KEYS
from monitor.cli.probes import ask, keys_told, plain, show
from monitor.errors import ConfigError, Problem
from monitor.model.urls import UrlRules

if TYPE_CHECKING:
    from monitor.config import Configuration
    from monitor.model.digests import Schedule


KEYS = {
    "config": "the folder",
    "is_good": "the configuration can be used",
    "problems": "what is wrong with it: file, line, column, key, message, cure",
    "warnings": "what is odd in it, in the same form",
    "feeds": "with --online a list, an object a feed; else null",
    "past_unknown": "with --online: why nothing is known of their past, or null",
}
"""The document of `--json`."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--online", action="store_true", help="also ask every enabled feed once and show how it is")
    parser.add_argument("--json", action="store_true", help="one document for programs, whatever is found")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = (
        "Ends with 0 when all is well, 1 when a feed that was asked does not bring its news, 2 when the configuration\n"
        f"cannot be used.\n\n--json prints one object:\n{keys_told(KEYS)}\n\n"
        f"and of each feed, as `monitor feeds poll --json` does:\n{keys_told(FEED_KEYS)}"
    )


def run(args: argparse.Namespace) -> int:
    """Load everything, try the watchlists' own examples, and say what there is.

    0 when all is well, 1 when a feed asked `--online` does not bring its news (slow, moved and undated ones
    do). Problems leave as `ConfigError` (exit code 2), or in the document.
    """
    from monitor.app import load_configuration

    if args.json:
        return _document(args)
    configuration = load_configuration(args.config, os.environ)
    for line in (*asked_for(configuration), *report(configuration, args.config)):
        print(line)
    return _online(configuration) if args.online else 0


def _document(args: argparse.Namespace) -> int:
    """Print the document of `--json`; the exit code is that of the same command without it."""
    from monitor.app import load_configuration

    configuration, problems, found = None, tuple[Problem, ...](), None
    try:
        configuration = load_configuration(args.config, os.environ)
    except ConfigError as error:
        problems = error.problems
    if configuration is not None and args.online:
        found = ask(configuration)
    facts = (
        str(args.config),
        configuration is not None,
        [asdict(problem) for problem in problems],
        [asdict(warning) for warning in configuration.warnings] if configuration is not None else [],
        [plain(one, found.addresses.get(one.feed.id)) for one in found.probes] if found is not None else None,
        (found.problem or None) if found is not None else None,
    )
    print(json.dumps(dict(zip(KEYS, facts, strict=True)), ensure_ascii=False, indent=2))
    if configuration is None:
        return 2
    return 0 if found is None or all(one.is_well for one in found.probes) else 1


def _online(configuration: Configuration) -> int:
    """Ask every feed once and print how it is; 1 when one of them does not bring its news."""
    from datetime import UTC, datetime

    if not any(feed.is_enabled for feed in configuration.feeds):
        print("No feed is switched on: there is nothing to ask.")
        return 0
    found = ask(configuration)
    show(found, datetime.now(UTC))
    return 0 if all(one.is_well for one in found.probes) else 1


def asked_for(configuration: Configuration) -> list[str]:
    """What readers asked for otherwise than configured, where a store lies in a file here; else nothing is known."""
    import asyncio

    from monitor.app.recipients import read_recipients
    from monitor.cli.recipients import words
    from monitor.errors import StoreError

    path = configuration.settings.store_path
    if path is None or not path.exists():
        return []
    try:
        known = asyncio.run(read_recipients(configuration))
    except StoreError:  # of another schema, or no store: the daemon says what about it
        return []
    return [
        f"note  recipient {one.id}: {words(said, one.titles)}; readers have the last word"
        for one in known
        for said in one.standing
    ]


def report(configuration: Configuration, config_dir: Path) -> list[str]:
    """The lines of the report: a line a file, then the warnings, then the verdict."""
    settings = configuration.settings
    polled = [feed for feed in configuration.feeds if feed.is_enabled]
    languages = sorted({feed.language for feed in polled if feed.language})
    off = len(configuration.feeds) - len(polled)
    rows = [
        ("monitor.yaml", f"store: {_store(configuration)}, mail: {_mail(configuration)}"),
        (
            "feeds.yaml",
            f"{len(polled)} feeds in {len(languages)} languages ({', '.join(languages)}), {off} switched off",
        ),
    ]
    if configuration.urls != UrlRules():
        sites, drop = configuration.urls.sites, configuration.urls.drop
        rows.append(("urls.yaml", f"{len(sites)} sites, {len(drop)} parameters that identify nothing anywhere"))
    rows += [
        (
            f"watchlist {watchlist.name}",
            f"{len(watchlist.entities)} entities, {len(watchlist.rules)} rules, "
            f"threshold {watchlist.threshold:g}, {len(watchlist.examples)} examples",
        )
        for watchlist in configuration.watchlists
    ]
    rows += _told(configuration)
    if settings.seeds.folder is not None:
        rows.append(("seeds", f"{len(configuration.seeds)} documents"))
    width = max(len(name) for name, _ in rows)
    lines = [f"ok  {name:<{width}}  {words}" for name, words in rows]
    lines += [f"warning  {problem}" for problem in configuration.warnings]
    lines.append(f"{config_dir}: the configuration is good.")
    return lines


def _told(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Who is told, and what is published."""
    for recipient in configuration.recipients:
        words = f"{recipient.address} by {', '.join(recipient.channels)}, {_times(recipient.schedule)}, "
        words += ", ".join(recipient.watchlists)
        words += f", {recipient.stories_per_day} stories a day" if recipient.stories_per_day else ""
        words += ", operator" if recipient.is_operator else ""
        yield f"recipient {recipient.id}", words
    folder, watchlists = configuration.settings.feeds_folder, configuration.settings.publish.watchlists
    if folder is not None:
        yield "published", f"{', '.join(watchlists) or 'all watchlists'}: {folder}"


def _store(configuration: Configuration) -> str:
    path = configuration.settings.store_path
    return f"SQLite in {path}" if path is not None else f"PostgreSQL, {configuration.settings.store.url}"


def _mail(configuration: Configuration) -> str:
    smtp = configuration.settings.mail.smtp
    if smtp is None:
        return f"Maildir in {configuration.settings.maildir}"
    return f"{smtp.host}:{smtp.effective_port} ({'no encryption' if smtp.tls == 'none' else smtp.tls})"


def _times(schedule: Schedule) -> str:
    from monitor.config.schedules import WEEKDAYS

    days = "daily" if len(schedule.weekdays) == 7 else " ".join(WEEKDAYS[day] for day in schedule.weekdays)
    if schedule.monthdays or schedule.months:
        days = "on some days of the month or year"
    shown = [f"{minute // 60:02}:{minute % 60:02}" for minute in schedule.times]
    times = " ".join(shown) if len(shown) <= 6 else f"{len(shown)} times from {shown[0]} to {shown[-1]}"
    return f"{days} at {times} {schedule.zone}"
