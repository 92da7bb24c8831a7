import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.urls import canonicalize, host_of, is_site_root, url_key

PLAIN = "https://news.example.org/2024/06/19/putin-kim"
SAME = [
    (PLAIN, "http://news.example.org/2024/06/19/putin-kim"),
    (PLAIN, PLAIN + "/"),
    (PLAIN, PLAIN + "?"),
    (PLAIN, PLAIN + "#comments"),
    (PLAIN, PLAIN + "#:~:text=Kim"),
    (PLAIN, PLAIN + "?utm_source=rss&utm_medium=feed"),
    (PLAIN, PLAIN + "?UTM_Source=x"),
    (PLAIN, PLAIN + "?utm%5Fsource=x"),
    (PLAIN, PLAIN + "?fbclid=IwAR0abc&gclid=1&gbraid=2&wbraid=3&msclkid=4"),
    (PLAIN, PLAIN + "?yclid=1&ysclid=2&_openstat=3"),
    (PLAIN, PLAIN + "?twclid=1&ttclid=2&igshid=3&igsh=4"),
    (PLAIN, PLAIN + "?mc_cid=1&mc_eid=2&mkt_tok=3"),
    (PLAIN, PLAIN + "?xtor=RSS-3&ncid=1&ocid=2&cmp=3&wprss=4&si=5"),
    (PLAIN, PLAIN + "?at_medium=RSS&at_campaign=KARANGA"),
    (PLAIN, PLAIN + "?pk_campaign=a&mtm_source=b&hsa_acc=c&itm_source=d"),
    (PLAIN, PLAIN + "?from=rss"),
    (PLAIN, PLAIN + "?ref=rss&source=feed"),
    (PLAIN, PLAIN + "?page=all"),
    (PLAIN, PLAIN + "?single=1"),
    (PLAIN, PLAIN + "?amp"),
    (PLAIN, PLAIN + "?amp=1"),
    (PLAIN, PLAIN + "?outputType=amp"),
    (PLAIN, PLAIN + "/amp"),
    (PLAIN, PLAIN + "/amp/"),
    (PLAIN, PLAIN + ".amp"),
    (PLAIN + ".html", PLAIN + ".amp.html"),
    (PLAIN, "https://NEWS.Example.ORG/2024/06/19/putin-kim"),
    (PLAIN, "HTTPS://news.example.org:443/2024/06/19/putin-kim"),
    (PLAIN, "http://news.example.org:80/2024/06/19/putin-kim"),
    (PLAIN, "https://news.example.org./2024/06/19/putin-kim"),
    (PLAIN, "https://www.news.example.org/2024/06/19/putin-kim"),
    (PLAIN, "https://m.news.example.org/2024/06/19/putin-kim"),
    (PLAIN, "https://amp.news.example.org/2024/06/19/putin-kim"),
    (PLAIN, "https://m.news.example.org/amp/2024/06/19/putin-kim"),
    (PLAIN, "https://user:secret@news.example.org/2024/06/19/putin-kim"),
    (PLAIN, "https://news.example.org/2024/./06/x/../19/putin-kim"),
    (PLAIN, "  https://news.example.org/2024/06/19/\n  putin-kim ".replace("  putin", "putin")),
    (PLAIN, "//news.example.org/2024/06/19/putin-kim"),
    (PLAIN, "https://www.google.com/url?rct=j&sa=t&url=https://news.example.org/2024/06/19/putin-kim&ct=ga"),
    (PLAIN, "https://www.google.co.id/url?q=https%3A%2F%2Fnews.example.org%2F2024%2F06%2F19%2Fputin-kim&sa=U"),
    (PLAIN, "https://www.google.com/amp/s/news.example.org/2024/06/19/putin-kim"),
    (PLAIN, "https://news-example-org.cdn.ampproject.org/c/s/news.example.org/2024/06/19/putin-kim"),
    (
        PLAIN,
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fnews.example.org%2f2024%2f06%2f19%2fputin-kim",
    ),
    (
        PLAIN,
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example.org%2F2024%2F06%2F19%2Fputin-kim%3Ffbclid%3D1&h=AT0",
    ),
    (
        PLAIN,
        "https://r.search.yahoo.com/_ylt=A/RV=2/RE=17/RO=10/RU=https%3a%2f%2fnews.example.org%2f2024%2f06%2f19%2fputin-kim/RK=2/RS=x",
    ),
    (PLAIN, "https://vk.com/away.php?to=https%3A%2F%2Fnews.example.org%2F2024%2F06%2F19%2Fputin-kim"),
    (
        PLAIN,
        "https://www.google.com/url?q=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fnews.example.org"
        "%252F2024%252F06%252F19%252Fputin-kim",
    ),
    ("https://example.org/a?x=1&y=2", "https://example.org/a?y=2&x=1"),
    ("https://example.org/a?x=1&y=2", "https://example.org/a?&y=2&&x=1&"),
    ("https://example.org/%ea%b9%80", "https://example.org/김"),
    ("https://example.org/%7Ekim/a%2Db", "https://example.org/~kim/a-b"),
    ("https://example.org/a?q=a+b", "https://example.org/a?q=a%20b"),
    ("https://xn--e1afmkfd.xn--p1ai/news/1", "https://пример.рф/news/1"),
    ("https://xn--e1afmkfd.xn--p1ai/news/1", "https://ПРИМЕР.РФ/news/1"),
    ("https://example.org/index.php?id=3", "https://example.org/?id=3"),
    ("https://example.org/news/", "https://example.org/news/index.html"),
]
DIFFERENT = [
    ("https://example.org/news/articleView.html?idxno=1", "https://example.org/news/articleView.html?idxno=2"),
    ("https://example.org/detail.php?ELEMENT_ID=11", "https://example.org/detail.php?ELEMENT_ID=12"),
    ("https://example.org/read.nhn?oid=001&aid=1", "https://example.org/read.nhn?oid=001&aid=2"),
    ("https://example.org/read.nhn?oid=001&aid=1", "https://example.org/read.nhn?oid=002&aid=1"),
    ("https://example.org/?cid=1", "https://example.org/?cid=2"),
    ("https://example.org/?sid=1", "https://example.org/?sid=2"),
    ("https://example.org/?uid=1", "https://example.org/?uid=2"),
    ("https://example.org/?eid=1", "https://example.org/?eid=2"),
    ("https://example.org/?id=1", "https://example.org/?id=2"),
    ("https://example.org/?p=1", "https://example.org/?p=2"),
    ("https://example.org/?no=1", "https://example.org/?no=2"),
    ("https://example.org/watch?v=abc", "https://example.org/watch?v=abd"),
    ("https://example.org/a?page=1", "https://example.org/a?page=2"),
    ("https://example.org/a?page=all", "https://example.org/a?page=2"),
    ("https://example.org/a?from=2024", "https://example.org/a?from=2025"),
    ("https://example.org/a?source=antara", "https://example.org/a?source=tass"),
    ("https://example.org/a?single=2", "https://example.org/a?single=1"),
    ("https://example.org/a?session=1", "https://example.org/a?session=2"),
    ("https://example.org/a?source_id=1", "https://example.org/a?source_id=2"),
    ("https://example.org/a?pk_id=1", "https://example.org/a?pk_id=2"),
    ("https://example.org/a?m=2", "https://example.org/a?m=3"),
    ("https://example.org/AbC", "https://example.org/abc"),
    ("https://example.org/a?id=AbC", "https://example.org/a?id=abc"),
    ("https://en.example.org/a/1", "https://ko.example.org/a/1"),
    ("https://sports.example.org/a/1", "https://news.example.org/a/1"),
    ("https://example.org/#!/news/1", "https://example.org/#!/news/2"),
    ("https://example.org/#/news/1", "https://example.org/#/news/2"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org/a?x=1%262", "https://example.org/a?x=1&2"),
    ("https://example.org:8080/a", "https://example.org/a"),
    ("https://example.org/lamp", "https://example.org/l"),
    ("https://example.org/amplify/a", "https://example.org/ify/a"),
    ("https://www.google.com/url?q=cats", "https://www.google.com/url?q=dogs"),
    ("https://news.google.com/rss/articles/CBMiAA?oc=5", "https://news.google.com/rss/articles/CBMiAB?oc=5"),
    ("https://m.com/a", "https://com/a"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_addresses_of_one_article_share_a_key(left: str, right: str) -> None:
    assert url_key(left) is not None
    assert url_key(left) == url_key(right)


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_addresses_of_different_articles_keep_their_keys(left: str, right: str) -> None:
    assert url_key(left) is not None
    assert url_key(right) is not None
    assert url_key(left) != url_key(right)


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "news/1",
        "javascript:alert(1)",
        "data:text/html,hello",
        "file:///etc/passwd",
        "ftp://example.org/a",
        "mailto:someone@example.org",
        "http://",
        "http:///path",
        "http://in\\@out/",
        "http://exa mple.org/",
        "http://exa%6dple.org/",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://example.org:８０/",
        "http://[::1/",
        "http://a..b/",
        "http://-/",
        "http://example.org/\x00a",
        "http://example.org/\x1b[2J",
        "http://example.org/\ud800",
        "http://" + "a" * 300 + ".org/",
        "http://" + "ü" * 80 + ".org/",
        "https://example.org/" + "a" * 10_000,
    ],
)
def test_what_is_no_safe_address_has_no_canonical_form(url: str) -> None:
    assert canonicalize(url) is None
    assert url_key(url) is None


def test_the_canonical_form_still_leads_to_the_article() -> None:
    assert (
        canonicalize("HTTPS://www.Example.org:443/A/b?z=1&utm_source=x&a=%c3%a9&page=2#top")
        == "https://www.example.org/A/b?a=%C3%A9&page=2&z=1"
    )


def test_credentials_never_stay_in_an_address() -> None:
    assert canonicalize("https://user:secret@example.org/a") == "https://example.org/a"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.org/a", "example.org"),
        ("https://m.example.org:8080/", "example.org"),
        ("http://[2001:db8::1]:8080/", "[2001:db8::1]"),
        ("http://en.yna.example.org/a", "en.yna.example.org"),
        ("no address", ""),
    ],
)
def test_the_host_is_bare_and_lower_case(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_home_page_is_no_article() -> None:
    assert is_site_root("https://www.example.org")
    assert is_site_root("https://example.org/index.html?utm_source=rss")
    assert not is_site_root("https://example.org/?p=7")
    assert not is_site_root("https://example.org/#!/a")
    assert not is_site_root("https://example.org/a")


HOSTS = ["example.org", "www.m.example.org", "google.com", "l.facebook.com", "x.cdn.ampproject.org", "П.рф"]
PATHS = ["", "/", "/url", "/l.php", "/amp/s/a.org/b", "/c/s/a.org/", "/a/../b", "/.amp/amp/", "//", "/index.php"]
ANY_URL = st.builds(
    "{}://{}{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(HOSTS),
    st.sampled_from(["", ":80", ":443", ":81"]),
    st.sampled_from(PATHS),
    st.one_of(st.just(""), st.text(alphabet=string.printable + "é김%?&=+", max_size=30).map(lambda t: "?" + t)),
    st.sampled_from(["", "#a", "#!b c", "#/x"]),
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(ANY_URL, st.text(max_size=60), st.text(max_size=60).map(lambda t: "https://example.org/" + t)))
def test_canonicalizing_twice_is_canonicalizing_once(url: str) -> None:
    canonical = canonicalize(url)
    if canonical is None:
        assert url_key(url) is None
        return
    assert canonicalize(canonical) == canonical
    assert url_key(canonical) == url_key(url)
    assert canonical.isascii()
    assert all(" " < c < "\x7f" for c in canonical)
    assert 0 <= (url_key(url) or 0) < 2**63
