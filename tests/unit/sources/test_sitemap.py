"""News sitemaps: bytes → entries."""

from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.model.feeds import ParsedFeed
from monitor.sources.kinds import parse_any
from monitor.sources.sitemap import is_sitemap, pack, parse_sitemap, recent_children, unpack, with_date

URL = "https://example.org/news-sitemap.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def item(number: int = 1, at: str = "2024-06-19T03:00:00+07:00", title: str = "Putin tiba di Pyongyang") -> str:
    return (
        f"<url><loc> https://example.org/{number} </loc><lastmod>2024-06-19</lastmod>"
        "<image:image><image:loc>https://example.org/i.jpg</image:loc><image:title>Foto</image:title></image:image>"
        "<news:news><news:publication><news:name>Berita</news:name><news:language>id</news:language>"
        f"</news:publication><news:publication_date>{at}</news:publication_date><news:title>{title}</news:title>"
        "<news:keywords>Kim, Putin</news:keywords></news:news></url>"
    )


def urlset(*items: str, spaces: str = SPACES) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- made --><urlset {spaces}>{"".join(items)}</urlset>'.encode()


def parse(body: bytes, most: int = 100) -> ParsedFeed:
    return parse_sitemap(body, URL, max_entries=most)


def links(parsed: ParsedFeed) -> list[str | None]:
    return [entry.link for entry in parsed.entries]


def test_a_news_item_becomes_an_entry() -> None:
    parsed = parse_any(urlset(item(title="Kim &amp; Putin &lt;b>")), "text/xml", URL)
    (entry,) = parsed.entries
    assert (parsed.kind, parsed.is_bozo, parsed.remarks) == ("news-sitemap", False, ())
    assert entry.guid == entry.link == "https://example.org/1"
    assert entry.title == "Kim &amp; Putin &lt;b&gt;"
    assert (entry.published_raw, entry.updated_raw) == ("2024-06-19T03:00:00+07:00", "2024-06-19")
    assert (entry.language, entry.outlet, entry.summary) == ("id", "Berita", "")


def test_the_newest_come_first_and_a_limit_says_what_it_cut() -> None:
    body = urlset(item(1, "2024-06-18"), item(2, "2024-06-19T01:00Z"), item(3, "2024-06-19T09:30+07:00"), item(2))
    parsed = parse(body, 2)
    assert links(parsed) == ["https://example.org/3", "https://example.org/2"]
    assert parsed.remarks == ("3 entries, the newest 2 kept",)


def test_what_the_servers_clock_calls_old_is_left_out_and_told() -> None:
    body = urlset(item(1, "2024-06-19"), item(2, "2024-06-01"), item(3, "2099-01-01"), item(4, "kemarin"))
    parsed = parse(with_date(body, "Thu, 20 Jun 2024 10:00:00 GMT"))
    assert links(parsed) == [f"https://example.org/{n}" for n in (3, 1, 4)]
    assert parsed.remarks == ("1 entries older than 2 days left out",)
    assert len(parse(with_date(body, "no date\r\nat all")).entries) == 4


def test_pages_without_news_tags_are_not_news_and_mixed_sitemaps_give_their_news() -> None:
    page = "<url><loc>https://example.org/tentang</loc></url>"
    assert links(parse(urlset(page, item(7)))) == ["https://example.org/7"]
    with pytest.raises(ParseError, match=r"lists 2 pages but no news .*robots\.txt") as caught:
        parse(urlset(page, page, spaces='xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'))
    assert caught.value.kind == "unknown"


def test_an_empty_news_sitemap_is_a_quiet_day() -> None:
    assert parse(urlset()).entries == ()
    assert parse(urlset("<url><loc>https://example.org/lama</loc></url>")).entries == ()


def test_an_index_by_itself_says_how_to_poll_it() -> None:
    with pytest.raises(ParseError, match="source: sitemap"):
        parse(b"<sitemapindex><sitemap><loc>https://example.org/a.xml</loc></sitemap></sitemapindex>")


@pytest.mark.parametrize(
    "body",
    [
        urlset(item()).replace(b"xmlns:news", b"xmlns:lain"),
        urlset(item()).replace(b"news:", b"n:"),
        urlset(item()).replace(b"<urlset", b"<ns0:urlset").replace(b"</urlset", b"</ns0:urlset"),
        b"\xef\xbb\xbf" + urlset(item()),
        b"\n\n" + urlset(item()),
        urlset(item()).replace(b"</urlset>", b""),
        urlset(item(title="Kim & Putin &nbsp; \x0b")),
        urlset(item(), "<url><loc>https://example.org/x?a=1&b=2</loc></url>"),
        urlset(item()).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        urlset(item()).replace(b"UTF-8", b"x-unheard-of"),
        gzip.compress(urlset(item())),
        urlset(item()).replace(b"<!-- made -->", b'<!DOCTYPE urlset SYSTEM "http://127.0.0.1:1/x.dtd">'),
    ],
)
def test_sitemaps_as_they_are_in_the_wild_are_read(body: bytes) -> None:
    assert is_sitemap(body)
    assert "https://example.org/1" in links(parse(body))


def test_what_was_wrong_with_the_xml_is_health_not_failure() -> None:
    parsed = parse(urlset(item(1, title="Kim & Putin"), item(2)))
    assert (parsed.is_bozo, len(parsed.entries)) == (True, 2)
    assert parsed.bozo_reason.startswith("not well-formed")
    assert parsed.entries[0].title == "Kim &amp; Putin"


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE urlset [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]>',
    ],
)
def test_entities_of_its_own_are_refused(attack: str) -> None:
    body = urlset(item(title="&x;&b;")).replace(b"<!-- made -->", attack.encode())
    with pytest.raises(ParseError, match="entities") as caught:
        parse(body)
    assert caught.value.kind == "unknown"


@pytest.mark.parametrize("charset", ["idna", "rot13", "nonsense", "utf-7"])
def test_a_broken_sitemap_in_a_charset_that_is_none_is_read_as_utf8(charset: str) -> None:
    body = urlset(item(title="Kim & Putin")).replace(b"UTF-8", charset.encode())
    assert [entry.title for entry in parse(body).entries] == ["Kim &amp; Putin"]


def test_a_zip_bomb_and_a_deep_nest_end_soon() -> None:
    begin = time.process_time()
    bomb = gzip.compress(urlset() + b" " * 200_000_000, 1)
    assert parse(bomb).entries == ()
    with pytest.raises(ParseError, match="deeper"):
        parse(urlset("<url>" * 100_000))
    assert time.process_time() - begin < 5


def test_other_documents_are_no_sitemaps() -> None:
    for body in (
        b"<rss><channel><item>&lt;urlset></item></channel></rss>",
        b"<html><urlset>",
        b"",
        b"\x1f\x8bx",
        b"{}",
    ):
        assert not is_sitemap(body)


# --- indexes and bundles ----------------------------------------------------------------------------------------


def index(*children: tuple[str, str]) -> bytes:
    inner = "".join(
        f"<sitemap><loc>https://example.org/{name}.xml</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
        for name, at in children
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</sitemapindex>'.encode()


def names(body: bytes) -> list[str]:
    return [child.url.rpartition("/")[2] for child in recent_children(body)[0]]


def test_the_recent_children_of_an_index_are_those_that_changed_last() -> None:
    body = index(("2024-05", "2024-05-31"), ("2024-06", "2024-06-19T03:00Z"), ("pages", "2023-01-01"), ("x", ""))
    assert names(body) == ["2024-06.xml"]


def test_children_called_news_come_first_whatever_their_date() -> None:
    body = index(("posts", "2024-06-19"), ("news", ""), ("video", "2024-06-18"))
    assert names(body) == ["news.xml", "posts.xml", "video.xml"]


def test_an_index_without_dates_gives_what_is_called_news_or_the_first() -> None:
    assert names(index(("a", ""), ("berita-news", ""), ("b", ""))) == ["berita-news.xml"]
    many = index(*((f"s{n}", "") for n in range(9)))
    assert names(many) == ["s0.xml", "s1.xml", "s2.xml", "s3.xml"]
    assert recent_children(many)[1] == 5


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=50)), max_size=4), st.text(max_size=30))
def test_a_bundle_gives_back_what_was_put_in(parts: list[tuple[str, bytes]], as_of: str) -> None:
    told, bodies = unpack(pack(parts, as_of=as_of))
    assert "\n" not in told
    assert [body for _, body in bodies] == [body for _, body in parts]


def test_a_bundle_is_the_news_of_all_its_parts_with_what_went_wrong() -> None:
    body = pack([("", urlset(item(1))), ("not read: https://example.org/b.xml: answers 404", b""), ("", b"<html>")])
    parsed = parse_any(body, "text/xml", URL)
    assert links(parsed) == ["https://example.org/1"]
    assert len(parsed.remarks) == 2
    assert "answers 404" in parsed.remarks[0]
    assert "no sitemap" in parsed.remarks[1]


def test_a_bundle_of_nothing_but_wrong_parts_is_an_error_and_a_broken_one_ends_early() -> None:
    with pytest.raises(ParseError, match="no sitemap"):
        parse(pack([("", b"<html>"), ("", b"x")]))
    assert parse(pack([("", urlset(item()))])[:-30]).is_bozo
    assert parse(b"monitor-sitemaps/1 \n999999999 9\nx").entries == ()
