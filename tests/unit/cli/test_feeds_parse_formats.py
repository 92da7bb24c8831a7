"""What `monitor feeds parse` makes of every form of the formats: tables written from the specifications.

Each case is what stands in an item or an entry, and what must come out; whole documents stand at the end.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.feeds_parse import as_document
from monitor.errors import ParseError
from monitor.sources.kinds import parse_any

FORMATS = Path(__file__).parents[2] / "golden" / "formats"
URL = "https://example.org/feeds/all.xml"
NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "a10": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
}
DECLARED = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())


def read(body: str | bytes) -> dict[str, Any]:
    whole = body.encode() if isinstance(body, str) else body
    return as_document(parse_any(whole, "", URL), URL, now=NOW)


def assert_found(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    assert len(found) == len(wanted)
    for one, facts in zip(found, wanted, strict=True):
        assert {name: one[name] for name in facts} == facts


def table(name: str) -> list[dict[str, Any]]:
    """One case a line, as a feed might write it."""
    return [json.loads(line) for line in (FORMATS / f"{name}.jsonl").read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.parametrize("case", table("rss-items"), ids=lambda case: case["inside"][:60])
def test_an_item_of_rss_means_what_its_format_says(case: dict[str, Any]) -> None:
    head = "<title>Kanal</title><link>https://example.org/</link><description>d</description>"
    found = read(f'<rss version="2.0"{DECLARED}><channel>{head}<item>{case["inside"]}</item></channel></rss>')
    assert_found(found["entries"], [case["facts"]])


@pytest.mark.parametrize("case", table("atom-entries"), ids=lambda case: case["inside"][:60])
def test_an_entry_of_atom_means_what_its_format_says(case: dict[str, Any]) -> None:
    head = "<title>Kanal</title><id>urn:f</id><updated>2024-06-27T03:00:00Z</updated>"
    found = read(f'<feed xmlns="http://www.w3.org/2005/Atom">{head}<entry>{case["inside"]}</entry></feed>')
    assert_found(found["entries"], [case["facts"]])


@pytest.mark.parametrize("case", table("documents"), ids=lambda case: case["body"][:60])
def test_a_whole_document_means_what_its_format_says(case: dict[str, Any]) -> None:
    found = read(case["body"])
    assert {name: found[name] for name in case["feed"]} == case["feed"]
    assert_found(found["entries"], case["entries"])


@pytest.mark.parametrize(
    "body",
    [
        "", "  \n", "teks biasa", "<?xml version='1.0'?><foo><bar/></foo>", "[]", "null", '{"a": 1}',
        "<html><head><title>Masuk</title></head><body>Log in</body></html>",
        "<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "<opml version='2.0'><body/></opml>",
        "<svg xmlns='http://www.w3.org/2000/svg'/>", "%PDF-1.4", json.dumps({"version": "https://jsonfeed.org/version/1"}),
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://example.org/</loc></url></urlset>",
    ],
)  # fmt: skip
def test_what_is_no_feed_is_refused(body: str) -> None:
    with pytest.raises(ParseError):
        read(body)


SEARCHED = (
    '<rss version="2.0"><channel><item><title>Putin - Kim bertemu - Koran</title><link>https://news.example.org/1</link>'
    '<source url="https://koran.example.org">Koran</source></item></channel></rss>'
)


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("https://news.google.com/rss/search?q=kim", "Putin - Kim bertemu"),
        ("https://example.org/feed", "Putin - Kim bertemu - Koran"),
    ],
)
def test_only_searches_lose_the_outlet_at_the_end_of_titles(url: str, title: str) -> None:
    found = as_document(parse_any(SEARCHED.encode(), "", url), url, now=NOW)
    assert found["entries"][0]["title"] == title
