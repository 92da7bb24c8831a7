"""Cutting known items out gives the entries that reading the whole gives."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.sources.cutting import lay_out
from monitor.sources.quick import parse_quickly
from tests.unit.sources.feedwriting import DECLARED, items, shells

URL = "https://feeds.example.org/all/feed.xml"
HEAD = f'<rss version="2.0"{DECLARED}><channel><title>Berita</title>'
TAIL = "</channel></rss>"


def rss(*inside: str, head: str = HEAD) -> bytes:
    return f"{head}{''.join(inside)}{TAIL}".encode()


def item(title: str, more: str = "") -> str:
    return f"<item><title>{title}</title><guid isPermaLink='false'>{title}</guid>{more}</item>"


def titles(body: bytes, known: tuple[int, ...] = (), url: str = URL) -> tuple[list[str], int]:
    parsed = parse_quickly(body, "", url, known=frozenset(known))
    assert parsed is not None
    assert parsed.already_read == len(parsed.known)
    return [entry.title for entry in parsed.entries], parsed.already_read


def digests(body: bytes, url: str = URL) -> tuple[int, ...]:
    parsed = parse_quickly(body, "", url)
    assert parsed is not None
    return parsed.digests


@st.composite
def two_bodies(draw: Any) -> tuple[bytes, bytes]:
    """A body and the next one: items reordered, inserted, edited, deleted, repeated; sometimes another head."""
    before, name, after = draw(shells())
    first = draw(st.lists(items(name), min_size=1, max_size=6))
    second = draw(st.permutations(first))[: draw(st.integers(0, len(first)))]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(second)))
        second.insert(at, draw(items(name) | st.sampled_from(first)))
    if second and draw(st.booleans()):
        at = draw(st.integers(0, len(second) - 1))
        second[at] = second[at].replace("</", draw(st.sampled_from(["!</", " </", "&amp;</", "&nbsp;</"])), 1)
    gap = draw(st.sampled_from(["", "\n", "<!-- batas -->"]))
    head = before if draw(st.integers(0, 4)) else draw(shells())[0]
    return f"{before}{''.join(first)}{after}".encode(), f"{head}{gap.join(second)}{after}".encode()


@settings(max_examples=250, deadline=None)
@given(two_bodies())
def test_entries_left_after_cutting_are_those_of_the_whole(bodies: tuple[bytes, bytes]) -> None:
    first, second = bodies
    before = parse_quickly(first, "", URL)
    whole = parse_quickly(second, "", URL)
    if before is None or whole is None:
        return
    cut = parse_quickly(second, "", URL, known=frozenset(before.digests))
    assert cut is not None
    assert (cut.kind, cut.title, cut.language) == (whole.kind, whole.title, whole.language)
    if not cut.known:
        assert cut.entries == whole.entries
        return
    of_known = dict(zip(before.digests, before.entries, strict=True))
    expected = [entry for entry, digest in zip(whole.entries, whole.digests, strict=True) if digest not in of_known]
    assert list(cut.entries) == expected
    # An entry's language is None where it is the feed's, which may be another by now.
    assert [replace(of_known[digest], language=None) for digest in cut.known] == [
        replace(entry, language=None)
        for entry, digest in zip(whole.entries, whole.digests, strict=True)
        if digest in of_known
    ]
    assert cut.already_read + len(cut.entries) == len(whole.entries)


def test_known_items_are_counted_and_not_read() -> None:
    known = digests(rss(item("a"), item("b"), item("c")))
    assert titles(rss(item("d"), item("a"), item("b")), known) == (["d"], 2)


def test_an_edited_item_is_read_again() -> None:
    known = digests(rss(item("a", "<description>x</description>"), item("b")))
    assert titles(rss(item("a", "<description>y</description>"), item("b")), known) == (["a"], 1)


def test_counters_of_comments_make_no_item_new() -> None:
    known = digests(rss(item("a", "<slash:comments>1</slash:comments>")))
    assert titles(rss(item("a", "<slash:comments>27</slash:comments>")), known) == ([], 1)


@pytest.mark.parametrize(
    "head",
    [
        HEAD.replace('version="2.0"', 'version="2.0" xml:base="https://lain.example.org/"'),
        HEAD.replace('version="2.0"', 'version="2.0" xml:lang="ko"'),
        HEAD.replace("xmlns:x=", "xmlns:y="),
    ],
)
def test_what_items_inherit_makes_them_new(head: str) -> None:
    known = digests(rss(item("a"), item("b")))
    assert titles(rss(item("a"), item("b"), head=head), known) == (["a", "b"], 0)


def test_another_address_makes_items_new() -> None:
    known = digests(rss(item("a")))
    assert titles(rss(item("a")), known, url="https://lain.example.org/feed") == (["a"], 0)


def test_a_new_item_that_needs_the_judge_brings_the_whole_to_it() -> None:
    known = digests(rss(item("a")))
    body = rss(item("a"), "<item><description><p>markup</p></description></item>")
    assert parse_quickly(body, "", URL, known=frozenset(known)) is None


def test_a_base_set_below_the_root_is_left_to_the_judge() -> None:
    based = "<item><description xml:base='https://example.org/x/'>a</description><link>rel</link></item>"
    assert parse_quickly(rss(item("a"), based), "", URL) is None


def test_an_item_cut_off_is_read_again() -> None:
    body = rss(item("a"), item("b"))[: -len(TAIL) - 20]
    known = digests(body)
    assert titles(body, known) == (["b"], 1)


def test_broken_spots_do_not_keep_items_from_being_cut() -> None:
    known = digests(rss(item("a & b"), item("c")))
    assert titles(rss(item("d & e"), item("a & b"), item("c")), known) == (["d & e"], 2)


@pytest.mark.parametrize(
    "inside",
    [
        "<![CDATA[</item><item>]]>",
        "<![CDATA[ ]] > <![CDATA[ </item> ]]>",
        "<!-- </item> -->",
        "<!-- <item> -->",
        "<?php </item> ?>",
        "<![CDATA[<!-- ]]></item",
    ],
)
def test_what_only_looks_like_an_item_is_none(inside: str) -> None:
    inside = inside.removesuffix("</item")
    layout = lay_out(rss(item("a", inside), item("b", inside)), URL)
    assert layout is not None
    assert len(layout.spans) == 2
    assert [layout.document[end - 7 : end] for _, end in layout.spans] == [b"</item>"] * 2


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><item></item></item>"),
        rss("<item/><item></item>"),
        b"<opml></opml>",
        b"",
        b"<rss",
    ],
)
def test_items_that_cannot_be_told_apart_are_not(body: bytes) -> None:
    layout = lay_out(body, URL)
    assert layout is None or layout.spans == ()
