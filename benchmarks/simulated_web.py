"""A web of feeds in memory: seeded, with a judge of manners at every host. Answers without a network.

Feed n lies at host n modulo the number of hosts; two hosts make an outlet. Three rates of news (an item every 20
minutes, hour, four hours) let about a quarter of the checks in 15 minutes bring something; a tenth of the items come
from a wire that all feeds share. Seven feeds in ten answer conditionally, one in thirty is malformed, one check in 200
fails. A body's clock changes with every answer.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

from monitor.model.feeds import (
    Feed,
    Fetched,
    FetchFailed,
    FetchOutcome,
    FetchRequest,
    NotModified,
    ParsedFeed,
    Validators,
)
from monitor.ports import Source

START = datetime(2026, 11, 22, 7, tzinfo=UTC)
LATENCY_S = (0.02, 0.3)
SPACING_S = 5.0
AT_ONCE = 2

_SYLLABLES = ("ba", "ko", "ri", "men", "ta", "sel", "pu", "dan", "gar", "mi", "no", "tor", "ka", "lis", "ven", "du")
_TOPICAL = (
    "Vladimir Putin and Kim Jong Un signed a treaty of partnership between Russia and North Korea in Pyongyang.",
    "Presiden Rusia Vladimir Putin bertemu pemimpin Korea Utara Kim Jong Un di Pyongyang untuk membahas kerja sama.",
    "North Korean troops were seen in Russia, the ministry in Seoul said.",
)


def _vocabulary(rng: random.Random, size: int) -> list[str]:
    return ["".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(size)]


@dataclass(slots=True)
class _Host:
    in_flight: int = 0
    last_start: float = -1e9
    most: int = 0


@dataclass(slots=True)
class Manners:
    """What hosts saw: broken rules by name, and the shortest pause between two requests to one address."""

    broken: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    most_at_once: int = 0
    shortest_spacing_s: float = 1e9
    shortest_interval_s: float = 1e9


class SimulatedWeb:
    """All hosts; a `ports.Source` whose bodies are parsed by the real one.

    Args:
        min_interval_s: No address may be asked again sooner.
    """

    def __init__(
        self,
        *,
        feeds: int,
        hosts: int,
        seed: int,
        window: int,
        min_interval_s: float = 0.0,
    ) -> None:
        self.feeds, self.hosts, self.window = feeds, hosts, window
        self.manners = Manners()
        self.answers: Counter[str] = Counter()
        self.lags: list[float] = []
        self.due: dict[str, float] = {}
        self._seed = seed
        self._seconds: Callable[[], float] = lambda: 0.0
        self._reader: Source | None = None
        self._min_interval_s = min_interval_s
        rng = random.Random(seed)
        self._words = _vocabulary(rng, 5_000)
        self._chance = rng.random
        # All of them now: made on the way they would be garbage to look through that no poller has.
        self._lanes = {self.lane_of(n): _Host() for n in range(hosts)}
        self._lanes |= {self.outlet_of(n): _Host() for n in range(0, hosts, 2)}
        self._asked_at: dict[str, float] = {}

    @staticmethod
    def lane_of(host: int) -> str:
        """The name of a host."""
        return f"h{host}.example.org"

    @staticmethod
    def outlet_of(host: int) -> str:
        """The name of a host's outlet."""
        return f"Outlet {host // 2}"

    def attach(self, seconds: Callable[[], float], reader: Source) -> None:
        """Take the simulated time, in seconds since `START`, and who reads what changed."""
        self._seconds, self._reader = seconds, reader

    def feed(self, n: int) -> Feed:
        """The n-th feed as a user configures it."""
        host = n % self.hosts
        return Feed(
            id=f"feed-{n}", url=f"https://h{host}.example.org/{n}.xml", outlet=f"Outlet {host // 2}", language="en"
        )

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Answer as a server would, after a moment."""
        parts = urlsplit(request.url)
        host, n = parts.hostname or "", int(parts.path[1:-4])
        lanes = (self._lanes[host], self._lanes[self.outlet_of(int(host[1:].partition(".")[0]))])
        self._judge(request.url, lanes)
        try:
            await asyncio.sleep(LATENCY_S[0] + (LATENCY_S[1] - LATENCY_S[0]) * self._chance())
        finally:
            for lane in lanes:
                lane.in_flight -= 1
        outcome = self.answer(n, request)
        self.answers[_word(outcome)] += 1
        return outcome

    async def parse(self, feed: Feed, fetched: Fetched) -> ParsedFeed:
        """By the real source."""
        assert self._reader is not None
        self.answers["read"] += 1
        return await self._reader.parse(feed, fetched)

    def answer(self, n: int, request: FetchRequest) -> FetchOutcome:
        """What the n-th feed answers now."""
        if self._chance() < 0.005:
            if self._chance() < 0.5:
                return FetchFailed(url=request.url, kind="status", status=503, message="HTTP 503")
            return FetchFailed(url=request.url, kind="timeout", message="no answer within 30 s")
        newest = self._newest(n, self._seconds())
        has_validators = n % 10 < 7
        etag = f'"{newest}"'
        if has_validators and request.validators is not None and request.validators.etag == etag:
            return NotModified(url=request.url, headers={}, validators=request.validators, elapsed_s=0.1)
        return Fetched(
            url=request.url,
            status=200,
            body=self.body(n, newest),
            headers={"content-type": "application/rss+xml"},
            validators=Validators(url=request.url, etag=etag) if has_validators else None,
            elapsed_s=0.2,
        )

    def body(self, n: int, newest: int | None = None) -> bytes:
        """The document of the n-th feed."""
        newest = self._newest(n, self._seconds()) if newest is None else newest
        items = "".join(self._item(n, k) for k in range(newest, newest - self.window, -1))
        odd = "<p>&nbsp;" if n % 30 == 7 else ""
        now = format_datetime(START + timedelta(seconds=self._seconds()))
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Feed {n}</title>'
            f"<link>https://h{n % self.hosts}.example.org/</link><lastBuildDate>{now}</lastBuildDate>{odd}"
            f"{items}</channel></rss>"
        ).encode()

    def _newest(self, n: int, seconds: float) -> int:
        return int((seconds + _phase(n)) // _period(n)) + 10_000

    def _item(self, n: int, k: int) -> str:
        at = START + timedelta(seconds=(k - 10_000) * _period(n) - _phase(n))
        rng = random.Random(f"{self._seed} {n} {k}")
        if rng.random() < 0.1:  # the wire's text of that quarter of an hour
            rng = random.Random(f"{self._seed} wire {int(at.timestamp()) // 900} {rng.randrange(20)}")
        words = rng.choices(self._words, k=rng.randint(60, 240))
        topical = f" {rng.choice(_TOPICAL)}" if rng.random() < 0.02 else ""
        link = f"https://h{n % self.hosts}.example.org/{n}/{k}.html"
        return (
            f"<item><guid>{link}</guid><link>{link}</link><title>{' '.join(words[:9]).title()}{topical[:60]}</title>"
            f"<pubDate>{format_datetime(at)}</pubDate>"
            f"<description><![CDATA[<p>{' '.join(words)}.{topical}</p>]]></description></item>\n"
        )

    def _judge(self, url: str, lanes: tuple[_Host, _Host]) -> None:
        now, manners = self._seconds(), self.manners
        manners.asked += 1
        if (due := self.due.pop(url, None)) is not None:
            self.lags.append(now - due)
        for kind, lane in zip(("host", "outlet"), lanes, strict=True):
            lane.in_flight += 1
            spacing = now - lane.last_start
            lane.last_start = now
            manners.most_at_once = max(manners.most_at_once, lane.in_flight)
            manners.shortest_spacing_s = min(manners.shortest_spacing_s, spacing)
            manners.broken[f"more than {AT_ONCE} at once at one {kind}"] += lane.in_flight > AT_ONCE
            manners.broken[f"less than {SPACING_S:g} s between two starts at one {kind}"] += spacing < SPACING_S
        pause = now - self._asked_at.get(url, -1e9)
        self._asked_at[url] = now
        manners.shortest_interval_s = min(manners.shortest_interval_s, pause)
        manners.broken["an address asked again too soon"] += pause < self._min_interval_s


def _phase(n: int) -> float:
    return n * 2_654_435_761 % 2**32 / 2**32 * 14_400


def _period(n: int) -> float:
    """Seconds between two items: a feed in seven is quick, a third middling."""
    place = n * 40_503 % 100
    return 1_200.0 if place < 15 else 3_600.0 if place < 50 else 14_400.0


def _word(outcome: FetchOutcome) -> str:
    match outcome:
        case NotModified():
            return "304"
        case Fetched():
            return "200"
        case _:
            return "failed"
