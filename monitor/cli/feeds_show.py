"""`monitor feeds show ID`: all that is known of one feed, from the configuration and from the store."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.cli.feed_facts import clock, zone_name
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.app import FeedPast
    from monitor.config import Configuration
    from monitor.config.feeds import FeedSection
    from monitor.model.feeds import FeedState
    from monitor.model.notices import Notice
    from monitor.model.pages import Page

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-command's arguments."""
    parser.add_argument("id", metavar="ID", help="the feed's id; `monitor feeds list` shows them")
    parser.add_argument("--json", action="store_true", help="everything, for programs")


def run(args: argparse.Namespace) -> int:
    """0, or `MonitorError` for a feed that is not there."""
    from monitor.config import load
    from monitor.config.feeds import read_sections
    from monitor.config.loading import FEEDS_FILE

    configuration = load(args.config, os.environ)
    sections = {section.id: section for section in read_sections(args.config / FEEDS_FILE)}
    if args.id not in sections:
        raise UsageError(unknown(args.id, sections))
    past, problem = _past(configuration, args.id)
    if args.json:
        print(json.dumps(_plain(sections[args.id], past), ensure_ascii=False, indent=2, default=str))
        return 0
    for name, value in _lines(sections[args.id], past, problem):
        print(f"{name:<20}{value}".rstrip())
    return 0


def unknown(feed_id: str, known: Mapping[str, object]) -> str:
    """What to say of an id that is not in the file."""
    from monitor.config.wording import near_miss

    return f"there is no feed {feed_id!r}. {near_miss(feed_id, known) or '`monitor feeds list` shows them.'}"


def _past(configuration: Configuration, feed_id: str) -> tuple[FeedPast | None, str]:
    """What the store remembers, or why that is not known."""
    import asyncio

    from monitor.app import read_feed
    from monitor.errors import StoreError

    try:
        return asyncio.run(read_feed(configuration, feed_id)), ""
    except StoreError as error:
        return None, str(error)


def _plain(section: FeedSection, past: FeedPast | None) -> dict[str, object]:
    from dataclasses import asdict

    state = past.state if past else None
    known = {name: value for name, value in asdict(state).items() if not isinstance(value, bytes)} if state else None
    return {
        "feed": section.model_dump(),
        "state": known,
        "likely_address": (past.address or None) if past else None,
        "notices": [asdict(notice) for notice in past.notices] if past else [],
        "pages": [_page(page) for page in past.pages] if past else [],
    }


def _page(page: Page) -> dict[str, str]:
    return {"state": page.state.value, "url": page.url, "reason": page.reason}


def _lines(section: FeedSection, past: FeedPast | None, problem: str) -> Iterator[tuple[str, str]]:
    """Name and value, one fact a line; what says nothing is left out."""
    for name, value in section.model_dump().items():
        if value not in (None, ""):
            yield name, {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    state = past.state if past else None
    if past is None or state is None:
        yield "", ""
        yield "is", (problem and f"not known: {problem}") or ("new" if section.enabled else "paused")
        return
    yield "", ""
    yield from _condition(state, past.address)
    yield from _rhythm(state)
    if past.notices:
        yield "", ""
        yield "what happened", f"(newest first, times of {zone_name()})"
        for notice in past.notices:
            yield f"  {clock(notice.at)}", _event(notice)
    if past.pages:
        yield "", ""
        yield "pages of matches", "(newest first)"
        for page in past.pages:
            yield f"  {page.state.value}", page.url + (f": {page.reason}" if page.reason else "")


def _condition(state: FeedState, address: str) -> Iterator[tuple[str, str]]:
    from monitor.cli.tables import span

    health, move = state.health, state.move
    since = f" since {clock(health.since_at)}" if health.since_at else ""
    yield "is", health.condition.value + since
    if told := health.reason or state.detail:
        yield "why", told
    if address:
        yield "likely new address", address
    elif move.target:
        yield "redirects to", f"{move.target} (since {clock(move.first_at)})"
    yield "last check", f"{clock(state.checked_at) or 'never'}: {state.outcome}"
    yield "last read", clock(state.succeeded_at) or "never"
    yield "next check", clock(state.next_check_at)
    if state.retry_at is not None:
        yield "wants quiet until", clock(state.retry_at)
    if state.elapsed_s >= 0.1:
        yield "answers within", f"{state.elapsed_s:.1f} s"
    yield "its own interval", span(timedelta(seconds=state.interval_s))
    wishes = state.wishes
    lifetime = max(wishes.max_age_s or 0.0, wishes.period_s or 0.0)
    if lifetime:
        yield "asks for", f"{span(timedelta(seconds=lifetime))} between checks"
    if wishes.skip_hours or wishes.skip_days:
        skipped = [f"{hour:02}h" for hour in wishes.skip_hours] + [_DAYS[day] for day in wishes.skip_days]
        yield "asks for quiet at", f"{' '.join(skipped)} (UTC)"


def _rhythm(state: FeedState) -> Iterator[tuple[str, str]]:
    from monitor.cli.tables import span

    rhythm = state.rhythm
    if state.succeeded_at is not None:
        yield "newest entry", clock(state.newest_at) or "without a date"
    if rhythm.news_at is not None:
        yield "last news", clock(rhythm.news_at)
    if rhythm.bursts >= 1:
        yield "brings news every", span(timedelta(seconds=rhythm.watched_s / rhythm.bursts))
    if rhythm.gaps:
        least = f", at least {rhythm.gap_missed} entries lost" if rhythm.gap_missed else ""
        between = f" (between {clock(rhythm.gap_from)} and {clock(rhythm.gap_until)}{least})"
        yield "gaps", f"{rhythm.gaps}, the last found {clock(rhythm.gap_at)}{between}"


def _event(notice: Notice) -> str:
    word = notice.condition.value if notice.condition else ""
    if notice.kind == "gap":
        return f"gap: at least {notice.missed} entries lost" if notice.missed else "gap: entries may have been lost"
    if notice.kind == "recovery":
        return f"well again, it was {word} since {clock(notice.from_at)}"
    return f"out: {word}" + (f": {notice.detail}" if notice.detail else "")
