"""A server that judges feed readers: it plays feeds over weeks of simulated time, logs every request, and scores it.

The criteria are those that are public (rachelbythebay.com/fs/ and /w/feed/, openrss.org's guide for developers) and the
RFCs they rest on; research/polling.md §1.2 collects them. The judge knows nothing of the program under test: it sees
what a site sees. Hosts are names in URLs like http://127.0.0.1:PORT/news.example.org/rss; `Names` makes the program
believe in them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

from monitor.model.feeds import Feed, Fetched, FetchFailed, FetchOutcome, FetchRequest, NotModified, ParsedFeed
from monitor.ports import Source
from tests.servers import LoopbackServer, Reply, Request

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
HOUR, DAY = 3600.0, 86_400.0


class SimulatedClock:
    """Seconds that pass when told (`s`), and a wall clock that may be set wrong (`error_s`)."""

    def __init__(self) -> None:
        self.s = 0.0
        self.error_s = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.s + self.error_s)

    def ticks(self) -> float:
        return self.s + 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One request as the site saw it; `at_s` is the true time."""

    at_s: float
    url: str
    target: str
    sent: Mapping[str, str]
    reply: Reply
    status: int

    @property
    def host(self) -> str:
        return self.url.split("/")[2]

    @property
    def is_conditional(self) -> bool:
        return "if-none-match" in self.sent or "if-modified-since" in self.sent


Answering = Callable[[float, Request], Reply]


class ScoreServer:
    """Serves scripted sites and keeps the log."""

    def __init__(self, server: LoopbackServer, clock: SimulatedClock) -> None:
        self._server = server
        self._clock = clock
        self.log: list[Served] = []

    def __setitem__(self, url: str, answer: Answering) -> None:
        def route(request: Request) -> Reply:
            reply = answer(self._clock.s, request)
            date = {"Date": format_datetime(START + timedelta(seconds=self._clock.s), usegmt=True)}
            reply = replace(reply, headers={**date, **reply.headers})
            status = int(reply.encode(request).split(b" ", 2)[1])
            self.log.append(
                Served(
                    at_s=self._clock.s,
                    url=url,
                    target=request.target,
                    sent=request.headers,
                    reply=reply,
                    status=status,
                )
            )
            return reply

        self._server["/" + url.removeprefix("http://")] = route

    def real(self, url: str) -> str:
        """Where a made-up address really is."""
        return self._server.url("/" + url.removeprefix("http://"))

    def made_up(self, url: str) -> str:
        """The other way round."""
        return "http://" + url.removeprefix(self._server.url("/"))

    def of(self, url: str) -> list[Served]:
        return [served for served in self.log if served.url == url]


class Names:
    """A source that takes made-up addresses to the score server and brings back what they answer."""

    def __init__(self, source: Source, server: ScoreServer) -> None:
        self._source = source
        self._server = server

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        sent = request.validators
        real = replace(sent, url=self._server.real(sent.url)) if sent else None
        outcome = await self._source.fetch(FetchRequest(url=self._server.real(request.url), validators=real))
        outcome = replace(outcome, url=self._server.made_up(outcome.url))
        if isinstance(outcome, FetchFailed):
            return outcome
        if outcome.validators is not None:
            made_up = replace(outcome.validators, url=self._server.made_up(outcome.validators.url))
            outcome = replace(outcome, validators=made_up)
        if outcome.moved_to is not None:
            outcome = replace(outcome, moved_to=self._server.made_up(outcome.moved_to))
        assert isinstance(outcome, Fetched | NotModified)
        return outcome

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        return await self._source.parse(feed, fetched)


# --- feeds --------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Site:
    """A feed that publishes at the times `published` (seconds, rising) and shows the latest `window` entries.

    Validators follow its content; `headers` are added to every answer, `head` to the channel.
    """

    name: str
    published: Sequence[float]
    window: int = 20
    head: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, now_s: float, request: Request) -> Reply:
        entries = [(n, at) for n, at in enumerate(self.published) if at <= now_s][-self.window :]
        latest = entries[-1] if entries else (-1, 0.0)
        return Reply(
            self.body(entries),
            etag=f'W/"{self.name}-{latest[0]}"',
            last_modified=_http_date(latest[1]),
            headers=self.headers,
        )

    def body(self, entries: Sequence[tuple[int, float]]) -> bytes:
        items = "".join(
            f"<item><title>{self.name} berita nomor {n}</title><guid isPermaLink='false'>{self.name}-{n}</guid>"
            f"<link>https://{self.name}.example.org/{n}</link><pubDate>{_http_date(at)}</pubDate>"
            f"<description>Kabar {n} dari {self.name}, tentang hal ke-{n * 7919 % 1000} hari itu.</description></item>"
            for n, at in reversed(entries)
        )
        return (
            f'<?xml version="1.0"?><rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
            f"<title>{self.name}</title>{self.head}{items}</channel></rss>"
        ).encode()


def every(seconds: float, *, since_s: float = -30 * DAY, until_s: float = 60 * DAY) -> list[float]:
    """Regular times of publication."""
    return [since_s + n * seconds for n in range(int((until_s - since_s) / seconds))]


def _http_date(at_s: float) -> str:
    return format_datetime(START + timedelta(seconds=at_s), usegmt=True)


# --- rules --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A rule's outcome: how often it applied, and where it was broken."""

    rule: str
    applied: int
    broken: Sequence[str]

    def __str__(self) -> str:
        mark = "pass" if self.applied and not self.broken else "FAIL"
        return f"{mark}  {self.applied:6d} × {self.rule}" + "".join(f"\n        {line}" for line in self.broken[:5])


Finding = Iterator[str | None]
"""None for a time that a rule was kept, else how it was broken."""


def score(rule: str, findings: Finding) -> Score:
    """Count what a rule found."""
    found = list(findings)
    return Score(rule=rule, applied=len(found), broken=[line for line in found if line is not None])


def by_url(log: Sequence[Served]) -> dict[str, list[Served]]:
    found: dict[str, list[Served]] = defaultdict(list)
    for served in log:
        found[served.url].append(served)
    return found


def _is_page(served: Served) -> bool:
    """Not the feed; a page's validators would make a reader miss the feed's return."""
    return "html" in (served.reply.content_type or "")


def _when(served: Served) -> str:
    return f"{served.url} on day {served.at_s / DAY:.3f}"


def one_unconditional_request(log: Sequence[Served], *, days: float = 8) -> Finding:
    """A feed that gave validators is asked without them once, and then no more often than every `days`."""
    for served in by_url(log).values():
        whole = [s for s in served if not s.is_conditional and s.reply.etag and not _is_page(s)]
        for earlier, later in pairwise(whole):
            is_broken = later.at_s - earlier.at_s < days * DAY - 1
            yield f"{_when(later)}: {(later.at_s - earlier.at_s) / DAY:.2f} days after another" if is_broken else None
        if len(whole) == 1:
            yield None


def exact_validators(log: Sequence[Served]) -> Finding:
    """What is sent is, byte for byte, what this URL gave last; and both are sent if both were given."""
    for served in by_url(log).values():
        etag = modified = None
        for s in served:
            if s.is_conditional:
                sent = (s.sent.get("if-none-match"), s.sent.get("if-modified-since"))
                yield None if sent == (etag, modified) else f"{_when(s)}: sent {sent}, was given {(etag, modified)}"
            if s.status in (200, 304) and not _is_page(s):
                etag, modified = s.reply.etag or etag, s.reply.last_modified or modified


def interval_of(log: Sequence[Served], url: str, least_s: float) -> Finding:
    """Never sooner after another."""
    found = [s for s in log if s.url == url]
    for earlier, later in pairwise(found):
        gap_s = later.at_s - earlier.at_s
        yield f"{_when(later)}: after {gap_s / 60:.0f} minutes" if gap_s < least_s - 0.5 else None


def no_feed_more_often(log: Sequence[Served], least_s: float) -> Finding:
    """No address is asked more often than that."""
    for url in by_url(log):
        yield from interval_of(log, url, least_s)


def max_age_is_waited_out(log: Sequence[Served], cap_s: float = DAY) -> Finding:
    """No request within the lifetime that the last 200 named, a day at most."""
    for served in by_url(log).values():
        until_s = 0.0
        for s in served:
            if until_s:
                early_s = until_s - s.at_s
                yield f"{_when(s)}: {early_s:.0f} s early" if early_s > 0.5 else None
            control = s.reply.headers.get("Cache-Control", "")
            if s.status == 200:
                lifetime = float(control.partition("max-age=")[2] or 0)
            if s.status in (200, 304):
                until_s = s.at_s + min(lifetime, cap_s) if lifetime else 0.0


def retry_after_is_waited_out(log: Sequence[Served]) -> Finding:
    """A host that asked for quiet is left in peace, all its feeds."""
    quiet: dict[str, float] = {}
    for s in log:
        if s.host in quiet:
            early_s = quiet[s.host] - s.at_s
            yield f"{_when(s)}: {early_s:.0f} s early" if early_s > 0.5 else None
        wish = s.reply.headers.get("Retry-After", "")
        if s.status in (429, 503) and wish:
            wait_s = (
                float(wish) if wish.isdigit() else (_parsed(wish) - _parsed(s.reply.headers["Date"])).total_seconds()
            )
            quiet[s.host] = s.at_s + wait_s


def _parsed(text: str) -> datetime:
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)


def starts_are_spaced(log: Sequence[Served], group: Callable[[Served], str], least_s: float) -> Finding:
    """Between two starts within a group (a host, an outlet) lies a pause."""
    last: dict[str, float] = {}
    for s in log:
        name = group(s)
        if name in last:
            gap_s = s.at_s - last[name]
            yield f"{_when(s)}: {gap_s:.1f} s after another of {name}" if gap_s < least_s - 0.01 else None
        last[name] = s.at_s


def clean_requests(log: Sequence[Served]) -> Finding:
    """No cookies, no Referer, nothing added to the address; a User-Agent that says who asks; compression welcome."""
    for s in log:
        faults = [name for name in ("cookie", "referer") if name in s.sent]
        faults += ["query"] if "?" in s.target else []
        agent = s.sent.get("user-agent", "")
        faults += ["user-agent"] if "/" not in agent or "+" not in agent or "aiohttp" in agent else []
        faults += ["accept-encoding"] if "gzip" not in s.sent.get("accept-encoding", "") else []
        yield f"{_when(s)}: {', '.join(faults)}" if faults else None


def skipped_times_are_quiet(log: Sequence[Served], url: str, hours: set[int], days: set[int]) -> Finding:
    """No request in skipped hours and on skipped days, once they were named."""
    for s in [s for s in log if s.url == url][1:]:
        at = START + timedelta(seconds=s.at_s)
        yield f"{_when(s)}: {at:%a %H:%M}" if at.hour in hours or at.weekday() in days else None
