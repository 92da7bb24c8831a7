import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.model.feeds import ParsedFeed
from monitor.sources.feed import MAX_LINE_CHARS, parse_body
from tests.servers import RSS

URL = "https://user:secret@feeds.example.org/all/feed.xml"
GOLDEN = Path(__file__).parents[2] / "golden" / "feeds"
DOCUMENTS = sorted(path for path in GOLDEN.iterdir() if not path.name.endswith(".expected.json"))


def parse(body: bytes, content_type: str = "application/xml") -> ParsedFeed:
    return parse_body(body, content_type, URL)


def rss(items: str, declaration: str = "") -> str:
    return f'{declaration}<rss version="2.0"><channel><title>Berita</title>{items}</channel></rss>'


def failure(body: bytes, content_type: str = "application/xml") -> ParseError:
    with pytest.raises(ParseError) as caught:
        parse(body, content_type)
    assert "feeds.example.org/all/feed.xml" in str(caught.value)
    assert "secret" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_gives_the_entries_written_down_for_it(path: Path) -> None:
    expected = json.loads(path.with_name(path.name + ".expected.json").read_text())
    parsed = parse_body(path.read_bytes(), "application/xml", "https://feeds.example.org/all/feed.xml")
    found = json.loads(json.dumps(dataclasses.asdict(parsed)))
    assert {name: value for name, value in found.items() if name in expected} == expected


def test_every_golden_document_is_there() -> None:
    assert len(DOCUMENTS) == 5


@pytest.mark.parametrize("body", [b"", b"  \r\n\t ", b"\xef\xbb\xbf\n", b"\0\0"])
def test_an_empty_body_is_called_empty(body: bytes) -> None:
    assert failure(body).kind == "empty"


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><head><title>Masuk</title></head><body>Silakan masuk</body></html>",
        b"\xef\xbb\xbf\n<html lang='id'><body>captcha</body></html>",
        b"<!-- cached --><HTML><BODY>parkir</BODY></HTML>",
        b"<?xml version='1.0'?><!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>",
        "<!doctype html><html><p>로그인</p></html>".encode("utf-16"),
    ],
)
def test_a_web_page_is_called_a_web_page(body: bytes) -> None:
    assert failure(body, "text/html").kind == "html"


@pytest.mark.parametrize(
    "body",
    [
        b"<catalog><book/></catalog>",
        b"plain words",
        b"\x89PNG\r\n\x1a\n",
        b'{"a": 1}',
        b'{"items": []',
        b"%PDF-1.7",
        b"<?xml",
    ],
)
def test_anything_else_is_unknown_and_says_what_it_begins_with(body: bytes) -> None:
    assert failure(body).kind == "unknown"


def test_a_feed_behind_php_warnings_is_a_feed() -> None:
    assert len(parse(b"<br /><b>Warning</b>: deprecated<br />\n" + RSS, "text/html").entries) == 1


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parse(rss("").encode()).entries == ()


def test_a_malformed_feed_gives_what_can_be_read_and_says_so() -> None:
    parsed = parse(RSS.replace(b"</channel>", b"<item><title>A & B</title><link>http://example.org/2</link></item>"))
    assert [entry.title for entry in parsed.entries] == ["Putin tiba di Pyongyang", "A & B"]
    assert parsed.is_bozo
    assert parsed.bozo_reason


@pytest.mark.parametrize(
    ("charset", "text"),
    [("euc-kr", "푸틴 평양 도착"), ("cp949", "푸틴 평양 도착"), ("windows-1251", "Путин прибыл"),
     ("shift_jis", "平壌に到着"),
     ("utf-16", "푸틴 평양"), ("gb2312", "普京抵达平壤"),
     ("iso-8859-1", "São Tomé"), ("utf-8", "푸틴 평양")],
)  # fmt: skip
@pytest.mark.parametrize("content_type", ["application/rss+xml", "text/xml", "text/html; charset={}", ""])
def test_a_declared_charset_is_obeyed(charset: str, text: str, content_type: str) -> None:
    body = rss(f"<item><title>{text}</title></item>", f'<?xml version="1.0" encoding="{charset}"?>').encode(charset)
    assert parse(body, content_type.format(charset)).entries[0].title == text


@pytest.mark.parametrize(
    "content_type", ["text/xml; charset=iso-8859-1", "application/xml; charset=windows-1251", "text/xml"]
)
@pytest.mark.parametrize("declared", ["", '<?xml version="1.0" encoding="windows-1252"?>'])
def test_utf8_is_recognised_under_a_wrong_charset(content_type: str, declared: str) -> None:
    body = rss("<item><title>Путин – 푸틴 “平壌”</title></item>", declared).encode()
    assert parse(body, content_type).entries[0].title == "Путин – 푸틴 “平壌”"


def test_entries_without_anything_are_kept_as_they_are() -> None:
    parsed = parse(rss("<item></item><item><title>a</title></item>").encode())
    assert [(entry.guid, entry.link, entry.title) for entry in parsed.entries] == [(None, None, ""), (None, None, "a")]


def test_markup_in_titles_leaves_the_parser_untouched() -> None:
    parsed = parse(rss("<item><title><![CDATA[<script>alert(1)</script> Putin]]></title></item>").encode())
    assert parsed.entries[0].title == "<script>alert(1)</script> Putin"


def test_relative_links_are_resolved_and_guids_are_not() -> None:
    entry = parse(rss("<item><link>/a/1</link><guid>1</guid></item>").encode()).entries[0]
    assert entry.link is not None
    assert entry.link.endswith("@feeds.example.org/a/1")
    assert entry.guid == "1"


def test_a_guid_that_is_a_permalink_is_the_link() -> None:
    entry = parse(rss("<item><guid>https://example.org/1</guid></item>").encode()).entries[0]
    assert (entry.link, entry.is_permalink) == ("https://example.org/1", True)


@pytest.mark.parametrize("end", ["</item>", "</item>&nbsp;"])  # the quick reader, and feedparser's forgiving one
def test_the_link_behind_a_feed_services_counter_is_kept_beside_it(end: str) -> None:
    space = 'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    item = f"<item {space}><link>http://f.example.org/~r/x/~3/y/</link>"
    item += f"<feedburner:origLink> https://example.org/a?x=1&amp;y=2 </feedburner:origLink>{end}"
    entry = parse(rss(item).encode()).entries[0]
    assert (entry.link, entry.original_link) == ("http://f.example.org/~r/x/~3/y/", "https://example.org/a?x=1&y=2")


def test_too_many_entries_and_too_long_fields_are_cut_and_told() -> None:
    items = "".join(f"<item><title>{n}</title><description>{'x' * 50}</description></item>" for n in range(30))
    parsed = parse_body(rss(items).encode(), "", URL, max_entries=10, max_chars=20)
    assert [entry.title for entry in parsed.entries] == [str(n) for n in range(10)]
    assert {entry.summary for entry in parsed.entries} == {"x" * 20}
    assert parsed.remarks == (
        "30 entries, the first 10 kept",
        "10 fields cut at 20 characters of text or 4,000 of a line",
    )


def test_long_guids_stay_different() -> None:
    items = "".join(f"<item><guid isPermaLink='false'>{'g' * 9000}{n}</guid></item>" for n in range(2))
    one, two = parse(rss(items).encode()).entries
    assert one.guid != two.guid
    assert len(one.guid or "") < MAX_LINE_CHARS


@pytest.mark.parametrize("reference", ["&#x110000;", "&#99999999999;", "&#xD800;", "&#55296;"])
def test_a_number_that_is_no_character_costs_no_feed(reference: str) -> None:
    parsed = parse(rss(f"<item><title>a{reference}b & c</title></item><item><title>d</title></item>").encode())
    assert [entry.title for entry in parsed.entries] == ["ab & c", "d"]


@pytest.mark.parametrize("reference", [f"&#{'9' * 30};", f"&#x{'f' * 20};", f"&#{'0' * 5000}65;"])
def test_numbers_of_any_length_cost_no_feed_at_the_judge(reference: str) -> None:
    broken = f"<item><title>{reference}b</title><media:x></item><item><title>d</title></item>"
    parsed = parse(b"<!DOCTYPE rss>" + rss(broken).encode())
    assert [entry.title[-1] for entry in parsed.entries] == ["b", "d"]


def test_entity_bombs_and_files_are_not_expanded() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">'
        '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    )
    entry = parse(rss("<item><title>x &c; &f;</title></item>", bomb).encode()).entries[0]
    assert "root:" not in entry.title
    assert len(entry.title) < 100


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_damage_to_a_feed_gives_a_feed_or_a_parse_error(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from([path.read_bytes() for path in DOCUMENTS])))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 40))] = data.draw(
            st.binary(max_size=6) | st.just(b"<") | st.just(b"&#x110000;")
        )
    try:
        parsed = parse(bytes(body))
    except ParseError as refusal:
        kind = refusal.kind
    else:
        kind = parsed.kind
    assert kind in {"html", "empty", "unknown", "crash", "json1", "json11"} or kind.startswith(("rss", "atom", "cdf"))
