"""OPML: subscription lists in and out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.sources.opml import MAX_DEPTH, Outline, folder_of, read_opml, write_opml


def opml(inner: str, head: str = "<head><title>Berita &amp; Dunia</title></head>") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><opml version="2.0">{head}<body>{inner}</body></opml>'.encode()


A = '<outline type="rss" text="A" xmlUrl="https://a.example.org/rss"/>'


def urls(body: bytes) -> list[str]:
    return [outline.url for outline in read_opml(body).outlines]


def test_a_subscription_keeps_all_its_facts_and_its_folders() -> None:
    body = opml(
        '<outline text="Asia"><outline title="Korea"><outline type="rss" text="Yonhap" title="연합뉴스" '
        'xmlUrl="https://a.example.org/rss?a=1&amp;b=2" htmlUrl="https://a.example.org/" language="ko" '
        'category="/News/Asia,/Wire" description="Kantor berita"/></outline></outline>' + A
    )
    read = read_opml(body)
    assert read.title == "Berita & Dunia"
    assert read.outlines[0] == Outline(
        url="https://a.example.org/rss?a=1&b=2",
        text="Yonhap",
        title="연합뉴스",
        site="https://a.example.org/",
        language="ko",
        category="/News/Asia,/Wire",
        description="Kantor berita",
        folder=("Asia", "Korea"),
    )
    assert read.outlines[1].folder == ()
    assert read.remarks == ()


def test_a_category_stands_for_a_missing_folder() -> None:
    assert folder_of(Outline(url="x", category="/Asia/Korea,/Wire")) == ("Asia", "Korea")
    assert folder_of(Outline(url="x", category="/Asia", folder=("Dunia",))) == ("Dunia",)
    assert folder_of(Outline(url="x")) == ()


@pytest.mark.parametrize(
    "body",
    [
        opml('<outline text="A & B" xmlUrl="https://a.example.org/rss?x=1&y=2"/>'),
        opml('<outline xmlUrl="https://a.example.org/rss?x=1&amp;y=2"/>'),
        opml('<outline text="A &nbsp; \x07" xmlUrl="https://a.example.org/rss?x=1&amp;y=2"/>'),
        opml('<outline text="A < B" xmlUrl="https://a.example.org/rss?x=1&amp;y=2"/>'),
        opml('<outline text=A xmlUrl="https://a.example.org/rss?x=1&amp;y=2">'),
        opml('<outline text="A" text="B" xmlUrl="https://a.example.org/rss?x=1&amp;y=2"/>'),
        opml('<OUTLINE TEXT="A" XMLURL="https://a.example.org/rss?x=1&amp;y=2"/>'),
        opml('<outline type="rss" text="A" url="https://a.example.org/rss?x=1&amp;y=2"/>'),
        opml('<outline text="A" xmlUrl="https://a.example.org/rss?x=1&amp;y=2"/>')[:-10],
        opml("</outline><outline xmlUrl='https://a.example.org/rss?x=1&amp;y=2'/>"),
        b'\n\n<opml><body><outline xmlUrl="https://a.example.org/rss?x=1&amp;y=2"/></body></opml>',
        b'\xef\xbb\xbf<opml><body><outline xmlUrl="https://a.example.org/rss?x=1&amp;y=2"/></body></opml>',
        '<opml><body><outline xmlUrl="https://a.example.org/rss?x=1&amp;y=2"/></body></opml>'.encode("utf-16"),
        b'<outline xmlUrl="https://a.example.org/rss?x=1&amp;y=2"/>',
        b'<!DOCTYPE opml SYSTEM "http://127.0.0.1:1/opml.dtd">'
        + opml("<outline xmlUrl='https://a.example.org/rss?x=1&amp;y=2'/>")[38:],
    ],
)
def test_malformed_lists_are_read_as_far_as_they_go(body: bytes) -> None:
    assert urls(body) == ["https://a.example.org/rss?x=1&y=2"]


def test_what_was_mended_and_left_out_is_told() -> None:
    read = read_opml(
        opml(f'<outline text="A & B">{A}</outline><outline text="Kosong"/><outline text="B"><outline/></outline>')
    )
    assert len(read.outlines) == 1
    assert read.outlines[0].folder == ("A & B",)
    assert "not well-formed" in read.remarks[0]
    assert read.remarks[1].startswith("3 empty folders")


def test_an_undeclared_charset_is_guessed_and_a_declared_one_believed() -> None:
    cyrillic = opml(A).replace(b'"A"', '"Пхеньян"'.encode("windows-1251")).replace(b"UTF-8", b"windows-1251")
    assert read_opml(cyrillic).outlines[0].text == "Пхеньян"
    latin = opml(A).replace(b'"A"', b'"Caf\xe9"').replace(b"UTF-8", b"x-unheard-of")
    assert read_opml(latin).outlines[0].text in {"Café", "Caf�"}


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE opml [<!entity % p SYSTEM "http://127.0.0.1:1/"> %p;]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_of_its_own_are_refused(attack: str, encoding: str) -> None:
    with pytest.raises(ParseError, match="entities"):
        read_opml(
            (attack + '<opml><body><outline text="&x;" xmlUrl="https://a.example.org"/></body></opml>').encode(encoding)
        )


@pytest.mark.parametrize(
    ("body", "kind"), [(b" \n", "empty"), (b"<html><body>x", "unknown"), (b"\x89PNG\0", "unknown")]
)
def test_what_is_no_list_is_named(body: bytes, kind: str) -> None:
    with pytest.raises(ParseError) as caught:
        read_opml(body)
    assert caught.value.kind == kind


def test_folders_without_end_are_refused() -> None:
    with pytest.raises(ParseError, match="deeper"):
        read_opml(opml('<outline text="x">' * (MAX_DEPTH + 1)))


@pytest.mark.parametrize("piece", ["<outline ", '<outline "', "<outline a='", "<outline text=x>&</outline>", "&", "<"])
def test_a_flood_costs_no_more_than_its_length(piece: str) -> None:
    begin = time.process_time()
    read_opml(b"<opml>" + (piece * (1_000_000 // len(piece))).encode())
    assert time.process_time() - begin < 5


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
OUTLINES = st.builds(
    Outline,
    url=st.text("abc/?&=<>\"'é", min_size=1, max_size=12).map(lambda path: "https://example.org/" + path),
    text=NAMES,
    title=st.just("") | NAMES,
    site=st.just("") | NAMES,
    language=st.sampled_from(["", "id", "ko"]),
    category=st.sampled_from(["", "/A/B,/C"]),
    description=st.just("") | NAMES,
    kind=st.sampled_from(["rss", "atom"]),
    folder=st.lists(NAMES, max_size=3).map(tuple),
    is_comment=st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(OUTLINES, max_size=6), st.just("") | NAMES)
def test_what_was_written_is_read_back(outlines: list[Outline], title: str) -> None:
    read = read_opml(write_opml(outlines, title=title, created="Wed, 19 Jun 2024 03:00:00 GMT"))
    assert sorted(map(repr, read.outlines)) == sorted(map(repr, outlines))
    assert (read.title, read.remarks) == (title, ())
    assert read_opml(write_opml(read.outlines, title=title)).outlines == read.outlines


def test_line_breaks_and_quotes_stay_inside_their_attribute() -> None:
    outline = Outline(url="https://example.org/\"><x y='", text='A\n"B" <c> & \x07')
    (back,) = read_opml(write_opml([outline])).outlines
    assert (back.url, back.text) == ("https://example.org/\"><x y='", 'A "B" <c> &')


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("feed://example.org/a", "http://example.org/a"),
        ("feed:https://example.org/a", "https://example.org/a"),
        ("FEED:http://example.org/a", "http://example.org/a"),
        ("https://example.org/feed:a", "https://example.org/feed:a"),
    ],
)
def test_the_scheme_of_readers_is_taken_off(address: str, url: str) -> None:
    (outline,) = read_opml(f'<opml><body><outline text="A" xmlUrl="{address}"/></body></opml>'.encode()).outlines
    assert outline.url == url


@pytest.mark.parametrize("charset", ["euc-kr", "utf-16-le", "utf-16", "utf-32", "utf-8-sig"])
def test_a_list_in_a_charset_that_it_does_not_name_is_read(charset: str) -> None:
    body = '<?xml version="1.0"?><opml><body><outline text="북한 뉴스 속보 모음" xmlUrl="https://example.org/a"/></body></opml>'
    (outline,) = read_opml(body.encode(charset)).outlines
    assert outline.text == "북한 뉴스 속보 모음"
