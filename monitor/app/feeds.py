"""What the commands about single feeds need from the world: looking for feeds, and a first look at one."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.app.adapters import (
    Surroundings,
    make_http,
    make_polling_limits,
    make_sources,
    make_turn,
    make_workers,
)
from monitor.config import Configuration
from monitor.core import polling
from monitor.errors import MonitorError, ParseError
from monitor.model.discovery import FoundFeed
from monitor.model.feeds import Feed, Fetched, FetchFailed, FetchRequest
from monitor.pipeline.discover import Discovery, discover_feeds
from monitor.pipeline.traffic import Traffic
from monitor.sources.http import HttpSource


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """A feed read once: its kind of source ("feed", "sitemap" or "gdelt") and what it says of itself."""

    url: str
    source: str
    title: str
    language: str | None
    entries: int
    others: tuple[FoundFeed, ...] = ()
    """What else the page offers."""


async def find_feeds(url: str, configuration: Configuration | None) -> Discovery:
    """The feeds of a site, with the configuration's manners, or the usual ones without it."""
    limits = make_polling_limits(configuration) if configuration is not None else polling.PollingLimits()
    turn = make_turn(limits, Traffic(), Surroundings())
    http = make_http(configuration, turn=turn) if configuration is not None else HttpSource(turn=turn)
    try:
        return await discover_feeds(url, http.fetch_in_turn)
    finally:
        await http.close()


async def look_at_feed(url: str, configuration: Configuration) -> FirstLook:
    """Read the feed at an address, or the best one that its page points to; tries a page's first three.

    Raises:
        MonitorError: There is none, or none that can be read.
    """
    turn = make_turn(make_polling_limits(configuration), Traffic(), Surroundings())
    http, workers = make_http(configuration, turn=turn), make_workers(configuration)
    sources = make_sources(configuration, http, workers)
    try:
        discovery = await discover_feeds(url, http.fetch_in_turn)
        if not discovery.feeds:
            raise MonitorError(discovery.problem)
        problems = []
        for found in discovery.feeds[:3]:
            kind = "sitemap" if found.kind == "sitemap" else "feed"
            await turn(found.url)
            outcome = await sources[kind].fetch(FetchRequest(url=found.url))
            if not isinstance(outcome, Fetched):
                problems.append(outcome.message if isinstance(outcome, FetchFailed) else f"{found.url}: not modified")
                continue
            try:
                parsed = await sources[kind].parse(Feed(id="look", url=found.url, outlet=""), outcome)
            except ParseError as error:
                problems.append(str(error))
                continue
            return FirstLook(
                url=outcome.moved_to or found.url,
                source=kind,
                title=parsed.title or found.title,
                language=parsed.language,
                entries=len(parsed.entries),
                others=tuple(other for other in discovery.feeds if other.url != found.url),
            )
        raise MonitorError("\n".join(problems))
    finally:
        await http.close()
        await workers.close()
