"""The user's rules of addresses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.articles import read_entries
from monitor.core.documents import to_document
from monitor.core.sites import NO_SITES, Sites
from monitor.core.urls import canonicalize, url_key
from monitor.model.articles import Article
from monitor.model.feeds import Entry
from monitor.model.urls import PathRule, SiteRules, UrlRules
from tests.factories import make_feed

NOW = datetime(2024, 6, 20, tzinfo=UTC)
SITES = Sites(
    UrlRules(
        drop=("zx_*", "Ref_Id"),
        sites=(
            SiteRules(
                host="example.org",
                aliases=("example.com", "xn--e1afmkfd.xn--p1ai"),
                drop=("token", "sc_*"),
                paths=(
                    PathRule(pattern="/print/**", becomes="/$1"),
                    PathRule(pattern="/read/*/*", becomes="/read/$1"),
                    PathRule(pattern="/**/page-*/full", becomes="/$1/$2"),
                    PathRule(pattern="/news-*.html", becomes="/n/$1"),
                ),
            ),
            SiteRules(host="forum.example.net", keep=("t", "f_*")),
            SiteRules(host="*.blogs.example", drop=("*",)),
            SiteRules(host="odd.blogs.example", keep=("id",)),
        ),
    )
)


def same(one: str, other: str) -> bool:
    keys = url_key(one, SITES), url_key(other, SITES)
    assert None not in keys
    return keys[0] == keys[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a?id=1&token=5", "https://example.org/a?id=1"),
        ("https://example.org/a?id=1&SC_x=5", "https://example.org/a?id=1"),
        ("https://www.example.com/a?id=1", "http://m.example.org/a?id=1&utm_source=x"),
        ("https://пример.рф/a", "https://example.org/a"),
        ("https://example.org/print/sport/a/", "https://example.org/sport/a"),
        ("https://example.com/print/read/77/old-words", "https://example.org/read/77/new-words"),
        ("https://example.org/a/b/page-3/full", "https://example.org/a/b/3"),
        ("https://example.org/page-3/full", "https://example.org/3"),
        ("https://example.org/news-kim.html", "https://example.org/n/kim"),
        ("https://example.org:8080/a", "https://example.com:8080/a?token=1"),
        ("https://forum.example.net/v?t=5&p=77&s=9", "https://forum.example.net/v?s=8&t=5"),
        ("https://kim.blogs.example/a?x=1", "https://kim.blogs.example/a?y=2"),
        ("https://a.b.blogs.example/a?x=1", "https://a.b.blogs.example/a"),
        ("https://anywhere.example/a?zx_1=2&ref_id=3", "https://anywhere.example/a"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fa%3Ftoken%3D5", "https://example.org/a"),
    ],
)
def test_a_rule_lets_addresses_lead_to_one_article(one: str, other: str) -> None:
    assert same(one, other)
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a?id=1", "https://example.org/a?id=2"),
        ("https://other.example.org/a?token=1", "https://other.example.org/a?token=2"),
        ("https://example.org/read/77/words", "https://example.org/read/78/words"),
        ("https://example.org/read/77/a/b", "https://example.org/read/77/a/c"),
        ("https://example.org/printed/a", "https://example.org/a"),
        ("https://example.org/page-3/fuller", "https://example.org/3"),
        ("https://forum.example.net/v?t=5", "https://forum.example.net/v?t=6"),
        ("https://forum.example.net/v?f_id=5", "https://forum.example.net/v?f_id=6"),
        ("https://kim.blogs.example/a", "https://kim.blogs.example/b"),
        ("https://kim.blogs.example/a", "https://un.blogs.example/a"),
        ("https://blogs.example/a?x=1", "https://blogs.example/a?x=2"),
        ("https://odd.blogs.example/a?id=1", "https://odd.blogs.example/a?id=2"),
        ("https://example.org:8080/a", "https://example.org/a"),
    ],
)
def test_a_rule_reaches_no_further_than_it_says(one: str, other: str) -> None:
    assert not same(one, other)


def test_where_no_rule_holds_the_key_is_everybodys() -> None:
    for url in ("https://third.example/a?id=1&token=2", "https://third.example/print/a-1", "https://third.example/"):
        assert url_key(url, SITES) == url_key(url) == url_key(url, NO_SITES)


def test_the_stars_of_a_rule_are_numbered_from_the_left() -> None:
    rule = PathRule(pattern="/a-*/**/z-*", becomes="/$3/$1/x$2x/$")
    sites = Sites(UrlRules(sites=(SiteRules(host="example.org", paths=(rule,)),)))
    assert url_key("https://example.org/a-1/b/c/z-2", sites) == url_key("https://example.org/2/1/xb/cx/$", sites)


SEGMENT = st.text(alphabet="ab1-.%김", max_size=6)
PATH = st.lists(SEGMENT, max_size=6).map(lambda parts: "/" + "/".join(parts))
STAR = st.sampled_from(["*", "a*", "*b", "a*b", "a", "**"])


@settings(max_examples=200, deadline=None)
@given(
    path=PATH,
    pattern=st.lists(STAR, min_size=1, max_size=4).filter(lambda parts: parts.count("**") < 2),
    query=st.sampled_from(["", "?id=1&token=2", "?token=2", "?utm_source=x&zx_1=1"]),
)
def test_with_rules_an_address_and_its_canonical_form_have_one_key(path: str, pattern: list[str], query: str) -> None:
    rule = PathRule(pattern="/" + "/".join(pattern), becomes="/x/$1")
    sites = Sites(UrlRules(drop=("zx_*",), sites=(SiteRules(host="example.org", drop=("token",), paths=(rule,)),)))
    url = f"https://example.org{path}{query}"
    canonical = canonicalize(url)
    if canonical is not None:
        assert url_key(canonical, sites) == url_key(url, sites) is not None


def entries(*links: str) -> list[Entry]:
    return [Entry(guid=link, link=link, title=f"Kim {n}", content="Teks.") for n, link in enumerate(links)]


def read(*links: str) -> list[Article]:
    found = read_entries(entries(*links), make_feed(), now=NOW, zone=None, sites=SITES)
    return [one.result for one in found if isinstance(one.result, Article)]


def test_an_article_has_the_key_and_the_host_of_its_outlet_and_the_address_that_the_feed_gave() -> None:
    (article,) = read("https://www.example.com/print/a-1?token=5")
    assert article.url_key == url_key("https://example.org/a-1", SITES)
    assert (article.host, article.url) == ("example.org", "https://www.example.com/print/a-1?token=5")


def test_a_rule_that_makes_one_fetchs_articles_one_identifies_none_of_them() -> None:
    articles = read("https://kim.blogs.example/a?x=1", "https://kim.blogs.example/a?x=2")
    assert [(one.url_key, "shared-link" in one.flags) for one in articles] == [(None, True), (None, True)]


def test_documents_obey_the_rules_too() -> None:
    url = "https://example.com/print/a-1"
    document = to_document(source="x", identity="1", title="Kim", text="Teks.", url=url, first_seen_at=NOW, sites=SITES)
    assert (document.url_key, document.host) == (url_key("https://example.org/a-1", SITES), "example.org")
