"""Twelve simulated days of polling before a judge of manners, with restarts, a reload and clocks that jump.

The program's own collector, HTTP client, parser, judge and store; only time is simulated, and hosts' names are made up.
`pytest -s` prints the score sheet.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import pytest

from monitor.core.polling import Look, PollingLimits, initial_state
from monitor.core.scoring import compile_watchlists
from monitor.model.feeds import Condition, Feed, FeedState
from monitor.model.notices import Notice, NoticeKind
from monitor.pipeline.collect import CollectLimits, Collector
from monitor.pipeline.intake import Intaker
from monitor.pipeline.judging import Judge
from monitor.pipeline.traffic import Traffic
from monitor.sources.http import HttpSource
from monitor.sources.polled import FeedSource
from monitor.sources.workers import ParseWorkers
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore
from tests.acceptance import score_server as judge
from tests.acceptance.score_server import DAY, HOUR, Names, Score, ScoreServer, Served, SimulatedClock, Site, score
from tests.factories import make_watchlist
from tests.servers import LoopbackServer, Reply, Request

LIMITS = PollingLimits(max_interval_s=14_400)
DAYS = 12.0
OWN_S = 3 * 3600


@dataclass
class Daemon:
    """The program's polling over one store, as the composition root puts it together; it can be ended and begun."""

    path: Path
    server: ScoreServer
    clock: SimulatedClock
    feeds: dict[str, Feed]
    traffic: Traffic = field(default_factory=Traffic)
    gaps: dict[str, int] = field(default_factory=dict)

    async def live(self, until_s: float, *, clock_errors: Mapping[float, float] = MappingProxyType({})) -> None:
        """From a start to an end of the process.

        At each time of `clock_errors` somebody sets the wall clock wrong by so much, and the configuration is reloaded.
        """
        self.traffic = Traffic()
        async with self._opened() as (store, source):
            await self._sync(store)
            collector = await self._make(store, source)
            for time_s in [*clock_errors, until_s]:
                while self.clock.s < time_s:
                    report = await collector.collect_due(self.feeds)
                    self.gaps |= report.gaps
                    await self._sleep(store, time_s)
                self.clock.error_s = clock_errors.get(time_s, 0.0)
                await self._sync(store)
                collector.stop()
                collector = await self._make(store, source)
            await collector.release()

    async def _sleep(self, store: SqlStore, until_s: float) -> None:
        """To the next moment at which something may go; the daemon's empty ticks in between are left out."""
        due = await store.next_due_at()
        turn = self.traffic.turns.next_at()
        moments = [until_s]
        moments += [(due - self.clock.now()).total_seconds() + self.clock.s] if due else []
        moments += [turn - self.clock.ticks() + self.clock.s] if turn is not None else []
        self.clock.s = max(min(moments), self.clock.s + 0.2)
        self.traffic.look = Look(at=self.clock.now(), ticks=self.clock.ticks())

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[tuple[SqlStore, FeedSource]]:
        http = HttpSource(contact="https://example.org/bot", allowed=("127.0.0.1",))
        source = FeedSource(http, ParseWorkers(max_workers=1))
        try:
            async with open_store(f"sqlite:///{self.path}") as store:
                yield store, source
        finally:
            await source.close()

    async def _make(self, store: SqlStore, source: FeedSource) -> Collector:
        judging = Judge(store, store, score=compile_watchlists([make_watchlist()]).score)
        await judging.load(self.clock.now())
        return Collector(
            sources={"feed": Names(source, self.server)},
            store=store,
            intaker=Intaker(store=store, judge=judging, zones={}),
            clock=self.clock,
            chance=Chance(),
            limits=CollectLimits(),
            polling_limits=LIMITS,
            ticks=self.clock.ticks,
            traffic=self.traffic,
        )

    async def _sync(self, store: SqlStore) -> None:
        now = self.clock.now()
        states = [initial_state(feed, now=now, spread=0.5, limits=LIMITS) for feed in self.feeds.values()]
        await store.sync_feeds(states)

    async def states(self) -> dict[str, FeedState]:
        async with open_store(f"sqlite:///{self.path}") as store:
            return {state.feed_id: state for state in await store.feed_states()}

    async def notices(self) -> list[Notice]:
        async with open_store(f"sqlite:///{self.path}") as store:
            return await store.notices(after=0)

    async def stored(self) -> int:
        async with open_store(f"sqlite:///{self.path}") as store:
            return (await store.counts())["ledger"]


class Chance:
    """Numbers in [0, 1) that are spread evenly, the same in every run."""

    def __init__(self) -> None:
        self.last = 0.5

    def __call__(self) -> float:
        self.last = (self.last + 0.618034) % 1.0
        return self.last


def quiet_hours(site: Site, periods: list[tuple[float, float, str]]) -> judge.Answering:
    """A site that answers 429 in some periods (from, to, Retry-After)."""

    def answer(now_s: float, request: Request) -> Reply:
        for begins_s, ends_s, wish in periods:
            if begins_s <= now_s < ends_s:
                return Reply(b"slow down", status=429, headers={"Retry-After": wish}, content_type="text/plain")
        return site(now_s, request)

    return answer


def stubborn(site: Site) -> judge.Answering:
    """Says 304 to every conditional request, whatever has come since."""

    def answer(now_s: float, request: Request) -> Reply:
        fresh = site(now_s, request)
        etag = request.headers.get("if-none-match")
        return replace(fresh, etag=etag, last_modified=request.headers.get("if-modified-since")) if etag else fresh

    return answer


def restless(site: Site) -> judge.Answering:
    """A new ETag every hour for the same content, whose Last-Modified stays."""

    def answer(now_s: float, request: Request) -> Reply:
        return replace(site(now_s, request), etag=f'"{now_s // HOUR:.0f}"', last_modified=judge._http_date(-DAY))

    return answer


def redirecting(server: ScoreServer, status: int, to: str) -> judge.Answering:
    return lambda now_s, request: Reply(status=status, location=server.real(to), content_type=None)


def failing(status: int, content_type: str = "text/plain") -> judge.Answering:
    return lambda now_s, request: Reply(b"<html><p>no", status=status, content_type=content_type)


def broken_at_times(site: Site) -> judge.Answering:
    """A web page with validators of its own for an hour of every day."""

    def answer(now_s: float, request: Request) -> Reply:
        if now_s % DAY < HOUR:
            return Reply(b"<!doctype html><html><p>Maintenance", content_type="text/html", etag='"page"')
        return site(now_s, request)

    return answer


def feed(name: str, url: str, **facts: object) -> Feed:
    return Feed(**{"id": name, "url": url, "outlet": name.title(), "language": "id", **facts})  # type: ignore[arg-type]


def town(server: ScoreServer) -> dict[str, Feed]:
    """The sites and the feeds that read them."""
    feeds: dict[str, Feed] = {}

    def add(name: str, answer: judge.Answering, host: str = "", **facts: object) -> str:
        url = f"http://{host or name}.example.org/{name}"
        server[url] = answer
        feeds[name] = feed(name, url, **facts)
        return url

    add("weekly", Site(name="weekly", published=every_(7 * DAY)))
    add("daily", Site(name="daily", published=every_(DAY), head="<ttl>120</ttl>"))
    caching = {"Cache-Control": "public, max-age=5400"}
    add("caching", Site(name="caching", published=every_(HOUR), headers=caching))
    add("absurd", Site(name="absurd", published=every_(9 * HOUR), headers={"Cache-Control": "max-age=31536000"}))
    for n in range(3):
        add(f"news{n}", Site(name=f"news{n}", published=every_(2 * HOUR)), host="news", outlet="News")
    add("cdn", Site(name="cdn", published=every_(4 * HOUR)), host="cdn", outlet="News")
    add("restless", restless(Site(name="restless", published=every_(40 * DAY))))
    add("stubborn", stubborn(Site(name="stubborn", published=every_(30 * HOUR))))
    pauses = [(3 * DAY, 3 * DAY + HOUR, "7200"), (6 * DAY, 6 * DAY + HOUR, judge._http_date(6 * DAY + 9 * HOUR))]
    add("busy", quiet_hours(Site(name="busy", published=every_(HOUR)), pauses), host="busy")
    add("busy2", Site(name="busy2", published=every_(HOUR)), host="busy", outlet="Other")
    skips = "".join(f"<hour>{hour}</hour>" for hour in range(17, 24)) + "</skipHours><skipDays><day>Saturday</day>"
    add("resting", Site(name="resting", published=every_(6 * HOUR), head=f"<skipHours>{skips}</skipDays>"))
    add("pages", broken_at_times(Site(name="pages", published=every_(5 * HOUR))))
    add("own", Site(name="own", published=every_(HOUR)), min_interval_s=OWN_S)
    add("gone", failing(410))
    add("missing", failing(404))
    add("wall", failing(403, "text/html"))
    target = "http://moved.example.org/new"
    server[target] = Site(name="old", published=every_(7 * HOUR))
    add("old", redirecting(server, 301, target))
    other = "http://shelter.example.org/feed"
    server[other] = Site(name="guest", published=every_(7 * HOUR))
    add("guest", redirecting(server, 302, other))
    rush = [9.5 * DAY + n * 60 for n in range(12 * 60)]
    add("rush", Site(name="rush", published=[*every_(DAY, until_s=9.5 * DAY), *rush], window=40))
    return feeds


def every_(seconds: float, until_s: float = 60 * DAY) -> list[float]:
    # Half an interval off midnight, so that nothing happens in step with the simulated day.
    return judge.every(seconds, since_s=-30 * DAY + seconds / 2, until_s=until_s)


def rules(log: list[Served], before: Mapping[str, str]) -> Iterator[Score]:
    """The score sheet; `before` names the feeds' hosts by outlet."""
    # From these two news was overdue.
    patient = [s for s in log if s.url not in (URL["stubborn"], URL["rush"])]
    yield score("one unconditional request, then none for 8 days", judge.one_unconditional_request(patient))
    yield score("at least 24 hours between unconditional requests", judge.one_unconditional_request(log, days=1))
    yield score("validators byte for byte, independent of each other", judge.exact_validators(log))
    yield score("an hour between polls of a feed that has news weekly", judge.interval_of(log, URL["weekly"], HOUR))
    yield score("no feed sooner than 5 minutes", judge.no_feed_more_often(log, 300))
    yield score("the user's own interval of a feed", judge.interval_of(log, URL["own"], OWN_S))
    yield score("ttl of a document", judge.interval_of(log, URL["daily"], 2 * HOUR))
    yield score("max-age waited out, also after a 304, a day at most", judge.max_age_is_waited_out(log))
    yield score("Retry-After waited out by all feeds of the host", judge.retry_after_is_waited_out(log))
    yield score("5 seconds between starts at a host", judge.starts_are_spaced(log, lambda s: s.host, 5.0))
    yield score("5 seconds between starts at an outlet", judge.starts_are_spaced(log, lambda s: before[s.url], 5.0))
    yield score("skipHours and skipDays", judge.skipped_times_are_quiet(log, URL["resting"], set(range(17, 24)), {5}))
    yield score("a gone feed once a day at most", judge.interval_of(log, URL["gone"], 0.9 * DAY))
    yield score("clean requests: no cookie, Referer, query; UA, gzip", judge.clean_requests(log))


URL = {
    name: f"http://{name}.example.org/{name}"
    for name in ("weekly", "own", "daily", "resting", "gone", "old", "guest", "stubborn", "rush")
}


@pytest.mark.slow
async def test_twelve_days_before_a_judge_of_manners(tmp_path: Path) -> None:
    clock = SimulatedClock()
    async with LoopbackServer() as loopback:
        server = ScoreServer(loopback, clock)
        feeds = town(server)
        daemon = Daemon(path=tmp_path / "monitor.db", server=server, clock=clock, feeds=feeds)
        outlets = {f.url: f.outlet for f in feeds.values()}
        await daemon.live(2.4 * DAY)
        await daemon.live(2.5 * DAY)  # restarted at once
        clock.s += 10 * HOUR  # and down for a night
        await daemon.live(8.9 * DAY, clock_errors={5.3 * DAY: 0.0, 6.2 * DAY: DAY, 6.9 * DAY: 0.0})
        changed = "http://daily.example.org/changed"
        server[changed] = Site(name="daily", published=every_(DAY), head="<ttl>120</ttl>")
        feeds["daily"] = replace(feeds["daily"], url=changed)
        await daemon.live(DAYS * DAY)
        states, stored = await daemon.states(), await daemon.stored()
    outlets |= {f.url: f.outlet for f in feeds.values()}
    # What a redirect leads to is asked in the same turn.
    outlets |= {"http://moved.example.org/new": "New place", "http://shelter.example.org/feed": "Shelter"}
    sheet = list(rules(server.log, outlets))
    print(f"\n{len(server.log)} requests, {len(server.log) / DAYS / len(feeds):.1f} a feed-day, {stored} entries")
    print("\n".join(map(str, sheet)))
    assert all(s.applied and not s.broken for s in sheet), "\n".join(map(str, sheet))
    _the_moved_feed_was_followed(server, states)
    _the_stubborn_server_was_outwitted(server)
    _what_fell_out_of_the_window_is_known(daemon, states)
    conditions = {name: state.health.condition.value for name, state in states.items()}
    assert conditions | {"gone": "gone", "missing": "failing", "wall": "challenged", "old": "moved"} == conditions
    unwell = {name for name, word in conditions.items() if word not in ("healthy", "moved")}
    assert unwell == {"gone", "missing", "wall"}
    told = await daemon.notices()
    assert [n.condition for n in told if n.feed_id == "gone"] == [Condition.GONE]
    outages = [n.feed_id for n in told if n.kind is NoticeKind.OUTAGE]
    assert sorted(outages) == ["gone", "missing", "old", "pages", "wall"]
    assert [n.feed_id for n in told if n.kind is NoticeKind.RECOVERY] == ["pages"]


def _the_moved_feed_was_followed(server: ScoreServer, states: Mapping[str, FeedState]) -> None:
    asked = server.of(URL["old"])
    assert len(asked) >= 3
    assert asked[-1].at_s >= asked[0].at_s + DAY - LIMITS.max_interval_s
    assert asked[-1].at_s < 3 * DAY
    assert states["old"].move.adopted_url == "http://moved.example.org/new"
    temporary = server.of(URL["guest"])
    assert temporary[-1].at_s > (DAYS - 1) * DAY
    assert states["guest"].move.adopted_url == ""


def _the_stubborn_server_was_outwitted(server: ScoreServer) -> None:
    whole = [s for s in server.of(URL["stubborn"]) if not s.is_conditional]
    assert 2 <= len(whole) <= DAYS / 8 + 2


def _what_fell_out_of_the_window_is_known(daemon: Daemon, states: Mapping[str, FeedState]) -> None:
    rhythm = states["rush"].rhythm
    assert rhythm.gaps >= 1
    assert daemon.gaps["rush"] == rhythm.gap_missed
    assert set(daemon.gaps) <= {"rush", "own", "stubborn"}
    first, last = rhythm.gap_from, rhythm.gap_until
    assert first is not None
    assert last is not None
    assert rhythm.gap_missed <= (last - first).total_seconds() / 60
