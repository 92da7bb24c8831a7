"""Twelve simulated days of the daemon before the judge, in a town of sites (`town`) with every habit there is.

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
from dataclasses import dataclass
from pathlib import Path

from monitor.model.feeds import FeedState
from monitor.store import open_store
from scripts.demo.configuration import Stage, make_recipient
from scripts.demo.daemon import environment
from tests.acceptance import rules as judge
from tests.acceptance.rules import Score, score
from tests.acceptance.score_server import DAY, HOUR, ScoreServer, Served, Site, every
from tests.acceptance.simulated_daemon import SharedTime
from tests.acceptance.town import FAILING, OWN_S, PAGE, Town, build

DAYS = 12.0
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
    parser.add_argument("--days", type=float, default=DAYS, help="how long; the plot takes nine (default: %(default)g)")
    days = parser.parse_args().days
    if days < 9:
        parser.error("the plot takes nine days")
    with tempfile.TemporaryDirectory() as folder:
        played = asyncio.run(play(Path(folder), days=days))
        scores = sheet(played)
    print(printed(played, scores))
    sys.exit(0 if all(s.is_kept for s in scores) else 1)


if __name__ == "__main__":
    main()
