"""The pages behind links, over a real socket: what mail programs, scanners, readers and strangers send."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, FormData

from monitor.app.links import SignedLinks
from monitor.app.serving import make_pages
from monitor.channels.email.render import EmailRenderer
from monitor.core.link_tokens import link_key, write_token
from monitor.errors import StoreAccessError
from monitor.model.links import LinkAction, LinkClaim
from monitor.model.preferences import PreferenceKind, Way
from monitor.model.votes import VoteKind
from monitor.pipeline.desk import Names, ReaderDesk
from monitor.web.limits import WrongTries
from monitor.web.routes import MAX_BODY, Routes
from monitor.web.server import WebServer
from tests.factories import NOW, make_article, make_delivery, make_digest, make_message, make_recipient
from tests.fakes import MemoryStore

KEY = link_key(b"k" * 32)
ARTICLE = make_article('<b>Kim & "Putin"</b> \u202eterbalik')
WATCHLIST = "russia-north-korea"
UNSUBSCRIBE = LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="analyst")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
CLAIMS = [
    UNSUBSCRIBE,
    LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="analyst", target=WATCHLIST),
    LinkClaim(action=LinkAction.LESS_OFTEN, recipient_id="analyst"),
    LinkClaim(action=LinkAction.LESS_OFTEN, recipient_id="analyst", target=WATCHLIST),
    LinkClaim(action=LinkAction.MUTE_STORY, recipient_id="analyst", target=str(ARTICLE.id)),
    LinkClaim(action=LinkAction.MUTE_OUTLET, recipient_id="analyst", target="Antara"),
    LinkClaim(action=LinkAction.MORE, recipient_id="analyst", target=str(ARTICLE.id), watchlist=WATCHLIST),
    LinkClaim(action=LinkAction.LESS, recipient_id="analyst", target=str(ARTICLE.id), watchlist=WATCHLIST),
]
TAKEN_BACK = {
    (LinkAction.UNSUBSCRIBE, False): "Taken back. You get your digests again.",
    (LinkAction.UNSUBSCRIBE, True): "Taken back. Your digests hold this topic again.",
    (LinkAction.LESS_OFTEN, False): "Taken back. It comes as often as before.",
    (LinkAction.LESS_OFTEN, True): "Taken back. It comes as often as before.",
    (LinkAction.MUTE_STORY, True): "Taken back. What is new in this story is told again.",
    (LinkAction.MUTE_OUTLET, True): "Taken back. This outlet counts like any other again.",
    (LinkAction.MORE, True): "Taken back. Your vote counts no more.",
    (LinkAction.LESS, True): "Taken back. Your vote counts no more.",
}


class StoppedClock:
    """The desk's clock and the counter's ticks."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def __call__(self) -> float:
        return self.at.timestamp()


@dataclass(frozen=True, slots=True)
class Site:
    """A running server with what stands behind it."""

    base: str
    port: int
    store: MemoryStore
    clock: StoppedClock
    client: ClientSession
    feeds: Path

    def url(self, claim: LinkClaim) -> str:
        return f"{self.base}/u/{write_token(claim, KEY)}"

    async def get(self, claim: LinkClaim, method: str = "GET", **facts: Any) -> ClientResponse:
        return await self.client.request(method, self.url(claim), **facts)

    async def post(self, claim: LinkClaim, **form: str) -> ClientResponse:
        return await self.client.post(self.url(claim), data=form)

    def state(self) -> tuple[object, ...]:
        return ({key: list(said) for key, said in self.store.said.items()}, dict(self.store.votes), self.store.commits)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    store, clock = MemoryStore(), StoppedClock()
    store.articles[ARTICLE.id] = ARTICLE
    names = Names(recipients=(make_recipient(language="en"),), titles={WATCHLIST: {"en": "Russia–North Korea"}})
    desk = ReaderDesk(preferences=store, store=store, clock=clock, keys=(KEY,), names=names)
    server = WebServer(
        Routes(desk, make_pages(), WrongTries(clock, per_minute=5), feeds=tmp_path, body_s=0.3), arrive_s=0.3
    )
    port = await server.start("127.0.0.1", 0)
    async with ClientSession() as client:
        yield Site(f"http://127.0.0.1:{port}", port, store, clock, client, tmp_path)
    await server.stop()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_whatever_scanners_fetch_changes_nothing(site: Site, method: str) -> None:
    before = site.state()
    for claim in CLAIMS:
        reply = await site.get(claim, method)
        assert reply.status == (405 if method == "OPTIONS" else 200)
    assert site.state() == before


async def test_every_link_of_a_mail_fetched_by_get_and_head_changes_nothing(site: Site) -> None:
    links = SignedLinks((KEY,), base_url="https://monitor.example.org")
    renderer = EmailRenderer("monitor@example.org", unsubscribe_address="leave@example.org", links=links)
    digest = make_digest(ARTICLE, make_article("Dua", outlet="Tempo"), recipient=make_recipient())
    message = renderer.render(digest, delivery_id="d" + "ab" * 10, composed_at=NOW)
    unfolded = message.content.replace(b"=\r\n", b"").replace(b"\r\n ", b" ").decode()
    paths = set(re.findall(r"https://monitor\.example\.org(/u/[A-Za-z0-9_-]+)", message.html + message.text + unfolded))
    assert len(paths) >= 8, "each story has links of its own"
    before = site.state()
    for path in paths:
        for method in ("GET", "HEAD"):
            reply = await site.client.request(method, site.base + path)
            assert reply.status in (200, 410), path
    assert site.state() == before


async def test_the_headers_post_unsubscribes_at_once_and_twice_is_once(site: Site) -> None:
    for _ in range(2):
        reply = await site.post(UNSUBSCRIBE, **ONE_CLICK)
        assert (reply.status, reply.history, "Set-Cookie" in reply.headers) == (200, (), False)
    (kept,) = await site.store.preference_history("analyst")
    assert (kept.kind, kept.target, kept.way, kept.at) == (PreferenceKind.UNSUBSCRIBE, "", Way.ONE_CLICK, NOW)


async def test_the_headers_post_may_come_as_a_multipart_form(site: Site) -> None:
    form = FormData(default_to_multipart=True)
    form.add_field("List-Unsubscribe", "One-Click")
    assert (await site.client.post(site.url(UNSUBSCRIBE), data=form)).status == 200
    assert [one.way for one in await site.store.preferences()] == [Way.ONE_CLICK]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.action.value}-{claim.target and 'one'}")
async def test_a_page_has_one_button_that_does_it_and_then_one_that_takes_it_back(site: Site, claim: LinkClaim) -> None:
    fresh = await (await site.get(claim)).text()
    assert "Nothing has changed yet. Press the button to " in " ".join(fresh.split())
    assert (fresh.count("<form"), fresh.count("<button"), 'value="yes"' in fresh) == (1, 1, True)
    site.clock.at += timedelta(seconds=1)
    done = await (await site.post(claim, do="yes")).text()
    assert (done.count("<button"), 'value="undo"' in done, 'role="status"' in done) == (1, True, True)
    stands = await (await site.get(claim)).text()
    assert 'value="undo"' in stands
    assert "Nothing has changed yet" not in done + stands
    site.clock.at += timedelta(seconds=1)
    back = await (await site.post(claim, do="undo")).text()
    assert TAKEN_BACK[claim.action, bool(claim.target)] in back
    assert not re.search("Done|Press the button|Nothing has changed|no more digests", back)
    assert 'value="yes"' in back
    assert await site.store.preferences() == []
    assert all(vote.kind is VoteKind.NONE for vote in site.store.votes.values())


async def test_pages_need_no_scripts_load_nothing_and_tell_nobody_where_the_reader_was(site: Site) -> None:
    for claim in CLAIMS:
        reply = await site.get(claim)
        html = await reply.text()
        assert not re.search(r"<script|<link|<img|src=|url\(|http-equiv|javascript:", html)
        policy = reply.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "frame-ancestors 'none'" in policy
        assert (reply.headers["Referrer-Policy"], reply.headers["Cache-Control"]) == ("no-referrer", "no-store")
        assert (reply.headers["X-Robots-Tag"], reply.headers["Server"]) == ("noindex", "monitor")
        assert "Set-Cookie" not in reply.headers


async def test_a_title_that_a_feed_gave_is_shown_and_never_markup(site: Site) -> None:
    html = await (await site.get(CLAIMS[6])).text()
    assert "&lt;b&gt;Kim &amp; &#34;Putin&#34;&lt;/b&gt; terbalik" in html
    assert "\u202e" not in html
    assert f'<bdi lang="{ARTICLE.language}">' in html


async def test_the_page_speaks_the_readers_language(site: Site) -> None:
    names = Names(recipients=(make_recipient(language="id"),))
    desk = ReaderDesk(preferences=site.store, store=site.store, clock=site.clock, keys=(KEY,), names=names)
    page = make_pages().errand(await desk.look(UNSUBSCRIBE), acted=False)
    assert page.language == "id"
    assert '<html lang="id">' in page.html
    assert "Berhenti berlangganan" in page.html
    assert "Unsubscribe" not in page.html


@pytest.mark.parametrize(
    "token",
    [
        "x",
        write_token(UNSUBSCRIBE, link_key(b"other" * 8)),
        write_token(UNSUBSCRIBE, KEY)[:-1] + "2",
        "%00%ff%F0%9F%92%A9",
        "a" * 3000,
        "..%2f..%2fetc",
        "한국어",
    ],
)
async def test_a_token_that_is_not_ours_gets_a_page_without_detail(site: Site, token: str) -> None:
    for method in ("GET", "POST"):
        reply = await site.client.request(
            method, f"{site.base}/u/{token}", data=ONE_CLICK if method == "POST" else None
        )
        assert reply.status == 404
        assert "This link does not work" in await reply.text()
    assert site.state() == ({}, {}, 0)


async def test_a_stranger_who_tries_tokens_gets_no_pages_after_a_while_and_readers_still_do(site: Site) -> None:
    statuses = [(await site.client.get(f"{site.base}/u/x{n}")).status for n in range(8)]
    assert statuses == [404] * 5 + [429] * 3
    assert (await site.get(UNSUBSCRIBE)).status == 200
    site.clock.at += timedelta(minutes=1)
    assert (await site.client.get(f"{site.base}/u/x")).status == 404


async def test_refusals_are_in_a_language_that_the_browser_asks_for(site: Site) -> None:
    for accepted, lang in (("id-ID,id;q=0.9,en;q=0.8", "id"), ("ko, fr;q=0.5", "en"), ("ko,id", "id"), ("", "en")):
        reply = await site.client.get(f"{site.base}/nothing", headers={"Accept-Language": accepted})
        assert (reply.status, reply.headers["Content-Language"]) == (404, lang)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 400),
        (b"do=maybe", "application/x-www-form-urlencoded", 400),
        (b"List-Unsubscribe=No", "application/x-www-form-urlencoded", 400),
        (b"List-Unsubscribe=One-Click", "text/plain", 400),
        (b"\xff\xfe%zz=&&&", "application/x-www-form-urlencoded", 400),
        (b"do=yes", "application/x-www-form-urlencoded; charset=no-such", 400),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b", 400),
        (b"--b\r\n", "multipart/form-data", 400),
        (b"do=yes&a=" + b"x" * MAX_BODY, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_a_post_that_says_nothing_clear_changes_nothing(site: Site, body: bytes, kind: str, status: int) -> None:
    reply = await site.client.post(site.url(UNSUBSCRIBE), data=body, headers={"Content-Type": kind})
    assert reply.status == status
    assert site.state() == ({}, {}, 0)


async def test_a_digest_is_shown_in_the_browser_where_it_can_do_nothing(site: Site) -> None:
    delivery = make_delivery("d" + "ab" * 10, message=make_message(html="<p style='color:red'>Kim</p>"))
    site.store.outbox[delivery.id] = delivery
    view = LinkClaim(action=LinkAction.VIEW, recipient_id="analyst", target=delivery.id)
    reply = await site.get(view)
    assert (reply.status, await reply.text()) == (200, delivery.message.html)
    assert "default-src 'none'; style-src 'unsafe-inline'" in reply.headers["Content-Security-Policy"]
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert ((await site.post(view, do="yes")).status, (await site.get(view, "HEAD")).status) == (405, 200)
    del site.store.outbox[delivery.id]
    assert (await site.get(view)).status == 410


async def test_a_store_that_refuses_is_a_page_that_says_that_nothing_was_changed(site: Site) -> None:
    site.store.refusals.append(StoreAccessError("the disk is full"))
    reply = await site.post(UNSUBSCRIBE, **ONE_CLICK)
    assert reply.status == 503
    assert "Nothing was changed" in await reply.text()
    assert (await site.post(UNSUBSCRIBE, **ONE_CLICK)).status == 200


async def test_a_feed_is_served_with_its_kind_and_not_again_to_who_has_it(site: Site) -> None:
    (site.feeds / "russia-north-korea.atom").write_text("<feed/>")
    url = f"{site.base}/feeds/russia-north-korea.atom"
    reply = await site.client.get(url)
    assert (reply.status, reply.content_type, await reply.text()) == (200, "application/atom+xml", "<feed/>")
    again = await site.client.get(url, headers={"If-None-Match": reply.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    assert (await site.client.get(f"{site.base}/feeds/none.json")).status == 404


@pytest.mark.parametrize("name", ["..%2Fsecret.json", "%2e%2e/secret.json", ".hidden.json", "a%00.json", "monitor.db"])
async def test_nothing_but_feeds_is_served_from_their_folder(site: Site, name: str) -> None:
    for path in ("../secret.json", ".hidden.json", "monitor.db"):
        (site.feeds / path).write_text("secret")
    reply = await site.client.get(f"{site.base}/feeds/{name}")
    assert reply.status == 404
    assert "secret" not in await reply.text()


@pytest.mark.parametrize(
    "bytes_sent",
    [b"", b"GET /u/", b"POST /u/x HTTP/1.1\r\nHost: a\r\nX-", b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9\r\n\r\n"],
)
async def test_who_does_not_finish_a_request_is_let_go(site: Site, bytes_sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(bytes_sent)
    async with asyncio.timeout(5):
        reply = await reader.read()
    writer.close()
    assert reply == b"" or (reply.startswith(b"HTTP/1.") and b" 400 " in reply.split(b"\r\n")[0])
    assert b"Traceback" not in reply
    assert (await site.get(UNSUBSCRIBE)).status == 200


async def test_a_form_that_does_not_arrive_changes_nothing_and_holds_nobody_up(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    path = site.url(UNSUBSCRIBE).removeprefix(site.base)
    kind = "application/x-www-form-urlencoded"
    writer.write(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: 99\r\n\r\ndo=".encode())
    async with asyncio.timeout(5):
        reply = await reader.read()
    writer.close()
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert site.state() == ({}, {}, 0)


async def test_there_is_an_end_to_connections(tmp_path: Path) -> None:
    store = MemoryStore()
    desk = ReaderDesk(preferences=store, store=store, clock=StoppedClock(), keys=(KEY,))
    routes = Routes(desk, make_pages(), WrongTries(StoppedClock()), feeds=None)
    server = WebServer(routes, max_connections=2)
    port = await server.start("127.0.0.1", 0)
    kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    for _, one in (*kept, (reader, writer)):
        one.close()
    await server.stop()


async def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_behind(site: Site) -> None:
    store = MemoryStore()
    desk = ReaderDesk(preferences=store, store=store, clock=StoppedClock(), keys=(KEY,))
    other = WebServer(Routes(desk, make_pages(), WrongTries(StoppedClock()), feeds=None))
    with pytest.raises(OSError, match="address already in use"):
        await other.start("127.0.0.1", site.port)
