"""A server that judges feed readers: it plays sites over weeks of simulated time, logs every request, and scores it.

    .venv/bin/python -m tests.acceptance.score_server [--days 12]

prints the sheet of this program. The criteria are those that are public (rachelbythebay.com/fs/ and /w/feed/,
openrss.org's guide for developers) and the RFCs they rest on. The judge knows nothing of the program under test: it
sees what a site sees. Sites are told apart by the Host header: http://news.example.org:PORT/rss.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime

from tests.acceptance.simulated_daemon import START, SharedTime
from tests.servers import LoopbackServer, Reply, Request

HOUR, DAY = 3600.0, 86_400.0
_GUID = re.compile(rb"<guid[^>]*>([^<]+)<|<loc>([^<]+)</loc><news:news>")


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

    @property
    def etag(self) -> str | None:
        return self.reply.etag or self.reply.headers.get("ETag")

    @property
    def last_modified(self) -> str | None:
        return self.reply.last_modified or self.reply.headers.get("Last-Modified")

    @property
    def is_page(self) -> bool:
        """Not the feed; a page's validators would make a reader miss the feed's return."""
        return "html" in (self.reply.content_type or "")

    @property
    def guids(self) -> set[str]:
        """The entries that went out with this very answer."""
        is_whole = self.status in (200, 301) and not self.is_page
        found = _GUID.findall(self.reply.body) if is_whole else []
        return {(guid or loc).decode() for guid, loc in found}


Answering = Callable[[float, Request], Reply]


class ScoreServer(LoopbackServer):
    """Serves scripted sites and keeps the log.

    `is_cut_off`: our line is down; nobody gets through. `portal`: a network on the way that answers for everybody.
    Neither is in the log: no site sees anything of it. `on_request` is called before each answer; if it says True, the
    answer never leaves (its status in the log is 0).
    """

    def __init__(self, time: SharedTime) -> None:
        super().__init__()
        self._time = time
        self._sites: dict[str, Answering] = {}
        self.log: list[Served] = []
        self.is_cut_off = False
        self.portal: Reply | None = None
        self.on_request: Callable[[str], bool] = lambda url: False

    def add(self, url: str, answer: Answering) -> None:
        """`url` as people write it, without a port."""
        self._sites[url] = answer

    def real(self, url: str) -> str:
        """The address with our port."""
        host = url.split("/")[2]
        return url.replace(host, f"{host}:{self.port}", 1)

    def of(self, url: str) -> list[Served]:
        return [served for served in self.log if served.url == url]

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        url = f"http://{request.headers['host'].partition(':')[0]}{request.path}"
        if self.is_cut_off:
            writer.transport.abort()
            return False
        if self.portal is not None:
            writer.write(self.portal.encode(request))
            await writer.drain()
            return False
        now_s = self._time.s
        reply = self._sites[url](now_s, request) if url in self._sites else Reply(b"nothing here", status=404)
        reply = replace(reply, headers={"Date": _http_date(now_s), **reply.headers})
        encoded = reply.encode(request)
        is_cut_off = self.on_request(url)
        status = 0 if is_cut_off else int(encoded.split(b" ", 2)[1])
        self.log.append(
            Served(at_s=now_s, url=url, target=request.target, sent=request.headers, reply=reply, status=status)
        )
        if is_cut_off:
            return False
        writer.write(encoded)
        await writer.drain()
        return True


# --- sites --------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Site:
    """A feed that publishes at the times `published` (seconds, rising) and shows the latest `window` entries.

    Validators follow its content; `headers` are added to every answer, `head` to the channel. `dates` maps the number
    of an entry to the date that it bears, if not the time of its publication.
    """

    name: str
    published: Sequence[float]
    window: int = 20
    head: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    dates: Callable[[int, float], float] = lambda n, at: at

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
            f"<link>https://{self.name}.example.org/{n}</link><pubDate>{_http_date(self.dates(n, at))}</pubDate>"
            f"<description>Kabar {n} dari {self.name}, tentang hal ke-{n * 7919 % 1000} hari itu.</description></item>"
            for n, at in reversed(entries)
        )
        return (
            f'<?xml version="1.0"?><rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
            f"<title>{self.name}</title>{self.head}{items}</channel></rss>"
        ).encode()

    def sitemap(self, now_s: float, request: Request) -> Reply:
        """The same as a news sitemap."""
        entries = [(n, at) for n, at in enumerate(self.published) if at <= now_s][-self.window :]
        items = "".join(
            f"<url><loc>https://{self.name}.example.org/{n}</loc><news:news><news:publication_date>"
            f"{(START + timedelta(seconds=at)).isoformat()}</news:publication_date>"
            f"<news:title>{self.name} berita nomor {n}</news:title></news:news></url>"
            for n, at in entries
        )
        return Reply(
            f'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{items}</urlset>'.encode(),
            content_type="application/xml",
        )


def every(seconds: float, *, since_s: float = -30 * DAY, until_s: float = 60 * DAY) -> list[float]:
    """Regular times of publication, half an interval off midnight: nothing happens in step with the simulated day."""
    return [since_s + seconds * (n + 0.5) for n in range(int((until_s - since_s) / seconds))]


def _http_date(at_s: float) -> str:
    return format_datetime(START + timedelta(seconds=at_s), usegmt=True)


http_date = _http_date


if __name__ == "__main__":
    from tests.acceptance.manners import main

    main()
