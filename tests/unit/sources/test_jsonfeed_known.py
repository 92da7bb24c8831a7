"""JSON Feeds: items that were read before are left out, and the others are what they are in the whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.feed import parse_body
from monitor.sources.quick import parse_quickly

URL = "https://feeds.example.org/feed.json"


def feed(items: list[Any], **facts: Any) -> bytes:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "Berita", **facts, "items": items}
    ).encode()


_VALUES = st.text(max_size=5) | st.integers() | st.floats(allow_nan=False) | st.none() | st.booleans()
_ITEMS = st.dictionaries(
    st.sampled_from(["id", "url", "title", "content_text", "content_html", "date_published", "authors", "x"]),
    _VALUES | st.lists(st.dictionaries(st.just("name"), _VALUES, max_size=1), max_size=2),
    max_size=5,
)


@given(st.lists(_ITEMS, max_size=5), st.lists(_ITEMS, max_size=5), st.booleans())
def test_items_left_after_cutting_are_those_of_the_whole(first: list[Any], more: list[Any], is_renamed: bool) -> None:
    before = parse_quickly(feed(first), "", URL)
    body = feed([*more, *first], title="Kabar" if is_renamed else "Berita")
    assert before is not None
    whole, cut = parse_body(body, "", URL), parse_body(body, "", URL, known=frozenset(before.digests))
    assert cut == parse_quickly(body, "", URL, known=frozenset(before.digests))
    left = [(e, d) for e, d in zip(whole.entries, whole.digests, strict=True) if d not in before.digests]
    assert list(zip(cut.entries, cut.digests, strict=True)) == left
    assert cut.already_read == len(cut.known) == len(whole.entries) - len(left) >= len(first)
    assert replace(cut, entries=(), digests=(), known=(), already_read=0) == replace(whole, entries=(), digests=())


def test_an_item_is_another_one_at_another_address_or_after_an_edit() -> None:
    item = {"id": "1", "url": "/1", "title": "Putin tiba"}
    digests = parse_body(feed([item]), "", URL).digests
    assert parse_body(feed([item]), "", URL + "?2", known=digests).already_read == 0
    assert parse_body(feed([{**item, "title": "Putin pergi"}]), "", URL, known=digests).already_read == 0
    assert parse_body(feed([item]), "", URL, known=digests).already_read == 1


@pytest.mark.parametrize(
    "body", [b'{"a": 1}', b"{broken", b'{"version": "https://jsonfeed.org/version/1", "items": {}}']
)
def test_what_is_wrong_with_other_json_is_left_to_a_worker_to_say(body: bytes) -> None:
    assert parse_quickly(body, "", URL) is None


@pytest.mark.parametrize("depth", range(850, 1000, 7))
def test_no_depth_of_nesting_breaks_it(depth: int) -> None:
    body = feed([{"id": "1", "x": "HERE"}]).replace(b'"HERE"', b"[" * depth + b"]" * depth)
    parsed = parse_quickly(body, "", URL)
    assert parsed is None or [entry.guid for entry in parsed.entries] == ["1"]


def test_a_large_or_long_feed_is_not_read_on_the_spot() -> None:
    assert parse_quickly(feed([{"id": "1", "title": "x" * 400_000}]), "", URL) is None
    assert parse_quickly(feed([{"id": str(n)} for n in range(401)]), "", URL) is None
    assert parse_quickly(feed([{"id": str(n)} for n in range(400)]), "", URL) is not None
