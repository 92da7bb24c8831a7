"""Looking for the feeds of a site, over a site that is a table."""

import asyncio

import pytest

from monitor.model.feeds import Fetched, FetchFailed, FetchOutcome, FetchRequest
from monitor.pipeline.discover import Discovery, discover_feeds

ROOT = "https://example.org/"
RSS = b'<rss version="2.0"><channel/></rss>'


class Site:
    """Answers what it has; 404 for the rest; counts the questions."""

    def __init__(self, pages: dict[str, bytes], headers: dict[str, str] | None = None) -> None:
        self._pages = pages
        self._headers = headers or {}
        self.asked: list[str] = []

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        path = request.url.removeprefix(ROOT)
        self.asked.append(path)
        if path in self._pages:
            headers = self._headers if not path else {}
            return Fetched(url=request.url, status=200, body=self._pages[path], headers=headers, validators=None)
        return FetchFailed(url=request.url, kind="status", message="404", status=404)

    def discover(self) -> Discovery:
        return asyncio.run(discover_feeds(ROOT, self.fetch))

    def found(self) -> list[str]:
        return [feed.url.removeprefix(ROOT) for feed in self.discover().feeds]


def test_the_link_header_counts_before_the_page_and_each_feed_once() -> None:
    page = b'<link rel="alternate" type="application/rss+xml" href="/b"><link rel="feed" href="/a">'
    site = Site({"": page}, {"link": '</a>; rel="alternate"; type="application/rss+xml"'})
    assert site.found() == ["a", "b"]
    assert site.asked == [""]


@pytest.mark.parametrize(
    "door",
    [b'<meta http-equiv="refresh" content="0; url=/beranda">', b'<frameset><frame src="/menu"><frame src="/beranda">'],
)
def test_behind_a_page_that_is_a_door_is_looked_once(door: bytes) -> None:
    site = Site({"": door, "beranda": b'<link rel="alternate" type="application/rss+xml" href="/umpan">'})
    assert site.found() == ["umpan"]


def test_doors_in_a_circle_lead_to_the_usual_places() -> None:
    site = Site({"": b'<meta http-equiv="refresh" content="0; url=/a">',
                 "a": b'<meta http-equiv="refresh" content="0; url=/">', "rss.xml": RSS})  # fmt: skip
    assert site.found() == ["rss.xml"]
    assert site.asked[:2] == ["", "a"]
    assert site.asked.count("a") == 1


def test_a_site_without_any_says_so() -> None:
    discovery = Site({"": b"<p>teks"}).discover()
    assert discovery.feeds == ()
    assert "points to no feed" in discovery.problem
