"""A page → its feeds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.discovery import discover, feed_kind, looks_like_feed, news_sitemaps, usual_addresses
from monitor.core.known_sites import known_feeds
from monitor.core.page_hints import doors, feeds_of_header

PAGE = "https://example.org/dunia/index.html"
RSS = "application/rss+xml"


def urls(html: str | bytes, url: str = PAGE) -> list[str]:
    return [feed.url for feed in discover(html.encode() if isinstance(html, str) else html, url)]


def link(href: str, kind: str = RSS, rel: str = "alternate", title: str = "") -> str:
    return f'<link rel="{rel}" type="{kind}" title="{title}" href="{href}">'


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>',
        b'\xef\xbb\xbf<?xml version="1.0"?><!-- <html> --><feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'<?xml-stylesheet href="x.xsl"?><!DOCTYPE rdf:RDF><rdf:RDF/>',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
        b'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"/>',
    ],
)
def test_a_page_that_is_a_feed_is_the_only_find(body: bytes) -> None:
    (found,) = discover(body, "https://example.org/x")
    assert (found.url, found.kind) == ("https://example.org/x", feed_kind(body))


def test_a_feed_without_an_address_is_found_at_its_own_word_for_it() -> None:
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="https://example.org/a?b=1&amp;c=2"/></feed>'
    )
    assert urls(atom, "") == ["https://example.org/a?b=1&c=2"]
    assert urls(b"<rss><channel/></rss>", "") == []


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (link("https://example.org/feed/"), "https://example.org/feed/"),
        (link("/rss.xml"), "https://example.org/rss.xml"),
        (link("rss.xml"), "https://example.org/dunia/rss.xml"),
        (link("//feeds.example.org/a"), "https://feeds.example.org/a"),
        (link("?feed=rss2"), "https://example.org/dunia/index.html?feed=rss2"),
        (link("/a?x=1&amp;y=2"), "https://example.org/a?x=1&y=2"),
        (link("feed://example.org/a"), "http://example.org/a"),
        (link("feed:https://example.org/a"), "https://example.org/a"),
        (link("/a#top"), "https://example.org/a"),
        (link("  /a\n"), "https://example.org/a"),
        (link("/a b"), "https://example.org/a%20b"),
        (link("/a", "application/atom+xml"), "https://example.org/a"),
        (link("/a", "application/feed+json"), "https://example.org/a"),
        (link("/a", "application/rdf+xml"), "https://example.org/a"),
        (link("/a", "application/rss+xml; charset=utf-8"), "https://example.org/a"),
        (link("/a", "APPLICATION/RSS+XML", "ALTERNATE"), "https://example.org/a"),
        (link("/a", RSS, "home alternate"), "https://example.org/a"),
        (link("/a", "text/xml", title="RSS"), "https://example.org/a"),
        (link("/rss", "application/xml"), "https://example.org/rss"),
        (link("/rss.xml", "text/html"), "https://example.org/rss.xml"),
        (link("/a.json", "application/json", title="JSON Feed"), "https://example.org/a.json"),
        ("<link href=/a type=application/rss+xml rel=alternate>", "https://example.org/a"),
        ("<LINK REL='alternate' HREF='/a' TYPE='application/rss+xml' />", "https://example.org/a"),
        (f"<base href=https://example.net/x/>{link('a')}", "https://example.net/x/a"),
        (f"<base href='/x/'>{link('a')}", "https://example.org/x/a"),
        (f"{link('a')}<base href=https://example.net/x/>", "https://example.net/x/a"),
        (f"<body><p>{link('/a')}</p>", "https://example.org/a"),
        ('<link rel="feed" href="/a">', "https://example.org/a"),
        (f'<link type="{RSS}" href="/a">', "https://example.org/a"),
        ('<a href="/rss/dunia">Dunia</a>', "https://example.org/rss/dunia"),
        ('<a href="/dunia.rss">x</a>', "https://example.org/dunia.rss"),
        ('<a href="/rss-nasional.xml">x</a>', "https://example.org/rss-nasional.xml"),
        ('<a href="/?feed=rss2">x</a>', "https://example.org/?feed=rss2"),
        ('<a href="https://feeds.example.net/berita">x</a>', "https://feeds.example.net/berita"),
        ('<a href="/syndication/latest"><img src=i.png alt="RSS"></a>', "https://example.org/syndication/latest"),
        (f'<a href="/umpan" type="{RSS}">x</a>', "https://example.org/umpan"),
        (
            '<a href="https://feedly.com/i/subscription/feed%2Fhttps%3A%2F%2Fexample.org%2Ffeed">+</a>',
            "https://example.org/feed",
        ),
    ],
)
def test_a_page_names_its_feed_in_many_ways(html: str, found: str) -> None:
    assert urls(f"<html><head><title>Berita</title>{html}") == [found]


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>RSS",
        "<!-- " + link("/a") + " -->",
        "<script>'" + link("/a") + "'</script>",
        "<textarea>" + link("/a") + "</textarea>",
        link(""),
        link("javascript:alert(1)"),
        link("mailto:a@example.org"),
        link("android-app://org.example/https/example.org"),
        link("http://[/a"),
        link("/style.css", "text/css", "alternate stylesheet"),
        link("/wp-json/wp/v2/pages/7", "application/json"),
        link("/oembed?url=x", "application/json+oembed"),
        link("/oembed?url=x&format=xml", "text/xml+oembed"),
        link("/xmlrpc.php?rsd", "application/rsd+xml", "EditURI"),
        link("/osd.xml", "application/opensearchdescription+xml", "search"),
        link("/app.rss", RSS, "stylesheet"),
        '<link rel="alternate" hreflang="en" href="/en/">',
        '<link rel="alternate" media="handheld" href="https://m.example.org/">',
        '<link rel="canonical" href="https://example.org/feed/">',
        '<a href="/feedback">Feedback</a>',
        '<a href="/rss.html">RSS</a>',
        '<a href="/">RSS</a>',
        '<a href="#rss">RSS</a>',
        '<a href="https://en.wikipedia.org/wiki/RSS">RSS</a>',
        '<a href="/berita/rss-adalah">Apa itu RSS?</a>',
    ],
)
def test_what_only_looks_like_a_feed_is_left_out(html: str) -> None:
    assert urls(f"<html><head>{html}") == []


def test_feeds_come_in_the_pages_order_and_those_of_comments_last() -> None:
    html = (
        '<a href="/atom.xml">Atom</a>'
        + link("/comments/feed/", title="Berita » Comments Feed")
        + link("/2024/06/kim/feed/", title="Kim » Umpan Komentar")
        + link("/feed/", title="Berita » Feed")
        + link("/feed/atom/", "application/atom+xml")
        + link("/semua", "application/xml")
        + link("https://example.org/feed/")
        + link("http://example.org/feed")
    )
    assert urls(html) == [
        "https://example.org/feed/",
        "https://example.org/feed/atom/",
        "https://example.org/atom.xml",
        "https://example.org/semua",
        "https://example.org/comments/feed/",
        "https://example.org/2024/06/kim/feed/",
    ]


def test_what_is_found_says_its_title_its_kind_and_why() -> None:
    found = discover(link("/a", "application/atom+xml", title=" Dunia &amp;\n Asia ").encode(), PAGE)[0]
    assert (found.title, found.kind) == ("Dunia & Asia", "atom")
    assert "application/atom+xml" in found.why


def test_a_page_without_an_address_is_read_by_its_own_word() -> None:
    assert urls(link("/a"), "") == ["/a"]
    assert urls(f"<base href=https://example.net/>{link('/a')}", "") == ["https://example.net/a"]
    assert urls(f"<link rel=canonical href=https://example.org/b/>{link('a')}", "") == ["https://example.org/b/a"]


@pytest.mark.parametrize(
    ("raw", "encoding"), [("로동신문", "euc-kr"), ("Пхеньян", "windows-1251"), ("平壌", "shift_jis"), ("é", "utf-16")]
)
def test_titles_are_read_in_the_pages_charset(raw: str, encoding: str) -> None:
    html = f'<meta http-equiv=Content-Type content="text/html; charset={encoding}">' + link("/a", title=raw)
    assert discover(html.encode(encoding), PAGE)[0].title == raw


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        (
            "https://www.youtube.com/channel/UC1234567890123456789012/videos",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UC1234567890123456789012",
        ),
        (
            "https://www.youtube.com/playlist?list=PL12345678901234567",
            "https://www.youtube.com/feeds/videos.xml?playlist_id=PL12345678901234567",
        ),
        ("https://github.com/example/repo", "https://github.com/example/repo/releases.atom"),
        ("https://github.com/example", "https://github.com/example.atom"),
        ("https://old.reddit.com/r/korea/new/", "https://www.reddit.com/r/korea/new/.rss"),
        (
            "https://news.google.com/search?q=Korut%20Rusia&hl=id&gl=ID&ceid=ID:id",
            "https://news.google.com/rss/search?q=Korut%20Rusia&hl=id&gl=ID&ceid=ID:id",
        ),
        (
            "https://www.bing.com/news/search?q=%22Korea+Utara%22&form=x",
            "https://www.bing.com/news/search?q=%22Korea%20Utara%22&format=rss",
        ),
        ("https://news.example.substack.com.example.org/p/x", ""),
        ("https://dprk.substack.com/p/x", "https://dprk.substack.com/feed"),
        ("https://github.com/features", ""),
        ("https://github.com/search/advanced", ""),
        ("ftp://github.com/a/b", ""),
        ("http://[", ""),
    ],
)
def test_some_sites_feeds_follow_from_the_address(page: str, feed: str) -> None:
    assert next((found.url for found in known_feeds(page)), "") == feed


def test_a_known_sites_canonical_address_counts_when_the_asked_one_tells_nothing() -> None:
    canonical = "https://www.youtube.com/channel/UC1234567890123456789012"
    found = urls(f"<link rel=canonical href={canonical}>", "https://www.youtube.com/@example")
    assert found == ["https://www.youtube.com/feeds/videos.xml?channel_id=UC1234567890123456789012"]


def test_usual_addresses_begin_beside_the_page() -> None:
    assert usual_addresses("https://example.org/dunia/")[:3] == [
        "https://example.org/dunia/feed/",
        "https://example.org/dunia/rss",
        "https://example.org/feed/",
    ]
    assert usual_addresses("https://example.org")[0] == "https://example.org/feed/"
    assert usual_addresses("file:///etc/passwd") == usual_addresses("http://[") == []


def test_news_sitemaps_of_robots_come_before_the_usual_ones() -> None:
    robots = "User-agent: *\nSitemap: https://example.org/all.xml\nsitemap:https://example.org/map/news-id.xml\n"
    found = news_sitemaps("https://example.org/x", robots)
    assert found[0] == "https://example.org/map/news-id.xml"
    assert "https://example.org/all.xml" not in found
    assert "https://example.org/news-sitemap.xml" in found


@given(st.text(max_size=200), st.sampled_from(["", PAGE]))
def test_no_page_and_no_link_break_it(text: str, url: str) -> None:
    for html in (text, f'<link rel=alternate type={RSS} href="{text}">', f'<a href="{text}">RSS</a>'):
        for found in discover(html.encode("utf-8", "replace"), url):
            assert not url or found.url.startswith(("http://", "https://"))
    looks_like_feed(text)
    known_feeds(text)


@pytest.mark.parametrize("piece", ["<div>", "<a>", "<a href='", "<link ", "<!--", "<svg><p>", "<title>", '<a "', "<"])
def test_a_flood_costs_no_more_than_its_length(piece: str) -> None:
    html = (piece * (2_000_000 // len(piece))).encode()
    begin = time.process_time()
    discover(html, PAGE)
    assert time.process_time() - begin < 3


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<link rel="alternative" type="application/rss+xml" href="/f">', ["f"]),
        ('<link\nrel = "alternate"\ntype = "application/rss+xml"\nhref = " /f "\n/>', ["f"]),
        ('<link rel="alternate" type="application/rss+xml" href="/f?a=1&#38;b=2">', ["f?a=1&b=2"]),
        ('<link rel="alternate" type="application/rss+xml" href="&#47;f">', ["f"]),
        ('<base target="_blank"><base href="/y/"><base href="/z/"><link rel="feed" href="f">', ["y/f"]),
        ('<noscript><link rel="alternate" type="application/rss+xml" href="/f"></noscript>', ["f"]),
        ('<link rel="alternate" type="text/rss+xml" href="/f">', ["f"]),
        ('<link rel="alternate" type="application/x.atom+xml" href="/f">', ["f"]),
        ('<link rel="feed" type="text/html" href="/f">', ["f"]),
        (link("https://EXAMPLE.org/f") + link("http://example.org/f/"), ["f"]),
        (link("/f#x") + link("/f"), ["f"]),
        (link("/2024/kim/feed/", title="Kim Comments") + link("/atom"), ["atom", "2024/kim/feed/"]),
        ('<a href="/export/rss2/index.xml">x</a>', ["export/rss2/index.xml"]),
        ('<a href="/index.php?format=feed&amp;type=rss">x</a>', ["index.php?format=feed&type=rss"]),
        ('<a aria-label="RSS" href="/x"><i></i></a>', ["x"]),
        ('<area href="/rss.xml">', ["rss.xml"]),
        ('<link rel="alternate" type="application/rss+xml" href="ftp://example.org/f">', []),
        ('<link rel="alternate" type="application/activity+json" href="/x">', []),
        ('<a href="/news/rss-hack.html">RSS hack</a>', []),
        ('<style><link rel="feed" href="/f"></style>', []),
    ],
)
def test_odd_ways_of_naming_a_feed_are_read_as_browsers_read_them(html: str, found: list[str]) -> None:
    assert [url.lower() for url in urls(html)] == ["https://example.org/" + path for path in found]


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("https://nama.medium.com/a", "https://nama.medium.com/feed"),
        ("https://medium.com/tag/korea", "https://medium.com/feed/tag/korea"),
        ("https://nama.livejournal.com/123.html", "https://nama.livejournal.com/data/rss"),
        ("https://blog.naver.com/nama/223", "https://rss.blog.naver.com/nama.xml"),
        ("https://nama.tistory.com/7", "https://nama.tistory.com/rss"),
        ("https://note.com/nama/n/n1", "https://note.com/nama/rss"),
        ("https://dev.to/nama", "https://dev.to/feed/nama"),
        ("https://stackoverflow.com/questions/tagged/rss", "https://stackoverflow.com/feeds/tag/rss"),
        ("https://vimeo.com/nama", "https://vimeo.com/nama/videos/rss"),
    ],
)
def test_more_sites_feeds_follow_from_the_address(page: str, feed: str) -> None:
    assert known_feeds(page)[0].url == feed


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('</f>; rel="alternate"; type="application/rss+xml"', ["https://example.org/f"]),
        ('<f>;rel=alternate;type=application/atom+xml;title="A; B"', ["https://example.org/dunia/f"]),
        ('</s.css>; rel=preload; as=style, </f>; rel="feed", </g>; rel=alternate; type=application/feed+json',
         ["https://example.org/f", "https://example.org/g"]),
        ('</feed.xml>; rel="alternate"', ["https://example.org/feed.xml"]),
        ('</en/>; rel="alternate"; hreflang="en"', []),
        ('<https://api.example.org/wp-json/>; rel="https://api.w.org/"', []),
        ('<javascript:x>; rel=feed', []),
        ("<<<;;;,,,", []),
        ("", []),
    ],
)  # fmt: skip
def test_an_answers_link_header_names_feeds(header: str, found: list[str]) -> None:
    assert [feed.url for feed in feeds_of_header(header, PAGE)] == found


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<meta http-equiv="refresh" content="0; url=/beranda?a=1&amp;b=2">', ["https://example.org/beranda?a=1&b=2"]),
        ("<META HTTP-EQUIV=Refresh CONTENT='5;URL=\"b.html\"'>", ["https://example.org/dunia/b.html"]),
        ("<frameset><frame src=atas.html><frame src='utama.html'></frameset>",
         ["https://example.org/dunia/atas.html", "https://example.org/dunia/utama.html"]),
        ('<meta http-equiv="refresh" content="300">', []),
        ('<meta http-equiv="refresh" content="0; url=javascript:x">', []),
        ("<p>frame src=x</p><iframe src='/iklan'></iframe>", []),
    ],
)  # fmt: skip
def test_a_page_that_is_only_a_door_says_where_it_leads(html: str, found: list[str]) -> None:
    assert doors(html.encode(), PAGE) == found


@pytest.mark.parametrize("piece", ["<", "<meta http-equiv=refresh ", "<frame src=", "</f>;a;", '<f>; a="'])
def test_a_flood_of_hints_ends(piece: str) -> None:
    flood = piece * (200_000 // len(piece))
    assert len(doors(flood.encode(), PAGE)) <= 2
    assert feeds_of_header(flood, PAGE) == []


def test_floods_of_lines_links_and_segments_are_read_at_once() -> None:
    """Where an expression tries every beginning against every end, each of these would take minutes."""
    assert news_sitemaps("https://example.org/", "\n" * 400_000)[0].startswith("https://example.org/")
    assert not looks_like_feed("https://example.org" + "/feeds" * 60_000 + ".html")
    assert not looks_like_feed("https://example.org/?" + "feed=" * 60_000)
    links = b"<a href=/x>x</a>" * 6_000 + b"<a href=/rss>RSS</a>"
    assert discover(links, "https://example.org/") == []
