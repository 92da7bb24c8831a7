"""Twelve simulated days of the daemon before the judge: a town of sites with every habit that pollers stumble over.

The plot: polling; a restart; a night switched off; a suspended machine; SIGKILL with requests in flight; a reload
with a changed address; a wall clock set a day wrong and set right again; our own line cut off; a captive portal.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from monitor.model.feeds import FeedState
from monitor.store import open_store
from scripts.demo.configuration import Stage, make_recipient
from scripts.demo.daemon import environment
from tests.acceptance import score_server as judge
from tests.acceptance.score_server import DAY, HOUR, Answering, Score, ScoreServer, Served, Site, every, score
from tests.acceptance.simulated_daemon import SharedTime
from tests.servers import Reply, Request

DAYS = 12.0
OWN_S = 3 * 3600
MAX_INTERVAL_S = 14_400
UP_S = 60.0
PAGE = Reply(b"<!doctype html><html><title>Hotel</title><p>Please sign in", content_type="text/html", etag='"page"')
FAILING = ("gone", "missing", "wall", "broken")
CHANGED = "http://daily.example.org/changed"


class Daemon:
    """The daemon's process, which can be ended, killed and started again over one store."""

    def __init__(self, folder: Path, time_file: Path, stage: Stage) -> None:
        self.time = SharedTime(time_file)
        self.stage = stage
        self.log = folder / "daemon.log"
        self._time_file = time_file
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.acceptance.simulated_daemon",
                str(self.stage.config),
                str(self._time_file),
                stdout=log,
                stderr=log,
                env=environment(),
            )

    async def until(self, day: float) -> None:
        """Let it live until then."""
        self.time.until_s = day * DAY
        await self._when(lambda: self.time.s >= self.time.until_s)

    async def reload(self) -> None:
        """SIGHUP, and wait until it is done."""
        before = self.time.reloads
        self._running().send_signal(signal.SIGHUP)
        await self._when(lambda: self.time.reloads > before)

    async def stop(self) -> None:
        """SIGTERM; it must end well."""
        process = self._running()
        process.terminate()
        assert await process.wait() == 0, self.log.read_text()
        self._process = None

    async def killed(self) -> None:
        """Wait until somebody has killed it."""
        self.time.until_s += DAY
        process = self._running()
        assert await process.wait() == -signal.SIGKILL, self.log.read_text()
        self._process = None

    def kill(self) -> None:
        """SIGKILL, if it lives."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def close(self) -> None:
        self.kill()
        if self._process is not None:
            await self._process.wait()

    async def states(self) -> dict[str, FeedState]:
        async with open_store(f"sqlite:///{self.stage.store}", hold_lock=False, read_only=True) as store:
            return {state.feed_id: state for state in await store.feed_states()}

    def kept(self) -> dict[str, int]:
        """Feed → entries in the ledger."""
        with sqlite3.connect(f"file:{self.stage.store}?mode=ro", uri=True) as connection:
            return dict(connection.execute("SELECT feed_id, count(*) FROM ledger GROUP BY feed_id"))

    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def _when(self, is_true: Callable[[], bool]) -> None:
        while not is_true():
            if self._running().returncode is not None:
                raise RuntimeError(f"the daemon ended:\n{self.log.read_text()[-4000:]}")
            await asyncio.sleep(0.01)


# --- habits of sites ------------------------------------------------------------------------------------------------


def refusing(site: Answering, periods: Sequence[tuple[float, float, int, str | None]]) -> Answering:
    """Refuses in some periods: (from day, to day, status, Retry-After)."""

    def answer(now_s: float, request: Request) -> Reply:
        for begins, ends, status, wish in periods:
            if begins <= now_s / DAY < ends:
                headers = {"Retry-After": wish} if wish else {}
                return Reply(b"slow down", status=status, headers=headers, content_type="text/plain")
        return site(now_s, request)

    return answer


def stubborn(site: Site) -> Answering:
    """Says 304 to every conditional request, whatever has come since."""

    def answer(now_s: float, request: Request) -> Reply:
        fresh = site(now_s, request)
        etag = request.headers.get("if-none-match")
        return replace(fresh, etag=etag, last_modified=request.headers.get("if-modified-since")) if etag else fresh

    return answer


def of_the_future(site: Site) -> Answering:
    """No ETag, and a Last-Modified of 2099: nothing is ever newer."""
    modified = "Thu, 31 Dec 2099 23:59:59 GMT"
    return lambda now_s, request: replace(site(now_s, request), etag=None, last_modified=modified)


def restless(site: Site) -> Answering:
    """A new ETag every hour for the same content, whose Last-Modified stays."""

    def answer(now_s: float, request: Request) -> Reply:
        return replace(site(now_s, request), etag=f'"{now_s // HOUR:.0f}"', last_modified=judge.http_date(-DAY))

    return answer


def careless(site: Site) -> Answering:
    """One ETag for all that ever comes, and never a 304."""

    def answer(now_s: float, request: Request) -> Reply:
        return replace(site(now_s, request), etag=None, last_modified=None, headers={"ETag": '"1-gzip"'})

    return answer


def odd(site: Site) -> Answering:
    """Validators that are none by any standard."""

    def answer(now_s: float, request: Request) -> Reply:
        fresh = site(now_s, request)
        return replace(fresh, etag=f"{fresh.etag}, W/x", last_modified=f"{fresh.last_modified} CET")

    return answer


def taciturn(site: Site) -> Answering:
    """Its lifetime is on 200, not on 304; and it wants to give cookies."""

    def answer(now_s: float, request: Request) -> Reply:
        fresh = replace(site(now_s, request), headers={"Set-Cookie": "id=1", "Cache-Control": "max-age=7200"})
        is_known = fresh.encode(request).startswith(b"HTTP/1.1 304")
        return replace(fresh, headers={"Set-Cookie": "id=2"}) if is_known else fresh

    return answer


def redirecting(server: ScoreServer, status: int, to: str, body: Answering | None = None) -> Answering:
    def answer(now_s: float, request: Request) -> Reply:
        own = body(now_s, request) if body is not None else Reply(content_type=None)
        return replace(own, status=status, location=server.real(to), headers={"ETag": '"of-the-redirect"'}, etag=None)

    return answer


def failing(status: int, content_type: str = "text/plain") -> Answering:
    return lambda now_s, request: Reply(b"<html><p>no", status=status, content_type=content_type)


def broken_at_times(site: Site) -> Answering:
    """A web page with validators of its own for an hour of every day."""

    def answer(now_s: float, request: Request) -> Reply:
        if now_s % DAY < HOUR:
            return Reply(b"<!doctype html><html><p>Maintenance", content_type="text/html", etag='"page"')
        return site(now_s, request)

    return answer


def from_day(day: float, after: Answering, before: Answering) -> Answering:
    return lambda now_s, request: (after if now_s >= day * DAY else before)(now_s, request)


def index_of(server: ScoreServer, *urls: str) -> Answering:
    children = "".join(f"<sitemap><loc>{server.real(url)}</loc></sitemap>" for url in urls)
    return lambda now_s, request: Reply(f"<sitemapindex>{children}</sitemapindex>".encode(), content_type="text/xml")


# --- the town -------------------------------------------------------------------------------------------------------


@dataclass
class Town:
    """The sites, and the feeds that read them: name → its fields in feeds.yaml. `named` are feeds' addresses."""

    server: ScoreServer
    feeds: dict[str, dict[str, Any]] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    belongs: dict[str, str] = field(default_factory=dict)
    """Every address → the feed that it is asked for."""

    def add(self, name: str, answer: Answering, host: str = "", **facts: Any) -> str:
        url = f"http://{host or name}.example.org/{name}"
        self.server.add(url, answer)
        self.named[name] = url
        self.belongs[url] = name
        self.feeds[name] = {
            "id": name, "url": self.server.real(url), "outlet": name.title(), "language": "id", **facts
        }  # fmt: skip
        return url

    def beside(self, name: str, url: str, answer: Answering) -> str:
        """An address to which a feed leads."""
        self.server.add(url, answer)
        self.belongs[url] = name
        return url

    @property
    def outlets(self) -> dict[str, str]:
        return {url: str(self.feeds[name]["outlet"]) for url, name in self.belongs.items()}


def build(server: ScoreServer) -> Town:
    """All sites and feeds."""
    town = Town(server)
    _rhythms(town)
    _validators(town)
    _wishes(town)
    _redirects(town)
    _troubles(town)
    return town


def _rhythms(town: Town) -> None:
    town.add("weekly", Site(name="weekly", published=every(7 * DAY)))
    town.add("daily", Site(name="daily", published=every(DAY), head="<ttl>120</ttl>"))
    for n in range(3):
        town.add(f"news{n}", Site(name=f"news{n}", published=every(5 * HOUR)), host="news", outlet="News")
    town.add("cdn", Site(name="cdn", published=every(9 * HOUR)), host="cdn", outlet="News")
    town.add("own", Site(name="own", published=every(HOUR)), min_interval_s=OWN_S)
    rush = [9.5 * DAY + n * 60 for n in range(12 * 60)]
    town.add("rush", Site(name="rush", published=[*every(DAY, until_s=9.5 * DAY), *rush], window=40))
    maps = Site(name="maps", published=every(20 * HOUR), window=2).sitemap
    children = [town.beside("maps", f"http://maps.example.org/{n}.xml", maps) for n in range(3)]
    town.add("maps", index_of(town.server, *children), source="sitemap", min_interval_s=4 * 3600)


def _validators(town: Town) -> None:
    town.add("restless", restless(Site(name="restless", published=every(40 * DAY))))
    town.add("stubborn", stubborn(Site(name="stubborn", published=every(30 * HOUR))))
    town.add("future", of_the_future(Site(name="future", published=every(40 * DAY))))
    town.add("careless", careless(Site(name="careless", published=every(50 * HOUR))))
    town.add("odd", odd(Site(name="odd", published=every(40 * HOUR))))
    town.add("backdated", Site(name="backdated", published=every(40 * HOUR), dates=lambda n, at: -(n % 20) * DAY))


def _wishes(town: Town) -> None:
    caching = {"Cache-Control": "public, max-age=5400"}
    town.add("caching", Site(name="caching", published=every(6 * HOUR), headers=caching))
    town.add("taciturn", taciturn(Site(name="taciturn", published=every(16 * HOUR))))
    town.add("absurd", Site(name="absurd", published=every(9 * HOUR), headers={"Cache-Control": "max-age=31536000"}))
    eight = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>3</sy:updateFrequency>"
    town.add("thrice", Site(name="thrice", published=every(6 * HOUR), head=eight))
    skips = "".join(f"<hour>{hour}</hour>" for hour in range(17, 24)) + "</skipHours><skipDays><day>Saturday</day>"
    town.add("resting", Site(name="resting", published=every(6 * HOUR), head=f"<skipHours>{skips}</skipDays>"))
    busy = [
        (1.0, 1.02, 429, None),
        (3.0, 3.04, 429, "7200"),
        (4.0, 4.02, 503, judge.http_date(DAY)),
        (6.0, 6.2, 503, judge.http_date(6 * DAY + 9 * HOUR)),
        (9.4, 9.5, 429, str(7 * 86_400)),
    ]
    town.add("busy", refusing(Site(name="busy", published=every(3 * HOUR), window=60), busy), host="busy")
    town.add("busy2", Site(name="busy2", published=every(5 * HOUR), window=60), host="busy", outlet="Other")


def _redirects(town: Town) -> None:
    server = town.server
    target = town.beside("old", "http://moved.example.org/new", Site(name="old", published=every(17 * HOUR)))
    town.add("old", redirecting(server, 301, target))
    shelter = town.beside("guest", "http://shelter.example.org/feed", Site(name="guest", published=every(17 * HOUR)))
    town.add("guest", redirecting(server, 302, shelter))
    end = town.beside("mixed", "http://end.example.org/feed", Site(name="mixed", published=every(17 * HOUR)))
    hop = town.beside("mixed", "http://hop.example.org/feed", redirecting(server, 302, end))
    town.add("mixed", redirecting(server, 308, hop))
    site = Site(name="undone", published=every(17 * HOUR))
    brief = town.beside("undone", "http://brief.example.org/feed", from_day(4, failing(404), site))
    town.add("undone", from_day(4, site, redirecting(server, 301, brief)))
    hub = town.beside("agency", "http://agency.example.org/hub", lambda now_s, request: PAGE)
    town.add("agency", redirecting(server, 301, hub, Site(name="agency", published=every(17 * HOUR))))


def _troubles(town: Town) -> None:
    town.add("pages", broken_at_times(Site(name="pages", published=every(5 * HOUR))))
    town.add("gone", failing(410))
    town.add("missing", failing(404))
    town.add("wall", failing(403, "text/html"))
    town.add("broken", failing(503))


# --- the plot -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What came of it. `starts` and `events` are in seconds; `blamed` are feeds that failed by our own outages."""

    town: Town
    log: Sequence[Served]
    states: Mapping[str, FeedState]
    kept: Mapping[str, int]
    starts: Sequence[float]
    events: Sequence[float]
    blamed: Mapping[str, set[str]]
    days: float


async def play(folder: Path, *, days: float = DAYS) -> Play:
    """Play all of it; the program works in `folder`."""
    (folder / "stage").mkdir()
    time_file = folder / "time"
    time = SharedTime(time_file)
    async with ScoreServer(time) as server:
        town = build(server)
        polling = {"concurrency": 100, "per_host": 2, "contact": "https://example.org/bot", "timeout_s": 30}
        stage = Stage(
            folder=folder / "stage",
            feeds=list(town.feeds.values()),
            recipients=[make_recipient("reader", channel="maildir")],
            changes={"polling": polling, "seeds": {"folder": None}},
        )
        stage.write()
        daemon = Daemon(folder, time_file, stage)
        try:
            return await _acts(daemon, server, town, days)
        finally:
            await daemon.close()


async def _acts(daemon: Daemon, server: ScoreServer, town: Town, days: float) -> Play:
    time, blamed = daemon.time, {}
    starts: list[float] = []
    events: list[float] = []

    async def start() -> None:
        starts.append(time.s)
        events.append(time.s)
        await daemon.start()

    async def reload() -> None:
        events.append(time.s)
        await daemon.reload()

    async def through(day: float, what: str) -> None:
        """Until then; whose failures grew is blamed."""
        before = await daemon.states()
        await daemon.until(day)
        after = await daemon.states()
        blamed[what] = {name for name, s in after.items() if s.failures > before[name].failures} - set(FAILING)

    await start()
    await daemon.until(2.4)
    await daemon.stop()
    await start()  # at once
    await daemon.until(2.5)
    await daemon.stop()
    time.s += 10 * HOUR  # a night switched off
    await start()
    await daemon.until(3.6)
    time.s += 8 * HOUR  # the machine sleeps
    starts.append(time.s)
    await daemon.until(4.5)
    server.on_request = lambda url: daemon.kill() is None  # killed with its requests in flight
    await daemon.killed()
    server.on_request = lambda url: False
    time.s += 2
    await start()
    await daemon.until(5.3)
    town.belongs[CHANGED] = "daily"
    server.add(CHANGED, Site(name="daily", published=every(DAY), head="<ttl>120</ttl>"))
    town.feeds["daily"]["url"] = server.real(CHANGED)
    daemon.stage.put("feeds.yaml", {"feeds": list(town.feeds.values())})
    await reload()
    await daemon.until(6.2)
    time.error_s = DAY
    await reload()
    await daemon.until(6.9)
    time.error_s = 0.0
    await reload()
    await daemon.until(7.2)
    server.is_cut_off = True
    await through(7.25, "a line that is down")
    server.is_cut_off = False
    await daemon.until(8.2)
    server.portal = PAGE
    await through(8.25, "a captive portal")
    server.portal = None
    await daemon.until(days)
    await daemon.stop()
    return Play(
        town=town,
        log=server.log,
        states=await daemon.states(),
        kept=daemon.kept(),
        starts=starts,
        events=events,
        blamed=blamed,
        days=days,
    )


# --- the sheet ------------------------------------------------------------------------------------------------------


def sheet(played: Play) -> list[Score]:
    """The score of every rule."""
    return [*_conditional(played), *_intervals(played), *_waits(played), *_ways(played)]


def _conditional(played: Play) -> Iterator[Score]:
    log, url = played.log, played.town.named
    # From these news was overdue, and a day is the bound; the careless never says 304.
    overdue = {url["stubborn"], url["rush"]}
    patient = [s for s in log if s.url not in overdue]
    usual = [url[name] for name in ("weekly", "restless", "odd", "careless", "news0", "caching", "taciturn")]
    yield score("one unconditional request, then none for 8 days", judge.one_unconditional_request(patient))
    yield score("at least 24 hours between unconditional requests", judge.one_unconditional_request(log, days=1))
    yield score("a condition in every request but the first", judge.conditional_where_possible(log, usual))
    yield score("validators byte for byte, independent, only to their URL", judge.exact_validators(log))
    silent = [url["stubborn"], url["future"], url["restless"], url["weekly"]]
    yield score("nothing but 304 is not believed for over 9 days", judge.not_believed_for_ever(log, silent))
    yield score("clean: no cookie, Referer, query, delta; UA, Accept, gzip", judge.clean_requests(log))
    feeds = played.town.belongs
    yield score("every entry that was served is kept", judge.everything_served_is_kept(log, played.kept, feeds))


def _intervals(played: Play) -> Iterator[Score]:
    log, url = played.log, played.town.named
    yield score("an hour between polls of a feed with weekly news", judge.interval_of(log, url["weekly"], HOUR))
    yield score("no feed sooner than 5 minutes", judge.no_feed_more_often(log, 300))
    yield score("the user's own interval of a feed", judge.interval_of(log, url["own"], OWN_S))
    yield score("ttl of a document", judge.interval_of(log, url["daily"], 2 * HOUR))
    yield score("sy:updatePeriod of a document", judge.interval_of(log, url["thrice"], 8 * HOUR))
    quiet = judge.skipped_times_are_quiet(log, url["resting"], set(range(17, 24)), {5})
    yield score("skipHours and skipDays", quiet)
    yield score("max-age waited out, also after a 304, a day at most", judge.max_age_is_waited_out(log))
    yield score("nothing sooner by restart, reload or set clock", judge.nothing_comes_forward(log, played.events))
    # The first start may take its 30 s; what comes later is spread over minutes.
    crowd = judge.no_crowd(log, played.starts[1:], most=len(played.town.feeds) // 3)
    yield score("no crowd in the minute after a start or a pause", crowd)


def _waits(played: Play) -> Iterator[Score]:
    log, outlets = played.log, played.town.outlets
    yield score("429 and Retry-After waited out by all feeds of a host", judge.quiet_is_kept(log))
    yield score("5 seconds between starts at a host", judge.starts_are_spaced(log, lambda s: s.host, 5.0))
    # What a feed's own check asks beside it belongs to its turn.
    own = [s for s in log if s.url in {*played.town.named.values(), CHANGED}]
    yield score("5 seconds between starts at an outlet", judge.starts_are_spaced(own, lambda s: outlets[s.url], 5.0))


def _ways(played: Play) -> Iterator[Score]:
    log, url, end_s = played.log, played.town.named, played.days * DAY
    yield score(
        "a permanent move followed, after 3 sightings in a day", judge.a_move_is_followed(log, url["old"], end_s)
    )
    for name, what in (("guest", "a temporary one"), ("agency", "one to a page"), ("undone", "one taken back")):
        yield score(f"not followed for good: {what}", judge.still_asked(log, url[name], end_s))
    hop = "http://hop.example.org/feed"
    yield score("a mixed way followed up to its temporary part", judge.still_asked(log, hop, end_s))
    failing = [url[name] for name in FAILING]
    yield score("who fails is asked ever more rarely, and for ever", judge.slower_and_never_silent(log, failing, end_s))
    yield score("a gone feed once a day at most", judge.interval_of(log, url["gone"], 0.9 * DAY))
    blamed = (f"{what}: {', '.join(sorted(names))}" if names else None for what, names in played.blamed.items())
    yield score("nobody is blamed for our own line and portals", blamed)


def printed(played: Play, scores: Sequence[Score]) -> str:
    """The sheet for people."""
    feeds = len(played.town.feeds)
    head = (
        f"{len(played.log)} requests in {played.days:g} days, {len(played.log) / played.days / feeds:.1f} a feed-day, "
        f"{sum(s.status == 304 for s in played.log)} answered 304; {sum(played.kept.values())} entries of {feeds} feeds"
    )
    passed = sum(s.is_kept for s in scores)
    return "\n".join([head, *map(str, scores), f"{passed} of {len(scores)} rules kept"])


def main() -> None:
    """Play, print the sheet, and exit with 1 if a rule was broken."""
    parser = argparse.ArgumentParser(description="Score the manners of the poller over simulated days.")
    parser.add_argument("--days", type=float, default=DAYS)
    with tempfile.TemporaryDirectory() as folder:
        played = asyncio.run(play(Path(folder), days=parser.parse_args().days))
        scores = sheet(played)
    print(printed(played, scores))
    sys.exit(0 if all(s.is_kept for s in scores) else 1)


if __name__ == "__main__":
    main()
