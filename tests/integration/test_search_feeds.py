"""Searches of Google News and Bing News, from the bytes to the article: whose article it is, and where it lies."""

from __future__ import annotations

from monitor.core.articles import read_entries
from monitor.core.urls import url_key
from monitor.model.articles import Article
from monitor.sources.kinds import parse_any
from tests.factories import NOW, make_feed

GOOGLE = """<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:media="http://search.yahoo.com/mrss/" version="2.0"><channel>
<title>"Korut" - Google News</title><link>https://news.google.com/search?q=Korut</link><language>id</language>
<item><title>Putin tiba - disambut Kim - ANTARA News</title>
<link>https://news.google.com/rss/articles/CBMiAbc?oc=5</link><guid isPermaLink="false">CBMiAbc</guid>
<pubDate>Wed, 19 Jun 2024 07:00:00 GMT</pubDate>
<description>&lt;a href="https://news.google.com/rss/articles/CBMiAbc?oc=5"&gt;
Putin tiba - disambut Kim&lt;/a&gt;&amp;nbsp;&amp;nbsp;&lt;font
color="#6f6f6f"&gt;ANTARA News&lt;/font&gt;</description><source url="https://example.org">ANTARA News</source></item>
<item><title>Tanpa ekor</title><link>https://news.google.com/rss/articles/CBMiXyz?oc=5</link>
<source url="https://example.net">Tempo &amp;amp; Co</source></item></channel></rss>"""

BING = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"
xmlns:News="https://www.bing.com/news/search?q=x&amp;format=rss"><channel><title>x - BingNews</title>
<link>https://www.bing.com/news/search?q=x&amp;format=rss</link><item><title>Putin visits Pyongyang</title>
<link>http://www.bing.com/news/apiclick.aspx?ref=FexRss&amp;aid=&amp;tid=1&amp;url=https%3a%2f%2fwww.example.org%2fnews%2fputin-1%3futm_source%3dbing&amp;c=12&amp;mkt=en-us</link>
<description>He was met by Kim Jong Un.</description><pubDate>Wed, 19 Jun 2024 07:00:00 GMT</pubDate>
<News:Source>Example Times on MSN.com</News:Source></item></channel></rss>"""


def articles(document: str, url: str, outlet: str) -> list[Article]:
    parsed = parse_any(document.encode(), "application/rss+xml", url)
    readings = read_entries(parsed.entries, make_feed(url=url, outlet=outlet), now=NOW, zone=None)
    made = [reading.result for reading in readings]
    assert all(isinstance(article, Article) for article in made)
    return [article for article in made if isinstance(article, Article)]


def test_a_google_news_article_belongs_to_its_outlet_and_its_title_loses_the_tail() -> None:
    first, second = articles(GOOGLE, "https://news.google.com/rss/search?q=Korut&hl=id", "Google News")
    assert (first.outlet, first.title) == ("ANTARA News", "Putin tiba - disambut Kim")
    assert (second.outlet, second.title) == ("Tempo & Co", "Tanpa ekor")
    assert first.text == ""  # the description only repeats title and outlet


def test_a_google_news_link_stays_what_it_is_and_still_tells_articles_apart() -> None:
    first, second = articles(GOOGLE, "https://news.google.com/rss/search?q=Korut&hl=id", "Google News")
    assert first.url == "https://news.google.com/rss/articles/CBMiAbc?oc=5"
    assert first.url_key != second.url_key


def test_the_same_headline_found_directly_has_the_same_title_key() -> None:
    first, _ = articles(GOOGLE, "https://news.google.com/rss/search?q=Korut&hl=id", "Google News")
    direct = GOOGLE.replace("Kim - ANTARA News", "Kim").replace(
        "https://news.google.com/rss/articles/", "https://example.org/"
    )
    (own, _) = articles(
        direct.replace("<source", "<x").replace("</source", "</x"), "https://example.org/rss", "ANTARA News"
    )
    assert first.title_key == own.title_key


def test_a_bing_article_lies_at_its_outlet() -> None:
    (found,) = articles(BING, "https://www.bing.com/news/search?q=x&format=rss", "Bing News")
    assert (found.outlet, found.title, found.text) == (
        "Example Times",
        "Putin visits Pyongyang",
        "He was met by Kim Jong Un.",
    )
    assert found.url_key == url_key("https://www.example.org/news/putin-1")
    assert (found.url, found.host) == ("https://www.example.org/news/putin-1?utm_source=bing", "example.org")
