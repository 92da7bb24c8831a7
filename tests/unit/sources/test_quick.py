"""The quick way against its judge: whatever it says, feedparser says too."""

import gc
from dataclasses import replace
from pathlib import Path

import pytest
from feedparser.api import StrictFeedParser
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.feeds import ParsedFeed
from monitor.sources.charsets import as_utf8
from monitor.sources.fast.fields import FIELDS
from monitor.sources.fast.names import AMBIGUOUS, AMBIGUOUS_PREFIXES
from monitor.sources.feed import judged, parse_body
from monitor.sources.quick import NO_CAPS, ON_THE_SPOT, parse_quickly, read_quickly
from tests.unit.sources.feedwriting import feeds

FEEDS = Path(__file__).parents[4] / "shared" / "data" / "feeds"
GOLDEN = Path(__file__).parents[2] / "golden" / "feeds"
URL = "https://feeds.example.org/all/feed.xml"
QUIET = """
    category keywords cloud enclosure generator webmaster dc_publisher dc_subject expirationdate width height
    contributor dcterms_valid
    dc_contributor itunes_category itunes_image itunes_link media_category media_group media_rating media_credit
    media_restriction media_license media_content media_thumbnail media_player textInput creativeCommons_license
"""


def said(parsed: ParsedFeed) -> ParsedFeed:
    """Without what only one of the two can know."""
    return replace(parsed, digests=(), is_bozo=False, bozo_reason="")


def documents() -> list[Path]:
    folders = [GOLDEN, *([FEEDS] if FEEDS.is_dir() else [])]
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sorted(path for path in found if path.suffix not in {".json", ".jsonl", ".md"} and path.name != "LICENSE")


def test_the_third_party_feeds_are_compared_where_they_are() -> None:
    if not FEEDS.is_dir():
        pytest.skip(f"no third-party feeds in {FEEDS}")
    quick = [read_quickly(as_utf8(path.read_bytes()), URL) for path in documents()]
    assert sum(parsed is not None for parsed in quick) > 0.8 * len(quick)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_what_is_read_quickly_is_what_the_judge_reads(path: Path) -> None:
    document = as_utf8(path.read_bytes())
    quick = read_quickly(document, URL)
    if quick is None:
        pytest.skip("left to the judge")
    if quick.is_bozo and not document.remark:
        pytest.skip("not well-formed: the judge reads it by another, looser parser")
    assert said(quick) == said(judged(document, URL))


@settings(max_examples=600, deadline=None)
@given(feeds())
def test_generated_feeds_are_read_as_the_judge_reads_them(body: bytes) -> None:
    document = as_utf8(body)
    quick = read_quickly(document, URL)
    if quick is not None:
        assert said(quick) == said(judged(document, URL))


@settings(max_examples=60, deadline=None)
@given(feeds())
def test_most_generated_feeds_are_read_quickly(body: bytes) -> None:
    assert said(parse_body(body, "", URL)) == said(judged(as_utf8(body), URL))


def test_every_name_that_the_judge_knows_is_placed() -> None:
    known = {name[len("_start_") :] for name in dir(StrictFeedParser) if name.startswith("_start_")}
    placed = {name.replace(":", "_") for name in FIELDS | dict.fromkeys(AMBIGUOUS)} | set(QUIET.split())
    left = {name for name in known - placed if name.partition("_")[0] not in AMBIGUOUS_PREFIXES}
    assert left == set()


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss version="2.0"><channel><title>&a;</title></channel></rss>',
        b"<rss version='2.0'><channel>" + b"<a>" * 300 + b"</a>" * 300 + b"</channel></rss>",
        b"<rss version='2.0'><channel>" + b"<a/>" * 20_000 + b"</channel></rss>",
        b"<rss version='2.0'><channel><a " + b"".join(b"a%d='' " % n for n in range(100)) + b"/></channel></rss>",
        b"<rss version='2.0'><channel><item><description><p>a</p></description></item></channel></rss>",
        b"<rss version='2.0'><channel><item><title>a</item></channel></rss>",
        b"<rss version='2.0'><channel><image><link><language>id</language></link></image></channel></rss>",
        b"<html><body>a</body></html>",
        b"",
        b"\0\0\0",
    ],
)
def test_what_is_in_doubt_is_left_to_the_judge(body: bytes) -> None:
    assert parse_quickly(body, "", URL) is None


@settings(max_examples=200, deadline=None)
@given(feeds(), st.data())
def test_damage_breaks_nothing(body: bytes, data: st.DataObject) -> None:
    damaged = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged)))
        piece = data.draw(
            st.binary(max_size=4) | st.sampled_from([b"<", b"&", b"]]>", b"<![CDATA[", b"</item>", b"<item>"])
        )
        damaged[at : at + data.draw(st.integers(0, 30))] = piece
    parsed = parse_quickly(bytes(damaged), "", URL)
    assert parsed is None or len(parsed.digests) in {0, len(parsed.entries)}


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        (b"<title>A & B</title>", "A & B"),
        (b"<title>A &nbsp;&mdash; B &unbekannt; C&copy</title>", "A \xa0— B &unbekannt; C&copy"),
        (b"<title>A\x0b B\x00</title>", "A B"),
        (b"<title>A&#0; &#x1F;B &#xD800;</title>", "A B"),
        (b"<title><![CDATA[A & B &nbsp;]]> & C</title>", "A & B &nbsp; & C"),
    ],
)
def test_what_is_broken_in_one_spot_is_mended_there(broken: bytes, title: str) -> None:
    parsed = parse_quickly(b"<rss version='2.0'><channel><item>" + broken + b"</item></channel></rss>", "", URL)
    assert parsed is not None
    assert parsed.entries[0].title == title
    assert parsed.is_bozo
    assert parsed.bozo_reason


@pytest.mark.parametrize("junk", [b"\n\n <!-- cache -->\n", b"<br />\n<b>Warning</b>: x<br />\n", b"PHP Notice: y\n"])
def test_what_stands_before_the_document_is_left_out(junk: bytes) -> None:
    body = junk + b"<?xml version='1.0'?><rss version='2.0'><channel><item><title>A</title></item></channel></rss>"
    parsed = parse_quickly(body, "text/html", URL)
    assert parsed is not None
    assert [entry.title for entry in parsed.entries] == ["A"]


def test_a_document_without_its_end_is_read_up_to_there() -> None:
    body = b"<rss version='2.0'><channel><item><title>A</title></item><item><title>B</title><description>Kalimat per"
    parsed = parse_quickly(body, "", URL)
    assert parsed is not None
    assert [(entry.title, entry.summary) for entry in parsed.entries] == [("A", ""), ("B", "Kalimat per")]
    assert parsed.is_bozo
    assert parsed.digests[0] != 0
    assert parsed.digests[1] == 0


@pytest.mark.parametrize("ending", ["</channel></rss>", "", "</item></channel></rss>", "<a></b></channel></rss>"])
def test_what_was_read_is_not_kept_alive_by_circles(ending: str) -> None:
    body = f"<rss version='2.0'><channel><item><title>a</title></item>{ending}".encode()
    gc.collect()
    gc.disable()
    try:
        parse_quickly(body, "", URL)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_flood_of_angles_is_left_to_a_worker() -> None:
    """Each costs a search; as many as fit into what is read on the spot would keep the event loop."""
    body = b"<rss version='2.0'><channel><item><title><![CDATA[%s]]></title></item></channel></rss>"
    few = body % (b"<" * 1000)
    many = body % (b"<" * ON_THE_SPOT.angles)
    assert len(many) < ON_THE_SPOT.read_bytes
    assert parse_quickly(few, "", URL) is not None
    assert parse_quickly(many, "", URL) is None


ITEM = "<item><title>Лавров прибыл в Пхеньян</title><link>https://example.org/1</link></item>"
RUSSIAN = f"<rss version='2.0'><channel>{ITEM}</channel></rss>"


def test_a_charset_that_only_its_letters_tell_is_left_to_a_worker() -> None:
    body = RUSSIAN.encode("cp1251")
    assert parse_quickly(body, "text/xml", URL) is None
    assert parse_quickly(body, "text/xml; charset=iso-8859-1", URL) is None, "what servers say of everything"
    declared = parse_quickly(body, "text/xml; charset=windows-1251", URL)
    assert declared is not None
    assert declared == parse_quickly(body, "text/xml; charset=windows-1251", URL, caps=NO_CAPS)
    guessed = parse_quickly(body, "text/xml", URL, caps=NO_CAPS)
    assert guessed is not None
    assert [entry.title for entry in guessed.entries] == ["Лавров прибыл в Пхеньян"]


def test_a_long_body_in_another_charset_than_utf8_is_left_to_a_worker() -> None:
    """Bytes that mean nothing in it cost a call each."""
    long = RUSSIAN.replace(ITEM, f"<description>{'мир ' * 40_000}</description>{ITEM}")
    assert len(long.encode("cp1251")) > ON_THE_SPOT.foreign_bytes
    assert parse_quickly(long.encode("cp1251"), "text/xml; charset=windows-1251", URL) is None
    assert parse_quickly(long.encode(), "text/xml", URL) is not None
