"""Third-party feeds with third-party expectations; the folder lies beside the repository and is never copied."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from monitor.core.dates import parse_date
from monitor.core.text import clean_line, title_text
from monitor.core.urls import canonicalize
from monitor.errors import ParseError
from monitor.model.feeds import Entry
from monitor.sources.feed import parse_body

FEEDS = Path(__file__).parents[3] / "shared" / "data" / "feeds"
URL = "http://example.org/feed"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
MOJIBAKE = {"uolNoticias"}
"""Expectations that are damaged themselves (their README says so): titles beyond ASCII are not compared."""

pytestmark = pytest.mark.skipif(not FEEDS.is_dir(), reason=f"no third-party feeds in {FEEDS}")


def feed_rs() -> list[Path]:
    found = (FEEDS / "feed-rs").glob("*/*.*") if FEEDS.is_dir() else ()
    return sorted(
        path for path in found if not path.name.endswith(".serde.json") and feed_rs_expectation(path).exists()
    )


def feed_rs_expectation(path: Path) -> Path:
    return path.with_name(path.stem + ".serde.json")


def rss_parser() -> list[Path]:
    found = (FEEDS / "rss-parser" / "input").glob("*") if FEEDS.is_dir() else ()
    return sorted(path for path in found if rss_parser_expectation(path).exists())


def rss_parser_expectation(path: Path) -> Path:
    return path.parents[1] / "output" / f"{path.stem}.json"


def line(title: Any) -> str:
    return clean_line(title_text(title), max_chars=10_000)[0] if isinstance(title, str) else ""


def same_address(link: str | None, expected: str) -> bool:
    absolute = urljoin(URL, expected.strip())
    return link == absolute or (link is not None and canonicalize(link) == canonicalize(absolute) is not None)


def moments(entry: Entry) -> set[datetime]:
    found = (parse_date(raw, zone=None, now=NOW).at for raw in (entry.published_raw, entry.updated_raw))
    return {at.replace(microsecond=0) for at in found if at is not None}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(microsecond=0)


@pytest.mark.parametrize("path", feed_rs(), ids=lambda path: path.name)
def test_feed_rs_titles_links_and_dates_are_right(path: Path) -> None:
    expected = json.loads(feed_rs_expectation(path).read_text())["entries"]
    entries = parse_body(path.read_bytes(), "", URL).entries
    assert len(entries) == len(expected)
    for entry, wanted in zip(entries, expected, strict=True):
        assert line(entry.title) == line((wanted["title"] or {}).get("content"))
        links = [link["href"] for link in wanted["links"]]
        assert not links or any(same_address(entry.link, link) for link in links)
        date = wanted["published"] or wanted["updated"]
        assert not date or moment(date) in moments(entry)


@pytest.mark.parametrize("path", rss_parser(), ids=lambda path: path.name)
def test_rss_parser_titles_links_and_dates_are_right(path: Path) -> None:
    raw = rss_parser_expectation(path).read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    expected = json.loads(text)["feed"]["items"]
    entries = parse_body(path.read_bytes(), "", URL).entries
    assert len(entries) == len(expected)
    for entry, wanted in zip(entries, expected, strict=True):
        if path.stem not in MOJIBAKE or line(entry.title).isascii():
            assert line(entry.title) == line(wanted.get("title"))
        assert not wanted.get("link") or same_address(entry.link, wanted["link"])
        assert not wanted.get("isoDate") or moment(wanted["isoDate"]) in moments(entry)


def test_what_is_no_feed_is_told_from_what_is_an_odd_one() -> None:
    for name in ("xml_sample_1.xml", "xml_sample_2.xml"):
        with pytest.raises(ParseError):
            parse_body((FEEDS / "feed-rs" / "xml" / name).read_bytes(), "", URL)
    assert parse_body((FEEDS / "feed-rs" / "rss2" / "rss_2.0_invalid_1.xml").read_bytes(), "", URL).entries == ()
