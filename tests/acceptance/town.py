"""A town of sites with every habit that pollers stumble over, and the feeds that read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.acceptance import score_server as judge
from tests.acceptance.score_server import DAY, HOUR, Answering, ScoreServer, Site, every
from tests.servers import Reply, Request

OWN_S = 3 * 3600
PAGE = Reply(b"<!doctype html><html><title>Hotel</title><p>Please sign in", content_type="text/html", etag='"page"')
FAILING = ("gone", "missing", "wall", "broken")


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
