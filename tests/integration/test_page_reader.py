"""Pages of matches over real HTTP: what is asked for, what is taken, what is left as it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.core.polling import PollingLimits
from monitor.core.scoring import compile_watchlists
from monitor.core.urls import url_key
from monitor.errors import StoreLockedError
from monitor.model.articles import Article, Revision
from monitor.model.commits import DigestCommit, Intake
from monitor.model.feeds import Fetched, FetchFailed
from monitor.model.pages import Page, PageRequest, PageState, PageText, Redirected, RobotsAnswer
from monitor.model.watchlists import Match
from monitor.pipeline.matches import as_match
from monitor.pipeline.pages import PageReader, PagesReport, ReadLimits
from monitor.pipeline.traffic import FollowUps, Traffic
from monitor.sources.fulltext import read_page
from monitor.sources.http import HttpSource
from monitor.sources.robots import ask_robots
from tests.factories import NOW, make_article, make_feed, make_slot, make_watchlist
from tests.fakes import MemoryStore
from tests.servers import LoopbackServer, Reply, gzip_bomb, hang, reset
from tests.sites import SENTENCE, TEASER, TITLE, html, page

FEED = make_feed(url="http://127.0.0.1/rss", wants_full_text=True)
SCORER = compile_watchlists([make_watchlist(threshold=1.0)])


class Moment:
    """A clock and a pause: waiting moves it."""

    def __init__(self) -> None:
        self.s = 0.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.s)

    def ticks(self) -> float:
        return self.s

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.s += seconds


class Refusing(MemoryStore):
    """A store that refuses one write, a given number of writes from now."""

    countdown = -2

    def refuse_after(self, writes: int) -> None:
        self.countdown = writes

    def _writing(self, value: Any = None) -> Any:
        self.countdown -= 1
        if self.countdown == -1:
            raise StoreLockedError("the database is locked")
        return super()._writing(value)


class OnTheSpot:
    """A page source over the real client that takes texts out in this process; `breaks` raises for a path."""

    def __init__(self, http: HttpSource) -> None:
        self._http = http
        self.breaks: dict[str, Exception] = {}

    async def hop(self, request: PageRequest) -> Fetched | Redirected | FetchFailed:
        for path, error in self.breaks.items():
            if request.url.endswith(path):
                raise error
        return await self._http.hop(request)

    async def read(self, fetched: Fetched) -> PageText:
        return read_page(fetched.body, fetched.headers.get("content-type", ""), fetched.url)

    async def ask_robots(self, body: bytes, agent: str, url: str) -> RobotsAnswer:
        return ask_robots(body, agent, url)


@dataclass
class Desk:
    """A store with matches, a site on loopback and a reader between them."""

    server: LoopbackServer
    source: OnTheSpot
    moment: Moment = field(default_factory=Moment)
    store: Refusing = field(default_factory=Refusing)
    traffic: Traffic = field(default_factory=Traffic)
    feed: Any = FEED

    def __post_init__(self) -> None:
        self.reader = self.make_reader()

    def make_reader(self, **limited: Any) -> PageReader:
        limits = PollingLimits()
        self.traffic.configure(limits)
        turn = FollowUps(
            self.traffic, limits=limits, ticks=self.moment.ticks, chance=lambda: 0.5, pause=self.moment.pause
        )
        return PageReader(
            store=self.store,
            source=self.source,
            score=SCORER.score,
            versions={"russia-north-korea": "v1"},
            clock=self.moment,
            turn=turn,
            traffic=self.traffic,
            chance=lambda: 0.5,
            ticks=self.moment.ticks,
            limits=ReadLimits(**limited),
        )

    async def match(self, path: str = "/a", *, title: str = TITLE, text: str = TEASER, url: str = "") -> Article:
        """An article of the feed that matches, its link leading to `path`."""
        address = url or self.server.url(path)
        article = make_article(title, text=text, url=address, url_key=url_key(address), first_seen_at=self.moment.now())
        matches = tuple(as_match(article.id, score, now=self.moment.now()) for score in SCORER.score(article))
        assert all(match.points >= 1 for match in matches)
        await self.store.commit_intake(Intake(articles=(article,), matches=matches))
        return article

    async def read(self) -> PagesReport:
        return await self.reader.read_due({self.feed.id: self.feed})

    async def outcome(self, route: Any, path: str = "/a", **facts: Any) -> Page:
        """What becomes of the page of one match when the site answers so."""
        self.server[path] = route
        article = await self.match(path, **facts)
        await self.read()
        return self.store.pages[article.id]

    def kept(self, article: Article) -> Match:
        return self.store.matches["russia-north-korea", article.id]

    def asked(self, path: str) -> int:
        return self.server.paths().count(path)


@asynccontextmanager
async def opened(**settings: Any) -> AsyncIterator[Desk]:
    async with LoopbackServer() as server:
        http = HttpSource(**{"allowed": (f"127.0.0.1:{server.port}",), "total_s": 0.6, "read_s": 0.5, **settings})
        try:
            yield Desk(server, OnTheSpot(http))
        finally:
            await http.close()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with opened() as made:
        yield made


# -- what is asked for ------------------------------------------------------------------------------------------------


async def test_nothing_is_asked_of_store_or_site_while_no_feed_wants_full_text(desk: Desk) -> None:
    desk.feed = make_feed()
    desk.server["/a"] = html(page())
    await desk.match()
    commits = desk.store.commits
    assert not await desk.read()
    assert (desk.server.requests, desk.store.commits, desk.store.pages) == ([], commits, {})


async def test_a_match_is_read_in_full_once_and_its_score_and_quote_follow(desk: Desk) -> None:
    desk.server["/a"] = html(page())
    article = await desk.match()
    before = desk.kept(article)
    report = await desk.read()
    after = desk.kept(article)
    assert (report.wanted, report.read, report.weighed, report.problems) == (1, 1, 1, [])
    assert after.points > before.points
    assert (after.is_of_page, after.quote.startswith(SENTENCE)) == (True, True)
    assert after.points == sum(signal.points for signal in after.signals)
    assert desk.store.articles[article.id] == article, "the feed's text stays what the next poll is compared with"
    (decision,) = desk.store.reasons[article.id]
    assert decision.features["feed_points"] == before.points
    assert decision.features["page_points"] == after.points
    assert not await desk.read()
    assert desk.server.paths() == ["/robots.txt", "/a"]
    assert {request.headers["user-agent"].split("/")[0] for request in desk.server.requests} == {"monitor"}


async def test_an_article_that_matches_nothing_is_not_asked_for(desk: Desk) -> None:
    desk.server["/a"] = html(page())
    await desk.store.commit_intake(Intake(articles=(make_article(url=desk.server.url("/a")),)))
    assert not await desk.read()
    assert desk.server.requests == []


async def test_what_was_told_is_neither_asked_for_nor_changed(desk: Desk) -> None:
    desk.server["/a"] = html(page())
    article = await desk.match()
    await desk.store.commit_digest(
        DigestCommit(
            recipient_id="reader",
            slot=make_slot(),
            next_slot=make_slot(key="next"),
            told=(("russia-north-korea", article.id),),
            at=NOW,
        )
    )
    before = desk.kept(article)
    assert not await desk.read()
    assert (desk.server.requests, desk.kept(article)) == ([], before)


async def test_wrapper_links_are_dropped_without_a_request(desk: Desk) -> None:
    article = await desk.match(url="https://news.google.com/rss/articles/CBMiX2h0dHBz?oc=5")
    report = await desk.read()
    assert desk.store.pages[article.id].state is PageState.DROPPED
    assert report.problems[0][1] == "news.google.com wraps the address of the article"


async def test_a_public_feed_cannot_lead_to_a_private_host_that_another_feed_may_poll(desk: Desk) -> None:
    desk.feed = make_feed(url="https://example.org/rss", wants_full_text=True)
    found = await desk.outcome(html(page()))
    assert (found.state, found.reason) == (PageState.FAILED, "its address is not a public one")
    assert desk.server.requests == []
    desk.feed = FEED
    assert (await desk.outcome(html(page()), "/b", title=f"{TITLE} lagi")).state is PageState.READ


async def test_a_feed_switched_off_meanwhile_asks_no_more(desk: Desk) -> None:
    desk.server["/a"] = Reply(b"", status=503)
    article = await desk.match()
    await desk.read()
    desk.moment.s += 3600
    desk.feed = make_feed()
    other = make_feed("tass", wants_full_text=True)
    await desk.reader.read_due({desk.feed.id: desk.feed, other.id: other})
    assert desk.store.pages[article.id].state is PageState.DROPPED
    assert desk.asked("/a") == 1


# -- robots.txt -------------------------------------------------------------------------------------------------------

TEXT = "text/plain"
CLOSED = b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    ("route", "state", "requests"),
    [
        (Reply(b"", status=404), PageState.READ, 1),
        (Reply(b"", status=403), PageState.READ, 1),
        (Reply(CLOSED, content_type=TEXT), PageState.REFUSED, 0),
        (Reply(b"\xef\xbb\xbfUser-Agent: *\r\nDisallow: /a*\r\n", content_type=TEXT), PageState.REFUSED, 0),
        (Reply(b"User-agent: monitor\nDisallow: /a$\n\nUser-agent: *\nAllow: /\n"), PageState.REFUSED, 0),
        (Reply(b"User-agent: monitor\nDisallow:\n\nUser-agent: *\nDisallow: /\n"), PageState.READ, 1),
        (Reply(b"<html>not found</html>", content_type="text/html"), PageState.READ, 1),
        (Reply(b"# \xff\xfe\x00 nonsense\n" + CLOSED), PageState.REFUSED, 0),
        (Reply(CLOSED + b"#" * 600_000), PageState.REFUSED, 0),
        (Reply(b"#" * 600_000 + b"\n" + CLOSED), PageState.READ, 1),
        (Reply(b"", status=302, location="/moved.txt"), PageState.REFUSED, 0),
        (Reply(b"", status=302, location="/robots.txt"), PageState.READ, 1),
        (Reply(b"", status=503), PageState.WANTED, 0),
        (Reply(b"", status=429), PageState.WANTED, 0),
        (hang, PageState.WANTED, 0),
        (reset, PageState.WANTED, 0),
    ],
)
async def test_robots_txt_is_obeyed_whatever_its_form(desk: Desk, route: Any, state: PageState, requests: int) -> None:
    desk.server["/robots.txt"] = route
    desk.server["/moved.txt"] = Reply(CLOSED, content_type=TEXT)
    found = await desk.outcome(html(page()))
    assert (found.state, desk.asked("/a")) == (state, requests)
    assert bool(found.reason) == (state is not PageState.READ)


async def test_pages_take_the_turns_of_their_outlet_with_its_feeds_at_other_hosts(desk: Desk) -> None:
    desk.server["/a"] = html(page())
    article = await desk.match()
    turns, begun = desk.traffic.turns, desk.moment.ticks()
    turns.add(None, host="feeds.example.org", outlet=article.outlet, spacing_s=50.0)  # type: ignore[arg-type]
    assert turns.take(begun) is not None

    assert (await desk.read()).read == 1

    assert desk.moment.ticks() - begun >= 50.0, "the feed of the outlet had been asked just now"


async def test_robots_txt_is_asked_for_once_a_day(desk: Desk) -> None:
    for n in range(3):
        desk.server[f"/{n}"] = html(page())
        await desk.match(f"/{n}", title=f"{TITLE} ({n})")
    await desk.read()
    assert desk.asked("/robots.txt") == 1
    desk.moment.s += 86_401
    desk.server["/late"] = html(page())
    await desk.match("/late", title=f"{TITLE} besok")
    await desk.read()
    assert desk.asked("/robots.txt") == 2


async def test_what_robots_txt_files_say_is_forgotten_before_it_fills_the_memory(desk: Desk) -> None:
    desk.reader = desk.make_reader(max_robots_bytes=100)
    desk.server["/robots.txt"] = Reply(b"#" * 101 + b"\n", content_type=TEXT)
    for n in range(2):
        assert (await desk.outcome(html(page()), f"/{n}", title=f"{TITLE} ({n})")).state is PageState.READ
    assert desk.asked("/robots.txt") == 2


async def test_robots_txt_that_was_had_before_is_believed_while_it_cannot_be_had(desk: Desk) -> None:
    desk.server["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /no\n", content_type=TEXT)
    await desk.outcome(html(page()))
    desk.server["/robots.txt"] = Reply(b"", status=503)
    desk.moment.s += 86_401
    assert (await desk.outcome(html(page()), "/yes", title=f"{TITLE} lagi")).state is PageState.READ
    assert (await desk.outcome(html(page()), "/no", title=f"{TITLE} dan lagi")).state is PageState.REFUSED


async def test_a_page_behind_a_broken_robots_txt_is_tried_again_and_read_when_it_is_mended(desk: Desk) -> None:
    desk.server["/robots.txt"] = Reply(b"", status=500)
    found = await desk.outcome(html(page()))
    assert (found.state, found.reason) == (PageState.WANTED, "robots.txt cannot be had: answers 500")
    desk.server["/robots.txt"] = Reply(b"", status=404)
    desk.moment.s += (found.next_attempt_at - desk.moment.now()).total_seconds() + 1
    await desk.read()
    assert desk.store.pages[found.article_id].state is PageState.READ


@pytest.mark.parametrize(("wish", "waited_s"), [("7", 7.0), ("9999", 60.0), ("0.5", 0.5), ("-3", 0.0), ("soon", 0.0)])
async def test_a_crawl_delay_is_granted_up_to_a_minute(desk: Desk, wish: str, waited_s: float) -> None:
    desk.server["/robots.txt"] = Reply(f"User-agent: *\nCrawl-delay: {wish}\n".encode(), content_type=TEXT)
    for n in range(2):
        desk.server[f"/{n}"] = html(page())
        await desk.match(f"/{n}", title=f"{TITLE} ({n})")
        await desk.read()
    assert sum(desk.moment.waits) == pytest.approx(waited_s)


async def test_a_redirect_is_followed_only_as_far_as_robots_txt_allows(desk: Desk) -> None:
    desk.server["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /private/\n", content_type=TEXT)
    desk.server["/private/a"] = html(page())
    found = await desk.outcome(Reply(b"", status=301, location="/private/a"))
    assert (found.state, desk.asked("/private/a")) == (PageState.REFUSED, 0)
    desk.server["/open"] = html(page())
    assert (await desk.outcome(Reply(b"", status=302, location="/open"), "/b", title=f"{TITLE} b")).text


# -- what pages answer ------------------------------------------------------------------------------------------------

CONSENT = page(
    "Kami menghargai privasi Anda",
    "".join(f"<p>Kami dan {n} mitra kami menyimpan kuki di perangkat Anda untuk iklan.</p>" for n in range(840, 849)),
)
SCRIPT = b"<html><head><title>Antara</title></head><body><div id=root></div><script src=/app.js></script></body></html>"
PAID = page(head='<script type="application/ld+json">{"isAccessibleForFree": "False"}</script>')


async def drip_page(request: Any, writer: asyncio.StreamWriter) -> None:
    """A page that begins and never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def break_off_page(request: Any, writer: asyncio.StreamWriter) -> None:
    """Promise 1,000 bytes, send some, hang up."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<html>")
    await writer.drain()


@pytest.mark.parametrize(
    ("route", "state", "reason"),
    [
        (Reply(b"", status=404), PageState.FAILED, "answers 404"),
        (Reply(b"go away", status=403, content_type="text/html"), PageState.FAILED, "answers 403"),
        (Reply(b"", status=503), PageState.WANTED, "answers 503"),
        (Reply(b"%PDF-1.7", content_type="application/pdf"), PageState.FAILED, "no web page"),
        (html(b""), PageState.FAILED, "empty"),
        (html(b"\x00\x01\x02" * 900), PageState.FAILED, "no page that can be read"),
        (html(SCRIPT), PageState.FAILED, "0 characters"),
        (html(PAID), PageState.FAILED, "not free"),
        (html(page(body="<p>Baca selengkapnya setelah berlangganan.</p>")), PageState.FAILED, "characters of text"),
        (html(CONSENT), PageState.FAILED, "something else"),
        (html(page(), headers={"X-Robots-Tag": "noai, noindex"}), PageState.REFUSED, "X-Robots-Tag: noai"),
        (html(page(), headers={"TDM-Reservation": "1"}), PageState.REFUSED, "tdm-reservation"),
        (html(page(head='<meta name="robots" content="nosnippet">')), PageState.REFUSED, "meta robots: nosnippet"),
        (html(page(head='<meta name="tdm-reservation" content="1">')), PageState.REFUSED, "meta tdm-reservation"),
        (html(page(body="<p>x</p>" * 500_000)), PageState.FAILED, "too large"),
        (gzip_bomb(50 * 2**20), PageState.FAILED, "no web page"),
        (Reply(b"", status=301, location="/a"), PageState.FAILED, "circle"),
        (Reply(b"", status=301, location="http://10.0.0.1/"), PageState.FAILED, "not a public"),
        (Reply(b"", status=301, location="file:///etc/passwd"), PageState.FAILED, "not a public"),
        (Reply(b"", status=301, location="http://[bad"), PageState.FAILED, "not a public"),
        (hang, PageState.WANTED, "in time"),
        (drip_page, PageState.WANTED, "in time"),
        (reset, PageState.WANTED, "no connection"),
        (break_off_page, PageState.WANTED, "no connection"),
    ],
)
async def test_a_page_without_the_text_leaves_the_match_as_it_is_with_the_reason(
    desk: Desk, route: Any, state: PageState, reason: str
) -> None:
    found = await desk.outcome(route)
    assert (found.state, reason in found.reason) == (state, True), found.reason
    (match,) = desk.store.matches.values()
    assert (match.is_of_page, found.text) == (False, "")


async def test_a_redirect_to_a_private_address_is_not_followed_though_its_port_is_open(desk: Desk) -> None:
    async with LoopbackServer() as inside:
        inside["/secret"] = html(page())
        found = await desk.outcome(Reply(b"", status=302, location=inside.url("/secret")))
        assert (found.state, inside.requests) == (PageState.FAILED, [])


@pytest.mark.parametrize(
    ("title", "text", "charset", "declared"),
    [
        ("푸틴 대통령 평양 도착", "러시아 푸틴 대통령이 북한 평양에 도착해 김정은 위원장과 만났다.", "euc-kr", ""),
        (
            "Путин прибыл в Пхеньян",
            "Президент России Путин прибыл в Пхеньян и встретился с Ким Чен Ыном.",
            "cp1251",
            "meta",
        ),
        ("普京抵达平壤", "俄罗斯总统普京抵达朝鲜首都平壤，与金正恩举行会谈并签署条约。", "gb18030", "header"),
        ("Putin à Pyongyang", "Le président russe Poutine a été reçu à Pyongyang — déjà.", "utf-8", "wrong"),
    ],
)
async def test_charsets_of_pages_are_told(desk: Desk, title: str, text: str, charset: str, declared: str) -> None:
    watched = make_article("Putin di Pyongyang")
    paragraphs = "".join(f"<p>{text} ({n})</p>" for n in range(20))
    head = f"<meta charset={charset}>" if declared == "meta" else ""
    body = f"<html><head>{head}<title>{title}</title></head><body><article>{paragraphs}</article></body></html>"
    content_type = {"header": f"text/html; charset={charset}", "wrong": "text/html; charset=euc-kr"}.get(
        declared, "text/html"
    )
    desk.server["/a"] = Reply(body.encode(charset), content_type=content_type)
    article = make_article(title, text="", url=desk.server.url("/a"), first_seen_at=NOW)
    matches = tuple(as_match(article.id, score, now=NOW) for score in SCORER.score(watched))
    await desk.store.commit_intake(Intake(articles=(article,), matches=matches))
    await desk.read()
    assert desk.store.pages[article.id].text.startswith(text)


# -- addresses --------------------------------------------------------------------------------------------------------


async def addresses_of(desk: Desk, article: Article) -> list[tuple[str, str]]:
    found = [one for one in await desk.store.decisions(article.id) if one.stage == "address"]
    return [(one.outcome, str(one.features["address"])) for one in found]


async def test_where_a_link_leads_and_what_its_page_calls_itself_are_further_addresses_of_the_article(
    desk: Desk,
) -> None:
    found_at, declared = desk.server.url("/baca/77001?x=a"), desk.server.url("/baca/77001")
    desk.server["/s/77001"] = Reply(status=302, headers={"Location": found_at})
    desk.server["/baca/77001"] = html(page(head='<link rel="canonical" href="/baca/77001">'))
    article = await desk.match("/s/77001")
    await desk.read()
    assert await addresses_of(desk, article) == [("accepted", found_at), ("accepted", declared)]
    for url in (found_at, declared, declared + "?utm_source=x"):
        assert await desk.store.find_article(url_key(url) or 0) == article


async def test_a_page_that_calls_itself_the_home_page_is_not_believed(desk: Desk) -> None:
    desk.server["/baca/77001"] = html(page(head='<link rel="canonical" href="/">'))
    article = await desk.match("/baca/77001")
    await desk.read()
    assert await addresses_of(desk, article) == [("refused", desk.server.url("/"))]
    assert await desk.store.find_article(url_key(desk.server.url("/")) or 0) is None


async def test_a_page_whose_text_is_not_the_articles_says_nothing_of_its_address(desk: Desk) -> None:
    other = page("Harga beras naik", "<p>Harga beras di pasar naik lagi pekan ini, kata pedagang.</p>" * 8)
    desk.server["/baca/77001"] = html(other.replace(b"</head>", b'<link rel="canonical" href="/x/77001"></head>'))
    article = await desk.match("/baca/77001")
    await desk.read()
    assert desk.store.pages[article.id].state is PageState.FAILED
    assert await addresses_of(desk, article) == []


# -- what goes wrong --------------------------------------------------------------------------------------------------


async def test_a_page_that_breaks_the_program_is_that_pages_failure(desk: Desk) -> None:
    desk.source.breaks["/broken"] = RuntimeError("a bug")
    desk.server["/a"] = html(page())
    broken, good = await desk.match("/broken"), await desk.match("/a", title=f"{TITLE} juga")
    report = await desk.read()
    assert (report.read, report.later) == (1, 1)
    assert desk.store.pages[broken.id].reason == "its text could not be taken out"
    assert desk.store.pages[good.id].state is PageState.READ


async def test_four_failures_are_the_end(desk: Desk) -> None:
    found = await desk.outcome(Reply(b"", status=500))
    for _ in range(9):
        desk.moment.s += 7 * 3600
        await desk.read()
    found = desk.store.pages[found.article_id]
    assert (found.state, found.reason, desk.asked("/a")) == (PageState.FAILED, "answers 500 (tried 4 times)", 4)


async def test_killed_in_the_middle_it_goes_on_after_the_lease(desk: Desk) -> None:
    desk.server["/a"] = hang
    article = await desk.match()
    under_way = asyncio.create_task(desk.read())
    while not desk.asked("/a"):
        await asyncio.sleep(0)
    under_way.cancel()
    await asyncio.gather(under_way, return_exceptions=True)
    desk.server["/a"] = html(page())
    desk.reader = desk.make_reader()
    assert not (await desk.read()).read, "the lease still holds"
    desk.moment.s += 601
    assert (await desk.read()).read == 1
    assert (desk.kept(article).is_of_page, desk.store.pages[article.id].attempts) == (True, 2)


async def test_a_page_that_ends_the_program_every_time_is_given_up(desk: Desk) -> None:
    desk.server["/a"] = html(page())
    article = await desk.match()
    await desk.reader.read_due({FEED.id: FEED}, within_s=0.0)
    for _ in range(8):
        await desk.store.claim_due_pages(desk.moment.now(), limit=9, lease_s=60)
        desk.moment.s += 61
    await desk.read()
    found = desk.store.pages[article.id]
    assert (found.state, found.reason) == (PageState.FAILED, "begun 8 times without an end")
    assert desk.server.requests == []


@pytest.mark.parametrize("commit", range(4))
async def test_a_store_that_refuses_anywhere_loses_nothing(desk: Desk, commit: int) -> None:
    desk.server["/a"] = html(page())
    article = await desk.match()
    desk.store.refuse_after(commit)
    with pytest.raises(StoreLockedError):
        await desk.read()
    desk.moment.s += 601
    await desk.read()
    assert desk.kept(article).is_of_page
    assert desk.asked("/a") <= 2


async def test_a_host_that_wants_quiet_is_left_alone_and_counts_no_attempt(desk: Desk) -> None:
    host = "127.0.0.1"
    desk.traffic.turns.hold(host, desk.moment.ticks() + 1800)
    found = await desk.outcome(html(page()))
    assert (found.state, found.attempts, desk.server.requests) == (PageState.WANTED, 0, [])
    assert (found.next_attempt_at - NOW).total_seconds() >= 1800
    desk.moment.s += 1801
    await desk.read()
    assert desk.store.pages[found.article_id].state is PageState.READ


async def test_while_our_own_line_is_down_no_attempt_is_spent(desk: Desk) -> None:
    desk.traffic.outages.is_on = True
    found = await desk.outcome(html(page()))
    assert (found.attempts, desk.server.requests) == (0, [])


async def test_a_round_that_is_out_of_time_begins_nothing_and_keeps_the_wish(desk: Desk) -> None:
    desk.server["/a"] = html(page())
    article = await desk.match()
    await desk.reader.read_due({FEED.id: FEED}, within_s=0.0)
    assert (desk.server.requests, desk.store.pages[article.id].state) == ([], PageState.WANTED)
    desk.reader.stop()
    await desk.read()
    assert desk.server.requests == []


async def test_no_host_gets_more_than_two_requests_at_once(desk: Desk) -> None:
    async def slow(request: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        writer.write(html(page()).encode(request))
        await writer.drain()

    for n in range(5):
        desk.server[f"/{n}"] = slow
        await desk.match(f"/{n}", title=f"{TITLE} ({n})")
    assert (await desk.read()).read == 5
    assert desk.server.peak <= 2


# -- later states of an article ---------------------------------------------------------------------------------------


async def revise(desk: Desk, article: Article, text: str) -> Article:
    revision = Revision(
        article_id=article.id,
        seen_at=desk.moment.now(),
        title=article.title,
        summary="",
        text=text,
        body_digest=len(text),
    )
    await desk.store.commit_intake(Intake(revisions=(revision,)))
    revised = desk.store.articles[article.id]
    matches = tuple(as_match(revised.id, score, now=desk.moment.now()) for score in SCORER.score(revised))
    await desk.store.commit_intake(Intake(matches=matches))
    return revised


async def test_an_article_that_its_feed_changes_is_read_again_after_an_hour_three_times_in_all(desk: Desk) -> None:
    desk.server["/a"] = html(page())
    article = await desk.match()
    await desk.read()
    for n in range(5):
        desk.moment.s += 60
        await revise(desk, article, f"{TEASER} Pembaruan {'!' * n}")
        assert not desk.kept(article).is_of_page, "until its page is read again, the feed's new text counts"
        await desk.read()
        desk.moment.s += 3600
        await desk.read()
    assert desk.asked("/a") == 3


async def test_a_changed_watchlist_is_weighed_with_the_text_that_is_there(desk: Desk) -> None:
    desk.server["/a"] = html(page())
    article = await desk.match()
    await desk.read()
    matches = tuple(as_match(article.id, score, now=desk.moment.now()) for score in SCORER.score(article))
    await desk.store.commit_intake(Intake(matches=matches))
    assert not desk.kept(article).is_of_page
    assert (await desk.read()).weighed == 1
    assert desk.kept(article).is_of_page
    assert desk.asked("/a") == 1
