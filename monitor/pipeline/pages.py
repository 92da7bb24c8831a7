"""The pages stage: the web pages of articles that match are read where their feed asks for it.

What is wanted is found in the store, not passed on: a matched, untold article without a page is a wish. Each step
gathers, decides and commits by itself, so the stage may be killed anywhere and goes on: wishes are noted, what was read
is weighed (scored, and the better score kept), what is due is asked for. No digest waits for any of it.

Every request, robots.txt included, takes its turn at its host and its outlet with the feeds'. One page that raises is
that page's failure. While no feed wants full text, the store is not even asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.core import pages, polling
from monitor.core.other_addresses import other_addresses
from monitor.core.pages import Robots
from monitor.core.sites import NO_SITES, Sites
from monitor.core.urls import host_of
from monitor.errors import ParseError, StoreError
from monitor.model.articles import Article
from monitor.model.feeds import Feed, Fetched, FetchFailed
from monitor.model.ids import format_id
from monitor.model.pages import ClaimedPage, OtherAddress, Page, PageRequest, PageState, Redirected, Unweighed, Weighing
from monitor.model.watchlists import Score
from monitor.pipeline.traffic import Traffic
from monitor.ports import Clock, PageSource, PageStore, Turn

log = logging.getLogger("monitor.pages")

Scorer = Callable[[Article], tuple[Score, ...]]
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_KINDS = ("text/html", "application/xhtml")
_ROBOTS_ACCEPT = "text/plain, */*;q=0.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """How much at once. `lease_s` must outlive the slowest page; `look_back` is how old a text may be to be weighed.

    Of `max_hosts` what robots.txt says is remembered, of fewer when that is over `max_robots_bytes`.
    """

    concurrency: int = 4
    per_claim: int = 16
    lease_s: float = 600.0
    max_bytes: int = 3_000_000
    max_hosts: int = 1_000
    max_robots_bytes: int = 32_000_000
    look_back: timedelta = timedelta(days=9)


@dataclass(slots=True, kw_only=True)
class PagesReport:
    """What a round brought. `problems` are (URL, reason) of pages that came to another end than being read."""

    wanted: int = 0
    read: int = 0
    weighed: int = 0
    later: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.wanted or self.read or self.weighed or self.later or self.problems)


@dataclass(frozen=True, slots=True)
class _Known:
    """A host's robots.txt, when it was had, and until when it is believed; ticks."""

    robots: Robots
    had_at: float
    until: float


@dataclass(frozen=True, slots=True)
class _Errand:
    """A page under way, the host of its feed (the only private one that it may lead to), and whose page it is."""

    page: Page
    own_host: str
    outlet: str


class _Ended(Exception):
    """The page's way is over: it becomes `page`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        super().__init__(page.reason)


class PageReader:
    """Reads pages, round after round.

    Args:
        score: Measures an article against every watchlist; `versions` are those watchlists' (name → version).
        turn: Turns at hosts and outlets, shared with the feeds.
        traffic: What is known of hosts and of our own line.
        chance: A number in [0, 1) for the spread of retries.
        ticks: Seconds of a clock that only runs forward.
        sites: The user's rules of addresses.
    """

    def __init__(
        self,
        *,
        store: PageStore,
        source: PageSource,
        score: Scorer,
        versions: Mapping[str, str],
        clock: Clock,
        turn: Turn,
        traffic: Traffic,
        chance: Callable[[], float],
        ticks: Callable[[], float],
        limits: ReadLimits | None = None,
        page_limits: pages.PageLimits = pages.DEFAULTS,
        polling_limits: polling.PollingLimits | None = None,
        sites: Sites = NO_SITES,
    ) -> None:
        self._store = store
        self._source = source
        self._score = score
        self._versions = versions
        self._clock = clock
        self._turn = turn
        self._traffic = traffic
        self._chance = chance
        self._ticks = ticks
        self._limits = limits or ReadLimits()
        self._pages = page_limits
        self._polling = polling_limits or polling.PollingLimits()
        self._sites = sites
        self._robots: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Lock] = {}
        self._is_stopping = False

    def stop(self) -> None:
        """Begin nothing more; what is under way ends."""
        self._is_stopping = True

    async def read_due(self, feeds: Mapping[str, Feed], *, within_s: float | None = None) -> PagesReport:
        """Note what is wanted, ask for what is due, weigh what was read; begins no page after `within_s`."""
        report = PagesReport()
        wanting = sorted(feed.id for feed in feeds.values() if feed.wants_full_text)
        if not wanting:
            return report
        end = None if within_s is None else self._ticks() + within_s
        await self._note(wanting, report)
        await self._weigh(report)
        while not self._is_stopping and not self._traffic.outages.is_on and (end is None or self._ticks() < end):
            claimed = await self._store.claim_due_pages(
                self._clock.now(), limit=self._limits.per_claim, lease_s=self._limits.lease_s
            )
            if not claimed:
                break
            await self._read_all(claimed, feeds, report, end)
            await self._weigh(report)
        return report

    async def _note(self, wanting: Sequence[str], report: PagesReport) -> None:
        now = self._clock.now()
        since = now - timedelta(seconds=self._pages.patience_s)
        wishes = await self._store.wished_pages(wanting, since=since, limit=100)
        if not wishes:
            return
        wanted = [pages.wanted(wish, now=now, limits=self._pages) for wish in wishes]
        await self._store.keep_pages(wanted)
        report.wanted += sum(page.state is PageState.WANTED for page in wanted)
        report.problems += [(page.url, page.reason) for page in wanted if page.state is not PageState.WANTED]

    # -- asking -------------------------------------------------------------------------------------------------------

    async def _read_all(
        self, claimed: Sequence[ClaimedPage], feeds: Mapping[str, Feed], report: PagesReport, end: float | None
    ) -> None:
        """Read pages side by side; those that are not begun in time are given back."""
        room = asyncio.Semaphore(self._limits.concurrency)

        async def one(item: ClaimedPage) -> None:
            async with room:
                is_over = self._is_stopping or (end is not None and self._ticks() >= end)
                page, addresses = (
                    (_given_back(item), ()) if is_over else await self._read(item, feeds.get(item.page.feed_id))
                )
            await self._store.keep_pages([page], addresses)
            _count(page, report)

        results = await asyncio.gather(*(one(item) for item in claimed), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _read(self, item: ClaimedPage, feed: Feed | None) -> tuple[Page, tuple[OtherAddress, ...]]:
        """What becomes of a page, and its article's further addresses; whatever it raises is its own failure."""
        page = item.page
        reason = pages.not_needed(item, feed)
        if feed is None or reason:
            return pages.ended(page, PageState.DROPPED, reason), ()
        if reason := pages.worn_out(page, limits=self._pages):
            return pages.ended(page, PageState.FAILED, reason), ()
        try:
            return await self._asked(item, _Errand(page, pages.literal_host(feed.url), item.article.outlet))
        except _Ended as ended:
            return ended.page, ()
        except StoreError:
            raise
        except Exception as error:  # the boundary of the unit
            log.exception("a page cannot be read", extra={"article": format_id(page.article_id)})
            return self._failed(page, polling.unforeseen(page.url, error)), ()

    async def _asked(self, item: ClaimedPage, errand: _Errand) -> tuple[Page, tuple[OtherAddress, ...]]:
        """The page with its text, or why there is none; only a page that is the article's says where that stands."""
        page = item.page
        try:
            fetched = await self._fetched(errand)
            headers = fetched.headers
            sign = pages.reservation_of(headers.get("x-robots-tag", ""), headers.get("tdm-reservation", ""))
            if sign:
                return pages.ended(page, PageState.REFUSED, f"the page reserves its text ({sign})"), ()
            found = await self._source.read(fetched)
        except ParseError as error:
            kind = "crash" if error.kind == "timeout" else error.kind
            return self._failed(page, FetchFailed(url=page.url, kind=kind, message=str(error))), ()
        # In a thread, as weighing: a page may hold a hundred thousand characters.
        now, after = self._clock.now(), pages.after_reading
        page = await asyncio.to_thread(after, page, item.article, found, now=now, limits=self._pages)
        if page.state is not PageState.READ:
            return page, ()
        known = {"found_at": fetched.url, "declared": found.address}
        return page, other_addresses(item.article, **known, now=now, sites=self._sites)

    async def _fetched(self, errand: _Errand) -> Fetched:
        """The page's answer, through its redirects; each hop as robots.txt there allows, and in its turn."""
        url, seen = errand.page.url, set[str]()
        while True:
            seen.add(url)
            delay_s = await self._allowed(errand, url)
            request = PageRequest(
                url=url,
                accept=_ACCEPT,
                kinds=_KINDS,
                max_bytes=self._limits.max_bytes,
                own_host=errand.own_host,
            )
            answer = await self._hop(errand, request)
            if delay_s:
                self._traffic.turns.hold(host_of(url), self._ticks() + min(delay_s, self._pages.crawl_delay_cap_s))
            if isinstance(answer, Fetched):
                return answer
            if isinstance(answer, FetchFailed):
                raise _Ended(self._failed(errand.page, answer))
            url = answer.target
            if url in seen or len(seen) > self._pages.max_redirects:
                raise _Ended(self._failed(errand.page, FetchFailed(url=url, kind="redirect", message="")))

    async def _hop(self, errand: _Errand, request: PageRequest) -> Fetched | Redirected | FetchFailed:
        """One request in its turn; a host that wants quiet for long ends the attempt without counting it."""
        wait_s = await self._turn(request.url, outlet=errand.outlet)
        if wait_s:
            now = self._clock.now()
            raise _Ended(
                pages.postponed(
                    errand.page, "its host wants no request now", now=now, wait_s=wait_s, limits=self._pages
                )
            )
        answer = await self._source.hop(request)
        if isinstance(answer, FetchFailed):
            self._traffic.hush(answer.url, polling.pause_wished_s(answer, self._polling), ticks=self._ticks())
        return answer

    def _failed(self, page: Page, failure: FetchFailed) -> Page:
        return pages.after_failure(page, failure, now=self._clock.now(), chance=self._chance(), limits=self._pages)

    # -- robots.txt ---------------------------------------------------------------------------------------------------

    async def _allowed(self, errand: _Errand, url: str) -> float | None:
        """The pause that the site's robots.txt wants; raises `_Ended` where it does not let us."""
        try:
            place = pages.robots_url(url)
        except ValueError:
            raise _Ended(self._failed(errand.page, FetchFailed(url=url, kind="refused", message=""))) from None
        robots = await self._robots_at(errand, place)
        if robots.forbids:
            now, chance = self._clock.now(), self._chance()
            raise _Ended(pages.again(errand.page, robots.forbids, now=now, chance=chance, limits=self._pages))
        if not robots.rules.strip():
            return None
        answer = await self._source.ask_robots(robots.rules, pages.USER_AGENT, url)
        if not answer.is_allowed:
            raise _Ended(pages.ended(errand.page, PageState.REFUSED, f"robots.txt of {host_of(url)} does not allow it"))
        return answer.delay_s

    async def _robots_at(self, errand: _Errand, place: str) -> Robots:
        """A host's robots.txt, asked for once a day and by one page at a time."""
        async with self._asking.setdefault(place, asyncio.Lock()):
            known, ticks = self._robots.get(place), self._ticks()
            if known is not None and ticks < known.until:
                return known.robots
            answer = await self._robots_answer(errand, place)
            fresh, ticks = pages.robots_of(answer, limits=self._pages), self._ticks()
            if isinstance(answer, FetchFailed) and answer.kind == "refused":
                return fresh  # what this page may not ask, another feed's may
            if not fresh.forbids:
                self._remember(place, _Known(fresh, ticks, ticks + self._pages.robots_s))
                return fresh
            stale = known if known is not None and ticks - known.had_at < self._pages.robots_stale_s else None
            usable = stale.robots if stale and not stale.robots.forbids else fresh
            had_at = stale.had_at if stale else ticks
            self._remember(place, _Known(usable, had_at, ticks + self._pages.robots_retry_s))
            return usable

    async def _robots_answer(self, errand: _Errand, place: str) -> Fetched | Redirected | FetchFailed:
        url = place
        for _ in range(self._pages.max_redirects + 1):
            request = PageRequest(
                url=url,
                accept=_ROBOTS_ACCEPT,
                max_bytes=self._pages.robots_bytes,
                is_cut=True,
                own_host=errand.own_host,
            )
            answer = await self._hop(errand, request)
            if not isinstance(answer, Redirected):
                return answer
            url = answer.target
        return answer

    def _remember(self, place: str, known: _Known) -> None:
        self._robots[place] = known
        held = sum(len(one.robots.rules) for one in self._robots.values())
        for old in sorted(self._robots, key=lambda name: self._robots[name].until):
            if len(self._robots) <= self._limits.max_hosts and held <= self._limits.max_robots_bytes:
                break
            held -= len(self._robots.pop(old).robots.rules)
        if len(self._asking) > 2 * self._limits.max_hosts:
            self._asking = {name: lock for name, lock in self._asking.items() if lock.locked()}

    # -- weighing -----------------------------------------------------------------------------------------------------

    async def _weigh(self, report: PagesReport) -> None:
        """Score what was read; in a thread, since a whole page takes longer than the loop may wait."""
        while not self._is_stopping:
            since = self._clock.now() - self._limits.look_back
            waiting = await self._store.unweighed(self._versions, since=since, limit=20)
            for one in waiting:
                weighing = await asyncio.to_thread(self._weighed, one, self._clock.now())
                await self._store.keep_weighing(weighing)
                report.weighed += 1
                _log_weighing(one, weighing)
            if not waiting:
                return

    def _weighed(self, one: Unweighed, now: datetime) -> Weighing:
        """What becomes of an article's matches; one that cannot be scored in full keeps what it has."""
        try:
            read = self._score(pages.in_full(one.article, one.text))
            return pages.weigh(one, self._score(one.article), read, now=now)
        except Exception:  # the boundary of the unit
            log.exception("a page's text cannot be scored", extra={"article": format_id(one.article.id)})
            return pages.weigh(one, (), (), now=now)


def _log_weighing(one: Unweighed, weighing: Weighing) -> None:
    for match in weighing.matches:
        log.info(
            "read in full: %s",
            one.article.title,
            extra={
                "outlet": one.article.outlet,
                "characters": len(one.text),
                "points": f"{match.points:g}/{match.threshold:g}",
                "by": "page" if match.is_of_page else "feed",
            },
        )


def _given_back(item: ClaimedPage) -> Page:
    """A claimed page that was not begun: as it was."""
    return replace(item.page, attempts=max(item.page.attempts - 1, 0))


def _count(page: Page, report: PagesReport) -> None:
    if page.state is PageState.READ:
        report.read += 1
    elif page.state is PageState.WANTED:
        report.later += 1
    else:
        report.problems.append((page.url, page.reason))
