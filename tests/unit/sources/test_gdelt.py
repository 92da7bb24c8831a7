"""GDELT: its list of articles."""

from __future__ import annotations

import json

import pytest

from monitor.core.articles import to_article
from monitor.core.dates import parse_date
from monitor.errors import ParseError
from monitor.model.articles import Article
from monitor.sources.gdelt_list import is_article_list, parse_article_list
from monitor.sources.kinds import parse_any
from tests.factories import NOW, make_feed

URL = "https://api.gdeltproject.org/api/v2/doc/doc?query=x&mode=ArtList&format=json"
ITEM = {
    "url": "https://www.example.org/a/1",
    "url_mobile": "",
    "title": 'Kim : " Putin \' s visit " ( photos ) , says TASS',
    "seendate": "20240619T031500Z",
    "socialimage": "",
    "domain": "www.example.org",
    "language": "Indonesian",
    "sourcecountry": "Indonesia",
}


def listed(*items: object) -> bytes:
    return json.dumps({"articles": list(items)}).encode()


def test_an_article_of_the_list_becomes_an_entry() -> None:
    parsed = parse_any(listed(ITEM), "application/json", URL)
    (entry,) = parsed.entries
    assert parsed.kind == "gdelt"
    assert (entry.link, entry.outlet, entry.language) == ("https://www.example.org/a/1", "example.org", "id")
    assert entry.published_raw == "2024-06-19T03:15:00Z"
    assert entry.title == 'Kim: " Putin \' s visit " (photos), says TASS'
    assert parse_date(entry.published_raw, zone=None, now=NOW).at is not None


def test_the_outlet_of_an_article_is_its_domain_not_gdelt() -> None:
    (entry,) = parse_article_list(listed(ITEM), URL, max_entries=9).entries
    article = to_article(entry, make_feed(url=URL, outlet="GDELT"), now=NOW, zone=None)
    assert isinstance(article, Article)
    assert article.outlet == "example.org"


def test_escapes_that_are_none_and_raw_control_characters_cost_nothing() -> None:
    body = b'\xef\xbb\xbf{"articles": [{"url": "https://example.org/1", "title": "Kim\\\'s \\x \\u12 \\\\\'\t visit"}]}'
    (entry,) = parse_article_list(body, URL, max_entries=9).entries
    assert entry.title == "Kim's \\x \\u12 \\' visit"


@pytest.mark.parametrize("body", [b"{}", b' {"articles": []}', b'{"articles": null}', b'{"articles": [1, "x", null]}'])
def test_nothing_found_is_an_empty_list(body: bytes) -> None:
    assert is_article_list(body)
    assert parse_article_list(body, URL, max_entries=9).entries == ()


@pytest.mark.parametrize("body", [b'{"articles": [', b'{"articles": ' + b"[" * 100_000])
def test_broken_lists_are_named(body: bytes) -> None:
    with pytest.raises(ParseError, match="broken JSON") as caught:
        parse_article_list(body, URL, max_entries=9)
    assert caught.value.kind == "unknown"


def test_items_of_strange_types_and_too_many_of_them_harm_nobody() -> None:
    strange = {"url": 7, "title": None, "seendate": ["x"], "language": {}, "domain": True}
    parsed = parse_article_list(listed(strange, ITEM, ITEM), URL, max_entries=2)
    assert [entry.link for entry in parsed.entries] == [None, "https://www.example.org/a/1"]
    assert parsed.remarks == ("3 entries, the first 2 kept",)
